//! Edits, and the files that get them: what `--fix` and `--add-ignore` do.
//!
//! A file is written as a whole or not at all, in its own encoding and with its own line endings. Refuses to know why
//! something is edited: a fix comes with its finding.

mod files;
mod patch;

pub use files::{probe, replace};
pub use patch::shown;

use crate::config::Config;
use crate::finding::{Applicability, Edit, Finding};
use crate::languages::{self, read_as};
use crate::paths;
use crate::report::Report;
use crate::source::{FileId, SourceFile};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What was done.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// How many findings are gone by it.
    pub findings: usize,
    /// In how many files.
    pub files: usize,
    /// Why others are not, by file.
    pub left: Vec<String>,
    /// The files that could not be read or written, and why.
    pub failed: Vec<String>,
    /// What would be changed, where nothing is written: a unified diff.
    pub diff: Vec<u8>,
}

/// The text with edits, which are sorted by place and do not overlap.
pub(crate) fn edited<'e>(text: &str, edits: impl Iterator<Item = &'e Edit>) -> String {
    let mut made = String::with_capacity(text.len() + 64);
    let mut from = 0;
    for edit in edits {
        made.push_str(text.get(from..edit.span.start as usize).unwrap_or(""));
        made.push_str(&edit.content);
        from = edit.span.end as usize;
    }
    made.push_str(text.get(from..).unwrap_or(""));
    made
}

/// Applies the fixes of a report's findings, the unsafe ones where the configuration wants them, or, with `write` off,
/// tells what that would change. Of fixes that touch the same place the first is taken; the others are for another run.
#[must_use]
pub fn apply(config: &Config, report: &Report, write: bool) -> Done {
    let mut done = Done::default();
    for (file, (findings, edits)) in edits_of_all(&report.findings, config.run.unsafe_fixes) {
        let Some((source, path)) = report.sources.get(&file).zip(report.paths.get(&file)) else { continue };
        match Change::new(config, (source, path), &edits).and_then(|change| change.make(write)) {
            Ok(diff) => {
                done.diff.extend(diff);
                done.findings += findings;
                done.files += 1;
            }
            Err(refusal) => done.refuse(&source.path, refusal),
        }
    }
    done
}

/// The edits that mend findings, by file, sorted by place, and how many findings those are.
pub(crate) fn edits_of_all(findings: &[Finding], with_unsafe: bool) -> BTreeMap<FileId, (usize, Vec<Edit>)> {
    let mut by_file: BTreeMap<FileId, (usize, Vec<Edit>)> = BTreeMap::new();
    for finding in findings {
        let Some(edits) = edits_of(finding, with_unsafe) else { continue };
        let (findings, taken) = by_file.entry(finding.at.file).or_default();
        let new: Vec<Edit> = edits.iter().filter(|edit| !taken.contains(edit)).cloned().collect();
        if new.iter().any(|edit| taken.iter().any(|other| overlap(edit, other))) {
            continue;
        }
        taken.extend(new);
        *findings += 1;
    }
    for (_, edits) in by_file.values_mut() {
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    }
    by_file
}

/// Why a file is not changed.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// What it holds is not changed, and why.
    Text(String),
    /// It cannot be read or written, and why.
    File(String),
}

impl Done {
    /// Notes why a file is as it was.
    pub(crate) fn refuse(&mut self, path: &str, refusal: Refusal) {
        match refusal {
            Refusal::Text(why) => self.left.push(format!("{path}: {why}")),
            Refusal::File(why) => self.failed.push(format!("{path}: {why}")),
        }
    }
}

/// The edits of a fix, all in the finding's own file; where unsafe ones do not count, of one that keeps what the program
/// does.
fn edits_of(finding: &Finding, with_unsafe: bool) -> Option<&[Edit]> {
    let fix = finding.fix.as_ref().filter(|fix| with_unsafe || fix.applicability == Applicability::Safe)?;
    fix.edits.iter().all(|edit| edit.span.file == finding.at.file).then_some(&fix.edits)
}

fn overlap(one: &Edit, other: &Edit) -> bool {
    one.span.start < other.span.end && other.span.start < one.span.end || one.span.start == other.span.start
}

/// A file, and what becomes of it.
pub(crate) struct Change<'s> {
    path: &'s Path,
    /// The name that it is told by, with the bytes that it has where it is no text.
    name: Vec<u8>,
    before: Vec<u8>,
    after: Vec<u8>,
}

impl<'s> Change<'s> {
    /// Puts edits into a file as it was read, where it is; that it is still so is made sure of.
    pub(crate) fn new(
        config: &Config,
        (source, path): (&SourceFile, &'s PathBuf),
        edits: &[Edit],
    ) -> Result<Change<'s>, Refusal> {
        let language = read_as(path);
        let before = std::fs::read(path);
        let before = before.map_err(|error| Refusal::File(format!("cannot be read: {}", paths::reason(&error))))?;
        let same = languages::read(language, source.id, &source.path, before.clone());
        if same.map_or(true, |same| same.text != source.text) {
            return Err(Refusal::Text("it was changed meanwhile; run poolcheck again".to_owned()));
        }
        let after = (language.edit)(&before, source, edits).map_err(Refusal::Text)?;
        let real = path.strip_prefix(&config.cwd).unwrap_or(path).as_os_str();
        let name = if path.to_str().is_some() { source.path.as_bytes() } else { real.as_encoded_bytes() };
        Ok(Change { path, name: name.to_vec(), before, after })
    }

    /// Writes the file; without `write`, gives the difference instead.
    pub(crate) fn make(self, write: bool) -> Result<Vec<u8>, Refusal> {
        if write {
            let written = replace(self.path, &self.after);
            written.map_err(|error| Refusal::File(format!("cannot be written: {}", paths::reason(&error))))?;
            return Ok(Vec::new());
        }
        Ok(patch::unified(&self.name, &self.before, &self.after))
    }
}
