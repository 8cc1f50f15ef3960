//! How many threads share a session.
//!
//! From the requests that go through it, up through the functions around them, to a pool of threads that is given such a
//! function. Only a number of threads that is written down counts. Refuses to judge.

use super::{Project, Site, sibling};
use crate::libraries::{Kind, Setting};
use crate::model::facts::{Parent, ScopeKind, ScopeOwner};
use crate::model::value::{Datum, ExprRef, Frame, ScopeRef};
use crate::source::Span;

/// How many calls a request may be from what a thread runs.
const CALLS: usize = 2;

/// Threads that share a session.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Workers {
    /// How many there are.
    pub count: f64,
    /// Where they are made.
    pub made: Span,
    /// Where they are given what they run.
    pub given: Span,
}

/// How many idle connections to one host a session keeps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Idle {
    /// How many.
    pub count: f64,
    /// The construction that decides it.
    pub at: ExprRef,
}

impl Project<'_> {
    /// The largest pool of threads that makes requests through a session which none of them built.
    #[must_use]
    pub fn workers_of(&self, session: &Site) -> Option<Workers> {
        let built = self.function_of(self.scope_at(session.call));
        let requests = self.requests_of(session);
        let mut found: Vec<Workers> = Vec::new();
        for request in requests.sites.iter().filter(|request| self.goes_through(request, session)) {
            self.find_workers(request.call, built, 0, &mut found);
        }
        found.into_iter().max_by(|a, b| a.count.total_cmp(&b.count))
    }

    fn find_workers(&self, place: ExprRef, built: ScopeRef, depth: usize, found: &mut Vec<Workers>) {
        let facts = self.facts(place.file);
        let scope = facts.scope_of(place.expr);
        if facts.scope(scope).kind == ScopeKind::Closure
            && let ScopeOwner::Expr(closure) = facts.owner(scope)
        {
            found.extend(self.workers_given(sibling(place, closure)));
        }
        let function = self.function_of(self.scope_at(place));
        if self.scope(function).kind != ScopeKind::Function || function == built {
            return;
        }
        let callers = self.callers_of(function);
        found.extend(callers.references.iter().filter_map(|&reference| self.workers_given(reference)));
        if depth < CALLS {
            for caller in callers.calls.iter().filter(|caller| caller.certain) {
                self.find_workers(caller.call, built, depth + 1, found);
            }
        }
    }

    /// The pool of threads that a function is given to here.
    fn workers_given(&self, function: ExprRef) -> Option<Workers> {
        let facts = self.facts(function.file);
        let Parent::Expr(call) = facts.parent(function.expr) else { return None };
        let call = sibling(function, call);
        let name = self.callee_name(call);
        if !self.frameworks.is_mapper(&name) && !self.frameworks.is_submitter(&name) {
            return None;
        }
        let (_, pool) = self.receiver(call, Frame::NONE)?;
        let Datum::Result(path, made) = &pool.one()?.datum else { return None };
        let count = self.frameworks.thread_count_of(path)?;
        let count = self.positional(*made, 0).or_else(|| self.named_argument(*made, count))?;
        match self.evaluate(count, Frame::NONE).one()?.datum {
            Datum::Number(count) => Some(Workers { count, made: self.span(*made), given: self.span(call) }),
            _ => None,
        }
    }

    /// How many idle connections to one host a session keeps; `None` where that is not known, or where a request waits for
    /// one.
    #[must_use]
    pub fn idle_connections(&self, session: &Site) -> Option<Idle> {
        if self.parameter_for(session, Setting::IdleLimit).is_some() {
            return self.idle_limit_of(session);
        }
        let mounted = self.mounted_on(session);
        if mounted.is_empty() {
            let count = self.default_idle_limit(session).filter(|_| session.class.is_none())?;
            return Some(Idle { count, at: session.call });
        }
        let mut sizes = Vec::new();
        for one in &mounted {
            let Datum::Built(call, _) = self.evaluate(one.pool, Frame::NONE).one()?.datum else { return None };
            sizes.push(self.idle_limit_of(self.site_at(call)?)?);
        }
        sizes.into_iter().max_by(|a, b| a.count.total_cmp(&b.count))
    }

    fn default_idle_limit(&self, session: &Site) -> Option<f64> {
        let pools = self.library(session).classes.iter().filter(|class| class.makes == Kind::Pool);
        let mut parameters = pools.flat_map(|class| &class.parameters);
        parameters.find(|parameter| parameter.setting == Setting::IdleLimit)?.default_number
    }

    fn idle_limit_of(&self, site: &Site) -> Option<Idle> {
        let waits = self.setting(site, Setting::Block, Frame::NONE);
        if !waits.always(|datum| matches!(datum, Datum::Unset | Datum::Bool(false))) {
            return None;
        }
        let parameter = self.parameter_for(site, Setting::IdleLimit)?;
        let count = match self.setting(site, Setting::IdleLimit, Frame::NONE).one()?.datum {
            Datum::Unset => parameter.default_number?,
            Datum::Number(number) if number > 0.0 => number,
            _ => return None,
        };
        Some(Idle { count, at: site.call })
    }
}
