//! What calls hand on: the value of an argument reaches the parameter that it becomes.
//!
//! Refuses to tell apart the functions that one name may mean.

use super::way::{Declared, Way};
use super::{Node, ProjectFile, class_around, class_of_method, last_name};
use crate::model::expr::{Argument, ArgumentKind, ExprId, ExprKind};
use crate::model::facts::{FileFacts, ParameterKind, ScopeId, ScopeKind, StmtKind};
use crate::source::FileId;
use smol_str::SmolStr;
use std::sync::Arc;

/// The parameters of a function, or of what builds an object of a class.
#[derive(Debug)]
pub(super) struct Signature {
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
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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

/// Where in a call something is passed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Slot {
    At(usize),
    Named(SmolStr),
}

/// What is passed to whatever a call names.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Passed {
    callee: Callee,
    slot: Slot,
}

impl Callee {
    fn of(name: SmolStr) -> Callee {
        Callee { name, file: None, method: false, passes_object: false, only_bases: false }
    }
}

impl Declared {
    pub(super) fn add_signatures(&mut self, facts: &FileFacts) {
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
                    let local = |name: &SmolStr| (name.clone(), Node::Local(facts.file, scope, name.clone()));
                    let parameters: Vec<_> = of.parameters.iter().map(|parameter| local(&parameter.name)).collect();
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
}

impl Way<'_> {
    pub(super) fn calls(&mut self, file: &ProjectFile) {
        let facts = &file.facts;
        for expr in facts.expr_ids() {
            match &facts.expr(expr).kind {
                ExprKind::Call { callee, arguments } => self.call(file, *callee, arguments),
                ExprKind::Record { fields, .. } => {
                    for field in fields.iter().filter(|field| field.kind == ArgumentKind::Named) {
                        self.edge(file, field.value, &[Node::Attribute(field.name.clone())]);
                    }
                }
                ExprKind::Yield { value: Some(value), .. } => self.given(file, *value),
                ExprKind::Assign { name, value } => {
                    self.edge(file, *value, &[Node::local(file, facts.scope_of(expr), name)]);
                }
                _ => {}
            }
        }
    }

    fn call(&mut self, file: &ProjectFile, callee: ExprId, arguments: &[Argument]) {
        let facts = &file.facts;
        let Some(name) = last_name(facts, callee) else { return };
        // What is asked whether it is of a class is of that class where it is.
        if let ("isinstance", [object, class]) = (name.as_str(), arguments) {
            let asked = match &facts.expr(object.value).kind {
                ExprKind::Name(name) => Node::local(file, facts.scope_of(object.value), name),
                ExprKind::Attribute { name, .. } => Node::Attribute(name.clone()),
                _ => return,
            };
            self.edge(file, class.value, &[asked]);
        }
        let Some(callee) = self.callee(facts, callee, &name) else { return };
        for (at, argument) in arguments.iter().enumerate() {
            let slot = match argument.kind {
                ArgumentKind::Named => Slot::Named(argument.name.clone()),
                ArgumentKind::Positional => Slot::At(at),
                ArgumentKind::Splat | ArgumentKind::MappingSplat => continue,
            };
            let passed = Passed { callee: callee.clone(), slot };
            self.edge(file, argument.value, &[Node::Passed(Arc::new(passed))]);
        }
    }

    /// What is passed to functions reaches their parameters: once for each name and place, however many calls there are.
    pub(super) fn hand_on(&mut self) {
        let parameters = self.declared.signatures.values().flatten().flat_map(|signature| &signature.parameters);
        for (name, node) in parameters {
            // A field is an attribute whatever hands it on.
            if matches!(node, Node::Local(..)) {
                self.reach(Node::Keyword(name.clone()), node.clone());
            }
        }
        for passed in self.passed() {
            let Passed { callee, slot } = &*passed;
            let mut reached = Vec::new();
            let mut open = false;
            self.declared.each_signature(callee, &mut |signature| {
                let parameters = &signature.parameters;
                if callee.file.is_some_and(|file| file != signature.file)
                    || callee.method && (signature.bound == 0 || signature.builds)
                {
                    return;
                }
                match slot {
                    Slot::Named(name) => {
                        let named = parameters.iter().filter(|(parameter, _)| parameter == name);
                        reached.extend(named.map(|(_, node)| node.clone()));
                        open |= signature.open;
                    }
                    Slot::At(at) => {
                        let bound = if callee.passes_object { 0 } else { signature.bound };
                        reached.extend(parameters.get(at + bound).map(|(_, node)| node.clone()));
                    }
                }
            });
            match slot {
                Slot::Named(name) if reached.is_empty() && open => reached.push(Node::Keyword(name.clone())),
                _ => {}
            }
            for node in reached {
                self.reach(Node::Passed(passed.clone()), node);
            }
        }
    }

    /// What is called, as far as its name tells; nothing for what the project does not define.
    fn callee(&self, facts: &FileFacts, callee: ExprId, name: &SmolStr) -> Option<Callee> {
        match &facts.expr(callee).kind {
            ExprKind::Name(_) => {
                let of = self.declared.signatures.get(name);
                if of.is_some_and(|of| of.iter().any(|signature| signature.file == facts.file)) {
                    return Some(Callee { file: Some(facts.file), ..Callee::of(name.clone()) });
                }
                let (file, original) = self.declared.imports.get(&(facts.file, name.clone()))?;
                let name = original.clone()?;
                let defines = |file: &FileId| {
                    self.declared
                        .signatures
                        .get(&name)
                        .is_some_and(|of| of.iter().any(|signature| signature.file == *file))
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
                    ExprKind::Name(object) => self.declared.imports.get(&(facts.file, object.clone())),
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
}

/// The annotated names of a class, which a generated constructor takes in this order.
fn fields(facts: &FileFacts, class: ScopeId) -> Vec<SmolStr> {
    let own = facts.stmts_in(class);
    let annotated = own.filter_map(|stmt| match &facts.stmt(stmt).kind {
        StmtKind::Assign { targets, annotation: Some(_), .. } => targets.first(),
        _ => None,
    });
    annotated.filter_map(|&target| last_name(facts, target)).collect()
}
