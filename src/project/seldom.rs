//! Code that runs seldom, however often its function is called: its result is kept, it is part of building an object, or
//! a long pause comes before each turn.
//!
//! Refuses to say how often that is.

use super::attempts::mentions;
use super::attributes::{class_of_method, has_decorator};
use super::bodies::{Around, enclosing, is_in_handler, loops, statements_in};
use super::flow::DefKind;
use super::searches::taken_from;
use super::{Project, sibling};
use crate::model::expr::{ExprId, ExprKind};
use crate::model::facts::{BlockRole, FileFacts, MODULE, Parent, ScopeKind, StmtId, StmtKind};
use crate::model::value::{Datum, ExprRef, Frame, ScopeRef};
use crate::source::FileId;
use smol_str::SmolStr;

/// How many seconds a connection is idle at most before one side closes it, by what is usual for servers.
const IDLE: f64 = 60.0;

/// How many calls lead at most from what runs seldom to a place.
const HELPERS: usize = 2;

/// How many assignments a condition is followed through.
const STEPS: usize = 3;

/// What says how long is waited for something at most.
const AT_MOST: &str = "timeout";

/// The methods that run once for each object, while it is made ready.
const SETUP: [&str; 5] = ["__init__", "__post_init__", "__new__", "__enter__", "__aenter__"];

