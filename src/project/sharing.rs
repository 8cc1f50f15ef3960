//! Whether one pool reaches several sessions, each of which closes it.
//!
//! From what holds the pool up: the same local, attribute or global at two constructions that can both run, a loop that
//! the holder stands outside of, a function that is called again with the same object, a session that is built anew
//! when the one before is closed. Refuses to speak where the holder may have been given another pool in between.

use super::bodies::{Around, exclusive, leaves_for_good, loop_span, loops};
use super::callers::Repeat;
use super::evaluate::Passed;
use super::flow::{DefId, DefKind};
use super::places::UseKind;
use super::{Project, Site, scope_in, sibling};
use crate::libraries::{Kind, Setting};
use crate::model::expr::ExprKind;
use crate::model::facts::{FileFacts, MODULE, ScopeKind, StmtId, StmtKind};
use crate::model::value::{Alternative, Datum, ExprRef, Frame, ScopeRef, Source};
use crate::source::Span;
use smol_str::SmolStr;

/// How far an object is followed, through names and to callers.
const HANDS: usize = 5;

/// What holds one object for as long as the code around runs.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Holder {
    /// A local of this function, by its only definition.
    Local(ScopeRef, DefId),
    /// A parameter.
    Parameter(ScopeRef, usize),
    /// An attribute of the object that the method is called on.
    Attribute(ScopeRef, SmolStr),
    /// A name of a module.
    Global(ScopeRef, SmolStr),
}

/// A pool that several sessions close.
#[derive(Debug, Clone)]
pub struct Sharing {
    /// The places that show it.
    pub chain: Vec<(Span, String)>,
    /// The session before, where it is built elsewhere.
    pub first: Option<Span>,
    /// Where the pool is built, if that is known.
    pub pool: Option<Span>,
}

/// What becomes of a pool that was there before the session over it, and is there after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lent {
    /// Nothing closes it with the session, so its connections are used again.
    Kept,
    /// It is closed with the session.
    Closed,
}

