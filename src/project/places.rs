//! What becomes of an object: from the expression that makes it, through the names that hold it, to every use.
//!
//! Refuses to judge a use, and to follow what it cannot see.

use super::flow::DefKind;
use super::{Project, scope_in, sibling};
use crate::languages::Sought;
use crate::model::expr::{ExprId, ExprKind};
use crate::model::facts::{FileFacts, MODULE, Parent, ScopeKind, ScopeOwner, StmtId, StmtKind};
use crate::model::value::{Datum, ExprRef, Frame, ScopeRef};
use smol_str::SmolStr;

/// A use of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Use {
    /// The expression that stands for the object there.
    pub expr: ExprRef,
    /// What is done with it.
    pub kind: UseKind,
}

/// What is done with an object.
#[derive(Debug, Clone, PartialEq)]
pub enum UseKind {
    /// A method is called.
    Method(SmolStr, ExprRef),
    /// A method of a builder is called, which gives the builder or what it built.
    Step(SmolStr, ExprRef),
    /// An attribute is read, or a method is passed on uncalled.
    Attribute(SmolStr),
    /// A method that a computed name takes from it is called.
    Called(ExprRef),
    /// It is entered by `with`.
    Entered(StmtId),
    /// It is returned.
    Returned,
    /// It is yielded.
    Yielded,
    /// It is an argument of this call.
    Argument(ExprRef),
    /// It is stored in an attribute; the attribute, or its own place in an object that is written out.
    StoredAttribute(ExprRef),
    /// It is stored under a key; the target.
    StoredItem(ExprRef),
    /// It is held by a name of a module or class.
    StoredName(ScopeRef, SmolStr),
    /// It is the default of a parameter.
    Default,
    /// It is an element of something.
    Element,
    /// Nothing: it is dropped at once.
    Dropped,
    /// A test, which does nothing to it.
    Tested,
}

