//! What reaches a function as `*args` and `**options`, and what it takes out of these by key.
//!
//! Refuses to guess what is in them where callers are not known: an option has a default, or nothing is known of it.

use super::attributes::class_of_method;
use super::evaluate::{Passed, or_default};
use super::flow::DefKind;
use super::{Project, scope_in, sibling};
use crate::model::expr::{ArgumentKind, ExprKind};
use crate::model::facts::{ParameterKind, Parent};
use crate::model::value::{Datum, ExprRef, Frame, ScopeRef, Source, Value, Why};
use smol_str::SmolStr;

impl Project<'_> {
    /// The function whose `**kwargs` an expression is, with the call that it stands for in this context.
    pub(super) fn keywords_parameter(&self, value: ExprRef, frame: Frame) -> Option<(ScopeRef, ExprRef, Frame)> {
        let (function, _) = self.parameter_of_kind(value, ParameterKind::Keywords)?;
        let (call, outer) = self.call_in(function, frame)?;
        Some((function, call, outer))
    }

    /// Whether `*args` is empty in this context: the call passes no more by position than has a name.
    pub(super) fn passes_no_more(&self, value: ExprRef, frame: Frame) -> bool {
        let Some((function, index)) = self.parameter_of_kind(value, ParameterKind::Variadic) else { return false };
        let Some((call, outer)) = self.call_in(function, frame) else { return false };
        let ExprKind::Call { arguments, .. } = self.kind(call) else { return false };
        let bound = usize::from(class_of_method(self.facts(function.file), function.scope).is_some());
        let by_position = arguments.iter().filter(|argument| argument.kind == ArgumentKind::Positional).count();
        let splats = arguments.iter().filter(|argument| argument.kind == ArgumentKind::Splat);
        by_position + bound <= index
            && splats.into_iter().all(|argument| self.passes_no_more(sibling(call, argument.value), outer))
    }

    /// The function, and the index among its parameters, of the parameter of this kind that an expression can only mean.
    fn parameter_of_kind(&self, value: ExprRef, kind: ParameterKind) -> Option<(ScopeRef, usize)> {
        let ExprKind::Name(name) = self.kind(value) else { return None };
        let function = self.function_of(self.scope_at(value));
        let parameters = self.scope(function).parameters.iter();
        let (index, _) = parameters.enumerate().find(|(_, one)| one.kind == kind && one.name == *name)?;
        let flow = self.files[&value.file].flow();
        let itself = |def| flow.def(def).kind == DefKind::Parameter(function.scope, index);
        flow.reaching(value.expr)?.iter().all(|(def, _)| itself(*def)).then_some((function, index))
    }

    /// What `options.get(key, default)` gives of what the function around takes as `**options`: what callers pass, and
    /// for those that pass nothing the default, or none. Nothing where a call is no such thing.
    pub(super) fn option_at(&self, call: ExprRef, callee: ExprRef, frame: Frame) -> Option<Value> {
        let ExprKind::Attribute { object, name } = self.kind(callee) else { return None };
        if name != "get" && name != "pop" {
            return None;
        }
        let ExprKind::Text(key) = self.kind(self.positional(call, 0)?) else { return None };
        let object = sibling(call, *object);
        let (function, _) = self.parameter_of_kind(object, ParameterKind::Keywords)?;
        // What has a parameter of its own never gets into the rest.
        let own = self.scope(function).parameters.iter().any(|parameter| parameter.name == *key);
        if own || self.is_handled(object, key) || self.is_called_from_outside(function) {
            return None;
        }
        let default = |frame| match self.positional(call, 1) {
            Some(default) => self.evaluate(default, frame),
            // There must be one, or it fails.
            None if name == "pop" => Value::unknown(Why::Parameter),
            None => Value::known(Datum::Null, Some(self.span(call))),
        };
        if let Some((caller, outer)) = self.call_in(function, frame) {
            return Some(match self.option_passed(caller, key) {
                Passed::Argument(value) => self.evaluate(value, outer),
                Passed::Default => default(frame),
                Passed::Unknown => Value::unknown(Why::Splat),
            });
        }
        let default = |frame| default(frame).from_source(Source::Default);
        let by_default = |call| default(self.frames.of(function, call, Frame::NONE));
        let passed = self.passed_in_calls(function, false, &|call| self.option_passed(call, key), &by_default);
        Some(or_default(passed, || default(Frame::NONE)))
    }

    /// Whether a function does more with what it takes as `**options` than to look up a key once: it adds to them, or
    /// asks for the key.
    fn is_handled(&self, object: ExprRef, key: &SmolStr) -> bool {
        let ExprKind::Name(name) = self.kind(object) else { return true };
        let mut added = Vec::new();
        if self.added_entries(object, name, &mut added) || added.iter().any(|entry| entry.name == *key) {
            return true;
        }
        let facts = self.facts(object.file);
        let function = self.function_of(self.scope_at(object));
        let compared = |other: ExprRef| match facts.parent(other.expr) {
            Parent::Expr(up) => matches!(facts.expr(up).kind, ExprKind::Comparison { .. }),
            _ => false,
        };
        let asks = |other| compared(other) || self.method_with_key(other).is_some_and(|(_, other)| other == key);
        let mut others = self.names.references_in(object.file, name).filter(|other| other.expr != object.expr);
        others.any(|other| self.function_of(self.scope_at(other)) == function && asks(other))
    }

    /// Whether others than the project may well call a function: it is decorated, or a method of a class that derives from
    /// one of theirs.
    fn is_called_from_outside(&self, function: ScopeRef) -> bool {
        let class = class_of_method(self.facts(function.file), function.scope);
        let derived = class.is_some_and(|class| !self.outside_bases(scope_in(function.file, class)).is_empty());
        derived || !self.scope(function).decorators.is_empty()
    }

    /// What a call passes by a name.
    fn option_passed(&self, call: ExprRef, key: &str) -> Passed {
        let ExprKind::Call { arguments, .. } = self.kind(call) else { return Passed::Unknown };
        let named = arguments.iter().find(|argument| argument.kind == ArgumentKind::Named && argument.name == key);
        match named {
            Some(argument) => Passed::Argument(sibling(call, argument.value)),
            None if arguments.iter().any(|argument| argument.kind == ArgumentKind::MappingSplat) => Passed::Unknown,
            None => Passed::Default,
        }
    }

    /// The keys that are taken out of the variable `name` in front of its use: `name.pop(key)`.
    pub(super) fn removed_keys(&self, at: ExprRef, name: &SmolStr) -> Vec<SmolStr> {
        let facts = self.facts(at.file);
        let owner = |of: ExprRef| self.owner_of(at.file, facts.scope_of(of.expr), name);
        let before =
            |other: &ExprRef| facts.expr(other.expr).start < facts.expr(at.expr).start && owner(*other) == owner(at);
        let popped =
            |other| self.method_with_key(other).filter(|(method, _)| *method == "pop").map(|(_, key)| key.clone());
        self.names.references_in(at.file, name).filter(before).filter_map(popped).collect()
    }

    /// The method that is called on a mapping where it is used, and the key that it is given: `options.pop("timeout")`.
    fn method_with_key(&self, used: ExprRef) -> Option<(&SmolStr, &SmolStr)> {
        let facts = self.facts(used.file);
        let Parent::Expr(method) = facts.parent(used.expr) else { return None };
        let Parent::Expr(call) = facts.parent(method) else { return None };
        match (&facts.expr(method).kind, self.kind(self.positional(sibling(used, call), 0)?)) {
            (ExprKind::Attribute { name, .. }, ExprKind::Text(key)) => Some((name, key)),
            _ => None,
        }
    }
}
