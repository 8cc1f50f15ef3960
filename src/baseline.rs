//! Baselines: the findings that were there before, so that a run tells only new ones.
//!
//! A file that is kept in the repository and read by people, one finding a line, sorted:
//!
//! ```text
//! {
//!   "version": 1,
//!   "findings": [
//!     {"filename": "src/client.py", "code": "PC101", "line": "TIMEOUT = ClientTimeout(total=5, connect=10)"}
//!   ]
//! }
//! ```
//!
//! A finding is known by its rule, its file (relative to the baseline's folder) and the text of its line, in which runs
//! of space count as one; so it stays known when lines move. Several that are alike are as many entries. Refuses to know
//! how a run tells what came of it.

use crate::config::ConfigError;
use crate::paths;
use crate::rules;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

/// The form that is written.
const VERSION: u32 = 1;

/// A finding, as a baseline knows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its file: relative to the baseline's folder, with `/`.
    pub filename: String,
    /// The rule's code.
    pub code: String,
    /// The text of its line; see [`crate::report::fingerprint::line_of`].
    pub line: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[expect(dead_code, reason = "it is read on its own, first")]
    version: u32,
    findings: Vec<Entry>,
}

#[derive(Deserialize)]
struct Head {
    version: u32,
}

/// A baseline that was read, or a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    path: PathBuf,
    entries: Vec<Entry>,
}

/// The findings of a run that are there and not told.
#[derive(Debug, Default, Clone, Copy)]
pub struct Aside<'e> {
    /// Those of low confidence: not new, and not gone.
    pub unsure: &'e [Entry],
    /// Those that are suppressed, each as it would be without the suppression on its line, and as it is.
    pub silenced: &'e [[Entry; 2]],
}

/// What a baseline says of a run's findings.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// For each finding, in order, whether it is known.
    pub known: Vec<bool>,
    /// The entries that stay: those that were met, and those that this run could not judge.
    pub staying: Vec<Entry>,
    /// The entries whose finding is gone, sorted.
    pub fixed: Vec<Entry>,
    /// The entries whose finding is suppressed by now, sorted.
    pub silenced: Vec<Entry>,
}

/// What came of a run's baseline.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The file as it is shown.
    pub shown: SmolStr,
    /// The entries whose finding is gone, sorted.
    pub fixed: Vec<Entry>,
    /// The entries whose finding is suppressed by now, sorted.
    pub silenced: Vec<Entry>,
    /// What `--update-baseline` writes.
    pub updated: Option<Baseline>,
    /// How many of its entries are new.
    pub added: usize,
}

impl Baseline {
    /// A baseline without entries, for this file (its absolute path).
    #[must_use]
    pub fn empty(path: PathBuf) -> Baseline {
        Baseline { path, entries: Vec::new() }
    }

