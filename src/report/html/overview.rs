//! The top of the page: what the run comes to in one sentence, why, what could not be read, and the filters.

use super::text::{Place, percent, prose};
use super::{Contents, badge};
use crate::finding::Severity;
use crate::report::summary::{counts, number};
use crate::report::{FileProblem, Report};
use crate::rules::Rule;
use maud::{Markup, html};
use std::cmp::Reverse;

/// How many rules are told before the rest is folded away.
const REASONS: usize = 7;
const SEVERITIES: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Info];

/// The name, and where to go on the page.
pub(super) fn banner(contents: &Contents<'_>) -> Markup {
    let report = contents.report;
    let problems = report.problems.len() + report.errors.len();
    html! {
        header.banner {
            span.brand { "poolcheck" }
            nav aria-label="Sections" {
                @if problems > 0 { a href="#problems" { "Problems " span.count { (problems) } } }
                @if !contents.listed.is_empty() {
                    a href="#sessions" { "Sessions " span.count { (contents.listed.len()) } }
                }
                @if !contents.shown.is_empty() {
                    a href="#findings" { "Findings " span.count { (report.findings.len()) } }
                    a href="#rules" { "Rules" }
                }
            }
            button.theme type="button" hidden { "Dark" }
        }
    }
}

/// What the run comes to, as a headline.
pub(super) fn verdict(contents: &Contents<'_>) -> String {
    let (sessions, risk, found) = (contents.listed.len(), contents.at_risk(), contents.report.findings.len());
    let problems = contents.report.problems.len() + contents.report.errors.len();
    match (sessions, risk, found) {
        _ if !contents.judged => number(sessions, "session"),
        (0, _, 0) if problems > 0 => format!("No findings, but {}", number(problems, "problem")),
        (0, _, 0) if contents.report.counts.files == 0 => "There was no file to check".to_owned(),
        (0, _, 0) => "No sessions, no findings".to_owned(),
        (0, _, found) => number(found, "finding"),
        (sessions, _, 0) => format!("No findings in {}", number(sessions, "session")),
        (sessions, 0, _) => format!("None of {} at risk", number(sessions, "session")),
        (1, _, _) => "The only session is at risk".to_owned(),
        (sessions, risk, _) if sessions == risk => format!("All {sessions} sessions are at risk"),
        (sessions, 1, _) => format!("1 of {sessions} sessions is at risk"),
        (sessions, risk, _) => format!("{risk} of {sessions} sessions are at risk"),
    }
}

/// The headline, how the sessions divide, and the rules that say why.
pub(super) fn summary(contents: &Contents<'_>) -> Markup {
    let report = contents.report;
    html! {
        section.summary aria-labelledby="verdict" {
            div.verdict {
                h1 #verdict { (verdict(contents)) }
                p.looked { (looked_at(report, contents.judged)) }
                @if contents.judged && !contents.listed.is_empty() { (share(contents)) }
            }
            @if !report.findings.is_empty() { (reasons(contents)) }
        }
    }
}

/// How much was looked at, and what was found in it.
fn looked_at(report: &Report, judged: bool) -> String {
    let counts = report.counts;
    let mut parts = Vec::new();
    if judged {
        let found = SEVERITIES.map(|severity| (report.count(severity), severity.as_str()));
        parts.extend(found.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| number(count, word)));
    }
    parts.push(format!("{} looked at", number(counts.files, "file")));
    parts.push(match counts.checked {
        0 => "none with a known library".to_owned(),
        checked => format!("{checked} with a known library"),
    });
    if counts.suppressed > 0 {
        parts.push(format!("{} suppressed", number(counts.suppressed, "finding")));
    }
    if counts.baselined > 0 {
        parts.push(format!("{} in the baseline", number(counts.baselined, "finding")));
    }
    parts.join(" · ")
}

/// How the sessions divide by their worst finding.
fn share(contents: &Contents<'_>) -> Markup {
    let all = contents.listed.len();
    let of = |worst: Option<Severity>| contents.listed.iter().filter(|one| one.worst == worst).count();
    let group = |severity: Severity| (of(Some(severity)), severity.as_str(), format!("with {}s", severity.as_str()));
    let clear = (of(None), "none", "without findings".to_owned());
    let groups: Vec<(usize, &str, String)> = SEVERITIES.map(group).into_iter().chain([clear]).collect();
    let part = |count: usize| 100.0 * count as f64 / all as f64;
    let before = |index: usize| groups[..index].iter().map(|(count, ..)| part(*count)).sum::<f64>();
    html! {
        svg.share aria-hidden="true" width="100%" height="12" {
            @for (index, (count, class, _)) in groups.iter().enumerate() {
                rect class=(class) x=(percent(before(index))) width=(percent(part(*count))) height="12" {}
            }
        }
        ul.legend aria-label="Sessions by their worst finding" {
            @for (count, class, word) in groups.iter().filter(|(count, ..)| *count > 0) {
                li.(class) { b { (count) } " " (word) }
            }
        }
    }
}

