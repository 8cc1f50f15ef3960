//! `junit`: the XML that test reports are made of; a suite for each file, a failed case for each finding.
//!
//! Cases are told apart by file and name from one run to the next, so names hold no lines: the second finding of a rule
//! in a file is `... #2`. A file that could not be read or parsed is an error rather than a failure. Where there is
//! nothing to tell, one case passes, since readers take a report without cases for a broken run.
//!
//! Written without a library: it is three elements, and [`xml`] takes care of what XML cannot hold.

use super::{FileProblem, InFile, Report, Style, concise, one_line};
use crate::finding::Finding;
use crate::paths::tame;
use rustc_hash::FxHashMap;
use std::io::{self, Write};

/// Writes the suites, with the problems and all findings.
pub(super) fn write(report: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    let (failures, errors) = (report.findings.len(), report.problems.len() + report.errors.len());
    let tests = (failures + errors).max(1);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"poolcheck\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">")?;
    if failures + errors == 0 {
        let passed = Case { name: "no findings".to_owned(), row: None, trouble: None };
        suite(out, "poolcheck", &[passed])?;
    }
    if !report.errors.is_empty() {
        suite(out, "poolcheck", &report.errors.iter().map(|error| unable(error)).collect::<Vec<_>>())?;
    }
    for (path, file) in report.by_path(report.findings.iter()) {
        suite(out, path, &cases(report, &file))?;
    }
    writeln!(out, "</testsuites>")
}

/// One check of one file.
struct Case {
    name: String,
    /// The line of the file, where there is one.
    row: Option<u32>,
    /// What did not pass.
    trouble: Option<Trouble>,
}

struct Trouble {
    /// The element's name: `failure` or `error`.
    element: &'static str,
    kind: &'static str,
    message: String,
    text: String,
}

/// A named path that could not be checked.
fn unable(error: &str) -> Case {
    let message = one_line(error);
    let trouble = Trouble { element: "error", kind: "unable", text: message.clone(), message };
    Case { name: trouble.message.clone(), row: None, trouble: Some(trouble) }
}

fn cases(report: &Report, file: &InFile<'_>) -> Vec<Case> {
    let problems = file.problems.iter().map(|problem| of_problem(report, problem));
    let mut cases: Vec<Case> =
        problems.chain(file.findings.iter().map(|finding| of_finding(report, finding))).collect();
    let mut seen: FxHashMap<String, usize> = FxHashMap::default();
    for case in &mut cases {
        let count = seen.entry(case.name.clone()).or_insert(0);
        *count += 1;
        if *count > 1 {
            case.name += &format!(" #{count}");
        }
    }
    cases
}

fn of_problem(report: &Report, problem: &FileProblem) -> Case {
    let at = report.problem_position(problem).filter(|at| at.cell.is_none());
    let kind = problem.problem.kind.as_str();
    let message = one_line(&problem.problem.message);
    let trouble = Trouble { element: "error", kind, message, text: concise::problem_line(report, problem) };
    Case { name: kind.to_owned(), row: at.map(|at| at.row), trouble: Some(trouble) }
}

fn of_finding(report: &Report, finding: &Finding) -> Case {
    let at = report.range(finding.at).0;
    let mut text = concise::line(report, finding);
    if !finding.help.is_empty() {
        text += &format!("\nhelp: {}", one_line(&finding.help));
    }
    for label in &finding.labels {
        let place = concise::place(report.path(label.span.file), report.range(label.span).0);
        text += &format!("\n{place}: {}", one_line(&label.message));
    }
    let (element, kind) = ("failure", finding.severity.as_str());
    let trouble = Trouble { element, kind, message: one_line(&finding.message), text };
    let name = format!("{} {}", finding.rule.code, finding.rule.name);
    Case { name, row: Some(at.row).filter(|_| at.cell.is_none()), trouble: Some(trouble) }
}

fn suite(out: &mut dyn Write, path: &str, cases: &[Case]) -> io::Result<()> {
    let path = xml(&tame(path));
    let count = |element: &str| {
        cases.iter().filter(|case| case.trouble.as_ref().is_some_and(|trouble| trouble.element == element)).count()
    };
    let (tests, failures, errors) = (cases.len(), count("failure"), count("error"));
    writeln!(out, "  <testsuite name=\"{path}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">")?;
    for case in cases {
        write!(out, "    <testcase name=\"{}\" classname=\"{path}\"", xml(&case.name))?;
        if let Some(row) = case.row {
            write!(out, " file=\"{path}\" line=\"{row}\"")?;
        }
        let Some(Trouble { element, kind, message, text }) = &case.trouble else {
            writeln!(out, "/>")?;
            continue;
        };
        let (message, text) = (xml(message), xml(text));
        writeln!(out, ">\n      <{element} type=\"{kind}\" message=\"{message}\">{text}</{element}>\n    </testcase>")?;
    }
    writeln!(out, "  </testsuite>")
}

/// A tamed text in XML. Of the characters that XML does not allow, only two are left in such a text.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.extend(char.escape_unicode()),
            char => out.push(char),
        }
    }
    out
}
