//! The names that an object of a library may go by.
//!
//! `get` is called on a great many things, and what each of them is costs a look at much of the project. A name that
//! nothing of a library ever reaches, by assignment, argument, default, annotation, return or import, in the files that
//! are judged, stands for no such object, whatever else it stands for. Names of variables are kept apart by file, those
//! of attributes are not. Refuses to tell objects apart: it only says which names are worth the question.

mod origins;

use self::origins::{Origins, class_around, named_in};
use super::attributes::{class_of_method, class_of_self, fields, last_name};
use crate::model::expr::{Argument, ArgumentKind, ExprId, ExprKind};
use crate::model::facts::{FileFacts, Import, ImportItem, MODULE, ParameterKind, ScopeId, ScopeKind, StmtKind};
use crate::source::FileId;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

/// Something that values go by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Node {
    /// A variable, parameter or function of a file.
    Local(FileId, SmolStr),
    /// An attribute or method of anything.
    Attribute(SmolStr),
    /// What other files import by this name.
    Export(SmolStr),
    /// A parameter of whatever function has one of this name.
    Keyword(SmolStr),
}

/// The names that libraries give.
#[derive(Debug)]
pub(super) struct Seeds {
    /// Classes and factories that hardly anything else is called like.
    pub(super) distinctive: FxHashSet<SmolStr>,
    /// All classes.
    pub(super) common: FxHashSet<SmolStr>,
    /// Requests.
    pub(super) requests: FxHashSet<SmolStr>,
}

/// The names that an object of a library may go by.
#[derive(Debug, Default)]
pub(super) struct Carriers {
    found: FxHashSet<Node>,
    /// The names of requests.
    requests: FxHashSet<SmolStr>,
    /// What files call the modules of libraries.
    modules: FxHashSet<Node>,
    /// The files in which a name may mean what any other exports.
    stars: FxHashSet<FileId>,
}

impl Carriers {
    /// The carriers in these files, where `known` tells modules, and full paths, of libraries.
    pub(super) fn of<'f>(
        files: impl Iterator<Item = &'f FileFacts> + Clone,
        seeds: &Seeds,
        known: (impl Fn(&str) -> bool, impl Fn(&str) -> bool),
        resolve: impl Fn(FileId, &str, u32) -> Option<FileId>,
    ) -> Carriers {
        let is_class = |name: &&SmolStr| seeds.common.contains(*name);
        let requests = seeds.requests.iter().filter(|name| !is_class(name)).cloned().collect();
        let mut way = Way { requests, ..Way::default() };
        for facts in files.clone() {
            way.signatures(facts);
            way.imports(facts, &resolve);
        }
        for facts in files {
            way.statements(facts, seeds, &known);
            way.scopes(facts);
            way.calls(facts);
        }
        way.follow(seeds)
    }

    /// Whether what an expression stands for may be an object of a library.
    pub(super) fn may_be(&self, facts: &FileFacts, expr: ExprId) -> bool {
        let nodes = Origins { facts, requests: &self.requests }.of(expr);
        let reached = |node: &Node| match node {
            Node::Local(file, name) if self.stars.contains(file) => {
                self.found.contains(node) || self.found.contains(&Node::Export(name.clone()))
            }
            _ => self.found.contains(node),
        };
        nodes.iter().any(reached) || self.is_in_module(facts, expr) || self.is_own(facts, expr)
    }

    /// Whether an expression names something in a module of a library.
    fn is_in_module(&self, facts: &FileFacts, mut expr: ExprId) -> bool {
        while let ExprKind::Attribute { object, .. } = facts.expr(expr).kind {
            expr = object;
        }
        match &facts.expr(expr).kind {
            ExprKind::Name(name) => self.modules.contains(&Node::Local(facts.file, name.clone())),
            _ => false,
        }
    }

    /// Whether an expression is the object, or `super()`, in a class that derives from one of a library.
    fn is_own(&self, facts: &FileFacts, expr: ExprId) -> bool {
        let class = match &facts.expr(expr).kind {
            ExprKind::Call { .. } => class_around(facts, expr),
            _ => class_of_self(facts, expr),
        };
        class.is_some_and(|class| self.found.contains(&Node::Local(facts.file, facts.scope(class).name.clone())))
    }
}

