//! Glob patterns over paths, with ruff's meaning: a pattern is matched against the whole path (from the folder that it was
//! written in) and, without a slash, against the last part alone. Refuses to know what the match is for.

use super::selection::RuleSet;
use globset::{Glob, GlobMatcher, GlobSet, GlobSetBuilder};
use std::ffi::OsStr;
use std::path::Path;

/// What is left out when nobody says otherwise: tools' own folders, environments, build output.
pub const DEFAULT_EXCLUDES: &[&str] = &[
    ".bzr",
    ".direnv",
    ".eggs",
    ".git",
    ".hg",
    ".idea",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pants.d",
    ".pytest_cache",
    ".pytype",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    ".vscode",
    "__pycache__",
    "__pypackages__",
    "_build",
    "buck-out",
    "build",
    "dist",
    "node_modules",
    "site-packages",
    "target",
    "venv",
];

/// A pattern as written, ready to match.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// As it was written.
    pub text: String,
    whole: Glob,
    last: Option<Glob>,
}

/// Those of them that modules are called, too.
const OUTPUT: [&str; 3] = ["build", "dist", "target"];

/// The folder that holds what is written.
const SOURCES: &str = "src";

/// Files that stand beside what is built of a project.
const MANIFESTS: [&str; 5] = ["Cargo.toml", "package.json", "pyproject.toml", "setup.cfg", "setup.py"];

/// Whether a folder that is called like build output is a module: it lies among sources, and beside no project's file.
fn is_module(path: &Path, base: &Path) -> bool {
    let (Some(last), Some(around)) = (path.file_name().and_then(OsStr::to_str), path.parent()) else { return false };
    OUTPUT.contains(&last)
        && around.strip_prefix(base).is_ok_and(|inner| inner.iter().any(|part| part == SOURCES))
        && !MANIFESTS.iter().any(|manifest| around.join(manifest).exists())
}

impl Pattern {
    /// Reads a pattern that stands in a file in `base`.
    ///
    /// # Errors
    /// Says what is wrong with the glob.
    pub fn parse(text: &str, base: &Path) -> Result<Pattern, String> {
        let bare = text.trim_end_matches('/');
        let bare = bare.strip_prefix("./").unwrap_or(bare);
        let glob = |text: &str| Glob::new(text).map_err(|error| format!("`{text}` is no glob: {}", error.kind()));
        let last = if bare.contains('/') { None } else { Some(glob(bare)?) };
        let whole = if Path::new(bare).is_absolute() {
            glob(bare)?
        } else {
            glob(bare)?; // so that an error quotes what the user wrote
            glob(&format!("{}/{bare}", globset::escape(base.to_string_lossy().trim_end_matches('/'))))?
        };
        Ok(Pattern { text: text.to_owned(), whole, last })
    }
}

/// Patterns that are asked together.
#[derive(Debug, Clone, Default)]
pub struct Patterns {
    texts: Vec<String>,
    set: GlobSet,
    /// Whether the default excludes hold too: looked up by name, which costs less than globs.
    defaults: bool,
}

impl Patterns {
    /// Puts patterns together, with the default excludes or without.
    ///
    /// # Errors
    /// Says so where together they are too large.
    pub fn new(patterns: &[Pattern], defaults: bool) -> Result<Patterns, String> {
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            set.add(pattern.whole.clone());
            if let Some(last) = &pattern.last {
                set.add(last.clone());
            }
        }
        let set = set.build().map_err(|error| error.to_string())?;
        Ok(Patterns { texts: patterns.iter().map(|pattern| pattern.text.clone()).collect(), set, defaults })
    }

    /// Whether the path itself (not a folder above it) is matched, in a project below `base`.
    #[must_use]
    pub fn matches(&self, path: &Path, base: &Path) -> bool {
        let Some(last) = path.file_name() else { return false };
        let named = self.defaults && last.to_str().is_some_and(|last| DEFAULT_EXCLUDES.contains(&last));
        let default = named && !is_module(path, base);
        default || (!self.set.is_empty() && (self.set.is_match(path) || self.set.is_match(last)))
    }

    /// The patterns as written, the defaults first.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let defaults = if self.defaults { DEFAULT_EXCLUDES } else { &[] };
        defaults.iter().copied().chain(self.texts.iter().map(String::as_str))
    }
}

