//! How far a run is. The engine counts; whoever wants to show it looks. Refuses to print.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Two counters that any thread may read.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicUsize,
    total: AtomicUsize,
}

impl Progress {
    /// Tells that so many more files are to come.
    pub fn expect(&self, files: usize) {
        self.total.fetch_add(files, Ordering::Relaxed);
    }

    /// Tells that one file is done.
    pub fn step(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// How many files are done, and of how many.
    #[must_use]
    pub fn state(&self) -> (usize, usize) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }
}
