//! A run's result, and the table of formats that can show it.
//!
//! An emitter is a function from the whole [`Report`] to a writer. Refuses to know how findings came about.

mod concise;
mod escaped;
pub mod fingerprint;
mod full;
mod github;
mod gitlab;
mod grouped;
mod html;
mod json;
mod junit;
pub mod page;
mod rdjson;
mod sarif;
mod sites;
pub mod summary;

use crate::baseline;
use crate::config::nearest;
use crate::finding::{Applicability, Finding, Severity};
use crate::inventory::Session;
use crate::model::facts::{Problem, ProblemKind};
use crate::paths::tame;
use crate::source::{FileId, Position, SourceFile, Span};
use serde::Serialize;
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

/// Everything that a run has to say.
#[derive(Debug, Default)]
pub struct Report {
    /// The findings to show, sorted by path, start and code.
    pub findings: Vec<Finding>,
    /// The inventory, where it was asked for or the format shows it.
    pub sessions: Vec<Session>,
    /// Trouble, sorted by path and place.
    pub problems: Vec<FileProblem>,
    /// The text of every file that a finding or problem points into.
    pub sources: BTreeMap<FileId, SourceFile>,
    /// Where those of them are that are checked; a name need not be text.
    pub paths: BTreeMap<FileId, PathBuf>,
    /// How much was looked at.
    pub counts: Counts,
    /// Named paths that could not be checked at all; with one of these the run's status is 2.
    pub errors: Vec<String>,
    /// What came of the baseline, where there is one.
    pub baseline: Option<baseline::Outcome>,
    /// What `--since` left out.
    pub unchanged: Option<Unchanged>,
}

/// Findings that are not told because nothing changed where they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unchanged {
    /// The revision, as it was named.
    pub revision: String,
    /// The commit from which changes are counted.
    pub base: String,
    /// How many there are.
    pub count: usize,
}

/// Trouble with one file.
#[derive(Debug)]
pub struct FileProblem {
    /// The path as it is reported.
    pub path: SmolStr,
    /// The file, where it could be read.
    pub file: Option<FileId>,
    /// The trouble.
    pub problem: Problem,
}

/// How much was looked at.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Files found below the paths.
    pub files: usize,
    /// Files parsed because something in them may matter.
    pub checked: usize,
    /// Constructions judged.
    pub sites: usize,
    /// Findings silenced by a comment.
    pub suppressed: usize,
    /// Findings that the baseline knows.
    pub baselined: usize,
}

impl Report {
    /// How many findings there are of a severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// How many findings a safe fix removes.
    #[must_use]
    pub fn fixable(&self) -> usize {
        self.with_fix(Applicability::Safe)
    }

    /// How many findings have a fix of this kind.
    fn with_fix(&self, applicability: Applicability) -> usize {
        let fixes = self.findings.iter().filter_map(|finding| finding.fix.as_ref());
        fixes.filter(|fix| fix.applicability == applicability).count()
    }

    /// The exit status, the same in every format: 2 where something named could not be checked (with `strict`: where
    /// there is any problem), 1 where a finding is at or above `fail_on`, else 0.
    #[must_use]
    pub fn status(&self, fail_on: Option<Severity>, strict: bool) -> u8 {
        if !self.errors.is_empty() || (strict && !self.problems.is_empty()) {
            return 2;
        }
        let fails = |finding: &Finding| fail_on.is_some_and(|least| finding.severity >= least);
        u8::from(self.findings.iter().any(fails))
    }

    /// The path of a file as it is reported.
    fn path(&self, file: FileId) -> &str {
        self.sources.get(&file).map_or("?", |source| source.path.as_str())
    }

    /// Where a span begins and ends. A span in a file whose text is not here is at its beginning.
    fn range(&self, span: Span) -> (Position, Position) {
        self.sources
            .get(&span.file)
            .map_or((TOP, TOP), |source| (source.position(span.start), source.position(span.end)))
    }

    /// The findings that formats for people list: without those that another one of the same site tells already and that
    /// are no more than an info.
    pub(crate) fn told(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| !finding.folded || finding.severity > Severity::Info)
    }

    /// The problems and these findings by path, in the order of the paths.
    fn by_path<'r>(&'r self, findings: impl Iterator<Item = &'r Finding>) -> BTreeMap<&'r str, InFile<'r>> {
        let mut files: BTreeMap<&str, InFile<'_>> = BTreeMap::new();
        for problem in &self.problems {
            files.entry(&problem.path).or_default().problems.push(problem);
        }
        for finding in findings {
            files.entry(self.path(finding.at.file)).or_default().findings.push(finding);
        }
        files
    }

    /// Where a problem is, as far as that is known.
    fn problem_position(&self, problem: &FileProblem) -> Option<Position> {
        let source = self.sources.get(&problem.file?)?;
        Some(source.position(problem.problem.at?))
    }
}

/// What there is to say about one file.
#[derive(Default)]
struct InFile<'r> {
    problems: Vec<&'r FileProblem>,
    findings: Vec<&'r Finding>,
}

