//! Work that is shared out among threads.
//!
//! Each takes what is next, so that none waits for another's share; the results come back in order. Refuses to know what
//! the work is.

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

impl<S: Send> Crew<S> {
    /// So many workers, each with what `state` makes, and with a stack of so many bytes where it is no thread already.
    #[must_use]
    pub fn new(workers: usize, stack: usize, state: impl Fn() -> S) -> Crew<S> {
        Crew { states: (0..workers.max(1)).map(|_| state()).collect(), stack }
    }

    /// Does `work` for each index below `count`, and gives what came of it, in order. A single worker is the thread that
    /// asks.
    pub fn each<T: Send>(&mut self, count: usize, work: impl Fn(&mut S, usize) -> T + Sync) -> Vec<T> {
        let next = AtomicUsize::new(0);
        let take_all = |state: &mut S| {
            let mut own = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= count {
                    return own;
                }
                own.push((index, work(state, index)));
            }
        };
        let wanted = self.states.len().min(count);
        let (take_all, stack) = (&take_all, self.stack);
        let done: Mutex<Vec<(usize, T)>> = Mutex::new(Vec::with_capacity(count));
        let keep = |own: Vec<(usize, T)>| done.lock().unwrap_or_else(PoisonError::into_inner).extend(own);
        if let [state] = &mut self.states[..wanted] {
            keep(take_all(state));
        } else {
            scope(|scope| {
                for state in self.states.iter_mut().take(wanted) {
                    // Where no thread can be had, the others do its share; where none can, the work is done below.
                    let spawned = Builder::new().stack_size(stack).spawn_scoped(scope, || keep(take_all(state)));
                    drop(spawned);
                }
            });
            keep(self.states.first_mut().map(take_all).unwrap_or_default());
        }
        let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        done.sort_unstable_by_key(|(index, _)| *index);
        done.into_iter().map(|(_, result)| result).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Crew;

    #[test]
    fn results_come_in_order_and_states_stay() {
        for workers in [0, 1, 3, 50] {
            let mut crew = Crew::new(workers, 1 << 20, || 0);
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
}
