//! Source text and places in it.
//!
//! Offsets are bytes everywhere inside poolcheck. Rows and columns exist only at the edge, and come from one
//! [`LineIndex`], so that all output formats agree. Refuses to know what language a file is written in.

use smol_str::SmolStr;
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

/// A file of this run; ids follow the sorted order of the paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A range of bytes in one file, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// Whether `other` lies within this span.
    #[must_use]
    pub fn contains(&self, other: &Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }
}

/// A row and a column as people count: both from 1, columns in Unicode code points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The row; in a notebook it counts within its cell.
    pub row: u32,
    /// The column.
    pub column: u32,
    /// The notebook cell, counted from 1 over all cells; `None` outside notebooks.
    pub cell: Option<u32>,
}

/// Where the lines of a text start.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Finds the line starts of a text, which need not be UTF-8; `\n`, `\r\n` and a lone `\r` end a line.
    #[must_use]
    pub fn new(text: impl AsRef<[u8]>) -> LineIndex {
        let bytes = text.as_ref();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n') {
                continue;
            }
            starts.push(offset(at + 1));
        }
        LineIndex { starts }
    }

    /// The line that holds byte `at`, counted from 0.
    #[must_use]
    pub fn line(&self, at: u32) -> usize {
        self.starts.partition_point(|&start| start <= at) - 1
    }

    /// The first byte of line `line`, counted from 0; `None` past the last line.
    #[must_use]
    pub fn start(&self, line: usize) -> Option<u32> {
        self.starts.get(line).copied()
    }

    /// How many lines there are; an empty text has one.
    #[must_use]
    pub fn count(&self) -> usize {
        self.starts.len()
    }
}

/// Where a notebook cell's code begins in the text that stands for the whole notebook.
#[derive(Debug, Clone, Copy)]
pub struct Cell {
    /// The cell's number, counted from 1 over all cells of the notebook (also those without code).
    pub number: u32,
    /// The cell's first line in [`SourceFile::text`], counted from 0.
    pub first_line: u32,
}

/// A file that was read.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Its id in this run.
    pub id: FileId,
    /// The path as it is reported: relative to the working directory where it lies below it, with `/`.
    pub path: SmolStr,
    /// The text; for a notebook the code of its cells, one after the other.
    pub text: Arc<String>,
    /// Where the file has a carriage return that ends a line alone; the text has a line feed there.
    returns: Vec<u32>,
    lines: OnceLock<LineIndex>,
    /// The cells of a notebook, in order; empty for other files.
    pub cells: Vec<Cell>,
}

impl SourceFile {
    /// A file that is no notebook.
    #[must_use]
    pub fn new(id: FileId, path: impl Into<SmolStr>, text: String) -> SourceFile {
        SourceFile::with_cells(id, path, text, Vec::new())
    }

    /// A file whose text stands for these cells.
    #[must_use]
    pub fn with_cells(id: FileId, path: impl Into<SmolStr>, text: String, cells: Vec<Cell>) -> SourceFile {
        SourceFile { id, path: path.into(), text: Arc::new(text), returns: Vec::new(), lines: OnceLock::new(), cells }
    }

    /// The same in a language in which a carriage return ends a line whatever follows: where that is no line feed, one
    /// stands in its place, so that whoever looks at the text knows one end of a line, and all bytes stay where they are.
    #[must_use]
    pub fn with_line_feeds(mut self) -> SourceFile {
        self.returns = lone_returns(&self.text).map(offset).collect();
        if !self.returns.is_empty() {
            self.text = Arc::new(with_signs(&self.text, &self.returns, "\n"));
        }
        self
    }

    /// The text with the carriage returns that the file has.
    #[must_use]
    pub fn as_read(&self) -> Cow<'_, str> {
        if self.returns.is_empty() {
            self.text.as_str().into()
        } else {
            with_signs(&self.text, &self.returns, "\r").into()
        }
    }

    /// Whether the file has a carriage return alone at the end of the line that byte `at` is on.
    #[must_use]
    pub fn ends_in_return(&self, at: u32) -> bool {
        let rest = self.text.as_bytes().get(at as usize..).unwrap_or_default();
        let end = memchr::memchr(b'\n', rest).map(|end| at + offset(end));
        end.is_some_and(|end| self.returns.binary_search(&end).is_ok())
    }

    /// The row of byte `at` as git counts: by line feeds in the file alone.
    #[must_use]
    pub fn row_of_line_feeds(&self, at: u32) -> usize {
        let feeds = memchr::memchr_iter(b'\n', &self.text.as_bytes()[..at as usize]).count();
        feeds - self.returns.partition_point(|&made| made < at) + 1
    }

    /// Where its lines start. Of most files nobody asks.
    #[must_use]
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(self.text.as_str()))
    }

    /// The row, column and cell of byte `at`.
    #[must_use]
    pub fn position(&self, at: u32) -> Position {
        let line = self.lines().line(at);
        let start = self.lines().start(line).unwrap_or(0) as usize;
        let before = self.text.get(start..at as usize).unwrap_or("");
        let column = offset(before.chars().count()) + 1;
        let cell = self.cells.iter().rev().find(|cell| cell.first_line as usize <= line);
        let row = offset(line) - cell.map_or(0, |cell| cell.first_line) + 1;
        Position { row, column, cell: cell.map(|cell| cell.number) }
    }

    /// The text of line `line` (from 0), without its line ending.
    #[must_use]
    pub fn line_text(&self, line: usize) -> &str {
        let start = self.lines().start(line).unwrap_or(0) as usize;
        let end = self.lines().start(line + 1).map_or(self.text.len(), |end| end as usize);
        self.text.get(start..end).unwrap_or("").trim_end_matches(['\n', '\r'])
    }

    /// The text of a span of this file.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }
}

/// Where a text has a carriage return that no line feed follows.
pub(crate) fn lone_returns(text: &str) -> impl Iterator<Item = usize> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'\r', bytes).filter(|at| bytes.get(at + 1) != Some(&b'\n'))
}

/// A text with a sign in the place of some of its bytes, which are each a character.
pub(crate) fn with_signs(text: &str, places: &[u32], sign: &str) -> String {
    let mut made = String::with_capacity(text.len());
    let mut from = 0;
    for &at in places {
        made.push_str(text.get(from..at as usize).unwrap_or(""));
        made.push_str(sign);
        from = at as usize + 1;
    }
    made.push_str(text.get(from..).unwrap_or(""));
    made
}

/// A byte offset in the width that spans use; files of 4 GiB and more are refused when they are read.
#[must_use]
pub fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
