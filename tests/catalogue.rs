//! Holds the rules' pages to their form: what they must say, and that what they cite exists.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use poolcheck::rules::page::{self, Tag};
use poolcheck::rules::{self, FixKind};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const KEYS: [&str; 8] = ["code", "name", "severity", "default", "tests", "fix", "since", "summary"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files with this extension in a folder, sorted.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = entries.filter(|path| path.extension().is_some_and(|it| it == extension)).collect();
    found.sort();
    found
}

fn stems(folder: &str, extension: &str) -> Vec<String> {
    files(folder, extension).iter().map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

/// Every page: its stem and its text.
fn pages() -> Vec<(String, String)> {
    let paths = files("rules", "md");
    paths
        .iter()
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .zip(paths.iter().map(|path| fs::read_to_string(path).unwrap()))
        .collect()
}

/// The words of a text that begin with `test_`.
fn experiments_in(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.starts_with("test_"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_page_and_every_module_is_listed() {
    let listed: Vec<_> = rules::all().iter().map(|rule| rule.stem.to_owned()).collect();
    assert_eq!(listed, stems("rules", "md"));
    let modules: Vec<_> = stems("src/rules", "rs").into_iter().filter(|stem| stem.starts_with("pc")).collect();
    assert_eq!(listed, modules);
    assert!(listed.len() <= 64, "a set of rules is a u64");
}

#[test]
fn codes_are_sorted_and_names_are_unique() {
    let codes: Vec<_> = rules::all().iter().map(|rule| rule.code).collect();
    assert!(codes.windows(2).all(|pair| pair[0] < pair[1]), "{codes:?}");
    let names: BTreeSet<_> = rules::all().iter().map(|rule| rule.name).collect();
    assert_eq!(names.len(), codes.len());
    for (place, rule) in rules::all().iter().enumerate() {
        assert_eq!(rule.index, place);
        assert_eq!(rule.stem, format!("{}_{}", rule.code.to_lowercase(), rule.name.replace('-', "_")));
    }
}

#[test]
fn front_matter_is_legal() {
    for (stem, text) in pages() {
        assert!(text.starts_with("---\n"), "{stem}: no front matter");
        let page = page::parse(&text);
        let keys: Vec<_> = page.entries().map(|(key, _)| key).collect();
        assert_eq!(keys, KEYS, "{stem}");
        let code = page.get("code").strip_prefix("PC").unwrap_or_default();
        assert!(code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit()), "{stem}: code");
        let name = page.get("name");
        assert!(name.split('-').all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase())), "{stem}");
        assert!(["error", "warning", "info"].contains(&page.get("severity")), "{stem}: severity");
        assert!(["on", "opt-in"].contains(&page.get("default")), "{stem}: default");
        assert!(["yes", "no"].contains(&page.get("tests")), "{stem}: tests");
        assert!(["none", "safe", "unsafe"].contains(&page.get("fix")), "{stem}: fix");
        let since: Vec<_> = page.get("since").split('.').collect();
        assert!(since.len() == 3 && since.iter().all(|part| part.parse::<u32>().is_ok()), "{stem}: since");
    }
}

#[test]
fn summaries_are_short_phrases() {
    for rule in rules::all() {
        let first = rule.summary.chars().next().unwrap();
        assert!(!first.is_uppercase() && !rule.summary.ends_with('.'), "{}: {}", rule.code, rule.summary);
        assert!(rule.summary.len() <= 100 && !rule.summary.contains('`'), "{}: {}", rule.code, rule.summary);
    }
}

#[test]
fn every_page_has_examples_that_are_tagged() {
    for rule in rules::all() {
        let count = |tag| rule.examples().iter().filter(|example| example.tag == tag).count();
        assert!(count(Tag::Bad) > 0, "{}: no bad example", rule.code);
        assert!(count(Tag::Good) > 0, "{}: no good example", rule.code);
        assert_eq!(count(Tag::Fixed) > 0, rule.fix != FixKind::None, "{}: `fix` and `fixed` examples", rule.code);
        for example in rule.examples() {
            assert!(["python", "rust"].contains(&example.language), "{}:{}", rule.code, example.line);
            assert!(!example.text.trim().is_empty(), "{}:{}", rule.code, example.line);
        }
        let fences: Vec<_> = rule.body.lines().filter(|line| line.starts_with("```")).collect();
        let untagged = fences.iter().filter(|line| **line == "```python" || **line == "```rust").count();
        assert_eq!(fences.len() % 2 + untagged, 0, "{}: every block of code says what it promises", rule.code);
        assert_eq!(fences.len(), 2 * rule.examples().len(), "{}: a fence with an unknown tag", rule.code);
    }
}

#[test]
fn every_page_ends_with_evidence() {
    for rule in rules::all() {
        let headings: Vec<_> = rule.body.lines().filter(|line| line.starts_with("## ")).collect();
        assert_eq!(headings.last(), Some(&"## Evidence"), "{}", rule.code);
        let (_, evidence) = rule.body.split_once("## Evidence\n").unwrap();
        assert!(evidence.trim_start().starts_with("- "), "{}: evidence is a list", rule.code);
        assert!(rule.code.starts_with("PC9") || !experiments_in(evidence).is_empty(), "{}: no experiment", rule.code);
    }
}

#[test]
fn what_is_cited_can_be_run_and_what_is_run_is_cited() {
    let mut cited = BTreeSet::new();
    for rule in rules::all() {
        let (_, evidence) = rule.body.split_once("## Evidence\n").unwrap();
        cited.extend(experiments_in(evidence));
    }
    let python = files("tests/experiments", "py").into_iter().map(|path| (path, "def "));
    let rust = files("tests/experiments/rust/src", "rs").into_iter().map(|path| (path, "fn "));
    let written: BTreeSet<String> = python
        .chain(rust)
        .flat_map(|(path, defines)| {
            let text = fs::read_to_string(path).unwrap();
            let names = text.lines().filter_map(|line| line.split_once(defines)).map(|(_, rest)| rest.to_owned());
            names.filter_map(|rest| Some(rest.split_once('(')?.0.to_owned())).collect::<Vec<_>>()
        })
        .filter(|name| name.starts_with("test_"))
        .collect();
    assert_eq!(cited, written);
}

#[test]
fn pages_are_easy_to_read_as_text() {
    for (stem, text) in pages() {
        for (row, line) in text.lines().enumerate() {
            assert!(line.chars().count() <= 120, "{stem}.md:{}: longer than 120", row + 1);
            assert!(line == line.trim_end(), "{stem}.md:{}: ends with a space", row + 1);
        }
    }
}

#[test]
fn a_rule_is_found_by_code_and_by_name() {
    let rule = rules::find("PC301").unwrap();
    assert_eq!(rule.name, "session-per-request");
    assert_eq!(rules::find("Session-Per-Request").unwrap().code, "PC301");
    assert_eq!(rules::find("pc301").unwrap().code, "PC301");
    assert!(rules::find("PC30").is_none());
    assert_eq!(rule.url(), "https://github.com/poolcheck/poolcheck/blob/main/rules/pc301_session_per_request.md");
}
