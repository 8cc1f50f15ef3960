//! Whether a session is built anew for each request.
//!
//! From the construction up to what holds it: what is stored is kept, what is returned is judged where it arrives, and
//! what ends with its function is judged by how many requests it serves and how often the function runs. Refuses to
//! count what it cannot see: an unknown number of requests is silence.

use super::bodies::{Around, enclosing, is_choice, is_in_handler, is_retry, leaves_after, loops, within_stmt};
use super::callers::Climb;
use super::callers::{Cause, Repeat};
use super::evaluate::Passed;
use super::places::{Use, UseKind};
use super::searches::looks_for_one;
use super::served::Requests;
use super::{Project, Site, scope_in, sibling};
use crate::finding::Confidence;
use crate::languages::Sought;
use crate::model::expr::{ComparisonOperator, ExprId, ExprKind};
use crate::model::facts::{BlockRole, MODULE, Parent, ScopeKind, StmtKind};
use crate::model::value::{Datum, ExprRef, Frame, ScopeRef};
use crate::source::Span;
use smol_str::SmolStr;

/// How many factories deep a session is followed to where it arrives.
const FACTORIES: usize = 2;

/// A session that is built for each request.
#[derive(Debug, Clone)]
pub struct Waste {
    /// What it is built for, as words.
    pub each: &'static str,
    /// How sure that is.
    pub confidence: Confidence,
    /// The places that show it.
    pub chain: Vec<(Span, String)>,
    /// The name of the function that builds it; empty at the top of a module.
    pub function: SmolStr,
}

