//! Which file a dotted module path means.
//!
//! By the end of the path, so that `src/` layouts, several roots in one repository and namespace packages need no
//! configuration; of several candidates the one nearest to the importing file. Refuses to read any file.

use crate::source::FileId;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

/// The files of the project by the last part of their module path.
#[derive(Debug, Default)]
pub(super) struct Modules {
    /// Path parts without the extension, `__init__` left out.
    parts: FxHashMap<FileId, Vec<SmolStr>>,
    by_last: FxHashMap<SmolStr, Vec<FileId>>,
    packages: FxHashMap<FileId, bool>,
    package_folders: FxHashSet<Vec<SmolStr>>,
}

impl Modules {
    pub(super) fn new(paths: &[(FileId, SmolStr)]) -> Modules {
        let mut modules = Modules::default();
        for (id, path) in paths {
            let Some((stem, _)) = path.rsplit_once('.') else { continue };
            let mut parts: Vec<SmolStr> = stem.split('/').map(SmolStr::from).collect();
            let package = parts.last().is_some_and(|last| last == "__init__");
            if package {
                parts.pop();
                modules.package_folders.insert(parts.clone());
            }
            if let Some(last) = parts.last() {
                modules.by_last.entry(last.clone()).or_default().push(*id);
            }
            modules.parts.insert(*id, parts);
            modules.packages.insert(*id, package);
        }
        modules
    }

    /// The file that `module` means where `from` imports it with `level` leading dots.
    pub(super) fn resolve(&self, from: FileId, module: &str, level: u32) -> Option<FileId> {
        let wanted: Vec<&str> = module.split('.').filter(|part| !part.is_empty()).collect();
        let own = self.parts.get(&from)?;
        if level == 0 {
            return self.absolute(own, &wanted);
        }
        let up = level as usize - usize::from(self.packages[&from]);
        let base = own.get(..own.len().checked_sub(up)?)?;
        let full: Vec<&str> = base.iter().map(SmolStr::as_str).chain(wanted).collect();
        let last = full.last()?;
        self.by_last.get(*last)?.iter().copied().find(|id| self.parts[id].iter().eq(full.iter()))
    }

    /// Whether a file lies in a folder that is a package.
    pub(super) fn is_in_package(&self, file: FileId) -> bool {
        let parts = self.parts.get(&file).map_or(&[][..], Vec::as_slice);
        let folder =
            if self.packages.get(&file) == Some(&true) { parts } else { parts.split_last().map_or(parts, |(_, f)| f) };
        self.package_folders.contains(folder)
    }

    fn absolute(&self, own: &[SmolStr], wanted: &[&str]) -> Option<FileId> {
        let candidates = self.by_last.get(*wanted.last()?)?;
        let fits = |id: &&FileId| {
            let parts = &self.parts[*id];
            let Some(root) = parts.len().checked_sub(wanted.len()) else { return false };
            // A folder that is a package itself is on nobody's import path.
            parts[root..].iter().eq(wanted.iter()) && !self.package_folders.contains(&parts[..root])
        };
        let near = |id: &FileId| {
            let parts = &self.parts[id];
            let shared = parts.iter().zip(own).take_while(|(a, b)| a == b).count();
            (shared, usize::MAX - parts.len())
        };
        let mut best: Option<((usize, usize), FileId)> = None;
        for id in candidates.iter().filter(fits) {
            let rank = near(id);
            match best {
                Some((known, _)) if known > rank => {}
                Some((known, _)) if known == rank => return None,
                _ => best = Some((rank, *id)),
            }
        }
        best.map(|(_, id)| id)
    }
}