impl Project<'_> {
    /// Whether a loop around a place says nothing of how often that runs: it pauses for long in each turn, or the place
    /// only runs where something is not kept yet, by `guard`.
    pub(super) fn is_idle(&self, place: ExprRef, around: Around, guard: Option<StmtId>) -> bool {
        let Around::Loop(outer) = around else { return false };
        let facts = self.facts(place.file);
        guard.is_some_and(|guard| facts.stmt(outer).start <= facts.stmt(guard).start)
            || self.is_paced(place.file, outer)
    }

    /// Whether nothing is known of how often a place runs in its function beyond that it is seldom.
    pub(super) fn is_seldom(&self, place: ExprRef) -> bool {
        let facts = self.facts(place.file);
        let paced = |around| matches!(around, Around::Loop(outer) if self.is_paced(place.file, outer));
        is_in_handler(facts, place.expr)
            || self.guard_of(place).is_some()
            || loops(facts, place.expr).into_iter().any(paced)
    }

    /// Whether a function is only called where that is seldom, or while an object is made.
    pub(super) fn is_called_seldom(&self, function: ScopeRef) -> bool {
        self.is_called_seldom_within(function, HELPERS)
    }

    fn is_called_seldom_within(&self, function: ScopeRef, depth: usize) -> bool {
        let mut calls = self.known_calls(function);
        calls.retain(|&call| !self.only_shows(call, function));
        // A method that a loop runs is there for other coroutines, too.
        let method = class_of_method(self.facts(function.file), function.scope);
        let seldom = |&call: &ExprRef| {
            let caller = self.function_of(self.scope_at(call));
            self.is_seldom(call)
                || self.is_setup(call, function)
                || method.is_none() && self.is_run(call)
                || depth > 0 && caller != function && self.is_called_seldom_within(caller, depth - 1)
        };
        !calls.is_empty() && calls.iter().all(seldom) || self.makes_its_object(function)
    }

    /// Whether a call gives the coroutine that an event loop of its own runs: no session can be kept for the next.
    fn is_run(&self, call: ExprRef) -> bool {
        let Parent::Expr(up) = self.facts(call.file).parent(call.expr) else { return false };
        self.is_loop_run(ExprRef { file: call.file, expr: up })
    }

    /// Whether a call stands in what makes an object of the class that the function is a method of.
    fn is_setup(&self, call: ExprRef, function: ScopeRef) -> bool {
        let caller = self.function_of(self.scope_at(call));
        let class = |of: ScopeRef| class_of_method(self.facts(of.file), of.scope);
        SETUP.contains(&self.scope(caller).name.as_str())
            && caller.file == function.file
            && class(caller).is_some()
            && class(caller) == class(function)
    }

    /// Whether a function is another constructor of its class: it returns what calling the class gives.
    fn makes_its_object(&self, function: ScopeRef) -> bool {
        let (facts, scope) = (self.facts(function.file), self.scope(function));
        let Some(class) = scope.parameters.first().filter(|_| has_decorator(facts, function.scope, "classmethod"))
        else {
            return false;
        };
        let made = |value: ExprId| {
            matches!(&facts.expr(value).kind, ExprKind::Call { callee, .. }
                if matches!(&facts.expr(*callee).kind, ExprKind::Name(name) if *name == class.name))
        };
        let mut statements = statements_in(facts, &facts.body(function.scope).block).into_iter();
        statements.any(|stmt| matches!(facts.stmt(stmt).kind, StmtKind::Return(Some(value)) if made(value)))
    }

    /// The condition by which a place only runs where something is not kept yet: it is around the place, or leaves in
    /// front of it, and asks for what is written behind it, here or in what is called.
    pub(super) fn guard_of(&self, place: ExprRef) -> Option<StmtId> {
        let facts = self.facts(place.file);
        let function = self.function_of(self.scope_at(place));
        if self.scope(function).kind != ScopeKind::Function {
            return None;
        }
        let at = facts.stmt_of(place.expr)?;
        let body = statements_in(facts, &facts.body(function.scope).block);
        let mut kept_there = Vec::new();
        if let [called] = self.targets(place, Frame::NONE).as_slice()
            && !SETUP.contains(&self.scope(*called).name.as_str())
        {
            let facts = self.facts(called.file);
            let inner = statements_in(facts, &facts.body(called.scope).block);
            kept_there = self.kept_by(*called, &inner, &|_| true, HELPERS);
        }
        let asks = |guard: StmtId, after: &dyn Fn(StmtId) -> bool| {
            asked(facts, guard).is_some_and(|asked| {
                let mut kept = self.kept_by(function, &body, &|&stmt| after(stmt), HELPERS);
                kept.extend(&kept_there);
                self.asks_for(ExprRef { file: place.file, expr: asked }, &kept)
            })
        };
        let beyond = |stmt: StmtId, guard: StmtId| facts.stmt(stmt).start >= facts.stmt(guard).end;
        let mut around = enclosing(facts, at).into_iter();
        let around = around.find(|&(guard, role)| {
            asks(guard, &|stmt| beyond(stmt, guard) || stmt == at || enclosing(facts, stmt).contains(&(guard, role)))
        });
        let mut before = body.iter().copied().filter(|&stmt| facts.stmt(stmt).end <= facts.stmt(at).start);
        let before = || before.find(|&guard| returns(facts, guard) && asks(guard, &|stmt| beyond(stmt, guard)));
        around.map(|(guard, _)| guard).or_else(before)
    }

    /// What some of a function's statements keep beyond it, as it is written: attributes of what the function is given, or
    /// takes from that, and variables of the module; what a method of the same object keeps of what it is given, too.
    fn kept_by(
        &self,
        function: ScopeRef,
        body: &[StmtId],
        some: &dyn Fn(&StmtId) -> bool,
        helpers: usize,
    ) -> Vec<&str> {
        let facts = self.facts(function.file);
        let globals = body.iter().filter_map(|&stmt| match &facts.stmt(stmt).kind {
            StmtKind::Global(names) => Some(names.iter()),
            _ => None,
        });
        let globals: Vec<&SmolStr> = globals.flatten().collect();
        // What a turn of a loop is about is another object each time; what the function is given is not.
        let given = |object: ExprId| self.is_given(ExprRef { file: function.file, expr: object }, function, STEPS);
        let owner = |name| self.owner_of(function.file, function.scope, name);
        // What is kept under a key is kept in what holds the keys, which may be the module's without saying so.
        let holder = |target: ExprId| match &facts.expr(target).kind {
            ExprKind::Index { object, .. } => match &facts.expr(*object).kind {
                ExprKind::Name(name) => (owner(name) == Some(MODULE)).then_some(*object),
                ExprKind::Attribute { object: of, .. } => given(*of).then_some(*object),
                _ => None,
            },
            ExprKind::Attribute { object, .. } => given(*object).then_some(target),
            ExprKind::Name(name) => globals.contains(&name).then_some(target),
            _ => None,
        };
        let targets = body.iter().filter(|stmt| some(stmt)).filter_map(|&stmt| match &facts.stmt(stmt).kind {
            StmtKind::Assign { targets, value: Some(_), augmented: false, .. } => Some(targets.iter()),
            _ => None,
        });
        let mut kept: Vec<&str> =
            targets.flatten().filter_map(|&target| holder(target)).map(|kept| self.text(facts.span(kept))).collect();
        if let Some(own) = self.scope(function).parameters.first().filter(|_| helpers > 0) {
            // Only the object is sure to be the same there.
            let of_object =
                |kept: &&str| kept.strip_prefix(own.name.as_str()).is_some_and(|rest| rest.starts_with('.'));
            for helper in body.iter().filter(|stmt| some(stmt)).filter_map(|&stmt| self.helper_at(function, stmt)) {
                let facts = self.facts(helper.file);
                let inner = statements_in(facts, &facts.body(helper.scope).block);
                let mut given: Vec<SmolStr> =
                    self.scope(helper).parameters.iter().skip(1).map(|parameter| parameter.name.clone()).collect();
                taken_from(facts, &inner, |_| true, &mut given);
                let takes = |stmt: &StmtId| {
                    let mut values = Vec::new();
                    facts.stmt(*stmt).kind.children(&mut values);
                    values.into_iter().any(|value| given.iter().any(|name| mentions(facts, value, name)))
                };
                kept.extend(self.kept_by(helper, &inner, &takes, helpers - 1).into_iter().filter(of_object));
            }
        }
        kept
    }

    /// Whether an object is one that a function is given, or an attribute of one.
    fn is_given(&self, object: ExprRef, function: ScopeRef, steps: usize) -> bool {
        match self.kind(object) {
            ExprKind::Attribute { object: inner, .. } => self.is_given(sibling(object, *inner), function, steps),
            ExprKind::Name(name) => {
                self.scope(function).parameters.iter().any(|parameter| parameter.name == *name)
                    || match self.only_definition(object).map(|def| &def.kind) {
                        Some(DefKind::Value(value)) if steps > 0 => {
                            self.is_given(sibling(object, *value), function, steps - 1)
                        }
                        _ => false,
                    }
            }
            _ => false,
        }
    }

    /// The method that a statement calls on the object that its own method is called on, with something to keep:
    /// `self.take(await answer.json())`.
    fn helper_at(&self, function: ScopeRef, stmt: StmtId) -> Option<ScopeRef> {
        let facts = self.facts(function.file);
        let StmtKind::Expression(mut value) = facts.stmt(stmt).kind else { return None };
        if let ExprKind::Await(awaited) = facts.expr(value).kind {
            value = awaited;
        }
        let ExprKind::Call { callee, arguments } = &facts.expr(value).kind else { return None };
        let ExprKind::Attribute { object, .. } = facts.expr(*callee).kind else { return None };
        let own = super::attributes::class_of_self(facts, object);
        if arguments.is_empty() || own.is_none() {
            return None;
        }
        let targets = self.targets(ExprRef { file: function.file, expr: value }, Frame::NONE);
        let [helper] = *targets.as_slice() else { return None };
        // What it keeps is written like what is asked for.
        let first = |of: ScopeRef| self.scope(of).parameters.first().map(|parameter| &parameter.name);
        (helper != function && first(helper) == first(function)).then_some(helper)
    }

    /// Whether a condition asks for any of these, or for what was taken from one.
    fn asks_for(&self, test: ExprRef, kept: &[&str]) -> bool {
        let file = &self.files[&test.file];
        let facts = &file.facts;
        let mut open = vec![test.expr];
        let mut steps = 0;
        while let Some(part) = open.pop() {
            let kind = &facts.expr(part).kind;
            let named = matches!(kind, ExprKind::Attribute { .. } | ExprKind::Name(_));
            if named && kept.contains(&self.text(facts.span(part))) {
                return true;
            }
            kind.children(&mut open);
            if let Some([(def, _)]) = file.flow().reaching(part).filter(|_| steps < STEPS)
                && let DefKind::Value(value) | DefKind::Element(value, _) = file.flow().def(*def).kind
                && looks_up(facts, value)
            {
                steps += 1;
                open.push(value);
            }
        }
        false
    }

    /// Whether a loop pauses for so long in each turn that hardly a connection outlives it.
    fn is_paced(&self, file: FileId, outer: StmtId) -> bool {
        let facts = self.facts(file);
        let StmtKind::While { body, .. } = &facts.stmt(outer).kind else { return false };
        let mut open = Vec::new();
        let in_turn = statements_in(facts, body).into_iter().filter(|&stmt| runs_each_turn(facts, stmt, outer));
        in_turn.chain([outer]).for_each(|stmt| facts.stmt(stmt).kind.children(&mut open));
        while let Some(expr) = open.pop() {
            if self.pauses(ExprRef { file, expr }) {
                return true;
            }
            facts.expr(expr).kind.children(&mut open);
        }
        false
    }

    /// Whether a call does nothing but wait, and for long.
    fn pauses(&self, call: ExprRef) -> bool {
        if !matches!(self.kind(call), ExprKind::Call { .. }) {
            return false;
        }
        let first = self.positional(call, 0);
        let at_most = || self.named_argument(call, AT_MOST);
        let seconds = match self.callee_name(call).as_str() {
            "sleep" => first,
            // An event is waited for; what is given something to wait for ends with that.
            "wait" => first.or_else(at_most),
            "wait_for" if first.is_some_and(|first| self.callee_name(first) == "wait") => {
                self.positional(call, 1).or_else(at_most)
            }
            _ => None,
        };
        seconds.is_some_and(|seconds| {
            // What is known of it tells, though others may say otherwise.
            let known = self.evaluate(seconds, Frame::NONE).alternatives;
            let long = |datum: &Datum| matches!(datum, Datum::Number(seconds) if *seconds >= IDLE);
            !known.is_empty() && known.iter().all(|one| long(&one.datum))
        })
    }
}

