//! Who closes an object: its block, its function, the attribute that holds it, or whoever it is handed to.
//!
//! Paths are explicit ones (return, raise, break, continue); an exception that any call might throw is no path. Refuses
//! to accuse where an owner outside the project may close.

use super::bodies::{Manner, Path, Paths, block_of, enclosing, statements_in, within};
use super::flow::{DefId, DefKind};
use super::places::{Use, UseKind};
use super::{Project, sibling};
use crate::libraries::Setting;
use crate::model::expr::{ExprId, ExprKind, UnaryOperator};
use crate::model::facts::{BlockRole, FileFacts, MODULE, Parent, ScopeKind, StmtId, StmtKind};
use crate::model::value::{Datum, ExprRef, Frame, ScopeRef};
use crate::source::Span;
use smol_str::SmolStr;

/// How many hands deep an object is followed.
const HANDS: usize = 3;

/// What becomes of an object that must be closed.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    /// It is closed, or somebody else may close it.
    Fine,
    /// Nothing closes it.
    NeverClosed(Ownership),
    /// The close is called and not awaited; the call.
    NotAwaited(Span),
    /// It is closed on some paths only; where it is left open.
    SomePaths(Span),
    /// What closes it is never called; its name.
    UncalledCloser(Span, SmolStr),
}

/// What holds an object that nothing closes.
#[derive(Debug, Clone, PartialEq)]
pub enum Ownership {
    /// A local of its function.
    Local,
    /// Nothing: it is dropped at once.
    Temporary,
    /// An attribute of this name.
    Attribute(SmolStr, Span),
    /// The result of a factory, at these consumers.
    Consumers(Vec<Span>),
}

/// What closes an object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Closers<'l> {
    /// The methods.
    pub(super) methods: &'l [SmolStr],
    /// Whether they are coroutines, so that a call that is not awaited does nothing.
    pub(super) awaited: bool,
}

impl Closers<'_> {
    pub(super) fn contains(self, name: &SmolStr) -> bool {
        self.methods.contains(name)
    }
}

