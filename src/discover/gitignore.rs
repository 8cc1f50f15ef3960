//! .gitignore and its kin along the walk.
//!
//! Git's order: the deepest file that says something wins, `.ignore` before `.gitignore` before `.git/info/exclude` before
//! the user's own list; what lies above the repository's root says nothing. Where there is no repository, a .gitignore
//! below the named path is obeyed all the same. Refuses to walk.

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The ignore files of the folders from the repository's root down to one folder.
#[derive(Debug, Clone)]
pub(super) struct IgnoreFiles {
    frames: Vec<Arc<Frame>>,
    /// The user's own list.
    user: Arc<Gitignore>,
}

/// One folder's ignore files.
#[derive(Debug)]
struct Frame {
    ignore: Option<Gitignore>,
    gitignore: Option<Gitignore>,
    /// `.git/info/exclude`.
    exclude: Option<Gitignore>,
    /// Whether a repository begins here.
    repository: bool,
}

impl Frame {
    fn read(folder: &Path) -> Frame {
        let git = folder.join(".git");
        let repository = git.exists();
        Frame {
            ignore: read(folder, &folder.join(".ignore")),
            gitignore: read(folder, &folder.join(".gitignore")),
            exclude: if repository { read(folder, &git.join("info/exclude")) } else { None },
            repository,
        }
    }
}

/// The patterns of one file, relative to `folder`; `None` where there is no such file. A line that is no pattern is
/// passed over, as git does.
fn read(folder: &Path, file: &Path) -> Option<Gitignore> {
    if !file.is_file() {
        return None;
    }
    let mut builder = GitignoreBuilder::new(folder);
    let _ = builder.add(file);
    builder.build().ok().filter(|list| !list.is_empty())
}

impl IgnoreFiles {
    /// What is said above the root of a walk, up to the repository's root.
    pub(super) fn above(root: &Path) -> IgnoreFiles {
        let inside = root.join(".git").exists();
        let repository = root.ancestors().skip(1).find(|folder| !inside && folder.join(".git").exists());
        let above = root.ancestors().skip(1).take_while(|up| repository.is_some_and(|top| up.starts_with(top)));
        let mut frames: Vec<Arc<Frame>> = above.map(|folder| Arc::new(Frame::read(folder))).collect();
        frames.reverse();
        IgnoreFiles { frames, user: Arc::new(GitignoreBuilder::new(root).build_global().0) }
    }

    /// What is said in a folder, too.
    pub(super) fn in_folder(&self, folder: &Path) -> IgnoreFiles {
        let mut within = self.clone();
        within.frames.push(Arc::new(Frame::read(folder)));
        within
    }

    /// Whether an entry of the folder is ignored.
    pub(super) fn ignores(&self, path: &Path, directory: bool) -> bool {
        let decide = |list: Option<&Gitignore>| match list.map(|list| list.matched(path, directory)) {
            Some(Match::Ignore(_)) => Some(true),
            Some(Match::Whitelist(_)) => Some(false),
            Some(Match::None) | None => None,
        };
        let own = self.frames.iter().rev().find_map(|frame| decide(frame.ignore.as_ref()));
        let begin = self.frames.iter().rposition(|frame| frame.repository).unwrap_or(0);
        let git = || self.frames[begin..].iter().rev().find_map(|frame| decide(frame.gitignore.as_ref()));
        let exclude = || decide(self.frames.get(begin).and_then(|frame| frame.exclude.as_ref()));
        let user =
            || decide(Some(&*self.user).filter(|_| self.frames.get(begin).is_some_and(|frame| frame.repository)));
        own.or_else(git).or_else(exclude).or_else(user).unwrap_or(false)
    }
}

/// What is said of paths that were named rather than met on a walk.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// Whether a folder is ignored, and what is said in it.
    folders: FxHashMap<PathBuf, (bool, IgnoreFiles)>,
}

impl Named {
    /// Whether a path is ignored, or a folder above it, from the repository's root on; without a repository, from the
    /// working directory on.
    pub(super) fn ignores(&mut self, path: &Path, directory: bool, cwd: &Path) -> bool {
        let Some(folder) = path.parent() else { return false };
        if !self.folders.contains_key(folder) {
            let repository = folder.ancestors().find(|folder| folder.join(".git").exists());
            let top = repository.or_else(|| folder.starts_with(cwd).then_some(cwd)).unwrap_or(folder);
            self.read(top, folder);
        }
        self.folders.get(folder).is_some_and(|(ignored, files)| *ignored || files.ignores(path, directory))
    }

    /// Reads what is said from one folder down to another.
    fn read(&mut self, top: &Path, folder: &Path) {
        let mut down: Vec<&Path> = folder.ancestors().take_while(|folder| folder.starts_with(top)).collect();
        down.reverse();
        let mut here = (false, IgnoreFiles::above(top));
        for folder in down {
            let known = self.folders.entry(folder.to_owned()).or_insert_with(|| {
                let ignored = here.0 || folder != top && here.1.ignores(folder, true);
                (ignored, here.1.in_folder(folder))
            });
            here.clone_from(known);
        }
    }
}
