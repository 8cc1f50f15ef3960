//! The lines of source around places, cut into marked and plain parts. Refuses to know HTML.

use crate::source::{Cell, SourceFile, Span, offset};

/// How many lines are shown around a place.
const CONTEXT: usize = 2;
/// Lines longer than this many bytes are cut around their first mark: a minified file would flood the page.
const LONG_LINE: usize = 600;
/// How much of such a line is shown before its first mark, in bytes.
const LEAD: usize = 100;
/// How much is shown in all, in bytes.
const WINDOW: usize = 400;
/// A place over more lines than this, or beyond its notebook cell, is marked on its first line only.
const MANY_LINES: usize = 8;

/// A place to be marked.
#[derive(Debug, Clone)]
pub(super) struct Mark<'a> {
    /// The place.
    pub(super) span: Span,
    /// A few words about it; empty for none.
    pub(super) note: &'a str,
    /// Its number among the places to read, where there are several.
    pub(super) number: Option<usize>,
    /// Whether it is the finding's own.
    pub(super) primary: bool,
}

/// A line of source.
#[derive(Debug, PartialEq)]
pub(super) struct Line<'a> {
    /// Its number, in a notebook within its cell.
    pub(super) number: u32,
    /// Whether lines before it are left out.
    pub(super) gap: bool,
    /// Its text.
    pub(super) parts: Vec<Part<'a>>,
    /// What is said about the places that begin on it, the finding's own first.
    pub(super) notes: Vec<Note<'a>>,
}

/// A few words about a place.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Note<'a> {
    /// The place's number.
    pub(super) number: Option<usize>,
    /// The words.
    pub(super) text: &'a str,
    /// Whether the place is the finding's own.
    pub(super) primary: bool,
}

/// A piece of a line.
#[derive(Debug, PartialEq)]
pub(super) struct Part<'a> {
    /// Its text, untamed.
    pub(super) text: &'a str,
    /// Whether it is marked, and then whether as the finding's own place.
    pub(super) mark: Option<bool>,
    /// The number of the place that ends here.
    pub(super) number: Option<usize>,
}

/// The lines around marks of one file, in the file's order.
pub(super) fn lines<'a>(file: &'a SourceFile, marks: &[Mark<'a>]) -> Vec<Line<'a>> {
    let marks: Vec<Mark<'a>> = marks.iter().map(|mark| within_reach(file, mark)).collect();
    let mut shown: Vec<usize> = Vec::new();
    for mark in &marks {
        let (first, last) = (file.lines().line(mark.span.start), last_line(file, mark.span));
        let (top, end) = cell_lines(file, first);
        shown.extend(first.saturating_sub(CONTEXT).max(top)..=(last + CONTEXT).min(end));
    }
    shown.sort_unstable();
    shown.dedup();
    trim(file, &marks, &mut shown);
    let indent = indent(file, &shown);
    let mut before = None;
    let mut lines = Vec::with_capacity(shown.len());
    for line in shown {
        let gap = before.is_some_and(|before| before + 1 != line);
        before = Some(line);
        lines.push(Line { gap, ..self::line(file, line, &marks, indent) });
    }
    lines
}

/// A mark that lies in the file, and reaches over few lines of one cell.
fn within_reach<'a>(file: &SourceFile, mark: &Mark<'a>) -> Mark<'a> {
    let length = offset(file.text.len());
    let start = mark.span.start.min(length);
    let mut span = Span { start, end: mark.span.end.clamp(start, length), ..mark.span };
    let first = file.lines().line(start);
    let last = last_line(file, span);
    if last > first + MANY_LINES || last > cell_lines(file, first).1 {
        span.end = (file.lines().start(first).unwrap_or(0) + offset(file.line_text(first).len())).max(start);
    }
    Mark { span, ..mark.clone() }
}

/// The line that holds the last byte of a span.
fn last_line(file: &SourceFile, span: Span) -> usize {
    file.lines().line(span.end.max(span.start + 1) - 1).min(file.lines().count() - 1)
}

/// The first and the last line of the notebook cell, or of the file, that a line lies in.
fn cell_lines(file: &SourceFile, line: usize) -> (usize, usize) {
    let first = |cell: &Cell| cell.first_line as usize;
    let after = file.cells.partition_point(|cell| first(cell) <= line);
    let top = after.checked_sub(1).map_or(0, |index| first(&file.cells[index]));
    let end = file.cells.get(after).map_or(file.lines().count(), first);
    (top, end.max(top + 1) - 1)
}

