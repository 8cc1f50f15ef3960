//! Loops that ask for the same thing again: attempts that are counted, waits for what does not answer yet.
//!
//! Refuses to take a loop for one where what is asked for may differ from turn to turn.

use super::attributes::last_name;
use super::bodies::{Around, covers, enclosing, is_retry, leaves_for_good, loops, statements_in};
use crate::model::expr::{Argument, ComparisonOperator, ExprId, ExprKind, UnaryOperator};
use crate::model::facts::{BlockRole, FileFacts, Parent, StmtId, StmtKind};
use smol_str::SmolStr;

/// Whether a loop counts what it tries, `while attempt < 3: …; attempt += 1`, and asks for the same each time: a number
/// that goes into what is asked for is the number of a page.
pub(super) fn counts_attempts(facts: &FileFacts, stmt: StmtId, inside: ExprId) -> bool {
    let StmtKind::While { test, body, .. } = &facts.stmt(stmt).kind else { return false };
    let counted = conjuncts(facts, test).iter().find_map(|&operand| match facts.expr(operand).kind {
        ExprKind::Comparison { left, .. } => Some(left),
        _ => None,
    });
    let Some(ExprKind::Name(counter)) = counted.map(|left| &facts.expr(left).kind) else { return false };
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

/// What must all hold for a condition to.
fn conjuncts<'f>(facts: &'f FileFacts, test: &'f ExprId) -> &'f [ExprId] {
    match &facts.expr(*test).kind {
        ExprKind::Boolean { and: true, operands } => operands,
        _ => std::slice::from_ref(test),
    }
}

/// The names that must not hold for a condition to.
fn denied<'f>(facts: &'f FileFacts, test: &'f ExprId) -> impl Iterator<Item = &'f SmolStr> {
    conjuncts(facts, test).iter().filter_map(|&operand| match facts.expr(operand).kind {
        ExprKind::Unary { operator: UnaryOperator::Not, operand } => match &facts.expr(operand).kind {
            ExprKind::Name(name) => Some(name),
            _ => None,
        },
        _ => None,
    })
}

/// Whether a loop ends as soon as something is there that its body sets: `while not found and tries < 3`.
pub(super) fn ends_by_its_test(facts: &FileFacts, stmt: StmtId, body: &[StmtId]) -> bool {
    let StmtKind::While { test, .. } = &facts.stmt(stmt).kind else { return false };
    let sets = |target: &ExprId| match &facts.expr(*target).kind {
        ExprKind::Name(name) => denied(facts, test).any(|denied| denied == name),
        _ => false,
    };
    statements_in(facts, body).into_iter().any(|inner| match &facts.stmt(inner).kind {
        StmtKind::Assign { targets, .. } => targets.iter().any(sets),
        _ => false,
    })
}

/// Whether a loop waits for what does not answer yet: `while not done: try: attempt(); done = True; except …: pass`.
pub(super) fn until_it_answers(facts: &FileFacts, stmt: StmtId, body: &[StmtId], inside: ExprId) -> bool {
    let StmtKind::While { test, .. } = &facts.stmt(stmt).kind else { return false };
    let Some(flag) = denied(facts, test).next() else { return false };
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
    matches!(facts.expr(*test).kind, ExprKind::Comparison { .. })
        && !counts_attempts(facts, stmt, inside)
        && statements_in(facts, body).into_iter().any(|inner| sleeps(facts, inner))
}

/// Whether a statement is a pause.
fn sleeps(facts: &FileFacts, stmt: StmtId) -> bool {
    let StmtKind::Expression(value) = facts.stmt(stmt).kind else { return false };
    let value = match facts.expr(value).kind {
        ExprKind::Await(awaited) => awaited,
        _ => value,
    };
    match &facts.expr(value).kind {
        ExprKind::Call { callee, .. } => last_name(facts, *callee).is_some_and(|name| name == "sleep"),
        _ => false,
    }
}

/// Whether a loop waits for what an answer says, `if answer["status"] == "done": return …; sleep(…)`: it goes round after
/// answers, not after failures.
pub(super) fn waits_for_word(facts: &FileFacts, body: &[StmtId]) -> bool {
    let is_word = |expr: ExprId| match &facts.expr(expr).kind {
        ExprKind::Text(_) => true,
        ExprKind::Sequence(items) => items.iter().any(|&item| matches!(facts.expr(item).kind, ExprKind::Text(_))),
        _ => false,
    };
    let compares = |test: ExprId| {
        let mut open = vec![test];
        while let Some(part) = open.pop() {
            let kind = &facts.expr(part).kind;
            match kind {
                ExprKind::Comparison { operator, left, right } => {
                    let same = matches!(operator, ComparisonOperator::Equal | ComparisonOperator::In);
                    if same && (is_word(*left) != is_word(*right)) {
                        return true;
                    }
                }
                _ => kind.children(&mut open),
            }
        }
        false
    };
    let statements = statements_in(facts, body);
    let ends = |stmt: &StmtId| match &facts.stmt(*stmt).kind {
        StmtKind::If { test, then, .. } => leaves_for_good(facts, then) && compares(*test),
        _ => false,
    };
    statements.iter().any(|&stmt| sleeps(facts, stmt)) && statements.iter().any(ends)
}

/// Whether a call stands under a condition.
pub(super) fn is_conditional(facts: &FileFacts, call: ExprId) -> bool {
    facts.stmt_of(call).is_some_and(|stmt| enclosing(facts, stmt).into_iter().any(|around| is_condition(facts, around)))
}

/// Whether a block runs under a condition.
fn is_condition(facts: &FileFacts, (outer, role): (StmtId, BlockRole)) -> bool {
    matches!(facts.stmt(outer).kind, StmtKind::If { .. }) && role == BlockRole::Body
}

/// Whether a call only repeats an earlier one: it asks for the same, once, under a condition that the earlier one is not
/// under.
pub(super) fn asks_again(facts: &FileFacts, first: ExprId, again: ExprId) -> bool {
    let called = |call: ExprId| match &facts.expr(call).kind {
        ExprKind::Call { callee, arguments } => Some((last_name(facts, *callee)?, arguments)),
        _ => None,
    };
    let (Some((name, given)), Some((other, repeated))) = (called(first), called(again)) else { return false };
    let (Some(before), Some(after)) = (facts.stmt_of(first), facts.stmt_of(again)) else { return false };
    let around = enclosing(facts, before);
    let apart = |(outer, _): &(StmtId, BlockRole)| !around.iter().any(|(other, _)| other == outer);
    let beyond: Vec<(StmtId, BlockRole)> = enclosing(facts, after).into_iter().filter(apart).collect();
    let turns = loops(facts, first);
    let mut own = loops(facts, again).into_iter().filter(|around| !turns.contains(around));
    let once = own.all(|around| is_retry(facts, around, again));
    let conditional = once && beyond.iter().any(|&around| is_condition(facts, around));
    let same = |argument: &Argument| repeated.iter().any(|other| alike(facts, argument.value, other.value));
    facts.stmt(before).end <= facts.stmt(after).start
        && conditional
        && name == other
        && given.len() == repeated.len()
        && given.iter().all(same)
}

/// Whether two expressions are written alike.
fn alike(facts: &FileFacts, one: ExprId, other: ExprId) -> bool {
    let (one, other) = (&facts.expr(one).kind, &facts.expr(other).kind);
    match (one, other) {
        (ExprKind::Name(one), ExprKind::Name(other)) | (ExprKind::Text(one), ExprKind::Text(other)) => one == other,
        (ExprKind::Attribute { object, name }, ExprKind::Attribute { object: of, name: other }) => {
            name == other && alike(facts, *object, *of)
        }
        (ExprKind::Number(one), ExprKind::Number(other)) => one.total_cmp(other).is_eq(),
        (ExprKind::Bool(one), ExprKind::Bool(other)) => one == other,
        (ExprKind::None, ExprKind::None) => true,
        (ExprKind::Interpolation(one), ExprKind::Interpolation(other)) => {
            one.len() == other.len() && one.iter().zip(other.iter()).all(|(one, other)| alike(facts, *one, *other))
        }
        _ => false,
    }
}

/// The whole expression that an expression is a part of.
pub(super) fn whole(facts: &FileFacts, part: ExprId) -> ExprId {
    let mut at = part;
    while let Parent::Expr(up) = facts.parent(at) {
        at = up;
    }
    at
}

/// Whether a name stands in an expression.
pub(super) fn mentions(facts: &FileFacts, expr: ExprId, name: &str) -> bool {
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
