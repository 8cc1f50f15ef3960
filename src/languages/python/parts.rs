//! How a file is divided: what stands outside functions, and the body of each function that can stand alone.
//!
//! However much of a file is parsed, and when, it says the same. Refuses to divide what does not parse apart as it does in
//! the whole.

use super::kinds::{Field, Kind};
use super::outline::{Function, Gap, Outline, beyond_blocks};
use super::tree::{Node, Tree};
use super::trouble::Trouble;
use super::{Lowering, parse};
use crate::languages::Extent;
use crate::model::facts::{
    Arenas, Block, Comment, Deferred, FileFacts, LowerBody, Part, Problem, ProblemKind, Run, Scope, ScopeId, ScopeKind,
};
use crate::source::SourceFile;
use std::ops::Range;
use std::sync::Arc;

/// How many bytes a body must have to be worth a parse of its own.
const SHORTEST: usize = 96;

/// What one Python file says; the bodies of its functions now, or when they are asked for.
#[must_use]
pub(crate) fn lower(source: &SourceFile, extent: Extent) -> FileFacts {
    divided(source, extent, SHORTEST)
}

/// The same, where bodies of fewer bytes are left where they are.
pub(super) fn divided(source: &SourceFile, extent: Extent, shortest: usize) -> FileFacts {
    if let Some(at) = beyond_blocks(&source.text) {
        let message = "nested too deeply to be parsed: the file is not checked".to_owned();
        return unparsed(source, Problem { kind: ProblemKind::Syntax, message, at: Some(at) });
    }
    let outline = Outline::of(&source.text, extent, shortest);
    let divided = match extent {
        _ if outline.functions.is_empty() && outline.plain.is_empty() => None,
        Extent::Heads => apart(source, &outline, extent),
        Extent::Whole => at_once(source, &outline).or_else(|| apart(source, &outline, extent)),
    };
    divided.unwrap_or_else(|| undivided(source))
}

/// A file of which nothing is known but why.
fn unparsed(source: &SourceFile, problem: Problem) -> FileFacts {
    let mut arenas = Arenas::default();
    arenas.push_scope(Scope::bare(ScopeKind::Module, None, 0, 0));
    FileFacts::new(source.id, arenas, Vec::new(), vec![problem])
}

/// A file in one part.
pub(super) fn undivided(source: &SourceFile) -> FileFacts {
    let Some(parsed) = parse(source.text.as_bytes(), &[]) else {
        let message = "the Python grammar does not fit this build of the parser; please report it".to_owned();
        return unparsed(source, Problem { kind: ProblemKind::Internal, message, at: None });
    };
    let broken = parsed.root_node().has_error();
    let (tree, comments) = flat(&source.text, parsed, &[]);
    let mut lowering = Lowering::of_module(&tree);
    if broken {
        lowering.report_syntax();
    }
    in_one_part(source, lowering.whole(), comments)
}

fn in_one_part(source: &SourceFile, mut lowering: Lowering<'_>, comments: Vec<Comment>) -> FileFacts {
    let trouble = lowering.trouble();
    FileFacts::new(source.id, lowering.arenas, comments, trouble.into_problems())
}

/// A file in one part, which says what its parts would say; nothing where anything in it is broken, or the parser sees a
/// function or a plain statement elsewhere.
fn at_once(source: &SourceFile, outline: &Outline) -> Option<FileFacts> {
    let parsed = parse_without(&source.text, &outline.runs).filter(|parsed| !parsed.root_node().has_error())?;
    let (tree, comments) = flat(&source.text, parsed, &outline.runs);
    let mut awaited = outline.functions.iter().peekable();
    for node in tree.nodes().filter(|&node| tree.kind(node) == Kind::FunctionDefinition) {
        let Some(function) = awaited.next_if(|function| function.start == tree.start(node)) else { continue };
        let body = tree.field(node, Field::Body)?;
        let first = tree.children(body).next().map(|first| tree.start(first));
        if first != Some(function.body) || tree.end(body) != function.end {
            return None;
        }
    }
    let lowering = Lowering::of_module(&tree).without(&[], outline).whole();
    let all = awaited.next().is_none() && lowering.plain.is_empty();
    all.then(|| in_one_part(source, lowering, comments))
}