impl Project<'_> {
    /// Every use of the object that `made` makes, in the order of bytes within each name.
    #[must_use]
    pub fn uses(&self, made: ExprRef) -> Vec<Use> {
        let mut follower = self.follower(self.is_building(made));
        follower.climb(made);
        follower.found
    }

    /// Every use of the object that a parameter holds.
    #[must_use]
    pub(super) fn parameter_uses(&self, function: ScopeRef, index: usize) -> Vec<Use> {
        let flow = self.files[&function.file].flow();
        let value = self.parameter(function, index, Frame::NONE);
        let building = value.alternatives.iter().any(|one| matches!(one.datum, Datum::Building(..)));
        let mut follower = self.follower(building);
        let name = &self.scope(function).parameters[index].name;
        for &def in flow.all_defs(function.scope, name) {
            if flow.def(def).kind == DefKind::Parameter(function.scope, index) {
                follower.follow_local(function, name, def);
            }
        }
        follower.found
    }

    /// Uses of a name in the files that these classes are written in.
    fn references_in_files_of(&self, classes: &[ScopeRef], name: &SmolStr) -> Vec<ExprRef> {
        self.files_of(classes).flat_map(|file| self.names.references_in(file, name)).collect()
    }

    /// Every use of an attribute of the objects of a class's family, apart from writes.
    #[must_use]
    pub(super) fn attribute_uses(&self, class: ScopeRef, name: &SmolStr) -> Vec<Use> {
        self.own_attribute_uses(class, name, false)
    }

    /// The same of an attribute that holds a builder.
    #[must_use]
    pub(super) fn builder_uses(&self, class: ScopeRef, name: &SmolStr) -> Vec<Use> {
        self.own_attribute_uses(class, name, true)
    }

    fn own_attribute_uses(&self, class: ScopeRef, name: &SmolStr, building: bool) -> Vec<Use> {
        let mut follower = self.follower(building);
        for reference in self.own_references(class, name) {
            follower.climb(reference);
        }
        follower.found
    }

    /// Where objects of a class's family read one of their own attributes.
    pub(super) fn own_references(&self, class: ScopeRef, name: &SmolStr) -> Vec<ExprRef> {
        let family = self.family(class);
        let own = |reference: &ExprRef| match self.kind(*reference) {
            ExprKind::Attribute { object, .. } => super::attributes::class_of_self(self.facts(reference.file), *object)
                .is_some_and(|of| family.contains(&scope_in(reference.file, of))),
            _ => false,
        };
        let references = self.references_in_files_of(&family, name).into_iter();
        references.filter(|reference| own(reference) && !self.is_target(*reference)).collect()
    }

    /// Every use of what objects of a class's family keep under keys of an attribute.
    #[must_use]
    pub(super) fn item_uses(&self, class: ScopeRef, name: &SmolStr) -> Vec<Use> {
        let family = self.family(class);
        let mut follower = self.follower(false);
        for reference in self.references_in_files_of(&family, name) {
            let ExprKind::Attribute { object, .. } = self.kind(reference) else { continue };
            let own = super::attributes::class_of_self(self.facts(reference.file), *object)
                .is_some_and(|of| family.contains(&scope_in(reference.file, of)));
            if own {
                follower.climb_container(reference);
            }
        }
        follower.found
    }

    /// Every use of an attribute of this name on objects that may be of a class's family, or of a class that is not
    /// known.
    #[must_use]
    pub(super) fn attribute_uses_anywhere(&self, class: Option<ScopeRef>, name: &SmolStr) -> Vec<Use> {
        let family = class.map(|class| self.family(class));
        let near = class.map(|class| self.near(class));
        let mut follower = self.follower(false);
        for reference in self.names.references_as(Sought::Member, name, near.as_ref()) {
            let ExprKind::Attribute { object, .. } = self.kind(reference) else { continue };
            let object = sibling(reference, *object);
            let other = family.as_ref().is_some_and(|family| self.is_of_others(object, family));
            if !other && !self.is_target(reference) {
                follower.climb(reference);
            }
        }
        follower.found
    }

    fn follower(&self, building: bool) -> Follower<'_, '_> {
        Follower { project: self, found: Vec::new(), held: Vec::new(), building }
    }

    /// Whether an object is known to be of a class of the project that is none of these.
    fn is_of_others(&self, object: ExprRef, family: &[ScopeRef]) -> bool {
        if let Some(class) = super::attributes::class_of_self(self.facts(object.file), object.expr) {
            return !family.contains(&scope_in(object.file, class));
        }
        match self.evaluate(object, Frame::NONE).alternatives.as_slice() {
            [] => false,
            known => known.iter().all(|one| matches!(&one.datum, Datum::Object(of, ..) if !family.contains(of))),
        }
    }

    /// Every use of a name of a module or class.
    #[must_use]
    pub(super) fn name_uses(&self, owner: ScopeRef, name: &SmolStr) -> Vec<Use> {
        let mut follower = self.follower(false);
        let facts = self.facts(owner.file);
        let own = |reference: &ExprRef| match self.kind(*reference) {
            ExprKind::Name(_) => self.owner_of(owner.file, facts.scope_of(reference.expr), name) == Some(owner.scope),
            _ => true,
        };
        // Another module's view of the same name, by import or as an attribute of the module or class.
        let (_, mut references) = self.names.outward(name, &self.near(owner), Sought::Use);
        references.retain(|reference| reference.file != owner.file);
        references.extend(self.names.references_in(owner.file, name).filter(own));
        references.sort_by_key(|reference| reference.file);
        for reference in references {
            if !self.is_target(reference) {
                follower.climb(reference);
            }
        }
        follower.found
    }

    /// Whether an expression is assigned to.
    pub(super) fn is_target(&self, expr: ExprRef) -> bool {
        let facts = self.facts(expr.file);
        let mut at = expr.expr;
        loop {
            match facts.parent(at) {
                Parent::Expr(up) if matches!(facts.expr(up).kind, ExprKind::Sequence(_)) => at = up,
                Parent::Stmt(stmt) => {
                    return match &facts.stmt(stmt).kind {
                        StmtKind::Assign { targets, .. } => targets.contains(&at),
                        StmtKind::For { target, .. } => *target == at,
                        StmtKind::With { items, .. } => items.iter().any(|item| item.target == Some(at)),
                        StmtKind::Delete(targets) => targets.contains(&at),
                        _ => false,
                    };
                }
                _ => return false,
            }
        }
    }
}

struct Follower<'p, 'l> {
    project: &'p Project<'l>,
    found: Vec<Use>,
    held: Vec<(ScopeRef, super::flow::DefId)>,
    /// Whether it may be a builder that is followed.
    building: bool,
}

impl Follower<'_, '_> {
    fn add(&mut self, expr: ExprRef, kind: UseKind) {
        let one = Use { expr, kind };
        if !self.found.contains(&one) {
            self.found.push(one);
        }
    }

    fn climb(&mut self, expr: ExprRef) {
        let project = self.project;
        let facts = project.facts(expr.file);
        match facts.parent(expr.expr) {
            Parent::Expr(up) => self.climb_expr(expr, sibling(expr, up)),
            Parent::Stmt(stmt) => self.climb_stmt(expr, stmt),
            Parent::None => self.add(expr, UseKind::Element),
        }
    }

