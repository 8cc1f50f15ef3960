//! What can be found by a name.
//!
//! A question about a name is a question to every file that holds the word, which is lowered for it if it was not. A word
//! that very many files hold tells nothing; for such only the files that name a library are asked. Refuses to judge: it
//! only finds.

use super::attributes::{class_of_self, last_name};
use super::files::{Holders, LookUp, Outward};
use super::{Files, ProjectFile, scope_in};
use crate::languages::{Sought, language_of};
use crate::model::expr::{ArgumentKind, ExprId, ExprKind};
use crate::model::facts::{FileFacts, ImportItem, ScopeId, StmtKind};
use crate::model::part::PartId;
use crate::model::value::{ExprRef, ScopeRef};
use crate::source::FileId;
use crate::words;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::path::Path;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

/// In how many files a word may occur before it tells nothing.
const COMMON: usize = 100;

/// In how many files a word may occur for all of them to be asked, whether they have to do with the place or not.
const RARE: usize = 20;

/// The place that a look-up starts from: what is found must have to do with it, unless the word is rare.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Near {
    /// The file.
    pub(super) file: FileId,
    /// The class, where it is about one.
    pub(super) class: Option<SmolStr>,
}

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

/// Expressions by a name. Most of the expressions of a file are in one of these, so no name is kept twice.
#[derive(Debug, Default)]
struct Uses(Vec<(u32, ExprId)>);

impl Uses {
    /// Those of the expressions that have a name, by what it is the name of.
    fn new(named: impl Iterator<Item = (SmolStr, ExprId)>) -> Uses {
        let mut uses: Vec<(u32, ExprId)> = named.map(|(name, expr)| (words::hash(name.as_bytes()), expr)).collect();
        uses.sort_unstable();
        uses.shrink_to_fit();
        Uses(uses)
    }

    /// The expressions that may have a name, in the order of their ids; two names seldom are of one hash.
    fn of(&self, name: &str) -> impl Iterator<Item = ExprId> + use<'_> {
        let hash = words::hash(name.as_bytes());
        let start = self.0.partition_point(|(other, _)| *other < hash);
        self.0[start..].iter().take_while(move |(other, _)| *other == hash).map(|&(_, expr)| expr)
    }
}

/// What is found by a name in one part of a file.
#[derive(Debug, Default)]
pub(super) struct PartIndex {
    /// Writes to `self.name`, by class and name.
    own_writes: FxHashMap<(ScopeId, SmolStr), Vec<AttributeWrite>>,
    /// Writes to `object.name`, by name.
    other_writes: FxHashMap<SmolStr, Vec<AttributeWrite>>,
    /// Fields of objects that are written out, by name; the target is the whole object.
    record_fields: FxHashMap<SmolStr, Vec<AttributeWrite>>,
    /// Calls by the last name of what is called.
    calls: Uses,
    /// Uses of a name or attribute that are no call of it.
    references: Uses,
    /// Writes to `name[key]`, by name.
    item_writes: FxHashMap<SmolStr, Vec<(ExprRef, ExprId)>>,
    /// Functions and classes by name.
    definitions: FxHashMap<SmolStr, Vec<ScopeRef>>,
    /// Other names that an import gives to a name.
    renames: FxHashMap<SmolStr, Vec<SmolStr>>,
    /// Classes by the last names of their bases.
    subclasses: FxHashMap<SmolStr, Vec<ScopeRef>>,
    /// The top-level modules that are imported, or something of them.
    imported: FxHashSet<SmolStr>,
    /// The names that imports bind; an empty one stands for all names of a module.
    bound: FxHashSet<SmolStr>,
}

impl PartIndex {
    pub(super) fn new(facts: &FileFacts, part: PartId) -> PartIndex {
        let mut index = PartIndex::default();
        index.add_writes(facts, part);
        index.add_uses(facts, part);
        for scope in facts.scopes_of(part) {
            let name = &facts.scope(scope).name;
            if !name.is_empty() {
                index.definitions.entry(name.clone()).or_default().push(scope_in(facts.file, scope));
            }
            for base in &facts.scope(scope).bases {
                let root = match &facts.expr(base.value).kind {
                    ExprKind::Index { object, .. } => *object,
                    _ => base.value,
                };
                if let Some(base) = last_name(facts, root) {
                    index.subclasses.entry(base).or_default().push(scope_in(facts.file, scope));
                }
            }
        }
        index
    }

