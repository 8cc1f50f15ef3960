//! Responses that keep their connection: who reads or releases what a request gives.
//!
//! A response is handed over by returning it, and then judged where the function is called; what is stored, yielded or
//! given to something that is not known is somebody else's to release. Paths are explicit, as for sessions. Refuses to
//! know a library: which methods read, release or only ask is data.

use super::attributes::last_name;
use super::bodies::{Around, Manner, Path, Paths, enclosing, loops, statements_in, within};
use super::places::{Use, UseKind};
use super::{Project, Site};
use crate::libraries::{Response, Setting};
use crate::model::expr::{ExprId, ExprKind};
use crate::model::facts::{FileFacts, MODULE, ScopeKind, StmtId, StmtKind};
use crate::model::value::{Datum, ExprRef, Frame, ScopeRef};
use crate::source::Span;
use smol_str::SmolStr;

/// How many hands deep a response is followed.
const HANDS: usize = 3;

/// The answers that have no body by definition of HTTP, as numbers and as the constants of Python's `http` module.
const BODILESS: [f64; 2] = [204.0, 304.0];
const BODILESS_NAMES: [&str; 2] = ["NO_CONTENT", "NOT_MODIFIED"];

/// The header that says how long a body is.
const LENGTH: &str = "content-length";

/// What becomes of a response.
#[derive(Debug, Clone, PartialEq)]
pub enum Hold {
    /// It is read or released, or somebody else may do so.
    Fine,
    /// Nothing reads or releases it.
    Never,
    /// This caller is given it and does not read or release it.
    Consumer(Span),
    /// It is read or released on some paths only; where it is not.
    SomePaths(Span),
}

/// What a use does with a response.
enum End {
    /// It leaves it as it is.
    Not,
    /// It reads or releases it, or hands it over.
    Here,
    /// That is not known.
    Unknown,
}