/// A file of which what stands outside functions is parsed by itself, and each body by itself; nothing where the former
/// is broken.
fn apart(source: &SourceFile, outline: &Outline, extent: Extent) -> Option<FileFacts> {
    let gaps = outline.gaps();
    let parsed = parse_without(&source.text, &gaps).filter(|parsed| !parsed.root_node().has_error())?;
    let (tree, mut comments) = flat(&source.text, parsed, &gaps);
    let mut head = Lowering::of_module(&tree).without(&outline.functions, outline).whole();
    if !head.plain.is_empty() {
        return None;
    }
    let mut trouble = head.trouble();
    let deferred: Option<Vec<Deferred>> = outline
        .functions
        .iter()
        .zip(&head.found)
        .map(|(function, found)| {
            let of = Deferred::new((*found)?, function.place(), source.text.len())?;
            if extent == Extent::Heads {
                return Some(of);
            }
            let body = lower_body(&source.text, &of);
            comments.extend(body.comments);
            trouble.join(body.trouble);
            Some(of.with(body.part))
        })
        .collect();
    comments.sort_by_key(|comment| comment.start);
    let facts = FileFacts::new(source.id, head.arenas, comments, trouble.into_problems());
    Some(facts.with_deferred(deferred?, later(source)))
}

/// What the parser made of a text as a list, and the comments in it.
fn flat<'t>(text: &'t str, parsed: tree_sitter::Tree, left_out: &'t [Gap]) -> (Tree<'t>, Vec<Comment>) {
    let mut tree = Tree::new(text, &parsed, left_out);
    let comments = std::mem::take(&mut tree.comments);
    (tree, comments)
}

fn later(source: &SourceFile) -> LowerBody {
    let text = Arc::clone(&source.text);
    Box::new(move |of| lower_body(&text, of).part)
}

/// The body of a function, with what was met on the way.
struct LoweredBody {
    part: Part,
    comments: Vec<Comment>,
    trouble: Trouble,
}

fn lower_body(text: &str, of: &Deferred) -> LoweredBody {
    let bytes = of.start as usize..of.end as usize;
    let Some(parsed) = parse(text.as_bytes(), &[bytes]) else {
        let part = Part::of(of.scope, Arenas { first: of.first, ..Arenas::default() }, Run::default());
        return LoweredBody { part, comments: Vec::new(), trouble: Trouble::default() };
    };
    let broken = parsed.root_node().has_error();
    let (tree, mut comments) = flat(text, parsed, &[]);
    comments.retain(|comment| comment.start >= of.body);
    let mut lowering = Lowering::of_function(&tree, of);
    if broken {
        lowering.report_syntax();
    }
    let is_function = |&node: &Node| tree.kind(node) == Kind::FunctionDefinition && tree.start(node) == of.start;
    let body = tree.nodes().find(is_function).and_then(|function| tree.field(function, Field::Body));
    let block = body.or(tree.root()).map(|body| lowering.block_of(body)).unwrap_or_default();
    let trouble = lowering.trouble();
    LoweredBody { part: lowering.part(of.scope, block), comments, trouble }
}

/// Parses a text without some pieces of it: for each a number stands, where it begins.
fn parse_without(text: &str, gaps: &[Gap]) -> Option<tree_sitter::Tree> {
    if gaps.is_empty() {
        return parse(text.as_bytes(), &[]);
    }
    let mut patched = text.as_bytes().to_vec();
    let mut ranges: Vec<Range<usize>> = Vec::with_capacity(gaps.len() + 1);
    let mut start = 0;
    for gap in gaps {
        let at = gap.start as usize;
        patched[at] = b'0';
        ranges.push(start..at + 1);
        start = gap.end as usize;
    }
    ranges.push(start..patched.len());
    parse(&patched, &ranges)
}

impl Function {
    fn place(&self) -> (u32, u32, u32) {
        (self.start, self.body, self.end)
    }
}

impl Lowering<'_> {
    /// The part of a function that runs what was lowered.
    fn part(self, function: ScopeId, block: Block) -> Part {
        let run = Run { block, generator: self.generator };
        Part::of(function, self.arenas, run)
    }
}
