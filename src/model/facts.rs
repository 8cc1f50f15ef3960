//! What one file says: scopes, statements and expressions, owned, without the syntax tree they came from.
//!
//! Every function keeps its body as structured statements, which is what ownership, paths, loops and guards are judged
//! on. Refuses to know other files: names are texts here, and the linker gives them meaning.

use super::expr::{Expr, ExprId, ExprKind};
use crate::source::{FileId, Span, offset};
use smol_str::SmolStr;

/// A statement of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StmtId(pub u32);

/// A scope of one file; scope 0 is the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeId(pub u32);

/// The module's own scope.
pub const MODULE: ScopeId = ScopeId(0);

/// Statements that run one after the other.
pub type Block = Box<[StmtId]>;

/// A statement and its bytes.
#[derive(Debug, Clone)]
pub struct Stmt {
    /// What it is.
    pub kind: StmtKind,
    /// Its first byte (of a decorated definition: the first decorator's).
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
    /// One past the last byte of its head: of a compound statement what stands before its block, else [`Stmt::end`].
    pub head_end: u32,
}

/// What a statement is.
#[derive(Debug, Clone)]
pub enum StmtKind {
    /// An expression for its effect.
    Expression(ExprId),
    /// `a = b = value`, `a: T = value`, `a += value`.
    Assign {
        /// What is assigned: names, attributes, indexes, sequences of these.
        targets: Box<[ExprId]>,
        /// The value; `None` for a bare annotation.
        value: Option<ExprId>,
        /// The annotation.
        annotation: Option<ExprId>,
        /// Whether the old value goes into the new one (`+=`).
        augmented: bool,
    },
    /// `if test: then else: otherwise`; `elif` is an `If` in `otherwise`.
    If {
        /// The guard.
        test: ExprId,
        /// Runs when it holds.
        then: Block,
        /// Runs when it does not.
        otherwise: Block,
    },
    /// `for target in iterable`.
    For {
        /// What each item is bound to.
        target: ExprId,
        /// Where the items come from.
        iterable: ExprId,
        /// Whether it is `async for`.
        asynchronous: bool,
        /// Runs for each item.
        body: Block,
        /// Runs when the loop was not broken out of.
        otherwise: Block,
    },
    /// `while test`.
    While {
        /// The condition.
        test: ExprId,
        /// Runs while it holds.
        body: Block,
        /// Runs when the loop was not broken out of.
        otherwise: Block,
    },
    /// `try`.
    Try {
        /// What is tried.
        body: Block,
        /// The handlers in order.
        handlers: Box<[Handler]>,
        /// Runs when nothing was raised.
        otherwise: Block,
        /// Runs in any case.
        finally: Block,
    },
    /// `with`.
    With {
        /// What is entered, in order.
        items: Box<[WithItem]>,
        /// Whether it is `async with`.
        asynchronous: bool,
        /// Runs inside.
        body: Block,
    },
    /// `match`.
    Match {
        /// What is matched.
        subject: ExprId,
        /// The arms in order.
        arms: Box<[Arm]>,
    },
    /// `return`.
    Return(Option<ExprId>),
    /// `raise`, with the expressions in it.
    Raise(Box<[ExprId]>),
    /// `break`.
    Break,
    /// `continue`.
    Continue,
    /// A function or class is defined; its scope says which.
    Define(ScopeId),
    /// Names are imported.
    Import(Box<[Import]>),
    /// Names that belong to the module.
    Global(Box<[SmolStr]>),
    /// Names that belong to an enclosing function.
    Nonlocal(Box<[SmolStr]>),
    /// `del`.
    Delete(Box<[ExprId]>),
    /// `assert test, message`.
    Assert(Box<[ExprId]>),
    /// Anything else, with the expressions inside it.
    Opaque(Box<[ExprId]>),
}

/// A handler of `try`.
#[derive(Debug, Clone)]
pub struct Handler {
    /// What it catches: a name, or a sequence of names; `None` catches everything.
    pub types: Option<ExprId>,
    /// The name that the exception is bound to.
    pub name: Option<SmolStr>,
    /// Runs when it catches.
    pub body: Block,
}

