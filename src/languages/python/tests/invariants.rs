//! What holds for the facts of any text, however broken.

use super::super::DEEPEST;
use crate::model::expr::{Argument, ExprId, ExprKind};
use crate::model::facts::{FileFacts, MODULE, ScopeId, StmtId, StmtKind};
use std::collections::HashMap;

/// What is around something: its bytes, and how many levels it is deep.
#[derive(Clone, Copy)]
struct Around {
    start: u32,
    end: u32,
    depth: usize,
}

/// Checks that children lie within their parents, that everything is reached exactly once, and that nothing is too deep.
pub(super) fn check(facts: &FileFacts, text: &str) {
    let mut checker = Checker {
        facts,
        text,
        exprs: facts.expr_ids().map(|id| (id, 0)).collect(),
        stmts: facts.stmt_ids().map(|id| (id, 0)).collect(),
        scopes: facts.scope_ids().map(|id| (id, 0)).collect(),
    };
    let end = u32::try_from(text.len()).unwrap();
    checker.scope(MODULE, Around { start: 0, end, depth: 0 });
    assert!(checker.exprs.values().all(|&count| count == 1), "expressions not reached once in {text:?}");
    assert!(checker.stmts.values().all(|&count| count == 1), "statements not reached once in {text:?}");
    assert!(checker.scopes.values().all(|&count| count == 1), "scopes not reached once in {text:?}");
    for pair in facts.comments.windows(2) {
        assert!(pair[0].end <= pair[1].start, "comments out of order in {text:?}");
    }
}

struct Checker<'a> {
    facts: &'a FileFacts,
    text: &'a str,
    exprs: HashMap<ExprId, usize>,
    stmts: HashMap<StmtId, usize>,
    scopes: HashMap<ScopeId, usize>,
}

impl Checker<'_> {
    fn place(&self, start: u32, end: u32, around: Around) -> Around {
        let slice = self.text.get(start as usize..end as usize);
        assert!(slice.is_some(), "{start}..{end} is no part of {:?}", self.text);
        let within = around.start <= start && end <= around.end;
        assert!(within, "{start}..{end} {slice:?} outside {}..{} in {:?}", around.start, around.end, self.text);
        // An opaque wrapper, a sequence without a node and the statement of a lambda count beside the level they are on.
        assert!(around.depth <= 2 * DEEPEST, "too deep in {} bytes", self.text.len());
        Around { start, end, depth: around.depth + 1 }
    }

    fn scope(&mut self, id: ScopeId, around: Around) {
        *self.scopes.get_mut(&id).unwrap() += 1;
        let scope = self.facts.scope(id);
        let outer = around;
        let around = self.place(scope.start, scope.end, outer);
        self.place(scope.name_start, scope.name_end, around);
        for parameter in &scope.parameters {
            let inner = self.place(parameter.start, parameter.end, around);
            for part in parameter.default.into_iter().chain(parameter.annotation) {
                self.expr(part, inner);
            }
        }
        scope.decorators.iter().for_each(|&decorator| self.expr(decorator, outer));
        self.arguments(&scope.bases, around);
        scope.returns.into_iter().for_each(|returns| self.expr(returns, around));
        self.facts.body(id).block.iter().for_each(|&stmt| self.stmt(stmt, around));
    }

    fn arguments(&mut self, arguments: &[Argument], around: Around) {
        for argument in arguments {
            let inner = self.place(argument.start, argument.end, around);
            self.expr(argument.value, inner);
        }
    }

    fn stmt(&mut self, id: StmtId, around: Around) {
        *self.stmts.get_mut(&id).unwrap() += 1;
        let stmt = self.facts.stmt(id);
        let around = self.place(stmt.start, stmt.end, around);
        self.place(stmt.start, stmt.head_end, around);
        let mut children = Vec::new();
        stmt.kind.children(&mut children);
        children.iter().for_each(|&child| self.expr(child, around));
        if let StmtKind::Import(imports) = &stmt.kind {
            imports.iter().for_each(|import| _ = self.place(import.start, import.end, around));
        }
        if let StmtKind::Define(scope) = stmt.kind {
            self.scope(scope, around);
        }
        stmt.kind.blocks(|_, block| block.iter().for_each(|&inner| self.stmt(inner, around)));
    }

    fn expr(&mut self, id: ExprId, around: Around) {
        *self.exprs.get_mut(&id).unwrap() += 1;
        let expr = self.facts.expr(id);
        let around = self.place(expr.start, expr.end, around);
        match &expr.kind {
            ExprKind::Closure(scope) | ExprKind::Comprehension(scope) => return self.scope(*scope, around),
            ExprKind::Call { callee, arguments } => {
                self.expr(*callee, around);
                return self.arguments(arguments, around);
            }
            _ => {}
        }
        let mut children = Vec::new();
        expr.kind.children(&mut children);
        children.iter().for_each(|&child| self.expr(child, around));
    }
}
