//! Closures, async blocks, and closures that run once for each item of something.

use super::control::Into;
use super::definitions::plain;
use super::patterns::Of;
use super::{Lowering, range};
use crate::model::expr::{ExprId, ExprKind};
use crate::model::facts::{Body, ScopeKind, StmtKind};
use syn::{Expr, Pat};

impl Lowering {
    /// A closure; `runs_here` where it is known to run where it is written, once.
    pub(super) fn closure(&mut self, of: &syn::ExprClosure, runs_here: bool) -> ExprId {
        let start = of.asyncness.map_or(of.capture.map_or(of.inputs_begin.span, |t| t.span), |t| t.span);
        let start = range(start).0;
        let mut scope = self.scope_here(ScopeKind::Closure, (start, range(of.inputs_end.span).1));
        scope.asynchronous = of.asyncness.is_some();
        scope.runs_here = runs_here;
        let mut patterns = Vec::new();
        let mut parameters = Vec::new();
        for input in &of.inputs {
            let (pattern, annotation) = match input {
                Pat::Type(of) => (&*of.pat, self.type_expr(&of.ty)),
                other => (other, None),
            };
            let (name, at) = self.parameter_name(pattern);
            if !matches!(pattern, Pat::Ident(_)) {
                patterns.push((name.clone(), pattern));
            }
            parameters.push(plain(name, annotation, at));
        }
        scope.parameters = parameters.into_boxed_slice();
        let id = self.open_scope(scope, |lowering| {
            for (name, pattern) in patterns {
                lowering.bind_pattern(pattern, Of::Name(name));
            }
            lowering.give(&of.body, &Into::Return);
        });
        let end = self.end_of_scope(id, range(of.inputs_end.span).1);
        self.arenas.scopes[id.0 as usize].end = end;
        self.push_expr(ExprKind::Closure(id), (start, end))
    }

    fn end_of_scope(&self, id: crate::model::facts::ScopeId, least: u32) -> u32 {
        let Body::Here(run) = &self.arenas.scopes[id.0 as usize].body else { return least };
        run.block.iter().map(|stmt| self.arenas.stmts[stmt.0 as usize].end).max().unwrap_or(least).max(least)
    }

    /// `async { … }`: it runs where it is awaited or spawned, which is mostly where it stands.
    pub(super) fn async_block(&mut self, of: &syn::ExprAsync) -> ExprId {
        let at = (range(of.async_token.span).0, range(of.block.brace_token.span.close()).1);
        let mut scope = self.scope_here(ScopeKind::Closure, at);
        scope.asynchronous = true;
        scope.runs_here = true;
        let id = self.open_scope(scope, |lowering| lowering.block_into(&of.block, &Into::Return));
        self.push_expr(ExprKind::Closure(id), at)
    }

    /// The value of a closure without parameters, or of a function named by its path, where it is called.
    pub(super) fn called_here(&mut self, function: &Expr) -> ExprId {
        match function {
            Expr::Closure(of) if of.asyncness.is_none() => self.expr(&of.body),
            Expr::Path(_) => {
                let callee = self.expr(function);
                let at = self.range_of(callee);
                if matches!(self.made(callee).kind, ExprKind::None) {
                    return callee;
                }
                self.push_expr(ExprKind::Call { callee, arguments: Box::default() }, at)
            }
            other => self.expr(other),
        }
    }

    /// `items.map(|item| …)`: a comprehension over the items.
    pub(super) fn for_each_item(&mut self, of: &syn::ExprMethodCall, closure: &syn::ExprClosure) -> ExprId {
        let iterable = self.expr(&of.receiver);
        let at = (self.range_of(iterable).0, range(of.paren_token.span.close()).1);
        let scope = self.scope_here(ScopeKind::Comprehension, at);
        let others: Vec<ExprId> =
            of.args.iter().filter(|one| !matches!(one, Expr::Closure(_))).map(|one| self.expr(one)).collect();
        let id = self.open_scope(scope, |lowering| {
            let (target, pattern) = match closure.inputs.last() {
                Some(pattern) => lowering.item_target(pattern),
                None => {
                    let name = lowering.fresh();
                    (lowering.push_expr(ExprKind::Name(name), (at.1, at.1)), None)
                }
            };
            let body = lowering.inner(|lowering| {
                if let (Some(name), Some(input)) = (pattern, closure.inputs.last()) {
                    lowering.bind_pattern(input, Of::Name(name));
                }
                lowering.give(&closure.body, &Into::Nothing);
            });
            let head = range(closure.inputs_end.span).1;
            let kind = StmtKind::For { target, iterable, asynchronous: false, body, otherwise: Box::default() };
            lowering.push_stmt(kind, at, head);
        });
        let items = self.push_expr(ExprKind::Comprehension(id), at);
        if others.is_empty() { items } else { self.content(items, others, at) }
    }
}
