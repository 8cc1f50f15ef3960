//! What is written plainly, read without the parser: imports, assignments, texts about what follows, and the heads of
//! functions.
//!
//! They are most of what stands outside functions, and the parser is slow. Refuses whatever is not plain: comments, lines
//! that go on by a backslash, several statements in a line, names that are not ASCII or might be keywords.

mod heads;
mod values;

use super::outline::TAB;
use crate::model::expr::{Expr, ExprId, ExprKind};
use crate::model::facts::{Import, ImportItem, Scope};
use crate::source::offset;
pub(super) use heads::{Head, head};
use smol_str::SmolStr;
use std::ops::Range;
pub(super) use values::moved;

/// What names nothing, everywhere or in some places; in order.
pub(super) const KEYWORDS: [&str; 40] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "case", "class", "continue", "def",
    "del", "elif", "else", "except", "exec", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
    "match", "nonlocal", "not", "or", "pass", "print", "raise", "return", "try", "type", "while", "with", "yield",
];

/// A statement that is written plainly.
#[derive(Debug)]
pub(super) struct Plain {
    /// Its first byte.
    pub(super) start: u32,
    /// One past its last byte.
    pub(super) end: u32,
    /// One past the last byte of its head; of a statement without a block, of the whole.
    pub(super) head_end: u32,
    /// What it says.
    pub(super) says: Says,
    /// Its expressions.
    pub(super) exprs: Exprs,
}

/// What a plain statement says. Its expressions are named by where they stand in the list that they were read into.
#[derive(Debug)]
pub(super) enum Says {
    /// It imports this.
    Imports(Box<[Import]>),
    /// It is an expression that stands for itself.
    Expression(ExprId),
    /// It assigns to a name, or says of which type that is.
    Assigns { target: ExprId, annotation: Option<ExprId>, value: Option<ExprId> },
    /// It defines a function, whose body is a part of its own.
    Defines(Box<Scope>),
}

/// Which expressions are one statement's.
#[derive(Debug, Clone)]
pub(super) struct Exprs {
    /// Where they stand in the list that they were read into.
    pub(super) range: Range<usize>,
    /// How many of them at most stand within each other, each counted as one.
    pub(super) height: usize,
}

/// The statement that a text holds from a byte on, if it is one that is written plainly; its expressions are added to a
/// list.
pub(super) fn read(text: &str, start: usize, into: &mut Vec<Expr>) -> Option<Plain> {
    let first = into.len();
    let mut reader = Reader::new(text, start, into);
    let says = reader.statement();
    let end = reader.at;
    match says.filter(|_| reader.ends_line()) {
        Some(says) => {
            let exprs = Exprs { range: first..reader.exprs.len(), height: reader.height };
            let (start, end) = (offset(start), offset(end));
            Some(Plain { start, end, head_end: end, says, exprs })
        }
        None => {
            into.truncate(first);
            None
        }
    }
}

/// How far blanks indent what comes after them.
fn width(blanks: &[u8]) -> usize {
    blanks.iter().map(|&byte| if byte == b'\t' { TAB } else { 1 }).sum()
}

struct Reader<'t, 'e> {
    text: &'t str,
    at: usize,
    /// What was read so far.
    exprs: &'e mut Vec<Expr>,
    /// How many of them at most stand within each other.
    height: usize,
    /// How many brackets are open.
    brackets: usize,
    /// How far the statement is indented.
    indent: usize,
}

impl<'t, 'e> Reader<'t, 'e> {
    fn new(text: &'t str, at: usize, exprs: &'e mut Vec<Expr>) -> Reader<'t, 'e> {
        let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        Reader { text, at, exprs, height: 0, brackets: 0, indent: width(&text.as_bytes()[line..at]) }
    }

    fn statement(&mut self) -> Option<Says> {
        if self.takes("import") {
            return Some(Says::Imports(self.modules()?.into()));
        }
        if self.takes("from") {
            return Some(Says::Imports(self.members()?.into()));
        }
        if self.rest().starts_with("\"\"\"") {
            let start = self.at;
            let text = SmolStr::new(self.long_text()?);
            return Some(Says::Expression(self.make(ExprKind::Text(text), start, 1).id));
        }
        self.assignment()
    }