    fn add_writes(&mut self, facts: &FileFacts, part: PartId) {
        for stmt in facts.stmts_of(part) {
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
                        self.bound.insert(import.binds.clone());
                        if import.level == 0 && import.item != ImportItem::Star {
                            self.imported.extend(import.module.split('.').next().map(SmolStr::from));
                        }
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
                        self.own_writes.entry((class, name.clone())).or_default().push(write);
                    }
                    None => self.other_writes.entry(name.clone()).or_default().push(write),
                }
            }
            ExprKind::Index { object, .. } => {
                if let (ExprKind::Name(name), Some(value)) = (&facts.expr(*object).kind, value) {
                    self.item_writes.entry(name.clone()).or_default().push((ExprRef { file, expr: target }, value));
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

    fn add_uses(&mut self, facts: &FileFacts, part: PartId) {
        let mut callees = FxHashSet::default();
        for expr in facts.exprs_of(part) {
            if let ExprKind::Record { fields, .. } = &facts.expr(expr).kind {
                for field in fields.iter().filter(|field| field.kind == ArgumentKind::Named) {
                    let target = ExprRef { file: facts.file, expr };
                    let write = AttributeWrite { target, value: Some(field.value), entered: false };
                    self.record_fields.entry(field.name.clone()).or_default().push(write);
                }
            }
            if let ExprKind::Call { callee, .. } = &facts.expr(expr).kind {
                callees.insert(*callee);
            }
        }
        let call = |expr| match facts.expr(expr).kind {
            ExprKind::Call { callee, .. } => Some((last_name(facts, callee)?, expr)),
            _ => None,
        };
        self.calls = Uses::new(facts.exprs_of(part).filter_map(call));
        let others = facts.exprs_of(part).filter(|expr| !callees.contains(expr));
        self.references = Uses::new(others.filter_map(|expr| Some((last_name(facts, expr)?, expr))));
    }
}

/// What names lead to, asked of every file that holds them.
#[derive(Debug)]
pub(super) struct Names<'l> {
    files: &'l Files<'l>,
    paths: &'l [(FileId, SmolStr)],
    held: RwLock<FxHashMap<(SmolStr, Sought), Held>>,
    looked_up: RwLock<FxHashMap<Asking, Arc<[Arc<LookUp>]>>>,
    scopes: Answers<ScopeRef>,
    writes: Answers<AttributeWrite>,
    renamed: Answers<SmolStr>,
    /// The files that have to do with a place.
    around: RwLock<FxHashMap<Near, Arc<FxHashSet<FileId>>>>,
    /// The files of each folder.
    folders: OnceLock<FxHashMap<SmolStr, Vec<FileId>>>,
}

/// The files that hold a word, and among them those that name a library.
#[derive(Debug, Clone)]
struct Held {
    holders: Arc<Holders>,
    named: Arc<LookUp>,
}

/// A word that is looked up, where from, and as what.
type Asking = (SmolStr, Option<Near>, Sought);

/// What was found by words: the same is asked again and again.
#[derive(Debug)]
struct Answers<T>(RwLock<FxHashMap<Asking, Arc<[T]>>>);

