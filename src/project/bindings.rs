//! Where a statement binds names, by its shape alone.
//!
//! Refuses to follow what reaches what; that is the flow's.

use super::flow::{DefId, DefSite};
use crate::model::expr::{ExprId, ExprKind};
use crate::model::facts::{FileFacts, ScopeId, StmtId, StmtKind};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

pub(super) fn within(facts: &FileFacts, stmt: StmtId, outer: StmtId) -> bool {
    let mut at = Some(stmt);
    while let Some(id) = at {
        if id == outer {
            return true;
        }
        at = facts.place(id).within;
    }
    false
}

/// The definitions made by a statement and the statements in it, without those of nested scopes.
pub(super) fn bound_in(facts: &FileFacts, stmt: StmtId, at: &FxHashMap<DefSite, DefId>, into: &mut Vec<DefId>) {
    let kind = &facts.stmt(stmt).kind;
    let mut sites: Vec<DefSite> = Vec::new();
    match kind {
        StmtKind::Assign { targets, .. } => targets.iter().for_each(|&t| target_sites(facts, t, &mut sites)),
        StmtKind::For { target, .. } => target_sites(facts, *target, &mut sites),
        StmtKind::With { items, .. } => {
            items.iter().filter_map(|item| item.target).for_each(|t| target_sites(facts, t, &mut sites));
        }
        StmtKind::Define(scope) => sites.push(DefSite::Scope(*scope)),
        StmtKind::Import(imports) => sites.extend((0..imports.len()).map(|index| DefSite::Import(stmt, index))),
        StmtKind::Try { handlers, .. } => sites.extend((0..handlers.len()).map(|i| DefSite::Handler(stmt, i))),
        StmtKind::Match { arms, .. } => {
            for (arm, of) in arms.iter().enumerate() {
                sites.extend((0..of.names.len()).map(|index| DefSite::Capture(stmt, arm, index)));
            }
        }
        _ => {}
    }
    let mut open = Vec::new();
    kind.children(&mut open);
    while let Some(expr) = open.pop() {
        if matches!(facts.expr(expr).kind, ExprKind::Assign { .. }) {
            sites.push(DefSite::Walrus(expr));
        }
        facts.expr(expr).kind.children(&mut open);
    }
    into.extend(sites.iter().filter_map(|site| at.get(site)));
    kind.blocks(|_, block| block.iter().for_each(|&inner| bound_in(facts, inner, at, into)));
}

fn target_sites(facts: &FileFacts, target: ExprId, into: &mut Vec<DefSite>) {
    match &facts.expr(target).kind {
        ExprKind::Name(_) => into.push(DefSite::Target(target)),
        ExprKind::Sequence(items) => items.iter().for_each(|&item| target_sites(facts, item, into)),
        ExprKind::Splat(inner) => target_sites(facts, *inner, into),
        _ => {}
    }
}

/// Whether a scope binds `name` itself, by a look at its statements.
pub(super) fn binds_name(facts: &FileFacts, scope: ScopeId, name: &SmolStr) -> bool {
    let here = facts.scope(scope);
    if here.parameters.iter().any(|parameter| parameter.name == *name) {
        return true;
    }
    let mut names = FxHashSet::default();
    for stmt in facts.stmts_in(scope) {
        match &facts.stmt(stmt).kind {
            StmtKind::Assign { targets, .. } => targets.iter().for_each(|&t| target_names(facts, t, &mut names)),
            StmtKind::For { target, .. } => target_names(facts, *target, &mut names),
            StmtKind::With { items, .. } => {
                items.iter().filter_map(|i| i.target).for_each(|t| target_names(facts, t, &mut names));
            }
            StmtKind::Define(inner) => {
                names.insert(facts.scope(*inner).name.clone());
            }
            _ => {}
        }
    }
    names.contains(name)
}

fn target_names(facts: &FileFacts, target: ExprId, into: &mut FxHashSet<SmolStr>) {
    match &facts.expr(target).kind {
        ExprKind::Name(name) => {
            into.insert(name.clone());
        }
        ExprKind::Sequence(items) => items.iter().for_each(|&item| target_names(facts, item, into)),
        ExprKind::Splat(inner) => target_names(facts, *inner, into),
        _ => {}
    }
}
