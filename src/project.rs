//! The linked repository: what names mean, what is built where, who closes it and who calls it.
//!
//! Every question a rule may ask is answered here, once for all languages and libraries. Refuses to know any syntax and
//! any rule; trouble is no error here, only something unknown.

mod attributes;
mod bindings;
mod bodies;
mod builders;
mod builtins;
mod callers;
mod calls;
mod definitions;
mod escapes;
mod evaluate;
mod eventloops;
mod fate;
mod flow;
mod handlers;
mod index;
mod loops;
mod memo;
mod modules;
mod names;
mod places;
mod requests;
mod reuse;
mod sharing;
mod sites;
mod tls;

pub use callers::{Caller, Cause, Repeat};
pub use escapes::{Escape, Exit};
pub use eventloops::Outliving;
pub use fate::{Fate, Ownership};
pub use flow::Flow;
pub use handlers::Catch;
pub use loops::NoLoop;
pub use places::{Use, UseKind};
pub use requests::Requests;
pub use reuse::Waste;
pub use sharing::Sharing;
pub use sites::{BoundArgument, Site, SiteId};
pub use tls::Context;

use crate::frameworks::Frameworks;
use crate::libraries::Libraries;
use crate::model::expr::{Expr, ExprId, ExprKind};
use crate::model::facts::{FileFacts, Scope, ScopeId};
use crate::model::value::{ExprRef, Frame, ScopeRef};
use crate::source::{FileId, SourceFile, Span};
use crate::words::{Asked, WordIndex};
use evaluate::FrameData;
use modules::Modules;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A file as the project sees it.
#[derive(Debug)]
pub struct ProjectFile {
    /// What it says.
    pub facts: FileFacts,
    /// How names flow in it.
    pub flow: Flow,
    /// Its text.
    pub source: SourceFile,
    /// Whether it is test code.
    pub test: bool,
    /// Whether it is read, copied or run once rather than shipped.
    pub script: bool,
    /// Whether its text names a library, by its module or by one of its classes.
    pub names_library: bool,
}

/// Lists of classes, by the class that they belong to.
type ClassLists = RefCell<FxHashMap<ScopeRef, Rc<Vec<ScopeRef>>>>;

/// What a project must know beyond its files.
#[derive(Debug, Clone, Copy)]
pub struct Knowledge<'l> {
    /// What is known about libraries.
    pub libraries: &'l Libraries,
    /// What is known about frameworks.
    pub frameworks: &'l Frameworks,
    /// All files of the repository, also those that are not lowered.
    pub paths: &'l [(FileId, SmolStr)],
    /// Their words.
    pub words: &'l WordIndex,
}

/// The linked repository.
#[derive(Debug)]
pub struct Project<'l> {
    files: BTreeMap<FileId, ProjectFile>,
    libraries: &'l Libraries,
    frameworks: &'l Frameworks,
    modules: Modules,
    names: index::Names<'l>,
    judged: FxHashSet<FileId>,
    wanted_files: RefCell<FxHashSet<FileId>>,
    lineages: ClassLists,
    families: ClassLists,
    frames: RefCell<Vec<FrameData>>,
    frame_ids: RefCell<FxHashMap<FrameData, Frame>>,
    memo: memo::Memo,
    sites: Vec<Site>,
    sites_by_call: FxHashMap<ExprRef, Vec<SiteId>>,
}