/// The parameters of a function, or of what builds an object of a class.
#[derive(Debug)]
struct Signature {
    /// The file of the function or class.
    file: FileId,
    /// In order, as what they are in the function.
    parameters: Vec<(SmolStr, Node)>,
    /// How many of them come before what a call passes: the object that a method is called on.
    bound: usize,
    /// Whether it builds an object of a class.
    builds: bool,
    /// Whether it takes whatever keywords it is given.
    open: bool,
}

/// What a call names.
struct Callee {
    name: SmolStr,
    /// The file that defines it, where that is known.
    file: Option<FileId>,
    /// Whether it is called on an object.
    method: bool,
    /// Whether the object comes first among the arguments.
    passes_object: bool,
    /// Whether a class's bases are called rather than the class.
    only_bases: bool,
}

impl Callee {
    fn of(name: SmolStr) -> Callee {
        Callee { name, file: None, method: false, passes_object: false, only_bases: false }
    }
}

/// Which name's value reaches which others.
#[derive(Debug, Default)]
struct Way {
    signatures: FxHashMap<SmolStr, Vec<Signature>>,
    /// What the names that a file imports stand for: the file that defines them, if it is of the project, and the name.
    imports: FxHashMap<(FileId, SmolStr), (Option<FileId>, Option<SmolStr>)>,
    /// The bases of classes that have no constructor of their own.
    bases: FxHashMap<SmolStr, Vec<SmolStr>>,
    reaches: FxHashMap<Node, Vec<Node>>,
    requests: FxHashSet<SmolStr>,
    modules: FxHashSet<Node>,
    stars: FxHashSet<FileId>,
    start: Vec<Node>,
}

impl Way {
    fn signatures(&mut self, facts: &FileFacts) {
        for scope in facts.scope_ids() {
            let of = facts.scope(scope);
            match of.kind {
                ScopeKind::Function => {
                    let class = class_of_method(facts, scope);
                    let bound = usize::from(class.is_some());
                    let open = of.parameters.iter().any(|parameter| parameter.kind == ParameterKind::Keywords);
                    let class = class.filter(|_| of.name == "__init__");
                    let builds = class.is_some();
                    let name = class.map_or(&of.name, |class| &facts.scope(class).name).clone();
                    let local = |name: &SmolStr| (name.clone(), Node::Local(facts.file, name.clone()));
                    let parameters: Vec<_> = of.parameters.iter().map(|parameter| local(&parameter.name)).collect();
                    for (name, node) in &parameters {
                        self.reach(Node::Keyword(name.clone()), node.clone());
                    }
                    self.signatures.entry(name).or_default().push(Signature {
                        file: facts.file,
                        parameters,
                        bound,
                        builds,
                        open,
                    });
                }
                ScopeKind::Class => {
                    let parameters = fields(facts, scope);
                    let parameters = parameters.into_iter().map(|name| (name.clone(), Node::Attribute(name))).collect();
                    let signature = Signature { file: facts.file, parameters, bound: 0, builds: true, open: false };
                    self.signatures.entry(of.name.clone()).or_default().push(signature);
                    let bases = of.bases.iter().filter_map(|base| last_name(facts, base.value));
                    self.bases.entry(of.name.clone()).or_default().extend(bases);
                }
                _ => {}
            }
        }
    }

    fn reach(&mut self, from: Node, to: Node) {
        let reached = self.reaches.entry(from).or_default();
        if !reached.contains(&to) {
            reached.push(to);
        }
    }

