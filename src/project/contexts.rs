//! The calls whose arguments decide what a site is given.
//!
//! Whoever calls a function is a look at much of the project, so it is only asked where a parameter of the function can
//! reach the site. Refuses to evaluate: it only follows names within the function.

use super::flow::{DefId, DefKind};
use super::{Project, sibling};
use crate::libraries::Setting;
use crate::model::expr::{ExprId, ExprKind};
use crate::model::facts::{MODULE, Parent, ScopeKind, StmtKind};
use crate::model::value::{Alternative, Datum, ExprRef, Frame, Value, Why};
use crate::project::Site;

/// How many calls a site is seen in the context of.
const CALLS: usize = 16;

impl Project<'_> {
    /// The calls that a site's function may run in, each with its context: only where parameters can matter.
    #[must_use]
    pub fn contexts(&self, site: &Site) -> Vec<(Frame, ExprRef)> {
        let function = self.function_of(self.scope_at(site.call));
        let scope = self.scope(function);
        if scope.kind != ScopeKind::Function || scope.parameters.is_empty() || !self.may_depend_on_caller(site) {
            return Vec::new();
        }
        let calls = self.known_calls(function).into_iter().take(CALLS);
        calls.map(|call| (self.frames.of(function, call, Frame::NONE), call)).collect()
    }

    /// What an argument is worth. An attribute that its function asks about is not shown to be none where it is used.
    pub(super) fn unguarded(&self, argument: ExprRef, frame: Frame) -> Value {
        let value = self.evaluate(argument, frame);
        let is_null = |one: &Alternative| one.datum == Datum::Null;
        if !value.alternatives.iter().any(is_null) || !self.is_asked_about(argument) {
            return value;
        }
        let mut rest = value.filter(|datum| *datum != Datum::Null);
        if rest.alternatives.is_empty() && rest.unknown.is_none() {
            rest.unknown = Some(Why::Name);
        }
        rest
    }

    /// Whether a test in the function of an attribute is about the same one.
    fn is_asked_about(&self, attribute: ExprRef) -> bool {
        let ExprKind::Attribute { object, name } = self.kind(attribute) else { return false };
        let ExprKind::Name(of) = self.kind(sibling(attribute, *object)) else { return false };
        let (facts, function) = (self.facts(attribute.file), self.function_of(self.scope_at(attribute)));
        let is_same = |expr: ExprId| match &facts.expr(expr).kind {
            ExprKind::Attribute { object, name: other } => {
                other == name && matches!(&facts.expr(*object).kind, ExprKind::Name(other) if other == of)
            }
            _ => false,
        };
        let is_test = |expr: ExprId| match facts.parent(expr) {
            Parent::Expr(up) => match &facts.expr(up).kind {
                ExprKind::Comparison { .. } | ExprKind::Boolean { .. } | ExprKind::Unary { .. } => true,
                ExprKind::Conditional { test, .. } => *test == expr,
                _ => false,
            },
            Parent::Stmt(stmt) => match &facts.stmt(stmt).kind {
                StmtKind::If { test, .. } | StmtKind::While { test, .. } => *test == expr,
                _ => false,
            },
            _ => false,
        };
        let asked = self.names.references_in(attribute.file, name).filter(|one| *one != attribute);
        let mut asked = asked.filter(|one| is_same(one.expr) && is_test(one.expr));
        asked.any(|one| self.function_of(self.scope_at(one)) == function)
    }

    /// Whether anything that decides a site may come from the call that it runs in.
    fn may_depend_on_caller(&self, site: &Site) -> bool {
        let parameters = self.parameters(site);
        let decides =
            |index: usize| !matches!(parameters[index].setting, Setting::Url | Setting::Method | Setting::Headers);
        let mut arguments = site.arguments.iter().filter(|argument| argument.parameter.is_some_and(decides));
        let receiver = match self.kind(site.call) {
            ExprKind::Call { callee, .. } => Some(sibling(site.call, *callee)),
            _ => None,
        };
        site.open
            || arguments.any(|argument| self.holds_parameter(argument.value, &mut Vec::new()))
            || receiver.is_some_and(|callee| self.holds_parameter(callee, &mut Vec::new()))
    }

    /// Whether the value of an expression may come from a parameter of a function, other than the object itself.
    fn holds_parameter(&self, expr: ExprRef, seen: &mut Vec<DefId>) -> bool {
        let file = &self.files[&expr.file];
        if let ExprKind::Name(name) = self.kind(expr) {
            if super::attributes::class_of_self(&file.facts, expr.expr).is_some() {
                return false;
            }
            let owner = self.owner_of(expr.file, file.facts.scope_of(expr.expr), name);
            let local = |owner| owner != MODULE && file.facts.scope(owner).kind != ScopeKind::Class;
            let Some(owner) = owner.filter(|&owner| local(owner)) else { return false };
            // What is put into a mapping later may be anything.
            return !self.names.item_writes(expr.file, name).is_empty()
                || file.flow().all_defs(owner, name).iter().any(|&def| self.binds_parameter(expr, def, seen));
        }
        let mut inner = Vec::new();
        self.kind(expr).children(&mut inner);
        matches!(self.kind(expr), ExprKind::Closure(_) | ExprKind::Comprehension(_))
            || inner.into_iter().any(|inner| self.holds_parameter(sibling(expr, inner), seen))
    }

    /// Whether what a definition in the file of `expr` binds may come from a parameter.
    fn binds_parameter(&self, expr: ExprRef, def: DefId, seen: &mut Vec<DefId>) -> bool {
        if seen.contains(&def) {
            return false;
        }
        seen.push(def);
        match self.files[&expr.file].flow().def(def).kind {
            DefKind::Value(of) | DefKind::Element(of, _) | DefKind::Item(of) | DefKind::Entered(of) => {
                self.holds_parameter(sibling(expr, of), seen)
            }
            DefKind::Import(..) => false,
            // A function may use the parameters of those around it.
            DefKind::Parameter(..) | DefKind::Scope(_) | DefKind::Opaque => true,
        }
    }
}
