//! Classes: their bases and subclasses, and what is written to the attributes of their objects.
//!
//! Refuses to judge: it only finds.

use super::index::AttributeWrite;
use super::{ClassLists, Project, scope_in, sibling};
use crate::model::expr::{ArgumentKind, ComparisonOperator, ExprId, ExprKind};
use crate::model::facts::{FileFacts, ScopeId, ScopeKind};
use crate::model::value::{Datum, ExprRef, Frame, ScopeRef, Value, Why};
use crate::source::FileId;
use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The last name of what an expression names.
pub(super) fn last_name(facts: &FileFacts, expr: ExprId) -> Option<SmolStr> {
    match &facts.expr(expr).kind {
        ExprKind::Name(name) | ExprKind::Attribute { name, .. } => Some(name.clone()),
        _ => None,
    }
}

/// The class whose method has `object` as its first parameter.
pub(super) fn class_of_self(facts: &FileFacts, object: ExprId) -> Option<ScopeId> {
    let ExprKind::Name(name) = &facts.expr(object).kind else { return None };
    let mut at = Some(facts.scope_of(object));
    while let Some(id) = at {
        let scope = facts.scope(id);
        if let Some(index) = scope.parameters.iter().position(|parameter| parameter.name == *name) {
            return (index == 0).then(|| class_of_method(facts, id)).flatten();
        }
        at = scope.parent;
    }
    None
}

/// The class that an expression is written in.
pub(super) fn class_around(facts: &FileFacts, expr: ExprId) -> Option<ScopeId> {
    let mut at = facts.scope_of(expr);
    while facts.scope(at).kind != ScopeKind::Class {
        at = facts.scope(at).parent?;
    }
    Some(at)
}

/// The class that a function is a method of; static methods are none.
pub(super) fn class_of_method(facts: &FileFacts, function: ScopeId) -> Option<ScopeId> {
    let scope = facts.scope(function);
    let parent = scope.parent.filter(|&parent| facts.scope(parent).kind == ScopeKind::Class)?;
    (scope.kind == ScopeKind::Function && !scope.unbound && !has_decorator(facts, function, "staticmethod"))
        .then_some(parent)
}

/// Whether a function has a decorator whose last name is `name`.
pub(super) fn has_decorator(facts: &FileFacts, function: ScopeId, name: &str) -> bool {
    facts.scope(function).decorators.iter().any(|&decorator| {
        let decorator = match &facts.expr(decorator).kind {
            ExprKind::Call { callee, .. } => *callee,
            _ => decorator,
        };
        last_name(facts, decorator).is_some_and(|last| last == name)
    })
}

