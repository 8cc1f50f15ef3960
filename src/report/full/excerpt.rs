//! A file as miette sees it: read by its line table, tamed where it must be.

use crate::paths::{is_wild, tame};
use crate::source::{Cell, LineIndex, SourceFile, offset};
use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use std::borrow::Cow;

/// Lines longer than this many bytes are cut around their labels: a minified file would flood the screen.
const LONG_LINE: usize = 1_200;
/// How much of such a line is shown before its first label.
const LEAD: usize = 100;
/// How much is shown in all.
const WINDOW: usize = 600;
/// A label over more lines than this, or beyond its notebook cell, is drawn on its first line only.
const MANY_LINES: usize = 8;

/// A label before it is drawn.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) message: Option<String>,
    pub(super) primary: bool,
}

/// A file, or a tamed likeness of the lines of it that may be drawn.
pub(super) struct Excerpt<'a> {
    file: &'a SourceFile,
    text: Cow<'a, str>,
    lines: Cow<'a, LineIndex>,
    /// For a likeness: which line of the file each of its lines is.
    numbers: Vec<usize>,
    /// For a likeness: where in it the labels stand, and where in the file.
    moved: Vec<(u32, u32)>,
}

impl<'a> Excerpt<'a> {
    /// The file with labels at the marks.
    pub(super) fn new(file: &'a SourceFile, mut marks: Vec<Mark>) -> (Excerpt<'a>, Vec<LabeledSpan>) {
        let length = offset(file.text.len());
        let mut excerpt = Excerpt {
            file,
            text: Cow::Borrowed(&file.text),
            lines: Cow::Borrowed(file.lines()),
            numbers: Vec::new(),
            moved: Vec::new(),
        };
        for mark in &mut marks {
            mark.start = mark.start.min(length);
            mark.end = mark.end.clamp(mark.start, length);
            let (first, last) = (file.lines().line(mark.start), file.lines().line(mark.end));
            if last > first + MANY_LINES || last >= excerpt.cell(first).1 {
                let line = file.lines().start(first).unwrap_or(0) + offset(file.line_text(first).len());
                mark.end = line.max(mark.start);
            }
        }
        let shown = excerpt.lines_around(&marks);
        if shown.iter().any(|&line| is_unfit(file, line)) {
            excerpt.tame(&mut marks, shown);
        }
        let labels = marks.into_iter().map(|mark| {
            let span = SourceSpan::new((mark.start as usize).into(), (mark.end - mark.start) as usize);
            match mark.primary {
                true => LabeledSpan::new_primary_with_span(mark.message, span),
                false => LabeledSpan::new_with_span(mark.message, span),
            }
        });
        let labels = labels.collect();
        (excerpt, labels)
    }

    /// The lines that may be drawn, sorted.
    fn lines_around(&self, marks: &[Mark]) -> Vec<usize> {
        let mut lines = Vec::new();
        for mark in marks {
            let (first, last) = (self.lines.line(mark.start), self.lines.line(mark.end));
            lines.extend(first.saturating_sub(2)..=(last + 2).min(self.lines.count() - 1));
        }
        lines.sort_unstable();
        lines.dedup();
        lines
    }

    /// Replaces the text by a likeness of the lines around the marks: escapes for what could steer a terminal, long lines
    /// cut. The marks move along.
    fn tame(&mut self, marks: &mut [Mark], shown: Vec<usize>) {
        let mut bounds: Vec<u32> = marks.iter().flat_map(|mark| [mark.start, mark.end]).collect();
        bounds.sort_unstable();
        bounds.dedup();
        let mut moved = Vec::with_capacity(bounds.len());
        let mut text = String::new();
        for (index, &line) in shown.iter().enumerate() {
            if index > 0 {
                text.push('\n');
            }
            let next = self.file.lines().start(line + 1).unwrap_or(u32::MAX);
            let here: Vec<u32> = bounds.iter().copied().skip(moved.len()).take_while(|&at| at < next).collect();
            push_tamed(&mut text, self.file, line, &here, &mut moved);
        }
        for mark in marks {
            let find = |at: u32| moved.iter().find(|(_, file)| *file == at).map_or(at, |&(here, _)| here);
            (mark.start, mark.end) = (find(mark.start), find(mark.end));
        }
        self.lines = Cow::Owned(LineIndex::new(&text));
        self.text = Cow::Owned(text);
        self.numbers = shown;
        self.moved = moved;
    }

