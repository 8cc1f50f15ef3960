//! `gitlab`: a code quality report, of which GitLab makes a widget in merge requests.
//!
//! GitLab tells findings apart by their fingerprints alone and drops twins. It knows lines but no columns; for a notebook,
//! whose cells' lines are no lines of the file, the first line stands and the place is told in the description.

use super::escaped::write_pretty;
use super::{Report, Style, TOP, cell_place, fingerprint};
use crate::finding::{Finding, Severity};
use crate::source::Position;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// Writes an array with the problems and all findings.
pub(super) fn write(report: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    let prints = fingerprint::of_problems(&report.problems);
    let problems = report.problems.iter().zip(prints).map(|(problem, fingerprint)| {
        let at = report.problem_position(problem).unwrap_or(TOP);
        Issue {
            description: format!("{}{}", cell_place(at), problem.problem.message),
            check_name: problem.problem.kind.as_str(),
            fingerprint,
            severity: word(Severity::Error),
            location: Location { path: &problem.path, lines: lines(at, at) },
        }
    });
    let findings = report.findings.iter().map(|finding| issue(report, finding));
    write_pretty(out, &problems.chain(findings).collect::<Vec<_>>())?;
    out.write_all(b"\n")
}

fn issue<'a>(report: &'a Report, finding: &'a Finding) -> Issue<'a> {
    let (start, end) = report.range(finding.at);
    Issue {
        description: format!("{}{}", cell_place(start), finding.message),
        check_name: finding.rule.code,
        fingerprint: finding.fingerprint.clone(),
        severity: word(finding.severity),
        location: Location { path: report.path(finding.at.file), lines: lines(start, end) },
    }
}

fn lines(start: Position, end: Position) -> Lines {
    match start.cell {
        Some(_) => Lines { begin: 1, end: 1 },
        None => Lines { begin: start.row, end: end.row },
    }
}

/// GitLab's word for a severity.
fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "major",
        Severity::Warning => "minor",
        Severity::Info => "info",
    }
}
