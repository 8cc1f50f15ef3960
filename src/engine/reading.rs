//! What is read: every file once, and those that a question leads to.
//!
//! Trouble with a file is noted, and the file is left out. Refuses to know what is asked.

use super::{KnownFile, is_script, is_test};
use crate::config::Config;
use crate::discover::Candidate;
use crate::languages::{self, Extent, Language, Sought, read_as};
use crate::libraries::{Libraries, Mention, Vocabularies};
use crate::model::facts::{Problem, ProblemKind};
use crate::paths;
use crate::progress::Progress;
use crate::project::{Modules, ProjectFile, Reader};
use crate::source::{FileId, SourceFile, offset};
use crate::suppress;
use crate::threads::Crew;
use crate::words::Words;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::io::Read;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

/// A file that was read.
#[derive(Default)]
struct Loaded {
    words: Words,
    /// What it says, if it was worth lowering.
    lowered: Option<ProjectFile>,
    /// Its text, if that will be asked again.
    kept: Option<SourceFile>,
}

/// What becomes of a file that was read.
enum Worth {
    Lowering,
    /// Many questions lead to it, and few of them need more than a look at its text.
    Keeping,
    Nothing,
}

/// What a run reads, and the trouble that it has with it.
pub(super) struct Run<'c> {
    pub(super) config: &'c Config,
    pub(super) files: &'c [KnownFile],
    pub(super) paths: &'c [(FileId, SmolStr)],
    pub(super) modules: &'c Modules,
    trouble: Mutex<Vec<(FileId, Problem)>>,
    /// Whether any file may hold a suppression.
    pub(super) suppressions: AtomicBool,
    /// The texts that are asked again, once all files were read.
    kept: OnceLock<FxHashMap<FileId, SourceFile>>,
    /// Where in each text `self` is the object of a method.
    methods: Vec<OnceLock<Box<[Range<u32>]>>>,
}

impl<'c> Run<'c> {
    /// A run that has read nothing yet.
    pub(super) fn new(
        config: &'c Config,
        files: &'c [KnownFile],
        paths: &'c [(FileId, SmolStr)],
        modules: &'c Modules,
    ) -> Run<'c> {
        let (trouble, suppressions, kept) = Default::default();
        let methods = files.iter().map(|_| OnceLock::new()).collect();
        Run { config, files, paths, modules, trouble, suppressions, kept, methods }
    }
}