    /// Reads a file (its absolute path, and the path as it is shown). One that does not exist is empty where `create`
    /// says so.
    ///
    /// # Errors
    /// It is not there, cannot be read, or is no baseline; with the remedy.
    pub fn read(path: &Path, shown: &str, create: bool) -> Result<Baseline, ConfigError> {
        let wrong = |line: Option<usize>, message: String| ConfigError { origin: shown.to_owned(), line, message };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound && create => {
                return Ok(Baseline::empty(path.to_owned()));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let message = "this baseline does not exist; `--update-baseline` writes it".to_owned();
                return Err(wrong(None, message));
            }
            Err(error) => return Err(wrong(None, format!("the baseline cannot be read: {}", paths::reason(&error)))),
        };
        let broken = |error: serde_json::Error| {
            let what = format!("this is no baseline: {error}; delete it and let `--update-baseline` write it anew");
            wrong(Some(error.line()).filter(|line| *line > 0), what)
        };
        let head: Head = serde_json::from_str(&text).map_err(broken)?;
        if head.version != VERSION {
            let message = format!("this baseline has version {}, and this poolcheck knows {VERSION}", head.version);
            return Err(wrong(None, message));
        }
        let document: Document = serde_json::from_str(&text).map_err(broken)?;
        let mut entries = document.findings;
        entries.sort();
        Ok(Baseline { path: path.to_owned(), entries })
    }

    /// The folder that its file names are relative to.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Tells known findings from new ones: each entry stands for one finding.
    ///
    /// * `findings`: those that would be told, in the order of their places.
    /// * `aside`: those that the run found and does not tell.
    /// * `judged`: whether the run would have found an entry's finding, were it still there.
    #[must_use]
    pub fn judge(&self, findings: &[Entry], aside: &Aside<'_>, judged: impl Fn(&Entry) -> bool) -> Judged {
        let mut left: BTreeMap<&Entry, usize> = BTreeMap::new();
        for entry in &self.entries {
            *left.entry(entry).or_default() += 1;
        }
        let mut outcome = Judged::default();
        let mut meet = |entry: &Entry, staying: &mut Vec<Entry>| match left.get_mut(entry) {
            Some(count) if *count > 0 => {
                *count -= 1;
                staying.push(entry.clone());
                true
            }
            _ => false,
        };
        for finding in findings {
            let known = meet(finding, &mut outcome.staying);
            outcome.known.push(known);
        }
        for finding in aside.unsure {
            meet(finding, &mut outcome.staying);
        }
        for [before, now] in aside.silenced {
            let _ = meet(before, &mut outcome.silenced) || meet(now, &mut outcome.silenced);
        }
        outcome.silenced.sort();
        for (entry, count) in left {
            // A rule that no longer exists finds nothing.
            let gone = judged(entry) || rules::find(&entry.code).is_none();
            let list = if gone { &mut outcome.fixed } else { &mut outcome.staying };
            list.extend(std::iter::repeat_n(entry.clone(), count));
        }
        outcome
    }

    /// The same file with other entries.
    #[must_use]
    pub fn with(&self, mut entries: Vec<Entry>) -> Baseline {
        entries.sort();
        Baseline { path: self.path.clone(), entries }
    }

    /// How many findings it knows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it knows none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The file's text: the same for the same entries, one entry a line, so that a change of it can be reviewed.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{{\n  \"version\": {VERSION},\n  \"findings\": [");
        for (index, entry) in self.entries.iter().enumerate() {
            let json = |text: &str| serde_json::Value::from(text).to_string();
            let [filename, code, line] = [&entry.filename, &entry.code, &entry.line].map(|text| json(text));
            let comma = if index == 0 { "" } else { "," };
            // Writing to a string does not fail.
            let _ = write!(text, "{comma}\n    {{\"filename\": {filename}, \"code\": {code}, \"line\": {line}}}");
        }
        text.push_str(if self.entries.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" });
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(filename: &str, code: &str, line: &str) -> Entry {
        Entry { filename: filename.into(), code: code.into(), line: line.into() }
    }

    fn baseline(entries: Vec<Entry>) -> Baseline {
        Baseline::empty(PathBuf::from("/p/b.json")).with(entries)
    }

    #[test]
    fn alike_findings_are_counted() {
        let (one, other) = (entry("a.py", "PC101", "x"), entry("a.py", "PC103", "x"));
        let known = baseline(vec![one.clone(), other.clone(), one.clone()]);
        let judged = known.judge(&[one.clone(), one.clone(), one.clone()], &Aside::default(), |_| true);
        assert_eq!((judged.known, judged.fixed), (vec![true, true, false], vec![other.clone()]));
        let aside = Aside { unsure: std::slice::from_ref(&other), silenced: &[] };
        let judged = known.judge(&[], &aside, |_| false);
        assert_eq!(judged.staying, [other, one.clone(), one], "neither seen as fixed nor dropped");
    }

    #[test]
    fn what_is_suppressed_is_not_fixed() {
        let (before, now) = (entry("a.py", "PC101", "x"), entry("a.py", "PC101", "x # why"));
        let known = baseline(vec![before.clone(), before.clone()]);
        let aside = Aside { unsure: &[], silenced: &[[before.clone(), now]] };
        let judged = known.judge(&[], &aside, |_| true);
        assert_eq!((judged.silenced, judged.fixed), (vec![before.clone()], vec![before]));
    }

    #[test]
    fn a_rule_that_is_gone_finds_nothing() {
        let known = baseline(vec![entry("a.py", "PC000", "x")]);
        assert_eq!(known.judge(&[], &Aside::default(), |_| false).fixed.len(), 1);
    }

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b.json");
        for entries in [vec![], vec![entry("é \"q\".py", "PC101", "a\\b\u{1b}"), entry("a.py", "PC103", "x")]] {
            let written = Baseline::empty(path.clone()).with(entries);
            std::fs::write(&path, written.text()).unwrap();
            assert_eq!(Baseline::read(&path, "b.json", false), Ok(written));
        }
    }

    #[test]
    fn what_is_no_baseline_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b.json");
        for (text, what) in [
            ("", "this is no baseline"),
            ("{}", "missing field `version`"),
            ("{\"version\": 2, \"future\": 1}", "has version 2"),
            ("{\"version\": 1,\n \"findings\": [{\"code\": 1}]}", "b.json:2: this is no baseline"),
            ("{\"version\": 1, \"findings\": [], \"x\": 1}", "unknown field `x`"),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = Baseline::read(&path, "b.json", true).unwrap_err().to_string();
            assert!(error.contains(what), "{text}: {error}");
        }
        std::fs::remove_file(&path).unwrap();
        assert!(Baseline::read(&path, "b.json", false).unwrap_err().message.contains("--update-baseline"));
        assert!(Baseline::read(&path, "b.json", true).unwrap().is_empty());
    }
}
