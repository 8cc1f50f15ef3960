use super::excerpt::{Excerpt, Mark};
use super::{View, handler};
use crate::report::Style;
use crate::source::{Cell, FileId, SourceFile, offset};
use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode, SourceSpan};
use std::fmt;

/// A small generator of repeatable chance.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn text(&mut self) -> String {
        let end = ["\n", "\r\n"][self.below(2)];
        let mut text = String::new();
        for _ in 0..self.below(12) {
            for _ in 0..self.below(4) {
                text.push_str(["x", " = ", "\t", "call(1)", "# word "][self.below(5)]);
            }
            text.push_str(end);
        }
        if self.below(2) == 0 { text + "last" } else { text }
    }

    /// A span that begins and ends between characters as people see them.
    fn span(&mut self, text: &str) -> (usize, usize) {
        let fits = |at: usize| !(text[..at].ends_with('\r') && text[at..].starts_with('\n'));
        let places: Vec<usize> = (0..=text.len()).filter(|&at| fits(at)).collect();
        let (a, b) = (places[self.below(places.len())], places[self.below(places.len())]);
        (a.min(b), a.max(b))
    }
}

/// The same finding over miette's own source.
#[derive(Debug)]
struct Stock {
    source: NamedSource<String>,
    labels: Vec<LabeledSpan>,
}

impl fmt::Display for Stock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("message")
    }
}

impl std::error::Error for Stock {}

