//! What the value of an expression may have gone by.
//!
//! Refuses to follow names: it only says which ones stand in an expression.

use super::{Node, ProjectFile, Silent, class_around, class_of_self, last_name};
use crate::model::expr::{Argument, ExprId, ExprKind};
use crate::model::facts::{ScopeId, StmtKind};
use crate::project::requests::PARTS;
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

/// Tells what the value of an expression may have gone by.
#[derive(Clone, Copy)]
pub(super) struct Origins<'f> {
    pub(super) file: &'f ProjectFile,
    /// What these give is no object of a library, whatever they are called on.
    pub(super) silent: &'f Silent,
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
        let facts = &self.file.facts;
        match &facts.expr(expr).kind {
            ExprKind::Name(name) => {
                nodes.push(Node::local(self.file, facts.scope_of(expr), name));
                nodes.extend(class_of_self(facts, expr).map(|class| Node::of_scope(self.file, class)));
            }
            ExprKind::Attribute { object, name } => {
                // A mapping's method is no attribute that anything of a library is kept in.
                if name != "get" {
                    nodes.push(Node::Attribute(name.clone()));
                }
                // A method that is kept is called later, on what it was taken from; a pool is part of its session.
                if self.silent.requests.contains(name) || PARTS.contains(&name.as_str()) {
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
        let facts = &self.file.facts;
        let name = last_name(facts, callee).unwrap_or_default();
        match &facts.expr(callee).kind {
            ExprKind::Attribute { .. } if self.silent.requests.contains(&name) => {}
            _ if self.silent.inert.contains(&name) => {}
            ExprKind::Name(_) if name == "super" => {
                nodes.extend(class_around(facts, callee).map(|class| Node::of_scope(self.file, class)));
            }
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
        if name.starts_with("enter_") {
            nodes.extend(["__enter__", "__aenter__"].map(|name| Node::Attribute(SmolStr::new_static(name))));
        }
    }

    /// What the body of a closure or comprehension gives.
    fn add_body(self, scope: ScopeId, nodes: &mut Vec<Node>) {
        let facts = &self.file.facts;
        for stmt in facts.stmts_in(scope) {
            if let StmtKind::Return(Some(value)) | StmtKind::Expression(value) = facts.stmt(stmt).kind {
                self.add(value, nodes);
            }
        }
    }
}

/// What an annotation names, also within a text.
pub(super) fn named_in(file: &ProjectFile, annotation: ExprId, inert: &FxHashSet<SmolStr>, nodes: &mut Vec<Node>) {
    let facts = &file.facts;
    let local = |name: &SmolStr| Node::local(file, facts.scope_of(annotation), name);
    match &facts.expr(annotation).kind {
        ExprKind::Name(name) | ExprKind::Attribute { name, .. } if inert.contains(name) => {}
        ExprKind::Name(name) => nodes.push(local(name)),
        ExprKind::Attribute { name, .. } => nodes.push(Node::Attribute(name.clone())),
        ExprKind::Text(text) => {
            let words = text.split(|sign: char| !sign.is_alphanumeric() && sign != '_');
            nodes.extend(
                words.filter(|word| !word.is_empty() && !inert.contains(*word)).map(|word| local(&word.into())),
            );
        }
        ExprKind::Index { object, key } => {
            // What a function takes is not what it gives.
            let takes = last_name(facts, *object).is_some_and(|name| name == "Callable");
            match &facts.expr(*key).kind {
                ExprKind::Sequence(items) if takes => {
                    items.last().into_iter().for_each(|&item| named_in(file, item, inert, nodes));
                }
                _ => named_in(file, *key, inert, nodes),
            }
        }
        kind => {
            let mut inner = Vec::new();
            kind.children(&mut inner);
            inner.into_iter().for_each(|inner| named_in(file, inner, inert, nodes));
        }
    }
}