    /// What an annotation names reaches nodes.
    fn annotate(&mut self, facts: &FileFacts, annotation: ExprId, to: &[Node]) {
        let mut nodes = Vec::new();
        named_in(facts, annotation, &mut nodes);
        for node in nodes {
            for to in to {
                self.reach(node.clone(), to.clone());
            }
        }
    }

    /// The value of an expression reaches nodes.
    fn edge(&mut self, facts: &FileFacts, from: ExprId, to: &[Node]) {
        if to.is_empty() {
            return;
        }
        for node in (Origins { facts, requests: &self.requests }).of(from) {
            for to in to {
                self.reach(node.clone(), to.clone());
            }
        }
    }

    fn statements(&mut self, facts: &FileFacts, seeds: &Seeds, known: &(impl Fn(&str) -> bool, impl Fn(&str) -> bool)) {
        for stmt in facts.stmt_ids() {
            let scope = facts.place(stmt).scope;
            match &facts.stmt(stmt).kind {
                StmtKind::Assign { targets, value, annotation, .. } => {
                    let mut nodes = Vec::new();
                    targets.iter().for_each(|&target| self.targets(facts, target, scope, &mut nodes));
                    if let Some(annotation) = annotation {
                        self.annotate(facts, *annotation, &nodes);
                    }
                    if let Some(value) = value {
                        self.edge(facts, *value, &nodes);
                    }
                }
                StmtKind::With { items, .. } => {
                    for item in items {
                        let mut nodes = Vec::new();
                        item.target.iter().for_each(|&target| self.targets(facts, target, scope, &mut nodes));
                        self.edge(facts, item.context, &nodes);
                    }
                }
                StmtKind::For { target, iterable, .. } => {
                    let mut nodes = Vec::new();
                    self.targets(facts, *target, scope, &mut nodes);
                    self.edge(facts, *iterable, &nodes);
                }
                StmtKind::Return(Some(value)) => self.given(facts, *value),
                StmtKind::Global(names) => names.iter().for_each(|name| self.export(facts, name)),
                StmtKind::Import(imports) => {
                    imports.iter().for_each(|import| self.import(facts, import, scope == MODULE, seeds, known));
                }
                _ => {}
            }
        }
    }

    /// A name is bound to what another module calls something.
    fn import(
        &mut self,
        facts: &FileFacts,
        import: &Import,
        at_top: bool,
        seeds: &Seeds,
        known: &(impl Fn(&str) -> bool, impl Fn(&str) -> bool),
    ) {
        let here = Node::Local(facts.file, import.binds.clone());
        let of_library = known.0(import.module.split('.').next().unwrap_or_default());
        match &import.item {
            ImportItem::Member(name) => {
                let path = format!("{}.{name}", import.module);
                if known.1(&path) || of_library && seeds.common.contains(name) {
                    self.start.push(here.clone());
                }
                let from = match self.imports.get(&(facts.file, import.binds.clone())) {
                    Some((Some(file), _)) => Node::Local(*file, name.clone()),
                    _ => Node::Export(name.clone()),
                };
                self.reach(from, here);
                if at_top {
                    self.export(facts, &import.binds);
                }
            }
            ImportItem::Module | ImportItem::Root if of_library => {
                self.modules.insert(here);
            }
            ImportItem::Star => {
                self.stars.insert(facts.file);
            }
            _ => {}
        }
    }

    /// A name of a module, which others may import or read as an attribute of the module.
    fn export(&mut self, facts: &FileFacts, name: &SmolStr) {
        self.reach(Node::Local(facts.file, name.clone()), Node::Export(name.clone()));
        self.reach(Node::Export(name.clone()), Node::Attribute(name.clone()));
    }

