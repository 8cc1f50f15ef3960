//! The findings: message, source with its marks, help, and the way there through other files.

use super::excerpt::{self, Line, Mark};
use super::text::{Code, Place, prose};
use super::{Contents, Shown, badge};
use crate::finding::{Confidence, Finding, Severity};
use crate::report::{Report, sites};
use crate::source::FileId;
use maud::{Markup, html};

/// All of them, the worst first.
pub(super) fn section(contents: &Contents<'_>) -> Markup {
    if contents.shown.is_empty() {
        return html! {};
    }
    html! {
        section.findings #findings aria-labelledby="findings-title" {
            div.head {
                h2 #findings-title { "Findings " span.count { (contents.report.findings.len()) } }
                label.sort hidden {
                    span { "Order" }
                    select data-list="findings" {
                        option value="worst" { "worst first" }
                        option value="place" { "by place" }
                        option value="rule" { "by rule" }
                    }
                }
            }
            div.list { @for one in &contents.shown { (article(contents, one)) } }
            p.nothing hidden { "No finding matches." }
        }
    }
}

fn article(contents: &Contents<'_>, shown: &Shown<'_>) -> Markup {
    let finding = shown.finding;
    let severities: Vec<&str> = shown.all().map(|one| one.severity.as_str()).collect();
    html! {
        article.finding.(finding.severity.as_str()) id={ "f" (shown.index) } tabindex="-1"
            data-severities=(severities.join(" ")) data-rules=(shown.codes().join(" "))
            data-place=(shown.index) data-worst=(rank(Some(finding.severity))) {
            p.meta {
                (badge(finding.severity)) " "
                a href={ "#" (finding.rule.code) } { (finding.rule.code) } " " span.name { (finding.rule.name) }
                @if finding.confidence != Confidence::High {
                    " " span.confidence { (finding.confidence.as_str()) " confidence" }
                }
            }
            h3 { (prose(&finding.message)) }
            (excerpts(contents.report, finding))
            @if !finding.help.is_empty() { p.help { b { "Help" } " " (prose(&finding.help)) } }
            @if !shown.also.is_empty() {
                ul.also aria-label="Also here" { @for also in &shown.also { li { (folded(also)) } } }
            }
            @if let Some(session) = shown.session {
                p.up { a href={ "#s" (session) } { "Its session" } " " span.where { (at(contents, session)) } }
            }
        }
    }
}

/// Where a severity stands among those of its kind: 0 for none.
pub(super) fn rank(severity: Option<Severity>) -> u8 {
    severity.map_or(0, |severity| severity as u8 + 1)
}

fn at(contents: &Contents<'_>, session: usize) -> Markup {
    let place = sites::at(contents.report, contents.report.sessions[session].at);
    html! { (Place(&place)) }
}

fn folded(also: &Finding) -> Markup {
    html! {
        (badge(also.severity)) " " a href={ "#" (also.rule.code) } { (also.rule.code) } " " (prose(&also.message))
        @if !also.help.is_empty() { "; " (prose(&also.help)) }
    }
}

/// The source of a finding, its own file first. Where several places convince, they are numbered in the order to read.
fn excerpts(report: &Report, finding: &Finding) -> Markup {
    let several = finding.labels.len() + usize::from(!finding.note.is_empty()) > 1;
    let own = Mark { span: finding.at, note: &finding.note, number: None, primary: true };
    let mut files: Vec<(FileId, Vec<Mark<'_>>)> = vec![(finding.at.file, vec![own])];
    for (index, label) in finding.labels.iter().enumerate() {
        let number = several.then_some(index + 1);
        let mark = Mark { span: label.span, note: &label.message, number, primary: false };
        match files.iter_mut().find(|(file, _)| *file == label.span.file) {
            Some((_, marks)) => marks.push(mark),
            None => files.push((label.span.file, vec![mark])),
        }
    }
    html! {
        @for (file, marks) in &files {
            @if let Some(source) = report.sources.get(file) {
                figure {
                    figcaption.where { (Place(&sites::at(report, marks[0].span))) }
                    pre { @for line in excerpt::lines(source, marks) { (row(&line)) } }
                }
            } @else {
                p.where { (Place(&sites::at(report, marks[0].span))) }
            }
        }
    }
}

/// A line of source, and below it what is said about its places.
fn row(line: &Line<'_>) -> Markup {
    html! {
        span.gap[line.gap] data-n=(line.number) {
            @for part in &line.parts {
                @match part.mark {
                    None => (Code(part.text)),
                    Some(primary) => mark.own[primary] { (Code(part.text)) },
                }
                @if let Some(number) = part.number { sup { (number) } }
            }
            "\n"
        }
        @for note in &line.notes {
            em.own[note.primary] { @if let Some(number) = note.number { b { (number) } " " } (prose(note.text)) "\n" }
        }
    }
}
