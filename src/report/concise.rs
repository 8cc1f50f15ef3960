//! `concise`: the GNU form, one line a finding, which `gcc` matchers, Vim and Emacs read untouched.
//!
//! Never coloured, not even on request: what reads it does not strip colour codes. In a notebook the place is
//! `path:cell N:row:column`, which the same matchers take for a file called `path:cell N`.

use super::{Report, Style};
use crate::finding::Severity;
use crate::paths::tame;
use crate::source::Position;
use std::io::{self, Write};

/// Writes the problems, then the findings. A finding that another one of the same site tells already is left out when it
/// is no more than an info.
pub(super) fn write(report: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    problems(report, out)?;
    for finding in &report.findings {
        if finding.folded && finding.severity == Severity::Info {
            continue;
        }
        place(out, report.path(finding.at.file), report.range(finding.at).0)?;
        let (severity, code) = (finding.severity.as_str(), finding.rule.code);
        writeln!(out, "{severity}: {} [{code}]", one_line(&finding.message))?;
    }
    Ok(())
}

/// Writes the problems.
pub(super) fn problems(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let top = Position { row: 1, column: 1, cell: None };
    for problem in &report.problems {
        place(out, &problem.path, report.problem_position(problem).unwrap_or(top))?;
        let kind = problem.problem.kind.as_str();
        writeln!(out, "error: {} [{kind}]", one_line(&problem.problem.message))?;
    }
    Ok(())
}

fn place(out: &mut dyn Write, path: &str, at: Position) -> io::Result<()> {
    write!(out, "{}:", tame(path))?;
    if let Some(cell) = at.cell {
        write!(out, "cell {cell}:")?;
    }
    write!(out, "{}:{}: ", at.row, at.column)
}

fn one_line(message: &str) -> String {
    tame(&message.lines().collect::<Vec<_>>().join(" ")).into_owned()
}
