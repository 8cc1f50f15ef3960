//! Where a function or class can be called or passed on at all: who has no way to get at it is not asked.
//!
//! What is defined in a function stays in its file. A method is taken from an object or its class. Everything else is
//! taken from a module, or imported by whoever calls it by its name. Refuses to tell what a use means.

use super::index::Near;
use super::{Project, scope_in, sibling};
use crate::languages::Sought;
use crate::model::expr::ExprKind;
use crate::model::facts::{MODULE, ScopeKind};
use crate::model::value::{ExprRef, ScopeRef};
use crate::source::FileId;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// How something is got at from other files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    /// Not at all.
    None,
    /// From an object or class.
    Taken,
    /// From a module, or by an import.
    Imported,
}

/// The uses of the names that a function, or what it builds, goes by.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    /// What may be calls of it.
    pub(super) calls: Vec<ExprRef>,
    /// What may pass it on.
    pub(super) references: Vec<ExprRef>,
}

impl Project<'_> {
    /// Where a function may be meant; one that builds objects of the class `builds` goes by its name, and by those of the
    /// classes that derive from it.
    pub(super) fn mentions(&self, function: ScopeRef, builds: Option<ScopeRef>) -> Mentions {
        let near = self.near(function);
        let meant = builds.map_or_else(|| vec![function], |class| self.descendants(class));
        let homes: BTreeSet<FileId> = meant.iter().map(|of| of.file).chain([function.file]).collect();
        // What goes by one name may be got at in several ways.
        let mut named: BTreeMap<SmolStr, Reach> = BTreeMap::new();
        for &of in &meant {
            let reach = named.entry(self.scope(of).name.clone()).or_insert(Reach::None);
            *reach = self.reach_of(of).max(*reach);
        }
        let mut found = Mentions::default();
        for (name, reach) in &named {
            self.add_mentions(name, *reach, (&near, &homes), &mut found);
        }
        let imported = named.iter().filter(|(_, reach)| **reach == Reach::Imported);
        let renamed: BTreeSet<SmolStr> =
            imported.flat_map(|(name, _)| self.names.renames(name, &near).to_vec()).collect();
        for name in renamed.iter().filter(|name| !named.contains_key(*name)) {
            found.calls.extend(self.names.calls(name, Some(&near)));
            found.references.extend(self.names.references(name, Some(&near)));
        }
        found
    }

    fn add_mentions(
        &self,
        name: &SmolStr,
        reach: Reach,
        (near, homes): (&Near, &BTreeSet<FileId>),
        found: &mut Mentions,
    ) {
        let sought = match reach {
            Reach::None => {
                for &home in homes {
                    found.calls.extend(self.names.calls_in(home, name));
                    found.references.extend(self.names.references_in(home, name));
                }
                return;
            }
            Reach::Taken => Sought::Member,
            Reach::Imported => Sought::Imported,
        };
        let is_got_at = |callee: ExprRef| reach == Reach::Imported || !matches!(self.kind(callee), ExprKind::Name(_));
        let is_got_at_by = |call: &ExprRef| match self.kind(*call) {
            ExprKind::Call { callee, .. } => is_got_at(sibling(*call, *callee)),
            _ => false,
        };
        let (calls, references) = self.names.outward(name, near, sought);
        let elsewhere = |one: &ExprRef| !homes.contains(&one.file);
        found.calls.extend(calls.into_iter().filter(elsewhere).filter(is_got_at_by));
        found.references.extend(references.into_iter().filter(elsewhere).filter(|&reference| is_got_at(reference)));
        for home in homes.iter().filter_map(|&home| self.linked.files().get(home)) {
            found.calls.extend(home.calls_of(name, sought));
            found.references.extend(home.references_to(name, sought));
        }
    }

    /// How other files get at what is defined by a scope.
    fn reach_of(&self, of: ScopeRef) -> Reach {
        let parent = self.scope(of).parent.unwrap_or(MODULE);
        match self.scope(scope_in(of.file, parent)).kind {
            ScopeKind::Module => Reach::Imported,
            ScopeKind::Class => Reach::Taken,
            _ => Reach::None,
        }
    }
}