impl<'l> Project<'l> {
    /// Links files.
    #[must_use]
    pub fn new(files: Vec<ProjectFile>, knowledge: Knowledge<'l>) -> Project<'l> {
        let files: BTreeMap<FileId, ProjectFile> = files.into_iter().map(|file| (file.facts.file, file)).collect();
        let mut project = Project {
            names: index::Names::new(&files, knowledge.words),
            judged: FxHashSet::default(),
            wanted_files: RefCell::default(),
            lineages: RefCell::default(),
            families: RefCell::default(),
            files,
            libraries: knowledge.libraries,
            frameworks: knowledge.frameworks,
            modules: Modules::new(knowledge.paths),
            frames: RefCell::new(vec![FrameData::none()]),
            frame_ids: RefCell::default(),
            memo: memo::Memo::default(),
            sites: Vec::new(),
            sites_by_call: FxHashMap::default(),
        };
        project.find_sites();
        project
    }

    /// The files that should have been lowered, too: those asked for by name, and those that hold a word that was asked
    /// for.
    #[must_use]
    pub fn wanted(&self, words: &WordIndex) -> Vec<FileId> {
        let asked = self.names.wanted();
        let asked = Asked::new(asked.iter().map(SmolStr::as_str));
        let by_name = self.wanted_files.borrow();
        let ids = (0..).map(FileId).zip(words.files());
        let wanted = ids
            .filter(|(id, words)| !self.files.contains_key(id) && (by_name.contains(id) || words.contain_any(&asked)));
        wanted.map(|(id, _)| id).collect()
    }

    /// Gives the files back.
    #[must_use]
    pub fn into_files(self) -> Vec<ProjectFile> {
        self.files.into_values().collect()
    }

    /// Whether a module's file is there; one that is not will be.
    fn is_known(&self, file: FileId) -> bool {
        self.wanted_files.borrow_mut().insert(file);
        self.files.contains_key(&file)
    }

    /// What is known about libraries.
    #[must_use]
    pub fn libraries(&self) -> &'l Libraries {
        self.libraries
    }

    /// The file with this id; only files that were lowered have one.
    #[must_use]
    pub fn file(&self, id: FileId) -> Option<&ProjectFile> {
        self.files.get(&id)
    }

    /// All files that were lowered, sorted by path.
    pub fn files(&self) -> impl Iterator<Item = &ProjectFile> {
        self.files.values()
    }

    /// Every construction and request that was found, in the order of files and bytes.
    #[must_use]
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    fn facts(&self, file: FileId) -> &FileFacts {
        &self.files[&file].facts
    }

    fn expr(&self, expr: ExprRef) -> &Expr {
        self.facts(expr.file).expr(expr.expr)
    }

    fn scope(&self, scope: ScopeRef) -> &Scope {
        self.facts(scope.file).scope(scope.scope)
    }

    /// The bytes of an expression.
    #[must_use]
    pub fn span(&self, expr: ExprRef) -> Span {
        self.facts(expr.file).span(expr.expr)
    }

    /// The text of a span.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        self.files.get(&span.file).map_or("", |file| file.source.slice(span))
    }

    /// The lines of the statement around an expression that a suppression may stand on: of a compound statement its head.
    #[must_use]
    pub fn statement(&self, expr: ExprRef) -> Span {
        let facts = self.facts(expr.file);
        let Some(stmt) = facts.stmt_of(expr.expr) else { return self.span(expr) };
        let of = facts.stmt(stmt);
        Span { file: expr.file, start: of.start, end: of.head_end }
    }

    /// The bytes of a scope's name, or of the whole where it has none.
    #[must_use]
    pub fn name_span(&self, scope: ScopeRef) -> Span {
        let of = self.scope(scope);
        Span { file: scope.file, start: of.name_start, end: of.name_end }
    }

    /// The scope that an expression is evaluated in.
    fn scope_at(&self, expr: ExprRef) -> ScopeRef {
        ScopeRef { file: expr.file, scope: self.facts(expr.file).scope_of(expr.expr) }
    }

    /// Whether a place is in test code.
    #[must_use]
    pub fn is_test(&self, place: ExprRef) -> bool {
        let file = &self.files[&place.file];
        file.test || file.facts.is_in_tests(file.facts.expr(place.expr).start)
    }

    /// Whether a scope is test code.
    fn is_test_scope(&self, scope: ScopeRef) -> bool {
        let file = &self.files[&scope.file];
        file.test || file.facts.is_in_tests(self.scope(scope).start)
    }

    /// The nearest function, class or module around a scope, itself included.
    fn function_of(&self, mut scope: ScopeRef) -> ScopeRef {
        use crate::model::facts::ScopeKind;
        while matches!(self.scope(scope).kind, ScopeKind::Comprehension | ScopeKind::Closure) {
            match self.scope(scope).parent {
                Some(parent) => scope.scope = parent,
                None => break,
            }
        }
        scope
    }

    fn kind(&self, expr: ExprRef) -> &ExprKind {
        &self.expr(expr).kind
    }
}

/// A shorthand: another expression of the same file.
fn sibling(of: ExprRef, expr: ExprId) -> ExprRef {
    ExprRef { file: of.file, expr }
}

/// A shorthand: a scope of the same file.
fn scope_in(file: FileId, scope: ScopeId) -> ScopeRef {
    ScopeRef { file, scope }
}
