//! Who calls a function, and how often it therefore runs.
//!
//! A caller is certain where the callee can only mean the function; a method called on an object that is not known
//! counts where hardly another function has its name. Refuses to guess about callers outside the project.

use super::attributes::{class_of_method, has_decorator};
use super::bodies::{Around, is_choice, is_in_handler, is_retry, leaves_after, loop_span, loops};
use super::hosts::Base;
use super::memo::Question;
use super::searches::looks_for_one;
use super::{Project, Site, scope_in, sibling};
use crate::frameworks::Framework;
use crate::model::expr::{ComparisonOperator, ExprKind};
use crate::model::facts::{MODULE, Parent, ScopeKind, ScopeOwner, StmtId, StmtKind};
use crate::model::value::{Datum, ExprRef, Frame, ScopeRef};
use crate::source::{FileId, Span};
use smol_str::SmolStr;
use std::sync::Arc;

/// How many functions of one name there may be for a call on an unknown object to count.
const NAMESAKES: usize = 2;

/// How far up callers are followed.
const CHAIN: usize = 8;

/// How many functions are asked for their callers; what so many have to do with is no longer about one place.
const BREADTH: usize = 24;

/// The functions between a place and the callers that are being looked at.
#[derive(Debug, Default)]
pub(super) struct Climb<'s> {
    path: Vec<ScopeRef>,
    visited: usize,
    /// How many calls lead from the loop or handler to the place, so far.
    calls: usize,
    /// How many of them may, at most; no bound where it is not set.
    most: Option<usize>,
    /// The names at the place that say which host is asked.
    bases: Vec<Base>,
    /// The place in the function that is asked for its callers.
    place: Option<ExprRef>,
    /// The request at the place, where it is one.
    request: Option<&'s Site>,
    /// The class of the object that the function looked at was called on, where it is the one of those before.
    object: Option<ScopeRef>,
}

/// A call of a function.
#[derive(Debug, Clone, Copy)]
pub struct Caller {
    /// The call.
    pub call: ExprRef,
    /// Whether the callee can only mean the function.
    pub certain: bool,
}

/// Who calls a function.
#[derive(Debug, Default)]
pub struct Callers {
    /// Its calls, in the order of files and bytes.
    pub calls: Vec<Caller>,
    /// Where it is passed on as a value.
    pub references: Vec<ExprRef>,
    /// Whether it is passed on as a value, so that its callers are not all known.
    pub escapes: bool,
}

/// How often something runs.
#[derive(Debug, Clone, PartialEq)]
pub enum Repeat {
    /// Once, or a few times at start.
    Once,
    /// Again and again; why, and the places that show it, from the inside out.
    Often(Cause, Vec<(Span, String)>),
    /// That depends on who calls it.
    Unknown,
}

/// Why something runs again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Once for each item of something.
    Items,
    /// For as long as a condition holds.
    Turns,
    /// Once for each message that a framework hands over.
    Messages,
}

