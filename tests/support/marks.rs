//! The marks in fixtures, and how they differ from the findings.

use super::{Options, Seen, Unit};
use poolcheck::rules;

/// What begins a mark.
const SIGN: &str = "#~ ";

/// A finding that a fixture asks for.
#[derive(Debug)]
pub struct Mark {
    pub path: String,
    pub row: u32,
    pub code: String,
    /// A severity or confidence that it must have.
    pub word: Option<String>,
}

impl Mark {
    fn fits(&self, seen: &Seen) -> bool {
        if (&self.path, self.row, self.code.as_str()) != (&seen.path, seen.row, seen.code) {
            return false;
        }
        match self.word.as_deref() {
            Some(word) => word == seen.severity || word == seen.confidence,
            None => !optional(seen),
        }
    }
}

/// Whether a finding may be there without a mark: a guess, or information that the rule does not always give.
fn optional(seen: &Seen) -> bool {
    let informs = rules::find(seen.code).unwrap().severity.as_str() == "info";
    seen.confidence == "low" || seen.severity == "info" && !informs
}

/// The marks of a unit.
pub fn marks(unit: &Unit) -> Vec<Mark> {
    let mut found = Vec::new();
    for (path, bytes) in &unit.files {
        let text = String::from_utf8_lossy(bytes);
        for (row, line) in text.lines().enumerate() {
            let Some((_, marks)) = line.split_once(SIGN) else { continue };
            assert!(!marks.trim().is_empty(), "{}:{}: an empty mark", unit.called(path), row + 1);
            for mark in marks.split_whitespace() {
                let (code, word) = mark.split_once(':').map_or((mark, None), |(code, word)| (code, Some(word)));
                let known = rules::all().iter().any(|rule| rule.code == code);
                assert!(known, "{}:{}: no rule `{code}`", unit.called(path), row + 1);
                let words = ["low", "medium", "high", "info", "warning", "error"];
                assert!(word.is_none_or(|word| words.contains(&word)), "{}:{}: {mark}", unit.called(path), row + 1);
                let row = u32::try_from(row + 1).unwrap();
                found.push(Mark { path: path.clone(), row, code: code.into(), word: word.map(str::to_owned) });
            }
        }
    }
    found
}

/// What differs between the marks of a unit and its findings.
pub fn difference(unit: &Unit) -> Vec<String> {
    let options = Options { low: true, ..Options::with(unit.rule) };
    let mut seen = unit.check(&options);
    let mut lines = Vec::new();
    for mark in marks(unit) {
        if let Some(at) = seen.iter().position(|seen| mark.fits(seen)) {
            seen.remove(at);
        } else {
            let word = mark.word.map(|word| format!(":{word}")).unwrap_or_default();
            lines.push(format!("{}:{}: marked, not found: {}{word}", unit.called(&mark.path), mark.row, mark.code));
        }
    }
    seen.retain(|seen| !optional(seen));
    lines.extend(seen.into_iter().map(|seen| {
        let Seen { row, code, severity, confidence, message, .. } = &seen;
        format!("{}:{row}: found, not marked: {code} ({severity}, {confidence}) {message}", unit.called(&seen.path))
    }));
    lines
}
