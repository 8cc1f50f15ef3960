//! The files of a project, each lowered when it is first asked for.
//!
//! What is asked never depends on what was lowered before: a file that nobody asked gives nothing, and one that is asked
//! is lowered then. Refuses to know how files are read.

use super::ProjectFile;
use crate::languages::Sought;
use crate::libraries::Mention;
use crate::model::value::ExprRef;
use crate::source::{FileId, offset};
use crate::threads::{Busy, Meanwhile};
use crate::words::WordIndex;
use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

/// What reads files.
pub trait Reader: Sync {
    /// Lowers a file; nothing where that cannot be done.
    fn lower(&self, file: FileId) -> Option<ProjectFile>;

    /// Whether the text of a file may hold a word as what is sought.
    fn may_hold(&self, file: FileId, word: &str, sought: Sought) -> bool;
}

/// A file, once it is lowered; nothing where that cannot be done.
type Slot = OnceLock<Option<Box<ProjectFile>>>;

/// The files of a project.
pub struct Files<'l> {
    slots: Vec<Slot>,
    mentions: Vec<Mention>,
    words: WordIndex,
    reader: &'l dyn Reader,
    ahead: Ahead,
}

/// The files that hold a word, and what each may hold it as.
#[derive(Debug)]
pub(super) struct Holders {
    word: SmolStr,
    sought: Sought,
    /// The files, in order.
    files: Box<[FileId]>,
    /// Whether each may hold the word as what is sought; if so, what in it may is lowered.
    told: Box<[OnceLock<bool>]>,
}

impl Holders {
    /// Files that hold a word, none of which was asked yet.
    pub(super) fn new(word: &SmolStr, sought: Sought, files: Vec<FileId>) -> Holders {
        let told = files.iter().map(|_| OnceLock::new()).collect();
        Holders { word: word.clone(), sought, files: files.into(), told }
    }

    /// The files.
    pub(super) fn files(&self) -> &[FileId] {
        &self.files
    }

    /// The indices of those that are among these and will do, in order.
    pub(super) fn among(&self, these: &FxHashSet<FileId>, choose: impl Fn(FileId) -> bool) -> Vec<usize> {
        if these.len() > self.files.len() {
            let chosen = |file: FileId| these.contains(&file) && choose(file);
            return (0..self.files.len()).filter(|&index| chosen(self.files[index])).collect();
        }
        let chosen = these.iter().filter(|&&file| choose(file));
        let mut found: Vec<usize> = chosen.filter_map(|file| self.files.binary_search(file).ok()).collect();
        found.sort_unstable();
        found
    }
}

/// A word that is looked up in files.
///
/// Who looks shares the files with whoever looks for the same at that time, and with those that have nothing else to do.
#[derive(Debug)]
pub(super) struct LookUp {
    holders: Arc<Holders>,
    /// The files that are asked, by their indices.
    asked: Box<[usize]>,
    /// The first that nobody has begun with.
    next: AtomicUsize,
    /// Those that may hold the word, once all were asked.
    found: OnceLock<Box<[FileId]>>,
    /// What in them may mean something of another file, once that was asked.
    pub(super) outward: OnceLock<Outward>,
}

/// The uses of a word that may mean something of another file than the one they are in, in the order of files.
#[derive(Debug, Default)]
pub(super) struct Outward {
    /// Calls of what is called so.
    pub(super) calls: Vec<ExprRef>,
    /// Other uses.
    pub(super) references: Vec<ExprRef>,
}

impl LookUp {
    /// Asks those of the files that have these indices.
    pub(super) fn new(holders: Arc<Holders>, asked: Vec<usize>) -> LookUp {
        LookUp {
            holders,
            asked: asked.into(),
            next: AtomicUsize::new(0),
            found: OnceLock::new(),
            outward: OnceLock::new(),
        }
    }

    /// How many files are asked.
    pub(super) fn count(&self) -> usize {
        self.asked.len()
    }

    /// A file that nobody else will begin with, by its index.
    fn take(&self) -> Option<usize> {
        let left = self.is_open().then(|| self.next.fetch_add(1, Ordering::Relaxed));
        self.asked.get(left?).copied()
    }

