//! Questions and answers, each worked out once, in a way that never depends on what was asked first.
//!
//! Questions may depend on themselves. Those that depend on each other in a circle are found as Tarjan finds strongly
//! connected components; each of them is then answered once more with the others taken as unknown, which is the same
//! whichever of them was asked first, and linear. Refuses to know what a question means.

use super::Project;
use super::callers::Callers;
use super::flow::DefId;
use crate::model::value::{ExprRef, Frame, ScopeRef, Value, Why};
use crate::source::FileId;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::{Cell, RefCell};
use std::sync::Arc;

/// How many questions deep an answer is looked for; only generated code comes near. The thread's stack is made for it.
const DEPTH: usize = 3000;

/// A question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Question {
    /// What is an expression worth?
    Expr(ExprRef, Frame),
    /// What does a definition bind its name to?
    Def(FileId, DefId, Frame),
    /// Who calls a function?
    Callers(ScopeRef),
}

/// A question, and whether it may be answered by what callers pass.
type Asked = (bool, Question);

/// An answer.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    /// A value.
    Value(Value),
    /// Callers.
    Callers(Arc<Callers>),
}

impl Answer {
    /// The answer as a value.
    pub(super) fn value(self) -> Value {
        match self {
            Answer::Value(value) => value,
            Answer::Callers(_) => Value::unknown(Why::Cycle),
        }
    }

    /// The answer as callers.
    pub(super) fn callers(self) -> Arc<Callers> {
        match self {
            Answer::Callers(callers) => callers,
            Answer::Value(_) => Arc::default(),
        }
    }
}

impl Question {
    /// What stands for an answer that is not known.
    fn unknown(self, why: Why) -> Answer {
        match self {
            Question::Callers(_) => Answer::Callers(Arc::default()),
            _ => Answer::Value(Value::unknown(why)),
        }
    }
}

/// A question that is being answered, or that waits for one that is.
#[derive(Debug)]
struct Open {
    question: Asked,
    /// The earliest open question that it depends on.
    low: usize,
    /// Whether it was asked while it was open.
    circular: bool,
}

/// Answers, and the state of those being worked out.
#[derive(Debug, Default)]
pub(super) struct Memo {
    known: RefCell<FxHashMap<Asked, Answer>>,
    open: RefCell<Vec<Open>>,
    position: RefCell<FxHashMap<Asked, usize>>,
    /// The positions of the questions that are being answered, outermost first.
    asking: RefCell<Vec<usize>>,
    /// Questions of circles whose members are being answered for good, and answers that hold only meanwhile.
    settling: RefCell<FxHashSet<Asked>>,
    meanwhile: RefCell<FxHashMap<Asked, Answer>>,
    /// How often an unsettled answer was used.
    unsettled: RefCell<usize>,
    /// How often a question was cut short.
    cuts: Cell<usize>,
    /// Whether the question that is being answered must not be answered by what callers pass.
    alone: Cell<bool>,
}

impl Memo {
    /// How often a question was cut short, or an unsettled answer used: where it did not change, what was worked out holds.
    pub(super) fn cuts(&self) -> usize {
        self.cuts.get() + *self.unsettled.borrow()
    }

    /// Works out what must not rest on what callers pass. Who calls a function is asked by way of what is called; were
    /// that to ask in turn who calls the functions around, one question would soon be about the whole project, and the
    /// answers hardly ever tell more.
    pub(super) fn without_callers<T>(&self, work: impl FnOnce() -> T) -> T {
        self.with(true, work)
    }

    fn with<T>(&self, alone: bool, work: impl FnOnce() -> T) -> T {
        let outer = self.alone.replace(alone);
        let done = work();
        self.alone.set(outer);
        done
    }

    /// Whether it may be asked what callers pass.
    pub(super) fn may_ask_callers(&self) -> bool {
        !self.alone.get()
    }

