//! Lock files: which release of a library the code of a folder runs with.
//!
//! The nearest lock files decide that say anything about the library, upward to the repository's root. A release is only
//! known where all that is said there fits together. Read on demand, each folder and file once. Refuses to resolve
//! dependencies, and to know what a release means.

mod formats;
mod requirements;

use crate::config::Config;
use crate::libraries::{Libraries, Library};
use crate::model::facts::{Problem, ProblemKind};
use crate::paths;
use crate::source::{LineIndex, offset};
use formats::Format;
use pep440_rs::{Version, VersionSpecifiers};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// A lock file of this size is none that a tool wrote for one project.
const LARGEST: u64 = 64 << 20;
/// How many files one requirements file may lead to.
const INCLUDES: usize = 32;

/// A place in a lock file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The path as it is reported.
    pub path: SmolStr,
    /// The row, counted from 1.
    pub row: u32,
    /// The column, counted from 1 in code points.
    pub column: u32,
}

/// What the lock files say about the release of a library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pin {
    /// None around names it.
    Unnamed,
    /// It is named here, and may have any of several releases.
    Open(Place),
    /// It has this release.
    Release(SmolStr, Place),
    /// It has this release, which the library's data does not speak of.
    Foreign(SmolStr, Place),
    /// These do not fit together.
    Disagreement(Vec<(SmolStr, Place)>),
}

/// A library as it is for the code of a folder.
#[derive(Debug)]
pub struct Pinned {
    /// What the lock files say.
    pub pin: Pin,
    /// The library as it is in that release, or as all of them are alike; `None` where no release is known.
    pub library: Option<Arc<Library>>,
}

/// What one line or entry of a lock file says about a package.
#[derive(Debug, Clone, PartialEq)]
enum Said {
    /// This release.
    Exactly(Version),
    /// One of these.
    Range(VersionSpecifiers),
    /// Something that names no release.
    Other,
}

/// An entry of a lock file.
#[derive(Debug, Clone)]
struct Entry {
    /// The normalised name of the package.
    package: SmolStr,
    said: Said,
    /// The same as written.
    text: SmolStr,
    /// The byte it is at.
    at: usize,
}

/// What is wrong with a lock file, and at which byte.
#[derive(Debug)]
struct Fault {
    message: String,
    at: Option<usize>,
}

/// A lock file that was read, with the files that it includes.
#[derive(Debug, Default)]
struct LockFile {
    entries: Vec<(Entry, Place)>,
    trouble: Vec<Trouble>,
}

/// Trouble with a lock file.
#[derive(Debug, Clone)]
pub struct Trouble {
    /// The path as it is reported.
    pub path: SmolStr,
    /// The text, where it could be read.
    pub text: Option<String>,
    /// The trouble.
    pub problem: Problem,
}

/// Lock files by folder and language.
type Folders = FxHashMap<(PathBuf, SmolStr), Arc<Vec<LockFile>>>;

/// Libraries by index and the releases that are in use at once.
type KnownReleases = FxHashMap<(usize, Vec<Version>), Option<Arc<Library>>>;

/// The lock files of a run.
#[derive(Debug)]
pub struct Locks<'c> {
    config: &'c Config,
    libraries: &'c Libraries,
    /// The packages that are looked for.
    packages: Vec<SmolStr>,
    folders: Mutex<Folders>,
    tops: Mutex<FxHashMap<PathBuf, PathBuf>>,
    answers: Mutex<FxHashMap<(PathBuf, usize), Arc<Pinned>>>,
    releases: Mutex<KnownReleases>,
}

