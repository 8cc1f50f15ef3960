//! .gitignore and its kin along the walk.
//!
//! Git's order: the deepest file that says something wins, `.ignore` before `.gitignore` before `.git/info/exclude` before
//! the user's own list; what lies above the repository's root says nothing. Where there is no repository, a .gitignore
//! below the named path is obeyed all the same. Refuses to walk.

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::path::Path;

/// The ignore files of the folders from the repository's root down to where the walk is.
#[derive(Debug, Default)]
pub(super) struct IgnoreFiles {
    frames: Vec<Frame>,
    /// How many frames stand for folders above the walk's root.
    above: usize,
    /// The user's own list, read once.
    user: Option<Gitignore>,
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
    /// Begins a walk at `root`: reads what the folders above it say, up to the repository's root.
    pub(super) fn start(&mut self, root: &Path) {
        self.frames.clear();
        let inside = root.join(".git").exists();
        let repository = root.ancestors().skip(1).find(|folder| !inside && folder.join(".git").exists());
        if let Some(repository) = repository {
            let above: Vec<&Path> = root.ancestors().skip(1).take_while(|up| up.starts_with(repository)).collect();
            self.frames.extend(above.into_iter().rev().map(Frame::read));
        }
        self.above = self.frames.len();
        if self.user.is_none() {
            self.user = Some(GitignoreBuilder::new(root).build_global().0);
        }
    }

    /// Goes back to the folder at `depth - 1` of the walk, whose entry at `depth` comes next.
    pub(super) fn leave(&mut self, depth: usize) {
        self.frames.truncate(self.above + depth);
    }

    /// Goes into a folder of the walk.
    pub(super) fn enter(&mut self, folder: &Path) {
        self.frames.push(Frame::read(folder));
    }

    /// Whether an entry of the current folder is ignored.
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
            || decide(self.user.as_ref().filter(|_| self.frames.get(begin).is_some_and(|frame| frame.repository)));
        own.or_else(git).or_else(exclude).or_else(user).unwrap_or(false)
    }
}
