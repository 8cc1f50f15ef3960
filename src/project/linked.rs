//! What is linked: the files, what they are called, and what was found in them; the same for every thread that asks.
//!
//! Sites are found in two rounds, each shared out among threads: those in files that say something of a library, and
//! requests through their sessions elsewhere. Refuses to work out what anything is worth.

use super::aliases::Aliases;
use super::attributes::last_name;
use super::carriers::{Carriers, Seeds};
use super::elsewhere::requests_elsewhere;
use super::frames::Frames;
use super::index::Names;
use super::modules::Modules;
use super::sites::language_of_libraries;
use super::{Choices, Files, Knowledge, Project, ProjectFile, Releases, Site, SiteId};
use crate::frameworks::Frameworks;
use crate::libraries::{Kind, Libraries, Library};
use crate::locks::Pinned;
use crate::model::expr::{ExprId, ExprKind};
use crate::model::value::ExprRef;
use crate::source::{FileId, Span, offset};
use crate::threads::Crew;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::sync::{Arc, OnceLock};

/// The repository as all threads see it.
#[derive(Debug)]
pub struct Linked<'l> {
    pub(super) files: &'l Files<'l>,
    pub(super) libraries: &'l Libraries,
    pub(super) releases: &'l dyn Releases,
    pub(super) choices: &'l dyn Choices,
    pub(super) frameworks: &'l Frameworks,
    pub(super) modules: &'l Modules,
    pub(super) names: Names<'l>,
    pub(super) frames: Frames,
    /// The names that an object of a library may go by; nothing where every name is asked.
    pub(super) carriers: Option<Carriers>,
    /// The files that sites are looked for in: those that use a library, or what the project calls a class of one.
    judged: Vec<FileId>,
    callables: Callables,
    /// The sites in files that are judged, and then all.
    first: OnceLock<Sites>,
    all: OnceLock<Sites>,
    /// The libraries of the files that have sites, as those files have them.
    pinned: OnceLock<FxHashMap<(FileId, usize), Arc<Pinned>>>,
}

/// The last names that what is called can have to be a site.
#[derive(Debug, Default)]
struct Callables {
    /// Those of the classes of libraries.
    constructors: FxHashSet<SmolStr>,
    /// Those, and whatever else the project calls them.
    classes: FxHashSet<SmolStr>,
    /// Those of requests.
    requests: FxHashSet<SmolStr>,
}

/// Sites, in the order of files and bytes.
#[derive(Debug, Default)]
struct Sites {
    list: Vec<Site>,
    by_call: FxHashMap<ExprRef, SiteId>,
}

