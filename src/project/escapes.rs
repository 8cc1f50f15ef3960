//! Objects that leave the block which closes them.
//!
//! What is returned from inside its own block, or stored there with nothing left to run, is closed before anybody can
//! use it. Refuses to speak where the block goes on after it: somebody may use the object meanwhile.

use super::Project;
use super::bodies::statements_in;
use super::places::{Use, UseKind};
use crate::model::expr::{ExprId, ExprKind};
use crate::model::facts::{FileFacts, StmtId, StmtKind};
use crate::model::value::ExprRef;
use crate::source::Span;
use smol_str::SmolStr;

/// How an object leaves its block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It is returned.
    Returned,
    /// It is stored.
    Stored,
}

/// An object that leaves the block which closes it.
#[derive(Debug, Clone)]
pub struct Escape {
    /// How.
    pub exit: Exit,
    /// The expression that it leaves by.
    pub at: ExprRef,
    /// The head of the block.
    pub block: Span,
}

impl Project<'_> {
    /// How what `made` makes leaves the block that closes it.
    #[must_use]
    pub fn escape(&self, made: ExprRef) -> Option<Escape> {
        let uses = self.uses(made);
        let facts = self.facts(made.file);
        let blocks = uses.iter().filter_map(|one| match one.kind {
            UseKind::Entered(stmt) if one.expr.file == made.file => Some(stmt),
            _ => None,
        });
        blocks.into_iter().find_map(|block| {
            let left = uses.iter().filter(|one| one.expr.file == made.file && is_inside(facts, one.expr.expr, block));
            left.into_iter().find_map(|one| {
                let exit = self.exit(one, block)?;
                let of = facts.stmt(block);
                let block = Span { file: made.file, start: of.start, end: of.head_end };
                Some(Escape { exit, at: one.expr, block })
            })
        })
    }

    fn exit(&self, one: &Use, block: StmtId) -> Option<Exit> {
        let facts = self.facts(one.expr.file);
        let stmt = facts.stmt_of(one.expr.expr)?;
        let scope = facts.place(block).scope;
        if facts.place(stmt).scope != scope || facts.body(scope).generator {
            return None;
        }
        match &one.kind {
            UseKind::Returned => Some(Exit::Returned),
            UseKind::StoredAttribute(_) | UseKind::StoredItem(_) | UseKind::StoredName(..)
                if stmt != block && is_last_act(facts, stmt, block) =>
            {
                Some(Exit::Stored)
            }
            _ => None,
        }
    }

    /// Whether somebody who is given what a function returns calls one of these methods of it.
    #[must_use]
    pub fn is_used_by_caller(&self, returned: ExprRef, methods: &[SmolStr]) -> Option<Span> {
        let function = self.function_of(self.scope_at(returned));
        let callers = self.callers_of(function);
        let uses = callers.calls.iter().filter(|caller| caller.certain).flat_map(|caller| self.uses(caller.call));
        uses.into_iter().find_map(|one| match one.kind {
            UseKind::Method(name, call) if methods.contains(&name) => Some(self.span(call)),
            _ => None,
        })
    }

    /// Whether one of these methods of an object is called where it is made.
    #[must_use]
    pub fn is_asked(&self, made: ExprRef, methods: &[SmolStr]) -> bool {
        self.uses(made).iter().any(|one| matches!(&one.kind, UseKind::Method(name, _) if methods.contains(name)))
    }
}

/// Whether an expression stands in the body of a block.
fn is_inside(facts: &FileFacts, expr: ExprId, block: StmtId) -> bool {
    let (expr, block) = (facts.expr(expr), facts.stmt(block));
    block.head_end <= expr.start && expr.end <= block.end
}

/// Whether a statement calls nothing and waits for nothing.
fn is_idle(facts: &FileFacts, stmt: StmtId) -> bool {
    let asynchronous = match &facts.stmt(stmt).kind {
        StmtKind::For { asynchronous, .. } | StmtKind::With { asynchronous, .. } => *asynchronous,
        _ => false,
    };
    let mut open = Vec::new();
    facts.stmt(stmt).kind.children(&mut open);
    while let Some(expr) = open.pop() {
        let kind = &facts.expr(expr).kind;
        if matches!(kind, ExprKind::Call { .. } | ExprKind::Await(_) | ExprKind::Yield { .. }) {
            return false;
        }
        kind.children(&mut open);
    }
    !asynchronous
}

/// Whether nothing that could use an object runs in a block after a statement.
fn is_last_act(facts: &FileFacts, stmt: StmtId, block: StmtId) -> bool {
    let StmtKind::With { body, .. } = &facts.stmt(block).kind else { return false };
    let end = facts.stmt(stmt).end;
    let around = super::bodies::enclosing(facts, stmt);
    let looped = around.iter().take_while(|(outer, _)| *outer != block).any(|(outer, _)| {
        matches!(
            facts.stmt(*outer).kind,
            StmtKind::For { .. } | StmtKind::While { .. } | StmtKind::Try { .. } | StmtKind::With { .. }
        )
    });
    let after = statements_in(facts, body).into_iter().filter(|&inner| facts.stmt(inner).start >= end);
    !looped && after.into_iter().all(|inner| is_idle(facts, inner))
}
