//! `--since`: which lines changed against a git revision, committed or not.
//!
//! Asks the `git` command and no crate: which files are tracked, what a revision means, and how a file is stored are the
//! business of the user's own git, its configuration and its filters. A revision stands for the commit where the
//! working tree's history left it (the merge base with `HEAD`), as on a merge request's page: what others did since then
//! is no change of one's own. Refuses to know findings.

use crate::paths::reason;
use rustc_hash::{FxHashMap, FxHashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What changed in a repository.
#[derive(Debug)]
pub struct Changes {
    top: PathBuf,
    base: String,
    /// The files with changed lines, by their path below the top.
    changed: FxHashMap<String, File>,
    tracked: FxHashSet<String>,
}

/// A file with changed lines.
#[derive(Debug, Default, PartialEq, Eq)]
struct File {
    /// Where it was, if it was there.
    old: Option<String>,
    hunks: Vec<Hunk>,
}

/// Lines that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hunk {
    /// The first of them, counted from 1 by `\n`; where lines were only removed, the one before them.
    pub first: usize,
    /// How many there are now.
    pub count: usize,
}

impl Hunk {
    /// Whether it touches these lines (both counted): one of them changed, or one was removed between them.
    #[must_use]
    pub fn touches(self, first: usize, last: usize) -> bool {
        match self.count {
            0 => first <= self.first && self.first < last,
            count => self.first <= last && first < self.first + count,
        }
    }
}

/// What changed in a file.
#[derive(Debug, PartialEq, Eq)]
pub enum Changed<'c> {
    /// Nothing.
    Nothing,
    /// All of it: it is new, or git does not know it.
    All,
    /// These lines.
    Lines(&'c [Hunk]),
}

impl Changes {
    /// Finds what changed since a revision in the repository of `folder`.
    ///
    /// # Errors
    /// There is no git, no repository, no such revision, or no history that the two share; with the remedy.
    pub fn since(revision: &str, folder: &Path, cwd: &Path) -> Result<Changes, String> {
        let git = Git { folder, cwd };
        let top = git.line(&["rev-parse", "--show-toplevel"]).map_err(|why| {
            if why.contains("not a git repository") {
                format!("{} is in no git repository", folder.display())
            } else {
                why
            }
        })?;
        let found = Path::new(&top).canonicalize();
        let top = found.map_err(|error| format!("{top} cannot be found: {}", reason(&error)))?;
        let commit = |name: &str| {
            let known = !name.is_empty() && !name.starts_with('-');
            known.then(|| git.line(&["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")]).ok()).flatten()
        };
        let head = commit("HEAD").ok_or("this repository has no commit yet")?;
        let named = commit(revision).ok_or_else(|| {
            format!("`{revision}` is no branch, tag or commit of this repository{}", git.hint_of_shallow())
        })?;
        let base = git
            .line(&["merge-base", &named, &head])
            .map_err(|_| format!("`{revision}` and HEAD have no commit in common here{}", git.hint_of_shallow()))?;
        let git = Git { folder: &top, cwd };
        // Of the user's settings none may change the form; `--text`, since an attribute can call any file binary.
        let form = ["--unified=0", "--inter-hunk-context=0", "--src-prefix=a/", "--dst-prefix=b/", "--no-relative"];
        let plain = ["--text", "--no-color", "--no-ext-diff", "--no-textconv", "--find-renames"];
        let what = ["--ignore-submodules=all", base.as_str(), "--"];
        let words: Vec<&str> = [&["-c", "core.quotePath=false", "diff"][..], &form, &plain, &what].concat();
        let patch = git.run(&words)?;
        let tracked = git.run(&["ls-files", "-z", "--recurse-submodules"])?;
        let tracked = tracked.split(|byte| *byte == 0).map(|path| String::from_utf8_lossy(path).into_owned()).collect();
        Ok(Changes { changed: read_patch(&patch), tracked, top, base })
    }

    /// The commit from which changes are counted.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// What changed in a file.
    #[must_use]
    pub fn of(&self, path: &Path) -> Changed<'_> {
        let Some(key) = self.key(path) else { return Changed::All };
        match self.changed.get(&key) {
            Some(file) if file.old.is_none() => Changed::All,
            Some(file) => Changed::Lines(&file.hunks),
            None if self.tracked.contains(&key) => Changed::Nothing,
            None => Changed::All,
        }
    }

    /// What a changed file was before; `None` where it was not there, or cannot be had.
    #[must_use]
    pub fn before(&self, path: &Path) -> Option<Vec<u8>> {
        let old = self.changed.get(&self.key(path)?)?.old.as_deref()?;
        let git = Git { folder: &self.top, cwd: &self.top };
        git.run(&["cat-file", "blob", &format!("{}:{old}", self.base)]).ok()
    }

    /// A path below the top as git names it. A link is what it leads to: that is what was read.
    fn key(&self, path: &Path) -> Option<String> {
        let real = path.canonicalize().ok()?;
        let below = real.strip_prefix(&self.top).ok()?.to_string_lossy();
        Some(if std::path::MAIN_SEPARATOR == '/' { below.into_owned() } else { below.replace('\\', "/") })
    }
}

/// git, run in a folder.
struct Git<'a> {
    folder: &'a Path,
    cwd: &'a Path,
}

