//! Rust, lowered to the neutral model.
//!
//! syn parses, and the modules each lower one part of the language into the arenas of one [`Lowering`]. What the model
//! has no form for is said with what it has: a block that is a value becomes statements before the statement it stands
//! in, which give a name of their own ([`Lowering::fresh`]) its value; `Some(x)`, `&x`, `x.unwrap()` and their like are
//! their content; `Err(e)` that leaves a function is raised; a path's first part that nothing binds is a crate.
//!
//! Refuses to know any library or rule, and to expand macros: of their tokens it reads what parses as expressions.
//! What is only compiled for tests is marked as such; what is only compiled for `wasm32` is left out, since nothing
//! there has sockets.
//!
//! Lowering recurses at most [`DEEPEST`] levels, and nothing it makes nests deeper; what would make the parser recurse
//! deeper does not reach it ([`scan`]).

mod attributes;
mod closures;
mod control;
mod definitions;
mod expressions;
mod hints;
mod items;
mod macros;
mod paths;
mod patterns;
mod scan;
mod statements;
#[cfg(test)]
mod tests;
mod types;
mod wrappers;

use crate::languages::Extent;
use crate::model::expr::{Expr, ExprId, ExprKind};
use crate::model::facts::{
    Arenas, Block, Body, FileFacts, Import, MODULE, Problem, ProblemKind, Run, Scope, ScopeId, ScopeKind, Stmt, StmtId,
    StmtKind,
};
use crate::source::{SourceFile, lone_returns, offset};
pub(super) use hints::{imported, may_hold, may_write_other};
use paths::Position;
use rustc_hash::FxHashSet;
use smol_str::{SmolStr, format_smolstr};

/// How deep statements and expressions may nest; what lies deeper is reported and not looked into.
const DEEPEST: usize = 300;

/// What one Rust file says; all of it at once, since its parser cannot be told to read a part.
#[must_use]
pub(super) fn lower(source: &SourceFile, _: Extent) -> FileFacts {
    let length = offset(source.text.len());
    let mut lowering = Lowering::new(Position::of(&source.path), length);
    if let Some(at) = lone_returns(&source.text).next() {
        lowering.problems.push(lone_return(offset(at)));
        return lowering.finish(source, Vec::new());
    }
    let scan = scan::scan(&source.text);
    if let Some(at) = scan.too_deep {
        let message = "nested too deeply to be parsed: the file is not checked".to_owned();
        lowering.problems.push(Problem { kind: ProblemKind::Syntax, message, at: Some(at) });
    } else {
        match syn::parse_str::<syn::File>(&without_shebang(&source.text)) {
            Ok(file) => lowering.file(&file),
            Err(error) => lowering.problems.push(syntax_problem(&error)),
        }
        // The parser keeps the text of every file it ever saw on this thread.
        proc_macro2::extra::invalidate_current_thread_spans();
    }
    lowering.finish(source, scan.comments)
}

/// The text with spaces for its first line where that names an interpreter: places in it stay the same.
fn without_shebang(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.starts_with("#!") || text[2..].trim_start().starts_with('[') {
        return text.into();
    }
    let end = text.find('\n').unwrap_or(text.len());
    format!("{}{}", " ".repeat(end), &text[end..]).into()
}

/// Rust ends no line with a carriage return alone and refuses it in texts, editors show it as the end of one: what stands
/// behind it is a comment for the one and code for the other.
fn lone_return(at: u32) -> Problem {
    let message = "a carriage return without a line feed is no end of a line in Rust; save the file with line feeds: \
                   it is not checked";
    Problem { kind: ProblemKind::Syntax, message: message.to_owned(), at: Some(at) }
}

fn syntax_problem(error: &syn::Error) -> Problem {
    let at = error.span().byte_range().start;
    let message = format!("cannot be parsed: {error}; the file is not checked");
    Problem { kind: ProblemKind::Syntax, message, at: Some(offset(at)) }
}

/// Bytes of the text, end exclusive.
type Range = (u32, u32);

/// The bytes of a token.
fn range(span: proc_macro2::Span) -> Range {
    let bytes = span.byte_range();
    (offset(bytes.start), offset(bytes.end))
}

/// The arenas of a file while they are filled, and where in the file the lowering is.
struct Lowering {
    arenas: Arenas,
    problems: Vec<Problem>,
    /// The ranges that are only compiled for tests.
    tests: Vec<Range>,
    /// The scope whose body is being lowered.
    scope: ScopeId,
    /// The statements of the block that is being lowered, so far.
    block: Vec<StmtId>,
    /// How many levels of the model are around what is lowered next.
    depth: usize,
    /// Where in its crate the code stands.
    position: Position,
    /// The names that the module around binds, and those of the modules around that.
    bound: Vec<FxHashSet<SmolStr>>,
    /// First parts of paths that name a crate.
    crates: Vec<(SmolStr, Range)>,
    /// Imports of this crate's modules that paths began with.
    own_modules: Vec<Import>,
    /// What `Self` means.
    own_type: Option<SmolStr>,
    /// Where the values go that end the loops around, innermost last.
    loops: Vec<control::Loop>,
    /// How many names were made up.
    fresh: usize,
    too_deep: Option<u32>,
}