/// Whether a statement runs in every turn of a loop that is not left: under no condition, and where nothing failed.
fn runs_each_turn(facts: &FileFacts, stmt: StmtId, outer: StmtId) -> bool {
    let mut inside = enclosing(facts, stmt).into_iter().take_while(|(around, _)| *around != outer);
    inside.all(|(around, role)| match facts.stmt(around).kind {
        StmtKind::With { .. } => true,
        StmtKind::Try { .. } => !matches!(role, BlockRole::Handler(_) | BlockRole::Otherwise),
        _ => false,
    })
}

/// Whether an expression takes something out of what holds it: `held[key]`, `held.get(key)`, or a name for that.
fn looks_up(facts: &FileFacts, value: ExprId) -> bool {
    match &facts.expr(value).kind {
        ExprKind::Index { .. } | ExprKind::Name(_) => true,
        ExprKind::Call { callee, .. } => {
            matches!(&facts.expr(*callee).kind, ExprKind::Attribute { name, .. } if name == "get")
        }
        _ => false,
    }
}

/// What a statement asks for that may be kept: the test of a condition, or what is looked up and returned, `try: return
/// held[key]`, where its lack is no end.
fn asked(facts: &FileFacts, stmt: StmtId) -> Option<ExprId> {
    match &facts.stmt(stmt).kind {
        StmtKind::If { test, .. } => Some(*test),
        StmtKind::Try { body, handlers, .. } if !handlers.is_empty() => match body.as_ref() {
            [only] => match facts.stmt(*only).kind {
                StmtKind::Return(Some(value)) if looks_up(facts, value) => Some(value),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// Whether a condition leaves its function, or what is tried does.
fn returns(facts: &FileFacts, stmt: StmtId) -> bool {
    let (StmtKind::If { then, .. } | StmtKind::Try { body: then, .. }) = &facts.stmt(stmt).kind else { return false };
    then.last().is_some_and(|&last| matches!(facts.stmt(last).kind, StmtKind::Return(_)))
}
