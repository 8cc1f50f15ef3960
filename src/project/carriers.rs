//! The names that an object of a library may go by.
//!
//! `get` is called on a great many things, and what each of them is costs a look at much of the project. A name that
//! nothing of a library ever reaches, by assignment, argument, default, annotation, return or import, in the files that
//! are judged, stands for no such object, whatever else it stands for. Names of variables are kept apart by file, those
//! of attributes are not. Refuses to tell objects apart: it only says which names are worth the question.

mod calls;
mod origins;
mod way;

use super::attributes::{class_of_method, class_of_self, last_name};
use crate::model::expr::{ExprId, ExprKind};
use crate::model::facts::FileFacts;
use crate::source::FileId;
use crate::threads::Crew;
use calls::Passed;
use origins::{Origins, class_around};
use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use std::sync::Arc;
use way::{Declared, Way};

/// The stack of a thread that looks for carriers, in bytes: expressions may be deep.
const STACK: usize = 16 << 20;

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
    /// Requests.
    pub(super) requests: FxHashSet<SmolStr>,
    /// The files whose libraries build objects step by step: what any method gives may be what it is called on.
    pub(super) stepwise: FxHashSet<FileId>,
}

/// The names that an object of a library may go by.
#[derive(Debug, Default)]
pub(super) struct Carriers {
    found: FxHashSet<Node>,
    /// The names of requests.
    requests: FxHashSet<SmolStr>,
    /// The files in which what a method gives may be what it is called on.
    stepwise: FxHashSet<FileId>,
    /// What files call the modules of libraries.
    modules: FxHashSet<Node>,
    /// The files in which a name may mean what any other exports.
    stars: FxHashSet<FileId>,
}

impl Carriers {
    /// The carriers in these files, where `known` tells modules, and full paths, of libraries.
    pub(super) fn of(
        files: &[&FileFacts],
        seeds: &Seeds,
        known: (impl Fn(&str) -> bool + Sync, impl Fn(&str) -> bool + Sync),
        resolve: impl Fn(FileId, &str, u32) -> Option<FileId>,
        workers: usize,
    ) -> Carriers {
        let mut declared = Declared::new(seeds);
        for facts in files {
            declared.add(facts, &resolve);
        }
        let mut crew = Crew::new(workers, STACK, || Way::new(&declared));
        crew.each(files.len(), |way, index| {
            let facts = files[index];
            way.statements(facts, seeds, &known);
            way.scopes(facts);
            way.calls(facts);
        });
        let mut way = Way::new(&declared);
        crew.into_states().for_each(|part| way.join(part));
        way.hand_on();
        way.follow(seeds)
    }

    /// Whether what an expression stands for may be an object of a library.
    pub(super) fn may_be(&self, facts: &FileFacts, expr: ExprId) -> bool {
        let nodes = Origins { facts, requests: &self.requests, stepwise: self.stepwise.contains(&facts.file) }.of(expr);
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
            // `super()`, or what else is no name.
            ExprKind::Call { .. } => class_around(facts, expr),
            _ => class_of_self(facts, expr),
        };
        class.is_some_and(|class| self.found.contains(&Node::Local(facts.file, facts.scope(class).name.clone())))
    }
}
