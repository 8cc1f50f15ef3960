//! Which file a dotted module path means.
//!
//! By the end of the path, so that `src/` layouts, several roots in one repository and namespace packages need no
//! configuration; of several candidates the one nearest to the importing file. Files of languages that do not share
//! their modules do not see each other. Refuses to read any file.

use crate::languages::{Layout, language_of};
use crate::source::FileId;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::path::Path;

/// A file as a module.
#[derive(Debug)]
struct Module {
    path: SmolStr,
    /// Path parts without the extension; those that stand for their folder are left out.
    parts: Vec<SmolStr>,
    /// Whether it stands for its folder.
    folder: bool,
    layout: &'static Layout,
}

/// The files of the project by the last part of their module path.
#[derive(Debug, Default)]
pub struct Modules {
    /// By the ids of the files; nothing for what is no module.
    modules: Vec<Option<Module>>,
    by_last: FxHashMap<SmolStr, Vec<FileId>>,
    /// The same by the last two parts: some names are those of a module in every package.
    by_last_two: FxHashMap<(SmolStr, SmolStr), Vec<FileId>>,
    /// The files by their path, without what could be left out of it.
    by_path: FxHashMap<SmolStr, FileId>,
    package_folders: FxHashSet<Vec<SmolStr>>,
    /// The folders that a folder of sources lies in, and that stand for what is in it.
    roots: FxHashSet<Vec<SmolStr>>,
}

impl Modules {
    /// The modules of the files at these paths.
    #[must_use]
    pub fn new(paths: &[(FileId, SmolStr)]) -> Modules {
        let mut modules = Modules::default();
        for (id, path) in paths {
            let Some(language) = language_of(Path::new(path.as_str())) else { continue };
            modules.add(*id, path, language.layout);
        }
        modules
    }

    fn get(&self, id: FileId) -> Option<&Module> {
        self.modules.get(id.0 as usize)?.as_ref()
    }

    fn add(&mut self, id: FileId, path: &SmolStr, layout: &'static Layout) {
        let Some((stem, _)) = path.rsplit_once('.') else { return };
        let mut parts: Vec<SmolStr> = stem.split('/').map(SmolStr::from).collect();
        self.by_path.insert(path.clone(), id);
        let folder = parts.last().is_some_and(|last| layout.folders.contains(&last.as_str()));
        if folder {
            parts.pop();
        }
        if let Some(source) = layout.source
            && let Some(at) = parts.iter().rposition(|part| part == source).filter(|&at| at > 0)
        {
            parts.remove(at);
            parts[at - 1] = parts[at - 1].replace('-', "_").into();
            if folder && parts.len() == at {
                self.roots.insert(parts.clone());
            }
        }
        if folder {
            self.package_folders.insert(parts.clone());
        }
        if let Some(last) = parts.last() {
            self.by_last.entry(last.clone()).or_default().push(id);
        }
        if let [.., above, last] = parts.as_slice() {
            self.by_last_two.entry((above.clone(), last.clone())).or_default().push(id);
        }
        let index = id.0 as usize;
        if self.modules.len() <= index {
            self.modules.resize_with(index + 1, || None);
        }
        self.modules[index] = Some(Module { path: path.clone(), parts, folder, layout });
    }

    /// The file that `module` means where `from` imports it with `level` leading dots; one that begins with `./` is a path
    /// from the folder of `from`.
    #[must_use]
    pub fn resolve(&self, from: FileId, module: &str, level: u32) -> Option<FileId> {
        if let Some(path) = module.strip_prefix("./") {
            return self.at_path(self.get(from)?, path);
        }
        let wanted: Vec<&str> = module.split('.').filter(|part| !part.is_empty()).collect();
        let own = self.get(from)?;
        if level == 0 {
            return self.absolute(own, &wanted);
        }
        let up = level as usize - usize::from(own.folder);
        let base = own.parts.get(..own.parts.len().checked_sub(up)?)?;
        let full: Vec<&str> = base.iter().map(SmolStr::as_str).chain(wanted).collect();
        let fits = |id: &FileId| {
            let module = self.get(*id);
            module.is_some_and(|module| module.layout == own.layout && module.parts.iter().eq(full.iter()))
        };
        self.called(&full)?.iter().copied().find(fits)
    }

