//! Where a session goes from the place that builds it: from one hand to the next, up to its requests.
//!
//! Each place is looked at once, from the shortest way to it, so that the work grows with the code and not with the ways
//! through it. Refuses to judge what it finds.

use super::attributes::has_decorator;
use super::places::{Use, UseKind};
use super::requests::Requests;
use super::{Project, sibling};
use crate::libraries::Kind;
use crate::model::expr::ExprKind;
use crate::model::facts::MODULE;
use crate::model::value::{Datum, ExprRef, Frame, ScopeRef};
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

/// How many hands deep a session is followed to its requests.
const HANDS: usize = 4;

/// The modules whose functions only look at what they are given.
const SHOWING: [&str; 2] = ["builtins", "logging"];

/// What a session is given to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Hand {
    /// A parameter of a function, by its index.
    Parameter(ScopeRef, usize),
    /// An attribute of the objects of a class.
    Attribute(ScopeRef, SmolStr),
    /// What an attribute of the objects of a class holds by keys.
    Items(ScopeRef, SmolStr),
    /// A name of a module.
    Name(ScopeRef, SmolStr),
    /// Whoever makes a call that gives it.
    Caller(ExprRef),
}

/// What a session is given to, hand by hand.
#[derive(Debug)]
pub(super) struct Trail {
    seen: FxHashSet<Hand>,
    /// Those that are next, some of which may have been seen.
    hands: Vec<Hand>,
    /// How many were passed at first, and up to now.
    first: usize,
    passed: usize,
    /// The attributes that keep the session after other hands, by class and name.
    kept: Vec<(ScopeRef, SmolStr)>,
}

impl Trail {
    /// A trail that begins with these, after so many others.
    pub(super) fn new(passed: usize, hands: Vec<Hand>) -> Trail {
        Trail { seen: FxHashSet::default(), hands, first: passed, passed, kept: Vec::new() }
    }

    /// Takes those that are next and were not seen before, and tells how many are passed with them.
    pub(super) fn take(&mut self) -> (Vec<Hand>, usize) {
        let mut hands = std::mem::take(&mut self.hands);
        hands.retain(|hand| self.seen.insert(hand.clone()));
        if self.passed > self.first {
            self.kept.extend(hands.iter().filter_map(|hand| match hand {
                Hand::Attribute(class, name) => Some((*class, name.clone())),
                _ => None,
            }));
        }
        self.passed += 1;
        (hands, self.passed)
    }

    /// Adds some that are next.
    pub(super) fn add(&mut self, hands: Vec<Hand>) {
        self.hands.extend(hands);
    }

    /// Takes the attributes that keep the session after other hands.
    pub(super) fn take_kept(&mut self) -> Vec<(ScopeRef, SmolStr)> {
        std::mem::take(&mut self.kept)
    }
}

