//! What can be found by a name, and which words were looked for.
//!
//! A question about a name is a question to every file that holds it: each look-up notes its word, and the engine lowers
//! the files that hold a word noted until nothing new is asked. A word that very many files hold tells nothing; of such
//! only the files that name a library are asked. Refuses to judge: it only finds.

use super::attributes::{class_of_self, last_name};
use super::{ProjectFile, scope_in};
use crate::model::expr::{ArgumentKind, ExprId, ExprKind};
use crate::model::facts::{FileFacts, ImportItem, StmtKind};
use crate::model::value::{ExprRef, ScopeRef};
use crate::source::FileId;
use crate::words::{Asked, WordIndex};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// In how many files a word may occur before it tells nothing.
const COMMON: usize = 100;

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

/// What is found by a name in the files that were lowered.
#[derive(Debug, Default)]
struct Index {
    /// Writes to `self.name`, by class and name.
    own_writes: FxHashMap<(ScopeRef, SmolStr), Vec<AttributeWrite>>,
    /// Writes to `object.name`, by name.
    other_writes: FxHashMap<SmolStr, Vec<AttributeWrite>>,
    /// Fields of objects that are written out, by name; the target is the whole object.
    record_fields: FxHashMap<SmolStr, Vec<AttributeWrite>>,
    /// Calls by the last name of what is called.
    calls: FxHashMap<SmolStr, Vec<ExprRef>>,
    /// Uses of a name or attribute that are no call of it.
    references: FxHashMap<SmolStr, Vec<ExprRef>>,
    /// Writes to `name[key]`, by file and name.
    item_writes: FxHashMap<(FileId, SmolStr), Vec<(ExprRef, ExprId)>>,
    /// Functions and classes by name.
    definitions: FxHashMap<SmolStr, Vec<ScopeRef>>,
    /// Other names that an import gives to a name.
    renames: FxHashMap<SmolStr, Vec<SmolStr>>,
    /// Classes by the last names of their bases.
    subclasses: FxHashMap<SmolStr, Vec<ScopeRef>>,
    /// Words that files which were not lowered must be asked for.
    wanted: RefCell<FxHashSet<SmolStr>>,
}

impl Index {
    fn new(files: &BTreeMap<FileId, ProjectFile>) -> Index {
        let mut index = Index::default();
        for file in files.values() {
            index.add_writes(&file.facts);
            index.add_uses(&file.facts);
            for scope in file.facts.scope_ids() {
                let name = &file.facts.scope(scope).name;
                if !name.is_empty() {
                    index.definitions.entry(name.clone()).or_default().push(scope_in(file.facts.file, scope));
                }
                for base in &file.facts.scope(scope).bases {
                    let root = match &file.facts.expr(base.value).kind {
                        ExprKind::Index { object, .. } => *object,
                        _ => base.value,
                    };
                    if let Some(base) = last_name(&file.facts, root) {
                        index.subclasses.entry(base).or_default().push(scope_in(file.facts.file, scope));
                    }
                }
            }
        }
        index
    }

