//! The calls whose arguments decide what a site is given.
//!
//! Whoever calls a function is a look at much of the project, so it is only asked where a parameter of the function can
//! reach the site. Refuses to evaluate: it only follows names within the function.

use super::flow::{DefId, DefKind};
use super::{Project, sibling};
use crate::libraries::Setting;
use crate::model::expr::ExprKind;
use crate::model::facts::{MODULE, ScopeKind};
use crate::model::value::{ExprRef, Frame};
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
        calls.map(|call| (self.frame(function, call, Frame::NONE), call)).collect()
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
