//! Every row of the data is there for a reason: without it, some fixture or page has other findings.
//!
//! One row at a time is removed, and the code that may use it is checked with what is left, until something differs.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use poolcheck::frameworks::Frameworks;
use poolcheck::libraries::Libraries;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use support::{Options, Unit};
use toml::{Table, Value};

/// A step to a value inside a table.
#[derive(Debug, Clone)]
enum Step {
    Key(String),
    Index(usize),
}

/// What is removed, and what to call it.
#[derive(Debug)]
struct Row {
    path: Vec<Step>,
    name: String,
}

/// What to call an element: what it is named, else its own text.
fn name_of(value: &Value) -> String {
    let Value::Table(table) = value else { return value.to_string() };
    let text = |key: &str| table.get(key).map(|value| value.to_string());
    let named = ["path", "name", "names", "methods", "settings", "outer"].iter().find_map(|key| text(key));
    let on = text("on").map(|on| format!("{on} ")).unwrap_or_default();
    format!("{on}{}", named.unwrap_or_default())
}

/// Finds what can be removed: every element of a list, and every key that `optional` names.
fn rows(value: &Value, optional: &[&str], at: &mut Vec<Step>, name: &str, found: &mut Vec<Row>) {
    match value {
        Value::Table(table) => {
            for (key, value) in table {
                at.push(Step::Key(key.clone()));
                let name = format!("{name} › {key}");
                if optional.contains(&key.as_str()) {
                    found.push(Row { path: at.clone(), name: format!("{name} = {}", short(value)) });
                }
                rows(value, optional, at, &name, found);
                at.pop();
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                at.push(Step::Index(index));
                let name = format!("{name} {}", name_of(value));
                found.push(Row { path: at.clone(), name: name.clone() });
                rows(value, optional, at, &name, found);
                at.pop();
            }
        }
        _ => {}
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string().replace('\n', " ");
    text.chars().take(40).collect()
}

fn removed(table: &Table, path: &[Step]) -> Table {
    fn go(value: &mut Value, path: &[Step]) {
        match (value, path) {
            (Value::Table(table), [Step::Key(key)]) => drop(table.remove(key)),
            (Value::Array(list), [Step::Index(index)]) => drop(list.remove(*index)),
            (Value::Table(table), [Step::Key(key), rest @ ..]) => go(&mut table[key], rest),
            (Value::Array(list), [Step::Index(index), rest @ ..]) => go(&mut list[*index], rest),
            (value, path) => panic!("no {path:?} in {value}"),
        }
    }
    let mut value = Value::Table(table.clone());
    go(&mut value, path);
    let Value::Table(table) = value else { unreachable!() };
    table
}

/// What a user sees of the findings and the inventory.
fn told(folder: &Path, options: &Options, libraries: &Libraries, frameworks: &Frameworks) -> Vec<String> {
    let report = options.run_with(folder, libraries, frameworks);
    let rest = report.findings.iter().map(|finding| {
        let labels: String = finding.labels.iter().map(|label| format!(" | {}", label.message)).collect();
        format!(" | {}{labels}", finding.help)
    });
    let findings = support::seen(&report);
    let findings = findings.iter().zip(rest).map(|(seen, rest)| format!("{seen}{rest}"));
    let sites = Options { sites: true, ..options.clone() };
    findings.chain([support::table(&sites.run_with(folder, libraries, frameworks))]).collect()
}

/// The words of a text that can be names.
fn words(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect()
}

/// A unit on disk, and what is found in it with all rows.
struct Known {
    folder: PathBuf,
    words: BTreeSet<String>,
    whole: Vec<String>,
}

/// Removes each row of a library's file and lists those that are not missed.
fn not_missed(file: &str, optional: &[&str]) -> Vec<String> {
    let text = fs::read_to_string(support::root().join("rules/libraries").join(file)).unwrap();
    let table: Table = text.parse().unwrap();
    let mut found = Vec::new();
    rows(&Value::Table(table.clone()), optional, &mut Vec::new(), "", &mut found);
    assert!(found.len() > 8, "only {} rows are known", found.len());

    let frameworks = Frameworks::built_in().unwrap();
    let libraries = Libraries::parse(&[(file, &text)]).unwrap();
    // The rows share the threads among them.
    let options = Options { jobs: Some(1), ..Options::everything() };
    let units = support::corpus();
    let project = support::project_of(&units);
    let known = |unit: &Unit| {
        let folder = project.path().join(&unit.folder);
        let texts: Vec<_> = unit.files.iter().map(|(_, bytes)| String::from_utf8_lossy(bytes)).collect();
        let words = texts.iter().flat_map(|text| words(text)).map(str::to_owned).collect();
        let whole = told(&folder, &options, &libraries, &frameworks);
        Known { folder, words, whole }
    };
    let units: Vec<Known> = units.iter().map(known).collect();

    let missed = |row: &Row| {
        let text = removed(&table, &row.path).to_string();
        // What cannot be left out is missed.
        let Ok(libraries) = Libraries::parse(&[(file, &text)]) else { return true };
        // Most often a unit shows it that has the words of the row.
        let own = words(&row.name);
        let mut order: Vec<&Known> = units.iter().collect();
        order.sort_by_key(|unit| Reverse(own.iter().filter(|word| unit.words.contains(**word)).count()));
        order.iter().any(|unit| told(&unit.folder, &options, &libraries, &frameworks) != unit.whole)
    };
    let next = AtomicUsize::new(0);
    let lines = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(row) = found.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if !missed(row) {
                        lines.lock().unwrap().push(row.name.clone());
                    }
                }
            });
        }
    });
    let mut lines = lines.into_inner().unwrap();
    lines.sort();
    lines
}

/// What a row may leave out.
const OPTIONAL: [&str; 39] = [
    "position",
    "unit",
    "unbounded",
    "expects",
    "default-number",
    "default-from",
    "ignored-with",
    "tuple",
    "short",
    "text",
    "negative",
    "number",
    "none",
    "zero",
    "unset",
    "many-hosts",
    "needs-loop",
    "noun",
    "asynchronous",
    "reopens",
    "shared",
    "double",
    "one-shot",
    "socket",
    "stream",
    "awaited",
    "stream-example",
    "held",
    "instead",
    "use",
    "severity",
    "package",
    "known",
    "values",
    "help",
    "handed-on",
    "methods-keep",
    "builder",
    "means-none",
];

/// What holds for every library: each of its rows changes something.
fn all_rows_are_exercised(file: &str) {
    support::none("rows change nothing when they are left out", &not_missed(file, &OPTIONAL));
}

#[test]
fn every_row_of_aiohttp_is_exercised() {
    all_rows_are_exercised("aiohttp.toml");
}

#[test]
fn every_row_of_httpx_is_exercised() {
    all_rows_are_exercised("httpx.toml");
}

#[test]
fn every_row_of_requests_is_exercised() {
    all_rows_are_exercised("requests.toml");
}

#[test]
fn every_row_of_urllib3_is_exercised() {
    all_rows_are_exercised("urllib3.toml");
}

#[test]
fn every_row_of_awc_is_exercised() {
    all_rows_are_exercised("awc.toml");
}

#[test]
fn every_row_of_hyper_util_is_exercised() {
    all_rows_are_exercised("hyper-util.toml");
}

#[test]
fn every_row_of_isahc_is_exercised() {
    all_rows_are_exercised("isahc.toml");
}

#[test]
fn every_row_of_reqwest_is_exercised() {
    all_rows_are_exercised("reqwest.toml");
}

#[test]
fn every_row_of_ureq_is_exercised() {
    all_rows_are_exercised("ureq.toml");
}
