//! What one file says: scopes, statements and expressions, owned, without the syntax tree they came from.
//!
//! Every function keeps its body as structured statements, which is what ownership, paths, loops and guards are judged
//! on. Refuses to know other files: names are texts here, and the linker gives them meaning.

pub use super::expr::Argument;
pub use super::file::{Deferred, FileFacts, LowerBody};
pub use super::part::{Arenas, BlockRole, Parent, Part, ScopeOwner, StmtPlace};

use super::expr::ExprId;
use super::part::PartId;
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
    /// Whether it is a function of a class that is not called on an object, and takes none.
    pub unbound: bool,
    /// Whether it is a closure that runs where it is written, once.
    pub runs_here: bool,
    /// What it runs; see [`FileFacts::body`].
    pub body: Body,
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
            unbound: false,
            runs_here: false,
            body: Body::default(),
            start,
            end,
        }
    }
}

/// What a scope runs.
#[derive(Debug, Clone)]
pub enum Body {
    /// This.
    Here(Run),
    /// What the part of the function holds, which is lowered when it is first asked for.
    Deferred(PartId),
}

impl Default for Body {
    fn default() -> Body {
        Body::Here(Run::default())
    }
}

/// Statements that a scope runs.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// The statements.
    pub block: Block,
    /// Whether any of them yields.
    pub generator: bool,
}

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