impl Project<'_> {
    /// Adds the requests that these uses lead to; so many hands were passed before.
    pub(super) fn collect_requests<'s>(&'s self, uses: &[Use], passed: usize, found: &mut Requests<'s>) {
        let mut trail = Trail::new(passed, self.hands_after(uses, passed, found));
        loop {
            let (hands, passed) = trail.take();
            if hands.is_empty() {
                break;
            }
            for hand in &hands {
                trail.add(self.hands_after(&self.uses_in(hand), passed, found));
            }
        }
    }

    /// Every use of what is in a hand.
    pub(super) fn uses_in(&self, hand: &Hand) -> Vec<Use> {
        match hand {
            Hand::Parameter(function, index) => self.parameter_uses(*function, *index),
            Hand::Attribute(class, name) => self.attribute_uses(*class, name),
            Hand::Items(class, name) => self.item_uses(*class, name),
            Hand::Name(owner, name) => self.name_uses(*owner, name),
            Hand::Caller(call) => self.uses(*call),
        }
    }

    /// Adds the requests among uses, and gives what else the session is given to; where too many hands were passed,
    /// nothing more is followed.
    pub(super) fn hands_after<'s>(&'s self, uses: &[Use], passed: usize, found: &mut Requests<'s>) -> Vec<Hand> {
        let end = passed >= HANDS;
        let mut hands = Vec::new();
        for one in uses {
            match &one.kind {
                UseKind::Method(_, call) => {
                    found.methods.push(*call);
                    found.sites.extend(self.site_at(*call).filter(|site| site.is(Kind::Request)));
                }
                UseKind::Called(call) => found.computed.push(*call),
                _ if end => {
                    found.handed |= !matches!(one.kind, UseKind::Tested | UseKind::Dropped | UseKind::Entered(_));
                    found.complete = false;
                }
                UseKind::Entered(_) | UseKind::Tested | UseKind::Dropped | UseKind::Step(..) => {}
                UseKind::Attribute(name) => {
                    found.taken |= self.libraries.list().iter().any(|of| of.request_names().any(|known| known == name));
                    found.complete = false;
                }
                UseKind::Yielded | UseKind::Returned => hands.extend(self.callers_given(one, found)),
                UseKind::Argument(call) => hands.extend(self.parameter_given(*call, one.expr, found)),
                _ => {
                    let keeper = self.keeper(&one.kind);
                    found.complete &= keeper.is_some();
                    hands.extend(keeper);
                }
            }
        }
        hands
    }

    /// What keeps the session.
    fn keeper(&self, kind: &UseKind) -> Option<Hand> {
        match kind {
            UseKind::StoredAttribute(target) => {
                self.attribute_holder(*target).map(|(class, name)| Hand::Attribute(class, name))
            }
            UseKind::StoredItem(target) => {
                let ExprKind::Index { object, .. } = self.kind(*target) else { return None };
                self.attribute_holder(sibling(*target, *object)).map(|(class, name)| Hand::Items(class, name))
            }
            UseKind::StoredName(owner, name) if owner.scope == MODULE => Some(Hand::Name(*owner, name.clone())),
            _ => None,
        }
    }

    /// The parameter that a call passes the session to.
    fn parameter_given(&self, call: ExprRef, session: ExprRef, found: &mut Requests<'_>) -> Option<Hand> {
        if let [target] = self.targets(call, Frame::NONE)[..]
            && let Some(index) = self.parameter_reached(call, session, target)
        {
            return Some(Hand::Parameter(target, index));
        }
        if self.callee_name(call) != "getattr" {
            found.handed |= self.is_foreign(call);
            found.complete = false;
        }
        None
    }

    /// Those who call the function that gives the session.
    fn callers_given(&self, one: &Use, found: &mut Requests<'_>) -> Vec<Hand> {
        let function = self.function_of(self.scope_at(one.expr));
        let callers = self.callers_of(function);
        if one.kind == UseKind::Yielded {
            found.complete &= self.is_context_manager(function);
        } else {
            found.complete &= !callers.escapes && !callers.calls.is_empty();
            // A property has no calls.
            found.complete &= !has_decorator(self.facts(function.file), function.scope, "property");
        }
        callers.calls.iter().map(|caller| Hand::Caller(caller.call)).collect()
    }

    /// Whether a call is of what is not code of the project, and is there to do more than to show what it is given.
    fn is_foreign(&self, call: ExprRef) -> bool {
        let ExprKind::Call { callee, .. } = self.kind(call) else { return false };
        let shows = |path: &SmolStr| SHOWING.iter().any(|module| path.split('.').next() == Some(module));
        let callee = self.evaluate(sibling(call, *callee), Frame::NONE);
        callee.alternatives.is_empty()
            || callee.always(|mut datum| {
                while let Datum::Member(object, _) = datum {
                    datum = object;
                }
                matches!(datum, Datum::Path(path) | Datum::Instance(path) | Datum::Result(path, _) if !shows(path))
            })
    }
}
