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
mod methods;
mod outline;
mod parts;
mod patterns;
mod plain;
mod statements;
#[cfg(test)]
mod tests;
mod tree;
mod trouble;

use crate::model::expr::{Expr, ExprId, ExprKind};
use crate::model::facts::{
    Arenas, Block, Body, Deferred, MODULE, Problem, Run, Scope, ScopeId, ScopeKind, Stmt, StmtId, StmtKind,
};
pub(super) use hints::{imported, may_hold, may_write_other};
pub(super) use methods::methods;
use outline::{Function, Outline};
pub(super) use parts::lower;
use plain::Plain;
use smol_str::SmolStr;
use std::cell::RefCell;
use std::ops::Range;
use tree::{Node, Tree};

/// How deep statements and expressions may nest; what lies deeper is reported and not looked into.
const DEEPEST: usize = 400;

thread_local! {
    /// One parser a thread: making one costs more than parsing a small file.
    static PARSER: RefCell<Option<tree_sitter::Parser>> = const { RefCell::new(None) };
}

/// Parses a text, or what lies in some ranges of it, in order.
fn parse(text: &[u8], ranges: &[Range<usize>]) -> Option<tree_sitter::Tree> {
    // Nobody asks the parser for rows and columns.
    let point = tree_sitter::Point::default();
    let range = |bytes: &Range<usize>| tree_sitter::Range {
        start_byte: bytes.start,
        end_byte: bytes.end,
        start_point: point,
        end_point: point,
    };
    let ranges: Vec<tree_sitter::Range> = ranges.iter().map(range).collect();
    PARSER.with_borrow_mut(|slot| {
        if slot.is_none() {
            let mut parser = tree_sitter::Parser::new();
            parser.set_language(&tree_sitter::Language::new(tree_sitter_python::LANGUAGE)).ok()?;
            *slot = Some(parser);
        }
        let parser = slot.as_mut()?;
        parser.set_included_ranges(&ranges).ok()?;
        parser.parse(text, None)
    })
}

/// The arenas of a part while they are filled, and where in it the lowering is.
struct Lowering<'a> {
    tree: &'a Tree<'a>,
    arenas: Arenas,
    /// The functions whose bodies are parts of their own, and for each its scope once it was met.
    functions: &'a [Function],
    found: Vec<Option<ScopeId>>,
    /// The plain statements that were left out and not met yet, and the expressions of all of them.
    plain: &'a [Plain],
    plain_exprs: &'a [Expr],
    /// The scope whose body is being lowered.
    scope: ScopeId,
    /// Whether that scope yields.
    generator: bool,
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
    fn new(tree: &'a Tree<'a>, arenas: Arenas, scope: ScopeId) -> Lowering<'a> {
        Lowering {
            tree,
            arenas,
            functions: &[],
            found: Vec::new(),
            plain: &[],
            plain_exprs: &[],
            scope,
            generator: false,
            depth: 0,
            star: None,
            syntax: None,
            too_deep: None,
        }
    }

    /// Where a module is lowered.
    fn of_module(tree: &'a Tree<'a>) -> Lowering<'a> {
        let mut arenas = Arenas::default();
        arenas.push_scope(Scope::bare(ScopeKind::Module, None, 0, tree.length()));
        Lowering::new(tree, arenas, MODULE)
    }

    /// The same, without the bodies of some functions and what an outline says is plain.
    fn without(self, functions: &'a [Function], outline: &'a Outline) -> Lowering<'a> {
        let (found, plain, plain_exprs) = (vec![None; functions.len()], &outline.plain, &outline.exprs);
        Lowering { functions, found, plain, plain_exprs, ..self }
    }

    /// Lowers all of the module.
    fn whole(self) -> Lowering<'a> {
        let (tree, mut lowering) = (self.tree, self);
        if let Some(root) = tree.root() {
            let block = lowering.block_of(root);
            lowering.run(MODULE, block);
        }
        lowering
    }

    /// Where the body of a function is lowered.
    fn of_function(tree: &'a Tree<'a>, of: &Deferred) -> Lowering<'a> {
        Lowering::new(tree, Arenas { first: of.first, ..Arenas::default() }, of.scope)
    }

    fn name(&self, node: Node) -> SmolStr {
        SmolStr::new(self.tree.text(node))
    }

    fn push_expr(&mut self, kind: ExprKind, start: u32, end: u32) -> ExprId {
        self.arenas.push_expr(kind, start, end)
    }

    fn push_stmt(&mut self, kind: StmtKind, start: u32, end: u32, head_end: u32) -> StmtId {
        self.arenas.push_stmt(Stmt { kind, start, end, head_end })
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
        let id = self.arenas.push_scope(scope);
        let outer = (std::mem::replace(&mut self.scope, id), std::mem::take(&mut self.generator));
        let block = self.deeper(body);
        self.run(id, block);
        (self.scope, self.generator) = outer;
        id
    }

    /// Says what a scope runs that was lowered here.
    fn run(&mut self, id: ScopeId, block: Block) {
        let body = Body::Here(Run { block, generator: self.generator });
        if let Some(scope) = self.arenas.scope_mut(id) {
            scope.body = body;
        }
    }
}