impl Diagnostic for Stock {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

fn file(text: &str) -> SourceFile {
    SourceFile::new(FileId(0), "a.py", text.to_owned())
}

fn mark(start: usize, end: usize) -> Mark {
    Mark { start: offset(start), end: offset(end), message: Some("label".to_owned()), primary: true }
}

fn draw(file: &SourceFile, marks: Vec<Mark>) -> String {
    let (source, labels) = Excerpt::new(file, marks);
    let view = View {
        code: None,
        severity: miette::Severity::Error,
        message: "message".to_owned(),
        help: String::new(),
        url: None,
        labels,
        source: Some(source),
    };
    let mut out = String::new();
    handler(Style::PLAIN).render_report(&mut out, &view).unwrap();
    out
}

#[test]
fn the_line_table_draws_what_miette_draws() {
    let mut chance = Chance(7);
    let mut drawn = 0;
    for _ in 0..4_000 {
        let text = chance.text();
        let (start, end) = chance.span(&text);
        let stock = Stock {
            source: NamedSource::new("a.py", text.clone()),
            labels: vec![LabeledSpan::new_primary_with_span(Some("label".to_owned()), (start, end - start))],
        };
        // Long labels are cut, and an empty one at a line's end does not draw one line more: both are meant to differ.
        if start == end || text[start..end].matches('\n').count() > 8 {
            continue;
        }
        let mut expected = String::new();
        handler(Style::PLAIN).render_report(&mut expected, &stock).unwrap();
        assert_eq!(draw(&file(&text), vec![mark(start, end)]), expected, "{text:?} {start}..{end}");
        drawn += 1;
    }
    assert!(drawn > 3_000);
}

#[test]
fn labels_on_neighbouring_lines_are_drawn_as_miette_draws_them() {
    let mut chance = Chance(5);
    let mut drawn = 0;
    for _ in 0..20_000 {
        let text = chance.text();
        let mut spans = [chance.span(&text), chance.span(&text)];
        spans.sort_unstable();
        let [(a, b), (c, d)] = spans;
        let lines = |from: usize, to: usize| text[from..to].matches('\n').count();
        if a == b || c == d || lines(a, b) > 2 || lines(c, d) > 2 || (b < c && lines(b, c) > 2) {
            continue;
        }
        let label = |(start, end): (usize, usize), primary: bool| {
            let (message, span) = (Some("label".to_owned()), (start, end - start));
            if primary {
                LabeledSpan::new_primary_with_span(message, span)
            } else {
                LabeledSpan::new_with_span(message, span)
            }
        };
        let stock = Stock {
            source: NamedSource::new("a.py", text.clone()),
            labels: vec![label(spans[0], true), label(spans[1], false)],
        };
        let mut expected = String::new();
        handler(Style::PLAIN).render_report(&mut expected, &stock).unwrap();
        let marks = vec![mark(a, b), Mark { primary: false, ..mark(c, d) }];
        assert_eq!(draw(&file(&text), marks), expected, "{text:?} {spans:?}");
        drawn += 1;
    }
    assert!(drawn > 3_000, "{drawn}");
}

#[test]
fn the_line_table_reads_what_miette_reads() {
    let mut chance = Chance(11);
    for _ in 0..8_000 {
        let text = chance.text();
        let (start, end) = chance.span(&text);
        let span = SourceSpan::new(start.into(), end - start);
        let file = file(&text);
        let (ours, _) = Excerpt::new(&file, Vec::new());
        if start == end {
            continue;
        }
        let lines = 1 + chance.below(2);
        let expected = text.read_span(&span, lines, lines).unwrap();
        let read = ours.read_span(&span, lines, lines).unwrap();
        let what = format!("{text:?} {start}..{end} with {lines}");
        assert_eq!(read.data(), expected.data(), "{what}");
        assert_eq!((read.span(), read.line()), (expected.span(), expected.line()), "{what}");
    }
}

#[test]
fn labels_far_apart_are_drawn_apart() {
    let text = "x = 1\n".repeat(600);
    let out = draw(&file(&text), vec![mark(6 * 300, 6 * 300 + 1), mark(6 * 550, 6 * 550 + 1)]);
    assert!(out.lines().count() < 20 && out.contains("a.py:301:1") && out.contains("a.py:551:1"), "{out}");
}

#[test]
fn nothing_can_steer_the_terminal() {
    let text = "a = 1\r# \u{1b}]0;title\u{7} \u{202e}\nb = '\u{9b}31m' + wrong(1)\n";
    let at = text.find("wrong").unwrap();
    let out = draw(&file(text), vec![mark(at, at + 5)]);
    assert!(!out.chars().any(|char| char != '\n' && crate::paths::is_wild(char)), "{out:?}");
    assert!(out.contains("\\u{1b}]0;title\\u{7}") && out.contains("b = '\\u{9b}31m' + wrong(1)"), "{out}");
    assert!(out.contains("a.py:3:14"), "the column is the file's: {out}");
    let lines: Vec<&str> = out.lines().collect();
    let row = lines.iter().position(|line| line.contains("wrong(1)")).unwrap();
    let column = |line: &str, what: &str| line[..line.find(what).unwrap()].chars().count();
    assert_eq!(column(lines[row], "wrong"), column(lines[row + 1], "─"), "{out}");
}

#[test]
fn a_tamed_file_is_drawn_in_the_same_places() {
    let text = format!("{}# \u{7}\nwrong(1)\n{}again(2)\n", "x = 1\n".repeat(300), "y = 2\n".repeat(200));
    let place = |what: &str| text.find(what).map(|at| mark(at, at + 5)).unwrap();
    let out = draw(&file(&text), vec![place("wrong"), place("again")]);
    assert!(out.contains("a.py:302:1") && out.contains("a.py:503:1") && out.lines().count() < 18, "{out}");
    assert!(
        out.contains(" 301 │ # \\u{7}\n") && out.contains(" 303 │ y = 2\n") && out.contains(" 502 │ y = 2\n"),
        "{out}"
    );
}

#[test]
fn anything_can_be_drawn() {
    let mut chance = Chance(3);
    for _ in 0..6_000 {
        let mut text = String::new();
        for _ in 0..chance.below(40) {
            text.push_str(
                ["\n", "\r", "\r\n", "\t", "é", "日本", "\u{1b}", "\u{202e}", "x = 1", "\u{85}"][chance.below(10)],
            );
            if chance.below(60) == 0 {
                text.push_str(&"long é".repeat(300));
            }
        }
        let mut file = file(&text);
        if chance.below(3) == 0 {
            let middle = offset(chance.below(file.lines().count()));
            file.cells = vec![Cell { number: 1, first_line: 0 }, Cell { number: 2, first_line: middle }];
        }
        let places: Vec<usize> = (0..=text.len()).filter(|&at| text.is_char_boundary(at)).collect();
        let marks: Vec<Mark> = (0..=chance.below(3))
            .map(|_| (places[chance.below(places.len())], places[chance.below(places.len())]))
            .map(|(a, b)| mark(a.min(b), a.max(b)))
            .collect();
        let out = draw(&file, marks.clone());
        assert!(!out.contains("Failed to read"), "{text:?} {marks:?}: {out}");
        assert!(!out.chars().any(|char| char != '\n' && crate::paths::is_wild(char)), "{text:?} {marks:?}: {out:?}");
    }
}

#[test]
fn a_very_long_line_is_cut_around_its_label() {
    let text = format!("before\n{}wrong(1){}\nafter\n", "x".repeat(40_000), "y".repeat(40_000));
    let at = text.find("wrong").unwrap();
    let out = draw(&file(&text), vec![mark(at, at + 5)]);
    assert!(out.len() < 4_000 && out.contains("wrong(1)") && out.contains("before") && out.contains("after"), "{out}");
    assert!(out.contains("…x") && out.contains("y…") && out.contains("a.py:2:40001"), "{out}");
}

#[test]
fn a_label_over_many_lines_shows_its_first() {
    let text = format!("call(\n{})\n", "    1,\n".repeat(40));
    let out = draw(&file(&text), vec![mark(0, text.len() - 1)]);
    assert!(out.lines().count() < 12, "{out}");
}

#[test]
fn notebook_rows_count_within_their_cell() {
    let mut notebook = file("import a\nx = 1\nsession()\ny = 2\n");
    notebook.cells = vec![Cell { number: 1, first_line: 0 }, Cell { number: 4, first_line: 2 }];
    let at = notebook.text.find("session").unwrap();
    let out = draw(&notebook, vec![mark(at, at + 7), mark(0, 6)]);
    assert!(out.contains("a.py:cell 4:1:1") && out.contains("a.py:cell 1:1:1"), "{out}");
    let second = out.split("cell 4").nth(1).unwrap();
    assert!(!second.contains("x = 1"), "no line of another cell: {out}");
}
