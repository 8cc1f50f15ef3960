//! From the named paths to a sorted list of files to check.
//!
//! walkdir walks; the `ignore` crate only answers whether a pattern of a .gitignore matches. Refuses to read a source
//! file: whether one is worth parsing is the engine's question.

mod gitignore;

use crate::config::{Config, ConfigError, Settings};
use crate::languages::language_of;
use crate::model::facts::{Problem, ProblemKind};
use crate::paths;
use crate::report::FileProblem;
use gitignore::IgnoreFiles;
use smol_str::SmolStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use walkdir::{DirEntry, WalkDir};

/// A file to check.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Where it is: absolute, without `.` and `..`.
    pub path: PathBuf,
    /// The path as it is reported.
    pub shown: SmolStr,
    /// Whether its text comes on standard input.
    pub stdin: bool,
    /// What holds for it.
    pub settings: Arc<Settings>,
}

/// What the named paths hold.
#[derive(Debug, Default)]
pub struct Discovery {
    /// The files, each once, sorted by the path as it is reported.
    pub files: Vec<Candidate>,
    /// Folders that could not be read on the way.
    pub problems: Vec<FileProblem>,
    /// Named paths that do not exist or cannot be read; the run goes on without them and ends with status 2.
    pub errors: Vec<String>,
}

/// The name of standard input where none is given.
const STDIN: &str = "<stdin>";

/// Finds the files below the configured paths.
///
/// # Errors
/// A configuration file met on the way cannot be used.
pub fn discover(config: &Config) -> Result<Discovery, ConfigError> {
    below(config, &config.paths)
}

/// Finds the files of the whole project, which is what is known, whatever is reported.
///
/// # Errors
/// A configuration file met on the way cannot be used.
pub fn discover_project(config: &Config) -> Result<Discovery, ConfigError> {
    below(config, std::slice::from_ref(&config.root))
}

fn below(config: &Config, named: &[PathBuf]) -> Result<Discovery, ConfigError> {
    let mut found = Discovery::default();
    let mut ignored = IgnoreFiles::default();
    for named in named {
        if named.as_os_str() == "-" {
            stdin(config, &mut found)?;
            continue;
        }
        let path = paths::absolute(&config.cwd, named);
        let shown = paths::tame(&named.to_string_lossy()).into_owned();
        match path.metadata() {
            Ok(meta) if meta.is_dir() => folder(config, &path, &mut ignored, &mut found)?,
            Ok(meta) => match readable(&path, &meta) {
                Ok(()) => file(config, path, &mut found)?,
                Err(error) => found.errors.push(format!("{shown}: cannot be read: {}", paths::reason(&error))),
            },
            Err(error) => found.errors.push(format!("{shown}: cannot be read: {}", paths::reason(&error))),
        }
    }
    found.files.sort_by(|a, b| (&a.shown, &a.path).cmp(&(&b.shown, &b.path)));
    found.files.dedup_by(|a, b| a.path == b.path && a.stdin == b.stdin);
    found.problems.sort_by(|a, b| a.path.cmp(&b.path));
    found.problems.dedup_by(|a, b| a.path == b.path);
    Ok(found)
}

/// Whether a named file can be opened. A pipe is not tried: what is opened twice is read only once.
fn readable(path: &Path, meta: &std::fs::Metadata) -> std::io::Result<()> {
    if meta.is_file() { std::fs::File::open(path).map(drop) } else { Ok(()) }
}

fn stdin(config: &Config, found: &mut Discovery) -> Result<(), ConfigError> {
    let name = config.stdin_filename.as_deref();
    let path = paths::absolute(&config.cwd, name.unwrap_or(Path::new(STDIN)));
    let settings = config.settings_for(&path)?;
    if config.force_exclude && name.is_some() && excluded(&path, &settings) {
        return Ok(());
    }
    let shown = config.shown(&path);
    found.files.push(Candidate { path, shown, stdin: true, settings });
    Ok(())
}

/// A file that was named is checked whatever it is called, unless excludes are forced on it.
fn file(config: &Config, path: PathBuf, found: &mut Discovery) -> Result<(), ConfigError> {
    let settings = config.settings_for(&path)?;
    if !(config.force_exclude && excluded(&path, &settings)) {
        let shown = config.shown(&path);
        found.files.push(Candidate { path, shown, stdin: false, settings });
    }
    Ok(())
}

/// Whether the path, or a folder above it up to where the patterns were written, is excluded.
fn excluded(path: &Path, settings: &Settings) -> bool {
    let above = path.ancestors().take_while(|above| *above != settings.base && above.starts_with(&settings.base));
    if path.starts_with(&settings.base) {
        above.into_iter().any(|path| settings.exclude.matches(path, &settings.base))
    } else {
        settings.exclude.matches(path, &settings.base)
    }
}

fn folder(config: &Config, root: &Path, ignored: &mut IgnoreFiles, found: &mut Discovery) -> Result<(), ConfigError> {
    let mut settings = config.settings_in(root)?;
    if config.force_exclude && excluded(root, &settings) {
        return Ok(());
    }
    ignored.start(root);
    let mut walk = WalkDir::new(root).into_iter();
    let mut open: Vec<Arc<Settings>> = Vec::new();
    while let Some(entry) = walk.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                found.problems.push(unreadable(config, root, &error));
                continue;
            }
        };
        let depth = entry.depth();
        open.truncate(depth);
        ignored.leave(depth);
        if let Some(around) = open.last() {
            settings = Arc::clone(around);
        }
        let directory = entry.file_type().is_dir() || depth == 0;
        if !directory && !source(&entry) {
            continue;
        }
        let hidden = depth > 0
            && (settings.exclude.matches(entry.path(), &settings.base)
                || (settings.respect_gitignore && ignored.ignores(entry.path(), directory)));
        if !directory {
            if !hidden {
                let shown = config.shown(entry.path());
                let settings = Arc::clone(&settings);
                found.files.push(Candidate { path: entry.into_path(), shown, stdin: false, settings });
            }
        } else if hidden {
            walk.skip_current_dir();
        } else {
            open.push(config.settings_in(entry.path())?);
            ignored.enter(entry.path());
        }
    }
    Ok(())
}

/// Whether an entry is a file in a language that is checked; a link counts as what it leads to, unless that is a folder.
fn source(entry: &DirEntry) -> bool {
    if language_of(Path::new(entry.file_name())).is_none() {
        return false;
    }
    let kind = entry.file_type();
    kind.is_file() || (kind.is_symlink() && entry.path().metadata().is_ok_and(|meta| meta.is_file()))
}

fn unreadable(config: &Config, root: &Path, error: &walkdir::Error) -> FileProblem {
    let path = error.path().unwrap_or(root);
    let why = error.io_error().map_or_else(|| error.to_string(), paths::reason);

    FileProblem {
        path: config.shown(path),
        file: None,
        problem: Problem {
            kind: ProblemKind::Read,
            message: format!("the folder cannot be read ({why}), so nothing in it is checked"),
            at: None,
        },
    }
}