/// Rules that are off for some files.
#[derive(Debug, Clone)]
pub struct PerFile {
    /// The pattern as written; `!` before it turns it round.
    pub text: String,
    /// The rules that are off.
    pub rules: RuleSet,
    negated: bool,
    whole: GlobMatcher,
    last: Option<GlobMatcher>,
}

impl PerFile {
    /// Reads a row of `per-file-ignores` that stands in a file in `base`.
    ///
    /// # Errors
    /// Says what is wrong with the glob.
    pub fn parse(text: &str, rules: RuleSet, base: &Path) -> Result<PerFile, String> {
        let pattern = Pattern::parse(text.strip_prefix('!').unwrap_or(text), base)?;
        Ok(PerFile {
            text: text.to_owned(),
            rules,
            negated: text.starts_with('!'),
            whole: pattern.whole.compile_matcher(),
            last: pattern.last.map(|glob| glob.compile_matcher()),
        })
    }

    /// Whether the row holds for the file.
    #[must_use]
    pub fn matches(&self, path: &Path) -> bool {
        let last = || path.file_name().zip(self.last.as_ref()).is_some_and(|(name, glob)| glob.is_match(name));
        // A pattern that names a folder holds for what is in it.
        (path.ancestors().any(|path| self.whole.is_match(path)) || last()) != self.negated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excluded(pattern: &str, path: &str) -> bool {
        let patterns = [Pattern::parse(pattern, Path::new("/w/[x]")).unwrap()];
        Patterns::new(&patterns, false).unwrap().matches(Path::new(path), Path::new("/w"))
    }

    #[test]
    fn patterns_match_the_whole_path_or_the_last_part() {
        for (pattern, path) in [
            ("gen", "/w/[x]/a/gen"),
            ("gen/", "/w/[x]/gen"),
            ("./gen", "/w/[x]/gen"),
            ("src/gen", "/w/[x]/src/gen"),
            ("*_pb2.py", "/w/[x]/a/x_pb2.py"),
            ("**/old/*.py", "/w/[x]/a/old/b.py"),
            ("/abs/a", "/abs/a"),
        ] {
            assert!(excluded(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [("src/gen", "/w/[x]/a/src/gen"), ("gen", "/w/[x]/gen.py"), ("a", "/other/b")] {
            assert!(!excluded(pattern, path), "{pattern} {path}");
        }
        assert!(Pattern::parse("a[", Path::new("/w")).unwrap_err().contains("`a[`"));
    }

    #[test]
    fn default_excludes_are_names() {
        let patterns = Patterns::new(&[], true).unwrap();
        let matches = |path: &str| patterns.matches(Path::new(path), Path::new("/w"));
        assert!(matches("/w/.venv") && matches("/w/a/node_modules") && matches("/w/a/build"));
        assert!(!matches("/w/building") && !matches("/"));
        assert!(!matches("/w/src/build") && !matches("/w/a/src/b/dist") && matches("/w/src/node_modules"));
    }

    #[test]
    fn per_file_rows_know_folders_and_negation() {
        let row = |text: &str| PerFile::parse(text, RuleSet::defaults(), Path::new("/w")).unwrap();
        assert!(row("tests").matches(Path::new("/w/tests/a.py")));
        assert!(row("tests/*").matches(Path::new("/w/tests/a.py")));
        assert!(row("*.ipynb").matches(Path::new("/w/n/a.ipynb")));
        assert!(!row("tests").matches(Path::new("/w/src/a.py")));
        assert!(row("!src/*").matches(Path::new("/w/tests/a.py")) && !row("!src/*").matches(Path::new("/w/src/a.py")));
    }
}
