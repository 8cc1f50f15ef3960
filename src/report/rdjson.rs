//! `rdjson`: the Reviewdog Diagnostic Format, one object.
//!
//! Here columns count bytes of UTF-8, as that format says. A notebook's cells are no lines of the file, so there a place
//! has no range and the message tells it.

use super::escaped::write_pretty;
use super::{FileProblem, HOME, Report, Style, TOP, cell_place, concise};
use crate::finding::{Edit, Finding, Fix, Severity};
use crate::source::Span;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Document<'a> {
    source: Source,
    diagnostics: Vec<Diagnostic<'a>>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
    url: &'static str,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    message: String,
    location: Location<'a>,
    severity: &'static str,
    code: Code,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Related<'a>>,
    original_output: String,
}

#[derive(Serialize)]
struct Code {
    value: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

#[derive(Serialize)]
struct Range {
    start: Place,
    end: Place,
}

#[derive(Serialize)]
struct Place {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: String,
}

#[derive(Serialize)]
struct Related<'a> {
    message: String,
    location: Location<'a>,
}

/// Writes an object with the problems and all findings.
pub(super) fn write(report: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    let problems = report.problems.iter().map(|problem| of_problem(report, problem));
    let findings = report.findings.iter().map(|finding| of_finding(report, finding));
    let document =
        Document { source: Source { name: "poolcheck", url: HOME }, diagnostics: problems.chain(findings).collect() };
    write_pretty(out, &document)?;
    out.write_all(b"\n")
}

fn of_problem<'a>(report: &'a Report, problem: &'a FileProblem) -> Diagnostic<'a> {
    let place = cell_place(report.problem_position(problem).unwrap_or(TOP));
    let at = problem.file.zip(problem.problem.at).map(|(file, at)| Span { file, start: at, end: at });
    Diagnostic {
        message: format!("{place}{}", problem.problem.message),
        location: Location { path: &problem.path, range: at.and_then(|at| range(report, at)) },
        severity: word(Severity::Error),
        code: Code { value: problem.problem.kind.as_str(), url: None },
        suggestions: Vec::new(),
        related_locations: Vec::new(),
        original_output: concise::problem_line(report, problem),
    }
}

fn of_finding<'a>(report: &'a Report, finding: &'a Finding) -> Diagnostic<'a> {
    let mut message = format!("{}{}", cell_place(report.range(finding.at).0), finding.message);
    if !finding.help.is_empty() {
        message += &format!("\nhelp: {}", finding.help);
    }
    let suggestion = finding.fix.as_ref().and_then(|fix| suggestion(report, finding, fix));
    let related = finding.labels.iter().map(|label| Related {
        message: format!("{}{}", cell_place(report.range(label.span).0), label.message),
        location: location(report, label.span),
    });
    Diagnostic {
        message,
        location: location(report, finding.at),
        severity: word(finding.severity),
        code: Code { value: finding.rule.code, url: Some(finding.rule.url()) },
        suggestions: suggestion.into_iter().collect(),
        related_locations: related.collect(),
        original_output: concise::line(report, finding),
    }
}

/// A fix as one replacement, since each suggestion is one that can be taken alone: from its first edit to its last. None
/// where it reaches into other files.
fn suggestion(report: &Report, finding: &Finding, fix: &Fix) -> Option<Suggestion> {
    let source = report.sources.get(&finding.at.file)?;
    let mut edits: Vec<&Edit> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let (first, last) = (edits.first()?, edits.last()?);
    if edits.iter().any(|edit| edit.span.file != source.id) {
        return None;
    }
    let whole = Span { end: last.span.end, ..first.span };
    let mut text = String::new();
    let mut done = whole.start;
    for edit in edits {
        text += source.slice(Span { file: source.id, start: done, end: edit.span.start });
        text += &edit.content;
        done = edit.span.end;
    }
    Some(Suggestion { range: range(report, whole)?, text })
}

fn location(report: &Report, span: Span) -> Location<'_> {
    Location { path: report.path(span.file), range: range(report, span) }
}

fn range(report: &Report, span: Span) -> Option<Range> {
    let source = report.sources.get(&span.file).filter(|source| source.cells.is_empty())?;
    let place = |at: u32| {
        let line = source.lines().line(at);
        Place { line: source.position(at).row, column: at - source.lines().start(line).unwrap_or(0) + 1 }
    };
    Some(Range { start: place(span.start), end: place(span.end) })
}

/// reviewdog's word for a severity.
fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
        Severity::Info => "INFO",
    }
}
