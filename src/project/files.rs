//! The files of a project, each lowered when it is first asked for.
//!
//! What is asked never depends on what was lowered before: a file that nobody asked gives nothing, and one that is asked
//! is lowered then. Refuses to know how files are read.

use super::ProjectFile;
use crate::languages::Sought;
use crate::libraries::Mention;
use crate::source::{FileId, offset};
use crate::threads::{Busy, Meanwhile};
use crate::words::WordIndex;
use smol_str::SmolStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

/// What reads files.
pub trait Reader: Sync {
    /// Lowers a file; nothing where that cannot be done.
    fn lower(&self, file: FileId) -> Option<ProjectFile>;

    /// Whether the text of a file may hold a word as what is sought.
    fn may_hold(&self, file: FileId, word: &str, sought: Sought) -> bool;
}

/// Where a file is kept once it is lowered.
#[derive(Default)]
struct Slot {
    /// Whether somebody has begun to lower it.
    begun: AtomicBool,
    file: OnceLock<Option<Box<ProjectFile>>>,
}

/// The files of a project.
pub struct Files<'l> {
    slots: Vec<Slot>,
    mentions: Vec<Mention>,
    words: WordIndex,
    reader: &'l dyn Reader,
    ahead: Ahead,
}

/// A file that somebody is about to ask for a word.
struct Soon {
    file: FileId,
    word: SmolStr,
    sought: Sought,
}

/// The files that somebody is about to ask, for threads that have nothing else to do, or wait for a file that another
/// one lowers.
#[derive(Default)]
struct Ahead {
    /// The last is lowered first: whoever asks begins with the first.
    waiting: Mutex<Vec<Soon>>,
    changed: Condvar,
}

impl Ahead {
    fn waiting(&self) -> MutexGuard<'_, Vec<Soon>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is to be lowered next; nothing where nothing waits.
    fn take(&self) -> Option<Soon> {
        self.waiting().pop()
    }

    /// The same; nothing where nobody is busy any more.
    fn next(&self, busy: &Busy) -> Option<Soon> {
        let mut waiting = self.waiting();
        while busy.any() {
            if let Some(soon) = waiting.pop() {
                return Some(soon);
            }
            waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        waiting.clear();
        None
    }
}

impl Meanwhile for Files<'_> {
    /// Lowers what is about to be asked.
    fn help(&self, busy: &Busy) {
        while let Some(soon) = self.ahead.next(busy) {
            self.lower_ahead(&soon);
        }
    }

    fn wake(&self) {
        // Who is about to wait has looked already, or has not taken the lock yet.
        drop(self.ahead.waiting());
        self.ahead.changed.notify_all();
    }
}

impl std::fmt::Debug for Files<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Files").field("count", &self.slots.len()).finish_non_exhaustive()
    }
}

impl<'l> Files<'l> {
    /// The files with these words, in the order of their ids; `mentions` tells what they say of
    /// libraries.
    #[must_use]
    pub fn new(words: WordIndex, mentions: Vec<Mention>, reader: &'l dyn Reader) -> Files<'l> {
        let slots = mentions.iter().map(|_| Slot::default()).collect();
        Files { slots, mentions, words, reader, ahead: Ahead::default() }
    }

    /// Keeps a file that is lowered already.
    pub fn keep(&self, file: ProjectFile) {
        if let Some(slot) = self.slots.get(file.facts.file.0 as usize) {
            // Each is lowered once.
            let _ = slot.file.set(Some(Box::new(file)));
        }
    }

    /// A file; nothing where it cannot be read or lowered.
    #[must_use]
    pub fn get(&self, id: FileId) -> Option<&ProjectFile> {
        let slot = self.slots.get(id.0 as usize)?;
        if let Some(known) = slot.file.get() {
            return known.as_deref();
        }
        if slot.begun.swap(true, Ordering::AcqRel) {
            // Another thread lowers it: rather than to wait for that, this one lowers what will be asked next.
            while slot.file.get().is_none()
                && let Some(other) = self.ahead.take()
            {
                self.lower_ahead(&other);
            }
        }
        slot.file.get_or_init(|| self.reader.lower(id).map(Box::new)).as_deref()
    }

    /// Lowers a file, unless somebody does so already, and what in it holds the word.
    fn lower_ahead(&self, soon: &Soon) {
        let Some(slot) = self.slots.get(soon.file.0 as usize) else { return };
        let file = match slot.file.get() {
            Some(known) => known,
            None if slot.begun.swap(true, Ordering::AcqRel) => return,
            None => slot.file.get_or_init(|| self.reader.lower(soon.file).map(Box::new)),
        };
        if let Some(file) = file {
            file.prepare(&soon.word, soon.sought);
        }
    }

    /// Says that files are about to be asked for a word.
    pub(super) fn ask_ahead(&self, files: &[FileId], word: &SmolStr, sought: Sought) {
        let is_open = |file: &FileId| {
            let slot = self.slots.get(file.0 as usize);
            slot.is_some_and(|slot| match slot.file.get() {
                Some(known) => known.as_ref().is_some_and(|known| !known.is_prepared(word, sought)),
                None => !slot.begun.load(Ordering::Acquire),
            })
        };
        let mut open = files.iter().copied().filter(is_open).peekable();
        if open.peek().is_some() {
            let soon = |file| Soon { file, word: word.clone(), sought };
            self.ahead.waiting().extend(open.map(soon));
            self.ahead.changed.notify_all();
        }
    }

    /// Whether a file is worth lowering for a word.
    pub(super) fn may_hold(&self, id: FileId, word: &str, sought: Sought) -> bool {
        let lowered = self.slots.get(id.0 as usize).is_some_and(|slot| slot.file.get().is_some());
        lowered || self.reader.may_hold(id, word, sought)
    }

    /// The files that were lowered so far, in the order of their ids.
    pub fn lowered(&self) -> impl Iterator<Item = &ProjectFile> {
        self.slots.iter().filter_map(|slot| slot.file.get()?.as_deref())
    }

    /// Whether the text of a file names a library, by its module or by one of its classes.
    #[must_use]
    pub fn names_library(&self, id: FileId) -> bool {
        self.mention(id) != Mention::None
    }

    /// Whether a file may build, ask or touch anything of a library that its text names.
    #[must_use]
    pub fn uses_library(&self, id: FileId) -> bool {
        self.mention(id) == Mention::Uses
    }

    fn mention(&self, id: FileId) -> Mention {
        self.mentions.get(id.0 as usize).copied().unwrap_or_default()
    }

    /// The files that use a library, in the order of their ids.
    pub(super) fn using(&self) -> impl Iterator<Item = FileId> {
        let all = (0..self.mentions.len()).map(|index| FileId(offset(index)));
        all.filter(|&id| self.uses_library(id))
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