    /// Follows what is taken out of a container: by key, by method, by a loop over its values.
    fn climb_container(&mut self, container: ExprRef) {
        let facts = self.project.facts(container.file);
        let Parent::Expr(up) = facts.parent(container.expr) else { return };
        match &facts.expr(up).kind {
            ExprKind::Index { object, .. } if *object == container.expr => {
                let item = sibling(container, up);
                if !self.project.is_target(item) {
                    self.climb(item);
                }
            }
            ExprKind::Attribute { name, .. } => {
                let Parent::Expr(call) = facts.parent(up) else { return };
                if !is_callee(facts, call, up) {
                    return;
                }
                match (name.as_str(), facts.parent(call)) {
                    ("get" | "pop" | "setdefault", _) => self.climb(sibling(container, call)),
                    ("values" | "copy", Parent::Stmt(stmt)) => self.follow_items(container, stmt),
                    ("values", Parent::Expr(list)) => {
                        if let Parent::Stmt(stmt) = facts.parent(list) {
                            self.follow_items(container, stmt);
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn follow_items(&mut self, container: ExprRef, stmt: StmtId) {
        let project = self.project;
        let facts = project.facts(container.file);
        if let StmtKind::For { target, .. } = &facts.stmt(stmt).kind
            && let ExprKind::Name(name) = &facts.expr(*target).kind
        {
            let scope = scope_in(container.file, facts.place(stmt).scope);
            self.bind_name(container, scope, name, stmt);
        }
    }

    fn climb_expr(&mut self, expr: ExprRef, up: ExprRef) {
        let project = self.project;
        let facts = project.facts(expr.file);
        match &facts.expr(up.expr).kind {
            ExprKind::Await(_) | ExprKind::Boolean { .. } => self.climb(up),
            ExprKind::Content { of, .. } if *of == expr.expr => self.climb(up),
            ExprKind::Conditional { test, .. } if *test == expr.expr => self.add(expr, UseKind::Tested),
            ExprKind::Conditional { .. } => self.climb(up),
            ExprKind::Assign { name, .. } => {
                self.bind_walrus(up, name);
                self.climb(up);
            }
            ExprKind::Attribute { name, .. } => match facts.parent(up.expr) {
                Parent::Expr(call) if is_callee(facts, call, up.expr) => {
                    let call = sibling(up, call);
                    if self.building && project.is_building(expr) {
                        self.add(expr, UseKind::Step(name.clone(), call));
                        self.climb(call);
                        return;
                    }
                    if project.is_wrapper_step(expr, name) {
                        self.climb(call);
                        return;
                    }
                    self.add(expr, UseKind::Method(name.clone(), call));
                    if name == "__aenter__" || name == "__enter__" {
                        self.climb(call);
                    }
                }
                _ => self.add(expr, UseKind::Attribute(name.clone())),
            },
            ExprKind::Call { callee, .. } if *callee == expr.expr => self.add(expr, UseKind::Called(up)),
            ExprKind::Call { .. } => self.argument(expr, up),
            ExprKind::Yield { .. } => self.add(expr, UseKind::Yielded),
            ExprKind::Sequence(items) => self.in_sequence(expr, up, items),
            ExprKind::Comparison { .. } | ExprKind::Unary { .. } => self.add(expr, UseKind::Tested),
            ExprKind::Record { .. } => self.add(expr, UseKind::StoredAttribute(expr)),
            _ => self.add(expr, UseKind::Element),
        }
    }

    /// What some calls give is what they were given.
    fn argument(&mut self, expr: ExprRef, call: ExprRef) {
        let project = self.project;
        let ExprKind::Call { callee, .. } = project.kind(call) else { return };
        if project.is_wrapped(expr, call) {
            self.climb(call);
            return;
        }
        self.add(expr, UseKind::Argument(call));
        let name = match project.kind(sibling(call, *callee)) {
            ExprKind::Attribute { name, .. } | ExprKind::Name(name) => name.as_str(),
            _ => "",
        };
        if matches!(name, "enter_async_context" | "enter_context" | "cast" | "getattr") {
            self.climb(call);
        }
    }

    fn in_sequence(&mut self, expr: ExprRef, up: ExprRef, items: &[ExprId]) {
        let project = self.project;
        let facts = project.facts(expr.file);
        let Parent::Stmt(stmt) = facts.parent(up.expr) else {
            let yielded = matches!(facts.parent(up.expr), Parent::Expr(y) if matches!(facts.expr(y).kind, ExprKind::Yield { .. }));
            self.add(expr, if yielded { UseKind::Yielded } else { UseKind::Element });
            return;
        };
        match &facts.stmt(stmt).kind {
            StmtKind::Return(_) => self.add(expr, UseKind::Returned),
            StmtKind::Assign { targets, value: Some(value), .. } if *value == up.expr => {
                let index = items.iter().position(|&item| item == expr.expr);
                for &target in targets {
                    match (&facts.expr(target).kind, index) {
                        (ExprKind::Sequence(names), Some(index)) if names.len() == items.len() => {
                            self.bind(expr, names[index], stmt);
                        }
                        _ => self.add(expr, UseKind::Element),
                    }
                }
            }
            _ => self.add(expr, UseKind::Element),
        }
    }

    fn climb_stmt(&mut self, expr: ExprRef, stmt: StmtId) {
        let project = self.project;
        let facts = project.facts(expr.file);
        match &facts.stmt(stmt).kind {
            StmtKind::Expression(_) => {
                let scope = facts.scope(facts.place(stmt).scope);
                let kind = match scope.kind {
                    ScopeKind::Comprehension => UseKind::Element,
                    _ => UseKind::Dropped,
                };
                self.add(expr, kind);
            }
            StmtKind::Assign { targets, value: Some(value), annotation, .. }
                if *value == expr.expr || *annotation == Some(expr.expr) =>
            {
                for &target in targets {
                    self.bind(expr, target, stmt);
                }
            }
            StmtKind::With { items, .. } => {
                self.add(expr, UseKind::Entered(stmt));
                let item = items.iter().find(|item| item.context == expr.expr);
                if let Some(target) = item.and_then(|item| item.target) {
                    self.bind(expr, target, stmt);
                }
            }
            StmtKind::Return(_) => self.add(expr, UseKind::Returned),
            StmtKind::If { .. } | StmtKind::While { .. } | StmtKind::Assert(_) => self.add(expr, UseKind::Tested),
            StmtKind::Define(_) => self.add(expr, UseKind::Default),
            _ => self.add(expr, UseKind::Element),
        }
    }

    fn bind(&mut self, expr: ExprRef, target: ExprId, stmt: StmtId) {
        let project = self.project;
        let facts = project.facts(expr.file);
        match &facts.expr(target).kind {
            ExprKind::Name(name) => {
                let scope = scope_in(expr.file, facts.place(stmt).scope);
                self.bind_name(expr, scope, name, stmt);
            }
            ExprKind::Attribute { .. } => self.add(expr, UseKind::StoredAttribute(sibling(expr, target))),
            ExprKind::Index { .. } => self.add(expr, UseKind::StoredItem(sibling(expr, target))),
            _ => self.add(expr, UseKind::Element),
        }
    }

    fn bind_walrus(&mut self, assign: ExprRef, name: &SmolStr) {
        let facts = self.project.facts(assign.file);
        if let Some(stmt) = facts.stmt_of(assign.expr) {
            let scope = self.project.function_of(self.project.scope_at(assign));
            self.bind_name(assign, scope, name, stmt);
        }
    }

    fn bind_name(&mut self, expr: ExprRef, scope: ScopeRef, name: &SmolStr, stmt: StmtId) {
        let project = self.project;
        let flow = &project.files[&expr.file].flow();
        let owner = flow.foreign(scope.scope, name).unwrap_or(scope.scope);
        let kind = project.facts(expr.file).scope(owner).kind;
        if owner == MODULE || kind == ScopeKind::Class {
            self.add(expr, UseKind::StoredName(scope_in(expr.file, owner), name.clone()));
            if kind == ScopeKind::Class {
                return;
            }
        }
        for &def in flow.all_defs(owner, name) {
            if flow.def(def).stmt == Some(stmt) {
                self.follow_local(scope_in(expr.file, owner), name, def);
            }
        }
    }

    /// Follows every use of a local that may hold what `def` bound.
    fn follow_local(&mut self, owner: ScopeRef, name: &SmolStr, def: super::flow::DefId) {
        if self.held.contains(&(owner, def)) || self.held.len() > 16 {
            return;
        }
        self.held.push((owner, def));
        let project = self.project;
        let file = &project.files[&owner.file];
        let called = project.names.calls_in(owner.file, name).filter_map(|call| match project.kind(call) {
            ExprKind::Call { callee, .. } => Some(sibling(call, *callee)),
            _ => None,
        });
        let references = project.names.references_in(owner.file, name).chain(called);
        for reference in references {
            if !matches!(project.kind(reference), ExprKind::Name(_)) || project.is_target(reference) {
                continue;
            }
            let reaches = match file.flow().reaching(reference.expr) {
                Some(reaching) => reaching.iter().any(|(id, _)| *id == def),
                None => project.owner_of(owner.file, file.facts.scope_of(reference.expr), name) == Some(owner.scope),
            };
            if reaches {
                self.climb(reference);
            }
        }
    }
}

fn is_callee(facts: &FileFacts, call: ExprId, callee: ExprId) -> bool {
    matches!(&facts.expr(call).kind, ExprKind::Call { callee: own, .. } if *own == callee)
}

/// The expression that a closure or comprehension stands as.
pub(super) fn owner_expr(facts: &FileFacts, scope: crate::model::facts::ScopeId) -> Option<ExprId> {
    match facts.owner(scope) {
        ScopeOwner::Expr(expr) => Some(expr),
        _ => None,
    }
}
