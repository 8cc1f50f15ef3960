//! Responses whose bodies are read piece by piece, for as long as they flow.
//!
//! Refuses to know which attribute gives the pieces, and how long they flow.

use super::bodies::loops;
use super::places::{Use, UseKind};
use super::{Project, Site, sibling};
use crate::libraries::{Response, Setting};
use crate::model::expr::ExprKind;
use crate::model::facts::{Parent, StmtKind};
use crate::model::value::{Datum, ExprRef, Frame};
use crate::source::Span;

/// How many hands deep a response is followed.
const HANDS: usize = 3;

/// The media type of a stream of events, which ends when somebody wants it to.
const EVENTS: &str = "text/event-stream";

impl Project<'_> {
    /// Whether the answer of a request is read as it comes, for as long as it comes.
    #[must_use]
    pub fn is_stream(&self, request: &Site) -> bool {
        let asked = || self.setting(request, Setting::Stream, Frame::NONE).always(|datum| *datum == Datum::Bool(true));
        self.request(request).is_some_and(|row| row.stream) || asked()
    }

    /// Where the body of a request's response is read piece by piece, or asked for as a stream of events.
    #[must_use]
    pub fn streamed(&self, request: &Site) -> Option<Span> {
        let response = &self.library(request).response;
        let read = self.pieces_of(request.call, response, 0);
        read.map(|at| self.span(at)).or_else(|| self.asks_for_events(request))
    }

    fn pieces_of(&self, made: ExprRef, response: &Response, depth: usize) -> Option<ExprRef> {
        let uses = self.uses(made);
        self.pieces_in(&uses, response, depth)
    }

    fn pieces_in(&self, uses: &[Use], response: &Response, depth: usize) -> Option<ExprRef> {
        uses.iter().find_map(|one| match &one.kind {
            UseKind::Attribute(name) if response.stream.as_ref() == Some(name) => {
                let facts = self.facts(one.expr.file);
                let Parent::Expr(body) = facts.parent(one.expr.expr) else { return None };
                self.read_in_pieces(sibling(one.expr, body), response)
            }
            UseKind::Argument(call) if depth < HANDS => {
                let targets = self.targets(*call, Frame::NONE);
                let [target] = targets.as_slice() else { return None };
                let index = self.parameter_reached(*call, one.expr, *target)?;
                self.pieces_in(&self.parameter_uses(*target, index), response, depth + 1)
            }
            UseKind::Returned if depth < HANDS => {
                let function = self.function_of(self.scope_at(one.expr));
                self.known_calls(function).into_iter().find_map(|call| self.pieces_of(call, response, depth + 1))
            }
            _ => None,
        })
    }

    /// Whether a body is read piece by piece; where.
    fn read_in_pieces(&self, body: ExprRef, response: &Response) -> Option<ExprRef> {
        let facts = self.facts(body.file);
        if let Parent::Stmt(stmt) = facts.parent(body.expr)
            && matches!(&facts.stmt(stmt).kind, StmtKind::For { iterable, .. } if *iterable == body.expr)
        {
            return Some(body);
        }
        self.uses(body).into_iter().find_map(|one| match one.kind {
            UseKind::Method(name, call) => {
                let some = response.reads.contains(&name)
                    && matches!(self.kind(call), ExprKind::Call { arguments, .. } if !arguments.is_empty());
                let once = matches!(facts.parent(call.expr), Parent::Expr(up) if matches!(facts.expr(up).kind, ExprKind::Await(_)))
                    && loops(facts, call.expr).is_empty();
                ((some || response.pieces.contains(&name)) && !once).then_some(call)
            }
            _ => None,
        })
    }

    /// Whether the headers of a request, or of its session, ask for a stream of events.
    fn asks_for_events(&self, request: &Site) -> Option<Span> {
        let headers = self.argument(request, Setting::Headers)?;
        let value = self.evaluate(headers.value, headers.frame);
        let (entries, _) = self.entries(headers.value, &value.one()?.datum);
        let events = |datum: &Datum| matches!(datum, Datum::Text(text) if text.contains(EVENTS));
        let entry = entries.iter().find(|entry| self.evaluate(entry.value, entry.frame).always(events))?;
        Some(self.span(entry.value))
    }
}