/// The rules with findings, the worst and then the most first.
fn reasons(contents: &Contents<'_>) -> Markup {
    let findings = &contents.report.findings;
    let worst = |rule: &Rule| findings.iter().filter(|one| one.rule.code == rule.code).map(|one| one.severity).max();
    let mut rows: Vec<_> =
        counts(contents.report).into_iter().map(|(rule, count)| (worst(rule), rule, count)).collect();
    rows.sort_by_key(|(worst, ..)| Reverse(*worst));
    let most = rows.iter().map(|(.., count)| *count).max().unwrap_or(1) as f64;
    let row = |(worst, rule, count): &(Option<Severity>, &'static Rule, usize)| {
        let part = 100.0 * *count as f64 / most;
        reason(contents, rule, *count, worst.unwrap_or(rule.severity), part)
    };
    let (first, rest) = rows.split_at(if rows.len() > REASONS + 1 { REASONS } else { rows.len() });
    html! {
        div.reasons {
            h2 { "Why" }
            ol { @for one in first { (row(one)) } }
            @if !rest.is_empty() {
                details {
                    summary { (number(rest.len(), "more rule")) }
                    ol { @for one in rest { (row(one)) } }
                }
            }
        }
    }
}

/// A rule, how much it found, and that as a part of what the rule with the most found.
fn reason(contents: &Contents<'_>, rule: &Rule, count: usize, worst: Severity, part: f64) -> Markup {
    html! {
        li {
            a data-rule=(rule.code) href={ "#f" (contents.first_of(rule).unwrap_or(0)) } {
                span.n { (count) }
                span.what { b { (rule.code) } " " (rule.summary) }
                span.of { @match contents.sessions_of(rule) { 0 => {}, of => (number(of, "session")) } }
                svg aria-hidden="true" width="100%" height="4" {
                    rect class=(worst.as_str()) width=(percent(part)) height="4" {}
                }
            }
        }
    }
}

/// What could not be looked at.
pub(super) fn problems(report: &Report) -> Markup {
    if report.problems.is_empty() && report.errors.is_empty() {
        return html! {};
    }
    html! {
        section.problems #problems aria-labelledby="problems-title" {
            h2 #problems-title { "Problems " span.count { (report.problems.len() + report.errors.len()) } }
            p.about {
                "What could not be read is not judged: there may be sessions and findings that this page does not show."
            }
            ul {
                @for error in &report.errors { li { (prose(error)) } }
                @for problem in &report.problems {
                    li { span.where { (Place(&place(report, problem))) } " " (prose(&problem.problem.message)) }
                }
            }
        }
    }
}

fn place(report: &Report, problem: &FileProblem) -> String {
    let Some(at) = report.problem_position(problem) else { return problem.path.to_string() };
    let cell = at.cell.map(|cell| format!("cell {cell}:")).unwrap_or_default();
    format!("{}:{cell}{}:{}", problem.path, at.row, at.column)
}

/// The filters; the script shows them.
pub(super) fn controls(contents: &Contents<'_>) -> Markup {
    if contents.shown.is_empty() && contents.listed.is_empty() {
        return html! {};
    }
    let report = contents.report;
    html! {
        form.controls #controls role="search" aria-label="Filter sessions and findings" hidden {
            label.text {
                span { "Search" }
                input #query type="search" autocomplete="off" spellcheck="false" placeholder="path, message, code";
            }
            @if !report.findings.is_empty() {
                div.severities role="group" aria-label="Severity" {
                    @for severity in SEVERITIES {
                        button type="button" aria-pressed="false" data-severity=(severity.as_str())
                            disabled[report.count(severity) == 0] {
                            (badge(severity)) " " span.count { (report.count(severity)) }
                        }
                    }
                }
                label.rule {
                    span { "Rule" }
                    select #rule {
                        option value="" { "all" }
                        @for (rule, count) in counts(report) {
                            option value=(rule.code) { (rule.code) " " (rule.name) " (" (count) ")" }
                        }
                    }
                }
            }
            button.clear type="reset" hidden { "Clear" }
            p.result role="status" {}
        }
    }
}