/// Where a file begins.
const TOP: Position = Position { row: 1, column: 1, cell: None };
/// Where poolcheck lives.
const HOME: &str = env!("CARGO_PKG_REPOSITORY");

/// A message as one line that steers no terminal.
fn one_line(message: &str) -> String {
    tame(&message.lines().collect::<Vec<_>>().join(" ")).into_owned()
}

/// What stands before a message where a format knows lines of files alone, which those of a notebook's cell are not.
fn cell_place(at: Position) -> String {
    at.cell.map_or_else(String::new, |cell| format!("cell {cell}:{}:{}: ", at.row, at.column))
}

impl ProblemKind {
    /// The word for it in every format.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ProblemKind::Syntax => "syntax",
            ProblemKind::Read => "read",
            ProblemKind::Encoding => "encoding",
            ProblemKind::Internal => "internal",
        }
    }
}

/// What the place that is written to can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether colours are wanted.
    pub color: bool,
    /// Whether a code can be a link to its page.
    pub links: bool,
    /// Whether box-drawing characters can be shown.
    pub unicode: bool,
    /// How many columns there are.
    pub width: usize,
}

impl Style {
    /// For a pipe or a file.
    pub const PLAIN: Style = Style { color: false, links: false, unicode: true, width: 100 };
}

/// Writes a whole report.
pub type Writer = fn(&Report, Style, &mut dyn Write) -> io::Result<()>;

/// What a list is written as that is no report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListForm {
    /// A line for a person.
    Text,
    /// One array.
    Json,
    /// One object a line.
    JsonLines,
}

impl ListForm {
    /// Writes rows as JSON.
    fn write<T: Serialize>(self, rows: &[T], out: &mut dyn Write) -> io::Result<()> {
        if self == ListForm::JsonLines {
            for row in rows {
                serde_json::to_writer(&mut *out, row)?;
                out.write_all(b"\n")?;
            }
            return Ok(());
        }
        serde_json::to_writer_pretty(&mut *out, rows)?;
        out.write_all(b"\n")
    }
}

/// A format that a report can be written in.
pub struct Format {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// Writes a whole report.
    pub write: Writer,
    /// What lists (`--rules`, `--statistics`) are written as with it; `None` where it has no form for them.
    pub list: Option<ListForm>,
    /// Whether it shows the inventory beside the findings.
    pub sessions: bool,
}

const TEXT: Option<ListForm> = Some(ListForm::Text);

/// Every format, in the order of the help. The first is for a terminal, the second for a pipe.
pub static FORMATS: &[Format] = &[
    Format { list: TEXT, ..Format::new("full", "source, labels and help (on a terminal)", full::write) },
    Format { list: TEXT, ..Format::new("concise", "one line a finding (in a pipe)", concise::write) },
    Format { list: TEXT, ..Format::new("grouped", "one line a finding, by file", grouped::write) },
    Format { list: Some(ListForm::Json), ..Format::new("json", "one object with a summary", json::write) },
    Format { list: Some(ListForm::JsonLines), ..Format::new("json-lines", "one object a line", json::write_lines) },
    Format::new("sarif", "SARIF 2.1.0, for code scanning", sarif::write),
    Format::new("github", "annotations of GitHub Actions", github::write),
    Format::new("gitlab", "GitLab code quality", gitlab::write),
    Format::new("junit", "JUnit's XML, for test reports", junit::write),
    Format::new("rdjson", "reviewdog's JSON", rdjson::write),
    Format { sessions: true, ..Format::new("html", "a page to look at: sessions and findings", html::write) },
];

/// The formats that the inventory can be written in: those for people show the same table.
pub static SITE_FORMATS: &[(&str, Writer)] =
    &[("full", sites::write), ("concise", sites::write), ("json", sites::write_json), ("html", html::write_sites)];

impl Format {
    const fn new(name: &'static str, about: &'static str, write: Writer) -> Format {
        Format { name, about, write, list: None, sessions: false }
    }

    /// The format of that name.
    ///
    /// # Errors
    /// Tells the nearest name, or all.
    pub fn parse(name: &str) -> Result<&'static Format, String> {
        if let Some(format) = FORMATS.iter().find(|format| format.name == name) {
            return Ok(format);
        }
        let names = FORMATS.iter().map(|format| format.name);
        Err(match nearest(name, names.clone()) {
            Some(near) => format!("unknown format `{name}`; did you mean `{near}`?"),
            None => format!("unknown format `{name}`; it is one of {}", names.collect::<Vec<_>>().join(", ")),
        })
    }

    /// How the inventory is written; `None` where this format has no form for it.
    #[must_use]
    pub fn sites(&self) -> Option<Writer> {
        SITE_FORMATS.iter().find(|(name, _)| *name == self.name).map(|&(_, write)| write)
    }

    /// What is used when nobody says: `full` for a person, `concise` for a pipe.
    #[must_use]
    pub fn default_for(terminal: bool) -> &'static Format {
        &FORMATS[usize::from(!terminal)]
    }
}

impl std::fmt::Debug for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
