//! Where the functions of a text are that can be parsed by themselves, and the statements that need no parser, without
//! parsing it.
//!
//! What it says is checked by whoever parses: where head and bodies do not parse apart from each other, the text is
//! parsed as a whole. Refuses to know what is in a function, and functions within functions.

use super::hints::imports_all;
use super::plain::{self, Head, Plain, Says};
use crate::languages::Extent;
use crate::model::expr::Expr;
use crate::source::offset;
use memchr::memmem;

/// How a tab counts in an indentation; the grammar has it so.
pub(super) const TAB: usize = 8;

/// How many blocks may stand within each other. The grammar's scanner keeps them in 1,024 bytes, two for each and up to
/// 256 for quotes, and ends the process where they are more.
const BLOCKS: usize = 380;

/// The first line that stands in more blocks than the parser can bear.
pub(super) fn beyond_blocks(text: &str) -> Option<u32> {
    let bytes = text.as_bytes();
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let starts = || std::iter::once(0).chain(memchr::memchr_iter(b'\n', bytes).map(|newline| newline + 1));
    let is_far_in = |start: usize| bytes.get(start..start + BLOCKS).is_some_and(|begin| begin.iter().all(is_blank));
    if !starts().any(is_far_in) {
        return None;
    }
    let mut open: Vec<usize> = Vec::new();
    starts().find_map(|start| {
        let blanks = bytes[start..].iter().take_while(|byte| is_blank(byte));
        let width = blanks.map(|&byte| if byte == b'\t' { TAB } else { 1 }).sum();
        while open.last().is_some_and(|outer| *outer >= width) {
            open.pop();
        }
        open.push(width);
        (open.len() > BLOCKS).then(|| offset(start))
    })
}

/// The bytes that a statement cannot be passed over without a look at.
static TELLING: [bool; 256] = {
    let mut telling = [false; 256];
    let signs = b"()[]{}\n\r#\\\"':";
    let mut at = 0;
    while at < signs.len() {
        telling[signs[at] as usize] = true;
        at += 1;
    }
    telling
};

/// A function whose body stands on lines of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Function {
    /// The first byte of its `def` or `async`.
    pub(super) start: u32,
    /// The first byte of its first statement.
    pub(super) body: u32,
    /// One past the last byte of its last statement.
    pub(super) end: u32,
}

/// A piece of a text for which a leaf stands where the text is parsed without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gap {
    /// Its first byte.
    pub(super) start: u32,
    /// One past its last byte.
    pub(super) end: u32,
}

/// What can be left out of a text, in order.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// The functions without those within others, and without those that reach out of themselves: by `global`, or by
    /// importing all of a module; and without those with short bodies.
    pub(super) functions: Vec<Function>,
    /// The statements outside functions that are written plainly; of heads also the functions whose own are.
    pub(super) plain: Vec<Plain>,
    /// The same, where those with nothing but blanks between are one piece.
    pub(super) runs: Vec<Gap>,
    /// The expressions of these statements.
    pub(super) exprs: Vec<Expr>,
    /// The bodies of the other functions.
    bodies: Vec<Gap>,
}

impl Outline {
    /// The outline of a text, where bodies of fewer bytes than `shortest` are no functions.
    pub(super) fn of(text: &str, extent: Extent, shortest: usize) -> Outline {
        let mut scanner = Scanner { bytes: text.as_bytes(), at: 0 };
        let mut outline = Outline::default();
        let mut open: Option<Open> = None;
        // How far the last plain statement is indented.
        let mut beside = None;
        // Whether a decorator comes before that the parser has to read.
        let mut decorated = false;
        while let Some(indent) = scanner.next_line() {
            let start = scanner.at;
            if let Some(function) = open.take_if(|function| function.indent >= indent) {
                outline.close(text, function, shortest, &mut beside);
            }
            if let Some(function) = &mut open {
                function.body.get_or_insert(start);
                function.end = scanner.statement();
                continue;
            }
            let decorator = scanner.peek() == Some(b'@');
            if decorator || scanner.begins_function() {
                let plain = (extent == Extent::Heads && !decorated)
                    .then(|| plain::head(text, start, &mut outline.exprs))
                    .flatten();
                open = match plain {
                    Some(head) => {
                        scanner.at = head.end as usize;
                        let start = head.scope.start as usize;
                        Some(Open { start, indent, body: None, end: start, head: Some(head) })
                    }
                    None if decorator => {
                        scanner.statement();
                        None
                    }
                    None => scanner.head().then_some(Open { start, indent, body: None, end: start, head: None }),
                };
            } else if let Some(plain) = plain::read(text, start, &mut outline.exprs) {
                scanner.at = plain.end as usize;
                outline.add(text, plain, beside == Some(indent));
                beside = Some(indent);
            } else {
                scanner.statement();
            }
            decorated = decorator && open.is_none();
        }
        if let Some(function) = open {
            outline.close(text, function, shortest, &mut beside);
        }
        outline
    }

