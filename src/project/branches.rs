//! Branches that a call of a function cannot take, by what it passes.
//!
//! Refuses to decide a condition by anything but the function's parameters and what is written out.

use super::bodies::{block_of, leaves_for_good};
use super::flow::DefKind;
use super::{Project, sibling};
use crate::model::expr::{ComparisonOperator, ExprKind, UnaryOperator};
use crate::model::facts::{BlockRole, StmtKind};
use crate::model::value::{Alternative, Datum, ExprRef, Frame, ScopeRef};

impl Project<'_> {
    /// Whether a call of a function never comes to a place in it: a condition around the place, or one in front of it that
    /// leaves, is decided by what the call passes.
    pub(super) fn never_comes_to(&self, place: ExprRef, function: ScopeRef, call: ExprRef) -> bool {
        let facts = self.facts(place.file);
        let Some(stmt) = facts.stmt_of(place.expr) else { return false };
        if self.scope_at(place) != function {
            return false;
        }
        let frame = self.frames.of(function, call, Frame::NONE);
        let decided = |test| self.decided(sibling(place, test), function, frame);
        let mut at = stmt;
        loop {
            let around = facts.place(at);
            let block = block_of(facts, around.scope, around.within, around.role);
            let before = block.iter().take_while(|&&one| one != at);
            let leaves = before.into_iter().any(|&one| match &facts.stmt(one).kind {
                StmtKind::If { test, then, otherwise } => {
                    leaves_for_good(facts, then) && decided(*test) == Some(true)
                        || leaves_for_good(facts, otherwise) && decided(*test) == Some(false)
                }
                _ => false,
            });
            if leaves {
                return true;
            }
            let Some(outer) = around.within else { return false };
            if let StmtKind::If { test, .. } = facts.stmt(outer).kind
                && decided(test).is_some_and(|holds| holds != (around.role == BlockRole::Body))
            {
                return true;
            }
            at = outer;
        }
    }

    /// Whether a condition on a function's parameters holds in the context of a call, where that is known.
    fn decided(&self, test: ExprRef, function: ScopeRef, frame: Frame) -> Option<bool> {
        match self.kind(test) {
            ExprKind::Name(_) => self.agreed(test, function, frame, |one| one.datum.truth()),
            ExprKind::Unary { operator: UnaryOperator::Not, operand } => {
                self.decided(sibling(test, *operand), function, frame).map(|holds| !holds)
            }
            ExprKind::Boolean { and, operands } => {
                let decided: Vec<Option<bool>> =
                    operands.iter().map(|&operand| self.decided(sibling(test, operand), function, frame)).collect();
                match decided.contains(&Some(!and)) {
                    true => Some(!and),
                    false => decided.iter().all(Option::is_some).then_some(*and),
                }
            }
            ExprKind::Comparison { operator, left, right } => {
                let right = self.written(sibling(test, *right))?;
                let same = |one: &Alternative| is_one_of(&one.datum, &right);
                let holds = self.agreed(sibling(test, *left), function, frame, same)?;
                match operator {
                    ComparisonOperator::In => Some(holds),
                    ComparisonOperator::NotIn => Some(!holds),
                    ComparisonOperator::Is | ComparisonOperator::Equal if right.len() == 1 => Some(holds),
                    ComparisonOperator::IsNot | ComparisonOperator::NotEqual if right.len() == 1 => Some(!holds),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// What is found of everything that a parameter can be, where it is the same of all.
    fn agreed(
        &self,
        name: ExprRef,
        function: ScopeRef,
        frame: Frame,
        found: impl Fn(&Alternative) -> Option<bool>,
    ) -> Option<bool> {
        let def = self.only_definition(name)?;
        if !matches!(def.kind, DefKind::Parameter(scope, _) if scope == function.scope) {
            return None;
        }
        let value = self.evaluate(name, frame);
        let mut all = value.all()?.iter().map(found);
        let first = all.next()??;
        all.all(|one| one == Some(first)).then_some(first)
    }

    /// The constants that are written out: one, or those of a sequence.
    fn written(&self, right: ExprRef) -> Option<Vec<Datum>> {
        let constant = |expr: ExprRef| match self.kind(expr) {
            ExprKind::Text(text) => Some(Datum::Text(text.clone())),
            ExprKind::Number(number) => Some(Datum::Number(*number)),
            ExprKind::Bool(value) => Some(Datum::Bool(*value)),
            ExprKind::None => Some(Datum::Null),
            _ => None,
        };
        match self.kind(right) {
            ExprKind::Sequence(items) => items.iter().map(|&item| constant(sibling(right, item))).collect(),
            _ => constant(right).map(|one| vec![one]),
        }
    }
}

/// Whether something is one of these constants; `None` where only the environment knows, or numbers and booleans meet.
fn is_one_of(datum: &Datum, constants: &[Datum]) -> Option<bool> {
    let same = |constant: &Datum| match (datum, constant) {
        (Datum::Unset | Datum::Environment | Datum::Result(..) | Datum::Member(..), _) => None,
        (Datum::Number(_), Datum::Bool(_)) | (Datum::Bool(_), Datum::Number(_)) => None,
        _ => Some(datum == constant),
    };
    let found: Option<Vec<bool>> = constants.iter().map(same).collect();
    found.map(|found| found.contains(&true))
}