impl<'l> Names<'l> {
    pub(super) fn new(files: &'l Files<'l>, paths: &'l [(FileId, SmolStr)]) -> Names<'l> {
        Names {
            files,
            paths,
            held: RwLock::default(),
            looked_up: RwLock::default(),
            scopes: Answers(RwLock::default()),
            writes: Answers(RwLock::default()),
            renamed: Answers(RwLock::default()),
            around: RwLock::default(),
            folders: OnceLock::new(),
        }
    }

    /// Whether a word is held by so few files that it tells something.
    pub(super) fn is_telling(&self, word: &str) -> bool {
        !self.files.words().is_held_by_more(word, COMMON)
    }

    /// The files that hold any of these words.
    pub(super) fn files_with_any(&self, words: &[&str]) -> FxHashSet<FileId> {
        words.iter().flat_map(|word| self.files.words().holders(word)).collect()
    }

    /// The files that are asked for a word: those that hold it; of many, those that have to do with the place that is
    /// asked from; where that is no help, those in its folder that name it, and those that name a library.
    fn look_ups(&self, word: &SmolStr, near: Option<&Near>, sought: Sought) -> Arc<[Arc<LookUp>]> {
        let key = (word.clone(), near.cloned(), sought);
        if let Some(known) = self.looked_up.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Arc::clone(known);
        }
        let Held { holders, named } = self.held(word, sought);
        let count = holders.files().len();
        let look_ups: Arc<[Arc<LookUp>]> = match near.filter(|_| count > RARE) {
            Some(near) => {
                let around = self.files_near(near);
                let mut others = holders.among(&around, |id| !self.files.names_library(id));
                if named.count() + others.len() > COMMON {
                    others.retain(|&index| self.names_from_beside(holders.files()[index], near));
                }
                Arc::new([named, Arc::new(LookUp::new(holders, others))])
            }
            None if count > COMMON => Arc::new([named]),
            None => Arc::new([Arc::new(LookUp::new(holders, (0..count).collect()))]),
        };
        // Another thread may have begun meanwhile.
        let mut known = self.looked_up.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(key).or_insert(look_ups))
    }

    /// The files that hold a word, and the look-up of those of them that name a library: every place asks them.
    fn held(&self, word: &SmolStr, sought: Sought) -> Held {
        let key = (word.clone(), sought);
        if let Some(known) = self.held.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return known.clone();
        }
        let found: Vec<FileId> = self.files.words().holders(word).collect();
        let named = (0..found.len()).filter(|&index| self.files.names_library(found[index])).collect();
        let holders = Arc::new(Holders::new(word, sought, found));
        let named = Arc::new(LookUp::new(Arc::clone(&holders), named));
        let mut known = self.held.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(key).or_insert(Held { holders, named }).clone()
    }

    /// Whether a file in the folder of a place names its module or class.
    fn names_from_beside(&self, file: FileId, near: &Near) -> bool {
        let holds = |word: &str| self.files.words().holds(file, word);
        folder(self.path(file)) == folder(self.path(near.file))
            && (self.modules(near).next().is_some_and(|module| holds(&module))
                || near.class.as_ref().is_some_and(|class| holds(class)))
    }

    /// The names of a place's module and of those around it, from the inside.
    fn modules(&self, near: &Near) -> impl Iterator<Item = Cow<'_, str>> {
        let path = self.path(near.file);
        let layout = language_of(Path::new(path)).map(|language| language.layout);
        let parts = path.rsplit_once('.').map_or(path, |(stem, _)| stem).rsplit('/');
        parts.filter_map(move |part| layout.map_or(Some(Cow::Borrowed(part)), |layout| layout.name_of(part)))
    }

    /// The words by which a file may refer to a place: its module, its package, its class.
    fn place(&self, near: &Near) -> Vec<SmolStr> {
        // What very many files hold does not tell that a file has to do with this one.
        let modules = self.modules(near).take(2).filter(|part| self.is_telling(part));
        modules.map(SmolStr::from).chain(near.class.clone()).collect()
    }

    /// The files that have to do with a place: they name it, or lie in the same folder.
    fn files_near(&self, near: &Near) -> Arc<FxHashSet<FileId>> {
        if let Some(known) = self.around.read().unwrap_or_else(PoisonError::into_inner).get(near) {
            return Arc::clone(known);
        }
        let by_folder = self.folders.get_or_init(|| {
            let mut folders: FxHashMap<SmolStr, Vec<FileId>> = FxHashMap::default();
            for (id, path) in self.paths {
                folders.entry(folder(path).into()).or_default().push(*id);
            }
            folders
        });
        let beside = by_folder.get(folder(self.path(near.file))).into_iter().flatten().copied();
        let place = self.place(near);
        let naming = place.iter().flat_map(|word| self.files.words().holders(word));
        let found: Arc<FxHashSet<FileId>> = Arc::new(beside.chain(naming).collect());
        self.around.write().unwrap_or_else(PoisonError::into_inner).insert(near.clone(), Arc::clone(&found));
        found
    }

    fn path(&self, file: FileId) -> &str {
        self.paths.get(file.0 as usize).map_or("", |(_, path)| path.as_str())
    }

    fn asked<T: Clone + 'l>(
        &self,
        answers: &Answers<T>,
        asking: Asking,
        of: impl Fn(&'l PartIndex) -> Option<&'l Vec<T>>,
    ) -> Arc<[T]> {
        if let Some(known) = answers.0.read().unwrap_or_else(PoisonError::into_inner).get(&asking) {
            return Arc::clone(known);
        }
        let (name, near, sought) = &asking;
        let files = self.files_for(name, near.as_ref(), *sought);
        let parts = files.iter().flat_map(|file| file.indexes(name, *sought));
        let found: Arc<[T]> = parts.filter_map(of).flatten().cloned().collect();
        answers.0.write().unwrap_or_else(PoisonError::into_inner).insert(asking, Arc::clone(&found));
        found
    }

    /// The files that are asked for a word, lowered.
    pub(super) fn files_for(&self, name: &SmolStr, near: Option<&Near>, sought: Sought) -> Vec<&'l ProjectFile> {
        let look_ups = self.look_ups(name, near, sought);
        let mut found: Vec<FileId> = look_ups.iter().flat_map(|look_up| self.files.look_up(look_up)).copied().collect();
        found.sort_unstable();
        found.into_iter().filter_map(|id| self.files.get(id)).collect()
    }

    /// Calls of what has this last name.
    pub(super) fn calls(&self, name: &SmolStr, near: Option<&Near>) -> Vec<ExprRef> {
        let files = self.files_for(name, near, Sought::Use);
        files.into_iter().flat_map(|file| file.calls_of(name, Sought::Use)).collect()
    }

    /// Uses of a name or attribute that are no call of it.
    pub(super) fn references(&self, name: &SmolStr, near: Option<&Near>) -> Vec<ExprRef> {
        self.references_as(Sought::Use, name, near)
    }

    /// The same, where the text may hold the name as what is sought.
    pub(super) fn references_as(&self, sought: Sought, name: &SmolStr, near: Option<&Near>) -> Vec<ExprRef> {
        let files = self.files_for(name, near, sought);
        files.into_iter().flat_map(|file| file.references_to(name, sought)).collect()
    }

    /// Uses of a name that may mean something of another file, as what is sought: taken from something, or by a name that
    /// an import may bind. Calls, and what is no call.
    pub(super) fn outward(&self, name: &SmolStr, near: &Near, sought: Sought) -> (Vec<ExprRef>, Vec<ExprRef>) {
        let look_ups = self.look_ups(name, Some(near), sought);
        let all = look_ups.iter().map(|look_up| {
            look_up.outward.get_or_init(|| {
                let files = self.files.look_up(look_up).iter().filter_map(|&id| self.files.get(id));
                let mut found = Outward::default();
                for file in files {
                    let binds = OnceCell::new();
                    let is_outward = |expr: ExprId| {
                        !matches!(file.facts.expr(expr).kind, ExprKind::Name(_))
                            || *binds.get_or_init(|| file.may_bind(name))
                    };
                    let callee = |call: &ExprRef| match file.facts.expr(call.expr).kind {
                        ExprKind::Call { callee, .. } => is_outward(callee),
                        _ => false,
                    };
                    found.calls.extend(file.calls_of(name, sought).filter(callee));
                    found.references.extend(file.references_to(name, sought).filter(|one| is_outward(one.expr)));
                }
                found
            })
        });
        let (mut calls, mut references) = (Vec::new(), Vec::new());
        for found in all {
            calls.extend_from_slice(&found.calls);
            references.extend_from_slice(&found.references);
        }
        calls.sort_by_key(|call| call.file);
        references.sort_by_key(|reference| reference.file);
        (calls, references)
    }

    /// Functions and classes of this name.
    pub(super) fn definitions(&self, name: &SmolStr) -> Arc<[ScopeRef]> {
        let asking = (name.clone(), None, Sought::Definition);
        self.asked(&self.scopes, asking, |index| index.definitions.get(name))
    }

    /// Whether there are no more than `limit` functions and classes of this name; not where so many files hold it that
    /// there may be more.
    pub(super) fn are_few(&self, name: &SmolStr, limit: usize) -> bool {
        !self.files.words().is_held_by_more(name, RARE) && self.definitions(name).len() <= limit
    }

    /// Classes that name a base like this, or as an import calls it.
    pub(super) fn subclasses(&self, name: &SmolStr, near: &Near) -> Vec<ScopeRef> {
        let with_base = |name: &SmolStr| {
            let asking = (name.clone(), Some(near.clone()), Sought::Base);
            self.asked(&self.scopes, asking, |index| index.subclasses.get(name))
        };
        let mut found = with_base(name).to_vec();
        found.extend(self.renames(name, near).iter().flat_map(|other| with_base(other).to_vec()));
        found
    }

    /// Writes to attributes of this name, on objects other than `self`.
    pub(super) fn other_writes(&self, name: &SmolStr, near: &Near) -> Arc<[AttributeWrite]> {
        let asking = (name.clone(), Some(near.clone()), Sought::OtherWrite);
        self.asked(&self.writes, asking, |index| index.other_writes.get(name))
    }

    /// Writes to attributes of this name in one file, on objects other than `self`.
    pub(super) fn other_writes_in(&self, file: FileId, name: &SmolStr) -> Vec<AttributeWrite> {
        self.in_file(file, name, Sought::OtherWrite, |index| index.other_writes.get(name))
    }

    /// Fields of this name in objects that are written out.
    pub(super) fn record_fields(&self, name: &SmolStr, near: &Near) -> Arc<[AttributeWrite]> {
        let asking = (name.clone(), Some(near.clone()), Sought::Field);
        self.asked(&self.writes, asking, |index| index.record_fields.get(name))
    }

    /// Writes to an attribute of `self` in a class.
    pub(super) fn own_writes(&self, class: ScopeRef, name: &SmolStr) -> Vec<AttributeWrite> {
        let key = (class.scope, name.clone());
        let Some(file) = self.files.get(class.file) else { return Vec::new() };
        let facts = &file.facts;
        // Only the functions of a class have an object of their own.
        let is_of_class = |part: &PartId| {
            facts.deferred(*part).is_none_or(|(of, _)| facts.scope(of.scope).parent == Some(class.scope))
        };
        let parts = file.parts_with(name, Sought::Write).filter(is_of_class);
        parts.filter_map(|part| file.index(part).own_writes.get(&key)).flatten().copied().collect()
    }

    /// Other names that imports give to a name.
    pub(super) fn renames(&self, name: &SmolStr, near: &Near) -> Arc<[SmolStr]> {
        let asking = (name.clone(), Some(near.clone()), Sought::Rename);
        self.asked(&self.renamed, asking, |index| index.renames.get(name))
    }

    fn in_file<T: Clone + 'l>(
        &self,
        file: FileId,
        name: &SmolStr,
        sought: Sought,
        of: impl Fn(&'l PartIndex) -> Option<&'l Vec<T>>,
    ) -> Vec<T> {
        let parts = self.files.get(file).into_iter().flat_map(|file| file.indexes(name, sought));
        parts.filter_map(of).flatten().cloned().collect()
    }

    /// Uses of a name within one file that are no call of it.
    pub(super) fn references_in(&self, file: FileId, name: &SmolStr) -> impl Iterator<Item = ExprRef> + use<'l> {
        self.files
            .get(file)
            .into_iter()
            .flat_map(|file| file.references_to(name, Sought::Use))
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// Calls of a name within one file.
    pub(super) fn calls_in(&self, file: FileId, name: &SmolStr) -> impl Iterator<Item = ExprRef> + use<'l> {
        self.files
            .get(file)
            .into_iter()
            .flat_map(|file| file.calls_of(name, Sought::Use))
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// Writes to `name[key]` in a file.
    pub(super) fn item_writes(&self, file: FileId, name: &SmolStr) -> Vec<(ExprRef, ExprId)> {
        self.in_file(file, name, Sought::Use, |index| index.item_writes.get(name))
    }
}