/// Leaves out empty lines before the first place and after the last.
fn trim(file: &SourceFile, marks: &[Mark<'_>], lines: &mut Vec<usize>) {
    let first = marks.iter().map(|mark| file.lines().line(mark.span.start)).min().unwrap_or(0);
    let last = marks.iter().map(|mark| last_line(file, mark.span)).max().unwrap_or(0);
    let is_empty = |line: usize| file.line_text(line).trim().is_empty();
    let begin = lines.iter().position(|&line| line >= first || !is_empty(line)).unwrap_or(0);
    let end = lines.iter().rposition(|&line| line <= last || !is_empty(line)).map_or(0, |end| end + 1);
    lines.truncate(end);
    lines.drain(..begin.min(end));
}

/// How many bytes of indentation the lines share: they say nothing, and a narrow page has no room for them.
fn indent(file: &SourceFile, lines: &[usize]) -> usize {
    let mut texts = lines.iter().map(|&line| file.line_text(line)).filter(|text| !text.trim().is_empty());
    let Some(first) = texts.next() else { return 0 };
    let own = first.len() - first.trim_start_matches([' ', '\t']).len();
    texts.fold(own, |shared, text| first[..shared].bytes().zip(text.bytes()).take_while(|(a, b)| a == b).count())
}

fn line<'a>(file: &'a SourceFile, line: usize, marks: &[Mark<'a>], shared: usize) -> Line<'a> {
    let text = file.line_text(line);
    let start = file.lines().start(line).unwrap_or(0);
    // On the lines after its first, a place begins where the text does.
    let indent = text.len() - text.trim_start().len();
    let here: Vec<(usize, usize, &Mark<'a>)> = marks
        .iter()
        .filter(|mark| (file.lines().line(mark.span.start)..=last_line(file, mark.span)).contains(&line))
        .map(|mark| {
            let from = mark.span.start.checked_sub(start).map_or(indent, |from| from as usize).min(text.len());
            (from, (mark.span.end.saturating_sub(start) as usize).clamp(from, text.len()), mark)
        })
        .collect();
    let shared = shared.min(indent);
    let (from, to) = window(text, shared, here.iter().map(|(from, ..)| *from).min().unwrap_or(0));
    let mut bounds: Vec<usize> = here.iter().flat_map(|(from, to, _)| [*from, *to]).chain([from, to]).collect();
    bounds.retain(|at| (from..=to).contains(at) && text.is_char_boundary(*at));
    bounds.sort_unstable();
    bounds.dedup();
    let mut parts: Vec<Part<'a>> = bounds.windows(2).map(|pair| part(text, pair[0], pair[1], &here)).collect();
    if from > shared {
        parts.insert(0, Part { text: "…", mark: None, number: None });
    }
    if to < text.len() {
        parts.push(Part { text: "…", mark: None, number: None });
    }
    let begins = here.iter().filter(|(_, _, mark)| file.lines().line(mark.span.start) == line && !mark.note.is_empty());
    let note = |mark: &Mark<'a>| Note { number: mark.number, text: mark.note, primary: mark.primary };
    let mut notes: Vec<Note<'_>> = begins.map(|(.., mark)| note(mark)).collect();
    notes.sort();
    let first = cell_lines(file, line).0;
    Line { number: offset(line - first) + 1, gap: false, parts, notes }
}

/// What of a line is shown, from `start` on.
fn window(text: &str, start: usize, anchor: usize) -> (usize, usize) {
    if text.len() <= LONG_LINE {
        return (start, text.len());
    }
    let from = boundary(text, anchor.saturating_sub(LEAD)).max(start);
    (from, boundary(text, from + WINDOW))
}

/// The last place where a character begins or the text ends, up to `at`.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

fn part<'a>(text: &'a str, from: usize, to: usize, here: &[(usize, usize, &Mark<'a>)]) -> Part<'a> {
    let covering = || here.iter().filter(|(start, end, _)| *start <= from && to <= *end);
    Part {
        text: &text[from..to],
        mark: covering().next().map(|_| covering().any(|(.., mark)| mark.primary)),
        number: covering().filter(|(_, end, _)| *end == to).find_map(|(.., mark)| mark.number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn file(text: &str) -> SourceFile {
        SourceFile::new(FileId(0), "a.py", text.to_owned())
    }

    fn mark<'a>(file: &SourceFile, what: &str, note: &'a str, primary: bool) -> Mark<'a> {
        let start = offset(file.text.find(what).unwrap());
        let span = Span { file: file.id, start, end: start + offset(what.len()) };
        Mark { span, note, number: (!primary).then_some(1), primary }
    }

    /// Marked parts in brackets, the finding's own in double ones, with their numbers.
    fn drawn(lines: &[Line<'_>]) -> Vec<String> {
        let part = |part: &Part<'_>| {
            let number = part.number.map_or(String::new(), |number| number.to_string());
            match part.mark {
                None => part.text.to_owned(),
                Some(false) => format!("[{}]{number}", part.text),
                Some(true) => format!("[[{}]]{number}", part.text),
            }
        };
        let gap = |line: &Line<'_>| if line.gap { "⋯" } else { "" };
        lines
            .iter()
            .map(|line| format!("{}{} {}", gap(line), line.number, line.parts.iter().map(part).collect::<String>()))
            .collect()
    }

    #[test]
    fn marks_may_lie_in_each_other() {
        let file = file("a\nf(x, y)\nb\n");
        let lines = lines(&file, &[mark(&file, "f(x, y)", "", true), mark(&file, "y", "here", false)]);
        assert_eq!(drawn(&lines), ["1 a", "2 [[f(x, ]][[y]]1[[)]]", "3 b"]);
        assert_eq!(lines[1].notes, [Note { number: Some(1), text: "here", primary: false }]);
    }

    #[test]
    fn what_is_far_apart_has_a_gap() {
        let file = file("1\n2\nA\n4\n5\n6\n7\n8\nB\n");
        let lines = lines(&file, &[mark(&file, "A", "", true), mark(&file, "B", "", false)]);
        assert_eq!(drawn(&lines)[2..7], ["3 [[A]]", "4 4", "5 5", "⋯7 7", "8 8"]);
    }

    #[test]
    fn a_place_over_several_lines_leaves_the_indentation_out() {
        let file = file("f(\n    x,\n)\n");
        assert_eq!(
            drawn(&lines(&file, &[mark(&file, "f(\n    x,\n)", "", true)]))[..3],
            ["1 [[f(]]", "2     [[x,]]", "3 [[)]]"]
        );
    }

    #[test]
    fn empty_lines_at_the_ends_are_left_out() {
        let file = file("x\n\n\nA\n\n\n\nB\n\n");
        let lines = lines(&file, &[mark(&file, "A", "", true), mark(&file, "B", "", false)]);
        assert_eq!(drawn(&lines), ["4 [[A]]", "5 ", "6 ", "7 ", "8 [B]1"]);
    }

    #[test]
    fn indentation_that_all_lines_share_is_left_out() {
        let file = file("    a\n\n\tb\n");
        assert_eq!(drawn(&lines(&file, &[mark(&file, "a", "", true)])), ["1     [[a]]", "2 ", "3 \tb"]);
        let file = self::file("    a\n\n      b\n  \n");
        assert_eq!(drawn(&lines(&file, &[mark(&file, "b", "", true)])), ["1 a", "2 ", "3   [[b]]"]);
    }

    #[test]
    fn a_place_over_many_lines_is_marked_on_its_first() {
        let text = format!("f({})\n", "\n".repeat(20));
        let file = file(&text);
        assert_eq!(drawn(&lines(&file, &[mark(&file, text.trim_end(), "", true)])), ["1 [[f(]]"]);
    }

    #[test]
    fn rows_of_a_notebook_count_within_the_cell_and_nothing_of_another_is_shown() {
        let mut file = file("a\nb\nc\nd\n");
        file.cells = vec![Cell { number: 1, first_line: 0 }, Cell { number: 3, first_line: 2 }];
        assert_eq!(drawn(&lines(&file, &[mark(&file, "b", "", true)])), ["1 a", "2 [[b]]"]);
        assert_eq!(drawn(&lines(&file, &[mark(&file, "c", "", true)]))[..2], ["1 [[c]]", "2 d"]);
    }

    #[test]
    fn a_long_line_is_cut_around_its_mark() {
        let text = format!("{}é MARK {}", "é".repeat(500), "x".repeat(900));
        let file = file(&text);
        let lines = lines(&file, &[mark(&file, "MARK", "", true)]);
        let shown: usize = lines[0].parts.iter().map(|part| part.text.len()).sum();
        assert!(shown < WINDOW + 10 && drawn(&lines)[0].contains("[[MARK]]"), "{lines:?}");
        assert!(lines[0].parts[0].text == "…" && lines[0].parts.last().unwrap().text == "…");
    }

    #[test]
    fn a_place_beyond_the_text_is_at_its_end() {
        let file = file("a");
        let span = Span { file: file.id, start: 90, end: 95 };
        let mark = Mark { span, note: "gone", number: None, primary: true };
        assert_eq!(drawn(&lines(&file, &[mark])), ["1 a"]);
    }
}