/// Something entered by `with`.
#[derive(Debug, Clone)]
pub struct WithItem {
    /// The context manager.
    pub context: ExprId,
    /// What its value is bound to.
    pub target: Option<ExprId>,
}

/// An arm of `match`.
#[derive(Debug, Clone)]
pub struct Arm {
    /// The names that the pattern binds.
    pub names: Box<[SmolStr]>,
    /// Whether the pattern matches anything (and has no guard).
    pub irrefutable: bool,
    /// The guard.
    pub guard: Option<ExprId>,
    /// Runs when it matches.
    pub body: Block,
}

/// A name that is imported.
#[derive(Debug, Clone)]
pub struct Import {
    /// The module as written, without leading dots: `a.b` of `from ..a.b import c` and of `import a.b`.
    pub module: SmolStr,
    /// How many leading dots it has; 0 is absolute.
    pub level: u32,
    /// What is imported from it.
    pub item: ImportItem,
    /// The name that is bound here; empty for a star.
    pub binds: SmolStr,
    /// The first byte of this part of the statement.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
}

/// What an import takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportItem {
    /// `import a.b as c`: the module itself.
    Module,
    /// `import a.b`: binds the first part, `a`.
    Root,
    /// `from a import b`.
    Member(SmolStr),
    /// `from a import *`.
    Star,
}

/// A module, class, function, closure or comprehension.
#[derive(Debug, Clone)]
pub struct Scope {
    /// What it is.
    pub kind: ScopeKind,
    /// Its name; empty for closures and comprehensions.
    pub name: SmolStr,
    /// The bytes of its name (of the whole, where it has none).
    pub name_start: u32,
    /// One past the last byte of its name.
    pub name_end: u32,
    /// The scope it is written in; `None` for the module.
    pub parent: Option<ScopeId>,
    /// The parameters of a function or closure.
    pub parameters: Box<[Parameter]>,
    /// Decorators or attributes, outermost first.
    pub decorators: Box<[ExprId]>,
    /// The base classes (and class keywords) of a class.
    pub bases: Box<[Argument]>,
    /// The return annotation.
    pub returns: Option<ExprId>,
    /// Whether it is `async`.
    pub asynchronous: bool,
    /// Whether it yields.
    pub generator: bool,
    /// Whether it is a function of a class that is not called on an object, and takes none.
    pub unbound: bool,
    /// Whether it is a closure that runs where it is written, once.
    pub runs_here: bool,
    /// What it runs.
    pub body: Block,
    /// Its first byte.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
}

impl Scope {
    /// A scope of which nothing but its place is known yet; its name spans the whole.
    pub(crate) fn bare(kind: ScopeKind, parent: Option<ScopeId>, start: u32, end: u32) -> Scope {
        Scope {
            kind,
            name: SmolStr::default(),
            name_start: start,
            name_end: end,
            parent,
            parameters: Box::default(),
            decorators: Box::default(),
            bases: Box::default(),
            returns: None,
            asynchronous: false,
            generator: false,
            unbound: false,
            runs_here: false,
            body: Box::default(),
            start,
            end,
        }
    }
}

pub use super::expr::Argument;

/// What a scope is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeKind {
    /// A file, or a module inside one.
    Module,
    /// A class body.
    Class,
    /// A function or method.
    Function,
    /// A lambda or closure.
    Closure,
    /// A comprehension; see [`ExprKind::Comprehension`].
    Comprehension,
}

/// A parameter of a function.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub name: SmolStr,
    /// How it takes arguments.
    pub kind: ParameterKind,
    /// Its default.
    pub default: Option<ExprId>,
    /// Its annotation.
    pub annotation: Option<ExprId>,
    /// Its first byte.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
}

/// How a parameter takes arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// By position only.
    PositionalOnly,
    /// By position or keyword.
    Either,
    /// By keyword only.
    KeywordOnly,
    /// `*args`.
    Variadic,
    /// `**kwargs`.
    Keywords,
}

/// A comment that may hold a directive; kept only when it names `poolcheck` or `noqa`.
#[derive(Debug, Clone)]
pub struct Comment {
    /// Its text, comment sign included.
    pub text: SmolStr,
    /// Its first byte.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
}

