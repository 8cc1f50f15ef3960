//! Whether an event loop can be running where something is built.
//!
//! Speaks only of what cannot be right: import time, or plain functions all of whose known callers start without a
//! loop. A plain function that async code calls is fine.

use super::Project;
use super::attributes::class_of_method;
use crate::model::expr::ExprKind;
use crate::model::facts::{MODULE, ScopeKind, ScopeOwner};
use crate::model::value::{ExprRef, ScopeRef};
use crate::source::Span;
use smol_str::SmolStr;

/// How many callers up it is followed.
const CHAIN: usize = 6;

/// Why no event loop can be running.
#[derive(Debug, Clone, PartialEq)]
pub enum NoLoop {
    /// It runs while the module is imported.
    Import,
    /// It runs in a class body.
    Class,
    /// It is the default of a parameter.
    Default,
    /// Plain functions lead to it from the top of a module; the calls.
    Chain(Vec<(Span, String)>),
}

impl Project<'_> {
    /// Why no event loop can be running at a place; `None` where one may be.
    #[must_use]
    pub fn without_loop(&self, place: ExprRef) -> Option<NoLoop> {
        let facts = self.facts(place.file);
        let source = &self.files[&place.file].source;
        // The top of a notebook's cell runs inside the kernel's loop.
        if !source.cells.is_empty() || self.has_top_level_await(place) {
            return None;
        }
        let scope = self.scope_at(place);
        match self.scope(scope).kind {
            ScopeKind::Module => {
                let is_default = facts
                    .stmt_of(place.expr)
                    .is_some_and(|stmt| matches!(facts.stmt(stmt).kind, crate::model::facts::StmtKind::Define(_)));
                Some(if is_default { NoLoop::Default } else { NoLoop::Import })
            }
            ScopeKind::Class => {
                let default = facts
                    .stmt_of(place.expr)
                    .is_some_and(|stmt| matches!(facts.stmt(stmt).kind, crate::model::facts::StmtKind::Define(_)));
                self.class_at_import(scope).then_some(if default { NoLoop::Default } else { NoLoop::Class })
            }
            ScopeKind::Function => {
                let chain = self.plain_chain(scope, &mut Vec::new())?;
                Some(NoLoop::Chain(chain))
            }
            _ => None,
        }
    }

    fn class_at_import(&self, class: ScopeRef) -> bool {
        let mut at = self.scope(class).parent;
        while let Some(scope) = at {
            let of = self.facts(class.file).scope(scope);
            match of.kind {
                ScopeKind::Module => return true,
                ScopeKind::Class => at = of.parent,
                _ => return false,
            }
        }
        false
    }

    /// A module with `await` at its top is no plain module.
    fn has_top_level_await(&self, place: ExprRef) -> bool {
        let facts = self.facts(place.file);
        facts.exprs_in(MODULE).any(|expr| matches!(facts.expr(expr).kind, ExprKind::Await(_)))
    }

    /// The calls that lead from the top of a module to a plain function, if all of its callers are such.
    fn plain_chain(&self, function: ScopeRef, seen: &mut Vec<ScopeRef>) -> Option<Vec<(Span, String)>> {
        let scope = self.scope(function);
        let facts = self.facts(function.file);
        let method = class_of_method(facts, function.scope).is_some();
        let known = seen.contains(&function) || seen.len() > CHAIN;
        if scope.asynchronous
            || facts.body(function.scope).generator
            || !scope.decorators.is_empty()
            || known
            || method && scope.name != "__init__"
        {
            return None;
        }
        if !matches!(facts.owner(function.scope), ScopeOwner::Stmt(_)) || self.mentions_a_loop(function) {
            return None;
        }
        let callers = self.callers_of(function);
        if callers.calls.is_empty() || callers.escapes {
            return None;
        }
        seen.push(function);
        let mut chain = None;
        for caller in &callers.calls {
            let scope = self.scope_at(caller.call);
            let name: &SmolStr = &self.scope(function).name;
            let here = (self.span(caller.call), format!("`{name}` is called here, without an event loop"));
            let up = match self.scope(scope).kind {
                ScopeKind::Module if self.has_top_level_await(caller.call) => return None,
                ScopeKind::Module if caller.certain => vec![here],
                ScopeKind::Function => {
                    let mut up = self.plain_chain(scope, seen)?;
                    up.insert(0, here);
                    up
                }
                _ => return None,
            };
            chain.get_or_insert(up);
        }
        seen.pop();
        chain
    }

    /// Whether a function makes or looks up a loop itself.
    fn mentions_a_loop(&self, function: ScopeRef) -> bool {
        let facts = self.facts(function.file);
        let loops = ["get_event_loop", "new_event_loop", "set_event_loop", "get_running_loop", "Runner"];
        facts.exprs_in(function.scope).any(|expr| {
            let at = ExprRef { file: function.file, expr };
            matches!(facts.expr(expr).kind, ExprKind::Call { .. }) && loops.contains(&self.callee_name(at).as_str())
        })
    }
}
