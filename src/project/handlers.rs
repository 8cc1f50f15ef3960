//! What the `try` statements around a place catch.
//!
//! Refuses to know which exceptions belong to whom: it gives their full paths.

use super::bodies::enclosing;
use super::{Project, sibling};
use crate::model::expr::ExprKind;
use crate::model::facts::{BlockRole, StmtKind};
use crate::model::value::{Datum, ExprRef, Frame};
use crate::source::Span;
use smol_str::SmolStr;

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