impl Run<'_> {
    /// Reads every file once: its words, and, where it names a library, what it says.
    pub(super) fn read_all(
        &self,
        libraries: &Libraries,
        progress: &Progress,
        crew: &mut Crew<()>,
    ) -> (Vec<Words>, Vec<Mention>, Vec<ProjectFile>) {
        let everything = !self.config.prefilter;
        let vocabularies = Vocabularies::of(libraries.list());
        let read = crew.each(self.files.len(), |(), index| {
            let mut mention = Mention::None;
            let id = FileId(offset(index));
            let is_defined = |module: &str| self.modules.resolve(id, module, 0).is_some();
            let loaded = self.load(id, |words, text| {
                let language = read_as(&self.files[index].candidate.path);
                mention = vocabularies.mention(language, words, text, is_defined);
                let suppressed = suppress::may_be_in(text);
                self.suppressions.fetch_or(suppressed, Ordering::Relaxed);
                match mention {
                    _ if everything || self.files[index].named || suppressed => Worth::Lowering,
                    Mention::Uses => Worth::Lowering,
                    Mention::Names => Worth::Keeping,
                    Mention::None => Worth::Nothing,
                }
            });
            progress.step();
            (mention, loaded)
        });
        let mut all = Vec::with_capacity(read.len());
        let (mut mentions, mut lowered) = (Vec::with_capacity(read.len()), Vec::new());
        let mut kept = FxHashMap::default();
        for (mention, loaded) in read {
            let loaded = loaded.unwrap_or_default();
            all.push(loaded.words);
            mentions.push(mention);
            lowered.extend(loaded.lowered);
            kept.extend(loaded.kept.map(|source| (source.id, source)));
        }
        self.kept.get_or_init(|| kept);
        (all, mentions, lowered)
    }

    /// Reads a file, and does what `choose` says of its words.
    fn load(&self, id: FileId, choose: impl FnOnce(&Words, &str) -> Worth) -> Option<Loaded> {
        let (language, source) = self.read(id)?;
        let words = Words::of(&source.text);
        let loaded = Loaded { words, ..Loaded::default() };
        Some(match choose(&loaded.words, &source.text) {
            Worth::Lowering => Loaded { lowered: self.lower_source(id, language, source, Extent::Whole), ..loaded },
            Worth::Keeping => Loaded { kept: Some(source), ..loaded },
            Worth::Nothing => loaded,
        })
    }

    fn kept(&self, id: FileId) -> Option<(&'static Language, &SourceFile)> {
        Some((read_as(&self.files[id.0 as usize].candidate.path), self.kept.get()?.get(&id)?))
    }

    fn read(&self, id: FileId) -> Option<(&'static Language, SourceFile)> {
        if let Some((language, source)) = self.kept(id) {
            return Some((language, source.clone()));
        }
        read(&self.files[id.0 as usize].candidate, id).map_err(|problem| self.note(id, problem)).ok()
    }

    fn lower_source(
        &self,
        id: FileId,
        language: &'static Language,
        source: SourceFile,
        extent: Extent,
    ) -> Option<ProjectFile> {
        let path = &self.files[id.0 as usize].candidate.path;
        let (test, script) = (is_test(self.config, path), is_script(self.config, path));
        let facts = catch_unwind(AssertUnwindSafe(|| (language.lower)(&source, extent)));
        let facts = facts.map_err(|_| self.note(id, failed())).ok()?;
        Some(ProjectFile::new(facts, source, language, test, script))
    }

    pub(super) fn note(&self, id: FileId, problem: Problem) {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).push((id, problem));
    }

    /// The trouble there was, each once.
    pub(super) fn take_trouble(&self) -> Vec<(FileId, Problem)> {
        let mut trouble = std::mem::take(&mut *self.trouble.lock().unwrap_or_else(PoisonError::into_inner));
        trouble.sort_by(|a, b| (a.0, &a.1.message).cmp(&(b.0, &b.1.message)));
        trouble.dedup_by(|a, b| a.0 == b.0 && a.1.message == b.1.message);
        trouble
    }
}

impl Reader for Run<'_> {
    fn lower(&self, file: FileId) -> Option<ProjectFile> {
        let (language, source) = self.read(file)?;
        self.lower_source(file, language, source, Extent::Heads)
    }

    fn may_hold(&self, file: FileId, word: &str, sought: Sought) -> bool {
        let may_hold = |language: &'static Language, text: &str| {
            let methods = || self.methods[file.0 as usize].get_or_init(|| (language.methods)(text).into()).as_ref();
            language.may_hold_in(text, 0, (word, sought), methods)
        };
        if let Some((language, source)) = self.kept(file) {
            return may_hold(language, &source.text);
        }
        let read = read(&self.files[file.0 as usize].candidate, file);
        read.is_ok_and(|(language, source)| may_hold(language, &source.text))
    }
}

/// poolcheck's own trouble with a file.
pub(super) fn failed() -> Problem {
    Problem {
        kind: ProblemKind::Internal,
        message: "poolcheck failed on this file; please report it with the file".into(),
        at: None,
    }
}

fn read(candidate: &Candidate, id: FileId) -> Result<(&'static Language, SourceFile), Problem> {
    if let Some(text) = &candidate.open {
        let language = read_as(&candidate.path);
        let source = SourceFile::new(id, candidate.shown.clone(), String::from(&**text));
        return Ok((language, language.file(source)));
    }
    let bytes = bytes_of(candidate).map_err(|error| Problem {
        kind: ProblemKind::Read,
        message: format!("cannot be read: {}", paths::reason(&error)),
        at: None,
    })?;
    let language = read_as(&candidate.path);
    languages::read(language, id, &candidate.shown, bytes).map(|source| (language, source))
}

fn bytes_of(candidate: &Candidate) -> std::io::Result<Vec<u8>> {
    if candidate.stdin {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    std::fs::read(&candidate.path)
}
