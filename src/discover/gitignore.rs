//! .gitignore and its kin along the walk.
//!
//! Git's order: the deepest file that says something wins, `.ignore` before `.gitignore` before `.git/info/exclude` before
//! the user's own list; what lies above the repository's root says nothing. Where there is no repository, a .gitignore
//! below the named path is obeyed all the same. Refuses to walk.

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::path::Path;
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
