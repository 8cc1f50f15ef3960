//! Python, lowered to the neutral model.
//!
//! tree-sitter parses, [`tree`] flattens the result, and the other modules each lower one part of the language into the
//! arenas of one [`Lowering`]. Refuses to know any library or rule, and refuses no input: what is broken or not
//! modelled becomes opaque, with the expressions inside it.
//!
//! Lowering recurses at most [`DEEPEST`] levels, and nothing it makes nests deeper, so that whoever reads the model may
//! recurse too. Threads that lower need a stack of 16 MiB.

mod arguments;
mod clauses;
mod compounds;
mod definitions;
mod expressions;
mod hints;
mod imports;
mod kinds;
mod literals;
mod patterns;
mod statements;
#[cfg(test)]
mod tests;
mod tree;
mod trouble;

use crate::model::expr::{Expr, ExprId, ExprKind};
use crate::model::facts::{
    Block, FileFacts, MODULE, Problem, ProblemKind, Scope, ScopeId, ScopeKind, Stmt, StmtId, StmtKind,
};
use crate::source::{SourceFile, offset};
pub(super) use hints::{imported, may_hold};
use smol_str::SmolStr;
use std::cell::RefCell;
use tree::{Node, Tree};

/// How deep statements and expressions may nest; what lies deeper is reported and not looked into.
const DEEPEST: usize = 400;

/// What one Python file says.
#[must_use]
pub(super) fn lower(source: &SourceFile) -> FileFacts {
    let Some(parsed) = parse(&source.text) else {
        let message = "the Python grammar does not fit this build of the parser; please report it".to_owned();
        let problem = Problem { kind: ProblemKind::Internal, message, at: None };
        let scope = Scope::bare(ScopeKind::Module, None, 0, 0);
        return FileFacts::new(source.id, Vec::new(), Vec::new(), vec![scope], Vec::new(), vec![problem]);
    };
    let broken = parsed.root_node().has_error();
    let mut tree = Tree::new(&source.text, &parsed);
    drop(parsed);
    let comments = std::mem::take(&mut tree.comments);
    let mut lowering = Lowering::new(&tree, offset(source.text.len()));
    if broken {
        lowering.report_syntax();
    }
    if let Some(root) = tree.root() {
        let body = lowering.block_of(root);
        lowering.scopes[0].body = body;
    }
    let problems = lowering.problems();
    FileFacts::new(source.id, lowering.exprs, lowering.stmts, lowering.scopes, comments, problems)
}

thread_local! {
    /// One parser a thread: making one costs more than parsing a small file.
    static PARSER: RefCell<Option<tree_sitter::Parser>> = const { RefCell::new(None) };
}

fn parse(text: &str) -> Option<tree_sitter::Tree> {
    PARSER.with_borrow_mut(|slot| {
        if slot.is_none() {
            let mut parser = tree_sitter::Parser::new();
            parser.set_language(&tree_sitter::Language::new(tree_sitter_python::LANGUAGE)).ok()?;
            *slot = Some(parser);
        }
        slot.as_mut()?.parse(text, None)
    })
}

/// The arenas of a file while they are filled, and where in the file the lowering is.
struct Lowering<'a> {
    tree: &'a Tree<'a>,
    exprs: Vec<Expr>,
    stmts: Vec<Stmt>,
    scopes: Vec<Scope>,
    /// The scope whose body is being lowered.
    scope: ScopeId,
    /// How many levels of the model are around what is lowered next.
    depth: usize,
    /// The star whose operand is being lowered.
    star: Option<expressions::Star>,
    /// The first trouble with the syntax.
    syntax: Option<Problem>,
    /// The first place that nests too deeply.
    too_deep: Option<Problem>,
}

impl<'a> Lowering<'a> {
    fn new(tree: &'a Tree<'a>, length: u32) -> Lowering<'a> {
        Lowering {
            tree,
            exprs: Vec::new(),
            stmts: Vec::new(),
            scopes: vec![Scope::bare(ScopeKind::Module, None, 0, length)],
            scope: MODULE,
            depth: 0,
            star: None,
            syntax: None,
            too_deep: None,
        }
    }

    fn problems(&mut self) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self.syntax.take().into_iter().chain(self.too_deep.take()).collect();
        problems.sort_by_key(|problem| problem.at);
        problems
    }

    fn name(&self, node: Node) -> SmolStr {
        SmolStr::new(self.tree.text(node))
    }

    fn push_expr(&mut self, kind: ExprKind, start: u32, end: u32) -> ExprId {
        let id = ExprId(offset(self.exprs.len()));
        self.exprs.push(Expr { kind, start, end });
        id
    }

    fn push_stmt(&mut self, kind: StmtKind, start: u32, end: u32, head_end: u32) -> StmtId {
        let id = StmtId(offset(self.stmts.len()));
        self.stmts.push(Stmt { kind, start, end, head_end });
        id
    }

    /// Lowers one level deeper.
    fn deeper<T>(&mut self, lower: impl FnOnce(&mut Self) -> T) -> T {
        self.depth += 1;
        let made = lower(self);
        self.depth -= 1;
        made
    }

    /// Whether so many more levels may be opened here.
    fn has_room(&self, levels: usize) -> bool {
        self.depth + levels <= DEEPEST
    }

    /// Opens `scope` in the current one and lowers its body in it.
    fn open_scope(&mut self, scope: Scope, body: impl FnOnce(&mut Self) -> Block) -> ScopeId {
        let id = ScopeId(offset(self.scopes.len()));
        self.scopes.push(scope);
        let outer = std::mem::replace(&mut self.scope, id);
        let body = self.deeper(body);
        self.scopes[id.0 as usize].body = body;
        self.scope = outer;
        id
    }
}
