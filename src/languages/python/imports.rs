//! Imports, one entry a name.
//!
//! Refuses to know where a module lies; levels and texts are kept as written.

use super::Lowering;
use super::kinds::{Field, Kind};
use super::tree::Node;
use crate::model::facts::{Import, ImportItem};
use crate::source::offset;
use smol_str::SmolStr;

impl Lowering<'_> {
    /// `import a.b, c as d`.
    pub(super) fn import(&self, node: Node) -> Box<[Import]> {
        self.imported(node, |module, alias| {
            let (item, binds) = match alias {
                Some(alias) => (ImportItem::Module, alias),
                None => (ImportItem::Root, SmolStr::new(module.split('.').next().unwrap_or(""))),
            };
            (module, 0, item, binds)
        })
    }

    /// `from ..a import b, c as d` and `from a import *`.
    pub(super) fn import_from(&self, node: Node) -> Box<[Import]> {
        let tree = self.tree;
        let (module, level) = tree.field(node, Field::ModuleName).map(|module| self.module(module)).unwrap_or_default();
        if let Some(star) = tree.child(node, Kind::WildcardImport) {
            let (start, end) = (tree.start(star), tree.end(star));
            let binds = SmolStr::default();
            return Box::new([Import { module, level, item: ImportItem::Star, binds, start, end }]);
        }
        self.members(node, &module, level)
    }

    /// `from __future__ import a`, which the grammar sets apart.
    pub(super) fn import_future(&self, node: Node) -> Box<[Import]> {
        self.members(node, &SmolStr::new_static("__future__"), 0)
    }

    fn members(&self, node: Node, module: &SmolStr, level: u32) -> Box<[Import]> {
        self.imported(node, |member, alias| {
            let binds = alias.unwrap_or_else(|| member.clone());
            (module.clone(), level, ImportItem::Member(member), binds)
        })
    }

    fn imported(
        &self,
        node: Node,
        describe: impl Fn(SmolStr, Option<SmolStr>) -> (SmolStr, u32, ImportItem, SmolStr),
    ) -> Box<[Import]> {
        let tree = self.tree;
        let names = tree.children(node).filter(|&at| tree.is_field(at, Field::Name));
        let entry = |at: Node| {
            let (name, alias) = match tree.kind(at) {
                Kind::DottedName => (at, None),
                Kind::AliasedImport => (tree.field(at, Field::Name)?, Some(tree.field(at, Field::Alias)?)),
                _ => return None,
            };
            let (module, level, item, binds) = describe(self.dotted(name), alias.map(|alias| self.name(alias)));
            Some(Import { module, level, item, binds, start: tree.start(at), end: tree.end(at) })
        };
        names.filter_map(entry).collect()
    }

    /// A module's name and how many dots precede it.
    fn module(&self, node: Node) -> (SmolStr, u32) {
        let tree = self.tree;
        if tree.kind(node) == Kind::DottedName {
            return (self.dotted(node), 0);
        }
        let prefix = tree.child(node, Kind::ImportPrefix).map_or("", |prefix| tree.text(prefix));
        let level = offset(prefix.matches('.').count());
        (tree.child(node, Kind::DottedName).map(|name| self.dotted(name)).unwrap_or_default(), level)
    }

    /// A dotted name without the spaces that may stand around its dots.
    pub(super) fn dotted(&self, node: Node) -> SmolStr {
        let text = self.tree.text(node);
        if !text.contains(|sign: char| sign.is_whitespace() || sign == '\\' || sign == '#') {
            return SmolStr::new(text);
        }
        let parts: Vec<&str> = self.tree.expressions(node).map(|part| self.tree.text(part)).collect();
        SmolStr::from(parts.join("."))
    }
}
