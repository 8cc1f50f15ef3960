//! The thread that checks: whenever something changed, all that is open, project by project. Refuses to know who asks.

use super::desk::{Checked, Desk, Document, Snapshot};
use super::diagnostics;
use super::places::Encoding;
use crate::config::{Config, ConfigError, Flags, OpenFiles};
use crate::engine;
use crate::paths::tame;
use crate::progress::Progress;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Documents that are checked in one run: those of one project in one folder of the editor.
#[derive(Default)]
struct Pile<'s> {
    /// The folder that the editor works in.
    workspace: Option<&'s Path>,
    documents: Vec<(&'s PathBuf, &'s Document)>,
}

/// Folders of what others wrote, which an editor opens to show a definition.
const INSTALLED: [&str; 4] = ["site-packages", "dist-packages", "node_modules", ".cargo"];

/// Checks until the editor leaves.
pub(super) fn run(desk: &Desk, flags: &Flags, encoding: Encoding) {
    let mut seen = 0;
    while let Some(snapshot) = desk.next(seen) {
        let open: OpenFiles =
            snapshot.open.iter().map(|(path, document)| (path.clone(), Arc::clone(&document.text))).collect();
        let flags = Flags { open, force_exclude: true, ..flags.clone() };
        for (project, pile) in piles(&flags, &snapshot) {
            // Trouble with one run is none with the next.
            let checked = catch_unwind(AssertUnwindSafe(|| check(desk, &flags, encoding, &project, &pile)));
            let trouble = match checked {
                Ok(Ok(())) => continue,
                Ok(Err(error)) => format!("poolcheck: {error} (in {})", tame(&project.to_string_lossy())),
                Err(_) => "poolcheck failed; please report it".to_owned(),
            };
            desk.complain(&project, pile.documents.iter().map(|(path, _)| *path), trouble);
        }
        seen = snapshot.changes;
    }
}

/// Sorts documents by their projects. What a document's project is does not depend on what else is open.
fn piles<'s>(flags: &Flags, snapshot: &'s Snapshot) -> BTreeMap<PathBuf, Pile<'s>> {
    let mut piles: BTreeMap<PathBuf, Pile<'_>> = BTreeMap::new();
    for (path, document) in &snapshot.open {
        let around = snapshot.folders.iter().filter(|folder| path.starts_with(folder));
        let workspace = around.max_by_key(|folder| folder.components().count()).map(PathBuf::as_path);
        if workspace.is_none() && path.iter().any(|part| INSTALLED.iter().any(|name| part == *name)) {
            continue;
        }
        let root = match Config::new(&flags_for(flags, workspace, vec![path.clone()])) {
            Ok(config) => config.root,
            // The run over it says what is wrong.
            Err(_) => workspace.or(path.parent()).unwrap_or(path).to_owned(),
        };
        let pile = piles.entry(root).or_default();
        pile.workspace = pile.workspace.or(workspace);
        pile.documents.push((path, document));
    }
    piles
}

/// Relative paths are shown from the editor's folder.
fn flags_for(flags: &Flags, workspace: Option<&Path>, paths: Vec<PathBuf>) -> Flags {
    let own = paths.first().and_then(|path| path.parent()).unwrap_or(&flags.cwd);
    let cwd = workspace.unwrap_or(own).to_owned();
    Flags { paths, cwd, workspace: workspace.map(Path::to_owned), ..flags.clone() }
}

fn check(desk: &Desk, flags: &Flags, encoding: Encoding, project: &Path, pile: &Pile<'_>) -> Result<(), ConfigError> {
    let paths = pile.documents.iter().map(|(path, _)| (*path).clone()).collect();
    let config = Config::new(&flags_for(flags, pile.workspace, paths))?;
    let report = engine::check(&config, &Progress::default())?;
    for error in &report.errors {
        desk.log(error.clone());
    }
    let report = Arc::new(report);
    let found = diagnostics::by_path(&report, &config, encoding);
    desk.tell(project, pile.documents.iter().copied(), |path| {
        let (diagnostics, file) = found.get(path).cloned().unwrap_or_default();
        (diagnostics, Checked { file, report: Arc::clone(&report), unsafe_fixes: config.run.unsafe_fixes })
    });
    Ok(())
}
