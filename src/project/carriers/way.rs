//! Which name's value reaches which others.
//!
//! Refuses to know which of them stand for something of a library.

use super::calls::{Passed, Signature};
use super::origins::{Origins, named_in};
use super::{Carriers, Node, ProjectFile, Seeds, Silent};
use crate::model::expr::{ExprId, ExprKind};
use crate::model::facts::{FileFacts, Import, ImportItem, MODULE, ScopeId, ScopeKind, StmtKind};
use crate::source::{FileId, offset};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::sync::Arc;

/// What the files that are judged declare, which every way goes by.
#[derive(Debug, Default)]
pub(super) struct Declared {
    pub(super) signatures: FxHashMap<SmolStr, Vec<Signature>>,
    /// What the names that a file imports stand for: the file that defines them, if it is of the project, and the name.
    pub(super) imports: FxHashMap<(FileId, SmolStr), (Option<FileId>, Option<SmolStr>)>,
    /// The bases of classes that have no constructor of their own.
    pub(super) bases: FxHashMap<SmolStr, Vec<SmolStr>>,
    silent: Silent,
    stepwise: FxHashSet<FileId>,
    files: FxHashSet<FileId>,
}

/// Which name's value reaches which others, by what some of the files say.
#[derive(Debug)]
pub(super) struct Way<'d> {
    pub(super) declared: &'d Declared,
    nodes: FxHashMap<Node, u32>,
    /// Which node's value reaches which other.
    reaches: Vec<(u32, u32)>,
    modules: FxHashSet<Node>,
    stars: FxHashSet<FileId>,
    start: Vec<Node>,
}

impl Declared {
    pub(super) fn new(seeds: &Seeds) -> Declared {
        let is_class = |name: &&SmolStr| seeds.common.contains(*name);
        let requests = seeds.requests.iter().filter(|name| !is_class(name)).cloned().collect();
        let silent = Silent { requests, inert: seeds.inert.clone() };
        Declared { silent, stepwise: seeds.stepwise.clone(), ..Declared::default() }
    }

    pub(super) fn add(&mut self, facts: &FileFacts, resolve: &impl Fn(FileId, &str, u32) -> Option<FileId>) {
        self.files.insert(facts.file);
        self.add_signatures(facts);
        self.add_imports(facts, resolve);
    }

    fn add_imports(&mut self, facts: &FileFacts, resolve: &impl Fn(FileId, &str, u32) -> Option<FileId>) {
        for stmt in facts.stmt_ids() {
            let StmtKind::Import(imports) = &facts.stmt(stmt).kind else { continue };
            for import in imports {
                let whole = |module: &str| resolve(facts.file, module, import.level);
                let means = match &import.item {
                    ImportItem::Member(name) => {
                        let inner = format!("{}.{name}", import.module);
                        match whole(inner.trim_start_matches('.')) {
                            Some(module) => (Some(module), None),
                            None => (whole(&import.module), Some(name.clone())),
                        }
                    }
                    ImportItem::Module => (whole(&import.module), None),
                    ImportItem::Root | ImportItem::Star => continue,
                };
                self.imports.insert((facts.file, import.binds.clone()), means);
            }
        }
    }
}