    fn add_writes(&mut self, facts: &FileFacts) {
        for stmt in facts.stmt_ids() {
            match &facts.stmt(stmt).kind {
                StmtKind::Assign { targets, value, augmented, .. } => {
                    if let ([target], Some(value)) = (targets.as_ref(), value) {
                        self.add_alias(facts, *target, *value);
                    }
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
                        if let ImportItem::Member(name) = &import.item
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

    /// `Name = other.Class` is another name of a class.
    fn add_alias(&mut self, facts: &FileFacts, target: ExprId, value: ExprId) {
        let class = |expr: ExprId| last_name(facts, expr).filter(|name| name.starts_with(char::is_uppercase));
        if let (ExprKind::Name(_), Some(name), Some(other)) = (&facts.expr(target).kind, class(value), class(target))
            && name != other
        {
            self.renames.entry(name).or_default().push(other);
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
            if let ExprKind::Record { fields, .. } = &facts.expr(expr).kind {
                for field in fields.iter().filter(|field| field.kind == ArgumentKind::Named) {
                    let target = ExprRef { file: facts.file, expr };
                    let write = AttributeWrite { target, value: Some(field.value), entered: false };
                    self.record_fields.entry(field.name.clone()).or_default().push(write);
                }
            }
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

/// What names lead to, asked of every file that holds them.
#[derive(Debug)]
pub(super) struct Names<'w> {
    index: Index,
    words: &'w WordIndex,
    /// The files that name a library.
    named: FxHashSet<FileId>,
}

impl<'w> Names<'w> {
    pub(super) fn new(files: &BTreeMap<FileId, ProjectFile>, words: &'w WordIndex) -> Names<'w> {
        let named = files.values().filter(|file| file.names_library).map(|file| file.facts.file).collect();
        Names { index: Index::new(files), words, named }
    }

    /// The words that were looked for.
    pub(super) fn wanted(&self) -> FxHashSet<SmolStr> {
        self.index.wanted.borrow().clone()
    }

    /// Whether a word is held by so few files that it tells something.
    pub(super) fn is_telling(&self, word: &str) -> bool {
        self.words.count(word) <= COMMON
    }

    /// The files that hold any of these words.
    pub(super) fn files_with_any(&self, words: &[&str]) -> FxHashSet<FileId> {
        let asked = Asked::new(words.iter().copied());
        let files = (0..).map(FileId).zip(self.words.files());
        files.filter(|(_, words)| words.contain_any(&asked)).map(|(id, _)| id).collect()
    }

    /// Asks every file that holds a word for it. False where too many hold it.
    pub(super) fn want(&self, word: &SmolStr) -> bool {
        if self.words.count(word) > COMMON {
            return false;
        }
        self.index.wanted.borrow_mut().insert(word.clone());
        true
    }

    fn asked<T: Copy>(&self, name: &SmolStr, found: Option<&Vec<T>>, file: impl Fn(&T) -> FileId) -> Vec<T> {
        let all = self.want(name);
        let found = found.into_iter().flatten().copied();
        found.filter(|one| all || self.named.contains(&file(one))).collect()
    }

    /// Calls of what has this last name.
    pub(super) fn calls(&self, name: &SmolStr) -> Vec<ExprRef> {
        self.asked(name, self.index.calls.get(name), |call| call.file)
    }

    /// Uses of a name or attribute that are no call of it.
    pub(super) fn references(&self, name: &SmolStr) -> Vec<ExprRef> {
        self.asked(name, self.index.references.get(name), |reference| reference.file)
    }

    /// Functions and classes of this name.
    pub(super) fn definitions(&self, name: &SmolStr) -> Vec<ScopeRef> {
        self.asked(name, self.index.definitions.get(name), |scope| scope.file)
    }

    /// Classes that name a base like this, or as an import calls it.
    pub(super) fn subclasses(&self, name: &SmolStr) -> Vec<ScopeRef> {
        let mut found = self.asked(name, self.index.subclasses.get(name), |scope| scope.file);
        for other in self.renames(name) {
            found.extend(self.asked(other, self.index.subclasses.get(other), |scope| scope.file));
        }
        found
    }

    /// Writes to attributes of this name, on objects other than `self`.
    pub(super) fn other_writes(&self, name: &SmolStr) -> Vec<AttributeWrite> {
        self.asked(name, self.index.other_writes.get(name), |write| write.target.file)
    }

    /// Fields of this name in objects that are written out.
    pub(super) fn record_fields(&self, name: &SmolStr) -> Vec<AttributeWrite> {
        self.asked(name, self.index.record_fields.get(name), |write| write.target.file)
    }

    /// Writes to an attribute of `self` in a class.
    pub(super) fn own_writes(&self, class: ScopeRef, name: &SmolStr) -> &[AttributeWrite] {
        self.index.own_writes.get(&(class, name.clone())).map_or(&[], Vec::as_slice)
    }

    /// Other names that imports give to a name.
    pub(super) fn renames(&self, name: &SmolStr) -> &[SmolStr] {
        self.want(name);
        self.index.renames.get(name).map_or(&[], Vec::as_slice)
    }

    /// Uses of a name within one file that are no call of it.
    pub(super) fn references_in(&self, file: FileId, name: &SmolStr) -> impl Iterator<Item = ExprRef> {
        self.index.references.get(name).into_iter().flatten().copied().filter(move |one| one.file == file)
    }

    /// Calls of a name within one file.
    pub(super) fn calls_in(&self, file: FileId, name: &SmolStr) -> impl Iterator<Item = ExprRef> {
        self.index.calls.get(name).into_iter().flatten().copied().filter(move |one| one.file == file)
    }

    /// Writes to `name[key]` in a file.
    pub(super) fn item_writes(&self, file: FileId, name: &SmolStr) -> &[(ExprRef, ExprId)] {
        self.index.item_writes.get(&(file, name.clone())).map_or(&[], Vec::as_slice)
    }
}
