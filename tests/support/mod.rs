//! What the tests of the rules share: the code that is kept for them, and a run of the engine over it.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]

pub mod command;
pub mod editor;
pub mod marks;
pub mod sample;

use poolcheck::config::{Config, Flags};
use poolcheck::engine;
use poolcheck::finding::{Confidence, Finding};
use poolcheck::frameworks::Frameworks;
use poolcheck::languages::language_of;
use poolcheck::libraries::Libraries;
use poolcheck::progress::Progress;
use poolcheck::report::Report;
use poolcheck::rules::{self, Rule, page::Tag};
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Where the repository is.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Files that are linted together, and apart from all others.
#[derive(Debug, Clone)]
pub struct Unit {
    /// What to call it in a failure: its path in the repository.
    pub name: String,
    /// Its own folder in a project of all units.
    pub folder: String,
    /// The files, by their path below that folder.
    pub files: Vec<(String, Vec<u8>)>,
    /// The rule that it is about, beside the default ones.
    pub rule: Option<&'static Rule>,
}

impl Unit {
    fn of_text(name: String, folder: String, path: &str, text: &str, rule: Option<&'static Rule>) -> Unit {
        Unit { name, folder, files: vec![(path.to_owned(), text.as_bytes().to_vec())], rule }
    }

    /// What begins a comment in its first file.
    pub fn comment_sign(&self) -> &'static str {
        language_of(Path::new(&self.files[0].0)).unwrap().comment_sign
    }

    /// What to call one of its files in a failure.
    pub fn called(&self, path: &str) -> String {
        if self.files.len() == 1 { self.name.clone() } else { format!("{}/{path}", self.name) }
    }

    /// Writes it into a folder.
    pub fn write(&self, folder: &Path) {
        for (path, bytes) in &self.files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }

    /// Lints it alone; rows are those of its files.
    pub fn check(&self, options: &Options) -> Vec<Seen> {
        let folder = tempfile::tempdir().unwrap();
        self.write(folder.path());
        seen(&options.run(folder.path()))
    }
}

/// Every file below a folder of the repository with its path below it, sorted.
pub fn files_below(folder: &str) -> Vec<(String, Vec<u8>)> {
    fn walk(base: &Path, folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
        let Ok(entries) = fs::read_dir(folder) else { return };
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                walk(base, &path, found);
            } else {
                let below = path.strip_prefix(base).unwrap().to_str().unwrap().to_owned();
                found.push((below, fs::read(&path).unwrap()));
            }
        }
    }
    let base = root().join(folder);
    let mut found = Vec::new();
    walk(&base, &base, &mut found);
    found
}

/// The fixtures of the rules, each file by itself.
pub fn loose() -> Vec<Unit> {
    let unit = |(path, bytes): (String, Vec<u8>)| {
        let (stem, file) = path.split_once('/').unwrap_or_else(|| panic!("fixtures/rules/{path} is of no rule"));
        let rule = rules::all().iter().find(|rule| rule.stem == stem);
        let rule = rule.unwrap_or_else(|| panic!("fixtures/rules/{stem} is of no rule"));
        let folder = format!("{stem}_{}", file.replace(['/', '.'], "_"));
        let name = format!("fixtures/rules/{path}");
        Unit { name, folder, files: vec![(file.to_owned(), bytes)], rule: Some(rule) }
    };
    files_below("fixtures/rules").into_iter().map(unit).collect()
}

/// The small repositories, each as a whole.
pub fn projects() -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    for (path, bytes) in files_below("fixtures/projects") {
        let (project, file) =
            path.split_once('/').unwrap_or_else(|| panic!("fixtures/projects/{path} is of no project"));
        let name = format!("fixtures/projects/{project}");
        if units.last().is_none_or(|unit| unit.name != name) {
            units.push(Unit { name, folder: format!("project_{project}"), files: Vec::new(), rule: None });
        }
        units.last_mut().unwrap().files.push((file.to_owned(), bytes));
    }
    units
}

/// The examples of the rules' pages with this tag.
pub fn examples(tag: Tag) -> Vec<Unit> {
    let mut units = Vec::new();
    for rule in rules::all() {
        for example in rule.examples().iter().filter(|example| example.tag == tag) {
            let path = match example.language {
                "python" => "sample.py",
                "rust" => "sample.rs",
                other => panic!("{}: an example in {other}, which no test runs", rule.code),
            };
            let name = format!("rules/{}.md, {tag:?}, line {} of the body", rule.stem, example.line);
            let folder = format!("page_{}_{}", rule.code.to_lowercase(), example.line);
            units.push(Unit::of_text(name, folder, path, example.text, Some(rule)));
        }
    }
    units
}

