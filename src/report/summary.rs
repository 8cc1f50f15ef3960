//! What a run comes to: the lines that end it on stderr, and `--statistics`. Refuses to know where they go.

use super::Report;
use crate::finding::Severity;
use crate::languages::read_as;
use crate::rules::{self, Rule};
use serde::Serialize;
use std::io::{self, Write};
use std::path::Path;

/// The rules with findings and how many, the most first.
pub(super) fn counts(report: &Report) -> Vec<(&'static Rule, usize)> {
    let count = |rule: &Rule| report.findings.iter().filter(|finding| finding.rule.code == rule.code).count();
    let mut rows: Vec<_> = rules::all().iter().map(|rule| (rule, count(rule))).filter(|row| row.1 > 0).collect();
    rows.sort_by_key(|&(rule, count)| (std::cmp::Reverse(count), rule.code));
    rows
}

/// Writes the counts per rule and how to adopt, or that nothing was found.
///
/// # Errors
/// The writer fails.
pub fn ending(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let looked = format!(
        "{} (known libraries in {}, {} judged)",
        number(report.counts.files, "file"),
        report.counts.checked,
        number(report.counts.sites, "site")
    );
    if report.findings.is_empty() {
        return match (report.counts.files, report.problems.len() + report.errors.len()) {
            (0, 0) => writeln!(
                out,
                "poolcheck: warning: no Python or Rust file and no notebook was found below the named paths"
            ),
            (_, 0) => writeln!(out, "All checks passed: {looked}"),
            (_, problems) => writeln!(out, "No findings, but {}: {looked}", number(problems, "problem")),
        };
    }
    let by = |severity, word| match report.count(severity) {
        0 => None,
        count => Some(number(count, word)),
    };
    let parts = [by(Severity::Error, "error"), by(Severity::Warning, "warning"), by(Severity::Info, "info")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    writeln!(out, "Found {} in {looked}", parts.join(", "))?;
    let rows = counts(report);
    for (rule, count) in &rows {
        writeln!(out, "{count:>6}  {}  {}", rule.code, rule.name)?;
    }
    let code = rows.first().map_or("PC101", |(rule, _)| rule.code);
    let example = report.findings.iter().find(|finding| finding.rule.code == code);
    let sign = example.map_or("#", |finding| read_as(Path::new(report.path(finding.at.file))).comment_sign);
    writeln!(
        out,
        "What a rule means: `poolcheck --explain {code}`. What is meant to be so: `{sign} poolcheck: ignore[{code}] reason`"
    )?;
    writeln!(out, "on its line, or `per-file-ignores` in the configuration for whole folders.")
}

/// Writes how many sessions the inventory has.
///
/// # Errors
/// The writer fails.
pub fn sessions(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let counts = report.counts;
    let found = number(report.sessions.len(), "session");
    writeln!(out, "{found} in {} (known libraries in {})", number(counts.files, "file"), counts.checked)
}

/// A count with its word.
pub(super) fn number(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

#[derive(Serialize)]
struct Row {
    code: &'static str,
    name: &'static str,
    severity: &'static str,
    count: usize,
}

/// Writes how many findings each rule has, instead of the findings.
///
/// # Errors
/// The writer fails.
pub fn statistics(report: &Report, json: bool, out: &mut dyn Write) -> io::Result<()> {
    let rows = counts(report);
    if json {
        let row = |&(rule, count): &(&'static Rule, usize)| Row {
            code: rule.code,
            name: rule.name,
            severity: rule.severity.as_str(),
            count,
        };
        serde_json::to_writer_pretty(&mut *out, &rows.iter().map(row).collect::<Vec<_>>())?;
        return out.write_all(b"\n");
    }
    let width = rows.iter().map(|(_, count)| count.to_string().len()).max().unwrap_or(0);
    for (rule, count) in rows {
        writeln!(out, "{count:>width$}  {}  {}", rule.code, rule.name)?;
    }
    Ok(())
}
