//! What an expression is worth: names, attributes, operators.
//!
//! Demand-driven, each question answered once. Refuses to guess: what is not followed is unknown, with the reason.

use super::attributes::{class_of_method, has_decorator};
use super::memo::Question;
use super::{Project, scope_in, sibling};
use crate::languages::Sought;
use crate::model::expr::{ArgumentKind, ExprId, ExprKind, UnaryOperator};
use crate::model::facts::{MODULE, ParameterKind, ScopeKind, StmtKind};
use crate::model::value::{Alternative, Datum, ExprRef, Frame, ScopeRef, Source, Value, Why};
use smol_str::{SmolStr, format_smolstr};

/// How many callers are asked what they pass.
const CALLERS: usize = 32;

impl Project<'_> {
    /// What an expression is worth, seen in the context of a call.
    #[must_use]
    pub fn evaluate(&self, expr: ExprRef, frame: Frame) -> Value {
        self.ask(Question::Expr(expr, frame)).value()
    }

    pub(super) fn compute(&self, expr: ExprRef, frame: Frame) -> Value {
        let at = Some(self.span(expr));
        let here = |id: ExprId| sibling(expr, id);
        match self.kind(expr) {
            ExprKind::Number(number) => Value::known(Datum::Number(*number), at),
            ExprKind::Bool(value) => Value::known(Datum::Bool(*value), at),
            ExprKind::Text(text) => Value::known(Datum::Text(text.clone()), at),
            ExprKind::None => Value::known(Datum::Null, at),
            ExprKind::Name(name) => self.name(expr, name, frame),
            ExprKind::Attribute { object, name } => self.attribute(here(*object), name, frame),
            ExprKind::Index { object, key } => self.indexed(here(*object), here(*key), frame),
            ExprKind::Call { .. } => self.call(expr, frame),
            ExprKind::Unary { operator, operand } => {
                self.unary(*operator, here(*operand), frame).at_or(self.span(expr))
            }
            ExprKind::Binary { operator, left, right } => {
                let (left, right) = (self.evaluate(here(*left), frame), self.evaluate(here(*right), frame));
                super::builtins::binary(*operator, &left, &right, self.span(expr))
            }
            ExprKind::Boolean { and, operands } => self.boolean(*and, operands, expr, frame),
            ExprKind::Conditional { test, then, otherwise } => {
                let mut value = self
                    .evaluate(here(*then), frame)
                    .filter(|datum| self.may_be(here(*test), here(*then), true, datum));
                let other = self.evaluate(here(*otherwise), frame);
                value.join(other.filter(|datum| self.may_be(here(*test), here(*otherwise), false, datum)));
                value
            }
            ExprKind::Sequence(_) => Value::known(Datum::Sequence(expr, frame), at),
            ExprKind::Mapping(_) => Value::known(Datum::Mapping(expr, frame), at),
            ExprKind::Closure(scope) => Value::known(Datum::Scope(scope_in(expr.file, *scope)), at),
            ExprKind::Record { path, .. } => self.record(expr, here(*path), frame),
            ExprKind::Assign { value, .. } => self.evaluate(here(*value), frame),
            ExprKind::Await(operand) | ExprKind::Content { of: operand, .. } => self.evaluate(here(*operand), frame),
            _ => Value::unknown(Why::Expression),
        }
    }

    fn unary(&self, operator: UnaryOperator, operand: ExprRef, frame: Frame) -> Value {
        let value = self.evaluate(operand, frame);
        let mut result = Value { alternatives: Vec::new(), unknown: value.unknown };
        for one in &value.alternatives {
            let datum = match (operator, &one.datum) {
                (UnaryOperator::Negative, Datum::Number(number)) => Datum::Number(-number),
                (UnaryOperator::Positive, Datum::Number(number)) => Datum::Number(*number),
                (UnaryOperator::Not, datum) if datum.truth().is_some() => Datum::Bool(datum.truth() == Some(false)),
                _ => {
                    result.unknown = Some(Why::Expression);
                    continue;
                }
            };
            result
                .join(Value { alternatives: vec![Alternative { datum, at: None, source: one.source }], unknown: None });
        }
        result
    }

    fn boolean(&self, and: bool, operands: &[ExprId], of: ExprRef, frame: Frame) -> Value {
        let mut result = Value::default();
        for (index, &operand) in operands.iter().enumerate() {
            let value = self.evaluate(sibling(of, operand), frame);
            if index + 1 == operands.len() {
                result.join(value);
                break;
            }
            // `a or b` is `a` where `a` is true; `a and b` is `a` where `a` is false.
            let stops = |datum: &Datum| datum.truth() != Some(and);
            let goes_on =
                value.unknown.is_some() || value.alternatives.iter().any(|one| one.datum.truth() != Some(!and));
            result.join(value.filter(stops));
            if !goes_on {
                break;
            }
        }
        result
    }

    fn attribute(&self, object: ExprRef, name: &SmolStr, frame: Frame) -> Value {
        let value = self.evaluate(object, frame);
        // An import that is not followed stays one: another meaning of the same name, not an object of unknown origin.
        let why = |why| if why == Why::Name { Why::Name } else { Why::Attribute };
        let mut result = Value { alternatives: Vec::new(), unknown: value.unknown.map(why) };
        for one in &value.alternatives {
            if one.datum != Datum::Null {
                result.join(self.member_value(&one.datum, name));
            }
        }
        if result.alternatives.is_empty() && result.unknown.is_none() {
            result.unknown = Some(Why::Attribute);
        }
        result
    }

    /// What attribute `name` of `datum` is worth.
    pub(super) fn member_value(&self, datum: &Datum, name: &SmolStr) -> Value {
        match datum {
            Datum::Path(path) => Value::known(Datum::Path(format_smolstr!("{path}.{name}")), None),
            Datum::Scope(scope) => match self.scope(*scope).kind {
                ScopeKind::Module => self.module_member(*scope, name),
                ScopeKind::Class => self.class_member(*scope, name),
                _ => Value::unknown(Why::Attribute),
            },
            Datum::Object(class, made, frame) => self.object_member(*class, *made, *frame, datum, name),
            Datum::Unset | Datum::Null => Value::unknown(Why::Attribute),
            other => Value::known(Datum::Member(Box::new(other.clone()), name.clone()), None),
        }
    }

    fn module_member(&self, module: ScopeRef, name: &SmolStr) -> Value {
        let file = module.file;
        let value = self.exported(module, name);
        if value.unknown == Some(Why::Name) && value.alternatives.is_empty() && module.scope == MODULE {
            // `package.module` where the package does not import the module itself.
            if let Some(id) = self.modules.resolve(file, name, 1).filter(|id| self.files.get(*id).is_some()) {
                return Value::known(Datum::Scope(ScopeRef { file: id, scope: MODULE }), None);
            }
        }
        value
    }

    pub(super) fn class_member(&self, class: ScopeRef, name: &SmolStr) -> Value {
        for &class in self.lineage(class).iter() {
            let flow = &self.files[&class.file].flow();
            if let Some(reaching) = flow.at_exit(class.scope, name) {
                let value = self.reaching(class.file, reaching, Frame::NONE);
                let member = value.alternatives.iter().any(|one| !matches!(one.datum, Datum::Scope(_)));
                let hidden = member && super::builtins::is_enumeration(&self.outside_bases(class));
                return if hidden { Value::unknown(Why::Attribute) } else { value };
            }
        }
        Value::unknown(Why::Attribute)
    }

    fn object_member(&self, class: ScopeRef, made: Option<ExprRef>, frame: Frame, of: &Datum, name: &SmolStr) -> Value {
        if let Some(member) = self.member(class, name) {
            let facts = self.facts(member.file);
            let property =
                has_decorator(facts, member.scope, "property") || has_decorator(facts, member.scope, "cached_property");
            return match self.scope(member).kind {
                ScopeKind::Function if property => self.returned_by(member, of, Frame::NONE),
                ScopeKind::Function => Value::known(Datum::Method(member, Box::new(of.clone())), None),
                _ => Value::known(Datum::Scope(member), None),
            };
        }
        if let Some(object) = self.annotation_in_class(class, name).and_then(|annotation| self.typed(annotation)) {
            return Value::known(object, None);
        }
        let mut writes = self.writes(class, name);
        // An object that is written out has the fields that it is written with.
        if let Some(own) = writes.iter().find(|write| made == Some(write.target)).copied() {
            writes = vec![own];
        }
        let mut result = Value::default();
        for write in &writes {
            let Some(value) = write.value else {
                result.join(Value::unknown(Why::Expression));
                continue;
            };
            let frame = self.frame_of_write(class, write.target, made, frame);
            let value = self.evaluate(sibling(write.target, value), frame);
            result.join(if write.entered { self.entered(value) } else { value });
        }
        let several = writes.len() > 1;
        let others = result.alternatives.iter().any(|one| one.datum != Datum::Null);
        for one in &mut result.alternatives {
            if several && one.datum == Datum::Null && (others || one.source == Source::Written) {
                one.source = Source::Initial;
            }
        }
        let class_level = self.class_level(class, name, made);
        if !class_level.alternatives.is_empty() || class_level.unknown != Some(Why::Attribute) {
            let field = writes.is_empty() && self.is_field(class, name);
            result.join(match (writes.is_empty(), field) {
                (false, _) => class_level.from_source(Source::Initial),
                (true, true) => self.field_default(class_level),
                (true, false) => class_level,
            });
        }
        if result.alternatives.is_empty() || result.unknown.is_some() {
            result.join(self.annotated_attribute(class, name));
        } else if result.alternatives.iter().all(|one| one.datum == Datum::Null) {
            // What is only seen to be none, and is to hold an object of a library, is filled somewhere out of sight.
            let said = self.annotated_attribute(class, name);
            let held = said.alternatives.iter().any(|one| self.library_row(&one.datum).is_some());
            result.join(if held { said } else { Value::default() });
        }
        if result.alternatives.is_empty() && self.library_row(of).is_some() {
            return Value::known(Datum::Member(Box::new(of.clone()), name.clone()), None);
        }
        if result.alternatives.is_empty() && result.unknown.is_none() {
            result.unknown = Some(Why::Attribute);
        }
        result
    }

    /// What a field of a class with a generated constructor is unless the constructor is told otherwise.
    fn field_default(&self, class_level: Value) -> Value {
        let mut value = Value::unknown(Why::Parameter);
        for one in class_level.alternatives {
            match &one.datum {
                Datum::Result(_, call) => {
                    if let Some(default) = self.named_argument(*call, "default") {
                        value.join(self.evaluate(default, Frame::NONE).from_source(Source::Default));
                    }
                }
                _ => {
                    let one = Value { alternatives: vec![one], unknown: None };
                    value.join(one.from_source(Source::Default));
                }
            }
        }
        value
    }

    /// Whether a class-level value is the default of a generated constructor's parameter.
    fn is_field(&self, class: ScopeRef, name: &SmolStr) -> bool {
        self.lineage(class).iter().any(|&class| {
            let file = &self.files[&class.file];
            let annotated = file.flow().all_defs(class.scope, name).iter().any(|&def| {
                let stmt = file.flow().def(def).stmt.map(|stmt| &file.facts.stmt(stmt).kind);
                matches!(stmt, Some(StmtKind::Assign { annotation: Some(_), .. }))
            });
            annotated && (!self.scope(class).decorators.is_empty() || !self.outside_bases(class).is_empty())
        })
    }

    /// The annotation of an attribute in the body of its class, or of a base.
    fn annotation_in_class(&self, class: ScopeRef, name: &SmolStr) -> Option<ExprRef> {
        self.lineage(class).iter().find_map(|&class| {
            let file = &self.files[&class.file];
            file.flow().all_defs(class.scope, name).iter().find_map(|&def| {
                match file.flow().def(def).stmt.map(|stmt| &file.facts.stmt(stmt).kind) {
                    Some(StmtKind::Assign { annotation: Some(annotation), .. }) => {
                        Some(ExprRef { file: class.file, expr: *annotation })
                    }
                    _ => None,
                }
            })
        })
    }

    fn annotated_attribute(&self, class: ScopeRef, name: &SmolStr) -> Value {
        let types = self.lineage(class).iter().find_map(|&class| {
            let file = &self.files[&class.file];
            let facts = &file.facts;
            let parts = file.parts_with(name, Sought::Use);
            parts.flat_map(|part| facts.stmts_of(part)).find_map(|stmt| match &facts.stmt(stmt).kind {
                StmtKind::Assign { targets, annotation: Some(annotation), .. } => {
                    let fits = targets.iter().any(|&target| match &facts.expr(target).kind {
                        ExprKind::Name(own) => own == name && facts.place(stmt).scope == class.scope,
                        ExprKind::Attribute { object, name: own } => {
                            own == name && super::attributes::class_of_self(facts, *object) == Some(class.scope)
                        }
                        _ => false,
                    });
                    fits.then_some(ExprRef { file: class.file, expr: *annotation })
                }
                _ => None,
            })
        });
        types.map_or_else(|| Value::unknown(Why::Attribute), |annotation| self.annotated(annotation, Why::Attribute))
    }

    fn indexed(&self, object: ExprRef, key: ExprRef, frame: Frame) -> Value {
        let container = self.evaluate(object, frame);
        let key = self.evaluate(key, frame);
        let (Some(container), Some(key)) = (container.one(), key.one()) else { return Value::unknown(Why::Splat) };
        match (&container.datum, &key.datum) {
            (Datum::Path(path), _) if path == "os.environ" => Value::known(Datum::Environment, None),
            (Datum::Mapping(..), Datum::Text(key)) => {
                let (entries, open) = self.entries(object, &container.datum);
                let found: Vec<_> = entries.iter().filter(|entry| entry.name == *key).collect();
                match found.as_slice() {
                    [entry] if !open && !entry.sometimes => self.evaluate(entry.value, entry.frame),
                    _ => Value::unknown(Why::Splat),
                }
            }
            (Datum::Sequence(..), Datum::Number(index)) if *index >= 0.0 && index.fract() == 0.0 => {
                // Checked to be a small whole number just above.
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                let index = *index as usize;
                self.element(&Value::known(container.datum.clone(), None), index)
            }
            _ => Value::unknown(Why::Splat),
        }
    }

    pub(super) fn element(&self, value: &Value, index: usize) -> Value {
        match value.one().map(|one| &one.datum) {
            Some(Datum::Sequence(expr, frame)) => match self.kind(*expr) {
                ExprKind::Sequence(items) => match items.get(index) {
                    Some(&item)
                        if !items.iter().any(|&i| matches!(self.kind(sibling(*expr, i)), ExprKind::Splat(_))) =>
                    {
                        self.evaluate(sibling(*expr, item), *frame)
                    }
                    _ => Value::unknown(Why::Splat),
                },
                _ => Value::unknown(Why::Splat),
            },
            _ => Value::unknown(Why::Splat),
        }
    }

    pub(super) fn items(&self, value: &Value) -> Value {
        match value.one().map(|one| &one.datum) {
            Some(Datum::Sequence(expr, frame)) => {
                let ExprKind::Sequence(items) = self.kind(*expr) else { return Value::unknown(Why::Splat) };
                let mut result = Value::default();
                for &item in items {
                    result.join(self.evaluate(sibling(*expr, item), *frame));
                }
                if items.is_empty() { Value::unknown(Why::Splat) } else { result }
            }
            Some(Datum::Generator(scope, frame)) => self.yielded(*scope, *frame),
            _ => Value::unknown(Why::Splat),
        }
    }

    pub(super) fn parameter(&self, scope: ScopeRef, index: usize, frame: Frame) -> Value {
        let facts = self.facts(scope.file);
        let parameter = &facts.scope(scope.scope).parameters[index];
        if index == 0
            && let Some(class) = class_of_method(facts, scope.scope)
        {
            let class = scope_in(scope.file, class);
            if has_decorator(facts, scope.scope, "classmethod") || facts.scope(scope.scope).name == "__new__" {
                return Value::known(Datum::Scope(class), None);
            }
            return Value::known(Datum::Object(class, None, Frame::NONE), None);
        }
        if matches!(parameter.kind, ParameterKind::Variadic | ParameterKind::Keywords) {
            return Value::unknown(Why::Splat);
        }
        if let Some(data) = self.frames.around(scope, frame) {
            return match self.argument_for(data.call, scope, index) {
                Passed::Argument(value) => self.evaluate(value, data.outer),
                Passed::Default => self.default(scope, index).from_source(Source::Written),
                Passed::Unknown => Value::unknown(Why::Splat),
            };
        }
        if let Some(object) =
            parameter.annotation.and_then(|annotation| self.typed(ExprRef { file: scope.file, expr: annotation }))
        {
            let mut value = Value::known(object, None);
            if parameter.default.is_some() {
                value.join(self.default(scope, index));
            }
            return value;
        }
        let mut value = or_default(self.passed_by_callers(scope, index), || self.default(scope, index));
        if let Some(annotation) = parameter.annotation.filter(|_| value.unknown.is_some()) {
            value.join(self.annotated(ExprRef { file: scope.file, expr: annotation }, Why::Parameter));
        }
        value
    }

    /// The default of a parameter; unknown where it has none.
    pub(super) fn default(&self, scope: ScopeRef, index: usize) -> Value {
        match self.scope(scope).parameters[index].default {
            Some(default) => {
                let default = ExprRef { file: scope.file, expr: default };
                self.evaluate(default, Frame::NONE).from_source(Source::Default)
            }
            None => Value::unknown(Why::Parameter),
        }
    }

    /// What all known callers pass; `None` where there is none, or not all are known.
    fn passed_by_callers(&self, scope: ScopeRef, index: usize) -> Option<Value> {
        // A class that is there to be derived from is built by its subclasses.
        let derived = self.scope(scope).parameters[index].default.is_none();
        let passed = |call| self.argument_for(call, scope, index);
        self.passed_in_calls(scope, derived, &passed, &|_| self.default(scope, index))
    }

    /// The same of whatever a call passes; of what nobody calls the subclasses' calls, where they count. What more than
    /// [`CALLERS`] pass is not known, but for the default that applies where one of them passes nothing.
    pub(super) fn passed_in_calls(
        &self,
        scope: ScopeRef,
        derived: bool,
        passed: &dyn Fn(ExprRef) -> Passed,
        default: &dyn Fn(ExprRef) -> Value,
    ) -> Option<Value> {
        if !self.memo.may_ask_callers() {
            return None;
        }
        let callers = self.callers_of(scope);
        let test = self.is_test_scope(scope);
        let mut calls: Vec<ExprRef> =
            callers.calls.iter().filter(|caller| test || !self.is_test(caller.call)).map(|c| c.call).collect();
        if calls.is_empty() && derived {
            calls = self.calls_by_subclasses(scope);
        }
        if calls.is_empty() || callers.escapes {
            return None;
        }
        if calls.len() > CALLERS {
            let mut result = Value::unknown(Why::Wide);
            if let Some(call) = calls.into_iter().find(|call| matches!(passed(*call), Passed::Default)) {
                result.join(default(call));
            }
            return Some(result);
        }
        let mut result = Value::default();
        for call in calls {
            result.join(match passed(call) {
                Passed::Argument(value) => self.evaluate(value, Frame::NONE),
                Passed::Default => default(call),
                Passed::Unknown => Value::unknown(Why::Splat),
            });
        }
        Some(result)
    }

    /// The object that an annotation by a class of the project says there is. Which of its objects that is would take a
    /// look at every place that makes one, and hardly ever tells more.
    fn typed(&self, annotation: ExprRef) -> Option<Datum> {
        let said = self.annotated(annotation, Why::Parameter);
        let [Alternative { datum: datum @ Datum::Object(class, ..), .. }] = said.alternatives.as_slice() else {
            return None;
        };
        self.library_base(*class).is_none().then(|| datum.clone())
    }

    /// What an annotation says about a value that is not known otherwise.
    pub(super) fn annotated(&self, annotation: ExprRef, why: Why) -> Value {
        let mut value = Value::unknown(why);
        let mut types = Vec::new();
        self.types_in(annotation, &mut types);
        types.retain(|datum| *datum != Datum::Null);
        if let [datum] = types.as_slice() {
            let datum = match datum {
                Datum::Path(path) => Datum::Instance(path.clone()),
                Datum::Scope(class) if self.scope(*class).kind == ScopeKind::Class => {
                    Datum::Object(*class, None, Frame::NONE)
                }
                _ => return value,
            };
            value.alternatives.push(Alternative { datum, at: Some(self.span(annotation)), source: Source::Written });
        }
        value
    }

    fn types_in(&self, annotation: ExprRef, into: &mut Vec<Datum>) {
        match self.kind(annotation) {
            ExprKind::None => into.push(Datum::Null),
            ExprKind::Text(text) => into.extend(self.type_named(annotation, text)),
            ExprKind::Index { object, key } => {
                let wrapper = match self.kind(sibling(annotation, *object)) {
                    ExprKind::Name(name) | ExprKind::Attribute { name, .. } => name.as_str(),
                    _ => "",
                };
                match (wrapper, self.kind(sibling(annotation, *key))) {
                    ("Optional" | "Final" | "ClassVar", _) => self.types_in(sibling(annotation, *key), into),
                    ("Union", ExprKind::Sequence(items)) => {
                        items.iter().for_each(|&item| self.types_in(sibling(annotation, item), into));
                    }
                    ("Annotated", ExprKind::Sequence(items)) => {
                        items.iter().take(1).for_each(|&item| self.types_in(sibling(annotation, item), into));
                    }
                    _ => into.push(Datum::Unset),
                }
            }
            ExprKind::Binary { left, right, .. } => {
                self.types_in(sibling(annotation, *left), into);
                self.types_in(sibling(annotation, *right), into);
            }
            _ => match self.evaluate(annotation, Frame::NONE).one() {
                Some(one) => into.push(one.datum.clone()),
                None => into.push(Datum::Unset),
            },
        }
    }

    /// The type that a quoted annotation names.
    fn type_named(&self, annotation: ExprRef, text: &str) -> Vec<Datum> {
        let mut types = Vec::new();
        for part in text.split('|') {
            let part = part.trim().trim_start_matches("Optional[").trim_end_matches(']');
            if part == "None" {
                continue;
            }
            let mut names = part.split('.').map(SmolStr::from);
            let Some(first) = names.next() else { continue };
            let facts = self.facts(annotation.file);
            let owner = self.owner_of(annotation.file, facts.scope_of(annotation.expr), &first);
            let mut value = match owner {
                Some(owner) => self.captured(scope_in(annotation.file, owner), &first, Frame::NONE),
                None => Value::unknown(Why::Name),
            };
            for name in names {
                value = value.one().map_or(Value::unknown(Why::Name), |one| self.member_value(&one.datum, &name));
            }
            types.push(value.one().map_or(Datum::Unset, |one| one.datum.clone()));
        }
        types
    }

    /// What a call passes for a parameter of the function that it calls.
    pub(super) fn argument_for(&self, call: ExprRef, scope: ScopeRef, index: usize) -> Passed {
        let ExprKind::Call { arguments, .. } = self.kind(call) else { return Passed::Unknown };
        let facts = self.facts(scope.file);
        let parameters = &facts.scope(scope.scope).parameters;
        let parameter = &parameters[index];
        let bound = usize::from(class_of_method(facts, scope.scope).is_some());
        let mut position = 0;
        let mut splat = false;
        for argument in arguments {
            let value = sibling(call, argument.value);
            match argument.kind {
                ArgumentKind::Named if argument.name == parameter.name => return Passed::Argument(value),
                ArgumentKind::Named => {}
                ArgumentKind::Positional => {
                    let takes = matches!(parameter.kind, ParameterKind::Either | ParameterKind::PositionalOnly);
                    if takes && !splat && position + bound == index {
                        return Passed::Argument(value);
                    }
                    position += 1;
                }
                ArgumentKind::Splat | ArgumentKind::MappingSplat => splat = true,
            }
        }
        if splat { Passed::Unknown } else { Passed::Default }
    }
}

/// What a call passes for a parameter.
#[derive(Debug, Clone, Copy)]
pub(super) enum Passed {
    /// This.
    Argument(ExprRef),
    /// Nothing: its default applies.
    Default,
    /// Perhaps something, by a splat.
    Unknown,
}

impl Project<'_> {
    /// The call that stands for a function in this context, and the context of that call.
    pub(super) fn call_in(&self, function: ScopeRef, frame: Frame) -> Option<(ExprRef, Frame)> {
        self.frames.around(function, frame).map(|data| (data.call, data.outer))
    }
}

/// What all callers pass, `None` where not all are known, and what it is where one of them passes nothing that is known.
pub(super) fn or_default(passed: Option<Value>, default: impl FnOnce() -> Value) -> Value {
    let all_known = passed.is_some();
    let mut value = passed.unwrap_or_else(|| Value::unknown(Why::Parameter));
    // Of too many callers nobody knows whether any leaves it to the default.
    if value.unknown.is_some_and(|why| why != Why::Wide) {
        // Where every caller passes something, a default of none says nothing; any other shows what is meant.
        let default = default();
        if !all_known || !default.always(|datum| *datum == Datum::Null) {
            value.join(default);
        }
    }
    value
}