    fn look_up(&self, question: Asked) -> Option<Answer> {
        if let Some(answer) = self.known.borrow().get(&question) {
            if self.settling.borrow().contains(&question) {
                *self.unsettled.borrow_mut() += 1;
            }
            return Some(answer.clone());
        }
        let answer = self.meanwhile.borrow().get(&question).cloned();
        if answer.is_some() {
            *self.unsettled.borrow_mut() += 1;
        }
        answer
    }

    /// Notes that the question being answered depends on one that is open.
    fn depends_on_open(&self, question: Asked) -> bool {
        let Some(&position) = self.position.borrow().get(&question) else { return false };
        let mut open = self.open.borrow_mut();
        open[position].circular = true;
        if let Some(&asking) = self.asking.borrow().last() {
            open[asking].low = open[asking].low.min(position);
        }
        true
    }

    fn begin(&self, question: Asked) -> usize {
        let mut open = self.open.borrow_mut();
        let position = open.len();
        open.push(Open { question, low: position, circular: false });
        self.position.borrow_mut().insert(question, position);
        self.asking.borrow_mut().push(position);
        position
    }

    /// Ends a question; gives the circle that it closes, itself included, if it depends on none before it.
    fn end(&self, position: usize) -> Option<Vec<Open>> {
        let mut asking = self.asking.borrow_mut();
        asking.pop();
        let mut open = self.open.borrow_mut();
        let low = open[position].low;
        if let Some(&outer) = asking.last() {
            open[outer].low = open[outer].low.min(low);
        }
        if low < position {
            return None;
        }
        let members = open.split_off(position);
        let mut positions = self.position.borrow_mut();
        for member in &members {
            positions.remove(&member.question);
        }
        Some(members)
    }
}

impl Project<'_> {
    /// Answers a question.
    pub(super) fn ask(&self, question: Question) -> Answer {
        let memo = &self.memo;
        let question = (memo.alone.get(), question);
        if let Some(answer) = memo.look_up(question) {
            return answer;
        }
        if memo.depends_on_open(question) {
            memo.cuts.set(memo.cuts.get() + 1);
            return question.1.unknown(Why::Cycle);
        }
        if memo.asking.borrow().len() > DEPTH {
            // What rests on this holds only for the question that led here.
            *memo.unsettled.borrow_mut() += 1;
            return question.1.unknown(Why::Deep);
        }
        let unsettled = *memo.unsettled.borrow();
        if memo.asking.borrow().is_empty() && memo.settling.borrow().is_empty() {
            memo.meanwhile.borrow_mut().clear();
        }
        let position = memo.begin(question);
        let answer = self.work_out(question);
        let Some(members) = memo.end(position) else { return answer };
        if let [one] = members.as_slice()
            && !one.circular
        {
            let sure = unsettled == *memo.unsettled.borrow();
            let into = if sure { &memo.known } else { &memo.meanwhile };
            into.borrow_mut().insert(question, answer.clone());
            return answer;
        }
        self.settle(question, &members)
    }

    /// Answers the members of a circle for good.
    fn settle(&self, question: Asked, members: &[Open]) -> Answer {
        let memo = &self.memo;
        for member in members {
            memo.known.borrow_mut().insert(member.question, member.question.1.unknown(Why::Cycle));
            memo.settling.borrow_mut().insert(member.question);
        }
        let answers: Vec<Answer> = members.iter().map(|member| self.work_out(member.question)).collect();
        for (member, answer) in members.iter().zip(answers) {
            memo.known.borrow_mut().insert(member.question, answer);
            memo.settling.borrow_mut().remove(&member.question);
        }
        if memo.settling.borrow().is_empty() {
            memo.meanwhile.borrow_mut().clear();
        }
        memo.look_up(question).unwrap_or_else(|| question.1.unknown(Why::Cycle))
    }

    fn work_out(&self, (alone, question): Asked) -> Answer {
        self.memo.with(alone, || match question {
            Question::Expr(expr, frame) => Answer::Value(self.compute(expr, frame)),
            Question::Def(file, def, frame) => Answer::Value(self.bound(file, def, frame)),
            Question::Callers(function) => Answer::Callers(Arc::new(self.find_callers(function))),
        })
    }
}
