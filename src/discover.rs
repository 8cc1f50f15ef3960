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
use crate::threads::Crew;
use gitignore::{IgnoreFiles, Named};
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
    /// The text that an editor holds of it.
    pub open: Option<Arc<str>>,
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

/// The stack of a thread that lists folders, in bytes.
const STACK: usize = 1 << 20;

/// How many folders are worth a thread.
const SHARE: usize = 16;

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
    let (mut found, mut ignored) = (Discovery::default(), Named::default());
    for named in named {
        if named.as_os_str() == "-" {
            stdin(config, &mut ignored, &mut found)?;
            continue;
        }
        let path = paths::absolute(&config.cwd, named);
        let shown = paths::tame(&named.to_string_lossy()).into_owned();
        match path.metadata() {
            // What an editor holds need not be on disk yet.
            _ if config.open.contains_key(&path) => file(config, path, &mut ignored, &mut found)?,
            Ok(meta) if meta.is_dir() => folder(config, path, &mut ignored, &mut found)?,
            Ok(meta) => match readable(&path, &meta) {
                Ok(()) => file(config, path, &mut ignored, &mut found)?,
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

fn stdin(config: &Config, ignored: &mut Named, found: &mut Discovery) -> Result<(), ConfigError> {
    let name = config.stdin_filename.as_deref();
    let path = paths::absolute(&config.cwd, name.unwrap_or(Path::new(STDIN)));
    let settings = config.settings_for(&path)?;
    if name.is_some() && left_out(config, &path, &settings, ignored) {
        return Ok(());
    }
    let shown = config.shown(&path);
    found.files.push(Candidate { path, shown, stdin: true, open: None, settings });
    Ok(())
}

/// A file that was named is checked whatever it is called, unless excludes are forced on it.
fn file(config: &Config, path: PathBuf, ignored: &mut Named, found: &mut Discovery) -> Result<(), ConfigError> {
    let settings = config.settings_for(&path)?;
    if !left_out(config, &path, &settings, ignored) {
        let (shown, open) = (config.shown(&path), config.open.get(&path).cloned());
        found.files.push(Candidate { path, shown, stdin: false, open, settings });
    }
    Ok(())
}

/// Whether a path that was named is left out all the same. What an editor opens is not for git to say.
fn left_out(config: &Config, path: &Path, settings: &Settings, ignored: &mut Named) -> bool {
    let obeys_git = settings.respect_gitignore && config.open.is_empty();
    config.force_exclude && (excluded(path, settings) || obeys_git && ignored.ignores(path, path.is_dir(), &config.cwd))
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

/// A folder to look into.
struct Folder {
    path: PathBuf,
    settings: Arc<Settings>,
    /// What is ignored in the folder around it.
    ignored: IgnoreFiles,
}

/// What lies directly in a folder.
#[derive(Default)]
struct Listing {
    files: Vec<Candidate>,
    folders: Vec<Folder>,
    problems: Vec<FileProblem>,
}

/// Walks a folder, level by level: the folders of one level are listed at once.
fn folder(config: &Config, root: PathBuf, named: &mut Named, found: &mut Discovery) -> Result<(), ConfigError> {
    let settings = config.settings_in(&root)?;
    if left_out(config, &root, &settings, named) {
        return Ok(());
    }
    let ignored = IgnoreFiles::above(&root);
    let mut level = vec![Folder { path: root, settings, ignored }];
    let mut crew = Crew::new(config.jobs.get(), STACK, |_| ());
    while !level.is_empty() {
        let shares: Vec<&[Folder]> = level.chunks(SHARE).collect();
        let list = |share: &[Folder]| share.iter().map(|folder| list(config, folder)).collect::<Vec<_>>();
        let listed = crew.each(shares.len(), |(), index| list(shares[index]));
        level.clear();
        for listing in listed.into_iter().flatten() {
            let listing = listing?;
            level.extend(listing.folders);
            found.files.extend(listing.files);
            found.problems.extend(listing.problems);
        }
    }
    Ok(())
}

fn list(config: &Config, folder: &Folder) -> Result<Listing, ConfigError> {
    let mut found = Listing::default();
    let settings = &folder.settings;
    let ignored = folder.ignored.in_folder(&folder.path);
    for entry in WalkDir::new(&folder.path).max_depth(1) {
        let entry = match entry {
            Ok(entry) if entry.depth() == 0 => continue,
            Ok(entry) => entry,
            Err(error) => {
                found.problems.push(unreadable(config, &folder.path, &error));
                continue;
            }
        };
        let directory = entry.file_type().is_dir();
        if !directory && !source(&entry)
            || settings.exclude.matches(entry.path(), &settings.base)
            || settings.respect_gitignore && ignored.ignores(entry.path(), directory)
        {
            continue;
        }
        if directory {
            let (settings, ignored) = (config.settings_in(entry.path())?, ignored.clone());
            found.folders.push(Folder { path: entry.into_path(), settings, ignored });
        } else {
            let (shown, settings) = (config.shown(entry.path()), Arc::clone(settings));
            let open = config.open.get(entry.path()).cloned();
            found.files.push(Candidate { path: entry.into_path(), shown, stdin: false, open, settings });
        }
    }
    Ok(found)
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
