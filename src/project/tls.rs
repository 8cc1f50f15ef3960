//! Settings of TLS that are made for each request.
//!
//! Speaks only of a context that is built in the function of the request and kept nowhere, for a session that outlives
//! it.

use super::bodies::loops;
use super::callers::Repeat;
use super::places::UseKind;
use super::{Project, Site};
use crate::finding::Confidence;
use crate::libraries::{Kind, Setting};
use crate::model::facts::ScopeKind;
use crate::model::value::{Datum, ExprRef, Frame};
use crate::source::Span;

/// What builds a context.
const CONTEXTS: [&str; 2] = ["ssl.create_default_context", "ssl.SSLContext"];

/// A context that is built for each request.
#[derive(Debug, Clone)]
pub struct Context {
    /// Where it is built.
    pub at: Span,
    /// How sure it is that the code runs again.
    pub confidence: Confidence,
    /// The places that show it.
    pub chain: Vec<(Span, String)>,
}

impl Project<'_> {
    /// The TLS context that is built anew for each run of a request.
    #[must_use]
    pub fn context_of_request(&self, request: &Site) -> Option<Context> {
        let value = self.setting(request, Setting::Tls, Frame::NONE);
        let Datum::Result(path, made) = value.one()?.datum.clone() else { return None };
        let function = self.function_of(self.scope_at(request.call));
        if !CONTEXTS.contains(&path.as_str())
            || self.function_of(self.scope_at(made)) != function
            || self.scope(function).kind != ScopeKind::Function
            || self.is_stored(made)
        {
            return None;
        }
        let facts = self.facts(request.call.file);
        let around = loops(facts, made.expr);
        if loops(facts, request.call.expr) != around || !self.is_older(request, &around) {
            return None;
        }
        let (confidence, chain) = match self.repeat_at(made) {
            Repeat::Often(_, chain) => (Confidence::High, chain),
            Repeat::Unknown => (Confidence::Medium, Vec::new()),
            Repeat::Once => return None,
        };
        Some(Context { at: self.span(made), confidence, chain })
    }

    /// Whether a context is kept for later, or handed to somebody who may keep it.
    fn is_stored(&self, made: ExprRef) -> bool {
        self.uses(made).iter().any(|one| match &one.kind {
            UseKind::Method(..) | UseKind::Attribute(_) | UseKind::Tested | UseKind::Dropped => false,
            UseKind::Argument(call) => self.site_at(*call).is_none_or(|site| !site.is(Kind::Request)),
            _ => true,
        })
    }

    /// Whether the session of a request was there before the code that builds the context, and is there after it.
    fn is_older(&self, request: &Site, around: &[super::bodies::Around]) -> bool {
        let Some((object, value)) = self.receiver(request.call, Frame::NONE) else { return false };
        let function = self.function_of(self.scope_at(request.call));
        let here = value.alternatives.iter().any(|one| match &one.datum {
            Datum::Built(call, _) if self.function_of(self.scope_at(*call)) == function => {
                loops(self.facts(call.file), call.expr).len() >= around.len()
            }
            _ => false,
        });
        !here && !matches!(self.kind(object), crate::model::expr::ExprKind::Call { .. })
    }
}
