//! What of the findings is told: not what the baseline knows, not what lies where nothing changed.
//!
//! The baseline comes first and sees every finding, so that what it calls fixed does not depend on what changed. Refuses
//! to write: what becomes of the baseline's file is `main`'s business.

use super::{KnownFile, is_test, rules_that_run};
use crate::baseline::{self, Baseline, Entry, Judged, Outcome};
use crate::config::{Config, ConfigError, RuleSet};
use crate::finding::Finding;
use crate::languages::{self, language_of};
use crate::paths;
use crate::project::Project;
use crate::report::{Report, Unchanged, fingerprint::line_of};
use crate::rules;
use crate::since::{Changed, Changes};
use crate::source::{SourceFile, Span};
use rustc_hash::{FxHashMap, FxHashSet};
use std::path::Path;

/// What findings are held against, read before the work so that a mistake in it costs no time.
#[derive(Debug)]
pub(super) struct Narrowing {
    baseline: Option<Baseline>,
    changes: Option<Changes>,
}

/// Findings that are there and not told.
#[derive(Debug, Default)]
pub(super) struct Aside {
    /// Those below the confidence asked for.
    pub(super) unsure: Vec<Finding>,
    /// Those that a comment silences, with the text of their line without it.
    pub(super) silenced: Vec<(Finding, String)>,
}

impl Narrowing {
    /// Reads the baseline, and asks what changed.
    pub(super) fn new(config: &Config) -> Result<Narrowing, ConfigError> {
        // The inventory is of sessions, not of findings.
        if config.sites {
            return Ok(Narrowing { baseline: None, changes: None });
        }
        let baseline = config.run.baseline.as_deref();
        let read = |path| Baseline::read(path, &config.shown(path), config.update_baseline);
        let folder = Some(config.common_folder()).filter(|folder| folder.is_dir());
        let folder = folder.as_deref().unwrap_or(&config.cwd);
        let since = |revision: &String| {
            let wrong = |message| ConfigError { origin: "--since".into(), line: None, message };
            Changes::since(revision, folder, &config.cwd).map_err(wrong)
        };
        Ok(Narrowing {
            baseline: baseline.map(read).transpose()?,
            changes: config.since.as_ref().map(since).transpose()?,
        })
    }

    /// Takes away from a report what is not told.
    pub(super) fn apply(&self, run: &Told<'_>, aside: &Aside, report: &mut Report) {
        let entries = |baseline: &Baseline, findings: &[Finding]| -> Vec<Entry> {
            findings.iter().map(|finding| run.entry(baseline, finding)).collect()
        };
        let mut staying = Vec::new();
        if let Some(baseline) = &self.baseline {
            let looked = run.looked_at(baseline, report);
            let found = entries(baseline, &report.findings);
            let silenced: Vec<[Entry; 2]> = aside
                .silenced
                .iter()
                .map(|(finding, line)| {
                    let entry = run.entry(baseline, finding);
                    [Entry { line: line.clone(), ..entry.clone() }, entry]
                })
                .collect();
            let aside = baseline::Aside { unsure: &entries(baseline, &aside.unsure), silenced: &silenced };
            let judged = baseline.judge(&found, &aside, |entry| looked.judges(entry));
            report.counts.baselined = judged.known.iter().filter(|known| **known).count();
            let mut known = judged.known.iter();
            report.findings.retain(|_| !known.next().is_some_and(|known| *known));
            staying.clone_from(&judged.staying);
            let shown = run.config.shown(baseline.path());
            let Judged { fixed, silenced, .. } = judged;
            report.baseline = Some(Outcome { shown, fixed, silenced, updated: None, added: 0 });
        }
        if let (Some(changes), Some(revision)) = (&self.changes, &run.config.since) {
            let mut lines = ChangedLines { changes, run, cells: FxHashMap::default() };
            let before = report.findings.len();
            report.findings.retain(|finding| lines.hold(finding));
            let count = before - report.findings.len();
            let base = changes.base().to_owned();
            report.unchanged = Some(Unchanged { revision: revision.clone(), base, count });
        }
        if let (Some(baseline), Some(outcome)) = (&self.baseline, &mut report.baseline)
            && run.config.update_baseline
        {
            let new = entries(baseline, &report.findings);
            outcome.added = new.len();
            staying.extend(new);
            outcome.updated = Some(baseline.with(staying));
            report.counts.baselined += outcome.added;
            report.findings.clear();
        }
    }
}

/// A run, as far as it matters for what is told.
#[derive(Clone, Copy)]
pub(super) struct Told<'r> {
    pub(super) config: &'r Config,
    pub(super) known: &'r [KnownFile],
    pub(super) project: &'r Project<'r>,
}

