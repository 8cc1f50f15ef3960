//! What calling something gives: constructors, functions of the project, context managers, mappings.
//!
//! Refuses to know what a library's call does beyond what its data says.

use super::attributes::has_decorator;
use super::bodies::leaves_for_good;
use super::{Project, scope_in, sibling};
use crate::languages::Sought;
use crate::libraries::{Kind, Row};
use crate::model::expr::{Argument, ArgumentKind, ExprId, ExprKind};
use crate::model::facts::{Parent, ScopeKind, StmtKind};
use crate::model::value::{Datum, ExprRef, Frame, ScopeRef, Source, Value, Why};
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

/// An entry of a mapping.
#[derive(Debug, Clone)]
pub(super) struct MappingEntry {
    /// The key.
    pub(super) name: SmolStr,
    /// The value.
    pub(super) value: ExprRef,
    /// The context that the value is seen in.
    pub(super) frame: Frame,
    /// Whether it is only there on some paths.
    pub(super) sometimes: bool,
}

impl Project<'_> {
    /// What a call gives.
    pub(super) fn call(&self, call: ExprRef, frame: Frame) -> Value {
        let ExprKind::Call { callee, .. } = self.kind(call) else { return Value::unknown(Why::Call) };
        let callee = sibling(call, *callee);
        if let Some(option) = self.option_at(call, callee, frame) {
            return option;
        }
        let callee = self.evaluate(callee, frame);
        let why = |why| if why == Why::Name { Why::Name } else { Why::Call };
        let mut result = Value { alternatives: Vec::new(), unknown: callee.unknown.map(why) };
        for one in &callee.alternatives {
            if one.datum != Datum::Null {
                result.join(self.called(&one.datum, call, frame));
            }
        }
        if result.alternatives.is_empty() && result.unknown.is_none() {
            result.unknown = Some(Why::Call);
        }
        result
    }

    fn called(&self, callee: &Datum, call: ExprRef, frame: Frame) -> Value {
        let at = Some(self.span(call));
        match callee {
            Datum::Path(path) if self.libraries.wraps(path) => match self.positional(call, 0) {
                Some(inner) => self.evaluate(inner, frame),
                None => Value::unknown(Why::Call),
            },
            Datum::Path(path) if self.libraries.builder_at(path).is_some() => {
                Value::known(Datum::Building(call, frame), at)
            }
            Datum::Path(path) if self.libraries.row(path).is_some() => Value::known(Datum::Built(call, frame), at),
            Datum::Path(path) => self.outside_call(path, call, frame),
            Datum::Scope(scope) => match self.scope(*scope).kind {
                ScopeKind::Class => Value::known(Datum::Object(*scope, Some(call), frame), at),
                _ => self.returned(*scope, self.frames.of(*scope, call, frame)),
            },
            Datum::Method(scope, object) => self.returned_by(*scope, object, self.frames.of(*scope, call, frame)),
            Datum::Object(class, ..) => match self.member(*class, "__call__") {
                Some(method) => self.returned(method, self.frames.of(method, call, frame)),
                None => Value::unknown(Why::Call),
            },
            Datum::Member(object, name) => self.member_call(object, name, call, frame),
            Datum::Partial(bound, bound_in) => match self.partial_target(*bound, *bound_in) {
                Some(Datum::Path(path)) if self.libraries.row(&path).is_some() => {
                    Value::known(Datum::Built(call, frame), at)
                }
                _ => Value::unknown(Why::Call),
            },
            _ => Value::unknown(Why::Call),
        }
    }

    fn outside_call(&self, path: &SmolStr, call: ExprRef, frame: Frame) -> Value {
        let at = Some(self.span(call));
        match path.as_str() {
            "builtins.dict" => Value::known(Datum::Mapping(call, frame), at),
            "builtins.super" => self.super_object(call).unwrap_or(Value::unknown(Why::Call)),
            "functools.partial" => Value::known(Datum::Partial(call, frame), at),
            "typing.cast" | "typing_extensions.cast" => match self.positional(call, 1) {
                Some(value) => self.evaluate(value, frame),
                None => Value::unknown(Why::Call),
            },
            "os.getenv" | "os.environ.get" => {
                let mut value = Value::known(Datum::Environment, at);
                if let Some(default) = self.positional(call, 1) {
                    value.join(self.evaluate(default, frame).from_source(Source::Default));
                }
                value
            }
            _ => super::builtins::constant(self, path, call, frame)
                .unwrap_or_else(|| Value::known(Datum::Result(path.clone(), call), at)),
        }
    }

    /// What `super()` stands for: an object of the first base of the class around.
    fn super_object(&self, call: ExprRef) -> Option<Value> {
        let facts = self.facts(call.file);
        let method = self.function_of(self.scope_at(call));
        let class = super::attributes::class_of_method(facts, method.scope)?;
        let datum = match self.first_base(scope_in(call.file, class))? {
            Datum::Scope(base) => Datum::Object(base, None, Frame::NONE),
            Datum::Path(path) => Datum::Instance(path),
            _ => return None,
        };
        Some(Value::known(datum, None))
    }

    fn member_call(&self, object: &Datum, name: &SmolStr, call: ExprRef, frame: Frame) -> Value {
        let at = Some(self.span(call));
        if let Some(row) = self.request_row(object, name) {
            let whole = self.libraries.builder(row).is_none();
            return Value::known(if whole { Datum::Built(call, frame) } else { Datum::Building(call, frame) }, at);
        }
        if self.library_row(object).is_some_and(|row| self.libraries.is_wrapper_step(row, name)) {
            return Value::known(object.clone(), at);
        }
        if let Datum::Building(began, of) = object {
            let ended = self.ends_building(*began, *of, name);
            return Value::known(if ended { Datum::Built(*began, *of) } else { object.clone() }, at);
        }
        match object {
            Datum::Result(path, made) if path == "datetime.timedelta" && name == "total_seconds" => {
                super::builtins::timedelta(self, *made, frame)
            }
            Datum::Result(path, _) | Datum::Instance(path)
                if path.starts_with("contextlib.") && name.starts_with("enter_") =>
            {
                match self.positional(call, 0) {
                    Some(entered) => self.entered(self.evaluate(entered, frame)),
                    None => Value::unknown(Why::Call),
                }
            }
            _ if name == "__aenter__" || name == "__enter__" => Value::known(object.clone(), at),
            Datum::Mapping(expr, _) if name == "get" => {
                let (entries, open) = self.entries(*expr, object);
                let key = self.positional(call, 0).map(|key| self.evaluate(key, frame));
                let Some(Datum::Text(key)) = key.as_ref().and_then(Value::one).map(|one| &one.datum) else {
                    return Value::unknown(Why::Splat);
                };
                match entries.iter().find(|entry| entry.name == *key && !entry.sometimes) {
                    Some(entry) if !open => self.evaluate(entry.value, entry.frame),
                    _ => Value::unknown(Why::Splat),
                }
            }
            _ => Value::unknown(Why::Call),
        }
    }

    /// Whether what a call gives is its first argument, which this is, with something around it.
    pub(super) fn is_wrapped(&self, argument: ExprRef, call: ExprRef) -> bool {
        let ExprKind::Call { callee, .. } = self.kind(call) else { return false };
        let named = match self.kind(sibling(call, *callee)) {
            ExprKind::Attribute { name, .. } => self.libraries.names_wrapping_function(name),
            _ => false,
        };
        let wraps = |datum: &Datum| matches!(datum, Datum::Path(path) if self.libraries.wraps(path));
        named
            && self.positional(call, 0) == Some(argument)
            && self.evaluate(sibling(call, *callee), Frame::NONE).always(wraps)
    }

    /// Whether a method gives the object that it is called on, with more around it.
    pub(super) fn is_wrapper_step(&self, object: ExprRef, name: &str) -> bool {
        let adds = |datum: &Datum| self.library_row(datum).is_some_and(|row| self.libraries.is_wrapper_step(row, name));
        self.libraries.names_wrapper_step(name) && self.evaluate(object, Frame::NONE).always(adds)
    }

    /// The positional argument with this index, where no splat stands before it.
    pub(super) fn positional(&self, call: ExprRef, index: usize) -> Option<ExprRef> {
        let ExprKind::Call { arguments, .. } = self.kind(call) else { return None };
        let argument = arguments.iter().take(index + 1).nth(index)?;
        let plain = arguments[..=index].iter().all(|argument| argument.kind == ArgumentKind::Positional);
        plain.then(|| sibling(call, argument.value))
    }

    /// The argument of this name.
    pub(super) fn named_argument(&self, call: ExprRef, name: &str) -> Option<ExprRef> {
        let ExprKind::Call { arguments, .. } = self.kind(call) else { return None };
        let mut named = arguments.iter().filter(|argument| argument.kind == ArgumentKind::Named);
        named.find(|argument| argument.name == name).map(|argument| sibling(call, argument.value))
    }

    /// The callable that `functools.partial(callable, …)` binds arguments to.
    pub(super) fn partial_target(&self, bound: ExprRef, frame: Frame) -> Option<Datum> {
        let target = self.evaluate(self.positional(bound, 0)?, frame);
        target.one().map(|one| one.datum.clone())
    }

    /// How an object of `datum` makes a request by method `name`.
    pub(super) fn request_row(&self, datum: &Datum, name: &str) -> Option<Row> {
        let row = self.library_row(datum)?;
        self.libraries.request_method(row.library(), self.libraries.kind(row), name)
    }

    /// The row of library data that an object is of; of a subclass, its base's.
    #[must_use]
    pub fn library_row(&self, datum: &Datum) -> Option<Row> {
        match datum {
            Datum::Built(call, frame) => self.row_of_call(*call, *frame),
            Datum::Instance(path) => self.libraries.class_at(path).map(|(row, _)| row),
            Datum::Object(class, ..) => self.library_base(*class),
            _ => None,
        }
    }

    /// The library class that a class of the project derives from.
    pub(super) fn library_base(&self, class: ScopeRef) -> Option<Row> {
        self.outside_bases(class)
            .into_iter()
            .flatten()
            .find_map(|path| self.libraries.class_at(&path).map(|(row, _)| row))
    }

    fn row_of_call(&self, call: ExprRef, frame: Frame) -> Option<Row> {
        let ExprKind::Call { callee, .. } = self.kind(call) else { return None };
        let callee = self.evaluate(sibling(call, *callee), frame);
        let mut rows = callee.alternatives.iter().filter_map(|one| self.row_of_callee(&one.datum));
        let row = rows.next()?;
        // What may be of two libraries is of neither.
        rows.all(|other| other.library() == row.library()).then_some(row)
    }

    /// The row that calling `callee` makes a site of.
    pub(super) fn row_of_callee(&self, callee: &Datum) -> Option<Row> {
        match callee {
            Datum::Path(path) => self.libraries.row(path),
            Datum::Scope(scope) if self.scope(*scope).kind == ScopeKind::Class => self.library_base(*scope),
            Datum::Member(object, name) => self.request_row(object, name),
            Datum::Partial(bound, frame) => match self.partial_target(*bound, *frame)? {
                Datum::Path(path) => self.libraries.row(&path),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether an object is of this kind.
    #[must_use]
    pub fn is_kind(&self, datum: &Datum, kind: Kind) -> bool {
        self.library_row(datum).is_some_and(|row| self.libraries.kind(row) == kind)
    }

    /// What a function returns in the context of a call.
    pub(super) fn returned(&self, function: ScopeRef, frame: Frame) -> Value {
        let scope = self.scope(function);
        if self.facts(function.file).body(function.scope).generator {
            return Value::known(Datum::Generator(function, frame), None);
        }
        let facts = self.facts(function.file);
        // What it gives for some types is registered elsewhere.
        if ["singledispatch", "singledispatchmethod"].iter().any(|name| has_decorator(facts, function.scope, name)) {
            return Value::unknown(Why::Call);
        }
        let mut result = Value::default();
        for stmt in facts.stmts_in(function.scope) {
            if let StmtKind::Return(Some(value)) = facts.stmt(stmt).kind {
                result.join(self.evaluate(ExprRef { file: function.file, expr: value }, frame));
            }
        }
        if result.alternatives.is_empty() && result.unknown.is_none() {
            // What never comes back gives nothing, not even none.
            let back = self.comes_back(function);
            result = if back { Value::known(Datum::Null, None) } else { Value::unknown(Why::Call) };
        }
        if result.unknown.is_some()
            && let Some(annotation) = scope.returns
        {
            result.join(self.annotated(ExprRef { file: function.file, expr: annotation }, Why::Call));
        }
        result
    }

    /// Whether a function that returns no value can end without an exception.
    fn comes_back(&self, function: ScopeRef) -> bool {
        let facts = self.facts(function.file);
        let bare = |stmt| matches!(facts.stmt(stmt).kind, StmtKind::Return(None));
        !leaves_for_good(facts, &facts.body(function.scope).block) || facts.stmts_in(function.scope).any(bare)
    }

    /// What a method gives of an object that may be of a subclass: where it gives nothing, or never comes back, it is there
    /// to be overridden, and what takes its place counts, too.
    pub(super) fn returned_by(&self, method: ScopeRef, object: &Datum, frame: Frame) -> Value {
        let mut result = self.returned(method, frame);
        let Datum::Object(class, None, _) = object else { return result };
        let back = self.comes_back(method);
        if back && !result.always(|datum| *datum == Datum::Null) || self.facts(method.file).body(method.scope).generator
        {
            return result;
        }
        let name = &self.scope(method).name;
        let others: FxHashSet<ScopeRef> =
            self.derived(*class).iter().filter_map(|&sub| self.member(sub, name)).collect();
        let mut others: Vec<ScopeRef> = others.into_iter().filter(|&other| other != method).collect();
        others.sort_unstable();
        if !others.is_empty() && !back {
            result = Value::default();
        }
        for other in others {
            result.join(self.returned(other, Frame::NONE));
        }
        result
    }

    /// What a generator function yields.
    pub(super) fn yielded(&self, function: ScopeRef, frame: Frame) -> Value {
        let mut result = Value::default();
        for value in self.yields(function) {
            result.join(self.evaluate(value, frame));
        }
        if result.alternatives.is_empty() && result.unknown.is_none() {
            Value::unknown(Why::Expression)
        } else {
            result
        }
    }

    /// The values that a generator function yields.
    pub(super) fn yields(&self, function: ScopeRef) -> Vec<ExprRef> {
        let facts = self.facts(function.file);
        let yields = facts.exprs_in(function.scope).filter_map(|id| match facts.expr(id).kind {
            ExprKind::Yield { value, .. } => value,
            _ => None,
        });
        yields.map(|expr| ExprRef { file: function.file, expr }).collect()
    }

    /// What entering a context manager gives.
    pub(super) fn entered(&self, value: Value) -> Value {
        let mut result = Value { alternatives: Vec::new(), unknown: value.unknown };
        for one in value.alternatives {
            let inside = match &one.datum {
                Datum::Built(..) | Datum::Instance(_) => Value::known(one.datum.clone(), one.at),
                Datum::Generator(function, frame) if self.is_context_manager(*function) => {
                    self.yielded(*function, *frame)
                }
                Datum::Object(class, ..) => {
                    match self.member(*class, "__aenter__").or_else(|| self.member(*class, "__enter__")) {
                        Some(method) => self.entered_object(method, &one.datum),
                        None if self.library_row(&one.datum).is_some() => Value::known(one.datum.clone(), one.at),
                        None => Value::unknown(Why::Call),
                    }
                }
                Datum::Result(path, made) if path == "contextlib.aclosing" || path == "contextlib.closing" => {
                    match self.positional(*made, 0) {
                        Some(inner) => self.evaluate(inner, Frame::NONE),
                        None => Value::unknown(Why::Call),
                    }
                }
                Datum::Result(path, _) if self.frameworks.thread_count_of(path).is_some() => {
                    Value::known(one.datum.clone(), one.at)
                }
                Datum::Result(path, _) if path.starts_with("contextlib.") && path.ends_with("ExitStack") => {
                    Value::known(one.datum.clone(), one.at)
                }
                _ => Value::unknown(Why::Call),
            };
            result.join(inside);
        }
        if result.alternatives.is_empty() && result.unknown.is_none() {
            result.unknown = Some(Why::Call);
        }
        result
    }

    /// What `__aenter__` gives: most often the object itself, with what is known of its construction.
    fn entered_object(&self, method: ScopeRef, object: &Datum) -> Value {
        let value = self.returned(method, Frame::NONE);
        let own = value.always(|datum| matches!((datum, object), (Datum::Object(a, None, _), Datum::Object(b, ..)) if self.lineage(*b).contains(a)));
        if own { Value::known(object.clone(), None) } else { value }
    }

    /// Whether calling a generator function makes a context manager of it.
    pub(super) fn is_context_manager(&self, function: ScopeRef) -> bool {
        let facts = self.facts(function.file);
        has_decorator(facts, function.scope, "asynccontextmanager")
            || has_decorator(facts, function.scope, "contextmanager")
    }

    /// The entries of a mapping, and whether it may have others; `at` is the expression that uses it, so that what is
    /// added to the variable it is held in is seen.
    pub(super) fn entries(&self, at: ExprRef, datum: &Datum) -> (Vec<MappingEntry>, bool) {
        let Datum::Mapping(expr, frame) = datum else { return (Vec::new(), true) };
        let mut found = Vec::new();
        let mut open = self.literal_entries(*expr, *frame, &mut found, 0);
        match self.kind(at) {
            ExprKind::Name(name) => open |= self.added_entries(at, name, &mut found),
            ExprKind::Attribute { name, .. } => open |= self.gains_entries(at, name),
            _ => {}
        }
        (found, open)
    }

    fn literal_entries(&self, expr: ExprRef, frame: Frame, into: &mut Vec<MappingEntry>, depth: usize) -> bool {
        if depth > 8 {
            return true;
        }
        let mut open = false;
        let mut splat = |value: ExprId, into: &mut Vec<MappingEntry>| {
            let value = self.evaluate(sibling(expr, value), frame);
            match value.one().map(|one| &one.datum) {
                Some(Datum::Mapping(inner, inner_frame)) => {
                    open |= self.literal_entries(*inner, *inner_frame, into, depth + 1);
                }
                _ => open = true,
            }
        };
        match self.kind(expr) {
            ExprKind::Mapping(entries) => {
                for entry in entries {
                    let Some(key) = entry.key else {
                        splat(entry.value, into);
                        continue;
                    };
                    let key = self.evaluate(sibling(expr, key), frame);
                    match key.one().map(|one| &one.datum) {
                        Some(Datum::Text(name)) => push(into, name.clone(), sibling(expr, entry.value), frame, false),
                        _ => splat(entry.value, into),
                    }
                }
            }
            ExprKind::Call { arguments, .. } => {
                for argument in arguments {
                    if argument.kind == ArgumentKind::Named {
                        push(into, argument.name.clone(), sibling(expr, argument.value), frame, false);
                    } else {
                        splat(argument.value, into);
                    }
                }
            }
            _ => open = true,
        }
        open
    }

    /// What is added to the variable `name` around its use: `name[key] = value`. True where something else may be.
    pub(super) fn added_entries(&self, at: ExprRef, name: &SmolStr, into: &mut Vec<MappingEntry>) -> bool {
        let facts = self.facts(at.file);
        let owner = self.owner_of(at.file, facts.scope_of(at.expr), name);
        let same = |other: ExprRef| self.owner_of(at.file, facts.scope_of(other.expr), name) == owner;
        let use_start = facts.expr(at.expr).start;
        let mut open = false;
        for (target, value) in self.names.item_writes(at.file, name) {
            if !same(target) {
                continue;
            }
            let ExprKind::Index { key, .. } = self.kind(target) else { continue };
            let key = self.evaluate(sibling(target, *key), Frame::NONE);
            let nested = facts.stmt_of(target.expr).is_some_and(|stmt| facts.place(stmt).within.is_some());
            match key.one().map(|one| &one.datum) {
                Some(Datum::Text(key)) => {
                    push(into, key.clone(), sibling(target, value), Frame::NONE, nested);
                }
                _ => open = true,
            }
        }
        // Whoever else gets hold of the mapping may add to it.
        let elsewhere = self.names.references_in(at.file, name).any(|other| {
            other.file == at.file
                && other.expr != at.expr
                && facts.expr(other.expr).start < use_start
                && same(other)
                && self.may_change(other)
        });
        open | elsewhere
    }

    /// Whether a mapping that an attribute holds may gain entries: anything but reading is done with an attribute of that
    /// name.
    fn gains_entries(&self, at: ExprRef, name: &SmolStr) -> bool {
        let attribute = |used: &ExprRef| matches!(self.kind(*used), ExprKind::Attribute { .. });
        let near = super::index::Near { file: at.file, class: None };
        self.names
            .references_as(Sought::Member, name, Some(&near))
            .iter()
            .filter(|used| attribute(used))
            .any(|used| !self.is_read(*used))
    }

    /// Whether nothing can be added to a mapping by how it is used, which is written or read here.
    fn is_read(&self, used: ExprRef) -> bool {
        let facts = self.facts(used.file);
        if self.is_target(used) {
            return true;
        }
        match facts.parent(used.expr) {
            Parent::Expr(parent) => match &facts.expr(parent).kind {
                ExprKind::Attribute { name, .. } => {
                    matches!(name.as_str(), "get" | "items" | "keys" | "values" | "copy")
                }
                ExprKind::Index { .. } => !self.is_target(sibling(used, parent)),
                ExprKind::Call { arguments, .. } => {
                    arguments.iter().all(|one| one.value != used.expr || one.kind == ArgumentKind::MappingSplat)
                }
                ExprKind::Mapping(_) | ExprKind::Comparison { .. } | ExprKind::Unary { .. } => true,
                _ => false,
            },
            Parent::Stmt(stmt) => {
                matches!(facts.stmt(stmt).kind, StmtKind::If { .. } | StmtKind::While { .. } | StmtKind::Delete(_))
            }
            _ => false,
        }
    }

    /// Whether a mapping may gain entries where it is used like this.
    fn may_change(&self, used: ExprRef) -> bool {
        let facts = self.facts(used.file);
        match facts.parent(used.expr) {
            Parent::Expr(parent) => match &facts.expr(parent).kind {
                ExprKind::Attribute { name, .. } => matches!(name.as_str(), "update" | "setdefault" | "pop" | "clear"),
                ExprKind::Call { arguments, .. } => arguments
                    .iter()
                    .any(|Argument { kind, value, .. }| *value == used.expr && *kind != ArgumentKind::MappingSplat),
                _ => false,
            },
            _ => false,
        }
    }

    /// The functions of the project that a call may run.
    pub(super) fn targets(&self, call: ExprRef, frame: Frame) -> Vec<ScopeRef> {
        let ExprKind::Call { callee, .. } = self.kind(call) else { return Vec::new() };
        self.functions_in(&self.evaluate(sibling(call, *callee), frame))
    }

    /// The functions of the project among the things that a value can be; of a class its constructor.
    pub(super) fn functions_in(&self, value: &Value) -> Vec<ScopeRef> {
        let functions = value.alternatives.iter().filter_map(|one| match &one.datum {
            Datum::Scope(scope) if self.scope(*scope).kind == ScopeKind::Class => self.member(*scope, "__init__"),
            Datum::Scope(scope) if self.scope(*scope).kind != ScopeKind::Module => Some(*scope),
            Datum::Method(scope, _) => Some(*scope),
            _ => None,
        });
        functions.collect()
    }
}

fn push(into: &mut Vec<MappingEntry>, name: SmolStr, value: ExprRef, frame: Frame, sometimes: bool) {
    if !sometimes {
        into.retain(|entry| entry.name != name);
    }
    into.push(MappingEntry { name, value, frame, sometimes });
}