impl<'c> Locks<'c> {
    /// For a run; nothing is read yet.
    #[must_use]
    pub fn new(config: &'c Config, libraries: &'c Libraries) -> Locks<'c> {
        let packages = libraries.list().iter().filter_map(|library| library.head.package.as_deref());
        Locks {
            config,
            libraries,
            packages: packages.map(normalised).collect(),
            folders: Mutex::default(),
            tops: Mutex::default(),
            answers: Mutex::default(),
            releases: Mutex::default(),
        }
    }

    /// A library, by its index, as it is for the files directly in a folder (its absolute path).
    #[must_use]
    pub fn library(&self, folder: &Path, library: usize) -> Arc<Pinned> {
        let key = (folder.to_owned(), library);
        if let Some(known) = self.answers.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Arc::clone(known);
        }
        let pin = self.pin(folder, library);
        let pinned = match pin {
            Pin::Release(text, place) => match self.releases(library, &[&text]) {
                Some(library) => Pinned { pin: Pin::Release(text, place), library: Some(library) },
                None => Pinned { pin: Pin::Foreign(text, place), library: None },
            },
            // Which of them a file runs with is not known, but it is one of them.
            Pin::Disagreement(all) => {
                let library = self.releases(library, &all.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>());
                Pinned { pin: Pin::Disagreement(all), library }
            }
            pin => Pinned { pin, library: None },
        };
        let pinned = Arc::new(pinned);
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&pinned));
        pinned
    }

    /// A library as these releases of it are alike; nothing where one is no release, or none that its data speaks of.
    fn releases(&self, library: usize, texts: &[&str]) -> Option<Arc<Library>> {
        let versions: Vec<Version> = texts.iter().map(|text| text.parse()).collect::<Result<_, _>>().ok()?;
        let mut releases = self.releases.lock().unwrap_or_else(PoisonError::into_inner);
        let common = releases
            .entry((library, versions))
            .or_insert_with_key(|(library, versions)| self.libraries.at(*library, versions).map(Arc::new));
        common.clone()
    }

    fn pin(&self, folder: &Path, library: usize) -> Pin {
        let head = &self.libraries.list()[library].head;
        let Some(package) = head.package.as_deref().map(normalised) else { return Pin::Unnamed };
        let top = self.top(folder);
        for folder in folder.ancestors().take_while(|folder| folder.starts_with(&top)) {
            let files = self.folder(folder, &head.language);
            let said: Vec<_> =
                files.iter().flat_map(|file| &file.entries).filter(|(e, _)| e.package == package).collect();
            if !said.is_empty() {
                return decide(&said);
            }
        }
        Pin::Unnamed
    }

    /// The highest folder that is looked into: the repository's root, which does not depend on what is checked; where
    /// there is none, the project's.
    fn top(&self, folder: &Path) -> PathBuf {
        let mut tops = self.tops.lock().unwrap_or_else(PoisonError::into_inner);
        let top = tops.entry(folder.to_owned()).or_insert_with(|| {
            let repository = folder.ancestors().find(|folder| folder.join(".git").exists());
            repository.unwrap_or(&self.config.root).to_owned()
        });
        top.clone()
    }

    /// The lock files for a language in a folder, by name.
    fn folder(&self, folder: &Path, language: &str) -> Arc<Vec<LockFile>> {
        let key = (folder.to_owned(), SmolStr::from(language));
        if let Some(known) = self.folders.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Arc::clone(known);
        }
        let format = |path: &Path| {
            let below = path.strip_prefix(folder).ok()?.to_str()?;
            formats::of(below, language)
        };
        let paths = files_in(folder);
        let files = paths.iter().filter_map(|path| Some(self.read(path, format(path)?))).collect();
        let files = Arc::new(files);
        self.folders.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&files));
        files
    }

    /// Reads a lock file, and what it includes.
    fn read(&self, path: &Path, format: &Format) -> LockFile {
        let mut file = LockFile::default();
        let mut seen: FxHashSet<PathBuf> = FxHashSet::default();
        let mut waiting = vec![path.to_owned()];
        while let Some(path) = waiting.pop() {
            if seen.len() < INCLUDES && seen.insert(path.clone()) {
                let own = path.parent().unwrap_or(&path);
                let top = self.top(own);
                let includes = self.read_one(&path, format, &mut file);
                let includes = includes.iter().map(|include| paths::absolute(own, Path::new(include)));
                waiting.extend(includes.filter(|path| path.starts_with(&top) && path.is_file()));
            }
        }
        file
    }

    /// Reads one file into `into`; gives the paths that it includes.
    fn read_one(&self, path: &Path, format: &Format, into: &mut LockFile) -> Vec<String> {
        let shown = self.config.shown(path);
        let trouble =
            |kind, message, at, text| Trouble { path: shown.clone(), text, problem: Problem { kind, message, at } };
        let bytes = match bytes_of(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                let message = format!("the lock file cannot be read: {}", paths::reason(&error));
                into.trouble.push(trouble(ProblemKind::Read, message, None, None));
                return Vec::new();
            }
        };
        // A file of other tools is not ours to judge unless it names a library.
        let names =
            |bytes: &[u8]| self.packages.iter().any(|name| memchr::memmem::find(bytes, name.as_bytes()).is_some());
        if !format.lines && !names(&bytes) {
            return Vec::new();
        }
        let Some(text) = formats::decoded(bytes) else {
            if format.lines {
                return Vec::new();
            }
            let message = "the lock file is not UTF-8; no version is taken from it".to_owned();
            into.trouble.push(trouble(ProblemKind::Encoding, message, None, None));
            return Vec::new();
        };
        let lines = LineIndex::new(&text);
        match (format.read)(&text) {
            Ok(locked) => {
                let known = locked.entries.into_iter().filter(|entry| self.packages.contains(&entry.package));
                into.entries.extend(known.map(|entry| {
                    let place = place(&shown, &text, &lines, entry.at);
                    (entry, place)
                }));
                locked.includes
            }
            Err(Fault { message, at }) => {
                let message = format!("the lock file cannot be used: {message}");
                into.trouble.push(trouble(ProblemKind::Syntax, message, at.map(offset), Some(text)));
                Vec::new()
            }
        }
    }

    /// The trouble with the lock files that the files in these folders look into.
    #[must_use]
    pub fn trouble<'f>(&self, folders: impl Iterator<Item = &'f Path>) -> Vec<Trouble> {
        let around: FxHashSet<&Path> = folders.flat_map(Path::ancestors).collect();
        let read = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        let read = read.iter().filter(|((folder, _), _)| around.contains(folder.as_path()));
        let files = read.flat_map(|(_, files)| files.iter());
        let mut found: Vec<Trouble> = files.flat_map(|file| file.trouble.iter().cloned()).collect();
        found.sort_by(|a, b| a.path.cmp(&b.path));
        found.dedup_by(|a, b| a.path == b.path);
        found
    }
}

