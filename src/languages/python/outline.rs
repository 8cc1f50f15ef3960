//! Where the functions of a text are that can be parsed by themselves, and the statements that need no parser, without
//! parsing it.
//!
//! What it says is checked by whoever parses: where head and bodies do not parse apart from each other, the text is
//! parsed as a whole. Refuses to know what is in a function, and functions within functions.

use super::hints::imports_all;
use super::plain::{self, Plain};
use crate::source::offset;
use memchr::memmem;

/// How a tab counts in an indentation; the grammar has it so.
const TAB: usize = 8;

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
    /// The statements outside functions that are written plainly.
    pub(super) plain: Vec<Plain>,
    /// The same, where those with nothing but blanks between are one piece.
    pub(super) runs: Vec<Gap>,
}

impl Outline {
    /// The outline of a text, where bodies of fewer bytes than `shortest` are no functions.
    pub(super) fn of(text: &str, shortest: usize) -> Outline {
        let mut scanner = Scanner { bytes: text.as_bytes(), at: 0 };
        let mut outline = Outline::default();
        let mut open: Option<Open> = None;
        // How far the last plain statement is indented.
        let mut beside = None;
        while let Some(indent) = scanner.next_line() {
            let start = scanner.at;
            if let Some(function) = open.take_if(|function| function.indent >= indent) {
                outline.functions.extend(function.closed(text, shortest));
            }
            match &mut open {
                Some(function) => {
                    function.body.get_or_insert(start);
                    function.end = scanner.statement();
                }
                None if scanner.begins_function() => {
                    open = scanner.head().then_some(Open { start, indent, body: None, end: start });
                }
                None => match plain::read(text, start) {
                    Some(plain) => {
                        scanner.at = plain.end as usize;
                        outline.add(text, plain, beside == Some(indent));
                        beside = Some(indent);
                    }
                    None => _ = scanner.statement(),
                },
            }
        }
        outline.functions.extend(open.and_then(|function| function.closed(text, shortest)));
        outline
    }

    /// Adds a plain statement, which may be `beside` the one before.
    fn add(&mut self, text: &str, plain: Plain, beside: bool) {
        let blank = |gap: &Gap| {
            let between = text.get(gap.end as usize..plain.start as usize);
            between.is_some_and(|between| between.bytes().all(|byte| byte.is_ascii_whitespace()))
        };
        match self.runs.last_mut().filter(|gap| beside && blank(gap)) {
            Some(gap) => gap.end = plain.end,
            None => self.runs.push(Gap { start: plain.start, end: plain.end }),
        }
        self.plain.push(plain);
    }

    /// Everything that can be left out.
    pub(super) fn gaps(&self) -> Vec<Gap> {
        let bodies = self.functions.iter().map(|function| Gap { start: function.body, end: function.end });
        let mut gaps: Vec<Gap> = bodies.chain(self.runs.iter().copied()).collect();
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
