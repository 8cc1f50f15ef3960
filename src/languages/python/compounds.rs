//! Statements with blocks.
//!
//! Refuses to know paths: `else` and `finally` are kept where they are written.

use super::Lowering;
use super::kinds::{Field, Kind};
use super::tree::Node;
use crate::model::expr::ExprKind;
use crate::model::facts::{Arm, Block, StmtKind};
use smol_str::SmolStr;

/// How many `elif` are nested as the model has it; a longer chain is a list of guarded arms, which nests nothing.
const LONGEST: usize = 200;

impl Lowering<'_> {
    /// A statement with a block; `None` where it lacks a part.
    pub(super) fn compound(&mut self, node: Node) -> Option<StmtKind> {
        let tree = self.tree;
        match tree.kind(node) {
            Kind::FunctionDefinition | Kind::ClassDefinition => self.definition(node, node),
            Kind::DecoratedDefinition => self.definition(tree.field(node, Field::Definition)?, node),
            Kind::IfStatement => self.branch(node),
            Kind::ForStatement => self.for_loop(node),
            Kind::WhileStatement => self.while_loop(node),
            Kind::TryStatement => self.attempt(node),
            Kind::WithStatement => self.with(node),
            Kind::MatchStatement => self.match_statement(node),
            _ => None,
        }
    }

    fn branch(&mut self, node: Node) -> Option<StmtKind> {
        let tree = self.tree;
        let (test, then) = (tree.field(node, Field::Condition)?, tree.field(node, Field::Consequence)?);
        let others: Vec<Node> = tree.children(node).filter(|&at| tree.is_field(at, Field::Alternative)).collect();
        let test = self.expr(test);
        let then = self.block_of(then);
        let otherwise = if others.len() > LONGEST {
            self.long_chain_arms(&others)
        } else {
            self.alternatives(&others, tree.end(node))
        };
        Some(StmtKind::If { test, then, otherwise })
    }

    /// What `elif` and `else` run: each `elif` is an `if` in the `else` of the one before.
    fn alternatives(&mut self, clauses: &[Node], end: u32) -> Block {
        let tree = self.tree;
        let Some((&clause, rest)) = clauses.split_first() else { return Box::default() };
        let parts = (tree.field(clause, Field::Condition), tree.field(clause, Field::Consequence));
        let (Some(test), Some(then)) = parts else { return self.else_block(Some(clause)) };
        self.deeper(|this| {
            let test = this.expr(test);
            let then = this.block_of(then);
            let otherwise = this.alternatives(rest, end);
            let kind = StmtKind::If { test, then, otherwise };
            Box::new([this.push_stmt(kind, tree.start(clause), end, this.head_end(clause))])
        })
    }

    fn long_chain_arms(&mut self, clauses: &[Node]) -> Block {
        let tree = self.tree;
        let (Some(&first), Some(&last)) = (clauses.first(), clauses.last()) else { return Box::default() };
        let start = tree.start(first);
        let subject = self.push_expr(ExprKind::Opaque(Box::default()), start, start);
        let arms = clauses.iter().map(|&clause| self.chain_arm(clause)).collect();
        let kind = StmtKind::Match { subject, arms };
        Box::new([self.push_stmt(kind, start, tree.end(last), start)])
    }

    fn chain_arm(&mut self, clause: Node) -> Arm {
        let tree = self.tree;
        let guard = tree.field(clause, Field::Condition).map(|test| self.expr(test));
        let body = tree.field(clause, Field::Consequence).or(tree.field(clause, Field::Body));
        let body = body.map(|body| self.deeper(|this| this.block_of(body))).unwrap_or_default();
        Arm { names: Box::default(), irrefutable: guard.is_none(), guard, body }
    }

    /// The block of an `else` clause.
    pub(super) fn else_block(&mut self, clause: Option<Node>) -> Block {
        let body = clause.and_then(|clause| self.tree.field(clause, Field::Body));
        body.map(|body| self.block_of(body)).unwrap_or_default()
    }

    fn for_loop(&mut self, node: Node) -> Option<StmtKind> {
        let tree = self.tree;
        let (left, right) = (tree.field(node, Field::Left)?, tree.field(node, Field::Right)?);
        let body = tree.field(node, Field::Body)?;
        let iterable = self.expr(right);
        let target = self.expr(left);
        let asynchronous = tree.child(node, Kind::Async).is_some();
        let body = self.block_of(body);
        let otherwise = self.else_block(tree.child(node, Kind::ElseClause));
        Some(StmtKind::For { target, iterable, asynchronous, body, otherwise })
    }

    fn while_loop(&mut self, node: Node) -> Option<StmtKind> {
        let tree = self.tree;
        let (test, body) = (tree.field(node, Field::Condition)?, tree.field(node, Field::Body)?);
        let test = self.expr(test);
        let body = self.block_of(body);
        let otherwise = self.else_block(tree.child(node, Kind::ElseClause));
        Some(StmtKind::While { test, body, otherwise })
    }

    fn match_statement(&mut self, node: Node) -> Option<StmtKind> {
        let tree = self.tree;
        let subjects: Vec<Node> = tree.expressions(node).filter(|&at| tree.is_field(at, Field::Subject)).collect();
        let body = tree.field(node, Field::Body)?;
        let subject = self.one_or_sequence(&subjects)?;
        let clauses = tree.children(body).filter(|&at| tree.kind(at) == Kind::CaseClause);
        let arms = clauses.map(|clause| self.arm(clause)).collect();
        Some(StmtKind::Match { subject, arms })
    }

    fn arm(&mut self, clause: Node) -> Arm {
        let tree = self.tree;
        let names: Box<[SmolStr]> = self.captured(clause);
        let condition = tree.field(clause, Field::Guard);
        let guard = condition.and_then(|guard| tree.expressions(guard).next()).map(|test| self.expr(test));
        let irrefutable = condition.is_none() && self.matches_all(clause);
        let body = tree.field(clause, Field::Consequence).map(|body| self.block_of(body)).unwrap_or_default();
        Arm { names, irrefutable, guard, body }
    }
}
