//! Loops that look for one answer: each turn is another attempt, and nothing of one that failed is kept.
//!
//! Refuses to take a loop for one that keeps what its turns give, as pages are kept.

use super::attempts::{mentions, waits_for_word, whole};
use super::attributes::last_name;
use super::bodies::{Around, covers, enclosing, leaves_for_good, statements_in};
use crate::model::expr::{ComparisonOperator, ExprId, ExprKind};
use crate::model::facts::{BlockRole, FileFacts, StmtId, StmtKind};
use smol_str::SmolStr;

/// Calls that only tell or wait.
const ASIDE: [&str; 10] =
    ["sleep", "print", "debug", "info", "warning", "warn", "error", "exception", "critical", "log"];

/// Whether a loop goes round only where an attempt failed, and keeps nothing of it: it is left with the first answer that
/// will do, or after so many attempts.
pub(super) fn looks_for_one(facts: &FileFacts, around: Around, inside: ExprId) -> bool {
    let Around::Loop(stmt) = around else { return false };
    match &facts.stmt(stmt).kind {
        StmtKind::For { body, .. } => {
            !keeps_something(facts, body) && !waits_for_word(facts, body) && ends_with_answer(facts, stmt, body, inside)
        }
        StmtKind::While { test, body, .. } => {
            matches!(facts.expr(*test).kind, ExprKind::Bool(true) | ExprKind::Number(_))
                && !keeps_something(facts, body)
                && !waits_for_word(facts, body)
                && ends_by_count(facts, body, inside)
        }
        _ => false,
    }
}

/// Whether a number that a loop runs over says what is asked for, and something is kept of each turn: it is the number of
/// a page, not of an attempt.
pub(super) fn counts_pages(facts: &FileFacts, stmt: StmtId, inside: ExprId) -> bool {
    let StmtKind::For { target, body, .. } = &facts.stmt(stmt).kind else { return false };
    let ExprKind::Name(number) = &facts.expr(*target).kind else { return false };
    let mut names = vec![number.clone()];
    let own = |stmt: StmtId| !covers(facts, stmt, inside);
    taken_from(facts, body, own, &mut names);
    names.iter().any(|name| mentions(facts, whole(facts, inside), name)) && keeps_something(facts, body)
}

/// Adds the names that are given something of what these names stand for.
pub(super) fn taken_from(facts: &FileFacts, body: &[StmtId], some: impl Fn(StmtId) -> bool, names: &mut Vec<SmolStr>) {
    for stmt in statements_in(facts, body).into_iter().filter(|&stmt| some(stmt)) {
        if let StmtKind::Assign { targets, value: Some(value), .. } = &facts.stmt(stmt).kind
            && names.iter().any(|name| mentions(facts, *value, name))
        {
            targets.iter().for_each(|&target| names_in(facts, target, names));
        }
    }
}

/// The names that a target binds.
fn names_in(facts: &FileFacts, target: ExprId, into: &mut Vec<SmolStr>) {
    match &facts.expr(target).kind {
        ExprKind::Name(name) => into.push(name.clone()),
        ExprKind::Sequence(items) => items.iter().for_each(|&item| names_in(facts, item, into)),
        _ => {}
    }
}

/// Whether a turn that goes round leaves more behind than what a name holds.
fn keeps_something(facts: &FileFacts, block: &[StmtId]) -> bool {
    let goes_round = |stmt: &StmtId| {
        statements_in(facts, std::slice::from_ref(stmt))
            .iter()
            .any(|&one| matches!(facts.stmt(one).kind, StmtKind::Continue))
    };
    // What always leaves in the end goes round only where it says so.
    let end = match leaves_for_good(facts, block) {
        true => block.iter().rposition(goes_round).map_or(0, |last| last + 1),
        false => block.len(),
    };
    block[..end].iter().any(|&stmt| match &facts.stmt(stmt).kind {
        StmtKind::Assign { targets, value, augmented, .. } => {
            let counts = value.is_some_and(|value| matches!(facts.expr(value).kind, ExprKind::Number(_)));
            let mut names = Vec::new();
            targets.iter().for_each(|&target| names_in(facts, target, &mut names));
            *augmented && !counts || names.len() < targets.len()
        }
        StmtKind::Expression(value) => {
            let value = match facts.expr(*value).kind {
                ExprKind::Await(awaited) => awaited,
                _ => *value,
            };
            match &facts.expr(value).kind {
                ExprKind::Call { callee, .. } => {
                    last_name(facts, *callee).is_none_or(|name| !ASIDE.contains(&name.as_str()))
                }
                ExprKind::Yield { .. } => true,
                _ => false,
            }
        }
        kind => {
            let mut kept = false;
            kind.blocks(|_, block| kept |= keeps_something(facts, block));
            kept
        }
    })
}

