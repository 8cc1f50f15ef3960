//! Which requests go through which session, what bounds them, and which attributes of sessions and pools are touched.
//!
//! Refuses to judge what it finds.

use super::places::{Use, UseKind};
use super::{Project, Site, sibling};
use crate::libraries::{Consequence, Kind, Setting};
use crate::model::expr::ExprKind;
use crate::model::facts::{MODULE, Parent, ScopeKind, StmtKind};
use crate::model::value::{Datum, ExprRef, Frame};
use crate::rules::Access;

/// How many hands deep a session is followed to its requests.
const HANDS: usize = 3;

/// Context managers that end what runs in them after a time.
const TIMERS: [&str; 5] = ["timeout", "timeout_at", "fail_after", "move_on_after", "async_timeout"];

/// Folders whose code is read, copied or run once rather than shipped.
const SCRIPTS: [&str; 6] = ["examples", "example", "docs", "doc", "scripts", "samples"];

impl Project<'_> {
    /// The requests that go through a session, and whether these are all of them.
    #[must_use]
    pub fn requests_of(&self, session: &Site) -> (Vec<&Site>, bool) {
        let mut found = Vec::new();
        let mut complete = true;
        let uses = self.uses(session.call);
        self.collect_requests(&uses, 0, &mut found, &mut complete);
        found.sort_by_key(|site| site.id);
        found.dedup_by_key(|site| site.id);
        (found, complete)
    }

    fn collect_requests<'s>(&'s self, uses: &[Use], depth: usize, found: &mut Vec<&'s Site>, complete: &mut bool) {
        for one in uses {
            match &one.kind {
                UseKind::Method(_, call) => {
                    found.extend(self.site_at(*call).filter(|site| site.is(Kind::Request)));
                }
                _ if depth >= HANDS => *complete = false,
                UseKind::Argument(call) => {
                    let targets = self.targets(*call, Frame::NONE);
                    let reached = match targets.as_slice() {
                        [target] => self.parameter_reached(*call, one.expr, *target).map(|index| (*target, index)),
                        _ => None,
                    };
                    match reached {
                        Some((target, index)) => {
                            let uses = self.parameter_uses(target, index);
                            self.collect_requests(&uses, depth + 1, found, complete);
                        }
                        None => *complete = false,
                    }
                }
                UseKind::StoredAttribute(target) => match self.attribute_holder(*target) {
                    Some((class, name)) => {
                        let uses = self.attribute_uses(class, &name);
                        self.collect_requests(&uses, depth + 1, found, complete);
                        let property = self.attribute_uses_anywhere(&name);
                        self.collect_requests(&property, depth + 1, found, complete);
                    }
                    None => *complete = false,
                },
                UseKind::StoredName(owner, name) if owner.scope == MODULE => {
                    let uses = self.name_uses(*owner, name);
                    self.collect_requests(&uses, depth + 1, found, complete);
                }
                UseKind::Returned => {
                    let function = self.function_of(self.scope_at(one.expr));
                    let callers = self.callers_of(function);
                    *complete &= !callers.escapes && !callers.calls.is_empty();
                    for caller in &callers.calls {
                        let uses = self.uses(caller.call);
                        self.collect_requests(&uses, depth + 1, found, complete);
                    }
                    let name = self.scope(function).name.clone();
                    let property = self.attribute_uses_anywhere(&name);
                    self.collect_requests(&property, depth + 1, found, complete);
                }
                UseKind::Entered(_) | UseKind::Tested | UseKind::Dropped => {}
                UseKind::Attribute(_)
                | UseKind::Yielded
                | UseKind::StoredItem(_)
                | UseKind::StoredName(..)
                | UseKind::Default
                | UseKind::Element => *complete = false,
            }
        }
    }

    /// The class and name of the attribute that something is stored in.
    fn attribute_holder(&self, target: ExprRef) -> Option<(crate::model::value::ScopeRef, smol_str::SmolStr)> {
        let ExprKind::Attribute { object, name } = self.kind(target) else { return None };
        let class = match super::attributes::class_of_self(self.facts(target.file), *object) {
            Some(class) => super::scope_in(target.file, class),
            None => match self.evaluate(sibling(target, *object), Frame::NONE).one().map(|one| one.datum.clone()) {
                Some(Datum::Object(class, ..)) => class,
                _ => return None,
            },
        };
        Some((class, name.clone()))
    }

    /// Whether a request visibly bounds itself: by an argument, or by a timer around it. Arguments that cannot be seen
    /// count, too.
    #[must_use]
    pub fn is_bounded(&self, request: &Site) -> bool {
        if request.open || self.argument(request, Setting::Timeout).is_some() && !self.is_default_timeout(request) {
            return true;
        }
        let facts = self.facts(request.call.file);
        let Some(stmt) = facts.stmt_of(request.call.expr) else { return false };
        let timed = |stmt| match &facts.stmt(stmt).kind {
            StmtKind::With { items, .. } => items.iter().any(|item| {
                let name = self.callee_name(sibling(request.call, item.context));
                TIMERS.contains(&name.as_str())
            }),
            _ => false,
        };
        if timed(stmt) || super::bodies::enclosing(facts, stmt).into_iter().any(|(outer, _)| timed(outer)) {
            return true;
        }
        let mut at = request.call.expr;
        while let Parent::Expr(up) = facts.parent(at) {
            if self.callee_name(sibling(request.call, up)) == "wait_for" {
                return true;
            }
            at = up;
        }
        false
    }

    /// Whether none is written for a timeout where that means the library's default.
    fn is_default_timeout(&self, request: &Site) -> bool {
        let effect = self.parameter_for(request, Setting::Timeout).and_then(|parameter| parameter.none.as_ref());
        effect.is_some_and(|effect| effect.consequence == Consequence::Default)
            && self.setting(request, Setting::Timeout, Frame::NONE).always(|datum| *datum == Datum::Null)
    }

    /// Whether a site is in code that is read, copied or run once.
    #[must_use]
    pub fn is_script(&self, site: &Site) -> bool {
        let path = &self.files[&site.call.file].source.path;
        path.split('/').any(|part| SCRIPTS.contains(&part))
    }

    /// Whether an object is only there to be compared with another.
    #[must_use]
    pub fn is_only_compared(&self, made: ExprRef) -> bool {
        let facts = self.facts(made.file);
        match facts.parent(made.expr) {
            Parent::Expr(up) => matches!(facts.expr(up).kind, ExprKind::Comparison { .. }),
            _ => false,
        }
    }

    /// Whether a call is an argument of a site of its own, which then tells the story.
    #[must_use]
    pub fn is_argument_of_site(&self, made: ExprRef) -> bool {
        let facts = self.facts(made.file);
        match facts.parent(made.expr) {
            Parent::Expr(up) => self.site_at(sibling(made, up)).is_some_and(|site| site.is(Kind::Session)),
            _ => false,
        }
    }

    /// Whether a session is kept, or its requests run at the same time.
    #[must_use]
    pub fn lives_long(&self, made: ExprRef) -> bool {
        let uses = self.uses(made);
        let function = self.function_of(self.scope_at(made));
        let stored = uses.iter().any(|one| match &one.kind {
            UseKind::StoredAttribute(_) | UseKind::StoredItem(_) | UseKind::Default => true,
            UseKind::StoredName(owner, _) => owner.scope != MODULE || function.scope != MODULE,
            _ => false,
        });
        stored || uses.iter().any(|one| self.fans_out(one)) || self.is_stored_by_consumer(made, &uses)
    }

    fn is_stored_by_consumer(&self, made: ExprRef, uses: &[Use]) -> bool {
        if !uses.iter().any(|one| one.kind == UseKind::Returned) {
            return false;
        }
        let function = self.function_of(self.scope_at(made));
        self.callers_of(function).calls.iter().any(|caller| {
            self.uses(caller.call)
                .iter()
                .any(|one| matches!(one.kind, UseKind::StoredAttribute(_) | UseKind::StoredItem(_)))
        })
    }

    /// Whether a request, or a call that is given the session, is started many times at once.
    fn fans_out(&self, one: &Use) -> bool {
        let (UseKind::Method(_, call) | UseKind::Argument(call)) = &one.kind else { return false };
        let facts = self.facts(call.file);
        let repeated = !super::bodies::loops(facts, call.expr).is_empty();
        let mut at = call.expr;
        loop {
            let up = match facts.parent(at) {
                Parent::Expr(up) => up,
                Parent::Stmt(stmt) => {
                    let scope = facts.place(stmt).scope;
                    match super::places::owner_expr(facts, scope) {
                        Some(owner) if facts.scope(scope).kind == ScopeKind::Comprehension => {
                            at = owner;
                            if !self.is_awaited(*call) {
                                return true;
                            }
                            continue;
                        }
                        _ => return false,
                    }
                }
                Parent::None => return false,
            };
            let name = self.callee_name(sibling(*call, up));
            if self.frameworks.is_gatherer(&name) || self.frameworks.is_spawner(&name) && repeated {
                return true;
            }
            at = up;
        }
    }

    /// The calls that a site's function may run in, each with its context: only where parameters can matter.
    #[must_use]
    pub fn contexts(&self, made: ExprRef) -> Vec<(Frame, ExprRef)> {
        let function = self.function_of(self.scope_at(made));
        let scope = self.scope(function);
        if scope.kind != ScopeKind::Function || scope.parameters.is_empty() {
            return Vec::new();
        }
        let callers = self.callers_of(function);
        let test = self.files[&function.file].test;
        let calls =
            callers.calls.iter().filter(|caller| caller.certain && (test || !self.files[&caller.call.file].test));
        calls.take(16).map(|caller| (self.frame(function, caller.call, Frame::NONE), caller.call)).collect()
    }

    /// Every attribute of a session or pool that the library's data names and that is written or read.
    pub(crate) fn accesses(&self) -> Vec<Access<'_>> {
        let mut found = Vec::new();
        for file in self.files.values() {
            for expr in file.facts.expr_ids() {
                if let ExprKind::Attribute { name, .. } = &file.facts.expr(expr).kind
                    && self.libraries.names_attribute(name)
                {
                    found.extend(self.access(ExprRef { file: file.facts.file, expr }));
                }
            }
        }
        found
    }

    fn access(&self, expr: ExprRef) -> Option<Access<'_>> {
        let ExprKind::Attribute { object, name } = self.kind(expr) else { return None };
        let value = self.evaluate(sibling(expr, *object), Frame::NONE);
        let mut kinds: Vec<(usize, Kind)> = Vec::new();
        for one in value.alternatives.iter().filter(|one| one.datum != Datum::Null) {
            kinds.push(self.accessed(&one.datum)?);
        }
        let (library, kind) = *kinds.first()?;
        if kinds.iter().any(|other| *other != (library, kind)) {
            return None;
        }
        // A class of the project may have an attribute of that name of its own.
        let own = value.alternatives.iter().any(|one| matches!(one.datum, Datum::Object(..)));
        let row = self.libraries.attribute(library, kind, name).filter(|_| !own);
        let written = self.is_target(expr);
        Some(Access { at: self.span(expr), expr, name: name.clone(), kind, written, row })
    }

    /// What an object is, where it is a session or pool: `session.connector` is a pool.
    fn accessed(&self, datum: &Datum) -> Option<(usize, Kind)> {
        if let Some(row) = self.library_row(datum) {
            return Some((row.library(), self.libraries.kind(row)));
        }
        match datum {
            Datum::Member(object, name) => {
                let (library, kind) = self.accessed(object)?;
                (kind == Kind::Session && (name == "connector" || name == "_connector"))
                    .then_some((library, Kind::Pool))
            }
            _ => None,
        }
    }
}
