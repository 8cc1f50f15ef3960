//! `--add-ignore`: which findings of a report get a comment. Refuses to know where in a text a comment may stand.

use super::{UNUSED, add};
use crate::config::Config;
use crate::finding::{Edit, Finding};
use crate::fix::{Change, Done, Refusal};
use crate::languages::read_as;
use crate::report::Report;
use crate::source::{FileId, SourceFile};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Writes comments that silence every finding of a report, which then holds only those for which that was not possible,
/// and the suppressions of nothing.
pub fn write_ignores(config: &Config, report: &mut Report, reason: &str) -> Done {
    let mut done = Done::default();
    let mut by_file: BTreeMap<FileId, Vec<usize>> = BTreeMap::new();
    // The remedy for a suppression of nothing is to take it out.
    let silent = report.findings.iter().enumerate().filter(|(_, finding)| finding.rule.name != UNUSED);
    for (index, finding) in silent {
        by_file.entry(finding.at.file).or_default().push(index);
    }
    let mut silenced: BTreeSet<usize> = BTreeSet::new();
    for (file, indexes) in by_file {
        let Some(place) = report.sources.get(&file).zip(report.paths.get(&file)) else { continue };
        let source = place.0;
        let findings: Vec<&Finding> = indexes.iter().map(|&index| &report.findings[index]).collect();
        match write_file(config, place, &findings, reason) {
            Ok(homeless) => {
                for &index in &homeless {
                    let row = source.position(findings[index].at.start).row;
                    done.left.push(format!("{}:{row}: no comment can stand at this statement", source.path));
                }
                let before = silenced.len();
                silenced
                    .extend((0..indexes.len()).filter(|index| !homeless.contains(index)).map(|index| indexes[index]));
                done.files += usize::from(silenced.len() > before);
            }
            Err(refusal) => done.refuse(&source.path, refusal),
        }
    }
    done.findings = silenced.len();
    let mut index = 0;
    report.findings.retain(|_| {
        index += 1;
        !silenced.contains(&(index - 1))
    });
    report.counts.suppressed += done.findings;
    done
}

/// The edits that silence findings of a file; none for those at whose statement no comment can stand.
pub(crate) fn silencing(source: &SourceFile, findings: &[&Finding]) -> Vec<Edit> {
    add::plan(source, read_as(Path::new(source.path.as_str())), findings, "").edits
}

/// Writes the comments for the findings of a file; which of them have no place for one.
fn write_file(
    config: &Config,
    (source, path): (&SourceFile, &PathBuf),
    findings: &[&Finding],
    reason: &str,
) -> Result<Vec<usize>, Refusal> {
    let language = read_as(path);
    let plan = add::plan(source, language, findings, reason);
    if !plan.edits.is_empty() {
        Change::new(config, (source, path), &plan.edits)?.make(true)?;
    }
    Ok(plan.homeless)
}
