//! What lies on the desk: what the editor has open, and what was found in it. Refuses to check anything.

use super::path_of;
use crate::languages::language_of;
use crate::report::Report;
use crate::source::FileId;
use crossbeam_channel::Sender;
use lsp_server::{Message, Notification};
use lsp_types::{Diagnostic, LogMessageParams, MessageType, PublishDiagnosticsParams, ShowMessageParams, Uri};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long nothing must change before a check begins: a word is typed faster than that.
const PAUSE: Duration = Duration::from_millis(100);

/// After how long a check begins although things still change.
const PATIENCE: Duration = Duration::from_millis(600);

/// A document that is open.
#[derive(Debug, Clone)]
pub(super) struct Document {
    /// Its text.
    pub(super) text: Arc<str>,
    uri: Uri,
    /// The editor's number for it, which a document that is opened again may have again.
    version: i32,
    /// Our own number for it, which nothing else has.
    edition: u64,
    /// The first edition since it was opened.
    life: u64,
}

/// What was found in a document.
#[derive(Debug, Clone)]
pub(super) struct Checked {
    /// Its file in the report.
    pub(super) file: Option<FileId>,
    /// The report of its run.
    pub(super) report: Arc<Report>,
    /// Whether fixes count that may change what the program does.
    pub(super) unsafe_fixes: bool,
}

/// What is open at one moment.
#[derive(Debug, Default)]
pub(super) struct Snapshot {
    /// How often anything had changed.
    pub(super) changes: u64,
    /// The documents by path.
    pub(super) open: BTreeMap<PathBuf, Document>,
    /// The folders that the editor works in.
    pub(super) folders: Vec<PathBuf>,
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
    checked: BTreeMap<PathBuf, (u64, Checked)>,
    /// What the editor was told last of each document.
    told: BTreeMap<PathBuf, (u64, Vec<Diagnostic>)>,
    /// How often anything changed.
    changes: u64,
    /// Where messages to the editor go, without waiting for it; nothing once it has left.
    editor: Option<Sender<Message>>,
    /// The trouble of each project that was shown last.
    shown: BTreeMap<PathBuf, String>,
}

impl State {
    fn send(&self, method: &str, params: impl serde::Serialize) {
        if let Some(editor) = &self.editor {
            // Who has left hears nothing.
            let _ = editor.send(Notification::new(method.to_owned(), params).into());
        }
    }

    /// Tells the editor what was found in a document, unless it knows that.
    fn publish(&mut self, path: &Path, document: &Document, diagnostics: Vec<Diagnostic>) {
        let Document { uri, version, edition, .. } = document.clone();
        let told = (edition, diagnostics);
        if self.told.get(path) == Some(&told) {
            return;
        }
        let params = PublishDiagnosticsParams { uri, version: Some(version), diagnostics: told.1.clone() };
        self.send("textDocument/publishDiagnostics", params);
        self.told.insert(path.to_owned(), told);
    }
}

impl Desk {
    /// An empty desk of an editor that works in these folders.
    pub(super) fn new(folders: Vec<PathBuf>, editor: Sender<Message>) -> Desk {
        let state = State {
            folders,
            open: BTreeMap::new(),
            checked: BTreeMap::new(),
            told: BTreeMap::new(),
            changes: 0,
            editor: Some(editor),
            shown: BTreeMap::new(),
        };
        Desk { state: Mutex::new(state), changed: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state();
        state.changes += 1;
        change(&mut state);
        self.changed.notify_all();
    }

    /// Puts a document on the desk, or a new version of one. A notebook is none: the editor counts in its cells.
    pub(super) fn put(&self, uri: Uri, version: i32, text: Arc<str>) {
        let is_code = |path: &PathBuf| language_of(path).is_some_and(|language| language.name != "notebook");
        if let Some(path) = path_of(&uri).filter(is_code) {
            self.change(|state| {
                let edition = state.changes;
                let life = state.open.get(&path).map_or(edition, |document| document.life);
                state.open.insert(path, Document { text, uri, version, edition, life });
            });
        }
    }

    /// Takes a document away, and with it what was said of it.
    pub(super) fn take(&self, uri: &Uri) {
        let Some(path) = path_of(uri) else { return };
        self.change(|state| {
            state.checked.remove(&path);
            state.told.remove(&path);
            if let Some(document) = state.open.remove(&path) {
                let params = PublishDiagnosticsParams { uri: document.uri, version: None, diagnostics: Vec::new() };
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

    /// Waits until something changed since `seen`, and nothing more for a moment: what is open then. Nothing once the
    /// editor has left.
    pub(super) fn next(&self, seen: u64) -> Option<Snapshot> {
        let mut state = self.state();
        let mut since: Option<Instant> = None;
        loop {
            let before = state.changes;
            state.editor.as_ref()?;
            if before == seen {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let since = *since.get_or_insert_with(Instant::now);
            state = self.changed.wait_timeout(state, PAUSE).unwrap_or_else(PoisonError::into_inner).0;
            if state.changes == before || since.elapsed() > PATIENCE {
                let State { changes, open, folders, .. } = &*state;
                return Some(Snapshot { changes: *changes, open: open.clone(), folders: folders.clone() });
            }
        }
    }

    /// Tells the editor what was found in documents of a project, as far as they are still open. Of one that has changed
    /// meanwhile it is told by the version that was checked: who never pauses would hear nothing otherwise.
    pub(super) fn tell<'d>(
        &self,
        project: &Path,
        documents: impl Iterator<Item = (&'d PathBuf, &'d Document)>,
        found: impl Fn(&Path) -> (Vec<Diagnostic>, Checked),
    ) {
        let mut state = self.state();
        state.shown.remove(project);
        for (path, document) in documents {
            if state.open.get(path).is_some_and(|now| now.life == document.life) {
                let (diagnostics, checked) = found(path);
                state.publish(path, document, diagnostics);
                state.checked.insert(path.clone(), (document.edition, checked));
            }
        }
    }

    /// Shows trouble that keeps poolcheck from checking documents of a project, once until it is over, and takes back
    /// what was said of them.
    pub(super) fn complain<'d>(&self, project: &Path, paths: impl Iterator<Item = &'d PathBuf>, message: String) {
        let mut state = self.state();
        for path in paths {
            state.checked.remove(path);
            if let Some(document) = state.open.get(path).cloned() {
                state.publish(path, &document, Vec::new());
            }
        }
        if state.shown.get(project) != Some(&message) {
            state.send("window/showMessage", ShowMessageParams::new(MessageType::Error, message.clone()));
            state.shown.insert(project.to_owned(), message);
        }
    }

    /// What was found in a document, unless it has changed since.
    pub(super) fn checked(&self, uri: &Uri) -> Option<Checked> {
        let state = self.state();
        let path = path_of(uri)?;
        let (document, (edition, checked)) = (state.open.get(&path)?, state.checked.get(&path)?);
        (document.edition == *edition).then(|| checked.clone())
    }

    /// Writes to the editor's log.
    pub(super) fn log(&self, message: String) {
        self.state().send("window/logMessage", LogMessageParams::new(MessageType::Warning, message));
    }
}