impl Git<'_> {
    /// What a command writes.
    fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, String> {
        let mut command = Command::new("git");
        command.current_dir(self.folder).args(arguments).env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0");
        if self.folder != self.cwd {
            // A hook's are relative to where it was started.
            for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
                command.env_remove(name);
            }
        }
        let done = command.output().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => "the `git` command is needed, and is not on PATH".to_owned(),
            _ => format!("git cannot be run: {}", reason(&error)),
        })?;
        if done.status.success() {
            return Ok(done.stdout);
        }
        let said = String::from_utf8_lossy(&done.stderr);
        let said = said.lines().next().unwrap_or("no reason given").trim_start_matches("fatal: ");
        Err(format!("git {}: {said}", arguments.first().unwrap_or(&"")))
    }

    /// The one line that a command writes.
    fn line(&self, arguments: &[&str]) -> Result<String, String> {
        let text = self.run(arguments)?;
        Ok(String::from_utf8_lossy(&text).trim_end_matches(['\n', '\r']).to_owned())
    }

    /// What to do where the clone is why something is missing.
    fn hint_of_shallow(&self) -> &'static str {
        match self.line(&["rev-parse", "--is-shallow-repository"]).as_deref() {
            Ok("true") => "; the clone is shallow: fetch all of it (`git fetch --unshallow`, or `fetch-depth: 0`)",
            _ => "",
        }
    }
}

/// Reads what `git diff --unified=0` writes.
fn read_patch(patch: &[u8]) -> FxHashMap<String, File> {
    let mut files: FxHashMap<String, File> = FxHashMap::default();
    let (mut old, mut new) = (None, None);
    // Lines of a hunk that are still to come; a removed line can look like a header.
    let mut body = 0;
    for line in patch.split(|byte| *byte == b'\n') {
        let line = String::from_utf8_lossy(line);
        if line.starts_with('\\') {
            continue;
        }
        if body > 0 {
            body -= 1;
        } else if let Some(name) = line.strip_prefix("--- ") {
            old = path_in(name, "a/");
        } else if let Some(name) = line.strip_prefix("+++ ") {
            new = path_in(name, "b/");
        } else if let Some((removed, hunk)) = line.strip_prefix("@@ -").and_then(hunk) {
            body = removed + hunk.count;
            if let Some(new) = &new {
                let file = files.entry(new.clone()).or_default();
                file.old.clone_from(&old);
                file.hunks.push(hunk);
            }
        }
    }
    files
}

/// The lines before and after of `10,2 +12,0 @@ …`.
fn hunk(text: &str) -> Option<(usize, Hunk)> {
    let (before, rest) = text.split_once(" +")?;
    let (after, _) = rest.split_once(" @@")?;
    let range = |text: &str| -> Option<(usize, usize)> {
        let (first, count) = text.split_once(',').unwrap_or((text, "1"));
        Some((first.parse().ok()?, count.parse().ok()?))
    };
    let (first, count) = range(after)?;
    Some((range(before)?.1, Hunk { first, count }))
}

/// The path in a header; `None` for `/dev/null`. A name with a space is ended by a tab, one with control characters is
/// quoted as in C.
fn path_in(name: &str, prefix: &str) -> Option<String> {
    let name = name.trim_end_matches(['\t', '\r']);
    let path = match name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(quoted) => unquoted(quoted),
        None => name.to_owned(),
    };
    path.strip_prefix(prefix).map(str::to_owned)
}

fn unquoted(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        match rest.next() {
            Some(digit @ b'0'..=b'7') => {
                let mut value = u32::from(digit - b'0');
                // Three digits at most.
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = rest.peek().copied() else { break };
                    value = value * 8 + u32::from(digit - b'0');
                    rest.next();
                }
                bytes.push(u8::try_from(value).unwrap_or(b'?'));
            }
            Some(letter) => bytes.push(match letter {
                b'a' => 7,
                b'b' => 8,
                b't' => b'\t',
                b'n' => b'\n',
                b'v' => 11,
                b'f' => 12,
                b'r' => b'\r',
                other => other,
            }),
            None => {}
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_is_read() {
        let patch = "diff --git a/a b.py b/a b.py\n--- a/a b.py\t\n+++ b/a b.py\t\n@@ -3 +3,2 @@ def f():\n--- x\n\
                     +y\n+++ z\n\\ No newline at end of file\n@@ -9,2 +9,0 @@\n-p\n-q\ndiff --git a/n b/n\n\
                     new file mode 100644\n--- /dev/null\n+++ \"b/n\\303\\251\\\"\\t.py\"\n@@ -0,0 +1 @@\n+1\n\
                     --- a/gone.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-1\n";
        let files = read_patch(patch.as_bytes());
        let mut names: Vec<&String> = files.keys().collect();
        names.sort();
        assert_eq!(names, ["a b.py", "né\"\t.py"]);
        let changed = &files["a b.py"];
        assert_eq!(changed.old.as_deref(), Some("a b.py"));
        assert_eq!(changed.hunks, [Hunk { first: 3, count: 2 }, Hunk { first: 9, count: 0 }]);
        assert_eq!(files["né\"\t.py"].old, None);
    }

    #[test]
    fn lines_touch_what_changed_and_where_a_line_was_removed() {
        let changed = Hunk { first: 4, count: 2 };
        assert_eq!([3, 4, 5, 6].map(|line| changed.touches(line, line)), [false, true, true, false]);
        let removed = Hunk { first: 4, count: 0 };
        assert!(removed.touches(4, 5) && removed.touches(1, 9));
        assert!(!removed.touches(4, 4) && !removed.touches(5, 5) && !removed.touches(5, 9));
    }
}