    /// Adds a function whose end was met, if it can be parsed by itself; `beside` is how far the last plain statement is
    /// indented.
    fn close(&mut self, text: &str, open: Open, shortest: usize, beside: &mut Option<usize>) {
        let head = open.head.as_ref();
        let Some(function) = open.closed(text, shortest) else {
            self.exprs.truncate(head.map_or(self.exprs.len(), |head| head.exprs.range.start));
            return;
        };
        self.functions.push(function);
        // A comment before the body is no part of it.
        let blank = |head: &Head| is_blank(text, head.end, function.body);
        match open.head.filter(blank) {
            Some(Head { start, end, mut scope, exprs }) => {
                scope.end = function.end;
                let plain = Plain { start, end: function.end, head_end: end, says: Says::Defines(scope), exprs };
                self.add(text, plain, *beside == Some(open.indent));
                *beside = Some(open.indent);
            }
            None => self.bodies.push(Gap { start: function.body, end: function.end }),
        }
    }

    /// Adds a plain statement, which may be `beside` the one before.
    fn add(&mut self, text: &str, plain: Plain, beside: bool) {
        match self.runs.last_mut().filter(|gap| beside && is_blank(text, gap.end, plain.start)) {
            Some(gap) => gap.end = plain.end,
            None => self.runs.push(Gap { start: plain.start, end: plain.end }),
        }
        self.plain.push(plain);
    }

    /// Everything that can be left out.
    pub(super) fn gaps(&self) -> Vec<Gap> {
        let mut gaps = self.bodies.clone();
        gaps.extend(self.runs.iter().copied());
        gaps.sort_unstable_by_key(|gap| gap.start);
        gaps
    }
}

/// A function whose end was not met yet.
struct Open {
    start: usize,
    indent: usize,
    body: Option<usize>,
    end: usize,
    /// Its head, where that is written plainly.
    head: Option<Head>,
}

impl Open {
    fn closed(&self, text: &str, shortest: usize) -> Option<Function> {
        let (body, end) = (self.body?, self.end);
        let inside = text.get(body..end)?;
        let apart =
            inside.len() >= shortest && memmem::find(inside.as_bytes(), b"global").is_none() && !imports_all(inside);
        apart.then(|| Function { start: offset(self.start), body: offset(body), end: offset(end) })
    }
}

/// Whether nothing but blanks and ends of lines stands between two bytes.
fn is_blank(text: &str, start: u32, end: u32) -> bool {
    let between = text.get(start as usize..end as usize);
    between.is_some_and(|between| between.bytes().all(|byte| byte.is_ascii_whitespace()))
}

