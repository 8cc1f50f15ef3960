//! Timers around a place: what ends a request that does not bound itself.
//!
//! Refuses to know how long they run.

use super::places::{Use, UseKind};
use super::{Project, sibling};
use crate::model::expr::ExprKind;
use crate::model::facts::{Parent, StmtKind};
use crate::model::value::{Datum, ExprRef, Frame};

/// How many calls up a timer is looked for.
pub(super) const CALLS: usize = 3;

/// Context managers that end what runs in them after a time.
pub(super) const TIMERS: [&str; 5] = ["timeout", "timeout_at", "fail_after", "move_on_after", "async_timeout"];

impl Project<'_> {
    /// Whether a timer ends what runs at a place, wherever the coroutine around it is called.
    pub(super) fn is_timed_by_callers(&self, place: ExprRef, depth: usize) -> bool {
        let function = self.function_of(self.scope_at(place));
        if depth == 0 || !self.scope(function).asynchronous {
            return false;
        }
        let callers = self.callers_of(function);
        let timed = |call: ExprRef| self.is_timed(call) || self.is_timed_by_callers(call, depth - 1);
        !callers.escapes && !callers.calls.is_empty() && callers.calls.iter().all(|one| one.certain && timed(one.call))
    }

    /// Whether a timer ends whatever is done with a session, all of which is seen where it is built.
    #[must_use]
    pub fn is_used_in_time(&self, made: ExprRef) -> bool {
        let closers = self.closers_of(made);
        let uses = self.uses(made);
        let mut uses = uses.iter().filter(|one| match &one.kind {
            UseKind::Entered(_) | UseKind::Tested => false,
            UseKind::Method(name, _) => !closers.contains(name),
            _ => true,
        });
        let used =
            |one: &Use| matches!(one.kind, UseKind::Method(..) | UseKind::Argument(_)) && self.is_timed(one.expr);
        // What a call makes of the session may use it later.
        let timed = |one: &Use| {
            used(one)
                && match one.kind {
                    UseKind::Argument(call) => self.is_awaited(call) || self.uses(call).iter().all(used),
                    _ => true,
                }
        };
        uses.next().is_some_and(timed) && uses.all(timed)
    }

    /// Whether a timer ends what runs at a place.
    #[must_use]
    pub fn is_timed(&self, place: ExprRef) -> bool {
        let facts = self.facts(place.file);
        let Some(stmt) = facts.stmt_of(place.expr) else { return false };
        let timed = |stmt| match &facts.stmt(stmt).kind {
            StmtKind::With { items, .. } => items.iter().any(|item| {
                let context = sibling(place, item.context);
                TIMERS.contains(&self.callee_name(context).as_str()) || self.is_renamed_timer(context)
            }),
            _ => false,
        };
        if timed(stmt) || super::bodies::enclosing(facts, stmt).into_iter().any(|(outer, _)| timed(outer)) {
            return true;
        }
        let mut at = place.expr;
        while let Parent::Expr(up) = facts.parent(at) {
            let given = matches!(&facts.expr(up).kind, ExprKind::Call { callee, .. } if *callee != at);
            let name = self.callee_name(sibling(place, up));
            if given && (name == "wait_for" || TIMERS.contains(&name.as_str())) {
                return true;
            }
            at = up;
        }
        false
    }

    /// Whether a call is one of a timer that an import gives another name.
    fn is_renamed_timer(&self, call: ExprRef) -> bool {
        let ExprKind::Call { callee, .. } = self.kind(call) else { return false };
        let callee = sibling(call, *callee);
        matches!(self.kind(callee), ExprKind::Name(_))
            && self.evaluate(callee, Frame::NONE).always(|datum| {
                matches!(datum, Datum::Path(path) if path.rsplit('.').next().is_some_and(|last| TIMERS.contains(&last)))
            })
    }
}
