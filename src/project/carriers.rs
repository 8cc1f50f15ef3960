//! The names that an object of a library may go by.
//!
//! `get` is called on a great many things, and what each of them is costs a look at much of the project. A name that
//! nothing of a library ever reaches, by assignment, argument, default, annotation, return or import, in the files that
//! are judged, stands for no such object, whatever else it stands for. Variables are kept apart by the scope that binds
//! them, attributes by nothing but their names. Refuses to tell objects apart: it only says which names are worth the
//! question.

mod calls;
mod origins;
mod way;

use super::ProjectFile;
use super::attributes::{class_around, class_of_method, class_of_self, last_name};
use crate::model::expr::{ExprId, ExprKind};
use crate::model::facts::{MODULE, ScopeId};
use crate::source::FileId;
use crate::threads::Crew;
use calls::Passed;
use origins::Origins;
use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use std::sync::Arc;
use way::{Declared, Way};

/// The stack of a thread that looks for carriers, in bytes: expressions may be deep.
const STACK: usize = 16 << 20;

/// Something that values go by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Node {
    /// A variable, parameter or function, and the scope of a file that binds it; the module's where nothing seems to.
    Local(FileId, ScopeId, SmolStr),
    /// An attribute or method of anything.
    Attribute(SmolStr),
    /// What other files import by this name.
    Export(SmolStr),
    /// A parameter of whatever function has one of this name.
    Keyword(SmolStr),
    /// What calls pass to functions of one name in one place.
    Passed(Arc<Passed>),
}

/// The names that libraries give.
#[derive(Debug)]
pub(super) struct Seeds {
    /// Classes, factories and modules that hardly anything else is called like.
    pub(super) distinctive: FxHashSet<SmolStr>,
    /// All classes.
    pub(super) common: FxHashSet<SmolStr>,
    /// Classes whose objects no request goes through: only what builds them is worth the question, not what they are.
    pub(super) inert: FxHashSet<SmolStr>,
    /// Requests.
    pub(super) requests: FxHashSet<SmolStr>,
    /// The files whose libraries build objects step by step: what any method gives may be what it is called on.
    pub(super) stepwise: FxHashSet<FileId>,
}

/// The names of what gives nothing worth the question when it is called.
#[derive(Debug, Default, Clone)]
struct Silent {
    /// Requests: what they give is no object of a library, but who keeps one may call it later.
    requests: FxHashSet<SmolStr>,
    /// Classes whose objects no request goes through.
    inert: FxHashSet<SmolStr>,
}

/// The names that an object of a library may go by.
#[derive(Debug, Default)]
pub(super) struct Carriers {
    found: FxHashSet<Node>,
    /// Those whose calls give nothing worth the question.
    silent: Silent,
    /// The files in which what a method gives may be what it is called on.
    stepwise: FxHashSet<FileId>,
    /// What files call the modules of libraries.
    modules: FxHashSet<Node>,
    /// The files in which a name may mean what any other exports.
    stars: FxHashSet<FileId>,
}

impl Node {
    /// What a name stands for in a scope.
    fn local(file: &ProjectFile, scope: ScopeId, name: &SmolStr) -> Node {
        Node::Local(file.facts.file, file.owner_of(scope, name).unwrap_or(MODULE), name.clone())
    }

    /// What a module calls something.
    fn of_module(file: FileId, name: &SmolStr) -> Node {
        Node::Local(file, MODULE, name.clone())
    }

    /// What a function or class goes by where it is defined.
    fn of_scope(file: &ProjectFile, scope: ScopeId) -> Node {
        let of = file.facts.scope(scope);
        Node::local(file, of.parent.unwrap_or(MODULE), &of.name)
    }
}

impl Carriers {
    /// The carriers in these files, where `known` tells modules, and full paths, of libraries.
    pub(super) fn of(
        files: &[&ProjectFile],
        seeds: &Seeds,
        known: (impl Fn(&str) -> bool + Sync, impl Fn(&str) -> bool + Sync),
        resolve: impl Fn(FileId, &str, u32) -> Option<FileId>,
        workers: usize,
    ) -> Carriers {
        let mut declared = Declared::new(seeds);
        for file in files {
            declared.add(&file.facts, &resolve);
        }
        let mut crew = Crew::new(workers, STACK, |_| Way::new(&declared));
        crew.each(files.len(), |way, index| {
            let file = files[index];
            way.statements(file, seeds, &known);
            way.scopes(file);
            way.calls(file);
        });
        let mut way = Way::new(&declared);
        crew.into_states().for_each(|part| way.join(part));
        way.hand_on();
        way.follow(seeds)
    }

    /// Whether what an expression stands for may be an object of a library.
    pub(super) fn may_be(&self, file: &ProjectFile, expr: ExprId) -> bool {
        let stepwise = self.stepwise.contains(&file.facts.file);
        let nodes = Origins { file, silent: &self.silent, stepwise }.of(expr);
        let reached = |node: &Node| match node {
            Node::Local(file, _, name) if self.stars.contains(file) => {
                self.found.contains(node) || self.found.contains(&Node::Export(name.clone()))
            }
            _ => self.found.contains(node),
        };
        nodes.iter().any(reached) || self.is_in_module(file, expr) || self.is_own(file, expr)
    }

    /// Whether an expression names something in a module of a library.
    fn is_in_module(&self, file: &ProjectFile, mut expr: ExprId) -> bool {
        let facts = &file.facts;
        while let ExprKind::Attribute { object, .. } = facts.expr(expr).kind {
            expr = object;
        }
        match &facts.expr(expr).kind {
            ExprKind::Name(name) => self.modules.contains(&Node::local(file, facts.scope_of(expr), name)),
            _ => false,
        }
    }

    /// Whether an expression is `super()`, or what else is called, in a class that derives from one of a library; the
    /// object itself goes by its class.
    fn is_own(&self, file: &ProjectFile, expr: ExprId) -> bool {
        let facts = &file.facts;
        let called = matches!(facts.expr(expr).kind, ExprKind::Call { .. });
        let class = called.then(|| class_around(facts, expr)).flatten();
        class.is_some_and(|class| self.found.contains(&Node::of_scope(file, class)))
    }
}