    /// Whether there are files that nobody has begun with.
    fn is_open(&self) -> bool {
        self.next.load(Ordering::Relaxed) < self.asked.len()
    }

    fn is_done(&self) -> bool {
        self.asked.iter().all(|&index| self.holders.told[index].get().is_some())
    }
}

/// What is being looked up, for threads that have nothing else to do, or wait for what another one lowers.
#[derive(Debug, Default)]
struct Ahead {
    waiting: Mutex<Vec<Arc<LookUp>>>,
    changed: Condvar,
}

impl Ahead {
    fn waiting(&self) -> MutexGuard<'_, Vec<Arc<LookUp>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn offer(&self, look_up: &Arc<LookUp>) {
        self.waiting().push(Arc::clone(look_up));
        self.changed.notify_all();
    }

    /// What somebody will ask for; nothing where nothing waits.
    fn take(&self) -> Option<(Arc<LookUp>, usize)> {
        last(&mut self.waiting())
    }

    /// The same; waits for it, and gives nothing where nobody is busy any more.
    fn next(&self, busy: &Busy) -> Option<(Arc<LookUp>, usize)> {
        let mut waiting = self.waiting();
        while busy.any() {
            if let Some(taken) = last(&mut waiting) {
                return Some(taken);
            }
            waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        waiting.clear();
        None
    }
}

/// A file of the last of these that has any left; those that have none are dropped.
fn last(waiting: &mut Vec<Arc<LookUp>>) -> Option<(Arc<LookUp>, usize)> {
    while let Some(look_up) = waiting.last() {
        if let Some(index) = look_up.take() {
            return Some((Arc::clone(look_up), index));
        }
        waiting.pop();
    }
    None
}

impl Meanwhile for Files<'_> {
    /// Lowers what is about to be asked.
    fn help(&self, busy: &Busy) {
        while let Some((look_up, index)) = self.ahead.next(busy) {
            self.may_hold(&look_up.holders, index);
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
            let _ = slot.set(Some(Box::new(file)));
        }
    }

    /// A file; nothing where it cannot be read or lowered.
    #[must_use]
    pub fn get(&self, id: FileId) -> Option<&ProjectFile> {
        let slot = self.slots.get(id.0 as usize)?;
        slot.get_or_init(|| self.reader.lower(id).map(Box::new)).as_deref()
    }

    /// The files that may hold a word, with whatever in them may hold it lowered.
    pub(super) fn look_up<'u>(&self, look_up: &'u Arc<LookUp>) -> &'u [FileId] {
        if let Some(found) = look_up.found.get() {
            return found;
        }
        if look_up.is_open() {
            self.ahead.offer(look_up);
            while let Some(index) = look_up.take() {
                self.may_hold(&look_up.holders, index);
            }
        }
        // Rather than to wait for others, this one does what will be asked next.
        while !look_up.is_done()
            && let Some((other, index)) = self.ahead.take()
        {
            self.may_hold(&other.holders, index);
        }
        look_up.found.get_or_init(|| {
            let holders = &*look_up.holders;
            let holding = look_up.asked.iter().filter(|&&index| self.may_hold(holders, index));
            holding.map(|&index| holders.files[index]).collect()
        })
    }

    /// Whether a file may hold the word; if so, what in it may is lowered. Waits for nobody who looks anything up, so
    /// that no two wait for each other.
    fn may_hold(&self, holders: &Holders, index: usize) -> bool {
        let Holders { word, sought, files, told } = holders;
        *told[index].get_or_init(|| {
            let id = files[index];
            let lowered = self.slots.get(id.0 as usize).is_some_and(|slot| slot.get().is_some());
            let may_hold = lowered || self.reader.may_hold(id, word, *sought);
            if may_hold && let Some(file) = self.get(id) {
                file.prepare(word, *sought);
            }
            may_hold
        })
    }

    /// The files that were lowered so far, in the order of their ids.
    pub fn lowered(&self) -> impl Iterator<Item = &ProjectFile> {
        self.slots.iter().filter_map(|slot| slot.get()?.as_deref())
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