impl Project<'_> {
    /// What becomes of the response of a request that keeps its connection until it is read or released.
    #[must_use]
    pub fn hold(&self, request: &Site) -> Hold {
        let response = &self.library(request).response;
        let Some(row) = self.request(request) else { return Hold::Fine };
        let name = self.callee_name(request.call);
        let method = self.setting(request, Setting::Method, Frame::NONE);
        let bodiless = |datum: &Datum| matches!(datum, Datum::Text(text) if text.eq_ignore_ascii_case("head"));
        if row.on.is_none()
            || row.socket
            || row.bodiless.contains(&name)
            || method.alternatives.iter().any(|one| bodiless(&one.datum))
            || response.awaited && !self.is_awaited(request.call)
            || !self.is_left_open(request)
        {
            return Hold::Fine;
        }
        match self.hold_of(request.call, response, 0) {
            Hold::Fine => Hold::Fine,
            hold if self.adds_up(request) => hold,
            _ => Hold::Fine,
        }
    }

    /// Whether a request leaves its body to be read: where a parameter decides that, only if it is known to.
    fn is_left_open(&self, request: &Site) -> bool {
        self.parameter_for(request, Setting::Stream).is_none()
            || self.setting(request, Setting::Stream, Frame::NONE).always(|datum| *datum == Datum::Bool(true))
    }

    /// Whether a request's answer is most often short, by its method.
    #[must_use]
    pub fn is_brief(&self, request: &Site) -> bool {
        self.request(request).is_some_and(|row| row.brief.contains(&self.callee_name(request.call)))
    }

    /// Whether two places stand in the same function.
    #[must_use]
    pub fn is_in_function_of(&self, one: ExprRef, other: ExprRef) -> bool {
        self.function_of(self.scope_at(one)) == self.function_of(self.scope_at(other))
    }

    /// Whether responses that are kept can add up before the session is closed: it lives on, or the request is repeated
    /// within its life. A session that is not known lives on.
    fn adds_up(&self, request: &Site) -> bool {
        let Some((_, receiver)) = self.receiver(request.call, Frame::NONE) else { return false };
        let built = |datum: &Datum| match datum {
            Datum::Built(call, _) | Datum::Object(_, Some(call), _) => Some(*call),
            _ => None,
        };
        receiver.alternatives.iter().all(|one| {
            built(&one.datum).is_none_or(|session| {
                self.lives_on(session) || self.is_repeated_within(request.call, session, &mut Vec::new())
            })
        })
    }

    fn lives_on(&self, session: ExprRef) -> bool {
        if let Some(&known) = self.lasting.borrow().get(&session) {
            return known;
        }
        let lives = self.lives_long(session);
        self.lasting.borrow_mut().insert(session, lives);
        lives
    }

    /// Whether a place runs again and again while one session lives.
    fn is_repeated_within(&self, place: ExprRef, session: ExprRef, seen: &mut Vec<ScopeRef>) -> bool {
        let function = self.function_of(self.scope_at(session));
        let around = loops(self.facts(place.file), place.expr);
        if self.function_of(self.scope_at(place)) == function {
            let outer: Vec<Around> = loops(self.facts(session.file), session.expr);
            return around.iter().any(|one| !outer.contains(one));
        }
        let here = self.function_of(self.scope_at(place));
        if !around.is_empty() || seen.contains(&here) {
            return !around.is_empty();
        }
        seen.push(here);
        self.known_calls(here).into_iter().any(|call| self.is_repeated_within(call, session, seen))
    }

    fn hold_of(&self, made: ExprRef, response: &Response, depth: usize) -> Hold {
        let function = self.function_of(self.scope_at(made));
        let facts = self.facts(made.file);
        let Some(start) = stmt_around(facts, made.expr) else { return Hold::Fine };
        if depth > HANDS || function.scope == MODULE || self.in_raises(made) {
            return Hold::Fine;
        }
        let uses = self.uses(made);
        let mut ends: Vec<StmtId> = Vec::new();
        for one in &uses {
            match self.end(one, response, depth) {
                End::Not => {}
                End::Here if self.function_of(self.scope_at(one.expr)) == function => {
                    let Some(stmt) = stmt_around(facts, one.expr.expr) else { return Hold::Fine };
                    ends.push(stmt);
                }
                End::Here | End::Unknown => return Hold::Fine,
            }
        }
        if ends.is_empty() {
            return Hold::Never;
        }
        let left = if ends.contains(&start) { None } else { self.left_by(start, &uses, &ends, response) };
        match left {
            Some(at) => Hold::SomePaths(at),
            None => self.hold_at_callers(function, &uses, response, depth),
        }
    }

    /// Where a path leaves a response as it is.
    fn left_by(&self, start: StmtId, uses: &[Use], ends: &[StmtId], response: &Response) -> Option<Span> {
        let file = uses.first()?.expr.file;
        let facts = self.facts(file);
        let raising = |one: &&Use| matches!(&one.kind, UseKind::Method(name, _) if response.raises.contains(name));
        let raises: Vec<StmtId> = uses.iter().filter(raising).filter_map(|one| facts.stmt_of(one.expr.expr)).collect();
        let tested: Vec<ExprId> =
            uses.iter().filter(|one| one.kind == UseKind::Tested).map(|one| one.expr.expr).collect();
        let mut flags = flags_around(facts, start);
        flags.extend(conditions_of(facts, start));
        let about_nothing = |test: ExprId| {
            tested.iter().any(|&name| within(facts, name, test))
                || any_within(facts, test, &|kind| match kind {
                    ExprKind::Number(number) => BODILESS.contains(number),
                    ExprKind::Attribute { name, .. } => BODILESS_NAMES.contains(&name.as_str()),
                    ExprKind::Text(text) => text.eq_ignore_ascii_case(LENGTH),
                    ExprKind::Name(name) => flags.contains(name),
                    _ => false,
                })
        };
        let manner = Manner {
            closes: &|stmt| ends.contains(&stmt),
            closes_by_failing: &|stmt| ends.contains(&stmt) || raises.contains(&stmt),
            about: &|_| false,
            about_nothing: &about_nothing,
            lost_by_turning: true,
        };
        let mut paths = Paths::new(facts, manner);
        let end = paths.after(start);
        let last = ends.last().map(|&stmt| facts.stmt_span(stmt));
        paths.left_open.or(if end == Path::Open { last } else { None })
    }

    /// What the callers of a function do with the response that it always returns.
    fn hold_at_callers(&self, function: ScopeRef, uses: &[Use], response: &Response, depth: usize) -> Hold {
        let scope = self.scope(function);
        let facts = self.facts(function.file);
        let body = facts.body(function.scope);
        let returned: Vec<StmtId> = uses
            .iter()
            .filter(|one| one.kind == UseKind::Returned)
            .filter_map(|one| facts.stmt_of(one.expr.expr))
            .collect();
        let other = |stmt: &StmtId| matches!(facts.stmt(*stmt).kind, StmtKind::Return(_)) && !returned.contains(stmt);
        // What is read or entered here needs nobody else.
        let ended = |one: &Use| match &one.kind {
            UseKind::Entered(_) => true,
            UseKind::Method(name, _) | UseKind::Attribute(name) => response.ends(name),
            _ => false,
        };
        if returned.is_empty()
            || uses.iter().any(ended)
            || scope.kind != ScopeKind::Function
            || body.generator
            || !scope.decorators.is_empty()
            || statements_in(facts, &body.block).iter().any(other)
        {
            return Hold::Fine;
        }
        let calls = self.known_calls(function).into_iter().filter(|call| !scope.asynchronous || self.is_awaited(*call));
        let holds = calls.map(|call| match self.hold_of(call, response, depth + 1) {
            Hold::Never => Hold::Consumer(self.span(call)),
            other => other,
        });
        holds.into_iter().find(|hold| *hold != Hold::Fine).unwrap_or(Hold::Fine)
    }

    fn end(&self, one: &Use, response: &Response, depth: usize) -> End {
        match &one.kind {
            UseKind::Dropped | UseKind::Tested => End::Not,
            UseKind::Method(name, _) | UseKind::Attribute(name) if response.leaves(name) => End::Not,
            UseKind::Method(name, _) | UseKind::Attribute(name) if response.ends(name) => End::Here,
            UseKind::Entered(_) | UseKind::Returned => End::Here,
            UseKind::Argument(call) => self.end_by_call(*call, one.expr, response, depth),
            _ => End::Unknown,
        }
    }

    /// What a call does with a response that it is given. What is not known may do anything.
    fn end_by_call(&self, call: ExprRef, given: ExprRef, response: &Response, depth: usize) -> End {
        let targets = self.targets(call, Frame::NONE);
        let [target] = targets.as_slice() else { return End::Here };
        let Some(index) = self.parameter_reached(call, given, *target) else { return End::Here };
        let leaves = |one: &Use| matches!(self.end(one, response, depth + 1), End::Not);
        let decorated = !self.scope(*target).decorators.is_empty();
        if depth < HANDS && !decorated && self.parameter_uses(*target, index).iter().all(leaves) {
            End::Not
        } else {
            End::Here
        }
    }
}