/// Whether a loop is left with what an attempt gave: it is returned, or the loop broken out of, where it worked.
fn ends_with_answer(facts: &FileFacts, outer: StmtId, body: &[StmtId], inside: ExprId) -> bool {
    let mut answers = Vec::new();
    for stmt in statements_in(facts, body).into_iter().filter(|&stmt| covers(facts, stmt, inside)) {
        match &facts.stmt(stmt).kind {
            StmtKind::Assign { targets, .. } => targets.iter().for_each(|&one| names_in(facts, one, &mut answers)),
            StmtKind::With { items, .. } => {
                items.iter().filter_map(|item| item.target).for_each(|one| names_in(facts, one, &mut answers));
            }
            _ => {}
        }
    }
    taken_from(facts, body, |_| true, &mut answers);
    let of_answer = |expr: ExprId| answers.iter().any(|name| mentions(facts, expr, name));
    statements_in(facts, body).into_iter().any(|stmt| {
        let leaves = match facts.stmt(stmt).kind {
            StmtKind::Return(Some(value)) => of_answer(value),
            StmtKind::Break => true,
            _ => false,
        };
        leaves && where_it_worked(facts, outer, stmt, &of_answer)
    })
}

/// Whether a statement in a loop runs only where an attempt worked, by the condition around it, or because what is tried
/// came so far.
fn where_it_worked(facts: &FileFacts, outer: StmtId, stmt: StmtId, of_answer: &dyn Fn(ExprId) -> bool) -> bool {
    for (around, role) in enclosing(facts, stmt) {
        match &facts.stmt(around).kind {
            _ if around == outer => return false,
            StmtKind::If { test, .. } => {
                return role == BlockRole::Body && of_answer(*test) && says_it_worked(facts, *test);
            }
            StmtKind::Try { .. } => return matches!(role, BlockRole::Body | BlockRole::Otherwise),
            StmtKind::For { .. } | StmtKind::While { .. } => return false,
            _ => {}
        }
    }
    false
}

/// Whether a condition asks if something worked: for truth, for something that is there, for no error, for a number like
/// a status; not for what an answer says.
fn says_it_worked(facts: &FileFacts, test: ExprId) -> bool {
    let number = |expr: ExprId| match &facts.expr(expr).kind {
        ExprKind::Number(_) => true,
        ExprKind::Sequence(items) => items.iter().all(|&item| matches!(facts.expr(item).kind, ExprKind::Number(_))),
        _ => false,
    };
    match &facts.expr(test).kind {
        ExprKind::Name(_) | ExprKind::Attribute { .. } | ExprKind::Index { .. } => true,
        ExprKind::Comparison { operator, right, .. } => match operator {
            ComparisonOperator::Is | ComparisonOperator::IsNot => matches!(facts.expr(*right).kind, ExprKind::None),
            ComparisonOperator::Equal | ComparisonOperator::In | ComparisonOperator::Order => number(*right),
            ComparisonOperator::NotEqual | ComparisonOperator::NotIn => false,
        },
        ExprKind::Boolean { and: true, operands } => operands.iter().all(|&operand| says_it_worked(facts, operand)),
        _ => false,
    }
}

/// Whether an endless loop is left after so many attempts at the same: `if … or attempt > 3: break`, `attempt += 1`.
fn ends_by_count(facts: &FileFacts, body: &[StmtId], inside: ExprId) -> bool {
    let statements = statements_in(facts, body);
    let counters = statements.iter().filter_map(|&stmt| match &facts.stmt(stmt).kind {
        StmtKind::Assign { targets, value: Some(value), augmented: true, .. }
            if matches!(facts.expr(*value).kind, ExprKind::Number(number) if number == 1.0) =>
        {
            match (&targets[..], targets.first().map(|&target| &facts.expr(target).kind)) {
                ([_], Some(ExprKind::Name(name))) => Some(name.clone()),
                _ => None,
            }
        }
        _ => None,
    });
    let ends = |counter: &SmolStr| {
        statements.iter().any(|&stmt| match &facts.stmt(stmt).kind {
            StmtKind::If { test, then, .. } => leaves_for_good(facts, then) && mentions(facts, *test, counter),
            _ => false,
        })
    };
    counters.into_iter().any(|counter| {
        let mut names = vec![counter.clone()];
        taken_from(facts, body, |stmt| !covers(facts, stmt, inside), &mut names);
        ends(&counter) && !names.iter().any(|name| mentions(facts, whole(facts, inside), name))
    })
}