impl Project<'_> {
    /// Whether a session is built over a pool that outlives it, given or mounted, and what becomes of that.
    #[must_use]
    pub fn lent_pool(&self, session: &Site) -> Option<Lent> {
        let given = self.argument(session, Setting::Pool).map(|argument| argument.value);
        let mounted = if self.library(session).mount.is_some() { self.mounted_on(session) } else { Vec::new() };
        let mut pools = given.into_iter().chain(mounted.iter().map(|mounted| mounted.pool));
        let closed = || if self.is_closed_here(session.call) { Lent::Closed } else { Lent::Kept };
        pools.any(|pool| self.outlives(pool, session)).then(closed)
    }

    /// Whether what holds a pool stands outside of what builds the session again and again.
    fn outlives(&self, pool: ExprRef, session: &Site) -> bool {
        let outside = match self.holder(pool, 0) {
            Some(Holder::Attribute(..) | Holder::Global(..)) => true,
            Some(Holder::Local(scope, def)) if scope.file == session.call.file => {
                let facts = self.facts(scope.file);
                let around = |expr| loops(facts, expr).len();
                match self.files[&scope.file].flow().def(def).kind {
                    DefKind::Value(made) => around(made) < around(session.call.expr),
                    _ => false,
                }
            }
            _ => false,
        };
        let pools = || self.evaluate(pool, Frame::NONE);
        outside && pools().always(|datum| self.is_kind(datum, Kind::Pool))
    }

    /// How the pool of a session comes to be closed by another session, or by an earlier turn of the same code.
    #[must_use]
    pub fn pool_shared_by(&self, session: &Site) -> Option<Sharing> {
        if !self.owns_pool(session) {
            return None;
        }
        let given = self.argument(session, Setting::Pool)?.value;
        let holder = self.holder(given, 0)?;
        let value = self.setting(session, Setting::Pool, Frame::NONE);
        // What a parameter is by default says nothing about who will pass it.
        let never =
            |one: &Alternative| matches!(one.datum, Datum::Null | Datum::Unset) && one.source != Source::Default;
        if value.all().is_some_and(|all| all.iter().all(never)) {
            return None;
        }
        let pool = value.alternatives.iter().find_map(|one| match &one.datum {
            Datum::Built(call, _) => Some(self.span(*call)),
            _ => None,
        });
        let (first, chain) = self
            .session_before(session, &holder)
            .map(|first| (Some(first), Vec::new()))
            .or_else(|| self.rebuilt_when_closed(session, &holder).map(|chain| (None, chain)))
            .or_else(|| self.again(session, &holder).map(|chain| (None, chain)))?;
        Some(Sharing { chain, first, pool })
    }

    /// Whether a session is known to close the pool that it is given.
    fn owns_pool(&self, session: &Site) -> bool {
        let owner = self.setting(session, Setting::PoolOwner, Frame::NONE);
        owner.is_unset() || owner.always(|datum| *datum == Datum::Bool(true))
    }

    /// What holds the object that an expression stands for.
    pub(super) fn holder(&self, expr: ExprRef, depth: usize) -> Option<Holder> {
        match self.kind(expr) {
            ExprKind::Name(name) => self.holder_of_name(expr, name, depth),
            ExprKind::Attribute { object, name } => {
                let class = super::attributes::class_of_self(self.facts(expr.file), *object)?;
                let class = scope_in(expr.file, class);
                self.is_set_once(class, name).then(|| Holder::Attribute(class, name.clone()))
            }
            _ => None,
        }
    }

    fn holder_of_name(&self, expr: ExprRef, name: &SmolStr, depth: usize) -> Option<Holder> {
        let file = &self.files[&expr.file];
        let (owner, def) = match file.flow().reaching(expr.expr) {
            Some([(def, _)]) => (file.flow().def(*def).scope, *def),
            Some(_) => return None,
            None => {
                let owner = self.owner_of(expr.file, file.facts.scope_of(expr.expr), name)?;
                match file.flow().all_defs(owner, name) {
                    &[def] => (owner, def),
                    _ => return None,
                }
            }
        };
        let here = self.function_of(self.scope_at(expr));
        let owner = scope_in(expr.file, owner);
        match file.flow().def(def).kind {
            DefKind::Parameter(scope, index) => Some(Holder::Parameter(scope_in(expr.file, scope), index)),
            DefKind::Value(value)
                if depth < HANDS
                    && matches!(file.facts.expr(value).kind, ExprKind::Name(_) | ExprKind::Attribute { .. }) =>
            {
                self.holder(sibling(expr, value), depth + 1)
            }
            DefKind::Value(_) | DefKind::Entered(_) if owner.scope == MODULE && here.scope != MODULE => {
                Some(Holder::Global(owner, name.clone()))
            }
            DefKind::Value(_) | DefKind::Entered(_) => Some(Holder::Local(owner, def)),
            _ => None,
        }
    }

    /// Whether an attribute of an object is only ever set by its constructor.
    fn is_set_once(&self, class: ScopeRef, name: &SmolStr) -> bool {
        let constructed = |target: ExprRef| {
            let function = self.function_of(self.scope_at(target));
            self.scope(function).name == "__init__"
        };
        let writes = self.writes(class, name);
        self.member(class, name).is_none() && !writes.is_empty() && writes.iter().all(|write| constructed(write.target))
    }

    /// Another session over the same pool, of which one closes it before the other is done.
    fn session_before(&self, session: &Site, holder: &Holder) -> Option<Span> {
        let function = self.function_of(self.scope_at(session.call));
        let facts = self.facts(session.call.file);
        let sessions = self.sites().iter().filter(|other| other.is(Kind::Session) && other.id != session.id);
        let first = sessions.filter(|other| other.test == session.test).find(|other| {
            let Some(argument) = self.argument(other, Setting::Pool) else { return false };
            if !self.owns_pool(other) || self.holder(argument.value, 0).as_ref() != Some(holder) {
                return false;
            }
            if self.function_of(self.scope_at(other.call)) == function {
                return other.id < session.id
                    && !exclusive(facts, other.call.expr, session.call.expr)
                    && !self.ends_within(session, other);
            }
            matches!(holder, Holder::Attribute(..) | Holder::Global(..))
                && self.is_closed_here(session.call)
                && (!self.is_closed_here(other.call) || other.id < session.id)
        });
        first.map(|site| self.span(site.call))
    }

    /// Whether the block of a session stands inside the block of another that is not used after it.
    fn ends_within(&self, inner: &Site, outer: &Site) -> bool {
        let facts = self.facts(inner.call.file);
        let (Some(within), Some(around)) = (facts.stmt_of(inner.call.expr), facts.stmt_of(outer.call.expr)) else {
            return false;
        };
        let nested = matches!(facts.stmt(around).kind, StmtKind::With { .. })
            && facts.stmt(around).start <= facts.stmt(within).start
            && facts.stmt(within).end <= facts.stmt(around).end;
        let end = facts.stmt(within).end;
        nested && !self.uses(outer.call).iter().any(|one| facts.expr(one.expr.expr).start >= end)
    }

    /// Whether a session is closed in the function that builds it.
    fn is_closed_here(&self, made: ExprRef) -> bool {
        let function = self.function_of(self.scope_at(made));
        let closers = self.closers_of(made);
        self.uses(made).iter().any(|one| {
            let here = self.function_of(self.scope_at(one.expr)) == function;
            here && match &one.kind {
                UseKind::Entered(_) => true,
                UseKind::Method(name, _) => closers.contains(name),
                _ => false,
            }
        })
    }

    /// Whether a session takes the place of one that is closed, and with it its pool.
    fn rebuilt_when_closed(&self, session: &Site, holder: &Holder) -> Option<Vec<(Span, String)>> {
        if !matches!(holder, Holder::Attribute(..) | Holder::Global(..)) {
            return None;
        }
        let facts = self.facts(session.call.file);
        let stmt = facts.stmt_of(session.call.expr)?;
        super::bodies::enclosing(facts, stmt).into_iter().find_map(|(outer, role)| match &facts.stmt(outer).kind {
            StmtKind::If { test, .. } if role == crate::model::facts::BlockRole::Body => {
                let asked = self.asks_if_closed(sibling(session.call, *test), session.call)?;
                Some(vec![(self.span(asked), "it is built anew when the one before is closed".into())])
            }
            _ => None,
        })
    }

    /// The part of a test that finds the session closed which `made` takes the place of.
    fn asks_if_closed(&self, test: ExprRef, made: ExprRef) -> Option<ExprRef> {
        match self.kind(test) {
            ExprKind::Boolean { and: false, operands } => {
                operands.iter().find_map(|&operand| self.asks_if_closed(sibling(test, operand), made))
            }
            ExprKind::Attribute { object, name } if name == "closed" => {
                let object = sibling(test, *object);
                let stored = self.uses(made).into_iter().any(|one| match one.kind {
                    UseKind::StoredAttribute(target) => self.text(self.span(target)) == self.text(self.span(object)),
                    UseKind::StoredName(_, name) => self.text(self.span(object)) == name,
                    _ => false,
                });
                stored.then_some(test)
            }
            _ => None,
        }
    }

    /// How a session comes to be built again over the same pool.
    fn again(&self, session: &Site, holder: &Holder) -> Option<Vec<(Span, String)>> {
        let around = loops(self.facts(session.call.file), session.call.expr);
        if around.is_empty() && !self.is_closed_here(session.call) {
            return None;
        }
        self.returns_to(holder, session.call, 0)
    }

    /// What brings code back to a place while a holder holds the same object.
    pub(super) fn returns_to(&self, holder: &Holder, place: ExprRef, depth: usize) -> Option<Vec<(Span, String)>> {
        let facts = self.facts(place.file);
        for around in loops(facts, place.expr) {
            if self.binds_inside(holder, facts, around) {
                return None;
            }
            if turns(facts, around) {
                return Some(vec![(loop_span(facts, around), "again for each turn of this loop".into())]);
            }
        }
        let function = self.function_of(self.scope_at(place));
        if depth >= HANDS || self.scope(function).kind != ScopeKind::Function {
            return None;
        }
        match holder {
            Holder::Global(..) => match self.repeat_at(place) {
                Repeat::Often(_, chain) => Some(chain),
                _ => None,
            },
            Holder::Local(owner, _) if *owner == function => None,
            Holder::Parameter(owner, index) if *owner == function => self.called_again(function, *index, depth),
            Holder::Attribute(..) => self.called_again(function, 0, depth),
            Holder::Local(..) | Holder::Parameter(..) => {
                let callers = self.callers_of(function);
                callers.calls.iter().filter(|c| c.certain).find_map(|c| self.returns_to(holder, c.call, depth + 1))
            }
        }
    }

    /// Whether a holder is given its object inside a loop, so that each turn has another.
    fn binds_inside(&self, holder: &Holder, facts: &FileFacts, around: Around) -> bool {
        let Holder::Local(owner, def) = holder else { return false };
        let inside = |stmt: StmtId| match around {
            Around::Loop(of) => {
                facts.stmt(of).start <= facts.stmt(stmt).start && facts.stmt(stmt).end <= facts.stmt(of).end
            }
            Around::Comprehension(_) => false,
        };
        self.files[&owner.file].flow().def(*def).stmt.is_none_or(inside)
    }

    /// What calls a function again with the same object for a parameter.
    fn called_again(&self, function: ScopeRef, index: usize, depth: usize) -> Option<Vec<(Span, String)>> {
        let callers = self.callers_of(function);
        let test = self.is_test_scope(function);
        let calls = callers.calls.iter().filter(|c| c.certain && (test || !self.is_test(c.call)));
        let mut known: Vec<(ExprRef, Holder)> = Vec::new();
        for caller in calls {
            let passed = self.passed(caller.call, function, index);
            let Some(holder) = passed.and_then(|passed| self.holder(passed, 0)) else { continue };
            let called = |words: &str| {
                let name = &self.scope(function).name;
                (self.span(caller.call), format!("`{name}` is called {words}"))
            };
            if let Some(mut chain) = self.returns_to(&holder, caller.call, depth + 1) {
                chain.insert(0, called("here"));
                return Some(chain);
            }
            let before = known.iter().find(|(call, other)| {
                self.scope_at(*call) == self.scope_at(caller.call)
                    && *other == holder
                    && !exclusive(self.facts(call.file), call.expr, caller.call.expr)
            });
            if let Some((call, _)) = before {
                let name = &self.scope(function).name;
                let first = (self.span(*call), format!("`{name}` is called here"));
                return Some(vec![first, called("again here")]);
            }
            known.push((caller.call, holder));
        }
        None
    }

    /// What a call passes for a parameter; for the first of a method the object that it is called on.
    fn passed(&self, call: ExprRef, function: ScopeRef, index: usize) -> Option<ExprRef> {
        let method = super::attributes::class_of_method(self.facts(function.file), function.scope).is_some();
        if method && index == 0 {
            let ExprKind::Call { callee, .. } = self.kind(call) else { return None };
            let ExprKind::Attribute { object, .. } = self.kind(sibling(call, *callee)) else { return None };
            return Some(sibling(call, *object));
        }
        match self.argument_for(call, function, index) {
            Passed::Argument(value) if value.file == call.file => Some(value),
            _ => None,
        }
    }
}

/// Whether a loop can turn twice: its body does not end it in any case.
fn turns(facts: &FileFacts, around: Around) -> bool {
    match around {
        Around::Comprehension(_) => true,
        Around::Loop(stmt) => match &facts.stmt(stmt).kind {
            StmtKind::For { body, .. } | StmtKind::While { body, .. } => !leaves_for_good(facts, body),
            _ => false,
        },
    }
}
