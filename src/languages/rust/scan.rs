//! One look at the text before the parser has it: the comments, which the parser drops, and how deep it nests.
//!
//! The parser recurses without a bound and would take the process down, so that a text that nests too deeply must not
//! reach it. Strings, raw strings, characters, lifetimes and nested comments are told apart here; everything else about
//! the language is left to the parser.

use crate::model::facts::Comment;
use crate::source::offset;
use smol_str::SmolStr;

/// How many brackets may stand in each other.
const BRACKETS: usize = 128;

/// How many signs that the parser recurses on (`!`, `&`, `=`, `<`, `|`, …) may stand between two separators.
const SIGNS: usize = 600;

/// How many words and signs may stand between two separators: a chain of so many methods or operators.
const CHAIN: usize = 12_000;

/// What the look finds.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// The comments that may hold directives, in order.
    pub(super) comments: Vec<Comment>,
    /// Where the text begins to nest too deeply.
    pub(super) too_deep: Option<u32>,
}

/// What stands between two separators at one depth.
#[derive(Debug, Default, Clone, Copy)]
struct Run {
    signs: usize,
    tokens: usize,
}

/// Looks at a text.
pub(super) fn scan(text: &str) -> Scan {
    let mut scanner =
        Scanner { text, bytes: text.as_bytes(), at: 0, runs: vec![Run::default()], found: Scan::default() };
    scanner.run();
    scanner.found
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    runs: Vec<Run>,
    found: Scan,
}

impl Scanner<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn run(&mut self) {
        while self.at < self.bytes.len() {
            let byte = self.bytes[self.at];
            match byte {
                b'/' if self.peek(1) == b'/' => self.line_comment(),
                b'/' if self.peek(1) == b'*' => self.block_comment(),
                b'"' => self.string(),
                b'\'' => self.quote(),
                b'(' | b'[' | b'{' => self.open(),
                b')' | b']' | b'}' => self.close(byte),
                b',' | b';' => self.separate(),
                _ if byte.is_ascii_whitespace() => self.at += 1,
                _ if is_word(byte) => self.word(),
                _ => self.sign(),
            }
        }
    }

    fn open(&mut self) {
        self.count(Run { signs: 0, tokens: 1 });
        self.runs.push(Run::default());
        if self.runs.len() > BRACKETS {
            self.deep();
        }
        self.at += 1;
    }

    fn close(&mut self, byte: u8) {
        if self.runs.len() > 1 {
            self.runs.pop();
        }
        self.at += 1;
        if byte == b'}' && !self.goes_on() {
            self.reset();
        }
    }

    /// Whether what stands after a block still belongs to it: `else`, `.method()`, `?`.
    fn goes_on(&self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or("").trim_start();
        rest.starts_with("else") || rest.starts_with('.') || rest.starts_with('?')
    }

    fn separate(&mut self) {
        self.reset();
        self.at += 1;
    }

    fn reset(&mut self) {
        if let Some(run) = self.runs.last_mut() {
            *run = Run::default();
        }
    }

    fn count(&mut self, more: Run) {
        let Some(run) = self.runs.last_mut() else { return };
        run.signs += more.signs;
        run.tokens += more.tokens;
        if run.signs > SIGNS || run.tokens > CHAIN {
            self.deep();
        }
    }

    fn deep(&mut self) {
        self.found.too_deep.get_or_insert(offset(self.at));
    }

    fn sign(&mut self) {
        let signs = usize::from(matches!(self.bytes[self.at], b'!' | b'&' | b'*' | b'-' | b'=' | b'<' | b'|' | b'#'));
        self.count(Run { signs, tokens: 1 });
        self.at += 1;
    }

    /// A word, or the prefix of a string: `r"…"`, `b'…'`, `br#"…"#`, `c"…"`.
    fn word(&mut self) {
        let start = self.at;
        while self.at < self.bytes.len() && is_word(self.bytes[self.at]) {
            self.at += 1;
        }
        let word = &self.bytes[start..self.at];
        // `return return x`, `else if …` and closures in closures nest, too.
        let nests = matches!(word, b"return" | b"break" | b"move" | b"else" | b"yield" | b"dyn" | b"impl");
        self.count(Run { signs: usize::from(nests), tokens: 1 });
        let raw = matches!(word, b"r" | b"br" | b"cr");
        match self.peek(0) {
            b'"' if raw => self.raw_string(0),
            b'"' if matches!(word, b"b" | b"c") => self.string(),
            b'\'' if word == b"b" => self.quote(),
            b'#' if raw => {
                let hashes = self.bytes[self.at..].iter().take_while(|&&byte| byte == b'#').count();
                if self.peek(hashes) == b'"' {
                    self.raw_string(hashes);
                }
            }
            _ => {}
        }
    }

    fn raw_string(&mut self, hashes: usize) {
        let mut end = String::from("\"");
        end.extend(std::iter::repeat_n('#', hashes));
        let from = self.at + hashes + 1;
        let length = memchr::memmem::find(self.bytes.get(from..).unwrap_or(&[]), end.as_bytes());
        self.at = length.map_or(self.bytes.len(), |length| from + length + end.len());
    }

    fn string(&mut self) {
        self.at += 1;
        while self.at < self.bytes.len() {
            match self.bytes[self.at] {
                b'\\' => self.at += 2,
                b'"' => {
                    self.at += 1;
                    return;
                }
                _ => self.at += 1,
            }
        }
    }

    /// A character, or a lifetime.
    fn quote(&mut self) {
        let rest = self.text.get(self.at + 1..).unwrap_or("");
        let mut chars = rest.chars();
        let first = chars.next();
        if first == Some('\\') {
            // `'\''`, `'\u{1F600}'`: the sign after the backslash is no end.
            let skipped = 1 + chars.next().map_or(0, char::len_utf8);
            let length = memchr::memchr(b'\'', rest.get(skipped..).unwrap_or("").as_bytes());
            self.at = length.map_or(self.bytes.len(), |length| self.at + 1 + skipped + length + 1);
        } else if chars.next() == Some('\'') {
            self.at += 2 + first.map_or(0, char::len_utf8);
        } else {
            self.at += 1;
        }
    }

    fn line_comment(&mut self) {
        let start = self.at;
        let length = memchr::memchr2(b'\n', b'\r', &self.bytes[start..]);
        self.at = length.map_or(self.bytes.len(), |length| start + length);
        self.comment(start);
    }

    /// Skipped: a directive is a line of its own, and what a block says is prose.
    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        while self.at < self.bytes.len() {
            match (self.peek(0), self.peek(1)) {
                (b'/', b'*') => (depth, self.at) = (depth + 1, self.at + 2),
                (b'*', b'/') => (depth, self.at) = (depth - 1, self.at + 2),
                _ => self.at += 1,
            }
            if depth == 0 {
                break;
            }
        }
    }

    fn comment(&mut self, start: usize) {
        let text = self.text.get(start..self.at).unwrap_or("").trim_end();
        // Doc comments are documentation.
        let doc = text.starts_with("//!") || text.starts_with("///") && !text.starts_with("////");
        let named = text.contains("poolcheck") || text.as_bytes().windows(4).any(|w| w.eq_ignore_ascii_case(b"noqa"));
        if named && !doc {
            let (start, end) = (offset(start), offset(start + text.len()));
            self.found.comments.push(Comment { text: SmolStr::new(text), start, end });
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}
