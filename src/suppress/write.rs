//! `--add-ignore`: the files that get the comments.
//!
//! Each is written as a whole or not at all, in its own encoding and with its own line endings. Refuses to know where in
//! a text a comment may stand.

use super::add;
use crate::config::Config;
use crate::finding::Finding;
use crate::languages::{self, LANGUAGES, language_of};
use crate::paths;
use crate::report::Report;
use crate::source::{FileId, SourceFile};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

/// What was written.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// How many findings are silenced now.
    pub findings: usize,
    /// In how many files.
    pub files: usize,
    /// Why others are not, by file.
    pub left: Vec<String>,
}

/// Writes comments that silence every finding of a report, which then holds only those for which that was not possible.
pub fn write_ignores(config: &Config, report: &mut Report, reason: &str) -> Added {
    let mut added = Added::default();
    let mut by_file: BTreeMap<FileId, Vec<usize>> = BTreeMap::new();
    for (index, finding) in report.findings.iter().enumerate() {
        by_file.entry(finding.at.file).or_default().push(index);
    }
    let mut silenced: BTreeSet<usize> = BTreeSet::new();
    for (file, indexes) in by_file {
        let Some(source) = report.sources.get(&file) else { continue };
        let findings: Vec<&Finding> = indexes.iter().map(|&index| &report.findings[index]).collect();
        let path = paths::absolute(&config.cwd, Path::new(source.path.as_str()));
        match write_file(&path, source, &findings, reason) {
            Ok(homeless) => {
                for &index in &homeless {
                    let row = source.position(findings[index].at.start).row;
                    added.left.push(format!("{}:{row}: no comment can stand at this statement", source.path));
                }
                let done = (0..indexes.len()).filter(|index| !homeless.contains(index)).map(|index| indexes[index]);
                let before = silenced.len();
                silenced.extend(done);
                added.files += usize::from(silenced.len() > before);
            }
            Err(why) => added.left.push(format!("{}: {why}", source.path)),
        }
    }
    added.findings = silenced.len();
    let mut index = 0;
    report.findings.retain(|_| {
        index += 1;
        !silenced.contains(&(index - 1))
    });
    report.counts.suppressed += added.findings;
    added
}

/// Writes the comments for the findings of a file; which of them have no place for one.
fn write_file(path: &Path, source: &SourceFile, findings: &[&Finding], reason: &str) -> Result<Vec<usize>, String> {
    let language = language_of(path).unwrap_or(&LANGUAGES[0]);
    let plan = add::plan(source, language, findings, reason);
    if plan.insertions.is_empty() {
        return Ok(plan.homeless);
    }
    let bytes = std::fs::read(path).map_err(|error| format!("cannot be read: {error}"))?;
    let same = languages::read(language, source.id, &source.path, bytes.clone());
    if same.map_or(true, |same| same.text != source.text) {
        return Err("it was changed meanwhile; run poolcheck again".to_owned());
    }
    let bytes = (language.insert)(&bytes, source, &plan.insertions)?;
    replace(path, &bytes).map_err(|error| format!("cannot be written: {error}"))?;
    Ok(plan.homeless)
}

/// Replaces a file, or makes it: whoever reads it meanwhile sees the old one or the new one, and nothing between.
///
/// # Errors
/// The folder cannot be written to.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // What a link leads to is replaced, not the link.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut made = builder().tempfile_in(folder)?;
    io::Write::write_all(&mut made, bytes)?;
    if let Ok(old) = std::fs::metadata(&path) {
        made.as_file().set_permissions(old.permissions())?;
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
