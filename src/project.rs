//! The linked repository: what names mean, what is built where, who closes it and who calls it.
//!
//! Every question a rule may ask is answered here, once for all languages and libraries. Refuses to know any syntax and
//! any rule; trouble is no error here, only something unknown.

mod aliases;
mod attempts;
mod attributes;
mod bindings;
mod bodies;
mod branches;
mod builders;
mod builtins;
mod callers;
mod calls;
mod carriers;
mod contexts;
mod definitions;
mod dispatch;
mod elsewhere;
mod escapes;
mod evaluate;
mod eventloops;
mod fanout;
mod fate;
mod files;
mod flow;
mod frames;
mod handlers;
mod hands;
mod holds;
mod hosts;
mod index;
mod linked;
mod loops;
mod memo;
mod modules;
mod mounts;
mod names;
mod options;
mod parts;
mod places;
mod reach;
mod requests;
mod reuse;
mod searches;
mod seldom;
mod served;
mod sharing;
mod sites;
mod streams;
mod timers;
mod tls;
mod workers;

pub use callers::{Caller, Cause, Repeat};
pub use escapes::{Escape, Exit};
pub use eventloops::Outliving;
pub use fanout::FanOut;
pub use fate::{Fate, Ownership};
pub use files::{Files, Reader};
pub use handlers::Catch;
pub use holds::Hold;
pub use linked::Linked;
pub use loops::NoLoop;
pub use modules::Modules;
pub use mounts::Mounted;
pub use places::{Use, UseKind};
pub use requests::Requests;
pub use reuse::Waste;
pub use sharing::{Lent, Sharing};
pub use sites::{BoundArgument, Site, SiteId};
pub use tls::Context;
pub use workers::{Idle, Workers};

use crate::frameworks::Frameworks;
use crate::languages::Language;
use crate::libraries::{Libraries, Library, Row};
use crate::locks::Pinned;
use crate::model::expr::{Expr, ExprId, ExprKind};
use crate::model::facts::{FileFacts, Import, ImportItem, Scope, ScopeId, ScopeKind, StmtKind};
use crate::model::part::PartId;
use crate::model::value::{ExprRef, ScopeRef};
use crate::source::{FileId, SourceFile, Span};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::cell::{OnceCell, RefCell};
use std::sync::{Arc, OnceLock};

/// A file as the project sees it.
#[derive(Debug)]
pub struct ProjectFile {
    /// What it says.
    pub facts: FileFacts,
    /// Its text.
    pub source: SourceFile,
    /// Whether it is test code.
    pub test: bool,
    /// Whether it is read, copied or run once rather than shipped.
    pub script: bool,
    language: &'static Language,
    /// Where in its text `self` is the object of a method.
    methods: OnceLock<Vec<std::ops::Range<u32>>>,
    known: Box<[parts::Known]>,
    /// Which words the bodies of deferred functions hold.
    words: OnceLock<Box<[(u32, PartId)]>>,
}

impl ProjectFile {
    /// A file that was lowered.
    #[must_use]
    pub fn new(
        facts: FileFacts,
        source: SourceFile,
        language: &'static Language,
        test: bool,
        script: bool,
    ) -> ProjectFile {
        let known = parts::Known::of(&facts);
        ProjectFile { facts, source, test, script, language, methods: OnceLock::new(), known, words: OnceLock::new() }
    }
}

/// Lists of classes, by the class that they belong to.
type ClassLists = RefCell<FxHashMap<ScopeRef, Arc<Vec<ScopeRef>>>>;

/// Calls that make requests, by what builds the sessions that they go through.
type RequestsBySession = FxHashMap<ExprRef, Vec<ExprRef>>;

/// Tells which release of a library a file runs with.
pub trait Releases: std::fmt::Debug + Sync {
    /// A library, by its index, as it is for a file.
    fn library(&self, file: FileId, library: usize) -> Arc<Pinned>;
}