/// The folder of a path.
fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

impl ProjectFile {
    /// Whether it imports a top-level module, or something of it.
    pub(super) fn imports(&self, root: &str) -> bool {
        self.indexes(root, Sought::Use).any(|index| index.imported.contains(root))
    }

    /// Whether an import in it may bind a name.
    pub(super) fn may_bind(&self, name: &str) -> bool {
        self.indexes(name, Sought::Use).any(|index| index.bound.contains(name) || index.bound.contains(""))
    }

    /// Calls of what has this last name, where the text may hold it as what is sought.
    pub(super) fn calls_of(&self, name: &SmolStr, sought: Sought) -> impl Iterator<Item = ExprRef> {
        let callee = |expr| match self.facts.expr(expr).kind {
            ExprKind::Call { callee, .. } => last_name(&self.facts, callee),
            _ => None,
        };
        let all = self.indexes(name, sought).flat_map(|index| index.calls.of(name));
        let named = all.filter(move |&expr| callee(expr).as_ref() == Some(name));
        named.map(|expr| ExprRef { file: self.facts.file, expr })
    }

    /// Uses of a name or attribute that are no call of it, where the text may hold it as what is sought.
    pub(super) fn references_to(&self, name: &SmolStr, sought: Sought) -> impl Iterator<Item = ExprRef> {
        let is_named = |&expr: &ExprId| last_name(&self.facts, expr).as_ref() == Some(name);
        let all = self.indexes(name, sought).flat_map(|index| index.references.of(name));
        all.filter(is_named).map(|expr| ExprRef { file: self.facts.file, expr })
    }
}