struct Scanner<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    /// Goes to the first byte of the next statement and tells how far it is indented.
    fn next_line(&mut self) -> Option<usize> {
        let mut indent = 0;
        loop {
            match self.peek()? {
                b' ' => indent += 1,
                b'\t' => indent += TAB,
                b'\n' | b'\r' | b'\x0c' => indent = 0,
                b'#' => {
                    self.comment();
                    continue;
                }
                _ => return Some(indent),
            }
            self.at += 1;
        }
    }

    fn comment(&mut self) {
        let length = memchr::memchr2(b'\n', b'\r', self.rest()).unwrap_or(self.rest().len());
        self.at += length;
    }

    fn begins_function(&self) -> bool {
        let follows = |rest: &[u8], word: &[u8]| {
            let after = rest.strip_prefix(word).filter(|after| after.first().is_some_and(|byte| b" \t".contains(byte)));
            after.map(|after| after.len())
        };
        let rest = self.rest();
        let rest = follows(rest, b"async").map_or(rest, |length| rest[rest.len() - length..].trim_ascii_start());
        follows(rest, b"def").is_some()
    }

    /// Goes behind the colon of a function's head; whether its line ends there. If not, the statement is left behind.
    fn head(&mut self) -> bool {
        if self.until(Some(b':')) {
            self.at += 1;
            while self.peek().is_some_and(|byte| b" \t".contains(&byte)) {
                self.at += 1;
            }
            if self.peek().is_none_or(|byte| b"\n\r#".contains(&byte)) {
                return true;
            }
        }
        self.statement();
        false
    }

    /// Goes to the end of the line that a statement ends in; one past its last byte.
    fn statement(&mut self) -> usize {
        let start = self.at;
        self.until(None);
        start + self.bytes[start..self.at].trim_ascii_end().len()
    }

    /// Goes to the end of the statement, or to a sign in it outside all brackets; whether that was met.
    fn until(&mut self, sign: Option<u8>) -> bool {
        let mut depth = 0_usize;
        loop {
            // Most bytes tell nothing.
            let plain = self.rest().iter().position(|byte| TELLING[usize::from(*byte)]);
            self.at += plain.unwrap_or(self.rest().len());
            let Some(byte) = self.peek() else { return false };
            match byte {
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => depth = depth.saturating_sub(1),
                b'\n' | b'\r' if depth == 0 => return false,
                b'#' if depth == 0 => return false,
                b'#' => {
                    self.comment();
                    continue;
                }
                b'\\' => {
                    self.escaped();
                    continue;
                }
                b'"' | b'\'' => {
                    self.string(byte);
                    continue;
                }
                _ if depth == 0 && Some(byte) == sign => return true,
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Goes behind a backslash and what comes after it, which may be the end of a line.
    fn escaped(&mut self) {
        self.at += if self.rest().starts_with(b"\\\r\n") { 3 } else { 2 };
        self.at = self.at.min(self.bytes.len());
    }

    /// Goes behind the string that begins here.
    fn string(&mut self, quote: u8) {
        let formatted = self.is_formatted();
        let triple = self.rest().starts_with(&[quote; 3]);
        self.at += if triple { 3 } else { 1 };
        while let Some(byte) = self.peek() {
            match byte {
                b'\\' => {
                    self.escaped();
                    continue;
                }
                b'\n' | b'\r' if !triple => return,
                b'{' if formatted => {
                    self.field();
                    continue;
                }
                _ if byte == quote && !triple => {
                    self.at += 1;
                    return;
                }
                _ if byte == quote && self.rest().starts_with(&[quote; 3]) => {
                    self.at += 3;
                    return;
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Whether the letters before a string say that expressions are in it.
    fn is_formatted(&self) -> bool {
        let letters = self.bytes[..self.at].iter().rev().take(2).take_while(|byte| byte.is_ascii_alphabetic());
        letters.into_iter().any(|letter| matches!(letter, b'f' | b'F' | b't' | b'T'))
    }

    /// Goes behind an expression within a string; behind the two braces that stand for one.
    fn field(&mut self) {
        self.at += 1;
        if self.peek() == Some(b'{') {
            self.at += 1;
            return;
        }
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'(' | b'[' | b'{' => depth += 1,
                b'}' if depth == 0 => {
                    self.at += 1;
                    return;
                }
                b')' | b']' | b'}' => depth = depth.saturating_sub(1),
                b':' if depth == 0 => return self.format(),
                b'"' | b'\'' => {
                    self.string(byte);
                    continue;
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Goes behind the brace after how an expression within a string is to be shown.
    fn format(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b'{' => {
                    self.field();
                    continue;
                }
                b'}' => {
                    self.at += 1;
                    return;
                }
                b'\n' | b'\r' => return,
                _ => {}
            }
            self.at += 1;
        }
    }
}