    /// The name of a file's module.
    pub(super) fn name(&self, file: FileId) -> Option<&str> {
        self.get(file)?.parts.last().map(SmolStr::as_str)
    }

    /// The files of the module that a file's module is declared in, where modules are declared.
    pub(super) fn around(&self, file: FileId) -> impl Iterator<Item = FileId> {
        let own = self.get(file).filter(|own| own.layout.source.is_some() && !self.roots.contains(&own.parts));
        let outer = own.and_then(|own| own.parts.split_last()).map_or(&[][..], |(_, outer)| outer);
        let named = outer.last().and_then(|last| self.by_last.get(last));
        named.into_iter().flatten().copied().filter(move |id| self.get(*id).is_some_and(|module| module.parts == outer))
    }

    fn at_path(&self, own: &Module, path: &str) -> Option<FileId> {
        let folder = own.path.rsplit_once('/').map(|(folder, _)| folder);
        let mut parts: Vec<&str> = folder.into_iter().flat_map(|folder| folder.split('/')).collect();
        for part in path.split('/') {
            match part {
                "." | "" => {}
                ".." => drop(parts.pop()?),
                part => parts.push(part),
            }
        }
        self.by_path.get(parts.join("/").as_str()).copied()
    }

    /// The files whose module path may end with these parts.
    fn called(&self, parts: &[&str]) -> Option<&Vec<FileId>> {
        match parts {
            [.., above, last] => self.by_last_two.get(&((*above).into(), (*last).into())),
            [last] => self.by_last.get(*last),
            [] => None,
        }
    }

    /// Whether a file lies in a folder that is a package.
    pub(super) fn is_in_package(&self, file: FileId) -> bool {
        let Some(module) = self.get(file) else { return false };
        let parts = module.parts.as_slice();
        let folder = if module.folder { parts } else { parts.split_last().map_or(parts, |(_, folder)| folder) };
        self.package_folders.contains(folder)
    }

    fn absolute(&self, own: &Module, wanted: &[&str]) -> Option<FileId> {
        let candidates = self.called(wanted)?;
        let fits = |id: &&FileId| {
            let Some(Module { parts, layout, .. }) = self.get(**id) else { return false };
            let Some(root) = parts.len().checked_sub(wanted.len()) else { return false };
            // The last parts are the same already, and the first differ most.
            let named = || parts[root..].iter().eq(wanted.iter());
            let reached = || match layout.source {
                Some(_) => self.roots.contains(&parts[..=root]),
                // A folder that is a package itself is on nobody's import path.
                None => !self.package_folders.contains(&parts[..root]),
            };
            named() && *layout == own.layout && reached()
        };
        let near = |id: &FileId| {
            let parts = self.get(*id).map_or(&[][..], |module| &module.parts);
            let shared = parts.iter().zip(&own.parts).take_while(|(a, b)| a == b).count();
            (shared, usize::MAX - parts.len())
        };
        // Of those that are equally near none is meant, unless a nearer one follows.
        let mut best: Option<((usize, usize), Option<FileId>)> = None;
        for id in candidates.iter().filter(fits) {
            let rank = near(id);
            match &mut best {
                Some((known, _)) if *known > rank => {}
                // A crate's library stands before its program.
                Some((known, _)) if *known == rank && own.layout.source.is_some() => {}
                Some((known, meant)) if *known == rank => *meant = None,
                _ => best = Some((rank, Some(*id))),
            }
        }
        best?.1
    }
}

#[cfg(test)]
mod tests {
    use super::Modules;
    use crate::source::FileId;

    #[test]
    fn the_nearest_of_several_is_meant_wherever_it_is_listed() {
        let paths = ["a/util.py", "b/util.py", "c/main.py", "c/util.py", "d/main.py", "e/util.py"];
        let ids = (0..).map(FileId);
        let modules = Modules::new(&ids.zip(paths.map(Into::into)).collect::<Vec<_>>());
        let meant = |from: u32| modules.resolve(FileId(from), "util", 0).map(|id| paths[id.0 as usize]);
        assert_eq!(meant(2), Some("c/util.py"));
        assert_eq!(meant(4), None, "four are equally far");
    }
}
