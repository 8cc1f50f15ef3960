//! What lies on the desk: what the editor has open, and what was found in it. Refuses to check anything.

use super::path_of;
use crate::config::OpenFiles;
use crate::languages::language_of;
use crate::paths;
use crate::report::Report;
use crate::source::FileId;
use crossbeam_channel::Sender;
use lsp_server::{Message, Notification};
use lsp_types::{Diagnostic, LogMessageParams, MessageType, PublishDiagnosticsParams, ShowMessageParams, Uri};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long nothing must change before a check begins: a word is typed faster than that.
const PAUSE: Duration = Duration::from_millis(100);

/// A document that is open.
#[derive(Debug, Clone)]
struct Document {
    uri: Uri,
    version: i32,
    text: Arc<str>,
}

/// What was found in a document.
#[derive(Debug, Clone)]
pub(super) struct Checked {
    /// The document's version.
    pub(super) version: i32,
    /// Its file in the report.
    pub(super) file: Option<FileId>,
    /// The report of its run.
    pub(super) report: Arc<Report>,
    /// Whether fixes count that may change what the program does.
    pub(super) unsafe_fixes: bool,
}

/// Documents that are checked in one run.
#[derive(Debug)]
pub(super) struct Pile {
    /// The folder that the editor works in.
    pub(super) folder: PathBuf,
    /// Their texts by path.
    pub(super) open: OpenFiles,
    /// Their versions.
    versions: BTreeMap<PathBuf, i32>,
}

/// What threads share.
#[derive(Debug)]
pub(super) struct Desk {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    /// The folders that the editor works in.
    folders: Vec<PathBuf>,
    open: BTreeMap<PathBuf, Document>,
    checked: BTreeMap<PathBuf, Checked>,
    /// How often anything changed.
    changes: u64,
    /// Where messages to the editor go; nothing once it has left.
    editor: Option<Sender<Message>>,
    /// The last trouble that was shown.
    shown: Option<String>,
}

impl State {
    fn send(&self, method: &str, params: impl serde::Serialize) {
        if let Some(editor) = &self.editor {
            // Who has left hears nothing.
            let _ = editor.send(Notification::new(method.to_owned(), params).into());
        }
    }

    fn publish(&self, document: &Document, diagnostics: Vec<Diagnostic>) {
        let (uri, version) = (document.uri.clone(), Some(document.version));
        self.send("textDocument/publishDiagnostics", PublishDiagnosticsParams { uri, version, diagnostics });
    }

    /// The folder that a file is checked from: the innermost of the editor's that it lies in, else its own.
    fn folder_of(&self, path: &Path) -> PathBuf {
        let around = self.folders.iter().filter(|folder| path.starts_with(folder));
        let own = path.parent().unwrap_or(path);
        around.max_by_key(|folder| folder.components().count()).map_or(own, PathBuf::as_path).to_owned()
    }

    fn piles(&self) -> Vec<Pile> {
        let mut piles: BTreeMap<PathBuf, Pile> = BTreeMap::new();
        for (path, document) in &self.open {
            let folder = self.folder_of(path);
            let pile = piles.entry(folder.clone()).or_insert_with(|| Pile {
                folder,
                open: OpenFiles::default(),
                versions: BTreeMap::new(),
            });
            pile.open.insert(path.clone(), Arc::clone(&document.text));
            pile.versions.insert(path.clone(), document.version);
        }
        piles.into_values().collect()
    }
}

impl Desk {
    /// An empty desk of an editor that works in these folders.
    pub(super) fn new(folders: Vec<PathBuf>, editor: Sender<Message>) -> Desk {
        let state = State {
            folders,
            open: BTreeMap::new(),
            checked: BTreeMap::new(),
            changes: 0,
            editor: Some(editor),
            shown: None,
        };
        Desk { state: Mutex::new(state), changed: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state();
        change(&mut state);
        state.changes += 1;
        self.changed.notify_all();
    }

    /// Puts a document on the desk, or a new version of one. A notebook is none: the editor counts in its cells.
    pub(super) fn put(&self, uri: Uri, version: i32, text: Arc<str>) {
        let path = path_of(&uri).map(|path| paths::absolute(&path, Path::new("")));
        let is_code = |path: &PathBuf| language_of(path).is_some_and(|language| language.name != "notebook");
        if let Some(path) = path.filter(is_code) {
            self.change(|state| drop(state.open.insert(path, Document { uri, version, text })));
        }
    }

    /// Takes a document away, and with it what was said of it.
    pub(super) fn take(&self, uri: &Uri) {
        let Some(path) = path_of(uri) else { return };
        self.change(|state| {
            state.checked.remove(&path);
            if let Some(document) = state.open.remove(&path) {
                let (uri, diagnostics) = (document.uri, Vec::new());
                let params = PublishDiagnosticsParams { uri, version: None, diagnostics };
                state.send("textDocument/publishDiagnostics", params);
            }
        });
    }

    /// Changes the folders that the editor works in.
    pub(super) fn change_folders(&self, added: Vec<PathBuf>, removed: &[PathBuf]) {
        self.change(|state| {
            state.folders.retain(|folder| !removed.contains(folder));
            state.folders.extend(added);
        });
    }

    /// Something on disk changed.
    pub(super) fn look_again(&self) {
        self.change(|_| ());
    }

    /// The editor has left.
    pub(super) fn close(&self) {
        self.change(|state| state.editor = None);
    }

    /// Waits until something changed since `seen`, and nothing more for a moment: how often anything changed, and what is
    /// to be checked. Nothing once the editor has left.
    pub(super) fn next(&self, seen: u64) -> Option<(u64, Vec<Pile>)> {
        let mut state = self.state();
        loop {
            let before = state.changes;
            state.editor.as_ref()?;
            if before == seen {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            state = self.changed.wait_timeout(state, PAUSE).unwrap_or_else(PoisonError::into_inner).0;
            if state.changes == before {
                return Some((before, state.piles()));
            }
        }
    }

    /// Tells the editor what was found in the documents of a pile, as far as they are still what was checked.
    pub(super) fn tell(&self, pile: &Pile, found: impl Fn(&Path) -> (Vec<Diagnostic>, Option<FileId>), of: &Checked) {
        let mut state = self.state();
        state.shown = None;
        for (path, &version) in &pile.versions {
            let Some(document) = state.open.get(path).filter(|document| document.version == version) else { continue };
            let (diagnostics, file) = found(path);
            state.publish(document, diagnostics);
            state.checked.insert(path.clone(), Checked { version, file, ..of.clone() });
        }
    }

    /// What was found in a document, unless it has changed since.
    pub(super) fn checked(&self, uri: &Uri) -> Option<Checked> {
        let state = self.state();
        let path = path_of(uri)?;
        let (document, checked) = (state.open.get(&path)?, state.checked.get(&path)?);
        (document.version == checked.version).then(|| checked.clone())
    }

    /// Shows trouble that keeps poolcheck from its work, each once until it is over.
    pub(super) fn complain(&self, message: String) {
        let mut state = self.state();
        if state.shown.as_ref() != Some(&message) {
            state.send("window/showMessage", ShowMessageParams::new(MessageType::Error, message.clone()));
            state.shown = Some(message);
        }
    }

    /// Writes to the editor's log.
    pub(super) fn log(&self, message: String) {
        self.state().send("window/logMessage", LogMessageParams::new(MessageType::Warning, message));
    }
}
