//! `concise`: the GNU form, one line a finding, which `gcc` matchers, Vim and Emacs read untouched.
//!
//! Never coloured, not even on request: what reads it does not strip colour codes. In a notebook the place is
//! `path:cell N:row:column`, which the same matchers take for a file called `path:cell N`.

use super::{FileProblem, Report, Style, TOP, one_line};
use crate::finding::Finding;
use crate::paths::tame;
use crate::source::Position;
use std::io::{self, Write};

/// Writes the problems, then the findings of [`Report::told`].
pub(super) fn write(report: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    problems(report, out)?;
    for finding in report.told() {
        writeln!(out, "{}", line(report, finding))?;
    }
    Ok(())
}

/// Writes the problems.
pub(super) fn problems(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    report.problems.iter().try_for_each(|problem| writeln!(out, "{}", problem_line(report, problem)))
}

/// The line of a finding.
pub(super) fn line(report: &Report, finding: &Finding) -> String {
    let place = place(report.path(finding.at.file), report.range(finding.at).0);
    let (severity, code) = (finding.severity.as_str(), finding.rule.code);
    format!("{place}: {severity}: {} [{code}]", one_line(&finding.message))
}

/// The line of a problem.
pub(super) fn problem_line(report: &Report, problem: &FileProblem) -> String {
    let at = report.problem_position(problem).unwrap_or(TOP);
    let (message, kind) = (one_line(&problem.problem.message), problem.problem.kind.as_str());
    format!("{}: error: {message} [{kind}]", place(&problem.path, at))
}

/// Where something is: `path:row:column`.
pub(super) fn place(path: &str, at: Position) -> String {
    match at.cell {
        Some(cell) => format!("{}:cell {cell}:{}:{}", tame(path), at.row, at.column),
        None => format!("{}:{}:{}", tame(path), at.row, at.column),
    }
}
