//! What goes wrong in a file, in words that say what to do.
//!
//! One problem of syntax is reported for a file, the first: those after it are mostly its echo. Refuses to stop: the
//! lowering goes on around every problem.

use super::kinds::Kind;
use super::tree::Node;
use super::{DEEPEST, Lowering};
use crate::model::facts::{Problem, ProblemKind};

/// How many characters of the text in question a message shows.
const SHOWN: usize = 24;

/// The first trouble of each kind.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    syntax: Option<Problem>,
    too_deep: Option<Problem>,
}

impl Trouble {
    /// Adds the trouble with another part of the file.
    pub(super) fn join(&mut self, other: Trouble) {
        let first = |one: Option<Problem>, other| one.into_iter().chain(other).min_by_key(|problem| problem.at);
        self.syntax = first(self.syntax.take(), other.syntax);
        self.too_deep = first(self.too_deep.take(), other.too_deep);
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self.syntax.into_iter().chain(self.too_deep).collect();
        problems.sort_by_key(|problem| problem.at);
        problems
    }
}

impl Lowering<'_> {
    /// What went wrong.
    pub(super) fn trouble(&mut self) -> Trouble {
        Trouble { syntax: self.syntax.take(), too_deep: self.too_deep.take() }
    }

    /// Reports the first place that the parser could not make sense of.
    pub(super) fn report_syntax(&mut self) {
        let tree = self.tree;
        let Some(node) = tree.nodes().find(|&node| tree.is_missing(node) || tree.kind(node) == Kind::Error) else {
            return;
        };
        let at = self.first_stray(node);
        let message = if self.line_is_old(at) {
            "cannot parse this: it looks like Python 2, which is not supported; the rest of the file is still checked"
                .to_owned()
        } else if tree.is_missing(node) {
            let expected = tree.expected.as_ref().map_or("something".to_owned(), |token| format!("`{token}`"));
            format!("cannot parse this: {expected} is missing here; the rest of the file is still checked")
        } else {
            let shown = shorten(tree.slice(at, tree.end(node)));
            format!("cannot parse `{shown}`; the rest of the file is still checked")
        };
        self.report(at, message);
    }

    /// Reports something that only Python 2 accepts, though the grammar does too.
    pub(super) fn report_old(&mut self, node: Node, what: &str) {
        let message =
            format!("{what} looks like Python 2, which is not supported; the rest of the file is still checked");
        self.report(self.tree.start(node), message);
    }

    fn report(&mut self, at: u32, message: String) {
        if self.syntax.as_ref().is_none_or(|known| Some(at) < known.at) {
            self.syntax = Some(Problem { kind: ProblemKind::Syntax, message, at: Some(at) });
        }
    }

    /// Reports that what stands at `node` nests too deeply to be looked into.
    pub(super) fn report_depth(&mut self, node: Node) {
        let at = self.tree.start(node);
        if self.too_deep.as_ref().is_none_or(|known| Some(at) < known.at) {
            let message = format!("nested too deeply: what lies more than {DEEPEST} levels deep is not checked");
            self.too_deep = Some(Problem { kind: ProblemKind::Syntax, message, at: Some(at) });
        }
    }

    /// Where an error begins: an error that swallowed whole statements begins after them.
    fn first_stray(&self, node: Node) -> u32 {
        let tree = self.tree;
        let mut node = node;
        loop {
            let stray = tree.children(node).find(|&child| !tree.kind(child).is_statement());
            match stray {
                Some(child) if tree.kind(child) == Kind::Error => node = child,
                Some(child) => return tree.start(child),
                None => return tree.start(node),
            }
        }
    }

    fn line_is_old(&self, at: u32) -> bool {
        let before = self.tree.slice(0, at);
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.get(start..).unwrap_or("").trim_start();
        let after = self.tree.rest(at).lines().next().unwrap_or("");
        let line = if line.is_empty() { after } else { line };
        line.starts_with("print ") || line.starts_with("exec ") || after.starts_with('`')
    }
}

fn shorten(text: &str) -> String {
    let line = text.lines().next().unwrap_or("").trim_end();
    let mut shown: String = line.chars().take(SHOWN).collect();
    if shown.len() < line.len() {
        shown.push('…');
    }
    shown
}