/// Trouble with a file that is no finding: the run goes on without what it hides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What kind of trouble.
    pub kind: ProblemKind,
    /// What happened and what to do about it.
    pub message: String,
    /// The byte it is at, where there is one.
    pub at: Option<u32>,
}

/// What kind of trouble a [`Problem`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// The text is not of its language.
    Syntax,
    /// The file could not be read.
    Read,
    /// The bytes are no text in a known encoding.
    Encoding,
    /// poolcheck itself failed on this file.
    Internal,
}

/// What an expression stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parent {
    /// Another expression.
    Expr(ExprId),
    /// A statement, directly.
    Stmt(StmtId),
    /// Nothing: the front end kept it aside.
    None,
}

/// What a statement stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StmtPlace {
    /// The scope whose body it is part of.
    pub scope: ScopeId,
    /// The compound statement around it, within the scope.
    pub within: Option<StmtId>,
    /// Which block of that statement; [`BlockRole::Body`] directly in a scope.
    pub role: BlockRole,
}

/// Which block of a compound statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockRole {
    /// The body of a scope, loop, `with` or `try`, or the `then` of an `if`.
    Body,
    /// The `else` of an `if`, loop or `try`.
    Otherwise,
    /// A handler, by its index.
    Handler(u32),
    /// `finally`.
    Finally,
    /// An arm of `match`, by its index.
    Arm(u32),
}

/// What defines a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeOwner {
    /// The file itself.
    File,
    /// A [`StmtKind::Define`].
    Stmt(StmtId),
    /// A closure or comprehension.
    Expr(ExprId),
}

/// Everything one file says.
#[derive(Debug, Clone)]
pub struct FileFacts {
    /// The file.
    pub file: FileId,
    /// All its expressions.
    pub exprs: Vec<Expr>,
    /// All its statements.
    pub stmts: Vec<Stmt>,
    /// All its scopes, the module first.
    pub scopes: Vec<Scope>,
    /// The comments that may hold directives, in order.
    pub comments: Vec<Comment>,
    /// Trouble met on the way.
    pub problems: Vec<Problem>,
    /// The bytes of what is only compiled for tests, each from its first to one past its last.
    pub tests: Vec<(u32, u32)>,
    expr_parents: Vec<Parent>,
    stmt_places: Vec<StmtPlace>,
    scope_owners: Vec<ScopeOwner>,
}

impl FileFacts {
    /// Closes the arenas and derives what stands in what.
    #[must_use]
    pub fn new(
        file: FileId,
        mut exprs: Vec<Expr>,
        mut stmts: Vec<Stmt>,
        scopes: Vec<Scope>,
        comments: Vec<Comment>,
        problems: Vec<Problem>,
    ) -> FileFacts {
        exprs.shrink_to_fit();
        stmts.shrink_to_fit();
        let nowhere = StmtPlace { scope: MODULE, within: None, role: BlockRole::Body };
        let mut facts = FileFacts {
            file,
            expr_parents: vec![Parent::None; exprs.len()],
            stmt_places: vec![nowhere; stmts.len()],
            scope_owners: vec![ScopeOwner::File; scopes.len()],
            exprs,
            stmts,
            scopes,
            comments,
            problems,
            tests: Vec::new(),
        };
        facts.derive_expr_parents();
        facts.derive_stmt_places();
        facts
    }