/// Tells what users chose for the files of a project, where a rule cannot choose.
pub trait Choices: std::fmt::Debug + Sync {
    /// The limit per host to write in a file where one is missing.
    fn limit_per_host(&self, file: FileId) -> Option<u32>;
}

/// What a project must know beyond its files.
#[derive(Debug, Clone, Copy)]
pub struct Knowledge<'l> {
    /// What is known about libraries.
    pub libraries: &'l Libraries,
    /// Which of their releases are in use.
    pub releases: &'l dyn Releases,
    /// What its users chose.
    pub choices: &'l dyn Choices,
    /// What is known about frameworks.
    pub frameworks: &'l Frameworks,
    /// Whether names that can stand for no object of a library are left out before anything is asked of them.
    pub prefilter: bool,
    /// All files of the repository.
    pub files: &'l Files<'l>,
    /// Their paths.
    pub paths: &'l [(FileId, SmolStr)],
    /// Their modules.
    pub modules: &'l Modules,
}

/// The linked repository, as one thread asks it: what is linked is the same for all, what was worked out is its own.
#[derive(Debug)]
pub struct Project<'l> {
    linked: &'l Linked<'l>,
    lineages: ClassLists,
    families: ClassLists,
    super_inits: RefCell<FxHashMap<ScopeRef, Arc<Vec<ExprRef>>>>,
    /// Which sessions live on; each has many requests that ask.
    lasting: RefCell<FxHashMap<ExprRef, bool>>,
    /// The requests that are found by the name of what holds a session, by the sessions that they go through.
    named_requests: RefCell<FxHashMap<SmolStr, Arc<RequestsBySession>>>,
    /// Which files are test code though their path does not say so.
    test_files: RefCell<FxHashMap<FileId, bool>>,
    memo: memo::Memo,
    mounts: OnceCell<mounts::Mounts>,
    /// Whether those who may call a function are looked at from the last on.
    backwards: bool,
}

impl<'l> std::ops::Deref for Project<'l> {
    type Target = Linked<'l>;

    fn deref(&self) -> &Linked<'l> {
        self.linked
    }
}