/// What all that is said about a package comes to.
fn decide(said: &[&(Entry, Place)]) -> Pin {
    let mut exact: Vec<(&Version, &Entry, &Place)> = Vec::new();
    for (entry, place) in said {
        if let Said::Exactly(version) = &entry.said
            && exact.iter().all(|(known, ..)| *known != version)
        {
            exact.push((version, entry, place));
        }
    }
    let [(version, _, place)] = exact.as_slice() else {
        let all = exact.iter().map(|(version, _, place)| (version.to_string().into(), (*place).clone()));
        return if exact.is_empty() { Pin::Open(said[0].1.clone()) } else { Pin::Disagreement(all.collect()) };
    };
    let against = said.iter().find(|(entry, _)| match &entry.said {
        Said::Exactly(_) => false,
        Said::Range(range) => !range.contains(version),
        Said::Other => true,
    });
    let release = (SmolStr::from(version.to_string()), (*place).clone());
    match against {
        Some((entry, other)) => Pin::Disagreement(vec![release, (entry.text.clone(), other.clone())]),
        None => Pin::Release(release.0, release.1),
    }
}

fn place(path: &SmolStr, text: &str, lines: &LineIndex, at: usize) -> Place {
    let line = lines.line(offset(at));
    let start = lines.start(line).unwrap_or(0) as usize;
    let column = offset(text.get(start..at).unwrap_or("").chars().count()) + 1;
    Place { path: path.clone(), row: offset(line) + 1, column }
}

/// The files in a folder, and those in its folder of requirements, sorted.
fn files_in(folder: &Path) -> Vec<PathBuf> {
    let list = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect()
    };
    let mut files = list(folder);
    let inner = folder.join(formats::REQUIREMENTS);
    if files.contains(&inner) {
        files.extend(list(&inner));
    }
    files.sort();
    files
}

/// A whole file; what is no file, such as a pipe, is not waited for.
fn bytes_of(path: &Path) -> io::Result<Vec<u8>> {
    let meta = fs::metadata(path)?;
    if !meta.is_file() || meta.len() > LARGEST {
        return Err(io::Error::other(if meta.is_file() { "it is too large" } else { "it is no file" }));
    }
    fs::read(path)
}

/// A package's name as registries compare it (PEP 503).
fn normalised(name: &str) -> SmolStr {
    let mut out = String::with_capacity(name.len());
    for char in name.chars() {
        if !matches!(char, '-' | '_' | '.') {
            out.extend(char.to_lowercase());
        } else if !out.ends_with('-') {
            out.push('-');
        }
    }
    out.into()
}

#[cfg(test)]
mod tests;
