//! What `try` catches and what `with` enters.
//!
//! Refuses to know exceptions and context managers: both are expressions here.

use super::Lowering;
use super::kinds::{Field, Kind};
use super::tree::Node;
use crate::model::expr::ExprId;
use crate::model::facts::{Block, Handler, StmtKind, WithItem};
use smol_str::SmolStr;

impl Lowering<'_> {
    /// `try` with its handlers, `else` and `finally`.
    pub(super) fn attempt(&mut self, node: Node) -> Option<StmtKind> {
        let tree = self.tree;
        let body = tree.field(node, Field::Body)?;
        let body = self.block_of(body);
        let clauses = tree.children(node).filter(|&at| tree.kind(at) == Kind::ExceptClause);
        let handlers = clauses.map(|clause| self.handler(clause)).collect();
        let otherwise = self.else_block(tree.child(node, Kind::ElseClause));
        let finally = tree.child(node, Kind::FinallyClause).map(|clause| self.clause_block(clause));
        Some(StmtKind::Try { body, handlers, otherwise, finally: finally.unwrap_or_default() })
    }

    fn clause_block(&mut self, clause: Node) -> Block {
        let body = self.tree.child(clause, Kind::Block);
        body.map(|body| self.block_of(body)).unwrap_or_default()
    }

    fn handler(&mut self, clause: Node) -> Handler {
        let (types, name) = self.caught(clause);
        Handler { types, name, body: self.clause_block(clause) }
    }

    fn caught(&mut self, clause: Node) -> (Option<ExprId>, Option<SmolStr>) {
        let tree = self.tree;
        let values: Vec<Node> = tree.expressions(clause).filter(|&at| tree.is_field(at, Field::Value)).collect();
        let alias = tree.field(clause, Field::Alias);
        match values[..] {
            [one] if tree.kind(one) == Kind::AsPattern && !tree.is_broken(one) => {
                let inner = tree.expressions(one).next();
                let alias = tree.field(one, Field::Alias);
                (inner.map(|inner| self.expr(inner)), alias.map(|alias| self.name(alias)))
            }
            [types, name] if self.is_old_alias(name) => {
                self.report_old(clause, "`except` with a comma");
                (Some(self.expr(types)), Some(self.name(name)))
            }
            [] => (None, None),
            _ => (self.one_or_sequence(&values), alias.map(|alias| self.name(alias))),
        }
    }

    /// Whether `except X, e` binds `e`, as Python 2 had it; since Python 3.14 the comma lists classes.
    fn is_old_alias(&self, node: Node) -> bool {
        self.tree.kind(node) == Kind::Identifier && self.tree.text(node).starts_with(char::is_lowercase)
    }

    /// `with` and what it enters.
    pub(super) fn with(&mut self, node: Node) -> Option<StmtKind> {
        let tree = self.tree;
        let clause = tree.child(node, Kind::WithClause)?;
        let body = tree.field(node, Field::Body)?;
        let mut items = Vec::new();
        for item in tree.children(clause).filter(|&at| tree.kind(at) == Kind::WithItem) {
            if let Some(value) = tree.field(item, Field::Value) {
                self.with_items(value, &mut items);
            }
        }
        let asynchronous = tree.child(node, Kind::Async).is_some();
        let body = self.block_of(body);
        Some(StmtKind::With { items: items.into(), asynchronous, body })
    }

    /// One item, or those of `with (a as b, c as d)`, which the parser may take for a tuple.
    fn with_items(&mut self, value: Node, items: &mut Vec<WithItem>) {
        let tree = self.tree;
        let value = self.unwrapped(value);
        if tree.kind(value) != Kind::Tuple || tree.is_broken(value) {
            return items.push(self.with_item(value));
        }
        for element in tree.expressions(value) {
            let item = self.with_item(self.unwrapped(element));
            items.push(item);
        }
    }

    fn with_item(&mut self, value: Node) -> WithItem {
        let tree = self.tree;
        if tree.kind(value) == Kind::AsPattern
            && !tree.is_broken(value)
            && let (Some(context), Some(target)) = (tree.expressions(value).next(), tree.field(value, Field::Alias))
        {
            let context = self.expr(context);
            return WithItem { context, target: Some(self.expr(target)) };
        }
        WithItem { context: self.expr(value), target: None }
    }
}
