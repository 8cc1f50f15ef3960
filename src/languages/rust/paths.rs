//! Paths: where in its crate code stands, and what the first part of a path means.
//!
//! A crate's modules follow its folders: `src/a/b.rs` and `src/a/b/mod.rs` are `crate::a::b`; a file that `#[path]` puts
//! elsewhere is found there, and its own paths begin where it lies. Refuses to read `Cargo.toml`.

use super::{Lowering, Range, ident, range};
use crate::model::expr::{ExprId, ExprKind};
use crate::model::facts::{Import, ImportItem, StmtKind};
use crate::source::offset;
use smol_str::{SmolStr, format_smolstr};

/// Where in its crate code stands.
#[derive(Debug, Clone)]
pub(super) struct Position {
    /// The modules from the crate's root on, those written in this file included.
    modules: Vec<SmolStr>,
    /// How many of them are the file's own.
    file: usize,
    /// How many leading dots of an import lead from this file to the crate's root.
    level: u32,
}

impl Position {
    /// The position of a file by its path.
    pub(super) fn of(path: &str) -> Position {
        let stem = path.strip_suffix(".rs").unwrap_or(path);
        let parts: Vec<&str> = stem.split('/').collect();
        let folders = &parts[..parts.len() - 1];
        let name = parts.last().copied().unwrap_or("");
        let source = folders.iter().rposition(|folder| *folder == "src");
        let mut modules: Vec<SmolStr> = match source {
            Some(at) => folders[at + 1..].iter().map(SmolStr::new).collect(),
            None => Vec::new(),
        };
        let root = source.is_none() || modules.is_empty() && matches!(name, "lib" | "main");
        let binary = modules.first().is_some_and(|first| first == "bin");
        let folder = matches!(name, "mod" | "lib" | "main");
        if root || binary {
            return Position { modules: Vec::new(), file: 0, level: 1 };
        }
        // A package is one step nearer to the root than a module beside it.
        let level = offset(modules.len()) + 1;
        if !folder {
            modules.push(SmolStr::new(name));
        }
        Position { file: modules.len(), modules, level }
    }
}

/// What a path begins with.
#[derive(Debug)]
pub(super) enum Start {
    /// A module of this crate, by its path from the root; how many parts of the path that took.
    Own(Vec<SmolStr>, usize),
    /// A name in scope.
    Name,
}

impl Lowering {
    /// What a path of these parts begins with.
    pub(super) fn start_of(&self, parts: &[SmolStr]) -> Start {
        let here = &self.position.modules;
        match parts.first().map(SmolStr::as_str) {
            Some("crate" | "$crate") => Start::Own(Vec::new(), 1),
            Some("self") if parts.len() > 1 => Start::Own(here.clone(), 1),
            Some("super") => {
                let ups = parts.iter().take_while(|part| *part == "super").count();
                Start::Own(here[..here.len().saturating_sub(ups)].to_vec(), ups)
            }
            _ => Start::Name,
        }
    }

    /// The modules from the crate's root on to where the code stands.
    pub(super) fn position_modules(&self) -> Vec<SmolStr> {
        self.position.modules.clone()
    }

    /// Whether the code stands in no module that is written in this file.
    pub(super) fn is_at_top(&self) -> bool {
        self.position.modules.len() == self.position.file
    }

    /// Enters a module that is written in this file.
    pub(super) fn enter(&mut self, module: SmolStr) {
        self.position.modules.push(module);
    }

    /// Leaves it.
    pub(super) fn leave(&mut self) {
        self.position.modules.pop();
    }

    /// Whether a module of this crate is one that the code stands in, in this file: then its names are in scope.
    pub(super) fn is_around(&self, module: &[SmolStr]) -> bool {
        module.len() >= self.position.file && self.position.modules.starts_with(module)
    }

    /// An import from a module of this crate.
    pub(super) fn own_import(
        &self,
        module: &[SmolStr],
        item: ImportItem,
        binds: SmolStr,
        (start, end): Range,
    ) -> Import {
        Import { module: SmolStr::from(module.join(".")), level: self.position.level, item, binds, start, end }
    }

    /// Imports for the crates that paths began with.
    pub(super) fn import_crates(&mut self) {
        let mut crates = std::mem::take(&mut self.crates);
        crates.sort();
        crates.dedup_by(|a, b| a.0 == b.0);
        for (name, (start, end)) in crates {
            let import = Import { module: name.clone(), level: 0, item: ImportItem::Root, binds: name, start, end };
            self.push_stmt(StmtKind::Import(Box::new([import])), (start, start), start);
        }
        for import in std::mem::take(&mut self.own_modules) {
            let start = import.start;
            self.push_stmt(StmtKind::Import(Box::new([import])), (start, start), start);
        }
    }

    /// A path as attributes of its first part; generic arguments are left out. `None` for an empty path.
    pub(super) fn plain_path(&mut self, path: &syn::Path) -> Option<ExprId> {
        let parts: Vec<(SmolStr, Range)> =
            path.segments.iter().map(|segment| (ident(&segment.ident), range(segment.ident.span()))).collect();
        let first = path
            .leading_colon
            .map_or_else(|| parts.first().map(|part| part.1.0), |colon| Some(range(colon.spans[0]).0));
        self.path_of(&parts, first?)
    }

    fn path_of(&mut self, parts: &[(SmolStr, Range)], start: u32) -> Option<ExprId> {
        let names: Vec<SmolStr> = parts.iter().map(|(name, _)| name.clone()).collect();
        let (mut at, mut taken) = match self.start_of(&names) {
            Start::Own(module, taken) if self.is_around(&module) => {
                let (name, (_, end)) = parts.get(taken)?;
                (self.push_expr(ExprKind::Name(name.clone()), (start, *end)), taken + 1)
            }
            Start::Own(module, taken) => {
                let end = parts.get(taken.checked_sub(1)?)?.1.1;
                (self.module_expr(&module, (start, end)), taken)
            }
            Start::Name => {
                let (name, own) = parts.first()?;
                (self.first_name(name, *own, parts.len() > 1, start), 1)
            }
        };
        while let Some((name, (_, end))) = parts.get(taken) {
            at = self.push_expr(ExprKind::Attribute { object: at, name: name.clone() }, (start, *end));
            taken += 1;
        }
        Some(at)
    }

    fn first_name(&mut self, name: &SmolStr, (own, end): Range, qualified: bool, start: u32) -> ExprId {
        if name == "Self"
            && let Some(own_type) = self.own_type.clone()
        {
            return self.push_expr(ExprKind::Name(own_type), (start, end));
        }
        // Types begin with a capital letter, crates never do.
        let may_be_crate = qualified && !name.starts_with(char::is_uppercase) && name != "Self" && name != "self";
        if may_be_crate && !self.bound.iter().any(|names| names.contains(name)) {
            self.crates.push((name.clone(), (own, end)));
        }
        self.push_expr(ExprKind::Name(name.clone()), (start, end))
    }

    /// A module of this crate as an expression: a name that an import of its own binds.
    fn module_expr(&mut self, module: &[SmolStr], (start, end): Range) -> ExprId {
        let name = format_smolstr!("${}", module.join("::"));
        if !self.own_modules.iter().any(|import| import.binds == name) {
            let import = self.own_import(module, ImportItem::Module, name.clone(), (start, end));
            self.own_modules.push(import);
        }
        self.push_expr(ExprKind::Name(name), (start, end))
    }
}