    /// What a target binds. What is put into a container is not followed, except within a file.
    fn targets(&mut self, facts: &FileFacts, target: ExprId, scope: ScopeId, nodes: &mut Vec<Node>) {
        match &facts.expr(target).kind {
            ExprKind::Name(name) => {
                nodes.push(Node::Local(facts.file, name.clone()));
                match facts.scope(scope).kind {
                    ScopeKind::Module => self.export(facts, name),
                    ScopeKind::Class => nodes.push(Node::Attribute(name.clone())),
                    _ => {}
                }
            }
            ExprKind::Attribute { name, .. } => nodes.push(Node::Attribute(name.clone())),
            ExprKind::Index { object, .. } if matches!(facts.expr(*object).kind, ExprKind::Name(_)) => {
                self.targets(facts, *object, scope, nodes);
            }
            ExprKind::Sequence(items) => items.iter().for_each(|&item| self.targets(facts, item, scope, nodes)),
            ExprKind::Splat(inner) => self.targets(facts, *inner, scope, nodes),
            _ => {}
        }
    }

    /// A value is returned or yielded.
    fn given(&mut self, facts: &FileFacts, value: ExprId) {
        let mut scope = facts.scope_of(value);
        while facts.scope(scope).kind == ScopeKind::Comprehension {
            match facts.scope(scope).parent {
                Some(parent) => scope = parent,
                None => return,
            }
        }
        let function = self.function(facts, scope);
        self.edge(facts, value, &function);
    }

    /// What a function or class goes by.
    fn function(&mut self, facts: &FileFacts, scope: ScopeId) -> Vec<Node> {
        let of = facts.scope(scope);
        if of.name.is_empty() {
            return Vec::new();
        }
        let mut nodes = vec![Node::Local(facts.file, of.name.clone())];
        match of.parent.map(|parent| facts.scope(parent).kind) {
            Some(ScopeKind::Module) => self.export(facts, &of.name),
            Some(ScopeKind::Class) => nodes.push(Node::Attribute(of.name.clone())),
            _ => {}
        }
        nodes
    }

    fn scopes(&mut self, facts: &FileFacts) {
        for scope in facts.scope_ids() {
            let of = facts.scope(scope);
            for parameter in &of.parameters {
                let node = Node::Local(facts.file, parameter.name.clone());
                if let Some(annotation) = parameter.annotation {
                    self.annotate(facts, annotation, std::slice::from_ref(&node));
                }
                if let Some(default) = parameter.default {
                    self.edge(facts, default, std::slice::from_ref(&node));
                    // A provider is named by what a framework is told to call.
                    if let ExprKind::Call { arguments, .. } = &facts.expr(default).kind {
                        for argument in arguments {
                            self.edge(facts, argument.value, std::slice::from_ref(&node));
                        }
                    }
                }
            }
            let nodes = self.function(facts, scope);
            if let Some(annotation) = of.returns {
                self.annotate(facts, annotation, &nodes);
            }
            for base in &of.bases {
                self.edge(facts, base.value, &nodes);
            }
        }
    }

    fn calls(&mut self, facts: &FileFacts) {
        for expr in facts.expr_ids() {
            match &facts.expr(expr).kind {
                ExprKind::Call { callee, arguments } => self.call(facts, *callee, arguments),
                ExprKind::Yield { value: Some(value), .. } => self.given(facts, *value),
                ExprKind::Assign { name, value } => {
                    self.edge(facts, *value, &[Node::Local(facts.file, name.clone())]);
                }
                _ => {}
            }
        }
    }

    fn call(&mut self, facts: &FileFacts, callee: ExprId, arguments: &[Argument]) {
        let Some(name) = last_name(facts, callee) else { return };
        let Some(callee) = self.callee(facts, callee, &name) else { return };
        for (at, argument) in arguments.iter().enumerate() {
            let mut reached = Vec::new();
            let mut open = false;
            self.each_signature(&callee, &mut |signature| {
                let parameters = &signature.parameters;
                if callee.file.is_some_and(|file| file != signature.file)
                    || callee.method && (signature.bound == 0 || signature.builds)
                {
                    return;
                }
                match argument.kind {
                    ArgumentKind::Named => {
                        let named = parameters.iter().filter(|(name, _)| *name == argument.name);
                        reached.extend(named.map(|(_, node)| node.clone()));
                        open |= signature.open;
                    }
                    ArgumentKind::Positional => {
                        let bound = if callee.passes_object { 0 } else { signature.bound };
                        reached.extend(parameters.get(at + bound).map(|(_, node)| node.clone()));
                    }
                    ArgumentKind::Splat | ArgumentKind::MappingSplat => {}
                }
            });
            if reached.is_empty() && open {
                reached.push(Node::Keyword(argument.name.clone()));
            }
            self.edge(facts, argument.value, &reached);
        }
    }

