//! Every finding can be silenced where it is, alone: a comment at the end of its line takes away its rule from that
//! statement and nothing else, and is not called unused.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use support::{Options, Seen, Unit};

/// The text with a comment at the end of a row, in place of the fixtures' own.
fn with_comment(text: &str, row: u32, comment: &str) -> String {
    let lines = text.lines().enumerate().map(|(at, line)| {
        let code = line.split_once("#~").map_or(line, |(code, _)| code).trim_end_matches(['/', ' ']);
        if at + 1 == row as usize { format!("{code}  {comment}\n") } else { format!("{line}\n") }
    });
    lines.collect()
}

fn check(unit: &Unit, text: String) -> Vec<Seen> {
    let path = unit.files[0].0.clone();
    Unit { files: vec![(path, text.into_bytes())], ..unit.clone() }.check(&Options::everything())
}

/// What is wrong once a finding is silenced by its code, or by its name.
fn silenced(unit: &Unit, text: &str, before: &[Seen], finding: &Seen, word: &str) -> Vec<String> {
    let after = check(
        unit,
        with_comment(text, finding.row, &format!("{} poolcheck: ignore[{word}] it is meant", unit.comment_sign())),
    );
    let rule = finding.code;
    let mut lines = Vec::new();
    for seen in &after {
        if seen.code == rule && seen.row == finding.row {
            lines.push(format!("{}: ignore[{word}] on line {} leaves: {seen}", unit.name, finding.row));
        } else if !before.contains(seen) {
            lines.push(format!("{}: ignore[{word}] on line {} makes: {seen}", unit.name, finding.row));
        }
    }
    for seen in before.iter().filter(|seen| seen.code != rule && !after.contains(seen)) {
        lines.push(format!("{}: ignore[{word}] on line {} takes: {seen}", unit.name, finding.row));
    }
    lines
}

#[test]
fn every_finding_can_be_silenced_alone() {
    let (mut lines, mut count) = (Vec::new(), 0);
    for unit in support::corpus() {
        let suppresses = unit.rule.is_some_and(|rule| rule.code.starts_with("PC9"));
        if unit.files.len() > 1 || suppresses {
            continue;
        }
        let text = String::from_utf8(unit.files[0].1.clone()).unwrap();
        let before = check(&unit, text.clone());
        for (at, finding) in before.iter().enumerate() {
            let name = poolcheck::rules::find(finding.code).unwrap().name;
            // By code and by name in turn: the two are read in the same place.
            let word = if at % 2 == 0 { finding.code } else { name };
            lines.extend(silenced(&unit, &text, &before, finding, word));
            count += 1;
        }
    }
    assert!(count > 200, "only {count} findings were silenced");
    support::none("silences are not exact", &lines);
}

#[test]
fn a_silence_for_another_rule_is_unused() {
    let mut lines = Vec::new();
    for unit in support::loose() {
        let text = String::from_utf8(unit.files[0].1.clone()).unwrap();
        let before = check(&unit, text.clone());
        let Some(finding) = before.iter().find(|seen| !seen.code.starts_with("PC9")) else { continue };
        let others = ["PC101", "PC205"].into_iter().find(|code| before.iter().all(|seen| seen.code != *code));
        let Some(other) = others else { continue };
        if text.contains("poolcheck: ignore") {
            continue;
        }
        let comment = format!("{} poolcheck: ignore[{other}] it is meant", unit.comment_sign());
        let after = check(&unit, with_comment(&text, finding.row, &comment));
        let unused: Vec<&Seen> = after.iter().filter(|seen| seen.code == "PC901").collect();
        if unused.len() != 1 || unused[0].row != finding.row {
            lines.push(format!("{}: ignore[{other}] on line {}: {unused:?}", unit.name, finding.row));
        }
        for seen in before.iter().filter(|seen| !after.contains(seen)) {
            lines.push(format!("{}: ignore[{other}] on line {} takes: {seen}", unit.name, finding.row));
        }
    }
    support::none("silences for another rule do something", &lines);
}
