//! A file part by part: what flows in each, and what is found in each by a name.
//!
//! A part is looked into when something in it is asked for, or when its text may hold the word that is looked for.
//! Refuses to know what a language looks like.

use super::ProjectFile;
use super::flow::{Def, DefId, Flow, Narrow, Reaching};
use super::index::PartIndex;
use crate::languages::Sought;
use crate::model::expr::ExprId;
use crate::model::facts::{Deferred, FileFacts, ScopeId};
use crate::model::part::PartId;
use crate::words::{self, Words};
use smol_str::SmolStr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{LazyLock, OnceLock};

/// What was worked out of a part so far; of most parts nothing ever is.
#[derive(Debug, Default)]
pub(super) struct Known {
    flow: OnceLock<Option<Box<Flow>>>,
    index: OnceLock<Box<PartIndex>>,
}

impl Known {
    /// Room for what is worked out of all parts of a file.
    pub(super) fn of(facts: &FileFacts) -> Box<[Known]> {
        facts.parts().map(|_| Known::default()).collect()
    }

    pub(super) fn is_lost(&self) -> bool {
        matches!(self.flow.get(), Some(None))
    }
}

/// The definitions and uses of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flows<'f>(&'f ProjectFile);

impl<'f> Flows<'f> {
    fn part(self, part: PartId) -> &'f Flow {
        static NONE: LazyLock<Flow> = LazyLock::new(Flow::default);
        let facts = &self.0.facts;
        let follow = || catch_unwind(AssertUnwindSafe(|| Flow::new(facts, part))).ok().map(Box::new);
        self.0.known[part.0 as usize].flow.get_or_init(follow).as_deref().unwrap_or(&NONE)
    }

    fn inside(self, scope: ScopeId) -> &'f Flow {
        self.part(self.0.facts.part_inside(scope))
    }

    /// The definition named by `id`.
    pub(super) fn def(self, id: DefId) -> &'f Def {
        self.part(self.0.facts.part_at(id.0)).def(id)
    }

    /// The definitions that reach a use of a name in the scope that owns it; `None` where an enclosing scope owns it.
    pub(super) fn reaching(self, name: ExprId) -> Option<&'f [(DefId, Narrow)]> {
        self.part(self.0.facts.part_of_expr(name)).reaching(name)
    }

    /// Every definition of `name` that `scope` owns.
    pub(super) fn all_defs(self, scope: ScopeId, name: &SmolStr) -> &'f [DefId] {
        self.inside(scope).all_defs(scope, name)
    }

    /// What `name` means after a module or class body has run.
    pub(super) fn at_exit(self, scope: ScopeId, name: &SmolStr) -> Option<&'f Reaching> {
        self.inside(scope).at_exit(scope, name)
    }

    /// The scope that owns `name` where it is declared `global` or `nonlocal` in `scope`.
    pub(super) fn foreign(self, scope: ScopeId, name: &SmolStr) -> Option<ScopeId> {
        self.inside(scope).foreign(scope, name)
    }

    /// Whether a star import may bind any name of the module.
    pub(super) fn star(self) -> bool {
        self.part(PartId::HEAD).star
    }
}

impl ProjectFile {
    /// How names flow in it.
    pub(super) fn flow(&self) -> Flows<'_> {
        Flows(self)
    }

    /// Whether something of it was lost to a failure.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.facts.is_lost() || self.known.iter().any(Known::is_lost)
    }

    /// What is found by a name in a part.
    pub(super) fn index(&self, part: PartId) -> &PartIndex {
        self.known[part.0 as usize].index.get_or_init(|| Box::new(PartIndex::new(&self.facts, part)))
    }

    /// The parts that may hold a word as what is sought, in order.
    pub(super) fn parts_with(&self, word: &str, sought: Sought) -> impl Iterator<Item = PartId> {
        let held = self.words.get_or_init(|| self.words_of_parts());
        let hash = words::hash(word.as_bytes());
        let start = held.partition_point(|(other, _)| *other < hash);
        let holding = held[start..].iter().take_while(move |(other, _)| *other == hash).map(|&(_, part)| part);
        let sought = sought.inside();
        std::iter::once(PartId::HEAD).chain(holding).filter(move |&part| match self.facts.deferred(part) {
            Some((function, false)) => {
                let methods = || self.methods.get_or_init(|| (self.language.methods)(&self.source.text)).as_slice();
                self.language.may_hold_in(self.text_of(function), function.body, (word, sought), methods)
            }
            _ => true,
        })
    }

    /// Which words the bodies of deferred functions hold, in the order of their hashes.
    fn words_of_parts(&self) -> Box<[(u32, PartId)]> {
        let bodies = self.facts.parts().filter_map(|part| Some((part, self.facts.deferred(part)?.0)));
        let hashes = bodies.flat_map(|(part, function)| {
            let words = Words::of(self.text_of(function));
            words.hashes().iter().map(|&hash| (hash, part)).collect::<Vec<_>>()
        });
        let mut held: Vec<(u32, PartId)> = hashes.collect();
        held.sort_unstable();
        held.into()
    }

    fn text_of(&self, function: &Deferred) -> &str {
        self.source.text.get(function.body as usize..function.end as usize).unwrap_or("")
    }

    /// What is found by names in the parts that may hold a word as what is sought.
    pub(super) fn indexes(&self, word: &str, sought: Sought) -> impl Iterator<Item = &PartIndex> {
        self.parts_with(word, sought).map(|part| self.index(part))
    }

    /// Works out what will be asked when a word is looked up.
    pub(super) fn prepare(&self, word: &str, sought: Sought) {
        self.indexes(word, sought).for_each(drop);
    }

    /// Works out what is found by any name.
    pub(super) fn prepare_all(&self) {
        self.facts.parts().for_each(|part| _ = self.index(part));
    }
}
