//! What the value of an expression may have gone by.
//!
//! Refuses to follow names: it only says which ones stand in an expression.

use super::{Node, last_name};
use crate::model::expr::{Argument, ExprId, ExprKind};
use crate::model::facts::{FileFacts, ScopeId, ScopeKind, StmtKind};
use crate::project::requests::PARTS;
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

/// Tells what the value of an expression may have gone by.
#[derive(Clone, Copy)]
pub(super) struct Origins<'f> {
    pub(super) facts: &'f FileFacts,
    /// The names of requests: what these methods give is no object of a library, whatever they are called on.
    pub(super) requests: &'f FxHashSet<SmolStr>,
    /// Whether what a method gives may be what it is called on, told one thing more.
    pub(super) stepwise: bool,
}

impl Origins<'_> {
    pub(super) fn of(self, expr: ExprId) -> Vec<Node> {
        let mut nodes = Vec::new();
        self.add(expr, &mut nodes);
        nodes
    }

    fn add(self, expr: ExprId, nodes: &mut Vec<Node>) {
        match &self.facts.expr(expr).kind {
            ExprKind::Name(name) => nodes.push(Node::Local(self.facts.file, name.clone())),
            ExprKind::Attribute { object, name } => {
                nodes.push(Node::Attribute(name.clone()));
                // A method that is kept is called later, on what it was taken from; a pool is part of its session.
                if self.requests.contains(name) || PARTS.contains(&name.as_str()) {
                    self.add(*object, nodes);
                }
            }
            ExprKind::Call { callee, arguments } => self.add_call(*callee, arguments, nodes),
            ExprKind::Index { object, .. } => self.add(*object, nodes),
            ExprKind::Conditional { then, otherwise, .. } => self.add_all(&[*then, *otherwise], nodes),
            ExprKind::Boolean { operands: items, .. } | ExprKind::Sequence(items) => self.add_all(items, nodes),
            ExprKind::Mapping(entries) => entries.iter().for_each(|entry| self.add(entry.value, nodes)),
            ExprKind::Assign { value: inner, .. }
            | ExprKind::Await(inner)
            | ExprKind::Content { of: inner, .. }
            | ExprKind::Splat(inner) => self.add(*inner, nodes),
            ExprKind::Closure(scope) | ExprKind::Comprehension(scope) => self.add_body(*scope, nodes),
            _ => {}
        }
    }

    fn add_all(self, items: &[ExprId], nodes: &mut Vec<Node>) {
        items.iter().for_each(|&item| self.add(item, nodes));
    }

    /// What a call gives: what its function does, an object that enters itself, or what was passed on.
    fn add_call(self, callee: ExprId, arguments: &[Argument], nodes: &mut Vec<Node>) {
        let name = last_name(self.facts, callee).unwrap_or_default();
        match &self.facts.expr(callee).kind {
            ExprKind::Attribute { .. } if self.requests.contains(&name) => {}
            ExprKind::Attribute { object, .. } if matches!(name.as_str(), "__aenter__" | "__enter__") => {
                self.add(*object, nodes);
            }
            ExprKind::Attribute { object, .. } if self.stepwise => {
                self.add(callee, nodes);
                self.add(*object, nodes);
            }
            _ => self.add(callee, nodes),
        }
        if matches!(name.as_str(), "cast" | "partial" | "dict" | "getattr") || name.starts_with("enter_") {
            arguments.iter().for_each(|argument| self.add(argument.value, nodes));
        }
    }

    /// What the body of a closure or comprehension gives.
    fn add_body(self, scope: ScopeId, nodes: &mut Vec<Node>) {
        for stmt in self.facts.stmt_ids().filter(|&stmt| self.facts.place(stmt).scope == scope) {
            if let StmtKind::Return(Some(value)) | StmtKind::Expression(value) = self.facts.stmt(stmt).kind {
                self.add(value, nodes);
            }
        }
    }
}

/// The class that an expression is written in.
pub(super) fn class_around(facts: &FileFacts, expr: ExprId) -> Option<ScopeId> {
    let mut at = facts.scope_of(expr);
    while facts.scope(at).kind != ScopeKind::Class {
        at = facts.scope(at).parent?;
    }
    Some(at)
}

/// What an annotation names, also within a text.
pub(super) fn named_in(facts: &FileFacts, annotation: ExprId, nodes: &mut Vec<Node>) {
    match &facts.expr(annotation).kind {
        ExprKind::Name(name) => nodes.push(Node::Local(facts.file, name.clone())),
        ExprKind::Attribute { name, .. } => nodes.push(Node::Attribute(name.clone())),
        ExprKind::Text(text) => {
            let words = text.split(|sign: char| !sign.is_alphanumeric() && sign != '_');
            nodes.extend(words.filter(|word| !word.is_empty()).map(|word| Node::Local(facts.file, word.into())));
        }
        ExprKind::Index { object, key } => {
            // What a function takes is not what it gives.
            let takes = last_name(facts, *object).is_some_and(|name| name == "Callable");
            match &facts.expr(*key).kind {
                ExprKind::Sequence(items) if takes => {
                    items.last().into_iter().for_each(|&item| named_in(facts, item, nodes));
                }
                _ => named_in(facts, *key, nodes),
            }
        }
        kind => {
            let mut inner = Vec::new();
            kind.children(&mut inner);
            inner.into_iter().for_each(|inner| named_in(facts, inner, nodes));
        }
    }
}