impl<'d> Way<'d> {
    pub(super) fn new(declared: &'d Declared) -> Way<'d> {
        Way {
            declared,
            nodes: FxHashMap::default(),
            reaches: Vec::new(),
            modules: FxHashSet::default(),
            stars: FxHashSet::default(),
            start: Vec::new(),
        }
    }

    /// Adds what other files say.
    pub(super) fn join(&mut self, other: Way<'_>) {
        let mut ids = vec![0; other.nodes.len()];
        for (node, id) in other.nodes {
            ids[id as usize] = self.id(node);
        }
        self.reaches.extend(other.reaches.iter().map(|(from, to)| (ids[*from as usize], ids[*to as usize])));
        self.modules.extend(other.modules);
        self.stars.extend(other.stars);
        self.start.extend(other.start);
    }

    pub(super) fn reach(&mut self, from: Node, to: Node) {
        let edge = (self.id(from), self.id(to));
        // The same is often said again at once.
        if self.reaches.last() != Some(&edge) {
            self.reaches.push(edge);
        }
    }

    fn id(&mut self, node: Node) -> u32 {
        let next = offset(self.nodes.len());
        *self.nodes.entry(node).or_insert(next)
    }

    /// What is passed to functions, each once.
    pub(super) fn passed(&self) -> Vec<Arc<Passed>> {
        let passed = self.nodes.keys().filter_map(|node| match node {
            Node::Passed(passed) => Some(passed.clone()),
            _ => None,
        });
        passed.collect()
    }

    /// What an annotation names reaches nodes.
    fn annotate(&mut self, file: &ProjectFile, annotation: ExprId, to: &[Node]) {
        let mut nodes = Vec::new();
        named_in(file, annotation, &self.declared.silent.inert, &mut nodes);
        for node in nodes {
            for to in to {
                self.reach(node.clone(), to.clone());
            }
        }
    }

    fn origins(&self, file: &ProjectFile, from: ExprId) -> Vec<Node> {
        let Declared { silent, stepwise, .. } = self.declared;
        Origins { file, silent, stepwise: stepwise.contains(&file.facts.file) }.of(from)
    }

    /// The value of an expression reaches nodes.
    pub(super) fn edge(&mut self, file: &ProjectFile, from: ExprId, to: &[Node]) {
        if to.is_empty() {
            return;
        }
        for node in self.origins(file, from) {
            for to in to {
                self.reach(node.clone(), to.clone());
            }
        }
    }

    pub(super) fn statements(
        &mut self,
        file: &ProjectFile,
        seeds: &Seeds,
        known: &(impl Fn(&str) -> bool, impl Fn(&str) -> bool),
    ) {
        let facts = &file.facts;
        for stmt in facts.stmt_ids() {
            let scope = facts.place(stmt).scope;
            match &facts.stmt(stmt).kind {
                StmtKind::Assign { targets, value, annotation, .. } => {
                    let mut nodes = Vec::new();
                    targets.iter().for_each(|&target| self.targets(file, target, scope, &mut nodes));
                    if let Some(annotation) = annotation {
                        self.annotate(file, *annotation, &nodes);
                    }
                    if let Some(value) = value {
                        self.edge(file, *value, &nodes);
                    }
                }
                StmtKind::With { items, asynchronous, .. } => {
                    // What a class gives where its objects are entered may be something that they hold.
                    let entered = SmolStr::new_static(if *asynchronous { "__aenter__" } else { "__enter__" });
                    for item in items {
                        let mut nodes = Vec::new();
                        item.target.iter().for_each(|&target| self.targets(file, target, scope, &mut nodes));
                        self.edge(file, item.context, &nodes);
                        nodes.into_iter().for_each(|node| self.reach(Node::Attribute(entered.clone()), node));
                    }
                }
                StmtKind::For { target, iterable, .. } => {
                    let mut nodes = Vec::new();
                    self.targets(file, *target, scope, &mut nodes);
                    self.edge(file, *iterable, &nodes);
                }
                StmtKind::Return(Some(value)) => self.given(file, *value),
                StmtKind::Global(names) => names.iter().for_each(|name| self.export(facts.file, name)),
                StmtKind::Import(imports) => {
                    imports.iter().for_each(|import| self.import(facts.file, import, scope, seeds, known));
                }
                _ => {}
            }
        }
    }

    /// A name is bound to what another module calls something.
    fn import(
        &mut self,
        file: FileId,
        import: &Import,
        scope: ScopeId,
        seeds: &Seeds,
        known: &(impl Fn(&str) -> bool, impl Fn(&str) -> bool),
    ) {
        let here = Node::Local(file, scope, import.binds.clone());
        let of_library = known.0(import.module.split('.').next().unwrap_or_default());
        match &import.item {
            ImportItem::Member(name) => {
                let path = format!("{}.{name}", import.module);
                // What begins small and is nothing that the data knows may be a module of the library.
                if of_library && !known.1(&path) && name.starts_with(char::is_lowercase) {
                    self.modules.insert(here.clone());
                }
                if known.1(&path) || of_library && seeds.common.contains(name) {
                    self.start.push(here.clone());
                }
                let from = match self.declared.imports.get(&(file, import.binds.clone())) {
                    Some((Some(from), _)) if self.declared.files.contains(from) => Node::of_module(*from, name),
                    // What hands a name on may lie beyond the files that are judged.
                    _ => Node::Export(name.clone()),
                };
                self.reach(from, here);
                if scope == MODULE {
                    self.export(file, &import.binds);
                }
            }
            ImportItem::Module | ImportItem::Root if of_library => {
                self.modules.insert(here);
            }
            ImportItem::Star => {
                self.stars.insert(file);
                if of_library {
                    self.start.extend(seeds.common.iter().map(|name| Node::of_module(file, name)));
                }
            }
            _ => {}
        }
    }

    /// A name of a module, which others may import or read as an attribute of the module.
    fn export(&mut self, file: FileId, name: &SmolStr) {
        self.reach(Node::of_module(file, name), Node::Export(name.clone()));
        self.reach(Node::Export(name.clone()), Node::Attribute(name.clone()));
    }

    /// What a target binds. What is put into a container is not followed, except within a file.
    fn targets(&mut self, file: &ProjectFile, target: ExprId, scope: ScopeId, nodes: &mut Vec<Node>) {
        let facts = &file.facts;
        match &facts.expr(target).kind {
            ExprKind::Name(name) => {
                nodes.push(Node::local(file, scope, name));
                match facts.scope(scope).kind {
                    ScopeKind::Module => self.export(facts.file, name),
                    ScopeKind::Class => nodes.push(Node::Attribute(name.clone())),
                    _ => {}
                }
            }
            ExprKind::Attribute { name, .. } => nodes.push(Node::Attribute(name.clone())),
            ExprKind::Index { object, .. } if matches!(facts.expr(*object).kind, ExprKind::Name(_)) => {
                self.targets(file, *object, scope, nodes);
            }
            ExprKind::Sequence(items) => items.iter().for_each(|&item| self.targets(file, item, scope, nodes)),
            ExprKind::Splat(inner) => self.targets(file, *inner, scope, nodes),
            _ => {}
        }
    }

    /// A value is returned or yielded.
    pub(super) fn given(&mut self, file: &ProjectFile, value: ExprId) {
        let facts = &file.facts;
        let mut scope = facts.scope_of(value);
        while facts.scope(scope).kind == ScopeKind::Comprehension {
            match facts.scope(scope).parent {
                Some(parent) => scope = parent,
                None => return,
            }
        }
        let function = self.function(file, scope);
        self.edge(file, value, &function);
    }

    /// What a function or class goes by.
    fn function(&mut self, file: &ProjectFile, scope: ScopeId) -> Vec<Node> {
        let facts = &file.facts;
        let of = facts.scope(scope);
        if of.name.is_empty() {
            return Vec::new();
        }
        let mut nodes = vec![Node::of_scope(file, scope)];
        match of.parent.map(|parent| facts.scope(parent).kind) {
            Some(ScopeKind::Module) => self.export(facts.file, &of.name),
            Some(ScopeKind::Class) => nodes.push(Node::Attribute(of.name.clone())),
            _ => {}
        }
        nodes
    }

    pub(super) fn scopes(&mut self, file: &ProjectFile) {
        let facts = &file.facts;
        for scope in facts.scope_ids() {
            let of = facts.scope(scope);
            for parameter in &of.parameters {
                let node = Node::Local(facts.file, scope, parameter.name.clone());
                if let Some(annotation) = parameter.annotation {
                    self.annotate(file, annotation, std::slice::from_ref(&node));
                }
                if let Some(default) = parameter.default {
                    self.edge(file, default, std::slice::from_ref(&node));
                    // A provider is named by what a framework is told to call.
                    if let ExprKind::Call { arguments, .. } = &facts.expr(default).kind {
                        for argument in arguments {
                            self.edge(file, argument.value, std::slice::from_ref(&node));
                        }
                    }
                }
            }
            let nodes = self.function(file, scope);
            if let Some(annotation) = of.returns {
                self.annotate(file, annotation, &nodes);
            }
            for base in &of.bases {
                self.edge(file, base.value, &nodes);
            }
        }
    }

    pub(super) fn follow(mut self, seeds: &Seeds) -> Carriers {
        self.start.extend(seeds.common.iter().chain(&seeds.distinctive).cloned().map(Node::Attribute));
        self.start.extend(seeds.distinctive.iter().cloned().map(Node::Export));
        self.start.extend(self.modules.iter().cloned());
        let start = std::mem::take(&mut self.start);
        let mut open: Vec<u32> = start.into_iter().map(|node| self.id(node)).collect();
        self.reaches.sort_unstable();
        let mut is_found = vec![false; self.nodes.len()];
        while let Some(node) = open.pop() {
            if std::mem::replace(&mut is_found[node as usize], true) {
                continue;
            }
            let first = self.reaches.partition_point(|(from, _)| *from < node);
            let reached = self.reaches[first..].iter().take_while(|(from, _)| *from == node).map(|(_, to)| *to);
            open.extend(reached.filter(|&to| !is_found[to as usize]));
        }
        let found = self.nodes.into_iter().filter(|(_, id)| is_found[*id as usize]).map(|(node, _)| node).collect();
        let Declared { silent, stepwise, .. } = self.declared;
        let (silent, stepwise) = (silent.clone(), stepwise.clone());
        Carriers { found, silent, stepwise, modules: self.modules, stars: self.stars }
    }
}