impl Lowering {
    fn new(position: Position, length: u32) -> Lowering {
        let mut arenas = Arenas::default();
        arenas.push_scope(Scope::bare(ScopeKind::Module, None, 0, length));
        Lowering {
            arenas,
            problems: Vec::new(),
            tests: Vec::new(),
            scope: MODULE,
            block: Vec::new(),
            depth: 0,
            position,
            bound: Vec::new(),
            crates: Vec::new(),
            own_modules: Vec::new(),
            own_type: None,
            loops: Vec::new(),
            fresh: 0,
            too_deep: None,
        }
    }

    fn file(&mut self, file: &syn::File) {
        if attributes::is_for_tests(&file.attrs) {
            self.tests.push((0, self.arenas.scopes[0].end));
        }
        let body = if attributes::is_for_elsewhere(&file.attrs) {
            Vec::new()
        } else {
            self.collect(|lowering| lowering.items(&file.items))
        };
        let crates = self.collect(Lowering::import_crates);
        self.run(MODULE, crates.into_iter().chain(body).collect());
    }

    fn finish(mut self, source: &SourceFile, comments: Vec<crate::model::facts::Comment>) -> FileFacts {
        if let Some(at) = self.too_deep {
            let message = format!("nested too deeply: what lies more than {DEEPEST} levels deep is not checked");
            self.problems.push(Problem { kind: ProblemKind::Syntax, message, at: Some(at) });
        }
        let mut facts = FileFacts::new(source.id, self.arenas, comments, self.problems);
        facts.tests = self.tests;
        facts
    }

    fn push_expr(&mut self, kind: ExprKind, (start, end): Range) -> ExprId {
        self.arenas.push_expr(kind, start, end)
    }

    /// Adds a statement to the block that is being lowered.
    fn push_stmt(&mut self, kind: StmtKind, (start, end): Range, head_end: u32) -> StmtId {
        let id = self.arenas.push_stmt(Stmt { kind, start, end, head_end });
        self.block.push(id);
        id
    }

    fn range_of(&self, expr: ExprId) -> Range {
        let expr = self.made(expr);
        (expr.start, expr.end)
    }

    /// Lowers what makes statements and gives those.
    fn collect(&mut self, lower: impl FnOnce(&mut Self)) -> Vec<StmtId> {
        let outer = std::mem::take(&mut self.block);
        lower(self);
        std::mem::replace(&mut self.block, outer)
    }

    /// Lowers a block one level deeper.
    fn inner(&mut self, lower: impl FnOnce(&mut Self)) -> Block {
        self.depth += 1;
        let block = self.collect(lower).into_boxed_slice();
        self.depth -= 1;
        block
    }

    /// Whether there is room for another level; notes the first place where there is none.
    fn has_room(&mut self, at: u32) -> bool {
        let room = self.depth < DEEPEST;
        if !room {
            self.too_deep.get_or_insert(at);
        }
        room
    }

    /// A name that no program can write.
    fn fresh(&mut self) -> SmolStr {
        self.fresh += 1;
        format_smolstr!("${}", self.fresh)
    }

    /// Opens `scope` in the current one and lowers its body in it.
    fn open_scope(&mut self, scope: Scope, body: impl FnOnce(&mut Self)) -> ScopeId {
        let id = self.arenas.push_scope(scope);
        let outer = std::mem::replace(&mut self.scope, id);
        let loops = std::mem::take(&mut self.loops);
        let body = self.inner(body);
        self.run(id, body);
        self.loops = loops;
        self.scope = outer;
        id
    }

    fn run(&mut self, id: ScopeId, block: Block) {
        if let Some(scope) = self.arenas.scope_mut(id) {
            scope.body = Body::Here(Run { block, generator: false });
        }
    }

    fn made(&self, id: ExprId) -> &Expr {
        &self.arenas.exprs[id.0 as usize]
    }

    fn scope_here(&self, kind: ScopeKind, range: Range) -> Scope {
        Scope::bare(kind, Some(self.scope), range.0, range.1)
    }
}

/// The text of an identifier, without `r#`.
fn ident(of: &syn::Ident) -> SmolStr {
    let text = of.to_string();
    SmolStr::new(text.strip_prefix("r#").unwrap_or(&text))
}
