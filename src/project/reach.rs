//! Where a function or class can be called or passed on at all: who has no way to get at it is not asked.
//!
//! What is defined in a function stays in its file. A method is taken from an object or its class. Everything else is
//! taken from a module, or imported by whoever calls it by its name. Refuses to tell what a use means.

use super::{Project, scope_in};
use crate::languages::Sought;
use crate::model::expr::ExprKind;
use crate::model::facts::{MODULE, ScopeKind};
use crate::model::value::{ExprRef, ScopeRef};
use crate::source::FileId;
use smol_str::SmolStr;

/// How something is got at from other files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Not at all.
    None,
    /// From an object or class.
    Taken,
    /// From a module, or by an import.
    Imported,
}

/// The uses of a function, or of the classes that it builds, by the names that it goes by.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    /// What may be calls of it.
    pub(super) calls: Vec<ExprRef>,
    /// What may pass it on.
    pub(super) references: Vec<ExprRef>,
}

impl Project<'_> {
    /// Where a function, or a class by way of its constructor `function`, may be meant: by its own name, or by those of the
    /// classes that derive from the one it builds.
    pub(super) fn mentions(&self, function: ScopeRef, builds: Option<ScopeRef>) -> Mentions {
        let (names, homes) = match builds {
            Some(class) => {
                let classes = self.descendants(class);
                let mut homes: Vec<FileId> = classes.iter().map(|class| class.file).collect();
                homes.push(function.file);
                (classes.iter().map(|&class| self.scope(class).name.clone()).collect(), homes)
            }
            None => (vec![self.scope(function).name.clone()], vec![function.file]),
        };
        let mut names: Vec<SmolStr> = names;
        names.sort();
        names.dedup();
        let way = self.way_to(builds.unwrap_or(function));
        let mut found = Mentions::default();
        for name in &names {
            self.mentions_by(name, function, way, &homes, &mut found);
        }
        if way == Way::Imported {
            let near = self.near(function);
            let mut renamed: Vec<SmolStr> = names.iter().flat_map(|name| self.names.renames(name, &near)).collect();
            renamed.sort();
            renamed.dedup();
            for name in renamed.iter().filter(|name| !names.contains(name)) {
                found.calls.extend(self.names.calls(name, Some(&near)));
                found.references.extend(self.names.references(name, Some(&near)));
            }
        }
        found
    }

    fn mentions_by(&self, name: &SmolStr, function: ScopeRef, way: Way, homes: &[FileId], found: &mut Mentions) {
        let sought = match way {
            Way::None => {
                found.calls.extend(self.names.calls_in(function.file, name));
                found.references.extend(self.names.references_in(function.file, name));
                return;
            }
            Way::Taken => Sought::Member,
            Way::Imported => Sought::Imported,
        };
        let near = self.near(function);
        let is_got_at = |callee: ExprRef| {
            !matches!(self.kind(callee), ExprKind::Name(_))
                || homes.contains(&callee.file)
                || way == Way::Imported && self.files[&callee.file].names().may_bind(name)
        };
        let callee = |call: &ExprRef| match self.kind(*call) {
            ExprKind::Call { callee, .. } => is_got_at(super::sibling(*call, *callee)),
            _ => false,
        };
        for file in self.names.files_for(name, Some(&near), sought) {
            found.calls.extend(file.calls_of(name).filter(callee));
            found.references.extend(file.references_to(name).filter(|&reference| is_got_at(reference)));
        }
    }

    /// How other files get at what is defined by a scope.
    fn way_to(&self, of: ScopeRef) -> Way {
        let parent = self.scope(of).parent.unwrap_or(MODULE);
        match self.scope(scope_in(of.file, parent)).kind {
            ScopeKind::Module => Way::Imported,
            ScopeKind::Class => Way::Taken,
            _ => Way::None,
        }
    }
}