    /// What is called, as far as its name tells; nothing for what the project does not define.
    fn callee(&self, facts: &FileFacts, callee: ExprId, name: &SmolStr) -> Option<Callee> {
        match &facts.expr(callee).kind {
            ExprKind::Name(_) => {
                let of = self.signatures.get(name);
                if of.is_some_and(|of| of.iter().any(|signature| signature.file == facts.file)) {
                    return Some(Callee { file: Some(facts.file), ..Callee::of(name.clone()) });
                }
                let (file, original) = self.imports.get(&(facts.file, name.clone()))?;
                let name = original.clone()?;
                let defines = |file: &FileId| {
                    self.signatures.get(&name).is_some_and(|of| of.iter().any(|signature| signature.file == *file))
                };
                // What a package only passes on is defined somewhere else.
                let file = (*file)?;
                Some(Callee { file: Some(file).filter(defines), ..Callee::of(name) })
            }
            // A base's constructor takes what the class's own passes on.
            ExprKind::Attribute { object, .. } if name == "__init__" => match last_name(facts, *object) {
                Some(class) => Some(Callee { passes_object: true, ..Callee::of(class) }),
                None => {
                    let class = facts.scope(class_around(facts, callee)?).name.clone();
                    Some(Callee { only_bases: true, ..Callee::of(class) })
                }
            },
            ExprKind::Attribute { object, .. } => {
                let module = match &facts.expr(*object).kind {
                    ExprKind::Name(object) => self.imports.get(&(facts.file, object.clone())),
                    _ => None,
                };
                match module {
                    Some((Some(file), None)) => Some(Callee { file: Some(*file), ..Callee::of(name.clone()) }),
                    Some((None, _)) => None,
                    _ => Some(Callee { method: true, ..Callee::of(name.clone()) }),
                }
            }
            _ => None,
        }
    }

    fn imports(&mut self, facts: &FileFacts, resolve: &impl Fn(FileId, &str, u32) -> Option<FileId>) {
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

    /// How what is called can be called; of a class also how its bases can.
    fn each_signature(&self, callee: &Callee, visit: &mut impl FnMut(&Signature)) {
        let mut seen: Vec<&SmolStr> = vec![&callee.name];
        let mut next = 0;
        while let Some(&name) = seen.get(next) {
            if next > 0 || !callee.only_bases {
                self.signatures.get(name).into_iter().flatten().for_each(&mut *visit);
            }
            let bases = self.bases.get(name).into_iter().flatten().filter(|base| !seen.contains(base));
            let bases: Vec<&SmolStr> = bases.collect();
            seen.extend(bases);
            next += 1;
        }
    }

    fn follow(mut self, seeds: &Seeds) -> Carriers {
        let mut found = FxHashSet::default();
        self.start.extend(seeds.common.iter().chain(&seeds.distinctive).cloned().map(Node::Attribute));
        self.start.extend(seeds.distinctive.iter().cloned().map(Node::Export));
        self.start.extend(self.modules.iter().cloned());
        while let Some(node) = self.start.pop() {
            if let Some(reached) = self.reaches.get(&node) {
                self.start.extend(reached.iter().filter(|to| !found.contains(*to)).cloned());
            }
            found.insert(node);
        }
        Carriers { found, requests: self.requests, modules: self.modules, stars: self.stars }
    }
}
