//! What was worked out already, in a way that never depends on what was asked first.
//!
//! A value that was cut short because it depends on itself is right only for the question that it was met in: it is
//! forgotten when that question is answered. What no cycle touched holds for all. Refuses to know what a value is.

use super::callers::Callers;
use crate::model::value::{ExprRef, Frame, ScopeRef, Value, Why};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

type Key = (ExprRef, Frame);

/// Values and callers, by what they were asked of.
#[derive(Debug, Default)]
pub(super) struct Memo {
    /// Untouched by any cycle.
    sure: RefCell<FxHashMap<Key, Value>>,
    /// Answers to questions that were asked from outside.
    asked: RefCell<FxHashMap<Key, Value>>,
    /// Worked out on the way to the present answer.
    passing: RefCell<FxHashMap<Key, Value>>,
    active: RefCell<FxHashSet<Key>>,
    sure_callers: RefCell<FxHashMap<ScopeRef, Rc<Callers>>>,
    passing_callers: RefCell<FxHashMap<ScopeRef, Rc<Callers>>>,
    active_callers: RefCell<FxHashSet<ScopeRef>>,
    depth: Cell<usize>,
    cycles: Cell<usize>,
}

impl Memo {
    /// How many questions the present one was asked for.
    pub(super) fn depth(&self) -> usize {
        self.depth.get()
    }

    /// A value that is known already.
    pub(super) fn known(&self, key: Key) -> Option<Value> {
        if let Some(value) = self.sure.borrow().get(&key) {
            return Some(value.clone());
        }
        if self.depth.get() == 0 {
            return self.asked.borrow().get(&key).cloned();
        }
        let value = self.passing.borrow().get(&key).cloned();
        if value.is_some() {
            self.cycles.set(self.cycles.get() + 1);
        }
        value
    }

    /// Begins to work a value out; `None` where that is being done already.
    pub(super) fn enter(&self, key: Key) -> Option<usize> {
        if !self.active.borrow_mut().insert(key) {
            self.cycles.set(self.cycles.get() + 1);
            return None;
        }
        self.depth.set(self.depth.get() + 1);
        Some(self.cycles.get())
    }

    /// What stands for a value at the end of too long a chain.
    pub(super) fn too_deep(&self) -> Value {
        self.cycles.set(self.cycles.get() + 1);
        Value::unknown(Why::Deep)
    }

    /// Ends what [`Memo::enter`] began.
    pub(super) fn leave(&self, key: Key, value: &Value, cycles: usize) {
        self.active.borrow_mut().remove(&key);
        self.depth.set(self.depth.get() - 1);
        let into = if cycles == self.cycles.get() {
            &self.sure
        } else if self.depth.get() == 0 {
            &self.asked
        } else {
            &self.passing
        };
        into.borrow_mut().insert(key, value.clone());
        self.forget_passing();
    }

    fn forget_passing(&self) {
        if self.depth.get() == 0 {
            self.passing.borrow_mut().clear();
            self.passing_callers.borrow_mut().clear();
        }
    }

    /// Forgets everything: the project has changed.
    pub(super) fn clear(&self) {
        self.sure.borrow_mut().clear();
        self.asked.borrow_mut().clear();
        self.sure_callers.borrow_mut().clear();
    }

    /// The callers of a function, found at most once; a function whose callers depend on themselves has none there.
    pub(super) fn callers(&self, function: ScopeRef, find: impl FnOnce() -> Callers) -> Rc<Callers> {
        if let Some(known) = self.sure_callers.borrow().get(&function) {
            return known.clone();
        }
        if let Some(known) = self.passing_callers.borrow().get(&function) {
            self.cycles.set(self.cycles.get() + 1);
            return known.clone();
        }
        if !self.active_callers.borrow_mut().insert(function) {
            self.cycles.set(self.cycles.get() + 1);
            return Rc::default();
        }
        let cycles = self.cycles.get();
        self.depth.set(self.depth.get() + 1);
        let found = Rc::new(find());
        self.depth.set(self.depth.get() - 1);
        self.active_callers.borrow_mut().remove(&function);
        let sure = cycles == self.cycles.get() || self.depth.get() == 0;
        let into = if sure { &self.sure_callers } else { &self.passing_callers };
        into.borrow_mut().insert(function, found.clone());
        self.forget_passing();
        found
    }
}
