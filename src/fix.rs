//! Edits, and the files that get them: what `--fix` and `--add-ignore` do.
//!
//! A file is written as a whole or not at all, in its own encoding and with its own line endings. Refuses to know why
//! something is edited: a fix comes with its finding.

use crate::config::Config;
use crate::finding::{Applicability, Edit, Finding};
use crate::languages::{self, read_as};
use crate::paths;
use crate::report::Report;
use crate::source::{FileId, SourceFile};
use similar::TextDiff;
use std::collections::BTreeMap;
use std::io;
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
    pub diff: String,
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
        let Some(source) = report.sources.get(&file) else { continue };
        match Change::new(config, source, &edits).and_then(|change| change.make(write)) {
            Ok(diff) => {
                done.diff.push_str(&diff);
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
    path: PathBuf,
    source: &'s SourceFile,
    before: Vec<u8>,
    after: Vec<u8>,
}

impl<'s> Change<'s> {
    /// Puts edits into a file as it was read; that it is still so is made sure of.
    pub(crate) fn new(config: &Config, source: &'s SourceFile, edits: &[Edit]) -> Result<Change<'s>, Refusal> {
        let path = paths::absolute(&config.cwd, Path::new(source.path.as_str()));
        let language = read_as(&path);
        let before = std::fs::read(&path);
        let before = before.map_err(|error| Refusal::File(format!("cannot be read: {}", paths::reason(&error))))?;
        let same = languages::read(language, source.id, &source.path, before.clone());
        if same.map_or(true, |same| same.text != source.text) {
            return Err(Refusal::Text("it was changed meanwhile; run poolcheck again".to_owned()));
        }
        let after = (language.edit)(&before, source, edits).map_err(Refusal::Text)?;
        Ok(Change { path, source, before, after })
    }

    /// Writes the file; without `write`, gives the difference instead.
    pub(crate) fn make(self, write: bool) -> Result<String, Refusal> {
        if write {
            let written = replace(&self.path, &self.after);
            written.map_err(|error| Refusal::File(format!("cannot be written: {}", paths::reason(&error))))?;
            return Ok(String::new());
        }
        let [before, after] = [&self.before, &self.after].map(|bytes| String::from_utf8_lossy(bytes));
        let (diff, path) = (TextDiff::from_lines(&*before, &*after), &self.source.path);
        Ok(diff.unified_diff().header(path, path).to_string())
    }
}

/// Replaces a file, or makes it: whoever reads it meanwhile sees the old one or the new one, and nothing between. One that
/// may not be written to is left alone, although its folder would allow to put another in its place.
///
/// # Errors
/// The file or its folder cannot be written to.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // What a link leads to is replaced, not the link.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let old = std::fs::metadata(&path).ok().map(|old| old.permissions());
    if let Some(permissions) = &old {
        // The superuser may open what nobody may write.
        if permissions.readonly() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
        }
        std::fs::OpenOptions::new().write(true).open(&path)?;
    }
    let mut made = builder().tempfile_in(folder)?;
    io::Write::write_all(&mut made, bytes)?;
    if let Some(permissions) = old {
        made.as_file().set_permissions(permissions)?;
    }
    made.persist(&path).map_err(|error| error.error)?;
    Ok(())
}

/// Makes files that others may read, as an editor does; the user's mask has the last word.
#[cfg(unix)]
fn builder() -> tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".poolcheck-").permissions(std::fs::Permissions::from_mode(0o666));
    builder
}

#[cfg(not(unix))]
fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".poolcheck-");
    builder
}
