//! Fixtures mark the lines that findings begin on: `#~ PC101`, or several: `#~ PC101 PC103`. A mark says no more than
//! needed: `PC202:info` and `PC301:low` are of that severity or confidence, and what is only information or a guess is
//! marked in this way or not at all.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use poolcheck::rules::{self, Rule};
use support::marks::{difference, marks};

#[test]
fn marks_and_findings_of_fixtures_are_the_same() {
    let lines: Vec<String> = support::loose().iter().flat_map(difference).collect();
    support::none("differences", &lines);
}

#[test]
fn marks_and_findings_of_projects_are_the_same() {
    let units = support::projects();
    assert!(!units.is_empty(), "no project in fixtures/projects");
    let lines: Vec<String> = units.iter().flat_map(difference).collect();
    support::none("differences", &lines);
}

#[test]
fn every_rule_has_a_marked_fixture() {
    let units = support::loose();
    let marked = |rule: &Rule| {
        let own = units.iter().filter(|unit| unit.rule.is_some_and(|it| it.index == rule.index));
        own.flat_map(marks).any(|mark| mark.code == rule.code)
    };
    let without: Vec<String> =
        rules::all().iter().filter(|rule| !marked(rule)).map(|rule| format!("fixtures/rules/{}", rule.stem)).collect();
    support::none("rules without a mark of their own", &without);
}