    /// The expression named by `id`.
    #[must_use]
    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.0 as usize]
    }

    /// The statement named by `id`.
    #[must_use]
    pub fn stmt(&self, id: StmtId) -> &Stmt {
        &self.stmts[id.0 as usize]
    }

    /// The scope named by `id`.
    #[must_use]
    pub fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.0 as usize]
    }

    /// Whether a byte is part of what is only compiled for tests.
    #[must_use]
    pub fn is_in_tests(&self, at: u32) -> bool {
        self.tests.iter().any(|(start, end)| (*start..*end).contains(&at))
    }

    /// What the expression stands in.
    #[must_use]
    pub fn parent(&self, id: ExprId) -> Parent {
        self.expr_parents[id.0 as usize]
    }

    /// What the statement stands in.
    #[must_use]
    pub fn place(&self, id: StmtId) -> StmtPlace {
        self.stmt_places[id.0 as usize]
    }

    /// What defines the scope.
    #[must_use]
    pub fn owner(&self, id: ScopeId) -> ScopeOwner {
        self.scope_owners[id.0 as usize]
    }

    /// The bytes of an expression.
    #[must_use]
    pub fn span(&self, id: ExprId) -> Span {
        let expr = self.expr(id);
        Span { file: self.file, start: expr.start, end: expr.end }
    }

    /// The bytes of a statement.
    #[must_use]
    pub fn stmt_span(&self, id: StmtId) -> Span {
        let stmt = self.stmt(id);
        Span { file: self.file, start: stmt.start, end: stmt.end }
    }

    /// The statement around an expression, through closures and comprehensions that stand in it as expressions.
    #[must_use]
    pub fn stmt_of(&self, id: ExprId) -> Option<StmtId> {
        let mut at = id;
        loop {
            match self.parent(at) {
                Parent::Expr(up) => at = up,
                Parent::Stmt(stmt) => return Some(stmt),
                Parent::None => return None,
            }
        }
    }

    /// The scope that an expression is evaluated in: of a default, decorator or base class the scope around the definition.
    #[must_use]
    pub fn scope_of(&self, id: ExprId) -> ScopeId {
        self.stmt_of(id).map_or(MODULE, |stmt| self.place(stmt).scope)
    }

    /// All statement ids, in the order they were lowered.
    pub fn stmt_ids(&self) -> impl Iterator<Item = StmtId> + use<> {
        (0..offset(self.stmts.len())).map(StmtId)
    }

    /// All expression ids.
    pub fn expr_ids(&self) -> impl Iterator<Item = ExprId> + use<> {
        (0..offset(self.exprs.len())).map(ExprId)
    }

    /// All scope ids, the module first.
    pub fn scope_ids(&self) -> impl Iterator<Item = ScopeId> + use<> {
        (0..offset(self.scopes.len())).map(ScopeId)
    }

    fn derive_expr_parents(&mut self) {
        let mut children = Vec::new();
        for index in 0..self.exprs.len() {
            let id = ExprId(offset(index));
            children.clear();
            self.exprs[index].kind.children(&mut children);
            for child in &children {
                self.expr_parents[child.0 as usize] = Parent::Expr(id);
            }
            if let ExprKind::Closure(scope) | ExprKind::Comprehension(scope) = self.exprs[index].kind {
                self.scope_owners[scope.0 as usize] = ScopeOwner::Expr(id);
                self.attach_scope_head(scope, Parent::Expr(id));
            }
        }
        for index in 0..self.stmts.len() {
            let id = StmtId(offset(index));
            children.clear();
            self.stmts[index].kind.children(&mut children);
            for child in &children {
                self.expr_parents[child.0 as usize] = Parent::Stmt(id);
            }
            if let StmtKind::Define(scope) = self.stmts[index].kind {
                self.scope_owners[scope.0 as usize] = ScopeOwner::Stmt(id);
                self.attach_scope_head(scope, Parent::Stmt(id));
            }
        }
    }

    /// Defaults, annotations, decorators and bases are evaluated where the scope is defined.
    fn attach_scope_head(&mut self, scope: ScopeId, parent: Parent) {
        let scope = &self.scopes[scope.0 as usize];
        let parameters = scope.parameters.iter().flat_map(|p| p.default.into_iter().chain(p.annotation));
        let bases = scope.bases.iter().map(|base| base.value);
        for id in parameters.chain(bases).chain(scope.decorators.iter().copied()).chain(scope.returns) {
            self.expr_parents[id.0 as usize] = parent;
        }
    }

    fn derive_stmt_places(&mut self) {
        for index in 0..self.scopes.len() {
            let scope = ScopeId(offset(index));
            let mut open: Vec<(StmtId, StmtPlace)> = Vec::new();
            let top = StmtPlace { scope, within: None, role: BlockRole::Body };
            open.extend(self.scopes[index].body.iter().map(|&stmt| (stmt, top)));
            while let Some((stmt, place)) = open.pop() {
                self.stmt_places[stmt.0 as usize] = place;
                self.stmts[stmt.0 as usize].kind.blocks(|role, block| {
                    let inner = StmtPlace { scope, within: Some(stmt), role };
                    open.extend(block.iter().map(|&stmt| (stmt, inner)));
                });
            }
        }
    }
}
