//! Requests that are started all at once: a task for each item of something, and nothing that lets only some through.
//!
//! Refuses to speak where the items are few, or come in batches, or where anything around a request may hold it back: a
//! context manager or decorator that is not known, or an `acquire`.

use super::bodies::{Around, enclosing, loops, within_stmt};
use super::flow::DefKind;
use super::places::{Use, UseKind};
use super::timers::TIMERS;
use super::{Project, scope_in, sibling};
use crate::model::expr::{ExprId, ExprKind};
use crate::model::facts::{FileFacts, Parent, ScopeId, ScopeKind, StmtId, StmtKind};
use crate::model::value::{Datum, ExprRef, Frame, ScopeRef};
use crate::source::Span;
use smol_str::SmolStr;

/// Context managers that let everything through.
const OPEN: [&str; 8] = [
    "TaskGroup",
    "create_task_group",
    "open_nursery",
    "suppress",
    "closing",
    "aclosing",
    "AsyncExitStack",
    "ExitStack",
];

/// Functions that give as many items as their first argument has.
const SAME: [&str; 8] = ["enumerate", "zip", "sorted", "reversed", "list", "tuple", "set", "map"];

/// Functions that give some of the items that they are given.
const SOME: [&str; 5] = ["batched", "islice", "chunked", "sample", "choices"];

/// Where requests are started, one for each item of something.
#[derive(Debug, Clone, PartialEq)]
pub struct FanOut {
    /// The call that starts them.
    pub at: Span,
    /// What the items come from.
    pub items: Span,
}

/// How a collection of items is looked at.
#[derive(Clone, Copy)]
struct Search {
    /// The function that builds the session: beyond it, each has its own.
    owner: ScopeRef,
    /// Up to how many items are few.
    few: f64,
}

