//! Statements that are written plainly, read without the parser: imports, constants, and texts about what follows.
//!
//! They are much of what stands outside functions, and the parser is slow. Refuses whatever is not plain: comments, lines
//! that go on by a backslash, several statements in a line, names that are not ASCII or might be keywords.

use super::literals::parse_number;
use crate::model::expr::ExprKind;
use crate::model::facts::{Import, ImportItem};
use crate::source::offset;
use smol_str::SmolStr;

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
    /// What it says.
    pub(super) says: Says,
}

/// What a plain statement says.
#[derive(Debug)]
pub(super) enum Says {
    /// It imports this.
    Imports(Box<[Import]>),
    /// It is a text that stands for itself.
    Text(SmolStr),
    /// It assigns to a name, which may be given a type by another one.
    Assigns { target: Name, annotation: Option<Name>, value: Value },
}

/// A name.
#[derive(Debug)]
pub(super) struct Name {
    /// Its first byte.
    pub(super) start: u32,
    /// One past its last byte.
    pub(super) end: u32,
    /// The name itself.
    pub(super) text: SmolStr,
}

/// What is assigned.
#[derive(Debug)]
pub(super) enum Value {
    /// A name, and the attributes that are taken of it.
    Dotted(Name, Vec<Name>),
    /// A text, a number, or what the language itself names; with its first byte, and one past its last.
    Literal(ExprKind, u32, u32),
}

/// The statement that a text holds from a byte on, if it is one that is written plainly.
pub(super) fn read(text: &str, start: usize) -> Option<Plain> {
    let mut reader = Reader { text, at: start };
    let says = if reader.takes("import") {
        Says::Imports(reader.modules()?.into())
    } else if reader.takes("from") {
        Says::Imports(reader.members()?.into())
    } else if reader.rest().starts_with("\"\"\"") {
        Says::Text(reader.long_text()?.into())
    } else {
        reader.assignment()?
    };
    let end = reader.at;
    reader.blanks();
    let ended = reader.peek().is_none_or(|byte| byte == b'\n' || byte == b'\r');
    ended.then(|| Plain { start: offset(start), end: offset(end), says })
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
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

    fn named(&mut self) -> Option<Name> {
        let start = self.at;
        self.name().map(|name| Name { start: offset(start), end: offset(self.at), text: name.into() })
    }

    /// `name = value` and `name: Type = value`.
    fn assignment(&mut self) -> Option<Says> {
        let target = self.named()?;
        let annotation = if self.sign(b':') {
            self.blanks();
            Some(self.named()?)
        } else {
            None
        };
        self.blanks();
        if !self.sign(b'=') {
            return None;
        }
        self.blanks();
        let start = self.at;
        let literal = match self.peek()? {
            b'"' | b'\'' => Some(ExprKind::Text(self.short_text()?.into())),
            b'0'..=b'9' => Some(ExprKind::Number(parse_number(self.number()?)?)),
            _ => self.constant(),
        };
        let value = match literal {
            Some(literal) => Value::Literal(literal, offset(start), offset(self.at)),
            None => self.dotted_name()?,
        };
        Some(Says::Assigns { target, annotation, value })
    }

    /// What the language itself names.
    fn constant(&mut self) -> Option<ExprKind> {
        let start = self.at;
        self.skip(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let kind = match &self.text[start..self.at] {
            "None" => Some(ExprKind::None),
            "True" => Some(ExprKind::Bool(true)),
            "False" => Some(ExprKind::Bool(false)),
            _ => None,
        };
        if kind.is_none() {
            self.at = start;
        }
        kind
    }

    /// A text in one line, without escapes.
    fn short_text(&mut self) -> Option<&'t str> {
        let (start, quote) = (self.at, self.peek()?);
        self.at += 1;
        self.skip(|byte| byte != quote && !matches!(byte, b'\\' | b'\n' | b'\r'));
        let inside = self.text.get(start + 1..self.at)?;
        self.sign(quote).then_some(inside)
    }

    /// A number of decimal digits, perhaps with a point between.
    fn number(&mut self) -> Option<&'t str> {
        let start = self.at;
        let digits = |byte: u8| byte.is_ascii_digit();
        let count = self.skip(digits);
        // Python 2 counts by eight where a nought comes first.
        let plain = count == 1 || !self.text[start..].starts_with('0');
        let whole = !self.sign(b'.') || self.skip(digits) > 0;
        (plain && whole).then(|| &self.text[start..self.at])
    }

    fn dotted_name(&mut self) -> Option<Value> {
        let name = self.named()?;
        let mut attributes = Vec::new();
        while self.sign(b'.') {
            attributes.push(self.named()?);
        }
        Some(Value::Dotted(name, attributes))
    }
}
