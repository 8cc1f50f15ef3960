//! What the `try` statements around a place catch.
//!
//! Refuses to know which exceptions belong to whom: it gives their full paths.

use super::bodies::enclosing;
use super::{Project, sibling};
use crate::model::expr::{ExprId, ExprKind};
use crate::model::facts::{BlockRole, StmtKind};
use crate::model::value::{Datum, ExprRef, Frame};
use crate::source::Span;
use smol_str::SmolStr;

/// The modules that tell which release of a library there is, or what a function of it takes.
const INSPECTORS: [&str; 3] = ["importlib", "inspect", "pkg_resources"];

/// What is raised where an argument is not taken, and what is above that.
const REFUSED: [&str; 3] = ["builtins.TypeError", "builtins.Exception", "builtins.BaseException"];

/// A handler around a place.
#[derive(Debug, Clone)]
pub struct Catch {
    /// The full paths of what it catches; `None` where it catches everything, or something that is not known.
    pub paths: Option<Vec<SmolStr>>,
    /// What it says that it catches.
    pub at: Span,
}

impl Project<'_> {
    /// The handlers of the `try` statements around a place in its function, innermost first.
    #[must_use]
    pub fn caught_around(&self, place: ExprRef) -> Vec<Catch> {
        let facts = self.facts(place.file);
        let Some(stmt) = facts.stmt_of(place.expr) else { return Vec::new() };
        let mut found = Vec::new();
        for (outer, role) in enclosing(facts, stmt) {
            let StmtKind::Try { handlers, .. } = &facts.stmt(outer).kind else { continue };
            if role != BlockRole::Body {
                continue;
            }
            for handler in handlers {
                let Some(types) = handler.types else {
                    found.push(Catch { paths: None, at: facts.stmt_span(outer) });
                    continue;
                };
                let types = sibling(place, types);
                found.push(Catch { paths: self.paths_of(types), at: self.span(types) });
            }
        }
        found
    }

    /// Whether code chooses what it does at a place by the release of a library: under a condition that asks for a
    /// version, or where it catches that an argument is not taken.
    #[must_use]
    pub fn chooses_by_release(&self, place: ExprRef) -> bool {
        let facts = self.facts(place.file);
        let Some(stmt) = facts.stmt_of(place.expr) else { return false };
        let names_release = |expr: ExprId| {
            let named = matches!(facts.expr(expr).kind, ExprKind::Name(_) | ExprKind::Attribute { .. });
            let value = named.then(|| self.evaluate(sibling(place, expr), Frame::NONE));
            let tells = |path: &SmolStr| {
                path.ends_with(".__version__") || INSPECTORS.iter().any(|module| path.split('.').next() == Some(module))
            };
            value.is_some_and(|value| value.always(|datum| matches!(datum, Datum::Path(path) if tells(path))))
        };
        let asks = |test: ExprId| {
            let mut open = vec![test];
            while let Some(expr) = open.pop() {
                if names_release(expr) {
                    return true;
                }
                facts.expr(expr).kind.children(&mut open);
            }
            false
        };
        let by_condition = enclosing(facts, stmt).into_iter().any(|(outer, _)| match facts.stmt(outer).kind {
            StmtKind::If { test, .. } => asks(test),
            _ => false,
        });
        let refused = |path: &SmolStr| REFUSED.contains(&path.as_str());
        by_condition
            || self
                .caught_around(place)
                .iter()
                .any(|one| one.paths.as_ref().is_none_or(|paths| paths.iter().any(refused)))
    }

    /// The full paths of the classes that an expression names, one or several.
    fn paths_of(&self, types: ExprRef) -> Option<Vec<SmolStr>> {
        if let ExprKind::Sequence(items) = self.kind(types) {
            let paths: Option<Vec<Vec<SmolStr>>> =
                items.iter().map(|&item| self.paths_of(sibling(types, item))).collect();
            return paths.map(|paths| paths.concat());
        }
        match &self.evaluate(types, Frame::NONE).one()?.datum {
            Datum::Path(path) => Some(vec![path.clone()]),
            Datum::Sequence(items, _) if *items != types => self.paths_of(*items),
            _ => None,
        }
    }
}
