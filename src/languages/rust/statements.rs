//! Blocks and their statements.

use super::control::Into;
use super::patterns::{Of, holds_content};
use super::{Lowering, Range, range};
use crate::model::expr::ExprKind;
use crate::model::facts::StmtKind;
use syn::{Block, Expr, Item, Pat, Stmt};

impl Lowering {
    /// Lowers a block; the value of its last expression goes where it is told to.
    pub(super) fn block_into(&mut self, block: &Block, into: &Into) {
        self.statements(&block.stmts, into);
    }

    pub(super) fn statements(&mut self, stmts: &[Stmt], into: &Into) {
        let items: Vec<&Item> = stmts
            .iter()
            .filter_map(|stmt| match stmt {
                Stmt::Item(item) => Some(item),
                _ => None,
            })
            .collect();
        if !items.is_empty() {
            self.items(items);
        }
        for (index, stmt) in stmts.iter().enumerate() {
            let last = index + 1 == stmts.len();
            match stmt {
                Stmt::Item(_) => {}
                Stmt::Local(local) => {
                    let at = (range(local.let_token.span).0, range(local.semi_token.span).1);
                    self.conditional(&local.attrs, at, |lowering| lowering.local(local, at));
                }
                Stmt::Expr(expr, None) if last => self.give(expr, into),
                Stmt::Expr(expr, semi) => {
                    let at = semi.map_or((0, 0), |semi| range(semi.span));
                    let attrs = super::expressions::attributes(expr);
                    self.conditional(attrs, at, |lowering| lowering.give(expr, &Into::Nothing));
                }
                Stmt::Macro(of) => {
                    let end = range(of.mac.delimiter.span().close()).1;
                    let into = if last && of.semi_token.is_none() { into } else { &Into::Nothing };
                    self.conditional(&of.attrs, (end, end), |lowering| lowering.give_macro(&of.mac, into));
                }
            }
        }
    }

    fn local(&mut self, local: &syn::Local, at: Range) {
        let (pattern, annotation) = match &local.pat {
            Pat::Type(of) => (&*of.pat, self.type_expr(&of.ty)),
            other => (other, None),
        };
        let Some(init) = &local.init else {
            if let Some(target) = self.target(pattern, &Of::Unknown)
                && annotation.is_some()
            {
                self.assign(target, annotation, None, at);
            }
            return;
        };
        if let Some((_, otherwise)) = &init.diverge {
            self.local_or(pattern, &init.expr, otherwise, at);
            return;
        }
        // A plain name takes the value of each branch by itself.
        if let (Pat::Ident(name), true, None) = (pattern, super::control::branches(&init.expr), annotation)
            && name.subpat.is_none()
        {
            self.give(&init.expr, &Into::Name(super::ident(&name.ident), range(name.ident.span())));
            return;
        }
        let value = self.expr(&init.expr);
        match self.target(pattern, &Of::Value(value)) {
            Some(target) => self.assign(target, annotation, Some(value), at),
            None => self.bind_pattern(pattern, Of::Value(value)),
        }
    }

    /// `let Some(x) = value else { … };`
    fn local_or(&mut self, pattern: &Pat, value: &Expr, otherwise: &Expr, at: Range) {
        let value = self.expr(value);
        let name = self.fresh();
        let of = self.range_of(value);
        let target = self.push_expr(ExprKind::Name(name.clone()), of);
        self.assign(target, None, Some(value), of);
        let holds = matches!(pattern, Pat::TupleStruct(of) if holds_content(&of.path));
        let test = if holds {
            let tested = self.push_expr(ExprKind::Name(name.clone()), of);
            self.is_missing(tested, true)
        } else {
            self.push_expr(ExprKind::Opaque(Box::default()), of)
        };
        let then = self.inner(|lowering| lowering.give(otherwise, &Into::Nothing));
        self.push_stmt(StmtKind::If { test, then, otherwise: Box::default() }, at, of.1);
        self.bind_pattern(pattern, Of::Name(name));
    }
}
