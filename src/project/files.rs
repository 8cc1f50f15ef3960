//! The files of a project, each lowered when it is first asked for.
//!
//! What is asked never depends on what was lowered before: a file that nobody asked gives nothing, and one that is asked
//! is lowered then. Refuses to know how files are read.

use super::ProjectFile;
use crate::source::{FileId, offset};
use crate::words::WordIndex;
use std::sync::OnceLock;

/// Lowers a file; nothing where that cannot be done.
pub type Lower<'l> = dyn Fn(FileId) -> Option<ProjectFile> + Sync + 'l;

/// The files of a project.
pub struct Files<'l> {
    slots: Vec<OnceLock<Option<Box<ProjectFile>>>>,
    naming: Vec<bool>,
    words: WordIndex,
    lower: &'l Lower<'l>,
}

impl std::fmt::Debug for Files<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Files").field("count", &self.slots.len()).finish_non_exhaustive()
    }
}

impl<'l> Files<'l> {
    /// The files with these words, in the order of their ids; `naming` tells which name a library.
    #[must_use]
    pub fn new(words: WordIndex, naming: Vec<bool>, lower: &'l Lower<'l>) -> Files<'l> {
        let slots = naming.iter().map(|_| OnceLock::new()).collect();
        Files { slots, naming, words, lower }
    }

    /// Keeps a file that is lowered already.
    pub fn keep(&self, file: ProjectFile) {
        if let Some(slot) = self.slots.get(file.facts.file.0 as usize) {
            // Where it was lowered meanwhile, that says the same.
            let _ = slot.set(Some(Box::new(file)));
        }
    }

    /// A file; nothing where it cannot be read or lowered.
    #[must_use]
    pub fn get(&self, id: FileId) -> Option<&ProjectFile> {
        self.slots.get(id.0 as usize)?.get_or_init(|| (self.lower)(id).map(Box::new)).as_deref()
    }

    /// The files that were lowered so far, in the order of their ids.
    pub fn lowered(&self) -> impl Iterator<Item = &ProjectFile> {
        self.slots.iter().filter_map(|slot| slot.get()?.as_deref())
    }

    /// Whether the text of a file names a library, by its module or by one of its classes.
    #[must_use]
    pub fn names_library(&self, id: FileId) -> bool {
        self.naming.get(id.0 as usize).copied().unwrap_or(false)
    }

    /// The files that name a library, in the order of their ids.
    pub(super) fn naming(&self) -> impl Iterator<Item = FileId> {
        self.naming.iter().enumerate().filter(|(_, naming)| **naming).map(|(index, _)| FileId(offset(index)))
    }

    /// The words of all files.
    pub(super) fn words(&self) -> &WordIndex {
        &self.words
    }
}

impl std::ops::Index<&FileId> for Files<'_> {
    type Output = ProjectFile;

    /// A file that an expression or scope came from.
    #[expect(clippy::expect_used, reason = "indexing is what panics for what is not there")]
    fn index(&self, id: &FileId) -> &ProjectFile {
        self.get(*id).expect("an expression came from its file")
    }
}
