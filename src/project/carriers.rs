//! The names that an object of a library may go by.
//!
//! `get` is called on a great many things, and what each of them is costs a look at much of the project. A name that
//! nothing of a library ever reaches, by assignment, argument, default, annotation, return or import, in the files that
//! are judged, stands for no such object, whatever else it stands for. Names of variables are kept apart by file, those
//! of attributes are not. Refuses to tell objects apart: it only says which names are worth the question.

use super::attributes::{class_of_method, class_of_self, last_name};
use crate::model::expr::{Argument, ArgumentKind, ExprId, ExprKind};
use crate::model::facts::{FileFacts, ImportItem, MODULE, ParameterKind, ScopeId, ScopeKind, StmtKind};
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

/// The names that an object of a library may go by.
#[derive(Debug, Default)]
pub(super) struct Carriers {
    found: FxHashSet<Node>,
    /// What files call the modules of libraries.
    modules: FxHashSet<Node>,
    steps: Steps,
}

/// The names of the methods that build an object of a library step by step.
type Steps = FxHashSet<SmolStr>;

impl Carriers {
    /// The carriers in these files, where `seeds` are the names of classes, and `modules` tells modules, of libraries.
    pub(super) fn of<'f>(
        files: impl Iterator<Item = &'f FileFacts> + Clone,
        seeds: &FxHashSet<SmolStr>,
        requests: &FxHashSet<SmolStr>,
        steps: Steps,
        modules: impl Fn(&str) -> bool,
        resolve: impl Fn(FileId, &str, u32) -> Option<FileId>,
    ) -> Carriers {
        let mut way = Way { steps, ..Way::default() };
        for facts in files.clone() {
            way.signatures(facts);
            way.imports(facts, &resolve);
        }
        for facts in files {
            way.statements(facts, seeds, &modules);
            way.scopes(facts, seeds);
            way.calls(facts);
        }
        way.follow(seeds, requests)
    }

    /// Whether what an expression stands for may be an object of a library.
    pub(super) fn may_be(&self, facts: &FileFacts, expr: ExprId) -> bool {
        let mut nodes = Vec::new();
        nodes_of(&self.steps, facts, expr, &mut nodes);
        nodes.iter().any(|node| self.found.contains(node)) || self.is_in_module(facts, expr) || self.is_own(facts, expr)
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
            // `super()`, or what else is no name.
            ExprKind::Call { .. } => {
                let mut at = Some(facts.scope_of(expr));
                while at.is_some_and(|scope| facts.scope(scope).kind != ScopeKind::Class) {
                    at = at.and_then(|scope| facts.scope(scope).parent);
                }
                at
            }
            _ => class_of_self(facts, expr),
        };
        class.is_some_and(|class| self.found.contains(&Node::Local(facts.file, facts.scope(class).name.clone())))
    }
}

/// What an expression's value may have gone by.
fn nodes_of(steps: &Steps, facts: &FileFacts, expr: ExprId, nodes: &mut Vec<Node>) {
    let all = |inner: &[ExprId], nodes: &mut Vec<Node>| {
        for &inner in inner {
            nodes_of(steps, facts, inner, nodes);
        }
    };
    match &facts.expr(expr).kind {
        ExprKind::Name(name) => nodes.push(Node::Local(facts.file, name.clone())),
        ExprKind::Attribute { name, .. } => nodes.push(Node::Attribute(name.clone())),
        ExprKind::Call { callee, arguments } => {
            nodes_of(steps, facts, *callee, nodes);
            nodes_of_call(steps, facts, *callee, arguments, nodes);
        }
        ExprKind::Index { object, .. } => nodes_of(steps, facts, *object, nodes),
        ExprKind::Conditional { then, otherwise, .. } => all(&[*then, *otherwise], nodes),
        ExprKind::Boolean { operands, .. } => all(operands, nodes),
        ExprKind::Sequence(items) => all(items, nodes),
        ExprKind::Mapping(entries) => entries.iter().for_each(|entry| nodes_of(steps, facts, entry.value, nodes)),
        ExprKind::Assign { value, .. } => nodes_of(steps, facts, *value, nodes),
        ExprKind::Await(inner) | ExprKind::Splat(inner) | ExprKind::Content { of: inner, .. } => {
            nodes_of(steps, facts, *inner, nodes);
        }
        ExprKind::Closure(scope) | ExprKind::Comprehension(scope) => nodes_of_body(steps, facts, *scope, nodes),
        _ => {}
    }
}