impl Told<'_> {
    fn entry(&self, baseline: &Baseline, finding: &Finding) -> Entry {
        let file = &self.known[finding.at.file.0 as usize].candidate;
        let source = self.project.file(finding.at.file).map(|file| &file.source);
        Entry {
            filename: paths::relative(baseline.folder(), &file.path),
            code: finding.rule.code.to_owned(),
            line: source.map_or_else(String::new, |source| line_of(source, finding.at)),
        }
    }

    /// What this run would have found.
    fn looked_at(&self, baseline: &Baseline, report: &Report) -> LookedAt<'_> {
        let troubled: FxHashSet<&str> = report.problems.iter().map(|problem| problem.path.as_str()).collect();
        let mut files = FxHashMap::default();
        for file in self.known.iter().filter(|file| file.reported).map(|file| &file.candidate) {
            let ran = rules_that_run(&file.settings, &file.path, is_test(self.config, &file.path));
            // What is behind a broken part, nobody knows.
            let ran = if troubled.contains(file.shown.as_str()) { RuleSet::default() } else { ran };
            files.insert(paths::relative(baseline.folder(), &file.path), ran);
        }
        LookedAt { config: self.config, folder: baseline.folder().to_owned(), files }
    }
}

/// Which findings a run would have found.
struct LookedAt<'r> {
    config: &'r Config,
    folder: std::path::PathBuf,
    /// The rules that ran, by file as entries name it.
    files: FxHashMap<String, RuleSet>,
}

impl LookedAt<'_> {
    /// Whether the run would have found the entry's finding, were it still there. A file that is gone has none, if it
    /// was below what is checked.
    fn judges(&self, entry: &Entry) -> bool {
        if let Some(ran) = self.files.get(&entry.filename) {
            // What is known may be of a library that was left out.
            let all = !self.config.run.libraries.leave_out();
            return all && rules::find(&entry.code).is_some_and(|rule| ran.contains(rule));
        }
        let path = paths::absolute(&self.folder, Path::new(&entry.filename));
        let named = |named: &std::path::PathBuf| path.starts_with(paths::absolute(&self.config.cwd, named));
        !path.exists() && self.config.paths.iter().any(named)
    }
}

/// What changed, asked about findings.
struct ChangedLines<'c> {
    changes: &'c Changes,
    run: &'c Told<'c>,
    /// For each notebook that changed, by its path as reported, the texts of its cells before.
    cells: FxHashMap<String, FxHashSet<String>>,
}

impl ChangedLines<'_> {
    /// Whether something changed where the finding is, or at a place that it points to: a constant that was changed
    /// makes the session wrong that uses it.
    fn hold(&mut self, finding: &Finding) -> bool {
        let spans = finding.labels.iter().map(|label| label.span);
        std::iter::once(finding.at).chain(spans).any(|span| self.touch(span))
    }

    fn touch(&mut self, span: Span) -> bool {
        let known = self.run.known.get(span.file.0 as usize);
        let source = self.run.project.file(span.file).map(|file| &file.source);
        let (Some(known), Some(source)) = (known, source) else { return false };
        match self.changes.of(&known.candidate.path) {
            Changed::Nothing => false,
            Changed::All => true,
            Changed::Lines(_) if !source.cells.is_empty() => self.cell_changed(&known.candidate.path, source, span),
            Changed::Lines(hunks) => {
                let [first, last] =
                    [span.start, span.end.max(span.start + 1) - 1].map(|at| source.row_of_line_feeds(at));
                hunks.iter().any(|hunk| hunk.touches(first, last))
            }
        }
    }

    /// The lines of a notebook's file are not those of its code: its cells are compared instead.
    fn cell_changed(&mut self, path: &Path, source: &SourceFile, span: Span) -> bool {
        let old = self.cells.entry(source.path.to_string()).or_insert_with(|| {
            let before = self.changes.before(path).zip(language_of(path));
            let read = before.map(|(bytes, language)| languages::read(language, source.id, &source.path, bytes));
            let old = read.and_then(Result::ok);
            old.map(|old| (0..old.cells.len()).map(|cell| cell_text(&old, cell).to_owned()).collect())
                .unwrap_or_default()
        });
        let line = source.lines().line(span.start);
        let cell = source.cells.iter().rposition(|cell| cell.first_line as usize <= line).unwrap_or(0);
        !old.contains(cell_text(source, cell))
    }
}

fn cell_text(source: &SourceFile, cell: usize) -> &str {
    let start = |cell: usize| source.cells.get(cell).and_then(|cell| source.lines().start(cell.first_line as usize));
    let from = start(cell).unwrap_or(0) as usize;
    let to = start(cell + 1).map_or(source.text.len(), |end| end as usize);
    source.text.get(from..to).unwrap_or("")
}
