//! The same input gives the same bytes: with any number of threads, on every run, with and without the prefilter.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use poolcheck::languages::language_of;
use std::path::Path;
use support::Options;

/// Where two texts part, with the lines around it.
fn parting(one: &str, other: &str) -> String {
    let row = one.lines().zip(other.lines()).take_while(|(a, b)| a == b).count();
    let around = |text: &str| text.lines().skip(row.saturating_sub(8)).take(16).collect::<Vec<_>>().join("\n");
    format!("line {}:\n{}\n--- and ---\n{}", row + 1, around(one), around(other))
}

#[track_caller]
fn same(what: &str, folder: &Path, one: &Options, other: &Options) {
    let (first, second) = (support::json(&one.run(folder)), support::json(&other.run(folder)));
    assert!(first == second, "{what}: the reports part at {}", parting(&first, &second));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let project = support::project_of(&support::corpus());
    let threads = |jobs| Options { jobs: Some(jobs), ..Options::everything() };
    for jobs in [2, 3, 8, 64] {
        same(&format!("1 and {jobs} threads"), project.path(), &threads(1), &threads(jobs));
    }
}

#[test]
fn every_run_is_the_same() {
    let project = support::project_of(&support::corpus());
    let options = Options::everything();
    let first = support::json(&options.run(project.path()));
    assert!(first.contains("\"code\": \"PC101\""), "the report is empty");
    for run in 2..=5 {
        let again = support::json(&options.run(project.path()));
        assert!(first == again, "runs 1 and {run} part at {}", parting(&first, &again));
    }
}

/// What no prefilter may change: the findings, and the trouble. (How many files were parsed is its business.)
fn told(folder: &Path, options: &Options) -> String {
    let mut report = options.run(folder);
    report.counts.checked = 0;
    support::json(&report)
}

#[test]
fn the_prefilter_changes_nothing_in_the_whole() {
    let project = support::project_of(&support::corpus());
    let (with, without) = (Options::everything(), Options { no_prefilter: true, ..Options::everything() });
    let (one, other) = (told(project.path(), &with), told(project.path(), &without));
    assert!(one == other, "the prefilter changes something at {}", parting(&one, &other));
}

#[test]
fn the_prefilter_changes_nothing_in_any_part() {
    let (with, without) = (Options::everything(), Options { no_prefilter: true, ..Options::everything() });
    let mut lines = Vec::new();
    for unit in support::corpus() {
        let folder = tempfile::tempdir().unwrap();
        unit.write(folder.path());
        let (one, other) = (told(folder.path(), &with), told(folder.path(), &without));
        if one != other {
            lines.push(format!("{}: {}", unit.name, parting(&one, &other)));
        }
    }
    support::none("parts change with the prefilter", &lines);
}

#[test]
fn a_file_that_is_named_alone_has_the_findings_of_the_whole() {
    let mut lines = Vec::new();
    for unit in support::projects() {
        let folder = tempfile::tempdir().unwrap();
        unit.write(folder.path());
        // A project begins where a repository does.
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        let whole = support::seen(&Options::everything().run(folder.path()));
        for (path, _) in unit.files.iter().filter(|(path, _)| language_of(Path::new(path)).is_some()) {
            let alone = Options { paths: vec![path.clone()], ..Options::everything() };
            let alone = support::seen(&alone.run(folder.path()));
            let here: Vec<_> = whole.iter().filter(|seen| seen.path == *path).cloned().collect();
            if alone != here {
                lines.push(format!("{}: alone {alone:#?}, in the whole {here:#?}", unit.called(path)));
            }
        }
    }
    support::none("files have other findings when they are named alone", &lines);
}