impl<'l> Linked<'l> {
    /// Links files, by a crew that may lower some; no sites are known yet.
    #[must_use]
    pub fn new(knowledge: Knowledge<'l>, crew: &mut Crew<()>) -> Linked<'l> {
        let mut linked = Linked {
            files: knowledge.files,
            libraries: knowledge.libraries,
            releases: knowledge.releases,
            choices: knowledge.choices,
            frameworks: knowledge.frameworks,
            modules: knowledge.modules,
            names: Names::new(knowledge.files, knowledge.paths),
            frames: Frames::new(),
            carriers: None,
            judged: Vec::new(),
            callables: Callables::default(),
            first: OnceLock::new(),
            all: OnceLock::new(),
            pinned: OnceLock::new(),
        };
        linked.find_callables(crew);
        linked.carriers = knowledge.prefilter.then(|| linked.find_carriers(crew.workers()));
        linked
    }

    /// Finds every construction and request.
    pub fn find_sites(&self, crew: &mut Crew<Project<'l>>) {
        let judged: Vec<&ProjectFile> = self.judged_files().collect();
        let find = |project: &mut Project<'l>, index: usize| project.sites_in(judged[index]);
        let found = crew.each_with(judged.len(), find, self.files);
        let first = self.first.get_or_init(|| Sites::new(found, |call| self.place(call)));
        let sessions: Vec<&Site> = first.list.iter().filter(|site| site.is(Kind::Session)).collect();
        let mut found = requests_elsewhere(&sessions, crew, self);
        found.push(first.list.clone());
        let all = self.all.get_or_init(|| Sites::new(found, |call| self.place(call)));
        let used: FxHashSet<(FileId, usize)> =
            all.list.iter().map(|site| (site.call.file, site.row.library())).collect();
        self.pinned.get_or_init(|| used.into_iter().map(|at| (at, self.releases.library(at.0, at.1))).collect());
    }

    /// All files of the repository.
    pub(crate) fn files(&self) -> &'l Files<'l> {
        self.files
    }

    fn known_sites(&self) -> Option<&Sites> {
        self.all.get().or_else(|| self.first.get())
    }

    /// Every construction and request that was found, in the order of files and bytes.
    #[must_use]
    pub fn sites(&self) -> &[Site] {
        self.known_sites().map_or(&[], |known| &known.list)
    }

    /// The site that a call is.
    #[must_use]
    pub fn site_at(&self, call: ExprRef) -> Option<&Site> {
        let known = self.known_sites()?;
        known.by_call.get(&call).map(|id| &known.list[id.0 as usize])
    }

    /// A library as a file that has a site of it has it.
    pub(super) fn pinned(&self, file: FileId, library: usize) -> Option<&Pinned> {
        self.pinned.get()?.get(&(file, library)).map(Arc::as_ref)
    }

    /// The files that sites are looked for in, in the order of their ids.
    pub(super) fn judged_files(&self) -> impl Iterator<Item = &ProjectFile> + Clone {
        self.judged.iter().filter_map(|&id| self.files.get(id))
    }

    /// What sites are in the order of.
    fn place(&self, call: ExprRef) -> Span {
        self.files[&call.file].facts.span(call.expr)
    }

    /// Whether what is called may make its call a site.
    pub(super) fn may_be_site(&self, file: &ProjectFile, callee: ExprId) -> bool {
        let Some(carriers) = &self.carriers else { return true };
        let Callables { constructors, classes, requests } = &self.callables;
        let facts = &file.facts;
        match (last_name(facts, callee), &facts.expr(callee).kind) {
            (Some(name), _) if constructors.contains(&name) => true,
            (Some(name), ExprKind::Attribute { object, .. }) if !classes.contains(&name) => {
                requests.contains(&name) && carriers.may_be(file, *object)
            }
            _ => carriers.may_be(file, callee),
        }
    }

    /// The names that an object of a library may go by in the files that are judged.
    fn find_carriers(&self, workers: usize) -> Carriers {
        let stepwise = |file: &&ProjectFile| self.libraries.build_stepwise(language_of_libraries(file));
        let libraries = self.libraries_in_use();
        let libraries = libraries.iter();
        let distinctive = libraries.clone().flat_map(|library| library.class_names().chain(library.handed_on()));
        let seeds = Seeds {
            distinctive: distinctive.map(SmolStr::from).collect(),
            common: libraries.clone().flat_map(|library| library.constructors()).map(SmolStr::from).collect(),
            inert: libraries.clone().flat_map(|library| library.inert_names()).map(SmolStr::from).collect(),
            requests: libraries.flat_map(|library| library.request_names()).map(SmolStr::from).collect(),
            stepwise: self.judged_files().filter(stepwise).map(|file| file.facts.file).collect(),
        };
        let modules = |module: &str| self.libraries.of_module(module).is_some() || self.libraries.wraps_in(module);
        let rows = |path: &str| self.libraries.row(path).is_some();
        let resolve = |from, module: &str, level| self.modules.resolve(from, module, level);
        let files: Vec<&ProjectFile> = self.judged_files().collect();
        Carriers::of(&files, &seeds, (modules, rows), resolve, workers)
    }

    /// The libraries for the languages of those files that use any.
    fn libraries_in_use(&self) -> Vec<&'l Library> {
        let using = self.files.using().filter_map(|id| self.files.get(id));
        let languages: FxHashSet<&str> = using.map(language_of_libraries).collect();
        self.libraries.list().iter().filter(|library| languages.contains(library.head.language.as_str())).collect()
    }

    /// Finds the last names that what is called can have to be a site, and with them the files that are judged.
    fn find_callables(&mut self, crew: &mut Crew<()>) {
        let libraries = self.libraries_in_use();
        let words = libraries.iter().flat_map(|library| library.words().chain(library.common_names()));
        let classes: FxHashSet<SmolStr> = words.map(SmolStr::from).collect();
        let mut names = classes.clone();
        loop {
            let before = names.len();
            let other: Vec<&str> = names.difference(&classes).map(SmolStr::as_str).collect();
            self.judged = self.files.using().chain(self.names.files_with_any(&other)).collect();
            self.judged.sort_unstable();
            self.judged.dedup();
            let told = |index: usize| {
                let file = self.files.get(self.judged[index])?;
                file.prepare_all();
                Some(Aliases::of(&file.facts, self.libraries, &classes, &names).told)
            };
            let told = crew.each(self.judged.len(), |(), index| told(index));
            names.extend(told.into_iter().flatten().flatten());
            // What very many files call something else is no name for a library's class.
            names.retain(|name| classes.contains(name) || self.names.is_telling(name));
            if names.len() == before {
                break;
            }
        }
        let constructors = libraries.iter().flat_map(|library| library.constructors()).map(SmolStr::from).collect();
        let requests = libraries.iter().flat_map(|library| library.callables()).map(SmolStr::from).collect();
        self.callables = Callables { constructors, classes: names, requests };
    }
}

impl Sites {
    /// Of several sites of one call the first.
    fn new(found: Vec<Vec<Site>>, place: impl Fn(ExprRef) -> Span) -> Sites {
        let mut list: Vec<Site> = found.into_iter().flatten().collect();
        list.sort_by_cached_key(|site| (place(site.call), site.call));
        list.dedup_by_key(|site| site.call);
        let mut by_call = FxHashMap::default();
        for (index, site) in list.iter_mut().enumerate() {
            site.id = SiteId(offset(index));
            by_call.insert(site.call, site.id);
        }
        Sites { list, by_call }
    }
}