impl Project<'_> {
    /// What becomes of the object that `made` makes.
    #[must_use]
    pub fn fate(&self, made: ExprRef) -> Fate {
        self.fate_of(made, 0)
    }

    /// What closes what `made` makes.
    pub(super) fn closers_of(&self, made: ExprRef) -> Closers<'_> {
        let value = self.evaluate(made, Frame::NONE);
        let row = value.alternatives.iter().find_map(|one| self.library_row(&one.datum));
        let class = row.and_then(|row| self.libraries.class(row));
        let methods = class.map_or(&[][..], |class| class.closers.as_slice());
        Closers { methods, awaited: class.is_some_and(|class| class.asynchronous) }
    }

    fn fate_of(&self, made: ExprRef, depth: usize) -> Fate {
        let closers = self.closers_of(made);
        let uses = self.uses(made);
        if depth > HANDS || self.in_raises(made) || uses.iter().any(|one| self.settles(one, closers)) {
            return Fate::Fine;
        }
        let closes: Vec<ExprRef> = uses.iter().filter_map(|one| closing_call(one, closers)).collect();
        let unawaited = closes.iter().find(|call| self.is_dropped(**call));
        if let Some(call) = unawaited
            && closes.iter().all(|call| self.is_dropped(*call))
            && closers.awaited
        {
            return Fate::NotAwaited(self.span(*call));
        }
        let class = match self.evaluate(made, Frame::NONE).one().map(|one| &one.datum) {
            Some(Datum::Object(class, ..)) => Some(*class),
            _ => None,
        };
        for one in &uses {
            match &one.kind {
                UseKind::StoredAttribute(_) if self.is_given_away(&uses) => return Fate::Fine,
                UseKind::StoredAttribute(target) => return self.fate_in_attribute(*target, closers, depth),
                UseKind::StoredItem(target) => return self.fate_in_item(*target, closers, depth),
                UseKind::StoredName(..) | UseKind::Default | UseKind::Element => return Fate::Fine,
                UseKind::Yielded => return Fate::Fine,
                UseKind::Argument(call) if self.may_keep(*call, one.expr, closers, depth) => return Fate::Fine,
                UseKind::Method(..)
                    if self
                        .goes_into(one, class)
                        .is_some_and(|(method, own)| self.keeps(method, own, closers, depth)) =>
                {
                    return Fate::Fine;
                }
                UseKind::Returned => {
                    return if closes.is_empty() { self.fate_at_consumers(one.expr, depth) } else { Fate::Fine };
                }
                _ => {}
            }
        }
        let held = || uses.iter().find_map(|one| self.fate_in_another(one, class, closers, depth));
        let held = if closes.is_empty() { held() } else { None };
        held.unwrap_or_else(|| self.fate_in_function(made, &uses, &closes))
    }

    /// Whether an object is returned, too, by a function whose callers are not all known.
    fn is_given_away(&self, uses: &[Use]) -> bool {
        uses.iter().filter(|one| one.kind == UseKind::Returned).any(|one| {
            let callers = self.callers_of(self.function_of(self.scope_at(one.expr)));
            callers.escapes || callers.calls.is_empty()
        })
    }

    /// Whether a use settles the matter: the object is entered, or its close is registered.
    fn settles(&self, one: &Use, closers: Closers<'_>) -> bool {
        match &one.kind {
            UseKind::Entered(_) => true,
            UseKind::Attribute(name) => closers.contains(name) || name.starts_with('_'),
            UseKind::Method(name, _) => name.starts_with("__") || name == "detach",
            UseKind::Argument(call) => {
                let name = self.callee_name(*call);
                name.starts_with("enter_") || name.starts_with("push_") || name == "finalize" || name == "register"
            }
            _ => false,
        }
    }

    pub(super) fn callee_name(&self, call: ExprRef) -> SmolStr {
        let ExprKind::Call { callee, .. } = self.kind(call) else { return SmolStr::default() };
        match self.kind(sibling(call, *callee)) {
            ExprKind::Name(name) | ExprKind::Attribute { name, .. } => name.clone(),
            _ => SmolStr::default(),
        }
    }

    /// Whether an argument is an object that is made for what it is given to, and for nothing else.
    #[must_use]
    pub fn is_made_here(&self, argument: ExprRef) -> bool {
        self.callee_name(argument).starts_with(char::is_uppercase)
    }

    /// Whether a call's value is dropped: a statement of its own, not awaited.
    fn is_dropped(&self, call: ExprRef) -> bool {
        let facts = self.facts(call.file);
        match facts.parent(call.expr) {
            Parent::Stmt(stmt) => {
                matches!(facts.stmt(stmt).kind, StmtKind::Expression(_))
                    && facts.scope(facts.place(stmt).scope).kind != ScopeKind::Comprehension
            }
            _ => false,
        }
    }

    /// Whether a construction is there to fail: inside `pytest.raises` and its like.
    #[must_use]
    pub fn in_raises(&self, made: ExprRef) -> bool {
        let facts = self.facts(made.file);
        let Some(stmt) = facts.stmt_of(made.expr) else { return false };
        super::bodies::enclosing(facts, stmt).into_iter().any(|(outer, _)| match &facts.stmt(outer).kind {
            StmtKind::With { items, .. } => items.iter().any(|item| {
                let name = self.callee_name(sibling(made, item.context));
                let expects = ["raises", "warns", "deprecated_call", "assertRaises", "assertWarns"];
                expects.iter().any(|known| name.starts_with(known))
            }),
            _ => false,
        })
    }

    /// Whether a call may keep or close what it is given.
    fn may_keep(&self, call: ExprRef, given: ExprRef, closers: Closers<'_>, depth: usize) -> bool {
        if self.lends(call, given) {
            return false;
        }
        let targets = self.targets(call, Frame::NONE);
        let [target] = targets.as_slice() else {
            // An outside function that is awaited most often just uses the session; an outside class keeps it.
            let name = self.callee_name(call);
            return name.starts_with(char::is_uppercase) || !self.is_awaited(call);
        };
        let Some(index) = self.parameter_reached(call, given, *target) else { return true };
        self.keeps(*target, index, closers, depth)
    }

    /// The function that an object goes into, and the parameter: of a method that is called on it, the first.
    fn goes_into(&self, one: &Use, class: Option<ScopeRef>) -> Option<(ScopeRef, usize)> {
        match &one.kind {
            UseKind::Argument(call) => {
                let targets = self.targets(*call, Frame::NONE);
                let [target] = *targets.as_slice() else { return None };
                Some((target, self.parameter_reached(*call, one.expr, target)?))
            }
            UseKind::Method(name, _) => {
                let method = self.member(class?, name)?;
                (!self.scope(method).parameters.is_empty()).then_some((method, 0))
            }
            _ => None,
        }
    }

    /// What becomes of an object in the attribute of another that nothing closes, where it is handed to one.
    fn fate_in_another(&self, one: &Use, class: Option<ScopeRef>, closers: Closers<'_>, depth: usize) -> Option<Fate> {
        if depth >= HANDS {
            return None;
        }
        let (function, index) = self.goes_into(one, class)?;
        self.parameter_uses(function, index).iter().find_map(|inner| match inner.kind {
            UseKind::StoredAttribute(target) => Some(self.fate_in_attribute(target, closers, depth + 1))
                .filter(|fate| matches!(fate, Fate::NeverClosed(Ownership::Attribute(..)))),
            _ => self.fate_in_another(inner, class, closers, depth + 1),
        })
    }

    /// Whether a function may keep or close what a parameter is given.
    fn keeps(&self, function: ScopeRef, index: usize, closers: Closers<'_>, depth: usize) -> bool {
        self.parameter_uses(function, index).iter().any(|one| {
            self.settles(one, closers)
                || closing_call(one, closers).is_some()
                || match &one.kind {
                    UseKind::StoredAttribute(target) => {
                        depth >= HANDS || self.fate_in_attribute(*target, closers, depth + 1) == Fate::Fine
                    }
                    UseKind::Argument(inner) => depth >= HANDS || self.may_keep(*inner, one.expr, closers, depth + 1),
                    UseKind::StoredItem(_)
                    | UseKind::StoredName(..)
                    | UseKind::Returned
                    | UseKind::Yielded
                    | UseKind::Element => true,
                    _ => false,
                }
        })
    }

    /// Whether a session is given its pool without becoming its owner.
    fn lends(&self, call: ExprRef, pool: ExprRef) -> bool {
        self.site_at(call).is_some_and(|session| {
            let given = self.argument(session, Setting::Pool).is_some_and(|argument| argument.value == pool);
            let owner = self.setting(session, Setting::PoolOwner, Frame::NONE);
            given && owner.always(|datum| *datum == Datum::Bool(false))
        })
    }

    fn fate_in_attribute(&self, target: ExprRef, closers: Closers<'_>, depth: usize) -> Fate {
        let ExprKind::Attribute { object, name } = self.kind(target) else { return Fate::Fine };
        let own = super::attributes::class_of_self(self.facts(target.file), *object);
        let class = match own {
            Some(class) => super::scope_in(target.file, class),
            None => match self.evaluate(sibling(target, *object), Frame::NONE).one().map(|one| one.datum.clone()) {
                Some(Datum::Object(class, ..)) => class,
                _ => return Fate::Fine,
            },
        };
        let mut uses = self.attribute_uses(class, name);
        uses.extend(self.attribute_uses_anywhere(Some(class), name));
        self.fate_in_class(class, name, &uses, self.span(target), closers, depth)
    }

    /// What becomes of what is stored under a key of an attribute. A container that is handed on whole may be emptied
    /// by anybody.
    fn fate_in_item(&self, target: ExprRef, closers: Closers<'_>, depth: usize) -> Fate {
        let ExprKind::Index { object, .. } = self.kind(target) else { return Fate::Fine };
        let Some((class, name)) = self.attribute_holder(sibling(target, *object)) else { return Fate::Fine };
        let handed = self.attribute_uses(class, &name).iter().any(|one| {
            matches!(
                one.kind,
                UseKind::Argument(_) | UseKind::Returned | UseKind::StoredAttribute(_) | UseKind::StoredName(..)
            )
        });
        let uses = self.item_uses(class, &name);
        let closes = uses.iter().any(|one| closing_call(one, closers).is_some());
        if handed || !closes {
            return Fate::Fine;
        }
        self.fate_in_class(class, &name, &uses, self.span(target), closers, depth)
    }

    fn fate_in_class(
        &self,
        class: ScopeRef,
        name: &SmolStr,
        uses: &[Use],
        held: Span,
        closers: Closers<'_>,
        depth: usize,
    ) -> Fate {
        let mut closes: Vec<ExprRef> = Vec::new();
        for one in uses {
            closes.extend(closing_call(one, closers).filter(|call| !closers.awaited || !self.is_dropped(*call)));
            let handed = match &one.kind {
                UseKind::Entered(_) | UseKind::StoredItem(_) | UseKind::StoredAttribute(_) => true,
                UseKind::Yielded => !self.is_context_manager(self.function_of(self.scope_at(one.expr))),
                UseKind::StoredName(..) | UseKind::Element | UseKind::Default => true,
                UseKind::Attribute(name) => closers.contains(name) || name.starts_with('_'),
                UseKind::Method(name, _) => name.starts_with("__"),
                UseKind::Argument(call) => depth >= HANDS || self.may_keep(*call, one.expr, closers, depth + 1),
                UseKind::Returned => self.is_handed_out(one.expr, closers, depth),
                _ => false,
            };
            if handed {
                return Fate::Fine;
            }
        }
        if self.removes_by_name(class, name) || self.outside_bases(class).contains(&None) && closes.is_empty() {
            return Fate::Fine;
        }
        let Some(close) = closes.first() else {
            return Fate::NeverClosed(Ownership::Attribute(name.clone(), held));
        };
        self.uncalled(*close, &closes).unwrap_or(Fate::Fine)
    }

    /// Whether a method that returns the attribute is one whose result somebody closes, or keeps where it is closed.
    fn is_handed_out(&self, returned: ExprRef, closers: Closers<'_>, depth: usize) -> bool {
        let closed = |one: Use| match &one.kind {
            UseKind::Entered(_) => true,
            UseKind::Method(name, _) => name.starts_with("__") || closers.contains(name),
            UseKind::StoredAttribute(target) => {
                depth >= HANDS || self.fate_in_attribute(*target, closers, depth + 1) == Fate::Fine
            }
            _ => false,
        };
        let function = self.function_of(self.scope_at(returned));
        let name = &self.scope(function).name;
        let as_attribute = self.attribute_uses_anywhere(None, name);
        let callers = self.callers_of(function);
        let as_call = callers.calls.iter().flat_map(|caller| self.uses(caller.call));
        as_attribute.into_iter().chain(as_call).any(closed)
    }

    /// Whether attributes are closed by a name that is computed: `getattr(self, name).close()`, `vars(self)`.
    fn removes_by_name(&self, class: ScopeRef, attribute: &SmolStr) -> bool {
        let family = self.family(class);
        ["getattr", "vars"].iter().any(|name| {
            self.names.calls(&SmolStr::new_static(name), Some(&self.near(class))).iter().any(|call| {
                let facts = self.facts(call.file);
                let object = self.positional(*call, 0);
                let of = object.and_then(|object| super::attributes::class_of_self(facts, object.expr));
                let of = of.map(|of| super::scope_in(call.file, of));
                let names_it = match self.positional(*call, 1).map(|key| self.kind(key)) {
                    Some(ExprKind::Text(text)) => text == attribute,
                    _ => true,
                };
                of.is_some_and(|of| family.contains(&of)) && names_it && (*name == "vars" || self.gives_away(*call))
            })
        })
    }

    /// Whether what a call gives is closed, entered or handed on: then it may be closed there. What is only read is not.
    fn gives_away(&self, call: ExprRef) -> bool {
        self.uses(call).iter().any(|one| match &one.kind {
            UseKind::Method(name, _) => name.contains("close"),
            UseKind::Attribute(_) | UseKind::Tested | UseKind::Dropped | UseKind::Called(_) => false,
            _ => true,
        })
    }

    /// A closer that nothing calls: private, and never mentioned.
    fn uncalled(&self, close: ExprRef, closes: &[ExprRef]) -> Option<Fate> {
        let never = |call: &ExprRef| {
            let function = self.function_of(self.scope_at(*call));
            let scope = self.scope(function);
            let private = scope.name.starts_with('_') && !scope.name.starts_with("__");
            let mentioned = !self.names.is_telling(&scope.name)
                || !self.names.calls(&scope.name, None).is_empty()
                || !self.names.references(&scope.name, None).is_empty();
            scope.kind == ScopeKind::Function && private && scope.decorators.is_empty() && !mentioned
        };
        if !closes.iter().all(never) {
            return None;
        }
        let function = self.function_of(self.scope_at(close));
        Some(Fate::UncalledCloser(self.name_span(function), self.scope(function).name.clone()))
    }

    fn fate_at_consumers(&self, returned: ExprRef, depth: usize) -> Fate {
        let function = self.function_of(self.scope_at(returned));
        let kept = self.keeps_result(function) || self.returns_kept(function);
        if self.scope(function).kind != ScopeKind::Function || kept {
            return Fate::Fine;
        }
        let mut open = Vec::new();
        let mut other = Fate::Fine;
        for call in self.known_calls(function).into_iter().filter(|&call| self.gives_new(call)) {
            match self.fate_of(call, depth + 1) {
                Fate::NeverClosed(Ownership::Local | Ownership::Temporary) => open.push(self.span(call)),
                Fate::NeverClosed(Ownership::Consumers(inner)) => open.extend(inner),
                fate if other == Fate::Fine => other = fate,
                _ => {}
            }
        }
        if open.is_empty() { other } else { Fate::NeverClosed(Ownership::Consumers(open)) }
    }

    /// Whether a test of a variable that the object was built by, too, leads to what closes it: `if not given` behind the
    /// `else` of `if given`.
    fn takes_same_branch(&self, made: ExprRef, test: ExprId, closing: &[StmtId]) -> bool {
        let facts = self.facts(made.file);
        let (Some(start), Some(stmt)) = (facts.stmt_of(made.expr), facts.stmt_of(test)) else { return false };
        let StmtKind::If { then, otherwise, .. } = &facts.stmt(stmt).kind else { return false };
        let Some((asked, sense)) = self.variable_of(sibling(made, test)) else { return false };
        enclosing(facts, start).into_iter().any(|(around, role)| {
            let StmtKind::If { test: first, .. } = facts.stmt(around).kind else { return false };
            let Some((variable, holds)) = self.variable_of(sibling(made, first)) else { return false };
            let taken = if (holds == sense) == (role == BlockRole::Body) { then } else { otherwise };
            variable == asked && statements_in(facts, taken).iter().any(|inner| closing.contains(inner))
        })
    }

    /// The one assignment whose value a test asks for, and whether it asks for truth: `x`, `not x`, `(x := …)`.
    fn variable_of(&self, test: ExprRef) -> Option<(DefId, bool)> {
        let flow = self.files[&test.file].flow();
        match self.kind(test) {
            ExprKind::Unary { operator: UnaryOperator::Not, operand } => {
                self.variable_of(sibling(test, *operand)).map(|(variable, holds)| (variable, !holds))
            }
            ExprKind::Name(_) => match flow.reaching(test.expr)? {
                [(def, _)] => Some((*def, true)),
                _ => None,
            },
            ExprKind::Assign { name, value } => {
                let scope = self.scope_at(test).scope;
                let mut defs = flow.all_defs(scope, name).iter();
                let def = defs.find(|def| flow.def(**def).kind == DefKind::Value(*value))?;
                Some((*def, true))
            }
            _ => None,
        }
    }

    /// Whether all that a call can give is built anew: what is kept elsewhere, or not known, is not the caller's to close.
    pub(super) fn gives_new(&self, call: ExprRef) -> bool {
        let is_new = |datum: &Datum| {
            matches!(datum, Datum::Built(..) | Datum::Building(..) | Datum::Object(_, Some(_), _) | Datum::Null)
        };
        self.evaluate(call, Frame::NONE).always(is_new)
    }

    /// Whether nothing ever goes through an object that is seen whole: what it is used for makes no request and hands it
    /// to nobody.
    fn is_idle_object(&self, made: ExprRef, uses: &[Use]) -> bool {
        let value = self.evaluate(made, Frame::NONE);
        let Some(Datum::Built(..)) = value.one().map(|one| &one.datum) else { return false };
        let Some(class) =
            value.one().and_then(|one| self.library_row(&one.datum)).and_then(|row| self.libraries.class(row))
        else {
            return false;
        };
        let is_request = |name| value.alternatives.iter().any(|one| self.request_row(&one.datum, name).is_some());
        !class.idle.is_empty()
            && uses.iter().all(|one| match &one.kind {
                UseKind::Method(name, _) => class.idle.contains(name),
                UseKind::Attribute(name) => !is_request(name),
                UseKind::Tested | UseKind::Dropped => true,
                _ => false,
            })
    }

    fn fate_in_function(&self, made: ExprRef, uses: &[Use], closes: &[ExprRef]) -> Fate {
        let facts = self.facts(made.file);
        let scope = self.scope_at(made);
        let function = self.function_of(scope);
        let nested = |expr: ExprRef| self.function_of(self.scope_at(expr)) != function;
        if uses.iter().any(|one| nested(one.expr) && one.kind != UseKind::Tested) || function.scope == MODULE {
            return if closes.is_empty() && function.scope != MODULE && !uses.iter().any(|one| nested(one.expr)) {
                Fate::NeverClosed(Ownership::Local)
            } else {
                Fate::Fine
            };
        }
        let only_reads = uses.iter().all(|one| {
            matches!(
                one.kind,
                UseKind::Method(..) | UseKind::Attribute(_) | UseKind::Tested | UseKind::Argument(_) | UseKind::Dropped
            )
        });
        if !only_reads {
            return Fate::Fine;
        }
        if closes.is_empty() {
            // What is dropped at once has opened nothing.
            if uses.iter().all(|one| matches!(one.kind, UseKind::Dropped)) || self.is_idle_object(made, uses) {
                return Fate::Fine;
            }
            let temporary = uses.iter().any(|one| matches!(one.kind, UseKind::Method(..)) && one.expr == made);
            return Fate::NeverClosed(if temporary { Ownership::Temporary } else { Ownership::Local });
        }
        let Some(start) = facts.stmt_of(made.expr) else { return Fate::Fine };
        let closing: Vec<StmtId> = closes.iter().filter_map(|call| facts.stmt_of(call.expr)).collect();
        if closing.contains(&start) {
            return Fate::Fine;
        }
        let names: Vec<ExprId> = uses.iter().map(|one| one.expr.expr).collect();
        let closes_at = |stmt: StmtId| closing.contains(&stmt);
        // Where the construction hangs on a condition, so does who has to close.
        let conditional = self.is_fallback(made) || self.guarded_by(made).is_some();
        let about = |test: ExprId| {
            conditional
                || names.iter().any(|&name| within(facts, name, test))
                || is_noted(facts, start, test)
                || self.takes_same_branch(made, test, &closing)
        };
        let manner = Manner {
            closes: &closes_at,
            closes_by_failing: &|_| false,
            about: &about,
            about_nothing: &|_| false,
            lost_by_turning: false,
        };
        let mut paths = Paths::new(facts, manner);
        let end = paths.after(start);
        match (end, paths.left_open) {
            (_, Some(span)) => Fate::SomePaths(span),
            (Path::Open, None) => {
                let last = closing.last().map_or(self.span(made), |&stmt| facts.stmt_span(stmt));
                Fate::SomePaths(last)
            }
            _ => Fate::Fine,
        }
    }
}

/// Whether a test asks for what is noted beside a statement, so that it holds wherever that ran: `noted = True`.
fn is_noted(facts: &FileFacts, beside: StmtId, test: ExprId) -> bool {
    let (note, holds) = match facts.expr(test).kind {
        ExprKind::Unary { operator: UnaryOperator::Not, operand } => (operand, false),
        _ => (test, true),
    };
    let ExprKind::Name(note) = &facts.expr(note).kind else { return false };
    let place = facts.place(beside);
    block_of(facts, place.scope, place.within, place.role).iter().any(|&stmt| match &facts.stmt(stmt).kind {
        StmtKind::Assign { targets, value: Some(value), .. } => {
            let named = |&target: &ExprId| matches!(&facts.expr(target).kind, ExprKind::Name(name) if name == note);
            targets.iter().any(named) && matches!(facts.expr(*value).kind, ExprKind::Bool(known) if known == holds)
        }
        _ => false,
    })
}

fn closing_call(one: &Use, closers: Closers<'_>) -> Option<ExprRef> {
    match &one.kind {
        UseKind::Method(name, call) if closers.contains(name) => Some(*call),
        _ => None,
    }
}