impl Project<'_> {
    /// The bases of a class, as far as they are known; what is not known is unset.
    pub(super) fn bases_of(&self, class: ScopeRef) -> Vec<Datum> {
        let facts = self.facts(class.file);
        let bases = facts.scope(class.scope).bases.iter().filter(|base| base.kind == ArgumentKind::Positional);
        let evaluated = bases.map(|base| {
            let at = ExprRef { file: class.file, expr: generic_root(facts, base.value) };
            match self.evaluate(at, Frame::NONE).one().map(|one| one.datum.clone()) {
                Some(Datum::Scope(base)) if base == class => Datum::Unset,
                Some(datum) => datum,
                None => Datum::Unset,
            }
        });
        evaluated.collect()
    }

    /// The first base of a class.
    pub(super) fn first_base(&self, class: ScopeRef) -> Option<Datum> {
        self.bases_of(class).into_iter().next()
    }

    /// The class and its bases, nearest first; what is not a class of the project is left out.
    pub(super) fn lineage(&self, class: ScopeRef) -> Arc<Vec<ScopeRef>> {
        self.kept(&self.lineages, class, || {
            let mut found = vec![class];
            let mut at = 0;
            while at < found.len() && found.len() < 64 {
                for base in self.bases_of(found[at]) {
                    if let Datum::Scope(base) = base
                        && !found.contains(&base)
                    {
                        found.push(base);
                    }
                }
                at += 1;
            }
            found
        })
    }

    /// Works out a list of classes once, unless it was cut short by a circle of questions.
    fn kept(&self, lists: &ClassLists, class: ScopeRef, find: impl FnOnce() -> Vec<ScopeRef>) -> Arc<Vec<ScopeRef>> {
        if let Some(known) = lists.borrow().get(&class) {
            return known.clone();
        }
        let cuts = self.memo.cuts();
        let found = Arc::new(self.memo.without_callers(find));
        if cuts == self.memo.cuts() {
            lists.borrow_mut().insert(class, found.clone());
        }
        found
    }

    /// The bases outside the project, by path, of a class and its bases; `None` among them where one is not known.
    pub(super) fn outside_bases(&self, class: ScopeRef) -> Vec<Option<SmolStr>> {
        let lineage = self.lineage(class);
        let bases = lineage.iter().flat_map(|&class| self.bases_of(class));
        bases
            .filter_map(|base| match base {
                Datum::Scope(_) => None,
                Datum::Path(path) => Some(Some(path)),
                _ => Some(None),
            })
            .collect()
    }

    /// The class and everything that derives from it.
    pub(super) fn descendants(&self, class: ScopeRef) -> Vec<ScopeRef> {
        let mut found = vec![class];
        let mut seen: FxHashSet<ScopeRef> = found.iter().copied().collect();
        let mut at = 0;
        while at < found.len() {
            for sub in self.names.subclasses(&self.scope(found[at]).name, &self.near(found[at])) {
                if !seen.contains(&sub) && self.bases_of(sub).contains(&Datum::Scope(found[at])) {
                    seen.insert(sub);
                    found.push(sub);
                }
            }
            at += 1;
        }
        found
    }

    /// The classes whose methods may see the attributes of an object of `class`: its family.
    pub(super) fn family(&self, class: ScopeRef) -> Arc<Vec<ScopeRef>> {
        self.kept(&self.families, class, || {
            let mut family = Vec::new();
            let mut seen = FxHashSet::default();
            for member in self.descendants(class) {
                family.extend(self.lineage(member).iter().copied().filter(|&ancestor| seen.insert(ancestor)));
            }
            family
        })
    }

    /// The shipped classes that derive from a class, or all where it is itself test code.
    pub(super) fn derived(&self, class: ScopeRef) -> Vec<ScopeRef> {
        // Where nothing but bases is in the family, nothing derives from it.
        if self.family(class).len() == self.lineage(class).len() {
            return Vec::new();
        }
        let test = self.is_test_scope(class);
        let mut derived = self.memo.without_callers(|| self.descendants(class));
        derived.retain(|&sub| sub != class && (test || !self.is_test_scope(sub)));
        derived
    }

    /// The function or class that `class` or its nearest base defines as `name`.
    pub(super) fn member(&self, class: ScopeRef, name: &str) -> Option<ScopeRef> {
        self.lineage(class).iter().find_map(|&class| {
            let flow = &self.files[&class.file].flow();
            let reaching = flow.at_exit(class.scope, &SmolStr::from(name))?;
            reaching.iter().rev().find_map(|(def, _)| match flow.def(*def).kind {
                super::flow::DefKind::Scope(scope) => Some(scope_in(class.file, scope)),
                _ => None,
            })
        })
    }

    /// What an attribute is at the level of the classes that an object, seen as one of `class`, may be of: of `class` only
    /// where nothing that derives from it takes its place, or something builds it.
    pub(super) fn class_level(&self, class: ScopeRef, name: &SmolStr, made: Option<ExprRef>) -> Value {
        let own = |class: ScopeRef| self.files[&class.file].flow().at_exit(class.scope, name).is_some();
        let derived = if made.is_none() { self.derived(class) } else { Vec::new() };
        if !derived.iter().any(|&sub| own(sub)) {
            return self.class_member(class, name);
        }
        let bases: FxHashSet<ScopeRef> = derived.iter().flat_map(|&sub| self.lineage(sub)[1..].to_vec()).collect();
        let mut result = Value::default();
        for one in [class].into_iter().chain(derived) {
            if !bases.contains(&one) || self.is_built(one) {
                result.join(self.class_member(one, name));
            }
        }
        result
    }

    /// Whether something builds an object of a class itself.
    fn is_built(&self, class: ScopeRef) -> bool {
        let near = self.near(class);
        self.names.calls(&self.scope(class).name, Some(&near)).into_iter().any(|call| {
            let ExprKind::Call { callee, .. } = self.kind(call) else { return false };
            if self.is_test(call) && !self.is_test_scope(class) {
                return false;
            }
            let called = self.memo.without_callers(|| self.evaluate(sibling(call, *callee), Frame::NONE));
            called.alternatives.iter().any(|one| one.datum == Datum::Scope(class))
        })
    }

    /// The files that classes are written in, each once.
    pub(super) fn files_of(&self, classes: &[ScopeRef]) -> impl Iterator<Item = FileId> + use<> {
        let files: BTreeSet<FileId> = classes.iter().map(|class| class.file).collect();
        files.into_iter()
    }

    /// Everything that is written to attribute `name` of objects of `class`, its bases and its subclasses.
    pub(super) fn writes(&self, class: ScopeRef, name: &SmolStr) -> Vec<AttributeWrite> {
        let mut found = Vec::new();
        for &member in self.family(class).iter() {
            found.extend(self.names.own_writes(member, name));
        }
        // Where only the class of what is held matters, what the family itself writes tells it.
        if !found.is_empty() && !self.memo.may_ask_callers() {
            return self.without_tests(class, found);
        }
        // What a leading underscore hides is written by others only beside the class.
        let elsewhere = if name.starts_with('_') {
            self.family(class)
                .iter()
                .flat_map(|member| self.names.other_writes_in(member.file, name))
                .collect::<Vec<_>>()
                .into()
        } else {
            self.names.other_writes(name, &self.near(class))
        };
        for &write in elsewhere.iter() {
            let ExprKind::Attribute { object, .. } = self.kind(write.target) else { continue };
            let value = self.evaluate(sibling(write.target, *object), Frame::NONE);
            let same = value.alternatives.iter().any(|one| match &one.datum {
                Datum::Object(of, ..) | Datum::Scope(of) => self.lineage(*of).contains(&class),
                _ => false,
            });
            if same {
                found.push(write);
            }
        }
        for &write in self.names.record_fields(name, &self.near(class)).iter() {
            let ExprKind::Record { path, .. } = self.kind(write.target) else { continue };
            let of = self.evaluate(sibling(write.target, *path), Frame::NONE);
            let same = of.alternatives.iter().any(|one| match &one.datum {
                Datum::Scope(of) => self.lineage(*of).contains(&class),
                _ => false,
            });
            if same {
                found.push(write);
            }
        }
        self.without_tests(class, found)
    }

    /// What tests put in the place of something says nothing about it.
    fn without_tests(&self, class: ScopeRef, mut writes: Vec<AttributeWrite>) -> Vec<AttributeWrite> {
        let test = self.is_test_file(class.file);
        writes.retain(|write| test || !self.is_test(write.target));
        writes
    }

    /// An object that is written out, of a class of the project.
    pub(super) fn record(&self, record: ExprRef, path: ExprRef, frame: Frame) -> Value {
        match self.evaluate(path, Frame::NONE).one().map(|one| &one.datum) {
            Some(Datum::Scope(class)) if self.scope(*class).kind == ScopeKind::Class => {
                Value::known(Datum::Object(*class, Some(record), frame), Some(self.span(record)))
            }
            _ => Value::unknown(Why::Expression),
        }
    }

    /// The call whose arguments a write in a constructor sees: that of the class, or the one by which the constructor of a
    /// subclass calls it.
    pub(super) fn frame_of_write(
        &self,
        class: ScopeRef,
        target: ExprRef,
        made: Option<ExprRef>,
        outer: Frame,
    ) -> Frame {
        if made == Some(target) {
            return outer;
        }
        let function = self.function_of(self.scope_at(target));
        if self.scope(function).name != "__init__" {
            return Frame::NONE;
        }
        let whole = |function| made.map_or(Frame::NONE, |call| self.frames.of(function, call, outer));
        let lineage = self.lineage(class);
        let mut inits = lineage.iter().filter_map(|&class| self.own_init(class));
        let Some(mut init) = inits.next() else { return whole(function) };
        let mut frame = whole(init);
        for next in inits {
            if init == function {
                break;
            }
            let [call] = self.super_inits(init)[..] else { return Frame::NONE };
            frame = self.frames.of(next, call, frame);
            init = next;
        }
        if init == function { frame } else { Frame::NONE }
    }

    /// The calls of a class's constructor by those of its subclasses.
    pub(super) fn calls_by_subclasses(&self, init: ScopeRef) -> Vec<ExprRef> {
        let Some(class) = class_of_method(self.facts(init.file), init.scope) else { return Vec::new() };
        if self.scope(init).name != "__init__" {
            return Vec::new();
        }
        let of = |sub: &ScopeRef| {
            let lineage = self.lineage(*sub);
            let mut inits = lineage.iter().filter_map(|&class| self.own_init(class));
            let own = inits.next().filter(|own| *own != init && inits.next() == Some(init))?;
            self.super_inits(own).first().copied()
        };
        self.descendants(scope_in(init.file, class)).iter().filter_map(of).collect()
    }

    /// The constructor that a class defines itself.
    fn own_init(&self, class: ScopeRef) -> Option<ScopeRef> {
        self.member(class, "__init__")
            .filter(|init| init.file == class.file && self.scope(*init).parent == Some(class.scope))
    }

    /// Whether a branch of a conditional may be `datum`: in `x if x is not None else y` the first branch is never none.
    pub(super) fn may_be(&self, test: ExprRef, branch: ExprRef, holds: bool, datum: &Datum) -> bool {
        let same = |other: ExprId| self.text(self.span(sibling(test, other))) == self.text(self.span(branch));
        match self.kind(test) {
            ExprKind::Comparison { operator, left, right } if same(*left) => {
                let none = matches!(self.kind(sibling(test, *right)), ExprKind::None);
                match operator {
                    ComparisonOperator::IsNot if none => (*datum == Datum::Null) != holds,
                    ComparisonOperator::Is if none => (*datum == Datum::Null) == holds,
                    _ => true,
                }
            }
            _ if same(test.expr) => datum.truth() != Some(!holds),
            _ => true,
        }
    }
}

/// The class in `Generic[T]`, `Base[int]`.
fn generic_root(facts: &FileFacts, base: ExprId) -> ExprId {
    match &facts.expr(base).kind {
        ExprKind::Index { object, .. } => *object,
        _ => base,
    }
}
