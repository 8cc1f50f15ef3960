//! What Rust code is lowered to.

mod hostile;
mod kinds;
mod paths;
mod values;

use super::lower;
use crate::languages::Extent;
use crate::model::expr::{ExprId, ExprKind};
use crate::model::facts::{FileFacts, StmtKind};
use crate::source::{FileId, SourceFile};

fn facts_of(path: &str, text: &str) -> FileFacts {
    lower(&SourceFile::new(FileId(0), path, text.into()), Extent::Whole)
}

fn facts(text: &str) -> FileFacts {
    facts_of("src/lib.rs", text)
}

fn problems(text: &str) -> Vec<String> {
    facts(text).problems.into_iter().map(|problem| problem.message).collect()
}

/// The text of an expression.
fn text_of<'t>(text: &'t str, facts: &FileFacts, expr: ExprId) -> &'t str {
    let expr = facts.expr(expr);
    &text[expr.start as usize..expr.end as usize]
}

/// The texts of all calls, in the order of their first bytes.
fn calls(text: &str) -> Vec<String> {
    let facts = facts(text);
    let mut found: Vec<(u32, u32)> = facts
        .expr_ids()
        .map(|id| facts.expr(id))
        .filter(|expr| matches!(expr.kind, ExprKind::Call { .. }))
        .map(|expr| (expr.start, expr.end))
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(start, end)| text[start as usize..end as usize].to_owned()).collect()
}

/// What is assigned to a name, in the order of the statements.
fn assigned(facts: &FileFacts, name: &str) -> Vec<ExprId> {
    let values = facts.stmt_ids().filter_map(|id| match &facts.stmt(id).kind {
        StmtKind::Assign { targets, value, .. } => {
            let named = |target: &ExprId| matches!(&facts.expr(*target).kind, ExprKind::Name(known) if known == name);
            value.filter(|_| targets.iter().any(named))
        }
        _ => None,
    });
    values.collect()
}