impl Project<'_> {
    /// Who calls a function; of a class's constructor, who builds the class.
    #[must_use]
    pub fn callers_of(&self, function: ScopeRef) -> Arc<Callers> {
        self.ask(Question::Callers(function)).callers()
    }

    /// The calls that can only mean a function; of shipped code without those in tests.
    pub(super) fn known_calls(&self, function: ScopeRef) -> Vec<ExprRef> {
        let test = self.is_test_file(function.file);
        let callers = self.callers_of(function);
        let known = callers.calls.iter().filter(|one| one.certain && (test || !self.is_test_file(one.call.file)));
        known.map(|one| one.call).collect()
    }

    /// Whether a call is in an example or a script, and the function is not: it shows one call of many.
    pub(super) fn only_shows(&self, call: ExprRef, function: ScopeRef) -> bool {
        self.files[&call.file].script && !self.files[&function.file].script
    }

    pub(super) fn find_callers(&self, function: ScopeRef) -> Callers {
        let scope = self.scope(function);
        let class = class_of_method(self.facts(function.file), function.scope).map(|c| scope_in(function.file, c));
        let builds = match (scope.name.as_str(), class) {
            ("__init__" | "__new__", Some(class)) => Some(class),
            ("" | "__call__", _) => return Callers { escapes: true, ..Callers::default() },
            _ => None,
        };
        let mut found = Callers::default();
        let few = std::cell::OnceCell::new();
        let few = || *few.get_or_init(|| self.names.are_few(&scope.name, NAMESAKES));
        let owners = self.owners_of(function);
        let mut mentions = self.mentions(function, builds);
        if self.backwards {
            mentions.calls.reverse();
            mentions.references.reverse();
        }
        for call in mentions.calls.into_iter().filter(|call| self.may_be_of(*call, owners.as_deref())) {
            if let Some(certain) = self.memo.without_callers(|| self.calls(call, function, class, &few)) {
                found.calls.push(Caller { call, certain });
            }
        }
        for reference in mentions.references {
            if !self.is_target(reference) && self.memo.without_callers(|| self.refers(reference, function)) {
                found.references.push(reference);
            }
        }
        found.calls.sort_by_key(|caller| (self.span(caller.call), caller.call));
        found.references.sort_by_key(|reference| (self.span(*reference), *reference));
        found.escapes = !found.references.is_empty();
        found
    }

    /// Whether a call may run `function`, and whether it can only mean that.
    fn calls(
        &self,
        call: ExprRef,
        function: ScopeRef,
        class: Option<ScopeRef>,
        few: &dyn Fn() -> bool,
    ) -> Option<bool> {
        let ExprKind::Call { callee, .. } = self.kind(call) else { return None };
        let callee = sibling(call, *callee);
        if let (Some(class), Some(own)) = (class, self.class_of_super(callee)) {
            return self.calls_above(own, &self.scope(function).name, class);
        }
        let value = self.evaluate(callee, Frame::NONE);
        let targets = self.functions_in(&value);
        if targets.contains(&function) {
            return Some(true);
        }
        if let Some(class) = class
            && let Some(&target) = targets.iter().find(|&&target| self.overrides(function, class, target))
        {
            // Whoever calls what is abstract gets it from a class that is mixed in somewhere.
            let mixed = has_decorator(self.facts(target.file), target.scope, "abstractmethod");
            return (mixed || self.may_be_called_on(callee, class)).then_some(false);
        }
        let unknown_object = matches!(self.kind(callee), ExprKind::Attribute { .. }) && value.alternatives.is_empty();
        let name = &self.scope(function).name;
        let told = !name.starts_with("__") && !self.frameworks.is_everyday_method(name);
        (unknown_object && class.is_some() && told && few()).then_some(false)
    }

    /// The names of the class that a function belongs to which takes no object: it is called on nothing else.
    fn owners_of(&self, function: ScopeRef) -> Option<Vec<SmolStr>> {
        let scope = self.scope(function);
        let class = scope.parent.map(|parent| self.facts(function.file).scope(parent))?;
        if !scope.unbound || class.kind != ScopeKind::Class {
            return None;
        }
        let mut owners = vec![class.name.clone()];
        owners.extend(self.names.renames(&class.name, &self.near(function)).iter().cloned());
        Some(owners)
    }

    /// Whether a call may be one on any of these classes, by the name it is written with.
    fn may_be_of(&self, call: ExprRef, owners: Option<&[SmolStr]>) -> bool {
        let (Some(owners), ExprKind::Call { callee, .. }) = (owners, self.kind(call)) else { return true };
        let ExprKind::Attribute { object, .. } = self.kind(sibling(call, *callee)) else { return true };
        super::attributes::last_name(self.facts(call.file), *object).is_none_or(|name| owners.contains(&name))
    }

    /// Whether `function` of `class` takes the place of `target`, a method of a base class.
    fn overrides(&self, function: ScopeRef, class: ScopeRef, target: ScopeRef) -> bool {
        let base = class_of_method(self.facts(target.file), target.scope).map(|c| scope_in(target.file, c));
        base.is_some_and(|base| {
            base != class && self.lineage(class).contains(&base) && self.scope(target).name == self.scope(function).name
        })
    }

    fn refers(&self, reference: ExprRef, function: ScopeRef) -> bool {
        let value = self.evaluate(reference, Frame::NONE);
        value.alternatives.iter().any(|one| match &one.datum {
            Datum::Scope(scope) | Datum::Method(scope, _) => *scope == function,
            _ => false,
        })
    }

    /// How often a function runs.
    #[must_use]
    pub fn repeat(&self, function: ScopeRef) -> Repeat {
        self.repeat_within(function, &mut Climb::default())
    }

    /// How often the code at a place runs: by the loops around it, and how often its function does.
    #[must_use]
    pub fn repeat_at(&self, place: ExprRef) -> Repeat {
        self.repeat_of_place(place, &mut Climb::default())
    }

    /// How often a request is made to the same host, as far as a loop or handler tells that no more than `calls` calls
    /// lead from to it, if that is set; what is further up is unknown.
    #[must_use]
    pub fn repeat_of_request(&self, request: &Site, calls: Option<usize>) -> Repeat {
        let bases = self.url_bases(request);
        self.repeat_of_place(
            request.call,
            &mut Climb { most: calls, bases, request: Some(request), ..Climb::default() },
        )
    }

    fn repeat_within(&self, function: ScopeRef, seen: &mut Climb<'_>) -> Repeat {
        let function = self.function_of(function);
        if function.scope == MODULE {
            return Repeat::Once;
        }
        if self.scope(function).kind == ScopeKind::Class {
            let stmt_scope = self.scope(function).parent.map_or(MODULE, |p| p);
            return self.repeat_within(scope_in(function.file, stmt_scope), seen);
        }
        if let Some(repeat) = self.by_framework(function) {
            return repeat;
        }
        // Nobody knows for how many arguments a cache has no answer yet.
        if self.keeps_result(function) {
            return Repeat::Unknown;
        }
        if seen.path.contains(&function) || seen.path.len() > CHAIN || seen.visited == BREADTH {
            return Repeat::Unknown;
        }
        seen.visited += 1;
        seen.path.push(function);
        let repeat = self.by_callers(function, seen);
        seen.path.pop();
        repeat
    }

    fn by_callers(&self, function: ScopeRef, seen: &mut Climb<'_>) -> Repeat {
        if seen.most.is_some_and(|most| seen.calls == most) {
            return Repeat::Unknown;
        }
        let place = seen.place.take();
        let callers = self.callers_of(function);
        let test = self.is_test_scope(function);
        let own =
            class_of_method(self.facts(function.file), function.scope).map(|class| scope_in(function.file, class));
        let own = seen.object.or(own);
        let mut all_once = true;
        let mut any = false;
        for caller in callers.calls.iter().filter(|caller| test || !self.is_test(caller.call)) {
            // A function that calls itself says nothing about how often others do.
            if self.function_of(self.scope_at(caller.call)) == function {
                continue;
            }
            if self.only_shows(caller.call, function) || self.is_in_demo(caller.call) {
                continue;
            }
            let Some(object) = self.object_of(caller.call, own) else { continue };
            if place.is_some_and(|place| self.never_comes_to(place, function, caller.call)) {
                continue;
            }
            any = true;
            let outer = std::mem::replace(&mut seen.object, object);
            let passed = self.passed_bases(&seen.bases, function, caller.call);
            let bases = std::mem::replace(&mut seen.bases, passed);
            seen.calls += 1;
            let repeat = self.repeat_of_place(caller.call, seen);
            seen.calls -= 1;
            (seen.bases, seen.object) = (bases, outer);
            match repeat {
                Repeat::Often(cause, chain) => {
                    return Repeat::Often(cause, self.with_call(chain, caller.call, function));
                }
                Repeat::Once => {}
                Repeat::Unknown => all_once = false,
            }
        }
        for &reference in callers.references.iter().filter(|reference| test || !self.is_test(**reference)) {
            any = true;
            if let Some(repeat) = self.by_worker(reference, seen) {
                match repeat {
                    Repeat::Often(..) => return repeat,
                    Repeat::Once => {}
                    Repeat::Unknown => all_once = false,
                }
                continue;
            }
            match self.by_registration(reference) {
                Some(Repeat::Often(cause, chain)) => return Repeat::Often(cause, chain),
                Some(Repeat::Once) => {}
                _ => all_once = false,
            }
        }
        if any && all_once { Repeat::Once } else { Repeat::Unknown }
    }

    fn with_call(&self, mut chain: Vec<(Span, String)>, call: ExprRef, function: ScopeRef) -> Vec<(Span, String)> {
        if chain.first().is_none_or(|(span, _)| *span != self.span(call)) {
            let name = &self.scope(function).name;
            chain.insert(0, (self.span(call), format!("`{name}` is called here")));
        }
        chain
    }

    fn repeat_of_place(&self, place: ExprRef, seen: &mut Climb<'_>) -> Repeat {
        let facts = self.facts(place.file);
        // Nobody knows how often something fails.
        if is_in_handler(facts, place.expr) {
            return Repeat::Unknown;
        }
        let guard = self.guard_of(place);
        for around in loops(facts, place.expr) {
            if is_retry(facts, around, place.expr)
                || looks_for_one(facts, around, place.expr)
                || is_choice(facts, around)
                || leaves_after(facts, around, place.expr)
                || self.is_idle(place, around, guard)
                || seen.bases.iter().any(|base| self.changes_with(*base, around))
                || seen.request.is_some_and(|of| of.call.file == place.file && self.goes_another_way(of, &[], around))
            {
                continue;
            }
            let words = match around {
                Around::Loop(_) => "once for each turn of this loop",
                Around::Comprehension(_) => "once for each item of this comprehension",
            };
            let chain = vec![(loop_span(facts, around), words.into())];
            let again = matches!(around, Around::Loop(stmt) if matches!(facts.stmt(stmt).kind, StmtKind::While { .. }));
            return Repeat::Often(if again { Cause::Turns } else { Cause::Items }, chain);
        }
        // Nor is it known how often something is not kept yet.
        if guard.is_some() { Repeat::Unknown } else { self.repeat_beyond_loops(place, seen) }
    }

    /// How often the code at a place runs, leaving out the loops around it in its own function.
    pub(super) fn repeat_beyond_loops(&self, place: ExprRef, seen: &mut Climb<'_>) -> Repeat {
        let scope = self.scope_at(place);
        if self.is_main_guard(place) {
            return Repeat::Once;
        }
        // A closure runs when it is called, and nobody knows when that is.
        let mut at = scope;
        while self.scope(at).kind == ScopeKind::Comprehension || self.scope(at).runs_here {
            match self.scope(at).parent {
                Some(parent) => at.scope = parent,
                None => break,
            }
        }
        match self.scope(at).kind {
            ScopeKind::Closure => self.runner_of(at).map_or(Repeat::Unknown, |call| self.repeat_of_place(call, seen)),
            _ => {
                seen.place = Some(place);
                self.repeat_within(at, seen)
            }
        }
    }

    /// The call that has a closure run by a worker, once.
    pub(super) fn runner_of(&self, closure: ScopeRef) -> Option<ExprRef> {
        let facts = self.facts(closure.file);
        let owner = super::places::owner_expr(facts, closure.scope)?;
        let Parent::Expr(call) = facts.parent(owner) else { return None };
        let call = ExprRef { file: closure.file, expr: call };
        let given = matches!(self.kind(call), ExprKind::Call { callee, .. } if *callee != owner);
        (given && self.frameworks.is_submitter(&self.callee_name(call))).then_some(call)
    }

    /// Whether a place is in a function that is only there for `if __name__ == "__main__"`, beside code that is imported.
    fn is_in_demo(&self, place: ExprRef) -> bool {
        let function = self.function_of(self.scope_at(place));
        let owner = self.facts(place.file).owner(function.scope);
        matches!(owner, ScopeOwner::Stmt(stmt) if self.is_under_main_guard(place.file, stmt))
            && self.modules.is_in_package(place.file)
    }

    /// Whether a place stands under `if __name__ == "__main__"`.
    fn is_main_guard(&self, place: ExprRef) -> bool {
        let facts = self.facts(place.file);
        facts.stmt_of(place.expr).is_some_and(|stmt| self.is_under_main_guard(place.file, stmt))
    }

    fn is_under_main_guard(&self, file: FileId, stmt: StmtId) -> bool {
        let facts = self.facts(file);
        super::bodies::enclosing(facts, stmt).into_iter().any(|(outer, _)| match &facts.stmt(outer).kind {
            StmtKind::If { test, .. } => match &facts.expr(*test).kind {
                ExprKind::Comparison { operator: ComparisonOperator::Equal, left, .. } => {
                    matches!(&facts.expr(*left).kind, ExprKind::Name(name) if name == "__name__")
                }
                _ => false,
            },
            _ => false,
        })
    }

    /// How often a function runs because of what it is called, decorated with, or a method of.
    pub(super) fn by_framework(&self, function: ScopeRef) -> Option<Repeat> {
        let facts = self.facts(function.file);
        let scope = self.scope(function);
        let imports = |module: &str| self.imports(function.file, module);
        let at = self.name_span(function);
        if self.is_test_scope(function) && scope.name.starts_with("test") {
            return Some(Repeat::Once);
        }
        for framework in self.frameworks.used(&imports) {
            for &decorator in scope.decorators.iter() {
                let (owner, name) = decorator_name(facts, decorator);
                if framework.once_decorators.contains(&name) {
                    return Some(Repeat::Once);
                }
                let owned = framework.decorator_owners.is_empty()
                    || owner.as_ref().is_some_and(|owner| self.is_owned(function.file, owner, framework));
                if framework.handler_decorators.contains(&name) && owned && owner.is_some() | is_call(facts, decorator)
                {
                    let words = format!("{} runs this once for each request or message", framework.name);
                    return Some(Repeat::Often(Cause::Messages, vec![(facts.span(decorator), words)]));
                }
            }
            if framework.once_names.contains(&scope.name) {
                return Some(Repeat::Once);
            }
            let words = if self.is_handler_method(function, framework) {
                format!("{} runs this once for each request or message", framework.name)
            } else if self.takes_message(function, framework) {
                format!("this takes a request or message of {}, and runs for each", framework.name)
            } else {
                continue;
            };
            return Some(Repeat::Often(Cause::Messages, vec![(at, words)]));
        }
        None
    }

    /// Whether the object that a decorator is an attribute of belongs to a framework.
    fn is_owned(&self, file: FileId, owner: &SmolStr, framework: &Framework) -> bool {
        let value = self.captured(ScopeRef { file, scope: MODULE }, owner, Frame::NONE);
        value.alternatives.iter().any(|one| match &one.datum {
            Datum::Path(path) | Datum::Result(path, _) | Datum::Instance(path) => {
                path.rsplit('.').next().is_some_and(|last| framework.decorator_owners.iter().any(|name| name == last))
            }
            _ => false,
        })
    }

    fn is_handler_method(&self, function: ScopeRef, framework: &Framework) -> bool {
        let Some(class) = class_of_method(self.facts(function.file), function.scope) else { return false };
        framework.handler_methods.contains(&self.scope(function).name)
            && self
                .outside_bases(scope_in(function.file, class))
                .iter()
                .flatten()
                .any(|base| framework.handler_bases.iter().any(|path| path == base))
    }

    fn takes_message(&self, function: ScopeRef, framework: &Framework) -> bool {
        if framework.handler_parameter_types.is_empty() {
            return false;
        }
        // What may be called without one runs for other reasons, too.
        let given = self.scope(function).parameters.iter().filter(|parameter| parameter.default.is_none());
        given.filter_map(|parameter| parameter.annotation).any(|annotation| {
            let value = self.evaluate(ExprRef { file: function.file, expr: annotation }, Frame::NONE);
            value.alternatives.iter().any(|one| match &one.datum {
                Datum::Path(path) => framework.handler_parameter_types.iter().any(|known| known == path),
                _ => false,
            })
        })
    }

    /// How often a function runs that is passed on to a worker here: once for each item, or as often as the call runs.
    fn by_worker(&self, reference: ExprRef, seen: &mut Climb<'_>) -> Option<Repeat> {
        let facts = self.facts(reference.file);
        let Parent::Expr(call) = facts.parent(reference.expr) else { return None };
        let ExprKind::Call { callee, arguments } = &facts.expr(call).kind else { return None };
        if *callee == reference.expr {
            return None;
        }
        let given = arguments.iter().find(|argument| argument.value == reference.expr);
        let name = self.callee_name(sibling(reference, call));
        if self.frameworks.is_mapper(&name) {
            let words = "once for each item, by a worker";
            return Some(Repeat::Often(Cause::Items, vec![(facts.span(call), words.into())]));
        }
        let started = self.frameworks.started_by(&name);
        let starts = started.is_some_and(|started| given.is_some_and(|argument| argument.name == started));
        let runs = self.frameworks.is_submitter(&name) || starts;
        runs.then(|| self.repeat_of_place(sibling(reference, call), seen))
    }

    /// How often a function runs that is passed on here.
    pub(super) fn by_registration(&self, reference: ExprRef) -> Option<Repeat> {
        let facts = self.facts(reference.file);
        let mut at = reference.expr;
        let call = loop {
            match facts.parent(at) {
                Parent::Expr(up) => match &facts.expr(up).kind {
                    ExprKind::Call { callee, .. } if *callee != at => break up,
                    ExprKind::Sequence(_) | ExprKind::Mapping(_) => at = up,
                    _ => return None,
                },
                _ => return None,
            }
        };
        let ExprKind::Call { callee, .. } = &facts.expr(call).kind else { return None };
        let (owner, name) = decorator_name(facts, *callee);
        let full = owner.map_or_else(|| name.clone(), |owner| smol_str::format_smolstr!("{owner}.{name}"));
        let imports = |module: &str| self.imports(reference.file, module);
        for framework in self.frameworks.used(&imports) {
            if framework.once_registrations.iter().any(|known| *known == full || *known == name) {
                return Some(Repeat::Once);
            }
            if framework.handler_registrations.contains(&name) {
                let words = format!("{} runs it once for each request or message", framework.name);
                let span = facts.span(call);
                return Some(Repeat::Often(Cause::Messages, vec![(span, words)]));
            }
        }
        None
    }

    /// Whether a file imports a module or something of it.
    pub(super) fn imports(&self, file: FileId, root: &str) -> bool {
        self.files[&file].imports(root)
    }
}

fn is_call(facts: &crate::model::facts::FileFacts, decorator: crate::model::expr::ExprId) -> bool {
    matches!(facts.expr(decorator).kind, ExprKind::Call { .. })
}

/// The last name of a decorator or callee, and the name before it.
fn decorator_name(
    facts: &crate::model::facts::FileFacts,
    decorator: crate::model::expr::ExprId,
) -> (Option<SmolStr>, SmolStr) {
    let callee = match &facts.expr(decorator).kind {
        ExprKind::Call { callee, .. } => *callee,
        _ => decorator,
    };
    match &facts.expr(callee).kind {
        ExprKind::Attribute { object, name } => {
            let owner = match &facts.expr(*object).kind {
                ExprKind::Name(owner) | ExprKind::Attribute { name: owner, .. } => Some(owner.clone()),
                ExprKind::Call { .. } => Some(SmolStr::new_static("")),
                _ => None,
            };
            (owner, name.clone())
        }
        ExprKind::Name(name) => (None, name.clone()),
        _ => (None, SmolStr::default()),
    }
}
