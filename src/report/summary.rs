//! What a run comes to: the lines that end it on stderr, and `--statistics`. Refuses to know where they go.

use super::{ListForm, Report, Unchanged, concise};
use crate::baseline::Entry;
use crate::finding::{Applicability, Severity};
use crate::fix::Done;
use crate::languages::read_as;
use crate::paths::tame;
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

/// Writes the problems, a line for each, for what has no place for them.
///
/// # Errors
/// The writer fails.
pub fn problems(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    concise::problems(report, out)
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
        match (report.counts.files, report.problems.len() + report.errors.len()) {
            (0, 0) => writeln!(
                out,
                "poolcheck: warning: no Python or Rust file and no notebook was found below the named paths"
            )?,
            (_, 0) if known(report) > 0 => writeln!(out, "No new findings: {looked}")?,
            (_, 0) => writeln!(out, "All checks passed: {looked}")?,
            (_, problems) => writeln!(out, "No findings, but {}: {looked}", number(problems, "problem"))?,
        }
        return narrowed(report, out);
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
    writeln!(out, "on its line, or `per-file-ignores` in the configuration for whole folders.")?;
    if report.fixable() > 0 {
        writeln!(out, "`--fix` mends {}; `--diff` shows how.", number(report.fixable(), "finding"))?;
    }
    let unsafe_fixes = report.with_fix(Applicability::Unsafe);
    if unsafe_fixes > 0 {
        let more = if report.fixable() > 0 { " more" } else { "" };
        let what = number(unsafe_fixes, "finding");
        writeln!(out, "`--fix --unsafe-fixes`, which may change what the program does, mends {what}{more}.")?;
    }
    if report.baseline.is_none() && report.unchanged.is_none() {
        let how = "`--baseline FILE --update-baseline` once, `--since REV`, or `--add-ignore`";
        writeln!(out, "To be told only of what is new: {how}.")?;
    }
    narrowed(report, out)
}

/// How many findings there are that are not told.
fn known(report: &Report) -> usize {
    report.counts.baselined + report.unchanged.as_ref().map_or(0, |unchanged| unchanged.count)
}

/// How many fixed entries of a baseline are named.
const NAMED: usize = 10;

/// Tells what is not told: what the baseline knows, what it no longer needs to know, and what did not change.
fn narrowed(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if let Some(Unchanged { revision, count, .. }) = report.unchanged.as_ref().filter(|unchanged| unchanged.count > 0) {
        let what = number(*count, "finding");
        writeln!(out, "Not told: {what} where nothing changed since {}.", tame(revision))?;
    }
    let Some(baseline) = &report.baseline else { return Ok(()) };
    let shown = tame(&baseline.shown);
    if let Some(updated) = &baseline.updated {
        let (all, mut gone) = (number(updated.len(), "finding"), number(baseline.fixed.len(), "fixed one"));
        if !baseline.silenced.is_empty() {
            gone = format!("{gone} and {}", number(baseline.silenced.len(), "suppressed one"));
        }
        return writeln!(out, "Wrote {shown}: {all}, {} of them new; {gone} taken out.", baseline.added);
    }
    if report.counts.baselined > 0 {
        let what = number(report.counts.baselined, "finding");
        writeln!(out, "Not told: {what} that {shown} holds.")?;
    }
    gone("Fixed", &baseline.fixed, &shown, out)?;
    gone("Suppressed by now", &baseline.silenced, &shown, out)
}

/// Tells which entries of a baseline are no longer needed.
fn gone(why: &str, entries: &[Entry], shown: &str, out: &mut dyn Write) -> io::Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let (what, them) = if entries.len() == 1 { ("entry", "it") } else { ("entries", "them") };
    writeln!(out, "{why}: {} {what} of {shown}; `--update-baseline` takes {them} out:", entries.len())?;
    for entry in entries.iter().take(NAMED) {
        let line: String = entry.line.chars().take(60).collect();
        writeln!(out, "  {}: {} {}", tame(&entry.filename), tame(&entry.code), tame(&line))?;
    }
    match entries.len().saturating_sub(NAMED) {
        0 => Ok(()),
        more => writeln!(out, "  and {more} more"),
    }
}

/// Writes how many findings got a comment.
///
/// # Errors
/// The writer fails.
pub fn added(added: &Done, out: &mut dyn Write) -> io::Result<()> {
    match added.findings {
        0 => writeln!(out, "Silenced nothing."),
        count => writeln!(out, "Silenced {} in {}.", number(count, "finding"), number(added.files, "file")),
    }
}

/// Writes how many findings were fixed, or would be.
///
/// # Errors
/// The writer fails.
pub fn fixed(done: &Done, written: bool, out: &mut dyn Write) -> io::Result<()> {
    let verb = if written { "Fixed" } else { "Would fix" };
    match done.findings {
        0 => writeln!(out, "{verb} nothing."),
        count => writeln!(out, "{verb} {} in {}.", number(count, "finding"), number(done.files, "file")),
    }
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
pub fn statistics(report: &Report, form: ListForm, out: &mut dyn Write) -> io::Result<()> {
    let rows = counts(report);
    if form != ListForm::Text {
        let row = |&(rule, count): &(&'static Rule, usize)| Row {
            code: rule.code,
            name: rule.name,
            severity: rule.severity.as_str(),
            count,
        };
        return form.write(&rows.iter().map(row).collect::<Vec<_>>(), out);
    }
    let width = rows.iter().map(|(_, count)| count.to_string().len()).max().unwrap_or(0);
    for (rule, count) in rows {
        writeln!(out, "{count:>width$}  {}  {}", rule.code, rule.name)?;
    }
    Ok(())
}
