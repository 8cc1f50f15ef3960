//! The pages' examples keep their promises: each `bad` one is one finding of its rule, each `good` one is none at all.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use poolcheck::rules::{self, page::Tag};
use support::{Options, Seen, Unit};

fn shown(seen: &[Seen]) -> String {
    let lines: Vec<String> = seen.iter().map(|seen| format!("\n    {seen}")).collect();
    if lines.is_empty() { "nothing".to_owned() } else { lines.concat() }
}

/// The rule alone; with suppressions the rules that they silence, too.
fn options(unit: &Unit) -> Options {
    let rule = unit.rule.unwrap();
    if rule.code.starts_with("PC9") {
        return Options::with(unit.rule);
    }
    Options { select: Some(vec![rule.code.to_owned()]), ..Options::default() }
}

#[test]
fn a_bad_example_is_one_finding_of_its_rule() {
    let mut lines = Vec::new();
    for unit in support::examples(Tag::Bad) {
        let seen = unit.check(&options(&unit));
        if seen.iter().filter(|seen| seen.code == unit.rule.unwrap().code).count() != 1 {
            lines.push(format!("{}: {}", unit.name, shown(&seen)));
        }
    }
    support::none("bad examples are not one finding", &lines);
}

#[test]
fn a_good_example_is_no_finding() {
    let mut lines = Vec::new();
    for unit in support::examples(Tag::Good).into_iter().chain(support::examples(Tag::Fixed)) {
        let mut seen = unit.check(&Options::with(unit.rule));
        seen.retain(|seen| seen.severity != "info" || rules::find(seen.code).unwrap().severity.as_str() == "info");
        if !seen.is_empty() {
            lines.push(format!("{}: {}", unit.name, shown(&seen)));
        }
    }
    support::none("good or fixed examples have findings", &lines);
}