    /// Which line of the file a line is. Between lines that are not neighbours in the file nothing is ever drawn: contexts
    /// reach one line, and two lines are kept around each label.
    fn number(&self, line: usize) -> usize {
        self.numbers.get(line).copied().unwrap_or(line)
    }

    /// The notebook cell that a line of the file lies in, and the line after its last.
    fn cell(&self, line: usize) -> (Option<&Cell>, usize) {
        let after = self.file.cells.partition_point(|cell| cell.first_line as usize <= line);
        let end = self.file.cells.get(after).map_or(usize::MAX, |next| next.first_line as usize);
        (after.checked_sub(1).map(|index| &self.file.cells[index]), end)
    }
}

/// Whether a line cannot be drawn as it is.
fn is_unfit(file: &SourceFile, line: usize) -> bool {
    let text = file.line_text(line);
    let after = file.lines().start(line + 1).map(|next| &file.text.as_bytes()[..next as usize]);
    // A lone carriage return ends a line for us, and would draw over it on a terminal.
    let lone = after.is_some_and(|upto| upto.ends_with(b"\r"));
    text.len() > LONG_LINE || lone || text.chars().any(|char| char != '\t' && is_wild(char))
}

/// Appends a line's likeness and where the bounds in it come to stand.
fn push_tamed(text: &mut String, file: &SourceFile, line: usize, bounds: &[u32], moved: &mut Vec<(u32, u32)>) {
    let start = file.lines().start(line).unwrap_or(0);
    let content = file.line_text(line);
    let mut bounds = bounds.iter().copied().peekable();
    let anchor = bounds.peek().map_or(0, |&first| (first - start) as usize);
    let window = match content.len() > LONG_LINE {
        true => anchor.saturating_sub(LEAD)..anchor.saturating_sub(LEAD) + WINDOW,
        false => 0..usize::MAX,
    };
    for (at, char) in content.char_indices() {
        while let Some(bound) = bounds.next_if(|&bound| bound <= start + offset(at)) {
            moved.push((offset(text.len()), bound));
        }
        if window.contains(&at) {
            if char == '\t' { text.push('\t') } else { text.push_str(&tame(char.encode_utf8(&mut [0; 4]))) }
        } else if (at == 0 || at == window.end) && !text.ends_with('…') {
            text.push('…');
        }
    }
    moved.extend(bounds.map(|bound| (offset(text.len()), bound)));
}

impl SourceCode for Excerpt<'_> {
    /// Gives what miette's own reading of the text gives, with three differences, all wanted: columns count characters,
    /// rows of a notebook count within its cell, and the number of lines is that of the excerpt (miette's is that of the
    /// file up to there, by which it joins labels hundreds of lines apart into one picture).
    fn read_span<'b>(
        &'b self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'b> + 'b>, MietteError> {
        let (start, end) = (span.offset(), span.offset() + span.len());
        let text = self.text.as_bytes();
        if end > text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let first = self.lines.line(offset(start));
        let (cell, cell_end) = self.cell(self.number(first));
        let cell_start = cell.map_or(0, |cell| cell.first_line as usize);
        // A span that ends with a line's end reaches to the next line.
        let newline = end > start && self.lines.line(offset(end)) > self.lines.line(offset(end - 1));
        let last = self.lines.line(offset(if newline { end } else { end.max(start + 1) - 1 }));
        if self.number(last) >= cell_end && !newline {
            return Err(MietteError::OutOfBounds);
        }
        let top = first - before.min(first).min(self.number(first) - cell_start);
        let mut bottom = (last + after).min(self.lines.count() - 1);
        while bottom > first && self.number(bottom) >= cell_end {
            bottom -= 1;
        }
        let (from, to, line, column) = if before == 0 && after == 0 {
            let at =
                self.moved.iter().find(|(here, _)| *here as usize == start).map_or(offset(start), |&(_, file)| file);
            (start, end, self.number(first) - cell_start, self.file.position(at).column as usize - 1)
        } else {
            let to = self.lines.start(bottom + 1).map_or(text.len(), |next| next as usize);
            (self.lines.start(top).unwrap_or(0) as usize, to, self.number(top) - cell_start, 0)
        };
        let mut name = tame(&self.file.path).into_owned();
        if let Some(cell) = cell {
            name = format!("{name}:cell {}", cell.number);
        }
        let span = SourceSpan::new(from.into(), to - from);
        Ok(Box::new(MietteSpanContents::new_named(name, &text[from..to], span, line, column, bottom - top + 1)))
    }
}
