//! `github`: workflow commands, of which GitHub Actions makes annotations.
//!
//! GitHub shows ten annotations of each level and step and drops the others without a word, so the worst come first, and
//! a notice tells that there are more. The message begins with the place: the log shows nothing else of a command.
//!
//! Columns are told of places on one line alone; the runner refuses others. A line of a notebook's cell is no line of the
//! file, so there the annotation is on the file.

use super::summary::number;
use super::{Report, Style, TOP, concise, one_line};
use crate::finding::{Finding, Severity};
use crate::paths::tame;
use crate::source::Position;
use std::cmp::Reverse;
use std::io::{self, Write};

/// How many annotations of a level GitHub shows for a step.
const SHOWN: usize = 10;

/// Writes errors, warnings and notices; findings of one severity with the surest first. Lists those of [`Report::told`].
pub(super) fn write(report: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    for error in &report.errors {
        writeln!(out, "::error title=poolcheck::{}", data(&one_line(error)))?;
    }
    for problem in &report.problems {
        let at = report.problem_position(problem);
        let title = format!("poolcheck ({})", problem.problem.kind.as_str());
        let place = Place { path: &problem.path, start: at.unwrap_or(TOP), end: at };
        let message = one_line(&problem.problem.message);
        writeln!(out, "{}", command("error", &title, &place, &message, ""))?;
    }
    let mut findings: Vec<&Finding> = report.told().collect();
    findings.sort_by_key(|finding| Reverse((finding.severity, finding.confidence)));
    let infos = findings.partition_point(|finding| finding.severity > Severity::Info);
    for finding in &findings[..infos] {
        writeln!(out, "{}", annotation(report, finding))?;
    }
    tell_more(report, &findings, out)?;
    findings[infos..].iter().try_for_each(|finding| writeln!(out, "{}", annotation(report, finding)))
}

/// Tells that GitHub will not show everything. Before the notices, so that it is one of those that are shown.
fn tell_more(report: &Report, findings: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let errors = count(Severity::Error) + report.problems.len() + report.errors.len();
    let (warnings, infos) = (count(Severity::Warning), count(Severity::Info));
    if [errors, warnings, infos].iter().all(|&count| count <= SHOWN) {
        return Ok(());
    }
    let (errors, warnings, infos) = (number(errors, "error"), number(warnings, "warning"), number(infos, "info"));
    writeln!(
        out,
        "::notice title=poolcheck::{errors}, {warnings}, {infos}: GitHub shows {SHOWN} annotations of each level, the log \
         of this step has all"
    )
}

fn annotation(report: &Report, finding: &Finding) -> String {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let (start, end) = report.range(finding.at);
    let place = Place { path: report.path(finding.at.file), start, end: Some(end) };
    let title = format!("poolcheck ({})", finding.rule.code);
    let message = format!("{} [{}]", one_line(&finding.message), finding.rule.code);
    command(level, &title, &place, &message, &one_line(&finding.help))
}

/// Where an annotation goes; without an end, to the file as a whole.
struct Place<'a> {
    path: &'a str,
    start: Position,
    end: Option<Position>,
}

fn command(level: &str, title: &str, place: &Place<'_>, message: &str, help: &str) -> String {
    let mut command = format!("::{level} title={},file={}", property(title), property(&tame(place.path)));
    if let Some(end) = place.end.filter(|_| place.start.cell.is_none()) {
        let start = place.start;
        command += &format!(",line={},endLine={}", start.row, end.row);
        if start.row == end.row {
            command += &format!(",col={},endColumn={}", start.column, end.column);
        }
    }
    command += "::";
    command += &data(&format!("{}: {message}", concise::place(place.path, place.start)));
    if !help.is_empty() {
        command += &data(&format!("\nhelp: {help}"));
    }
    command
}

/// A text as the data of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A text as a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
