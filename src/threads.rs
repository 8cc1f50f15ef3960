//! Work that is shared out among threads.
//!
//! Each takes what is next, so that none waits for another's share, and they begin far apart: neighbours often ask the
//! same, and whoever asks second at the same time would wait for the first. The results come back in order. Refuses to
//! know what the work is.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::{Builder, scope};

/// Workers, each with a state of its own that outlives one piece of work.
#[derive(Debug)]
pub struct Crew<S> {
    states: Vec<S>,
    /// Bytes of stack.
    stack: usize,
}

/// What workers do that have nothing left to do while others are busy.
pub trait Meanwhile: Sync {
    /// Does something useful, until nobody is busy.
    fn help(&self, busy: &Busy);

    /// Wakes those that help: nobody is busy any more.
    fn wake(&self);
}

/// They wait.
impl Meanwhile for () {
    fn help(&self, _: &Busy) {}

    fn wake(&self) {}
}

/// How many workers are busy.
#[derive(Debug)]
pub struct Busy(AtomicUsize);

impl Busy {
    /// Whether any is.
    #[must_use]
    pub fn any(&self) -> bool {
        self.0.load(Ordering::Acquire) > 0
    }
}

/// A worker that is busy; also one that panics is not busy for ever.
struct Working<'b>(&'b Busy, &'b dyn Meanwhile);

impl Drop for Working<'_> {
    fn drop(&mut self) {
        if self.0.0.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.1.wake();
        }
    }
}

impl<S: Send> Crew<S> {
    /// So many workers, each with what `state` makes for its number, and with a stack of so many bytes.
    #[must_use]
    pub fn new(workers: usize, stack: usize, state: impl Fn(usize) -> S) -> Crew<S> {
        Crew { states: (0..workers.max(1)).map(state).collect(), stack }
    }

    /// How many workers there are.
    #[must_use]
    pub fn workers(&self) -> usize {
        self.states.len()
    }

    /// What became of the states.
    pub fn into_states(self) -> impl Iterator<Item = S> {
        self.states.into_iter()
    }

    /// Does `work` for each index below `count`, and gives what came of it, in order.
    pub fn each<T: Send>(&mut self, count: usize, work: impl Fn(&mut S, usize) -> T + Sync) -> Vec<T> {
        self.each_with(count, work, &())
    }

    /// The same; those that have nothing left to do help the others meanwhile. A single worker is the thread that asks.
    pub fn each_with<T: Send>(
        &mut self,
        count: usize,
        work: impl Fn(&mut S, usize) -> T + Sync,
        meanwhile: &dyn Meanwhile,
    ) -> Vec<T> {
        let wanted = self.states.len().min(count);
        let share = count.div_ceil(wanted.max(1));
        let next = AtomicUsize::new(0);
        let take_all = |state: &mut S| {
            let mut own = Vec::new();
            loop {
                let taken = next.fetch_add(1, Ordering::Relaxed);
                // The first of each share, then the second of each.
                if taken >= wanted * share {
                    return own;
                }
                let index = taken % wanted * share + taken / wanted;
                if index < count {
                    own.push((index, work(state, index)));
                }
            }
        };
        let mut done: Vec<(usize, T)> = Vec::new();
        if wanted > 1 {
            let busy = Busy(AtomicUsize::new(wanted));
            let (take_all, busy, shared) = (&take_all, &busy, Mutex::new(&mut done));
            let shared = &shared;
            scope(|scope| {
                for state in self.states.iter_mut().take(wanted) {
                    let working = Working(busy, meanwhile);
                    let worker = move || {
                        let own = take_all(state);
                        shared.lock().unwrap_or_else(PoisonError::into_inner).extend(own);
                        drop(working);
                        meanwhile.help(busy);
                    };
                    // Where no thread can be had, the others do its share; where none can, it is done below.
                    drop(Builder::new().stack_size(self.stack).spawn_scoped(scope, worker));
                }
            });
        }
        done.extend(self.states.first_mut().map(take_all).unwrap_or_default());
        done.sort_unstable_by_key(|(index, _)| *index);
        done.into_iter().map(|(_, result)| result).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Busy, Crew, Meanwhile};
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn results_come_in_order_and_states_stay() {
        for workers in [0, 1, 3, 50] {
            let mut crew = Crew::new(workers, 1 << 20, |_| 0);
            for _ in 0..2 {
                let results = crew.each(20, |own, index| {
                    *own += 1;
                    index * 2
                });
                assert_eq!(results, (0..20).map(|index| index * 2).collect::<Vec<_>>());
            }
            assert_eq!(crew.states.iter().sum::<i32>(), 40, "each piece of work is done once");
            assert!(crew.each(0, |_, index| index).is_empty());
        }
    }

    /// Counts how often it was asked and woken.
    #[derive(Default)]
    struct Counting {
        helped: AtomicUsize,
        woken: AtomicUsize,
    }

    impl Meanwhile for Counting {
        fn help(&self, busy: &Busy) {
            while busy.any() {
                std::thread::yield_now();
            }
            self.helped.fetch_add(1, Ordering::Relaxed);
        }

        fn wake(&self) {
            self.woken.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn those_with_nothing_to_do_help_until_all_is_done() {
        let counting = Counting::default();
        Crew::new(3, 1 << 20, |_| ()).each_with(9, |(), index| index, &counting);
        assert_eq!((counting.helped.into_inner(), counting.woken.into_inner()), (3, 1));
    }

    #[test]
    fn a_panic_ends_the_work() {
        let counting = Counting::default();
        let work = |(): &mut (), index| assert_ne!(index, 2, "as asked");
        let done = catch_unwind(AssertUnwindSafe(|| Crew::new(3, 1 << 20, |_| ()).each_with(9, work, &counting)));
        assert!(done.is_err());
        assert_eq!(counting.woken.into_inner(), 1);
    }
}
