//! Classes: their bases and subclasses, and what is written to the attributes of their objects.
//!
//! Also the indexes by name that the other questions start from. Refuses to judge: it only finds.

use super::{Project, ProjectFile, scope_in, sibling};
use crate::model::expr::{ArgumentKind, ExprId, ExprKind};
use crate::model::facts::{FileFacts, ScopeId, ScopeKind, StmtKind};
use crate::model::value::{Datum, ExprRef, Frame, ScopeRef};
use crate::source::FileId;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Something written to an attribute.
#[derive(Debug, Clone, Copy)]
pub(super) struct AttributeWrite {
    /// The attribute expression.
    pub(super) target: ExprRef,
    /// The value; `None` where it is not one expression.
    pub(super) value: Option<ExprId>,
    /// Whether the value is a context manager that is entered.
    pub(super) entered: bool,
}

/// What can be found by a name.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// Writes to `self.name`, by class and name.
    own_writes: FxHashMap<(ScopeRef, SmolStr), Vec<AttributeWrite>>,
    /// Writes to `object.name`, by name.
    other_writes: FxHashMap<SmolStr, Vec<AttributeWrite>>,
    /// Calls by the last name of what is called.
    pub(super) calls: FxHashMap<SmolStr, Vec<ExprRef>>,
    /// Uses of a name or attribute that are no call of it.
    pub(super) references: FxHashMap<SmolStr, Vec<ExprRef>>,
    /// Writes to `name[key]`, by file and name.
    pub(super) item_writes: FxHashMap<(FileId, SmolStr), Vec<(ExprRef, ExprId)>>,
    /// Functions and classes by name.
    pub(super) definitions: FxHashMap<SmolStr, Vec<ScopeRef>>,
    /// Other names that an import gives to a name.
    pub(super) renames: FxHashMap<SmolStr, Vec<SmolStr>>,
    bases: FxHashMap<ScopeRef, Vec<Datum>>,
    subclasses: FxHashMap<ScopeRef, Vec<ScopeRef>>,
    lineages: FxHashMap<ScopeRef, Rc<Vec<ScopeRef>>>,
    families: RefCell<FxHashMap<ScopeRef, Rc<Vec<ScopeRef>>>>,
}

impl Index {
    pub(super) fn new(files: &BTreeMap<FileId, ProjectFile>) -> Index {
        let mut index = Index::default();
        for file in files.values() {
            index.add_writes(&file.facts);
            index.add_uses(&file.facts);
            for scope in file.facts.scope_ids() {
                let name = &file.facts.scope(scope).name;
                if !name.is_empty() {
                    index.definitions.entry(name.clone()).or_default().push(scope_in(file.facts.file, scope));
                }
            }
        }
        index
    }

