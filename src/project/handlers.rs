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

/// What the functions begin with that tell which release of a library there is, or what a function of it takes.
const INSPECTORS: [&str; 3] = ["importlib.metadata.", "inspect.", "pkg_resources."];

/// What is raised where an argument is not taken.
const REFUSED: &str = "builtins.TypeError";

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

    /// Whether code chooses what it does at a place by the release of a library: its file asks for a version, or for what a
    /// function takes, or it catches that an argument is not taken.
    #[must_use]
    pub fn chooses_by_release(&self, place: ExprRef) -> bool {
        let facts = self.facts(place.file);
        let tells = |path: &SmolStr| {
            path.ends_with(".__version__")
                || INSPECTORS.iter().any(|module| path.strip_prefix(module).is_some_and(|rest| !rest.starts_with("is")))
        };
        let asks = |expr: ExprId| {
            let named = matches!(facts.expr(expr).kind, ExprKind::Name(_) | ExprKind::Attribute { .. });
            // What a module exports is known without its callers.
            let value = || self.memo.without_callers(|| self.evaluate(sibling(place, expr), Frame::NONE));
            named && value().always(|datum| matches!(datum, Datum::Path(path) if tells(path)))
        };
        let refused = |one: &Catch| one.paths.as_ref().is_some_and(|paths| paths.iter().any(|path| path == REFUSED));
        self.caught_around(place).iter().any(refused) || facts.expr_ids().any(asks)
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
