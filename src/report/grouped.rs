//! `grouped`: for people with many findings, one line each below the path of their file.
//!
//! Places, severities and codes stand in columns, and the message last, so that nothing needs to be wrapped.

use super::{InFile, Report, Style, TOP, one_line};
use crate::finding::Severity;
use crate::paths::tame;
use crate::source::Position;
use std::io::{self, Write};

/// A line below a path.
struct Row {
    place: String,
    severity: Severity,
    code: &'static str,
    message: String,
}

/// Writes each file with its problems and the findings of [`Report::told`].
pub(super) fn write(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for (index, (path, file)) in report.by_path(report.told()).into_iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{}", painted(style, "1", &tame(path)))?;
        let rows = rows(report, &file);
        let width = |text: fn(&Row) -> usize| rows.iter().map(text).max().unwrap_or(0);
        let places = width(|row| row.place.len());
        let (severities, codes) = (width(|row| row.severity.as_str().len()), width(|row| row.code.len()));
        for Row { place, severity, code, message } in rows {
            let colour = match severity {
                Severity::Error => "31",
                Severity::Warning => "33",
                Severity::Info => "36",
            };
            let severity = painted(style, colour, &format!("{:severities$}", severity.as_str()));
            writeln!(out, "  {place:>places$}  {severity}  {code:codes$}  {message}")?;
        }
    }
    Ok(())
}

fn rows(report: &Report, file: &InFile<'_>) -> Vec<Row> {
    let problems = file.problems.iter().map(|problem| Row {
        place: place(report.problem_position(problem).unwrap_or(TOP)),
        severity: Severity::Error,
        code: problem.problem.kind.as_str(),
        message: one_line(&problem.problem.message),
    });
    let findings = file.findings.iter().map(|finding| Row {
        place: place(report.range(finding.at).0),
        severity: finding.severity,
        code: finding.rule.code,
        message: one_line(&finding.message),
    });
    problems.chain(findings).collect()
}

fn place(at: Position) -> String {
    match at.cell {
        Some(cell) => format!("cell {cell}:{}:{}", at.row, at.column),
        None => format!("{}:{}", at.row, at.column),
    }
}

fn painted(style: Style, colour: &str, text: &str) -> String {
    if style.color { format!("\u{1b}[{colour}m{text}\u{1b}[0m") } else { text.to_owned() }
}
