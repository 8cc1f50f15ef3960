//! How many requests a session serves in its life, by where it is used and what it is handed to.
//!
//! Refuses to count what it cannot see: a session that somebody unknown is given may serve any number.

use super::attempts::{asks_again, is_conditional, is_wait};
use super::bodies::{Around, exclusive, is_retry, loops};
use super::places::{Use, UseKind};
use super::{Project, Site, sibling};
use crate::model::expr::ExprKind;
use crate::model::facts::Parent;
use crate::model::value::{ExprRef, Frame};
use crate::source::FileId;

/// How many functions deep a session is followed to its requests.
const HELPERS: usize = 2;

/// How many requests go through a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Requests {
    None,
    One,
    Several,
    Unknown,
}

impl Project<'_> {
    /// Whether a session is seen to serve more than one request in its life.
    #[must_use]
    pub fn serves_several(&self, made: ExprRef) -> bool {
        let around = loops(self.facts(made.file), made.expr);
        self.requests_through(made, (made.file, &around), &self.uses(made), 0) == Requests::Several
    }

    /// Whether a session is seen to serve one request in its life, and no more.
    #[must_use]
    pub fn serves_one(&self, made: ExprRef) -> bool {
        let around = loops(self.facts(made.file), made.expr);
        !self.lives_long(made)
            && self.requests_through(made, (made.file, &around), &self.uses(made), 0) == Requests::One
    }

    /// Whether a request only repeats an earlier one of its function, under a condition.
    #[must_use]
    pub fn asks_once_more(&self, request: &Site) -> bool {
        let (facts, scope) = (self.facts(request.call.file), self.scope_at(request.call));
        if !is_conditional(facts, request.call.expr) {
            return false;
        }
        let all = self.sites();
        let of_file = &all[all.partition_point(|site| site.call.file < request.call.file)..];
        let of_file = of_file.iter().take_while(|site| site.call.file == request.call.file);
        let beside = |other: &&Site| other.row == request.row && self.scope_at(other.call) == scope;
        let mut others = of_file.filter(beside);
        others.any(|other| asks_again(facts, other.call.expr, request.call.expr))
    }

    /// How many requests go through a session in one life, by its uses in a file, where those loops are around what
    /// builds it, or nothing is around what it is passed to.
    pub(super) fn requests_through(
        &self,
        made: ExprRef,
        (file, outer): (FileId, &[Around]),
        uses: &[Use],
        depth: usize,
    ) -> Requests {
        let facts = self.facts(file);
        let mut places: Vec<ExprRef> = Vec::new();
        let mut unknown = false;
        for one in uses {
            let call = match &one.kind {
                UseKind::Method(name, call) if self.is_request(*call) || self.is_request_name(made, name) => *call,
                UseKind::Argument(call) if self.calls_what_it_is_given(*call) => return Requests::Unknown,
                UseKind::Argument(call) => match self.requests_in_call(made, *call, one.expr, depth) {
                    Requests::Several => return Requests::Several,
                    Requests::One => *call,
                    Requests::None => continue,
                    Requests::Unknown => {
                        unknown = true;
                        *call
                    }
                },
                UseKind::Attribute(name) => {
                    let call = self.call_given(one.expr).filter(|_| self.is_request_name(made, name));
                    unknown |= call.is_none();
                    let Some(call) = call else { continue };
                    call
                }
                UseKind::Element => {
                    unknown = true;
                    continue;
                }
                _ => continue,
            };
            if call.file != file {
                return Requests::Several;
            }
            let inner: Vec<Around> = loops(facts, call.expr).into_iter().filter(|l| !outer.contains(l)).collect();
            if inner.iter().any(|&around| !is_retry(facts, around, call.expr) || is_wait(facts, around, call.expr)) {
                return Requests::Several;
            }
            if places.iter().any(|other| asks_again(facts, other.expr, call.expr)) {
                continue;
            }
            if places.iter().any(|other| !exclusive(facts, other.expr, call.expr)) {
                return Requests::Several;
            }
            places.push(call);
        }
        match (places.len(), unknown) {
            (0, true) => Requests::Unknown,
            (0, false) => Requests::None,
            _ => Requests::One,
        }
    }

    /// The call of a function of the project, or of what runs others, that is given a method of an object to call.
    fn call_given(&self, object: ExprRef) -> Option<ExprRef> {
        let facts = self.facts(object.file);
        let Parent::Expr(attribute) = facts.parent(object.expr) else { return None };
        let Parent::Expr(call) = facts.parent(attribute) else { return None };
        let call = sibling(object, call);
        let is_given = matches!(self.kind(call), ExprKind::Call { callee, .. } if *callee != attribute);
        let runs = || self.frameworks.is_submitter(&self.callee_name(call));
        (is_given && (runs() || !self.targets(call, Frame::NONE).is_empty())).then_some(call)
    }

    fn is_request(&self, call: ExprRef) -> bool {
        self.site_at(call).is_some_and(|site| site.kind == crate::libraries::Kind::Request)
    }

    /// Whether `name` is a request method of the session that a construction, or a factory's call, gives.
    fn is_request_name(&self, made: ExprRef, name: &str) -> bool {
        let value = self.evaluate(made, Frame::NONE);
        value.alternatives.iter().any(|one| self.request_row(&one.datum, name).is_some())
    }

    /// How many requests a call makes through the session that it is given.
    fn requests_in_call(&self, made: ExprRef, call: ExprRef, session: ExprRef, depth: usize) -> Requests {
        let targets = self.targets(call, Frame::NONE);
        let [target] = targets.as_slice() else { return Requests::One };
        if depth >= HELPERS {
            return Requests::One;
        }
        let Some(index) = self.parameter_reached(call, session, *target) else { return Requests::One };
        let uses = self.parameter_uses(*target, index);
        match self.requests_through(made, (target.file, &[]), &uses, depth + 1) {
            Requests::None => Requests::One,
            known => known,
        }
    }

    /// Whether a call runs a function that is a parameter of one around.
    fn calls_what_it_is_given(&self, call: ExprRef) -> bool {
        let ExprKind::Call { callee, .. } = self.kind(call) else { return false };
        let ExprKind::Name(name) = self.kind(sibling(call, *callee)) else { return false };
        let facts = self.facts(call.file);
        let owner = self.owner_of(call.file, facts.scope_of(*callee), name);
        owner.is_some_and(|owner| facts.scope(owner).parameters.iter().any(|parameter| parameter.name == *name))
    }
}