/// The statement of its function that an expression runs in, out of comprehensions; `None` where it is in a closure, which
/// runs at another time.
fn stmt_around(facts: &FileFacts, expr: ExprId) -> Option<StmtId> {
    let mut at = expr;
    loop {
        let stmt = facts.stmt_of(at)?;
        let scope = facts.place(stmt).scope;
        match facts.scope(scope).kind {
            ScopeKind::Comprehension => at = super::places::owner_expr(facts, scope)?,
            ScopeKind::Closure => return None,
            _ => return Some(stmt),
        }
    }
}

/// Whether an expression has a part like this.
fn any_within(facts: &FileFacts, expr: ExprId, like: &dyn Fn(&ExprKind) -> bool) -> bool {
    let mut open = vec![expr];
    while let Some(part) = open.pop() {
        let kind = &facts.expr(part).kind;
        if like(kind) {
            return true;
        }
        kind.children(&mut open);
    }
    false
}

/// The names that the `try` statements around a statement set to a constant: they tell whether it failed.
fn flags_around(facts: &FileFacts, stmt: StmtId) -> Vec<SmolStr> {
    let tries = enclosing(facts, stmt).into_iter().map(|(outer, _)| outer);
    let tries: Vec<StmtId> = tries.filter(|&outer| matches!(facts.stmt(outer).kind, StmtKind::Try { .. })).collect();
    let mut flags = Vec::new();
    for inner in statements_in(facts, &tries) {
        let StmtKind::Assign { targets, value: Some(value), .. } = &facts.stmt(inner).kind else { continue };
        if matches!(facts.expr(*value).kind, ExprKind::Bool(_) | ExprKind::None) {
            flags.extend(targets.iter().filter_map(|&target| last_name(facts, target)));
        }
    }
    flags
}

/// The names that decide whether a statement runs: what they decide later goes together with that.
fn conditions_of(facts: &FileFacts, stmt: StmtId) -> Vec<SmolStr> {
    let mut open: Vec<ExprId> = Vec::new();
    for (outer, _) in enclosing(facts, stmt) {
        if let StmtKind::If { test, .. } = facts.stmt(outer).kind {
            open.push(test);
        }
    }
    let mut names = Vec::new();
    while let Some(part) = open.pop() {
        match &facts.expr(part).kind {
            ExprKind::Name(name) => names.push(name.clone()),
            // What an object is asked for is another thing each time.
            ExprKind::Attribute { .. } => {}
            kind => kind.children(&mut open),
        }
    }
    names
}