impl Project<'_> {
    /// Whether the session that `made` makes serves one request and is then dropped, again and again.
    #[must_use]
    pub fn waste(&self, made: ExprRef) -> Option<Waste> {
        self.waste_of(made, 0)
    }

    fn waste_of(&self, made: ExprRef, depth: usize) -> Option<Waste> {
        if self.is_for_one(made) || is_in_handler(self.facts(made.file), made.expr) {
            return None;
        }
        let function = self.function_of(self.scope_at(made));
        let uses = self.uses(made);
        let given = uses.iter().any(|one| matches!(one.kind, UseKind::Yielded | UseKind::Returned));
        if given && let Some(waste) = self.wasted_by_framework(function) {
            return Some(waste);
        }
        if self.is_kept(made, function, &uses) {
            return None;
        }
        let entered = uses.iter().any(|one| matches!(one.kind, UseKind::Entered(_)));
        let returned = uses.iter().any(|one| one.kind == UseKind::Returned);
        if returned && !entered {
            return self.wasted_by_consumer(function, depth);
        }
        let mut waste = self.wasted_here(made, function, &uses).filter(|_| !self.runs_after_failures(function))?;
        waste.function = self.scope(function).name.clone();
        Some(waste)
    }

    /// Whether a function is only called by what handles exceptions.
    fn runs_after_failures(&self, function: ScopeRef) -> bool {
        let calls = self.known_calls(function);
        !calls.is_empty() && calls.iter().all(|call| is_in_handler(self.facts(call.file), call.expr))
    }

    fn is_kept(&self, made: ExprRef, function: ScopeRef, uses: &[Use]) -> bool {
        let entered = uses.iter().any(|one| matches!(one.kind, UseKind::Entered(_)));
        let closed = uses.iter().any(|one| matches!(&one.kind, UseKind::Method(name, _) if self.closes(made, name)));
        let here = entered || closed;
        // Whoever enters what this function gives may be given an object that holds the session.
        let passed = || uses.iter().any(|one| matches!(one.kind, UseKind::Argument(_)));
        if entered && self.is_context_manager(function) && passed() {
            return true;
        }
        let in_function = |one: &&Use| self.function_of(self.scope_at(one.expr)) == function;
        uses.iter().any(|one| match &one.kind {
            UseKind::StoredAttribute(_) | UseKind::StoredItem(_) | UseKind::Default => true,
            UseKind::StoredName(owner, _) => owner.scope != MODULE || function.scope != MODULE,
            UseKind::Yielded => true,
            UseKind::Element => !entered,
            // A function that gives a builder back does not keep it.
            UseKind::Argument(call) if self.is_building(one.expr) && self.is_building(*call) => false,
            UseKind::Argument(call) => self.is_owner(*call, here),
            _ => false,
        }) || uses.iter().filter(|one| !in_function(one)).any(|one| one.kind != UseKind::Tested)
            || uses.iter().any(|one| self.is_kept_by_closure(one.expr))
    }

    /// Whether a closure that somebody else calls uses an object: how often, nobody knows.
    fn is_kept_by_closure(&self, used: ExprRef) -> bool {
        let mut scope = self.scope_at(used);
        while self.scope(scope).kind == ScopeKind::Comprehension || self.scope(scope).runs_here {
            match self.scope(scope).parent {
                Some(parent) => scope.scope = parent,
                None => return false,
            }
        }
        self.scope(scope).kind == ScopeKind::Closure && self.runner_of(scope).is_none()
    }

    /// Whether a call takes the session over: a constructor, or a call that is not awaited while nothing here closes it.
    fn is_owner(&self, call: ExprRef, closed_here: bool) -> bool {
        let ExprKind::Call { callee, .. } = self.kind(call) else { return false };
        let callee = sibling(call, *callee);
        let name = match self.kind(callee) {
            ExprKind::Name(name) | ExprKind::Attribute { name, .. } => name.as_str(),
            _ => "",
        };
        let builds = name.trim_start_matches('_').starts_with(char::is_uppercase);
        builds || !closed_here && !self.is_awaited(call)
    }

    /// Whether a call is awaited, directly or by what gathers it.
    pub(super) fn is_awaited(&self, call: ExprRef) -> bool {
        let facts = self.facts(call.file);
        let mut at = call.expr;
        while let Parent::Expr(up) = facts.parent(at) {
            match &facts.expr(up).kind {
                ExprKind::Await(_) => return true,
                _ => at = up,
            }
        }
        match facts.stmt_of(call.expr).map(|stmt| &facts.stmt(stmt).kind) {
            Some(StmtKind::With { asynchronous, .. }) => *asynchronous,
            Some(StmtKind::For { asynchronous, .. }) => *asynchronous,
            _ => false,
        }
    }

    fn closes(&self, made: ExprRef, method: &SmolStr) -> bool {
        self.closers_of(made).contains(method)
    }

    /// A provider that a framework calls for each request: what it builds lives for that request.
    fn wasted_by_framework(&self, function: ScopeRef) -> Option<Waste> {
        if self.scope(function).kind != ScopeKind::Function || self.keeps_result(function) {
            return None;
        }
        let callers = self.callers_of(function);
        let chain = callers.references.iter().find_map(|&reference| match self.by_registration(reference) {
            Some(Repeat::Often(Cause::Messages, chain)) => Some(chain),
            _ => None,
        })?;
        let function = self.scope(function).name.clone();
        Some(Waste { each: "for each request", confidence: Confidence::High, chain, function })
    }

    fn wasted_by_consumer(&self, function: ScopeRef, depth: usize) -> Option<Waste> {
        let scope = self.scope(function);
        if depth >= FACTORIES || scope.kind != ScopeKind::Function || self.keeps_result(function) {
            return None;
        }
        if self.returns_kept(function) {
            return None;
        }
        let callers = self.callers_of(function);
        let test = self.is_test_scope(function);
        for caller in callers.calls.iter().filter(|caller| test || !self.is_test(caller.call)) {
            if caller.certain && !self.gives_new(caller.call) {
                continue;
            }
            if let Some(mut waste) = self.waste_of(caller.call, depth + 1) {
                let words = format!("`{}` builds one for this call", scope.name);
                waste.chain.insert(0, (self.span(caller.call), words));
                return Some(waste);
            }
        }
        self.uses_of_property(function).into_iter().find_map(|access| {
            let mut waste = self.waste_of(access, depth + 1)?;
            waste.chain.insert(0, (self.span(access), format!("`{}` builds one for this access", scope.name)));
            Some(waste)
        })
    }

    /// Where objects of its class take the value of a property from themselves.
    fn uses_of_property(&self, function: ScopeRef) -> Vec<ExprRef> {
        let facts = self.facts(function.file);
        let class = super::attributes::class_of_method(facts, function.scope);
        let Some(class) = class.filter(|_| super::attributes::has_decorator(facts, function.scope, "property")) else {
            return Vec::new();
        };
        let test = self.is_test_scope(function);
        let uses = self.own_references(scope_in(function.file, class), &self.scope(function).name);
        uses.into_iter().filter(|&access| test || !self.is_test(access)).collect()
    }

    /// Whether a function returns what is kept elsewhere, at least sometimes.
    pub(super) fn returns_kept(&self, function: ScopeRef) -> bool {
        let facts = self.facts(function.file);
        let mut returns = facts.stmts_in(function.scope);
        returns.any(|stmt| match facts.stmt(stmt).kind {
            StmtKind::Return(Some(value)) => self.is_held_outside(ExprRef { file: function.file, expr: value }),
            _ => false,
        })
    }

    /// Whether an expression may be what an attribute, a key or a name outside the function holds.
    fn is_held_outside(&self, value: ExprRef) -> bool {
        let kept = |of: &ExprId| self.is_held_outside(sibling(value, *of));
        match self.kind(value) {
            ExprKind::Attribute { .. } | ExprKind::Index { .. } => true,
            ExprKind::Name(name) => {
                let own = self.scope_at(value).scope;
                self.owner_of(value.file, own, name).is_some_and(|owner| owner != own)
            }
            ExprKind::Conditional { then, otherwise, .. } => kept(then) || kept(otherwise),
            ExprKind::Boolean { operands, .. } => operands.iter().any(kept),
            _ => false,
        }
    }

    /// Whether a decorator keeps what a function returned for the next call, or for the whole test.
    pub(super) fn keeps_result(&self, function: ScopeRef) -> bool {
        let keepers = ["lru_cache", "cache", "cached", "alru_cache", "singleton", "cached_property", "fixture"];
        let facts = self.facts(function.file);
        keepers.iter().any(|name| super::attributes::has_decorator(facts, function.scope, name))
    }

    fn wasted_here(&self, made: ExprRef, function: ScopeRef, uses: &[Use]) -> Option<Waste> {
        let facts = self.facts(made.file);
        let around = loops(facts, made.expr);
        let requests = self.requests_through(made, (made.file, &around), uses, 0);
        if matches!(requests, Requests::None | Requests::Unknown) {
            return None;
        }
        let sockets = self.opens_socket(uses);
        let guard = self.guard_of(made);
        let site = self.site_at(made);
        let other_hosts = around.iter().any(|&one| {
            self.asks_another_host(uses, one) || site.is_some_and(|site| self.goes_another_way(site, uses, one))
        });
        for &one in &around {
            if is_retry(facts, one, made.expr)
                || looks_for_one(facts, one, made.expr)
                || is_choice(facts, one)
                || other_hosts
                || leaves_after(facts, one, made.expr)
                || self.is_idle(made, one, guard)
                || self.outlives_turn(made, one, uses)
            {
                continue;
            }
            let reconnects =
                matches!(one, Around::Loop(stmt) if matches!(facts.stmt(stmt).kind, StmtKind::While { .. }));
            if sockets && reconnects {
                return None;
            }
            let words = match one {
                Around::Loop(_) => "a session for each turn of this loop",
                Around::Comprehension(_) => "a session for each item",
            };
            return Some(Waste {
                each: "for each turn of a loop",
                confidence: if requests == Requests::One { Confidence::High } else { Confidence::Low },
                chain: vec![(super::bodies::loop_span(facts, one), words.into())],
                function: SmolStr::default(),
            });
        }
        if guard.is_some() || requests == Requests::Several && function.scope == MODULE {
            return None;
        }
        let repeat = self.repeat_where_built(made, function);
        match (repeat, requests) {
            (Repeat::Once, _) => None,
            // A socket is a connection of its own in any case; only one for each of many items is too many.
            (Repeat::Often(Cause::Turns | Cause::Messages, _) | Repeat::Unknown, _) if sockets => None,
            (Repeat::Often(_, chain), Requests::One) => Some(Waste {
                each: "for each request",
                // A branch for one value is most often taken for one of many.
                confidence: if self.is_selected(made, function) { Confidence::Low } else { Confidence::High },
                chain,
                function: SmolStr::default(),
            }),
            (Repeat::Often(_, chain), _) => {
                Some(Waste { each: "for each call", confidence: Confidence::Low, chain, function: SmolStr::default() })
            }
            (Repeat::Unknown, Requests::One)
                if !other_hosts
                    && self.is_library_code(function)
                    && !self.recurses_with(made, function)
                    && self.is_called_again(made, function)
                    && self.is_at_hand(function)
                    && !self.is_seldom(made)
                    && !self.keeps_result(function)
                    && !self.is_called_seldom(function) =>
            {
                Some(Waste {
                    each: "for each call",
                    confidence: if self.is_selected(made, function) { Confidence::Low } else { Confidence::Medium },
                    chain: vec![(self.name_span(function), "each call builds a session for one request".into())],
                    function: SmolStr::default(),
                })
            }
            _ => None,
        }
    }

    /// Whether a session that is built under a condition in a loop is used beyond the condition: then the next turn finds
    /// it there.
    fn outlives_turn(&self, made: ExprRef, around: Around, uses: &[Use]) -> bool {
        let Around::Loop(outer) = around else { return false };
        let facts = self.facts(made.file);
        if uses.iter().any(|one| matches!(one.kind, UseKind::Entered(_))) {
            return false;
        }
        let Some(stmt) = facts.stmt_of(made.expr) else { return false };
        let inside = enclosing(facts, stmt).into_iter().map(|(around, _)| around).take_while(|&around| around != outer);
        let mut conditions = inside.filter(|&around| matches!(facts.stmt(around).kind, StmtKind::If { .. }));
        let beyond = |condition| uses.iter().any(|one| !within_stmt(facts, one.expr.expr, condition));
        self.is_fallback(made) || conditions.any(beyond)
    }

    /// How often a session is built: a function that builds one where it was given none does not for callers that give
    /// one.
    fn repeat_where_built(&self, made: ExprRef, function: ScopeRef) -> Repeat {
        let Some(index) = self.guarding_parameter(made, function) else {
            return self.repeat_beyond_loops(made, &mut Climb::default());
        };
        if let Some(repeat) = self.by_framework(function) {
            return repeat;
        }
        let test = self.is_test_scope(function);
        let callers = self.callers_of(function);
        let (mut all_once, mut any, mut all_give) = (true, false, false);
        // Where the function calls itself with what it built, it is still the one call that it was asked for.
        let inner = self.only_call_given(made);
        let others = callers.calls.iter().filter(|caller| Some(caller.call) != inner);
        for caller in others.filter(|caller| test || !self.is_test(caller.call)) {
            let given = match self.argument_for(caller.call, function, index) {
                Passed::Argument(value) => !self.evaluate(value, Frame::NONE).always(|datum| *datum == Datum::Null),
                Passed::Default => false,
                Passed::Unknown => true,
            };
            if given {
                all_give |= caller.certain && !any;
                continue;
            }
            (any, all_give) = (true, false);
            match self.repeat_at(caller.call) {
                Repeat::Often(cause, mut chain) => {
                    chain.insert(0, (self.span(caller.call), "called here without one".into()));
                    return Repeat::Often(cause, chain);
                }
                Repeat::Once => {}
                Repeat::Unknown => all_once = false,
            }
        }
        if all_give || any && all_once { Repeat::Once } else { Repeat::Unknown }
    }

    /// The parameter that a session stands in for where it is none: `if session is None`, `session or …`.
    fn guarding_parameter(&self, made: ExprRef, function: ScopeRef) -> Option<usize> {
        let guard = match self.guarded_by(made) {
            Some(test) => test,
            None => self.fallback_for(made)?,
        };
        let facts = self.facts(made.file);
        // What an object holds is another matter than what a method is given.
        let given = usize::from(super::attributes::class_of_method(facts, function.scope).is_some());
        let parameters = &facts.scope(function.scope).parameters;
        let named = |name: &SmolStr| (given..parameters.len()).find(|&index| parameters[index].name == *name);
        let mut open = vec![guard.expr];
        while let Some(expr) = open.pop() {
            if let ExprKind::Name(name) = &facts.expr(expr).kind
                && let Some(index) = named(name)
            {
                return Some(index);
            }
            facts.expr(expr).kind.children(&mut open);
        }
        None
    }

    /// Whether a function is seen, or can be taken, to run more than once though nobody knows how often.
    fn is_called_again(&self, made: ExprRef, function: ScopeRef) -> bool {
        let value = self.evaluate(made, Frame::NONE);
        let rows = value.alternatives.iter().filter_map(|one| match &one.datum {
            Datum::Building(began, frame) => self.builder_of(*began, *frame).map(|(row, _)| row),
            datum => self.library_row(datum),
        });
        let mut rows = rows.peekable();
        let strict = rows.peek().is_some() && rows.all(|row| self.libraries.library(row).head.methods_keep);
        if !strict || super::attributes::class_of_method(self.facts(function.file), function.scope).is_some() {
            return true;
        }
        let callers = self.callers_of(function);
        let seen = |call: ExprRef| !self.is_test(call) && !self.files[&call.file].script;
        callers.calls.iter().filter(|caller| caller.certain && seen(caller.call)).count() > 1
    }

    /// Whether anybody may call a function: not where it is called private, and nobody does.
    fn is_at_hand(&self, function: ScopeRef) -> bool {
        let name = self.scope(function).name.as_str();
        let private = name.starts_with('_') && !name.starts_with("__");
        let class = super::attributes::class_of_method(self.facts(function.file), function.scope);
        // A base class that cannot be seen may call what its subclasses fill in.
        let own = class.is_none_or(|class| self.outside_bases(scope_in(function.file, class)).is_empty());
        let callers = || self.callers_of(function);
        !private || !own || callers().escapes || !callers().calls.is_empty()
    }

    /// Whether a function is something to call again and again: not part of a script that runs once.
    fn is_library_code(&self, function: ScopeRef) -> bool {
        if self.scope(function).kind != ScopeKind::Function {
            return false;
        }
        // What lies in a package is imported, whatever it can do besides.
        if self.modules.is_in_package(function.file) {
            return true;
        }
        let file = &self.files[&function.file];
        let facts = &file.facts;
        let parts = file.parts_with("__name__", Sought::Use);
        let script = parts.flat_map(|part| facts.stmts_of(part)).any(|stmt| match &facts.stmt(stmt).kind {
            StmtKind::If { test, .. } => match &facts.expr(*test).kind {
                ExprKind::Comparison { left, .. } => {
                    matches!(&facts.expr(*left).kind, ExprKind::Name(name) if name == "__name__")
                }
                _ => false,
            },
            _ => false,
        });
        !script
    }

    /// Whether a construction stands in a branch for one value of a parameter: `if name == "status"`.
    fn is_selected(&self, made: ExprRef, function: ScopeRef) -> bool {
        let facts = self.facts(made.file);
        let Some(stmt) = facts.stmt_of(made.expr) else { return false };
        let parameters = &facts.scope(function.scope).parameters;
        enclosing(facts, stmt).into_iter().any(|(outer, role)| match &facts.stmt(outer).kind {
            StmtKind::If { test, .. } if role == BlockRole::Body => match &facts.expr(*test).kind {
                ExprKind::Comparison { operator: ComparisonOperator::Equal, left, right } => {
                    matches!(&facts.expr(*left).kind, ExprKind::Name(name) if parameters.iter().any(|p| p.name == *name))
                        && matches!(facts.expr(*right).kind, ExprKind::Text(_))
                }
                _ => false,
            },
            _ => false,
        })
    }

    /// Whether a function builds the session only where it was given none, and hands it to itself; not where nothing else is
    /// done with it: that is still the one call that was asked for.
    fn recurses_with(&self, made: ExprRef, function: ScopeRef) -> bool {
        if self.guarding_parameter(made, function).is_none() {
            return false;
        }
        let inner = self.only_call_given(made);
        let callers = self.callers_of(function);
        let others = callers.calls.iter().map(|caller| caller.call).filter(|&call| Some(call) != inner);
        others.into_iter().any(|call| self.function_of(self.scope_at(call)) == function)
    }

    /// The call that is given a session, where nothing else is done with it.
    fn only_call_given(&self, made: ExprRef) -> Option<ExprRef> {
        let uses = self.uses(made);
        let mut used = uses.iter().filter(|one| !matches!(one.kind, UseKind::Entered(_)));
        match used.next().filter(|_| used.next().is_none())?.kind {
            UseKind::Argument(call) => Some(call),
            _ => None,
        }
    }

    /// Whether a construction stands behind `or` or in a conditional.
    pub(super) fn is_fallback(&self, made: ExprRef) -> bool {
        self.fallback_for(made).is_some()
    }

    /// Whether a session takes the place of one that is built in the same expression and could not be.
    #[must_use]
    pub fn replaces_failed(&self, session: &Site) -> bool {
        let Some(first) = self.fallback_for(session.call) else { return false };
        let around = self.span(first);
        self.sites().iter().any(|other| other.kind == session.kind && around.contains(&self.span(other.call)))
    }

    /// What a construction is the fallback for: the first operand of `or`, the test of a conditional.
    fn fallback_for(&self, made: ExprRef) -> Option<ExprRef> {
        let facts = self.facts(made.file);
        let mut at = made.expr;
        while let Parent::Expr(up) = facts.parent(at) {
            match &facts.expr(up).kind {
                ExprKind::Boolean { operands, .. } => return operands.first().map(|&first| sibling(made, first)),
                ExprKind::Conditional { test, .. } => return Some(sibling(made, *test)),
                ExprKind::Await(_) => at = up,
                _ => return None,
            }
        }
        None
    }

    fn opens_socket(&self, uses: &[Use]) -> bool {
        uses.iter().any(|one| match &one.kind {
            UseKind::Method(_, call) => {
                self.site_at(*call).and_then(|site| self.request(site)).is_some_and(|request| request.socket)
            }
            _ => false,
        })
    }

    /// Whether a pool that outlives the session is used, so that nothing is lost with it.
    #[must_use]
    pub fn shares_pool(&self, pool: &crate::model::value::Value, owner: &crate::model::value::Value) -> bool {
        let built_here = pool.always(|datum| matches!(datum, Datum::Unset | Datum::Null));
        !built_here && !owner.is_unset() && !owner.always(|datum| matches!(datum, Datum::Bool(true)))
    }
}