    fn add_writes(&mut self, facts: &FileFacts) {
        for stmt in facts.stmt_ids() {
            match &facts.stmt(stmt).kind {
                StmtKind::Assign { targets, value, augmented, .. } => {
                    for &target in targets {
                        self.add_target(facts, target, value.filter(|_| !augmented), value.is_some(), false);
                    }
                }
                StmtKind::With { items, .. } => {
                    for item in items {
                        if let Some(target) = item.target {
                            self.add_target(facts, target, Some(item.context), true, true);
                        }
                    }
                }
                StmtKind::For { target, .. } => self.add_target(facts, *target, None, true, false),
                StmtKind::Import(imports) => {
                    for import in imports {
                        if let crate::model::facts::ImportItem::Member(name) = &import.item
                            && *name != import.binds
                        {
                            self.renames.entry(name.clone()).or_default().push(import.binds.clone());
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn add_target(&mut self, facts: &FileFacts, target: ExprId, value: Option<ExprId>, written: bool, entered: bool) {
        let file = facts.file;
        match &facts.expr(target).kind {
            ExprKind::Attribute { object, name } if written => {
                let write = AttributeWrite { target: ExprRef { file, expr: target }, value, entered };
                match class_of_self(facts, *object) {
                    Some(class) => {
                        let key = (scope_in(file, class), name.clone());
                        self.own_writes.entry(key).or_default().push(write);
                    }
                    None => self.other_writes.entry(name.clone()).or_default().push(write),
                }
            }
            ExprKind::Index { object, .. } => {
                if let (ExprKind::Name(name), Some(value)) = (&facts.expr(*object).kind, value) {
                    let key = (file, name.clone());
                    self.item_writes.entry(key).or_default().push((ExprRef { file, expr: target }, value));
                }
            }
            ExprKind::Sequence(items) => {
                let values = match value.map(|value| &facts.expr(value).kind) {
                    Some(ExprKind::Sequence(values)) if values.len() == items.len() => Some(values),
                    _ => None,
                };
                for (at, &item) in items.iter().enumerate() {
                    self.add_target(facts, item, values.map(|values| values[at]), written, false);
                }
            }
            _ => {}
        }
    }

    fn add_uses(&mut self, facts: &FileFacts) {
        let mut callees = FxHashSet::default();
        for expr in facts.expr_ids() {
            if let ExprKind::Call { callee, .. } = &facts.expr(expr).kind {
                callees.insert(*callee);
                if let Some(name) = last_name(facts, *callee) {
                    self.calls.entry(name).or_default().push(ExprRef { file: facts.file, expr });
                }
            }
        }
        for expr in facts.expr_ids().filter(|expr| !callees.contains(expr)) {
            if let Some(name) = last_name(facts, expr) {
                self.references.entry(name).or_default().push(ExprRef { file: facts.file, expr });
            }
        }
    }
}

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

/// The class that a function is a method of; static methods are none.
pub(super) fn class_of_method(facts: &FileFacts, function: ScopeId) -> Option<ScopeId> {
    let scope = facts.scope(function);
    let parent = scope.parent.filter(|&parent| facts.scope(parent).kind == ScopeKind::Class)?;
    (scope.kind == ScopeKind::Function && !has_decorator(facts, function, "staticmethod")).then_some(parent)
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
    /// Finds the bases of every class.
    pub(super) fn link_classes(&mut self) {
        let mut bases = FxHashMap::default();
        let mut subclasses: FxHashMap<ScopeRef, Vec<ScopeRef>> = FxHashMap::default();
        for file in self.files.values() {
            for id in file.facts.scope_ids() {
                let scope = file.facts.scope(id);
                if scope.kind != ScopeKind::Class {
                    continue;
                }
                let class = scope_in(file.facts.file, id);
                let mut found = Vec::new();
                for base in scope.bases.iter().filter(|base| base.kind == ArgumentKind::Positional) {
                    let at = ExprRef { file: class.file, expr: generic_root(&file.facts, base.value) };
                    let value = self.evaluate(at, Frame::NONE);
                    match value.one().map(|one| &one.datum) {
                        Some(Datum::Scope(base)) if *base != class => {
                            subclasses.entry(*base).or_default().push(class);
                            found.push(Datum::Scope(*base));
                        }
                        Some(datum) => found.push(datum.clone()),
                        None => found.push(Datum::Unset),
                    }
                }
                bases.insert(class, found);
            }
        }
        self.index.bases = bases;
        self.index.subclasses = subclasses;
        let classes: Vec<ScopeRef> = self.index.bases.keys().copied().collect();
        self.index.lineages = classes.into_iter().map(|class| (class, Rc::new(self.find_lineage(class)))).collect();
        self.memo.clear();
    }

    /// The first base of a class.
    pub(super) fn first_base(&self, class: ScopeRef) -> Option<Datum> {
        self.index.bases.get(&class)?.first().cloned()
    }

    /// The class and its bases, nearest first; what is not a class of the project is left out.
    pub(super) fn lineage(&self, class: ScopeRef) -> Rc<Vec<ScopeRef>> {
        match self.index.lineages.get(&class) {
            Some(known) => known.clone(),
            None => Rc::new(self.find_lineage(class)),
        }
    }

    fn find_lineage(&self, class: ScopeRef) -> Vec<ScopeRef> {
        let mut found = vec![class];
        let mut at = 0;
        while at < found.len() && found.len() < 64 {
            for base in self.index.bases.get(&found[at]).into_iter().flatten() {
                if let Datum::Scope(base) = base
                    && !found.contains(base)
                {
                    found.push(*base);
                }
            }
            at += 1;
        }
        found
    }

    /// The bases outside the project, by path, of a class and its bases; `None` among them where one is not known.
    pub(super) fn outside_bases(&self, class: ScopeRef) -> Vec<Option<SmolStr>> {
        let lineage = self.lineage(class);
        let bases = lineage.iter().flat_map(|class| self.index.bases.get(class).into_iter().flatten());
        bases
            .filter_map(|base| match base {
                Datum::Scope(_) => None,
                Datum::Path(path) => Some(Some(path.clone())),
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
            for sub in self.index.subclasses.get(&found[at]).into_iter().flatten() {
                if seen.insert(*sub) {
                    found.push(*sub);
                }
            }
            at += 1;
        }
        found
    }

    /// The classes whose methods may see the attributes of an object of `class`: its family.
    pub(super) fn family(&self, class: ScopeRef) -> Rc<Vec<ScopeRef>> {
        if let Some(known) = self.index.families.borrow().get(&class) {
            return known.clone();
        }
        let mut family = Vec::new();
        let mut seen = FxHashSet::default();
        for member in self.descendants(class) {
            family.extend(self.lineage(member).iter().copied().filter(|&ancestor| seen.insert(ancestor)));
        }
        let family = Rc::new(family);
        self.index.families.borrow_mut().insert(class, family.clone());
        family
    }

    /// The function or class that `class` or its nearest base defines as `name`.
    pub(super) fn member(&self, class: ScopeRef, name: &str) -> Option<ScopeRef> {
        self.lineage(class).iter().find_map(|&class| {
            let flow = &self.files[&class.file].flow;
            let reaching = flow.at_exit(class.scope, &SmolStr::from(name))?;
            reaching.iter().rev().find_map(|(def, _)| match flow.def(*def).kind {
                super::flow::DefKind::Scope(scope) => Some(scope_in(class.file, scope)),
                _ => None,
            })
        })
    }

    /// Everything that is written to attribute `name` of objects of `class`, its bases and its subclasses.
    pub(super) fn writes(&self, class: ScopeRef, name: &SmolStr) -> Vec<AttributeWrite> {
        let mut found = Vec::new();
        for &member in self.family(class).iter() {
            found.extend(self.index.own_writes.get(&(member, name.clone())).into_iter().flatten().copied());
        }
        for write in self.index.other_writes.get(name).into_iter().flatten() {
            let ExprKind::Attribute { object, .. } = self.kind(write.target) else { continue };
            let value = self.evaluate(sibling(write.target, *object), Frame::NONE);
            let same = value.alternatives.iter().any(|one| match &one.datum {
                Datum::Object(of, ..) | Datum::Scope(of) => self.lineage(*of).contains(&class),
                _ => false,
            });
            if same {
                found.push(*write);
            }
        }
        found
    }

    /// Every write to an attribute of any object, with the name of the attribute.
    pub(super) fn all_writes(&self) -> Vec<(SmolStr, AttributeWrite)> {
        let own = self.index.own_writes.iter().flat_map(|((_, name), writes)| writes.iter().map(move |w| (name, w)));
        let other = self.index.other_writes.iter().flat_map(|(name, writes)| writes.iter().map(move |w| (name, w)));
        let mut all: Vec<_> = own.chain(other).map(|(name, write)| (name.clone(), *write)).collect();
        all.sort_by_key(|(_, write)| write.target);
        all
    }
}

/// The class in `Generic[T]`, `Base[int]`.
fn generic_root(facts: &FileFacts, base: ExprId) -> ExprId {
    match &facts.expr(base).kind {
        ExprKind::Index { object, .. } => *object,
        _ => base,
    }
}
