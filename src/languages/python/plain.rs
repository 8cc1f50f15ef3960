//! Imports that are written plainly, read without the parser.
//!
//! They are much of what stands outside functions, and the parser is slow. Refuses whatever is not plain: comments, lines
//! that go on by a backslash, several statements in a line, names that are not ASCII or might be keywords.

use crate::model::facts::{Import, ImportItem};
use crate::source::offset;
use smol_str::SmolStr;

/// What names nothing, everywhere or in some places; in order.
pub(super) const KEYWORDS: [&str; 40] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "case", "class", "continue", "def",
    "del", "elif", "else", "except", "exec", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
    "match", "nonlocal", "not", "or", "pass", "print", "raise", "return", "try", "type", "while", "with", "yield",
];

/// A statement that imports.
#[derive(Debug)]
pub(super) struct Plain {
    /// Its first byte.
    pub(super) start: u32,
    /// One past its last byte.
    pub(super) end: u32,
    /// What it imports.
    pub(super) imports: Box<[Import]>,
}

/// The import that a text holds from a byte on, if it is one that is written plainly.
pub(super) fn read(text: &str, start: usize) -> Option<Plain> {
    let mut reader = Reader { text, at: start };
    let imports = if reader.takes("import") { reader.modules()? } else { reader.members()? };
    let end = reader.at;
    reader.blanks();
    let ended = reader.peek().is_none_or(|byte| byte == b'\n' || byte == b'\r');
    ended.then(|| Plain { start: offset(start), end: offset(end), imports: imports.into() })
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
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

    /// All of `from … import …`.
    fn members(&mut self) -> Option<Vec<Import>> {
        if !self.takes("from") {
            return None;
        }
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
}
