//! What does not change a program does not change its findings: lines above it, the way its lines end, a byte order
//! mark, where its folder is. Fingerprints stay, so that a baseline does.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use support::{Options, Unit};

/// A finding as a baseline knows it: its row, what it says, and its fingerprint.
type Known = (u32, u32, String, String);

fn known(unit: &Unit) -> Vec<Known> {
    let folder = tempfile::tempdir().unwrap();
    unit.write(folder.path());
    let report = Options::everything().run(folder.path());
    let row = |finding: &poolcheck::finding::Finding| {
        let position = report.sources[&finding.at.file].position(finding.at.start);
        (
            position.row,
            position.column,
            format!("{} {}", finding.rule.code, finding.message),
            finding.fingerprint.clone(),
        )
    };
    report.findings.iter().map(row).collect()
}

/// Holds every unit of one file against what `change` makes of it.
#[track_caller]
fn same_after(change: impl Fn(&str, &Unit) -> String, rows: u32) {
    let mut lines = Vec::new();
    let mut count = 0;
    for unit in support::corpus().into_iter().filter(|unit| unit.files.len() == 1) {
        let (path, bytes) = &unit.files[0];
        let text = change(std::str::from_utf8(bytes).unwrap(), &unit);
        let moved = Unit { files: vec![(path.clone(), text.into_bytes())], ..unit.clone() };
        let mut before = known(&unit);
        before.iter_mut().for_each(|it| it.0 += rows);
        let after = known(&moved);
        count += before.len();
        lines.extend(before.iter().filter(|it| !after.contains(it)).map(|it| format!("{}: gone: {it:?}", unit.name)));
        lines.extend(after.iter().filter(|it| !before.contains(it)).map(|it| format!("{}: new: {it:?}", unit.name)));
    }
    assert!(count > 200, "only {count} findings were held");
    support::none("findings change", &lines);
}

#[test]
fn lines_above_change_nothing() {
    same_after(|text, unit| format!("{} One.\n\n\n{text}", unit.comment_sign()), 3);
}

#[test]
fn the_ends_of_lines_change_nothing() {
    same_after(|text, _| text.replace('\n', "\r\n"), 0);
    // Rust knows no such lines.
    same_after(|text, unit| if unit.comment_sign() == "#" { text.replace('\n', "\r") } else { text.to_owned() }, 0);
}

#[test]
fn a_byte_order_mark_changes_nothing() {
    same_after(|text, _| format!("\u{feff}{text}"), 0);
}

#[test]
fn comments_and_code_below_change_nothing() {
    let below = |text: &str, unit: &Unit| {
        let sign = unit.comment_sign();
        let code = if sign == "#" { "_THE_END = object()" } else { "const THE_END: u8 = 0;" };
        format!("{text}\n\n{sign} The end.\n{code}\n")
    };
    same_after(below, 0);
}

#[test]
fn fingerprints_tell_findings_apart() {
    let mut lines = Vec::new();
    for unit in support::corpus() {
        let mut prints: Vec<String> = known(&unit).into_iter().map(|it| it.3).collect();
        let all = prints.len();
        prints.sort();
        prints.dedup();
        if prints.len() != all {
            lines.push(format!("{}: {all} findings, {} fingerprints", unit.name, prints.len()));
        }
    }
    support::none("units have findings of one fingerprint", &lines);
}