/// All code whose findings are known: fixtures, small repositories, and the pages' examples.
pub fn corpus() -> Vec<Unit> {
    let mut units = loose();
    units.extend(projects());
    for tag in [Tag::Bad, Tag::Good, Tag::Fixed] {
        units.extend(examples(tag));
    }
    units
}

/// A project of units, each in a folder of its own.
pub fn project_of(units: &[Unit]) -> TempDir {
    let project = tempfile::tempdir().unwrap();
    for unit in units {
        unit.write(&project.path().join(&unit.folder));
    }
    project
}

/// How a run differs from a plain one.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What is reported, by its path below the folder; everything where nothing is named.
    pub paths: Vec<String>,
    /// Only these rules.
    pub select: Option<Vec<String>>,
    /// These rules too.
    pub extend: Vec<String>,
    /// Whether findings of low confidence are shown.
    pub low: bool,
    /// How many threads; all there are by default.
    pub jobs: Option<usize>,
    /// Whether every file is parsed.
    pub no_prefilter: bool,
    /// Whether the inventory is asked for, instead of findings.
    pub sites: bool,
    /// Whether unsafe fixes count, and have the numbers that they need.
    pub unsafe_fixes: bool,
}

impl Options {
    /// Every rule, and every finding.
    pub fn everything() -> Options {
        let extend = rules::all().iter().map(|rule| rule.code.to_owned()).collect();
        Options { extend, low: true, ..Options::default() }
    }

    /// Beside the default rules this one, where it is not one of them.
    pub fn with(rule: Option<&Rule>) -> Options {
        Options { extend: rule.iter().map(|rule| rule.code.to_owned()).collect(), ..Options::default() }
    }

    /// The configuration for everything below a folder.
    pub fn config(&self, folder: &Path) -> Config {
        // A temporary folder can have a link on its way.
        let cwd = folder.canonicalize().unwrap();
        let flags = Flags {
            cwd,
            paths: self.paths.iter().map(PathBuf::from).collect(),
            isolated: true,
            no_ignore: true,
            select: self.select.clone(),
            extend_select: self.extend.clone(),
            min_confidence: self.low.then_some(Confidence::Low),
            jobs: self.jobs.and_then(NonZeroUsize::new),
            no_prefilter: self.no_prefilter,
            sites: self.sites,
            unsafe_fixes: self.unsafe_fixes,
            config: self.unsafe_fixes.then(|| "rules.PC201.limit-per-host=10".to_owned()).into_iter().collect(),
            ..Flags::default()
        };
        Config::new(&flags).unwrap()
    }

    /// A run over everything below a folder.
    pub fn run(&self, folder: &Path) -> Report {
        engine::check(&self.config(folder), &Progress::default()).unwrap()
    }

    /// The same with other data.
    pub fn run_with(&self, folder: &Path, libraries: &Libraries, frameworks: &Frameworks) -> Report {
        engine::check_with(&self.config(folder), &Progress::default(), libraries, frameworks).unwrap()
    }
}

/// A finding as tests compare it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    /// The path below the folder.
    pub path: String,
    /// The row it begins on.
    pub row: u32,
    /// The rule.
    pub code: &'static str,
    /// `info`, `warning` or `error`.
    pub severity: &'static str,
    /// `low`, `medium` or `high`.
    pub confidence: &'static str,
    /// What it says.
    pub message: String,
}

impl Seen {
    fn new(report: &Report, finding: &Finding) -> Seen {
        let source = &report.sources[&finding.at.file];
        Seen {
            path: source.path.to_string(),
            row: source.position(finding.at.start).row,
            code: finding.rule.code,
            severity: finding.severity.as_str(),
            confidence: finding.confidence.as_str(),
            message: finding.message.clone(),
        }
    }
}

impl std::fmt::Display for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Seen { path, row, code, severity, confidence, message } = self;
        write!(f, "{path}:{row}: {code} ({severity}, {confidence}) {message}")
    }
}

/// The findings of a run.
pub fn seen(report: &Report) -> Vec<Seen> {
    report.findings.iter().map(|finding| Seen::new(report, finding)).collect()
}

/// The report as JSON.
pub fn json(report: &Report) -> String {
    use poolcheck::report::{Format, Style};
    let mut bytes = Vec::new();
    (Format::parse("json").unwrap().write)(report, Style::PLAIN, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// The inventory as a table.
pub fn table(report: &Report) -> String {
    use poolcheck::report::{Format, Style};
    let mut bytes = Vec::new();
    Format::parse("concise").unwrap().sites().unwrap()(report, Style::PLAIN, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// Fails with every line, if there is one.
#[track_caller]
pub fn none(what: &str, lines: &[String]) {
    assert!(lines.is_empty(), "{} {what}:\n  {}\n", lines.len(), lines.join("\n  "));
}
