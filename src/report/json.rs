//! `json` and `json-lines`: the same records, in an envelope or one a line. The shape is a promise.
//!
//! Rows and columns count from 1, columns in Unicode code points, ends exclusive; in a notebook rows count within a
//! cell, and then `cell` stands beside the place. Every finding stands alone, also one that human formats fold.

use super::escaped::{write_compact, write_pretty};
use super::{FileProblem, Report, Style};
use crate::finding::{Applicability, Finding, Fix, Label, Severity};
use crate::source::{Position, Span};
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Document<'a> {
    version: u32,
    tool: Tool,
    summary: Summary,
    problems: Vec<ProblemRecord<'a>>,
    diagnostics: Vec<Record<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Tool {
    name: &'static str,
    version: &'static str,
}

impl Tool {
    /// This program.
    pub(super) fn this() -> Tool {
        Tool { name: "poolcheck", version: env!("CARGO_PKG_VERSION") }
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Summary {
    files: usize,
    checked: usize,
    sites: usize,
    errors: usize,
    warnings: usize,
    infos: usize,
    fixable: usize,
    suppressed: usize,
    baselined: usize,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct ProblemRecord<'a> {
    filename: &'a str,
    #[cfg_attr(test, schemars(extend("enum" = ["syntax", "read", "encoding", "internal"])))]
    kind: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cell: Option<u32>,
    location: Option<Location>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Record<'a> {
    code: &'static str,
    name: &'static str,
    #[cfg_attr(test, schemars(extend("enum" = ["error", "warning", "info"])))]
    severity: &'static str,
    #[cfg_attr(test, schemars(extend("enum" = ["high", "medium", "low"])))]
    confidence: &'static str,
    message: &'a str,
    help: &'a str,
    url: String,
    filename: &'a str,
    cell: Option<u32>,
    location: Location,
    end_location: Location,
    labels: Vec<LabelRecord<'a>>,
    fix: Option<FixRecord<'a>>,
    fingerprint: &'a str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Location {
    pub(super) row: u32,
    pub(super) column: u32,
}

/// A range in some file, spread into the record that has one.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Place<'a> {
    pub(super) filename: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cell: Option<u32>,
    pub(super) location: Location,
    pub(super) end_location: Location,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct LabelRecord<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    message: &'a str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FixRecord<'a> {
    #[cfg_attr(test, schemars(extend("enum" = ["safe", "unsafe"])))]
    applicability: &'static str,
    message: &'a str,
    edits: Vec<EditRecord<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct EditRecord<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    content: &'a str,
}

/// Writes the envelope.
pub(super) fn write(report: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        version: 1,
        tool: Tool::this(),
        summary: summary(report),
        problems: report.problems.iter().map(|problem| problem_record(report, problem)).collect(),
        diagnostics: report.findings.iter().map(|finding| record(report, finding)).collect(),
    };
    write_pretty(out, &document)?;
    out.write_all(b"\n")
}

/// Writes the records alone: problems (which have a `kind`), then findings (which have a `code`).
pub(super) fn write_lines(report: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    for problem in &report.problems {
        write_compact(out, &problem_record(report, problem))?;
        out.write_all(b"\n")?;
    }
    for finding in &report.findings {
        write_compact(out, &record(report, finding))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn summary(report: &Report) -> Summary {
    Summary {
        files: report.counts.files,
        checked: report.counts.checked,
        sites: report.counts.sites,
        errors: report.count(Severity::Error),
        warnings: report.count(Severity::Warning),
        infos: report.count(Severity::Info),
        fixable: report.fixable(),
        suppressed: report.counts.suppressed,
        baselined: report.counts.baselined,
    }
}

pub(super) fn problem_record<'a>(report: &Report, problem: &'a FileProblem) -> ProblemRecord<'a> {
    let at = report.problem_position(problem);
    ProblemRecord {
        filename: &problem.path,
        kind: problem.problem.kind.as_str(),
        message: &problem.problem.message,
        cell: at.and_then(|at| at.cell),
        location: at.map(location),
    }
}

fn record<'a>(report: &'a Report, finding: &'a Finding) -> Record<'a> {
    let Place { filename, cell, location, end_location } = place(report, finding.at);
    Record {
        code: finding.rule.code,
        name: finding.rule.name,
        severity: finding.severity.as_str(),
        confidence: finding.confidence.as_str(),
        message: &finding.message,
        help: &finding.help,
        url: finding.rule.url().to_string(),
        filename,
        cell,
        location,
        end_location,
        labels: finding.labels.iter().map(|label| label_record(report, label)).collect(),
        fix: finding.fix.as_ref().map(|fix| fix_record(report, fix)),
        fingerprint: &finding.fingerprint,
    }
}

fn label_record<'a>(report: &'a Report, label: &'a Label) -> LabelRecord<'a> {
    LabelRecord { place: place(report, label.span), message: &label.message }
}

fn fix_record<'a>(report: &'a Report, fix: &'a Fix) -> FixRecord<'a> {
    let edits = fix.edits.iter();
    FixRecord {
        applicability: match fix.applicability {
            Applicability::Safe => "safe",
            Applicability::Unsafe => "unsafe",
        },
        message: &fix.message,
        edits: edits.map(|edit| EditRecord { place: place(report, edit.span), content: &edit.content }).collect(),
    }
}

pub(super) fn place(report: &Report, span: Span) -> Place<'_> {
    let (start, end) = report.range(span);
    Place { filename: report.path(span.file), cell: start.cell, location: location(start), end_location: location(end) }
}

fn location(at: Position) -> Location {
    Location { row: at.row, column: at.column }
}

#[cfg(test)]
mod tests;
