//! What stands directly in a statement or expression, in the order it is evaluated.
//!
//! Refuses to go deeper: who walks decides how far.

use super::expr::{ExprId, ExprKind};
use super::facts::{Block, BlockRole, StmtKind};
use crate::source::offset;

impl StmtKind {
    /// Calls `visit` with each block directly inside this statement, in the order written.
    pub fn blocks<'a>(&'a self, mut visit: impl FnMut(BlockRole, &'a Block)) {
        match self {
            StmtKind::If { then, otherwise, .. } => {
                visit(BlockRole::Body, then);
                visit(BlockRole::Otherwise, otherwise);
            }
            StmtKind::For { body, otherwise, .. } | StmtKind::While { body, otherwise, .. } => {
                visit(BlockRole::Body, body);
                visit(BlockRole::Otherwise, otherwise);
            }
            StmtKind::Try { body, handlers, otherwise, finally } => {
                visit(BlockRole::Body, body);
                for (index, handler) in handlers.iter().enumerate() {
                    visit(BlockRole::Handler(offset(index)), &handler.body);
                }
                visit(BlockRole::Otherwise, otherwise);
                visit(BlockRole::Finally, finally);
            }
            StmtKind::With { body, .. } => visit(BlockRole::Body, body),
            StmtKind::Match { arms, .. } => {
                for (index, arm) in arms.iter().enumerate() {
                    visit(BlockRole::Arm(offset(index)), &arm.body);
                }
            }
            _ => {}
        }
    }

    /// Appends the expressions directly in this statement, in the order they are evaluated.
    pub fn children(&self, into: &mut Vec<ExprId>) {
        match self {
            StmtKind::Expression(expr) => into.push(*expr),
            StmtKind::Assign { targets, value, annotation, .. } => {
                into.extend(value);
                into.extend(targets.iter().copied());
                into.extend(annotation);
            }
            StmtKind::If { test, .. } | StmtKind::While { test, .. } => into.push(*test),
            StmtKind::For { target, iterable, .. } => into.extend([*iterable, *target]),
            StmtKind::Try { handlers, .. } => into.extend(handlers.iter().filter_map(|h| h.types)),
            StmtKind::With { items, .. } => {
                for item in items {
                    into.push(item.context);
                    into.extend(item.target);
                }
            }
            StmtKind::Match { subject, arms } => {
                into.push(*subject);
                into.extend(arms.iter().filter_map(|arm| arm.guard));
            }
            StmtKind::Return(value) => into.extend(value),
            StmtKind::Raise(exprs) | StmtKind::Delete(exprs) | StmtKind::Assert(exprs) | StmtKind::Opaque(exprs) => {
                into.extend(exprs.iter().copied());
            }
            StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Define(_)
            | StmtKind::Import(_)
            | StmtKind::Global(_)
            | StmtKind::Nonlocal(_) => {}
        }
    }
}

impl ExprKind {
    /// Appends the expressions directly in this one, in the order they are evaluated; not those of its own scope.
    pub fn children(&self, into: &mut Vec<ExprId>) {
        match self {
            ExprKind::Attribute { object, .. } => into.push(*object),
            ExprKind::Index { object, key } => into.extend([*object, *key]),
            ExprKind::Call { callee, arguments } => {
                into.push(*callee);
                into.extend(arguments.iter().map(|argument| argument.value));
            }
            ExprKind::Unary { operand, .. }
            | ExprKind::Await(operand)
            | ExprKind::Splat(operand)
            | ExprKind::Assign { value: operand, .. } => into.push(*operand),
            ExprKind::Binary { left, right, .. } | ExprKind::Comparison { left, right, .. } => {
                into.extend([*left, *right]);
            }
            ExprKind::Boolean { operands: items, .. }
            | ExprKind::Sequence(items)
            | ExprKind::Interpolation(items)
            | ExprKind::Opaque(items) => into.extend(items.iter().copied()),
            ExprKind::Content { of, beside } => {
                into.push(*of);
                into.extend(beside.iter().copied());
            }
            ExprKind::Conditional { test, then, otherwise } => into.extend([*test, *then, *otherwise]),
            ExprKind::Mapping(entries) => {
                for entry in entries {
                    into.extend(entry.key);
                    into.push(entry.value);
                }
            }
            ExprKind::Record { path, fields } => {
                into.push(*path);
                into.extend(fields.iter().map(|field| field.value));
            }
            ExprKind::Yield { value, .. } => into.extend(value),
            ExprKind::Number(_)
            | ExprKind::Bool(_)
            | ExprKind::Text(_)
            | ExprKind::None
            | ExprKind::Name(_)
            | ExprKind::Closure(_)
            | ExprKind::Comprehension(_) => {}
        }
    }
}