impl Project<'_> {
    /// Whether requests through a session are started many at once.
    #[must_use]
    pub fn starts_many(&self, made: ExprRef) -> bool {
        self.uses(made).iter().any(|one| self.fans_out(made, one))
    }

    /// Whether a request, or a call that is given the session that `made` makes, is started many times at once.
    pub(super) fn fans_out(&self, made: ExprRef, one: &Use) -> bool {
        let (UseKind::Method(_, call) | UseKind::Argument(call)) = &one.kind else { return false };
        if self.is_started_often(*call) {
            return true;
        }
        // A function inside of another uses what that one built.
        let function = self.function_of(self.scope_at(*call));
        let around = self.scope(function).parent.map(|parent| self.facts(function.file).scope(parent).kind);
        around == Some(ScopeKind::Function)
            && function != self.function_of(self.scope_at(made))
            && self.known_calls(function).into_iter().any(|call| self.is_started_often(call))
    }

    fn is_started_often(&self, call: ExprRef) -> bool {
        let facts = self.facts(call.file);
        let repeated = !super::bodies::loops(facts, call.expr).is_empty();
        let mut at = call.expr;
        loop {
            let up = match facts.parent(at) {
                Parent::Expr(up) => up,
                Parent::Stmt(stmt) => {
                    let scope = facts.place(stmt).scope;
                    match super::places::owner_expr(facts, scope) {
                        Some(owner) if facts.scope(scope).kind == ScopeKind::Comprehension => {
                            at = owner;
                            if !self.is_awaited(call) {
                                return true;
                            }
                            continue;
                        }
                        _ => return false,
                    }
                }
                Parent::None => return false,
            };
            let name = self.callee_name(sibling(call, up));
            if self.frameworks.is_gatherer(&name) {
                return true;
            }
            if self.frameworks.is_spawner(&name) && repeated {
                return !self.is_awaited_in_turn(sibling(call, up));
            }
            at = up;
        }
    }

    /// Whether a task is awaited in the block that starts it, before the next one is started.
    fn is_awaited_in_turn(&self, task: ExprRef) -> bool {
        let facts = self.facts(task.file);
        let Parent::Stmt(stmt) = facts.parent(task.expr) else { return self.is_awaited(task) };
        let StmtKind::Assign { targets, .. } = &facts.stmt(stmt).kind else { return false };
        let [target] = targets.as_ref() else { return false };
        let ExprKind::Name(name) = &facts.expr(*target).kind else { return false };
        let mut awaited = self.names.references_in(task.file, name).filter(|one| self.is_awaited(*one));
        awaited.any(|one| facts.stmt_of(one.expr).is_some_and(|other| facts.place(other) == facts.place(stmt)))
    }

    /// What starts a request many times at once through one session. Up to `few` items are not many.
    #[must_use]
    pub fn fan_out(&self, request: ExprRef, session: ExprRef, few: f64) -> Option<FanOut> {
        let owner = self.function_of(self.scope_at(session));
        self.started_from(request, Search { owner, few }, &mut Vec::new())
    }

    fn started_from(&self, place: ExprRef, search: Search, seen: &mut Vec<ScopeRef>) -> Option<FanOut> {
        if self.may_be_held_back(place) {
            return None;
        }
        if let Some(found) = self.started_at(place, search) {
            return Some(found);
        }
        let function = self.function_of(self.scope_at(place));
        let scope = self.scope(function);
        let plain = |decorator: &ExprId| {
            matches!(self.kind(ExprRef { file: function.file, expr: *decorator }),
                ExprKind::Name(name) if name == "staticmethod" || name == "classmethod")
        };
        if function == search.owner
            || seen.contains(&function)
            || scope.kind != ScopeKind::Function
            || !scope.decorators.iter().all(plain)
        {
            return None;
        }
        seen.push(function);
        let calls = self.known_calls(function);
        let handed = self.callers_of(function);
        let handed = handed.references.iter().find_map(|&reference| self.started_at(reference, search));
        handed.or_else(|| calls.into_iter().find_map(|call| self.started_from(call, search, seen)))
    }

    /// Whether something around a place may let only some through.
    fn may_be_held_back(&self, place: ExprRef) -> bool {
        let facts = self.facts(place.file);
        let Some(stmt) = facts.stmt_of(place.expr) else { return true };
        let may = |context: ExprRef| {
            let name = self.callee_name(context);
            self.site_at(context).is_none() && !TIMERS.contains(&name.as_str()) && !OPEN.contains(&name.as_str())
        };
        let around = enclosing(facts, stmt).into_iter().map(|(outer, _)| outer).chain([stmt]);
        let entered = around.into_iter().any(|outer| match &facts.stmt(outer).kind {
            StmtKind::With { items, .. } => items.iter().any(|item| may(sibling(place, item.context))),
            _ => false,
        });
        let function = self.function_of(self.scope_at(place));
        let acquire = SmolStr::new_static("acquire");
        let mut acquired = self.names.calls_in(place.file, &acquire);
        entered || acquired.any(|call| self.function_of(self.scope_at(call)) == function)
    }

    /// What starts a coroutine that is not awaited, for each item of something.
    fn started_at(&self, made: ExprRef, search: Search) -> Option<FanOut> {
        let facts = self.facts(made.file);
        let mut at = made.expr;
        let mut spawner = None;
        let stmt = loop {
            match facts.parent(at) {
                Parent::Expr(up) => {
                    let call = sibling(made, up);
                    let ExprKind::Call { callee, .. } = self.kind(call) else { return None };
                    let name = self.callee_name(call);
                    if *callee == at {
                        return None;
                    }
                    if name == "append" {
                        return self.started_by_name(call, search);
                    }
                    let mapped = name == "map" && self.is_started(call);
                    if !(mapped || self.frameworks.is_spawner(&name) && self.targets(call, Frame::NONE).is_empty()) {
                        return None;
                    }
                    if mapped {
                        let items = self.positional(call, 1)?;
                        return self.unless_few(items, call, search);
                    }
                    spawner = Some(call);
                    at = up;
                }
                Parent::Stmt(stmt) => break stmt,
                Parent::None => return None,
            }
        };
        let scope = facts.place(stmt).scope;
        if facts.scope(scope).kind == ScopeKind::Comprehension {
            let whole = sibling(made, super::places::owner_expr(facts, scope)?);
            let starter = spawner.or_else(|| self.starter_of(whole))?;
            let items = sibling(made, items_of(facts, scope)?);
            return self.unless_few(items, starter, search);
        }
        self.unless_paced(spawner?, search)
    }

    /// The same for a coroutine that a loop appends to a list.
    fn started_by_name(&self, append: ExprRef, search: Search) -> Option<FanOut> {
        let ExprKind::Call { callee, .. } = self.kind(append) else { return None };
        let ExprKind::Attribute { object, .. } = self.kind(sibling(append, *callee)) else { return None };
        let list = sibling(append, *object);
        let starter = self.starter_of_name(list)?;
        let found = self.unless_paced(append, search)?;
        Some(FanOut { at: self.span(starter), ..found })
    }

    /// A loop that starts its items one after the other, and waits for nothing meanwhile.
    fn unless_paced(&self, starter: ExprRef, search: Search) -> Option<FanOut> {
        let facts = self.facts(starter.file);
        let Around::Loop(stmt) = *loops(facts, starter.expr).first()? else { return None };
        let StmtKind::For { iterable, asynchronous: false, .. } = &facts.stmt(stmt).kind else { return None };
        let waits = facts
            .exprs_of(facts.part_of_expr(starter.expr))
            .any(|expr| matches!(facts.expr(expr).kind, ExprKind::Await(_)) && within_stmt(facts, expr, stmt));
        if waits { None } else { self.unless_few(sibling(starter, *iterable), starter, search) }
    }

    /// What starts the coroutines of a list or generator.
    fn starter_of(&self, whole: ExprRef) -> Option<ExprRef> {
        let facts = self.facts(whole.file);
        match facts.parent(whole.expr) {
            Parent::Expr(up) => {
                let up = sibling(whole, up);
                let call = match self.kind(up) {
                    ExprKind::Splat(_) => match facts.parent(up.expr) {
                        Parent::Expr(call) => sibling(whole, call),
                        _ => return None,
                    },
                    ExprKind::Call { .. } => up,
                    _ => return None,
                };
                self.is_starter(call).then_some(call)
            }
            Parent::Stmt(stmt) => match &facts.stmt(stmt).kind {
                StmtKind::Assign { targets, .. } => match targets.as_ref() {
                    [target] => self.starter_of_name(sibling(whole, *target)),
                    _ => None,
                },
                _ => None,
            },
            Parent::None => None,
        }
    }

    /// What starts the coroutines of a list that a local name holds.
    fn starter_of_name(&self, list: ExprRef) -> Option<ExprRef> {
        let ExprKind::Name(name) = self.kind(list) else { return None };
        let function = self.function_of(self.scope_at(list));
        let references = self.names.references_in(list.file, name);
        let mut here = references.filter(|one| self.function_of(self.scope_at(*one)) == function && *one != list);
        here.find_map(|one| match self.facts(one.file).parent(one.expr) {
            Parent::Expr(_) => self.starter_of(one),
            _ => None,
        })
    }

    fn is_started(&self, whole: ExprRef) -> bool {
        self.starter_of(whole).is_some()
    }

    /// Whether a call starts all coroutines that it is given, and does so once.
    fn is_starter(&self, call: ExprRef) -> bool {
        let ExprKind::Call { callee, .. } = self.kind(call) else { return false };
        let value = self.evaluate(sibling(call, *callee), Frame::NONE);
        self.frameworks.is_gatherer(&self.callee_name(call))
            && value.always(|datum| matches!(datum, Datum::Path(_)))
            && loops(self.facts(call.file), call.expr).is_empty()
    }

    fn unless_few(&self, items: ExprRef, starter: ExprRef, search: Search) -> Option<FanOut> {
        let few = self.are_few(items, search.few);
        (!few).then(|| FanOut { at: self.span(starter), items: self.span(items) })
    }

    /// Whether something has few items, or is a part of something larger.
    fn are_few(&self, items: ExprRef, few: f64) -> bool {
        if let ExprKind::Call { callee, .. } = self.kind(items) {
            let name = self.callee_name(items);
            let first = self.positional(items, usize::from(name == "map"));
            if name == "range" {
                let last = self.positional(items, 1).or(first);
                let value = last.map(|last| self.evaluate(last, Frame::NONE));
                return value.is_some_and(|v| v.always(|datum| matches!(datum, Datum::Number(n) if *n <= few)));
            }
            if let ("items" | "values" | "keys", ExprKind::Attribute { object, .. }) =
                (name.as_str(), self.kind(sibling(items, *callee)))
            {
                return self.are_few(sibling(items, *object), few);
            }
            return SOME.contains(&name.as_str())
                || SAME.contains(&name.as_str()) && first.is_some_and(|first| self.are_few(first, few));
        }
        if matches!(self.kind(items), ExprKind::Index { .. }) || self.is_batch(items) {
            return true;
        }
        let count = |datum: &Datum| match datum {
            Datum::Sequence(expr, _) => match self.kind(*expr) {
                ExprKind::Sequence(all) => all.len() as f64 <= few,
                _ => false,
            },
            Datum::Mapping(expr, _) => match self.kind(*expr) {
                ExprKind::Mapping(all) => all.len() as f64 <= few,
                _ => false,
            },
            _ => false,
        };
        self.evaluate(items, Frame::NONE).always(count)
    }

    /// Whether a name holds one of several parts: a loop gives it, here or around each call.
    fn is_batch(&self, items: ExprRef) -> bool {
        let file = &self.files[&items.file];
        let Some(reaching) = file.flow().reaching(items.expr) else { return false };
        reaching.iter().any(|(def, _)| match file.flow().def(*def).kind {
            DefKind::Item(_) => true,
            DefKind::Value(value) => matches!(file.facts.expr(value).kind, ExprKind::Index { .. }),
            DefKind::Parameter(scope, _) => self
                .known_calls(scope_in(items.file, scope))
                .into_iter()
                .any(|call| !loops(self.facts(call.file), call.expr).is_empty()),
            _ => false,
        })
    }
}

/// What the outermost loop of a comprehension runs over.
fn items_of(facts: &FileFacts, comprehension: ScopeId) -> Option<ExprId> {
    let first: StmtId = *facts.body(comprehension).block.first()?;
    match &facts.stmt(first).kind {
        StmtKind::For { iterable, asynchronous: false, .. } => Some(*iterable),
        _ => None,
    }
}