impl<'l> Project<'l> {
    /// What is linked, of which nothing was asked yet.
    #[must_use]
    pub fn new(linked: &'l Linked<'l>) -> Project<'l> {
        Project::of_worker(linked, 0)
    }

    /// The same for a worker of many: who asks the same at the same time as another goes the other way, so that neither
    /// waits for what the other lowers.
    #[must_use]
    pub fn of_worker(linked: &'l Linked<'l>, number: usize) -> Project<'l> {
        Project {
            linked,
            lineages: RefCell::default(),
            families: RefCell::default(),
            super_inits: RefCell::default(),
            lasting: RefCell::default(),
            named_requests: RefCell::default(),
            test_files: RefCell::default(),
            memo: memo::Memo::default(),
            mounts: OnceCell::new(),
            backwards: number % 2 == 1,
        }
    }

    /// What users chose for the file of a site.
    pub(crate) fn chosen<T>(&self, site: &Site, choice: impl FnOnce(&dyn Choices, FileId) -> T) -> T {
        choice(self.choices, site.call.file)
    }

    /// A library as a file that has a site of it has it.
    fn library_at(&self, file: FileId, row: Row) -> &Library {
        let pinned = self.pinned(file, row.library());
        pinned.and_then(|pinned| pinned.library.as_deref()).unwrap_or_else(|| self.libraries.library(row))
    }

    /// What is known about libraries.
    #[must_use]
    pub fn libraries(&self) -> &'l Libraries {
        self.libraries
    }

    /// The file with this id; nothing where it cannot be read.
    #[must_use]
    pub fn file(&self, id: FileId) -> Option<&ProjectFile> {
        self.files.get(id)
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
        self.files.get(span.file).map_or("", |file| file.source.slice(span))
    }

    /// The lines of the statement around an expression that a suppression may stand on: of a compound statement its head.
    #[must_use]
    pub fn statement(&self, expr: ExprRef) -> Span {
        let facts = self.facts(expr.file);
        let Some(stmt) = facts.stmt_of(expr.expr) else { return self.span(expr) };
        let of = facts.stmt(stmt);
        Span { file: expr.file, start: of.start, end: of.head_end }
    }

    /// The lines of the innermost statement around a place that a suppression may stand on.
    #[must_use]
    pub fn statement_around(&self, at: Span) -> Span {
        let facts = self.facts(at.file);
        let heads = facts.stmt_ids().map(|stmt| facts.stmt(stmt)).map(|stmt| (stmt.start, stmt.head_end));
        let around = heads.filter(|(start, end)| *start <= at.start && at.end <= *end);
        let innermost = around.min_by_key(|(start, end)| end - start);
        innermost.map_or(at, |(start, end)| Span { file: at.file, start, end })
    }

    /// The bytes of a scope's name, or of the whole where it has none.
    #[must_use]
    pub fn name_span(&self, scope: ScopeRef) -> Span {
        let of = self.scope(scope);
        Span { file: scope.file, start: of.name_start, end: of.name_end }
    }

    /// What refers to a class or function must have to do with it.
    fn near(&self, scope: ScopeRef) -> index::Near {
        let facts = self.facts(scope.file);
        let own = facts.scope(scope.scope);
        let class = match own.kind {
            ScopeKind::Class => Some(own.name.clone()),
            _ => attributes::class_of_method(facts, scope.scope).map(|class| facts.scope(class).name.clone()),
        };
        index::Near { file: scope.file, class }
    }

    /// The scope that an expression is evaluated in.
    fn scope_at(&self, expr: ExprRef) -> ScopeRef {
        ScopeRef { file: expr.file, scope: self.facts(expr.file).scope_of(expr.expr) }
    }

    /// Whether a place is in test code.
    #[must_use]
    pub fn is_test(&self, place: ExprRef) -> bool {
        let facts = self.facts(place.file);
        facts.is_in_tests(facts.expr(place.expr).start) || self.is_test_file(place.file)
    }

    /// Whether a file is test code: by its path, or because the module around it has it for tests only.
    #[must_use]
    pub fn is_test_file(&self, file: FileId) -> bool {
        if self.files[&file].test {
            return true;
        }
        if let Some(&known) = self.test_files.borrow().get(&file) {
            return known;
        }
        let is_test = self.modules.around(file).any(|around| self.has_for_tests(around, file));
        self.test_files.borrow_mut().insert(file, is_test);
        is_test
    }

    /// Whether a module declares another one, and only where tests are.
    fn has_for_tests(&self, around: FileId, file: FileId) -> bool {
        let Some(facts) = self.files.get(around).map(|around| &around.facts) else { return false };
        let imports = facts.stmt_ids().filter_map(|stmt| match &facts.stmt(stmt).kind {
            StmtKind::Import(imports) => Some(imports.iter()),
            _ => None,
        });
        let own = self.modules.name(file);
        let declares = |import: &&Import| {
            let name = import.module.rsplit('.').next();
            let whole = import.item == ImportItem::Module && name == own && name == Some(import.binds.as_str());
            whole && self.modules.resolve(around, &import.module, import.level) == Some(file)
        };
        let mut declared = imports.flatten().filter(declares).peekable();
        let any = declared.peek().is_some();
        any && (declared.all(|import| facts.is_in_tests(import.start)) || self.is_test_file(around))
    }

    /// Whether a scope is test code.
    fn is_test_scope(&self, scope: ScopeRef) -> bool {
        self.facts(scope.file).is_in_tests(self.scope(scope).start) || self.is_test_file(scope.file)
    }

    /// The nearest function, class or module around a scope, itself included.
    fn function_of(&self, mut scope: ScopeRef) -> ScopeRef {
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
