//! The first pass over a part of a file: every definition, and which names belong to other scopes.
//!
//! Refuses to follow what reaches what; that is the flow's.

use super::bindings::binds_name;
use super::flow::{Def, DefKind, DefSite, Walker};
use crate::model::expr::{ExprId, ExprKind};
use crate::model::facts::{ImportItem, MODULE, ScopeId, ScopeKind, StmtId, StmtKind};
use smol_str::SmolStr;

impl Walker<'_> {
    /// First pass: makes every definition, and notes which names belong to other scopes.
    pub(super) fn collect(&mut self) {
        for stmt in self.facts.stmts_of(self.part) {
            let scope = self.facts.place(stmt).scope;
            match &self.facts.stmt(stmt).kind {
                StmtKind::Global(names) => {
                    for name in names {
                        self.flow.foreign.insert((scope, name.clone()), MODULE);
                    }
                }
                StmtKind::Nonlocal(names) => {
                    for name in names {
                        if let Some(owner) = self.enclosing_function_that_binds(scope, name) {
                            self.flow.foreign.insert((scope, name.clone()), owner);
                        }
                    }
                }
                _ => {}
            }
        }
        for scope in self.scopes() {
            for (index, parameter) in self.facts.scope(scope).parameters.iter().enumerate() {
                let site = DefSite::Parameter(scope, index);
                self.define(site, scope, &parameter.name, DefKind::Parameter(scope, index), None);
            }
        }
        for stmt in self.facts.stmts_of(self.part) {
            self.collect_stmt(stmt);
        }
        for expr in self.facts.exprs_of(self.part) {
            if let ExprKind::Assign { name, value } = &self.facts.expr(expr).kind {
                let stmt = self.facts.stmt_of(expr);
                let mut scope = self.facts.scope_of(expr);
                while self.facts.scope(scope).kind == ScopeKind::Comprehension {
                    scope = self.facts.scope(scope).parent.unwrap_or(MODULE);
                }
                self.define(DefSite::Walrus(expr), scope, name, DefKind::Value(*value), stmt);
            }
        }
    }

    fn enclosing_function_that_binds(&self, scope: ScopeId, name: &SmolStr) -> Option<ScopeId> {
        let mut at = self.facts.scope(scope).parent;
        while let Some(id) = at {
            let here = self.facts.scope(id);
            let binds = here.kind == ScopeKind::Function && binds_name(self.facts, id, name);
            if binds {
                return Some(id);
            }
            at = here.parent;
        }
        None
    }

    fn collect_stmt(&mut self, stmt: StmtId) {
        let scope = self.facts.place(stmt).scope;
        let facts = self.facts;
        match &facts.stmt(stmt).kind {
            StmtKind::Assign { targets, value: Some(value), augmented, .. } => {
                for &target in targets {
                    let kind = if *augmented { DefKind::Opaque } else { DefKind::Value(*value) };
                    self.collect_target(target, scope, &kind, stmt);
                }
            }
            StmtKind::For { target, iterable, .. } => {
                self.collect_target(*target, scope, &DefKind::Item(*iterable), stmt);
            }
            StmtKind::With { items, .. } => {
                for item in items {
                    if let Some(target) = item.target {
                        self.collect_target(target, scope, &DefKind::Entered(item.context), stmt);
                    }
                }
            }
            StmtKind::Define(inner) => {
                let name = &facts.scope(*inner).name;
                self.define(DefSite::Scope(*inner), scope, name, DefKind::Scope(*inner), Some(stmt));
            }
            StmtKind::Import(imports) => {
                for (index, import) in imports.iter().enumerate() {
                    if import.item == ImportItem::Star {
                        self.flow.star = true;
                    } else {
                        let site = DefSite::Import(stmt, index);
                        self.define(site, scope, &import.binds, DefKind::Import(stmt, index), Some(stmt));
                    }
                }
            }
            StmtKind::Try { handlers, .. } => {
                for (index, handler) in handlers.iter().enumerate() {
                    if let Some(name) = &handler.name {
                        self.define(DefSite::Handler(stmt, index), scope, name, DefKind::Opaque, Some(stmt));
                    }
                }
            }
            StmtKind::Match { arms, .. } => {
                for (arm, of) in arms.iter().enumerate() {
                    for (index, name) in of.names.iter().enumerate() {
                        let site = DefSite::Capture(stmt, arm, index);
                        self.define(site, scope, name, DefKind::Opaque, Some(stmt));
                    }
                }
            }
            _ => {}
        }
    }

    fn collect_target(&mut self, target: ExprId, scope: ScopeId, kind: &DefKind, stmt: StmtId) {
        match &self.facts.expr(target).kind {
            ExprKind::Name(name) => {
                self.define(DefSite::Target(target), scope, &name.clone(), kind.clone(), Some(stmt));
            }
            ExprKind::Sequence(items) => {
                for (index, &item) in items.clone().iter().enumerate() {
                    let kind = match kind {
                        DefKind::Value(value) => DefKind::Element(*value, index),
                        _ => DefKind::Opaque,
                    };
                    self.collect_target(item, scope, &kind, stmt);
                }
            }
            ExprKind::Splat(inner) => {
                let inner = *inner;
                self.collect_target(inner, scope, &DefKind::Opaque, stmt);
            }
            _ => {}
        }
    }

    fn define(&mut self, site: DefSite, scope: ScopeId, name: &SmolStr, kind: DefKind, stmt: Option<StmtId>) {
        let owner = self.flow.foreign(scope, name).unwrap_or(scope);
        let id = self.flow.next();
        self.flow.defs.push(Def { name: name.clone(), scope: owner, kind, stmt });
        self.flow.by_scope.entry((owner, name.clone())).or_default().push(id);
        self.at.insert(site, id);
    }
}