/// What is given on by what is called: an object that enters itself, or what a function was given.
fn nodes_of_call(steps: &Steps, facts: &FileFacts, callee: ExprId, arguments: &[Argument], nodes: &mut Vec<Node>) {
    let name = last_name(facts, callee).unwrap_or_default();
    if let (ExprKind::Attribute { object, .. }, "__aenter__" | "__enter__") = (&facts.expr(callee).kind, name.as_str())
    {
        nodes_of(steps, facts, *object, nodes);
    }
    if matches!(name.as_str(), "cast" | "partial" | "dict" | "getattr") || name.starts_with("enter_") {
        arguments.iter().for_each(|argument| nodes_of(steps, facts, argument.value, nodes));
    }
}

/// What the body of a closure or comprehension gives.
fn nodes_of_body(steps: &Steps, facts: &FileFacts, scope: ScopeId, nodes: &mut Vec<Node>) {
    for stmt in facts.stmt_ids().filter(|&stmt| facts.place(stmt).scope == scope) {
        if let StmtKind::Return(Some(value)) | StmtKind::Expression(value) = facts.stmt(stmt).kind {
            nodes_of(steps, facts, value, nodes);
        }
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
    modules: FxHashSet<Node>,
    steps: Steps,
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
                        open,
                    });
                }
                ScopeKind::Class => {
                    let parameters = fields(facts, scope);
                    let parameters = parameters.into_iter().map(|name| (name.clone(), Node::Attribute(name))).collect();
                    let signature = Signature { file: facts.file, parameters, bound: 0, open: false };
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

    /// The value of an expression reaches nodes.
    fn edge(&mut self, facts: &FileFacts, from: ExprId, to: &[Node]) {
        if to.is_empty() {
            return;
        }
        let mut nodes = Vec::new();
        nodes_of(&self.steps, facts, from, &mut nodes);
        for node in nodes {
            for to in to {
                self.reach(node.clone(), to.clone());
            }
        }
    }

    fn statements(&mut self, facts: &FileFacts, seeds: &FxHashSet<SmolStr>, modules: &impl Fn(&str) -> bool) {
        for stmt in facts.stmt_ids() {
            let scope = facts.place(stmt).scope;
            match &facts.stmt(stmt).kind {
                StmtKind::Assign { targets, value, annotation, .. } => {
                    let mut nodes = Vec::new();
                    targets.iter().for_each(|&target| self.targets(facts, target, scope, &mut nodes));
                    if annotation.is_some_and(|annotation| mentions(facts, annotation, seeds)) {
                        self.start.extend(nodes.iter().cloned());
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
                    for import in imports {
                        let here = Node::Local(facts.file, import.binds.clone());
                        match &import.item {
                            ImportItem::Member(name) => {
                                self.reach(Node::Export(name.clone()), here);
                                if scope == MODULE {
                                    self.export(facts, &import.binds);
                                }
                            }
                            ImportItem::Module | ImportItem::Root
                                if modules(import.module.split('.').next().unwrap_or_default()) =>
                            {
                                self.modules.insert(here);
                            }
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
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

    fn scopes(&mut self, facts: &FileFacts, seeds: &FxHashSet<SmolStr>) {
        for scope in facts.scope_ids() {
            let of = facts.scope(scope);
            for parameter in &of.parameters {
                let node = Node::Local(facts.file, parameter.name.clone());
                if parameter.annotation.is_some_and(|annotation| mentions(facts, annotation, seeds)) {
                    self.start.push(node.clone());
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
            if of.returns.is_some_and(|annotation| mentions(facts, annotation, seeds)) {
                self.start.extend(nodes.iter().cloned());
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
                ExprKind::Record { fields, .. } => {
                    for field in fields.iter().filter(|field| field.kind == ArgumentKind::Named) {
                        self.edge(facts, field.value, &[Node::Attribute(field.name.clone())]);
                    }
                }
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
            self.each_signature(&callee.name, &mut FxHashSet::default(), &mut |signature| {
                let parameters = &signature.parameters;
                if callee.file.is_some_and(|file| file != signature.file) || callee.method && signature.bound == 0 {
                    return;
                }
                match argument.kind {
                    ArgumentKind::Named => {
                        let named = parameters.iter().filter(|(name, _)| *name == argument.name);
                        reached.extend(named.map(|(_, node)| node.clone()));
                        open |= signature.open;
                    }
                    ArgumentKind::Positional => {
                        reached.extend(parameters.get(at + signature.bound).map(|(_, node)| node.clone()));
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
                    return Some(Callee { name: name.clone(), file: Some(facts.file), method: false });
                }
                let (file, original) = self.imports.get(&(facts.file, name.clone()))?;
                let name = original.clone()?;
                let defines = |file: &FileId| {
                    self.signatures.get(&name).is_some_and(|of| of.iter().any(|signature| signature.file == *file))
                };
                // What a package only passes on is defined somewhere else.
                let file = (*file)?;
                Some(Callee { file: Some(file).filter(defines), name, method: false })
            }
            ExprKind::Attribute { object, .. } => {
                let module = match &facts.expr(*object).kind {
                    ExprKind::Name(object) => self.imports.get(&(facts.file, object.clone())),
                    _ => None,
                };
                match module {
                    Some((Some(file), None)) => Some(Callee { name: name.clone(), file: Some(*file), method: false }),
                    Some((None, _)) => None,
                    _ => Some(Callee { name: name.clone(), file: None, method: true }),
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

    /// How what is called like this can be called; of a class also how its bases can.
    fn each_signature(&self, name: &SmolStr, seen: &mut FxHashSet<SmolStr>, visit: &mut impl FnMut(&Signature)) {
        if !seen.insert(name.clone()) {
            return;
        }
        self.signatures.get(name).into_iter().flatten().for_each(&mut *visit);
        for base in self.bases.get(name).into_iter().flatten() {
            self.each_signature(base, seen, visit);
        }
    }

    fn follow(mut self, seeds: &FxHashSet<SmolStr>, requests: &FxHashSet<SmolStr>) -> Carriers {
        let mut found = FxHashSet::default();
        // What a method of such a name gives is hardly ever the object that it is called on.
        self.reaches.retain(
            |node, _| !matches!(node, Node::Attribute(name) if requests.contains(name) && !seeds.contains(name)),
        );
        for seed in seeds {
            self.start.extend([Node::Attribute(seed.clone()), Node::Export(seed.clone())]);
        }
        self.start.extend(self.modules.iter().cloned());
        while let Some(node) = self.start.pop() {
            if let Some(reached) = self.reaches.get(&node) {
                self.start.extend(reached.iter().filter(|to| !found.contains(*to)).cloned());
            }
            found.insert(node);
        }
        Carriers { found, modules: self.modules, steps: self.steps }
    }
}

/// The annotated names of a class, which a generated constructor takes in this order.
fn fields(facts: &FileFacts, class: ScopeId) -> Vec<SmolStr> {
    let own = facts.stmt_ids().filter(|&stmt| facts.place(stmt).scope == class);
    let annotated = own.filter_map(|stmt| match &facts.stmt(stmt).kind {
        StmtKind::Assign { targets, annotation: Some(_), .. } => targets.first(),
        _ => None,
    });
    annotated.filter_map(|&target| last_name(facts, target)).collect()
}

/// Whether an annotation names one of `seeds`, also within a text.
fn mentions(facts: &FileFacts, annotation: ExprId, seeds: &FxHashSet<SmolStr>) -> bool {
    match &facts.expr(annotation).kind {
        ExprKind::Name(name) => seeds.contains(name),
        ExprKind::Attribute { name, .. } => seeds.contains(name),
        ExprKind::Text(text) => {
            text.split(|sign: char| !sign.is_alphanumeric() && sign != '_').any(|word| seeds.contains(word))
        }
        kind => {
            let mut inner = Vec::new();
            kind.children(&mut inner);
            inner.into_iter().any(|inner| mentions(facts, inner, seeds))
        }
    }
}
