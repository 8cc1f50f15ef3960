//! What else a file calls a library's class: by import, assignment, default or subclass.
//!
//! A variable or parameter is known in its own file; what a module, class or object holds, and the classes themselves, in
//! every file that imports it or reads it as an attribute. Refuses to tell apart what has the same name.

use super::attributes::last_name;
use crate::libraries::Libraries;
use crate::model::expr::{ExprId, ExprKind};
use crate::model::facts::{FileFacts, Import, ImportItem, MODULE, ScopeKind, StmtKind};
use rustc_hash::FxHashSet;
use smol_str::{SmolStr, format_smolstr};

/// What a file calls the classes of libraries.
pub(super) struct Aliases<'f> {
    facts: &'f FileFacts,
    /// The names of libraries' classes.
    classes: &'f FxHashSet<SmolStr>,
    /// Those, and what other files tell.
    known: &'f FxHashSet<SmolStr>,
    /// The names that are known in this file.
    own: FxHashSet<SmolStr>,
    /// Whether a name may mean what any other module tells.
    open: bool,
    /// The names of this module that functions set.
    global: FxHashSet<SmolStr>,
    /// The names that other files may use.
    pub(super) told: FxHashSet<SmolStr>,
}

impl<'f> Aliases<'f> {
    pub(super) fn of(
        facts: &'f FileFacts,
        libraries: &Libraries,
        classes: &'f FxHashSet<SmolStr>,
        known: &'f FxHashSet<SmolStr>,
    ) -> Aliases<'f> {
        let (own, global, told) = (FxHashSet::default(), FxHashSet::default(), FxHashSet::default());
        let mut found = Aliases { facts, classes, known, own, open: false, global, told };
        for stmt in facts.stmt_ids() {
            match &facts.stmt(stmt).kind {
                StmtKind::Import(imports) => {
                    let at_top = facts.place(stmt).scope == MODULE;
                    imports.iter().for_each(|import| found.import(import, at_top, libraries));
                }
                StmtKind::Global(names) => found.global.extend(names.iter().cloned()),
                _ => {}
            }
        }
        loop {
            let before = found.own.len() + found.told.len();
            found.assignments();
            found.scopes();
            if found.own.len() + found.told.len() == before {
                return found;
            }
        }
    }

    fn import(&mut self, import: &Import, at_top: bool, libraries: &Libraries) {
        let means = match &import.item {
            ImportItem::Member(name) => {
                self.known.contains(name)
                    || import.level == 0 && libraries.row(&format_smolstr!("{}.{name}", import.module)).is_some()
            }
            ImportItem::Star => {
                self.open = true;
                false
            }
            _ => false,
        };
        if means {
            self.add(&import.binds, at_top);
        }
    }

    fn add(&mut self, name: &SmolStr, told: bool) {
        self.own.insert(name.clone());
        if told || self.global.contains(name) {
            self.told.insert(name.clone());
        }
    }

    fn assignments(&mut self) {
        let facts = self.facts;
        for stmt in facts.stmt_ids() {
            let StmtKind::Assign { targets, value: Some(value), .. } = &facts.stmt(stmt).kind else { continue };
            if !self.means(*value, 0) {
                continue;
            }
            let of = facts.scope(facts.place(stmt).scope).kind;
            let held = matches!(of, ScopeKind::Module | ScopeKind::Class);
            for &target in targets {
                let attribute = matches!(facts.expr(target).kind, ExprKind::Attribute { .. });
                if let Some(name) = last_name(facts, target) {
                    self.add(&name, held || attribute);
                }
            }
        }
    }

    fn scopes(&mut self) {
        let facts = self.facts;
        for scope in facts.scope_ids().map(|id| facts.scope(id)) {
            if scope.bases.iter().any(|base| self.means(base.value, 0)) {
                self.add(&scope.name, true);
            }
            for parameter in &scope.parameters {
                if parameter.default.is_some_and(|default| self.means(default, 0)) {
                    self.add(&parameter.name, false);
                }
            }
        }
    }

    /// Whether an expression may be a class of a library, uncalled.
    fn means(&self, expr: ExprId, depth: usize) -> bool {
        let facts = self.facts;
        let inside = |&inner: &ExprId| depth < 4 && self.means(inner, depth + 1);
        match &facts.expr(expr).kind {
            ExprKind::Name(name) => {
                self.own.contains(name) || self.classes.contains(name) || self.open && self.known.contains(name)
            }
            ExprKind::Attribute { name, .. } => self.known.contains(name) || self.told.contains(name),
            ExprKind::Conditional { then, otherwise, .. } => [then, otherwise].into_iter().any(inside),
            ExprKind::Boolean { operands, .. } => operands.iter().any(inside),
            ExprKind::Assign { value, .. } => inside(value),
            ExprKind::Call { callee, arguments } => {
                last_name(facts, *callee).is_some_and(|name| name == "partial")
                    && arguments.first().is_some_and(|argument| inside(&argument.value))
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Aliases;
    use crate::languages::{Extent, language_of, read};
    use crate::libraries::Libraries;
    use crate::source::FileId;
    use rustc_hash::FxHashSet;
    use smol_str::SmolStr;
    use std::path::Path;

    const CODE: &str = r#"
from aiohttp import ClientSession as Imported
from .base import Shared
import functools

Module = Imported
later = None

class Derived(Shared):
    kept = ClientSession

    def __init__(self, given=Module):
        self.held = given
        local = self.held
        inner = local

def set_later():
    global later
    later = functools.partial(ClientSession, trust_env=True)
    other = Unrelated
"#;

    #[test]
    fn variables_stay_in_their_file() {
        let language = language_of(Path::new("a.py")).unwrap();
        let source = read(language, FileId(0), "a.py", CODE.as_bytes().to_vec()).unwrap();
        let facts = (language.lower)(&source, Extent::Whole);
        let names = |names: &[&str]| names.iter().map(|name| SmolStr::from(*name)).collect::<FxHashSet<_>>();
        let (classes, known) = (names(&["ClientSession"]), names(&["ClientSession", "Shared"]));
        let libraries = Libraries::built_in().unwrap();
        let found = Aliases::of(&facts, &libraries, &classes, &known);
        assert_eq!(found.told, names(&["Imported", "Shared", "Module", "Derived", "kept", "held", "later"]));
        let own = names(&["given", "local", "inner"]);
        assert!(own.is_subset(&found.own) && !found.own.contains("other"));
    }
}
