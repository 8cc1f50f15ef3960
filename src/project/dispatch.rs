//! Which class's method a call runs, by the object that it is called on: `self`, `super()`, or one that is known.
//!
//! Refuses to guess the class of an object that is not known.

use super::attributes::{class_around, class_of_self, has_decorator};
use super::{Project, scope_in, sibling};
use crate::model::expr::ExprKind;
use crate::model::value::{Datum, ExprRef, Frame, ScopeRef};
use smol_str::SmolStr;

impl Project<'_> {
    /// Whether the object that a method is called on may be of `class`: not where nothing derives from both its own and
    /// that one.
    pub(super) fn may_be_called_on(&self, callee: ExprRef, class: ScopeRef) -> bool {
        let ExprKind::Attribute { object, .. } = self.kind(callee) else { return true };
        let object = self.evaluate(sibling(callee, *object), Frame::NONE);
        object.alternatives.is_empty()
            || object.alternatives.iter().any(|one| match one.datum {
                Datum::Object(of, ..) => self.may_be_one(of, class),
                _ => true,
            })
    }

    /// Whether something derives from both classes.
    fn may_be_one(&self, class: ScopeRef, other: ScopeRef) -> bool {
        self.family(class).contains(&other)
    }

    /// The class whose bases are meant where a method is taken from `super()`.
    pub(super) fn class_of_super(&self, callee: ExprRef) -> Option<ScopeRef> {
        let ExprKind::Attribute { object, .. } = self.kind(callee) else { return None };
        let ExprKind::Call { callee: called, .. } = self.kind(sibling(callee, *object)) else { return None };
        let is_super = matches!(self.kind(sibling(callee, *called)), ExprKind::Name(name) if name == "super");
        let class = is_super.then(|| class_around(self.facts(callee.file), *called)).flatten();
        class.map(|class| scope_in(callee.file, class))
    }

    /// Whether `super().name()` in a class runs the method of another one, and whether it can only mean that.
    pub(super) fn calls_above(&self, own: ScopeRef, name: &SmolStr, class: ScopeRef) -> Option<bool> {
        let lineage = self.lineage(own);
        let defines = |class: &&ScopeRef| !self.files[&class.file].flow().all_defs(class.scope, name).is_empty();
        match lineage.iter().skip(1).find(defines) {
            Some(&first) if first == class => Some(true),
            // What is mixed in beside comes before a common base.
            _ => (!lineage.contains(&class) && self.may_be_one(own, class)).then_some(false),
        }
    }

    /// The class of the object that a call is made on, if that is the one of the function around; `own` is the class that
    /// it must be of. Nothing where it cannot be.
    pub(super) fn object_of(&self, call: ExprRef, own: Option<ScopeRef>) -> Option<Option<ScopeRef>> {
        let ExprKind::Call { callee, .. } = self.kind(call) else { return Some(None) };
        let callee = sibling(call, *callee);
        let ExprKind::Attribute { object, .. } = self.kind(callee) else { return Some(None) };
        let of_self = class_of_self(self.facts(call.file), *object).map(|class| scope_in(call.file, class));
        match (of_self.or_else(|| self.class_of_super(callee)), own) {
            (Some(around), Some(own)) if self.lineage(own).contains(&around) => Some(Some(own)),
            (Some(around), Some(own)) if self.lineage(around).contains(&own) => Some(Some(around)),
            (Some(around), Some(own)) => {
                (self.may_be_one(around, own) || self.is_only_declared(callee)).then_some(Some(own))
            }
            (Some(around), None) => Some(Some(around)),
            (None, Some(own)) => self.may_be_called_on(callee, own).then_some(None),
            (None, None) => Some(None),
        }
    }

    /// Whether a method is declared for others to define: who calls it gets it from a class that is mixed in somewhere.
    fn is_only_declared(&self, callee: ExprRef) -> bool {
        let targets = self.functions_in(&self.evaluate(callee, Frame::NONE));
        let is_abstract = |target: &ScopeRef| has_decorator(self.facts(target.file), target.scope, "abstractmethod");
        targets.is_empty() || targets.iter().any(is_abstract)
    }
}
