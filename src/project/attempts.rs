//! Loops that ask for the same thing again: attempts that are counted, waits for what does not answer yet.
//!
//! Refuses to take a loop for one where what is asked for may differ from turn to turn.

use super::attributes::last_name;
use super::bodies::{Around, covers, leaves_for_good, statements_in};
use crate::model::expr::{ExprId, ExprKind, UnaryOperator};
use crate::model::facts::{FileFacts, Parent, StmtId, StmtKind};

/// Whether a loop counts what it tries, `while attempt < 3: …; attempt += 1`, and asks for the same each time: a number
/// that goes into what is asked for is the number of a page.
pub(super) fn counts_attempts(facts: &FileFacts, stmt: StmtId, inside: ExprId) -> bool {
    let StmtKind::While { test, body, .. } = &facts.stmt(stmt).kind else { return false };
    let ExprKind::Comparison { left, .. } = &facts.expr(*test).kind else { return false };
    let ExprKind::Name(counter) = &facts.expr(*left).kind else { return false };
    let named = |expr: ExprId| matches!(&facts.expr(expr).kind, ExprKind::Name(name) if name == counter);
    let mut steps = false;
    for inner in statements_in(facts, body) {
        let StmtKind::Assign { targets, value: Some(value), augmented, .. } = &facts.stmt(inner).kind else { continue };
        if targets.iter().any(|&target| named(target)) {
            let by_one = matches!(facts.expr(*value).kind, ExprKind::Number(number) if number == 1.0);
            steps = *augmented && by_one;
            if !steps {
                return false;
            }
        } else if mentions(facts, *value, counter) {
            return false;
        }
    }
    steps && !mentions(facts, whole(facts, inside), counter)
}

/// Whether a loop waits for what does not answer yet: `while not done: try: attempt(); done = True; except …: pass`.
pub(super) fn until_it_answers(facts: &FileFacts, stmt: StmtId, body: &[StmtId], inside: ExprId) -> bool {
    let StmtKind::While { test, .. } = &facts.stmt(stmt).kind else { return false };
    let ExprKind::Unary { operator: UnaryOperator::Not, operand } = &facts.expr(*test).kind else { return false };
    let ExprKind::Name(flag) = &facts.expr(*operand).kind else { return false };
    let sets = |inner: StmtId| match &facts.stmt(inner).kind {
        StmtKind::Assign { targets, value: Some(value), .. } => {
            matches!(facts.expr(*value).kind, ExprKind::Bool(true))
                && targets
                    .iter()
                    .any(|&target| matches!(&facts.expr(target).kind, ExprKind::Name(name) if name == flag))
        }
        _ => false,
    };
    statements_in(facts, body).into_iter().any(|inner| match &facts.stmt(inner).kind {
        StmtKind::Try { body, handlers, otherwise, .. } => {
            body.iter().any(|&one| covers(facts, one, inside))
                && handlers.iter().all(|handler| !leaves_for_good(facts, &handler.body))
                && statements_in(facts, body).into_iter().chain(statements_in(facts, otherwise)).any(sets)
        }
        _ => false,
    })
}

/// Whether a loop waits for a time, `while elapsed < limit: …; sleep(…)`, and does not count what it tries.
pub(super) fn is_wait(facts: &FileFacts, around: Around, inside: ExprId) -> bool {
    let Around::Loop(stmt) = around else { return false };
    let StmtKind::While { test, body, .. } = &facts.stmt(stmt).kind else { return false };
    let sleeps = |inner: StmtId| match &facts.stmt(inner).kind {
        StmtKind::Expression(value) => {
            let value = match &facts.expr(*value).kind {
                ExprKind::Await(awaited) => *awaited,
                _ => *value,
            };
            match &facts.expr(value).kind {
                ExprKind::Call { callee, .. } => last_name(facts, *callee).is_some_and(|name| name == "sleep"),
                _ => false,
            }
        }
        _ => false,
    };
    matches!(facts.expr(*test).kind, ExprKind::Comparison { .. })
        && !counts_attempts(facts, stmt, inside)
        && statements_in(facts, body).into_iter().any(sleeps)
}

/// The whole expression that an expression is a part of.
fn whole(facts: &FileFacts, part: ExprId) -> ExprId {
    let mut at = part;
    while let Parent::Expr(up) = facts.parent(at) {
        at = up;
    }
    at
}

/// Whether a name stands in an expression.
fn mentions(facts: &FileFacts, expr: ExprId, name: &str) -> bool {
    let mut open = vec![expr];
    while let Some(part) = open.pop() {
        let kind = &facts.expr(part).kind;
        if matches!(kind, ExprKind::Name(other) if other == name) {
            return true;
        }
        kind.children(&mut open);
    }
    false
}