    /// Whether nothing comes any more before the end of the line; goes there.
    fn ends_line(&mut self) -> bool {
        self.blanks();
        self.peek().is_none_or(|byte| byte == b'\n' || byte == b'\r')
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// Goes behind a sign, if it comes next.
    fn sign(&mut self, sign: u8) -> bool {
        let met = self.peek() == Some(sign);
        self.at += usize::from(met);
        met
    }

    fn skip(&mut self, skipped: impl Fn(u8) -> bool) -> usize {
        let start = self.at;
        while self.peek().is_some_and(&skipped) {
            self.at += 1;
        }
        self.at - start
    }

    fn blanks(&mut self) -> usize {
        self.skip(|byte| byte == b' ' || byte == b'\t')
    }

    /// Goes behind a keyword and the blanks after it, if it comes next.
    fn takes(&mut self, keyword: &str) -> bool {
        let start = self.at;
        self.at += keyword.len();
        let met = self.text.get(start..self.at) == Some(keyword) && self.blanks() > 0;
        if !met {
            self.at = start;
        }
        met
    }

    fn name(&mut self) -> Option<&'t str> {
        let start = self.at;
        self.skip(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let name = self.text.get(start..self.at)?;
        let plain = name.starts_with(|sign: char| !sign.is_ascii_digit()) && KEYWORDS.binary_search(&name).is_err();
        plain.then_some(name)
    }

    fn dotted(&mut self) -> Option<&'t str> {
        let start = self.at;
        self.name()?;
        while self.sign(b'.') {
            self.name()?;
        }
        self.text.get(start..self.at)
    }

    /// The other name that is given to what was read, after blanks if there is one.
    fn alias(&mut self) -> Option<Option<SmolStr>> {
        let start = self.at;
        if self.blanks() > 0 && self.takes("as") {
            return self.name().map(|name| Some(name.into()));
        }
        self.at = start;
        Some(None)
    }

    /// Goes behind a comma and the blanks around it, if one comes next.
    fn comma(&mut self) -> bool {
        let start = self.at;
        self.blanks();
        if self.sign(b',') {
            self.blanks();
            return true;
        }
        self.at = start;
        false
    }

    /// What comes behind `import`.
    fn modules(&mut self) -> Option<Vec<Import>> {
        let mut found = Vec::new();
        loop {
            let start = self.at;
            let module = self.dotted()?;
            let (item, binds) = match self.alias()? {
                Some(alias) => (ImportItem::Module, alias),
                None => (ImportItem::Root, module.split('.').next()?.into()),
            };
            let (start, end) = (offset(start), offset(self.at));
            found.push(Import { module: module.into(), level: 0, item, binds, start, end });
            if !self.comma() {
                return Some(found);
            }
        }
    }

    /// What comes behind `from`.
    fn members(&mut self) -> Option<Vec<Import>> {
        let level = offset(self.skip(|byte| byte == b'.'));
        let module = if level > 0 && self.peek() == Some(b' ') { "" } else { self.dotted()? };
        if self.blanks() == 0 || !self.takes("import") {
            return None;
        }
        let start = self.at;
        if module != "__future__" && self.sign(b'*') {
            let (start, end) = (offset(start), offset(self.at));
            let (module, binds) = (module.into(), SmolStr::default());
            return Some(vec![Import { module, level, item: ImportItem::Star, binds, start, end }]);
        }
        let module = SmolStr::new(module);
        if self.sign(b'(') { self.bracketed(&module, level) } else { self.listed(&module, level) }
    }

    fn listed(&mut self, module: &SmolStr, level: u32) -> Option<Vec<Import>> {
        let mut found = vec![self.member(module, level)?];
        while self.comma() {
            found.push(self.member(module, level)?);
        }
        Some(found)
    }

    /// A list in brackets, which may take several lines and end with a comma.
    fn bracketed(&mut self, module: &SmolStr, level: u32) -> Option<Vec<Import>> {
        let mut found = Vec::new();
        loop {
            self.skip(|byte| byte.is_ascii_whitespace());
            if !found.is_empty() && self.sign(b')') {
                return Some(found);
            }
            found.push(self.member(module, level)?);
            self.skip(|byte| byte.is_ascii_whitespace());
            if !self.sign(b',') {
                return self.sign(b')').then_some(found);
            }
        }
    }

    fn member(&mut self, module: &SmolStr, level: u32) -> Option<Import> {
        let start = offset(self.at);
        let name = SmolStr::new(self.name()?);
        let binds = self.alias()?.unwrap_or_else(|| name.clone());
        let (module, end) = (module.clone(), offset(self.at));
        Some(Import { module, level, item: ImportItem::Member(name), binds, start, end })
    }

    /// What stands between three quotes and the next three.
    fn long_text(&mut self) -> Option<&'t str> {
        let inside = self.rest().get(3..)?;
        let inside = inside.get(..memchr::memmem::find(inside.as_bytes(), b"\"\"\"")?)?;
        self.at += inside.len() + 6;
        // A backslash may stand for something else; so do the ends of lines of old files.
        memchr::memchr2(b'\\', b'\r', inside.as_bytes()).is_none().then_some(inside)
    }
}
