//! The grammar of directives: one comment's text to what it asks for. Refuses to know findings.

use crate::config::nearest;
use crate::model::facts::Comment;
use crate::rules::{self, Rule};
use crate::source::{FileId, SourceFile, Span, offset};
use std::ops::RangeInclusive;

/// What a directive holds for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The statement that it stands on, or stands alone above.
    Statement,
    /// The file.
    File,
    /// The statement that it stands on (`noqa`).
    Noqa,
}

/// A name in a directive's list.
#[derive(Debug)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) start: u32,
    pub(super) end: u32,
    /// The rule that it names.
    pub(super) rule: Option<&'static Rule>,
    /// Whether it means a rule of poolcheck at all; in a `noqa` other tools' codes stand beside ours.
    pub(super) ours: bool,
    /// Whether it silenced something.
    pub(super) used: bool,
}

/// A directive that is written as it should be.
#[derive(Debug)]
pub(super) struct Directive {
    pub(super) kind: Kind,
    pub(super) names: Vec<Name>,
    /// Its first byte: the comment sign.
    pub(super) start: u32,
    /// One past its last byte, the reason included.
    pub(super) end: u32,
    line: usize,
    /// For one that stands alone: the first line below that is no comment.
    below: Option<usize>,
}

/// What a comment's part turns out to be.
#[derive(Debug)]
pub(super) enum Parsed {
    /// A directive.
    Directive(Directive),
    /// Something that was meant as one, and why it is none.
    Malformed(Span, String),
}

impl Directive {
    /// Whether it holds for a statement on these lines.
    pub(super) fn covers(&self, lines: &RangeInclusive<usize>) -> bool {
        self.kind == Kind::File || lines.contains(&self.line) || self.below == Some(*lines.start())
    }

    /// Whether it names the rule; remembers that it was of use.
    pub(super) fn uses(&mut self, rule: &Rule) -> bool {
        let mut named = false;
        for name in self.names.iter_mut().filter(|name| name.rule.is_some_and(|known| known.code == rule.code)) {
            name.used = true;
            named = true;
        }
        named
    }

    /// Whether it names the rule.
    pub(super) fn names_rule(&self, rule: &Rule) -> bool {
        self.names.iter().any(|name| name.rule.is_some_and(|known| known.code == rule.code))
    }

    /// The names for which `holds` holds, by index.
    pub(super) fn indexes(&self, holds: impl Fn(&Name) -> bool) -> Vec<usize> {
        (0..self.names.len()).filter(|&index| holds(&self.names[index])).collect()
    }

    /// The bytes of one name.
    pub(super) fn span_of(&self, index: usize, file: FileId) -> Span {
        Span { file, start: self.names[index].start, end: self.names[index].end }
    }
}

/// Reads the directives of a comment: each part after a comment sign may be one, so that they can follow other tools'.
pub(super) fn parse(source: &SourceFile, comment: &Comment) -> Vec<Parsed> {
    let text = comment.text.as_str();
    let sign = if text.starts_with('#') { "#" } else { "//" };
    let mut starts = vec![0];
    for (at, _) in text.match_indices(sign) {
        let apart = text[..at].ends_with(char::is_whitespace);
        let after = text[at..].trim_start_matches(['#', '/']);
        if at > 0 && apart && (after.starts_with(char::is_whitespace) || opens(after)) {
            starts.push(at);
        }
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let parts = starts.iter().zip(ends).filter_map(|(&start, end)| {
        let text = text[start..end].trim_end();
        let part = Part { source, comment, text, start: comment.start + offset(start) };
        part.parse()
    });
    parts.collect()
}

/// Whether a comment without its sign begins like a directive.
fn opens(text: &str) -> bool {
    let start = text.trim_start();
    start.starts_with("poolcheck") || start.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("noqa"))
}

/// One part of a comment, from a comment sign to the next.
struct Part<'a> {
    source: &'a SourceFile,
    comment: &'a Comment,
    text: &'a str,
    start: u32,
}

impl<'a> Part<'a> {
    fn parse(&self) -> Option<Parsed> {
        let body = self.text.trim_start_matches(['#', '/', '*', '!']).trim_start();
        if let Some(rest) = body.strip_prefix("poolcheck") {
            return self.own(rest);
        }
        let (word, rest) = body.split_at_checked(4)?;
        let rest = rest.trim_start().strip_prefix(':')?;
        if word.eq_ignore_ascii_case("noqa") { self.noqa(rest) } else { None }
    }

    /// What follows `poolcheck`: `: ignore[…]`, something like it, or prose.
    fn own(&self, rest: &'a str) -> Option<Parsed> {
        let spaced = rest.trim_start();
        let Some(after) = spaced.strip_prefix(':').map(str::trim_start) else {
            let meant = spaced.starts_with("ignore[") || spaced.starts_with("file-ignore[");
            return (meant && spaced.len() < rest.len())
                .then(|| self.malformed("a colon is missing after `poolcheck`"));
        };
        let end = after.find(|char: char| !char.is_alphanumeric() && char != '-' && char != '_').unwrap_or(after.len());
        let (word, rest) = after.split_at(end);
        let kind = match word {
            "ignore" => Kind::Statement,
            "file-ignore" => Kind::File,
            _ => {
                let right = meant(word)?;
                return Some(self.malformed(format!("`{word}` is not its word, `{right}` is")));
            }
        };
        let Some(list) = rest.trim_start().strip_prefix('[') else {
            return Some(self.malformed(format!("`{word}` must name the rules in square brackets")));
        };
        let Some((list, _)) = list.split_once(']') else {
            return Some(self.malformed("the closing `]` is missing"));
        };
        let names: Vec<Name> = words(list).map(|text| self.name(text, true, rules::find(text))).collect();
        if names.is_empty() {
            return Some(self.malformed("it names no rule"));
        }
        Some(Parsed::Directive(self.directive(kind, names)))
    }

    /// What follows `noqa:`: codes up to the first word that is none; only ours count.
    fn noqa(&self, rest: &'a str) -> Option<Parsed> {
        let codes = words(rest).take_while(|word| is_code(word));
        let names: Vec<Name> = codes
            .map(|code| {
                let ours = code.strip_prefix("PC").is_some_and(|digits| digits.len() == 3);
                self.name(code, ours, rules::find(code).filter(|_| ours))
            })
            .collect();
        names.iter().any(|name| name.ours).then(|| Parsed::Directive(self.directive(Kind::Noqa, names)))
    }

    fn name(&self, text: &str, ours: bool, rule: Option<&'static Rule>) -> Name {
        // `text` is a slice of the comment, so that its place is the distance of the two.
        let start = self.start + offset(text.as_ptr() as usize - self.text.as_ptr() as usize);
        Name { text: text.to_owned(), start, end: start + offset(text.len()), rule, ours, used: false }
    }

    fn directive(&self, kind: Kind, names: Vec<Name>) -> Directive {
        let line = self.source.lines().line(self.start);
        let alone = kind == Kind::Statement && is_comment(self.source.line_text(line));
        let lines = self.source.lines().count();
        let below = (line + 1..lines).find(|&below| !is_comment(self.source.line_text(below))).filter(|_| alone);
        Directive { kind, names, start: self.start, end: self.start + offset(self.text.len()), line, below }
    }

    fn malformed(&self, why: impl Into<String>) -> Parsed {
        let file = self.source.id;
        let end = (self.start + offset(self.text.len())).min(self.comment.end);
        Parsed::Malformed(Span { file, start: self.start, end }, why.into())
    }
}

/// Our word that was probably meant; `None` for prose. Only slips in our own words are guessed: short words of other
/// tools are too near to ordinary ones.
fn meant(word: &str) -> Option<&'static str> {
    let alike = LOOKALIKES.iter().find(|(alike, _)| alike.eq_ignore_ascii_case(word));
    alike.map(|&(_, right)| right).or_else(|| nearest(word, ["ignore", "file-ignore"]))
}

/// Words of other tools, with ours.
const LOOKALIKES: &[(&str, &str)] = &[
    ("ignored", "ignore"),
    ("ignore-file", "file-ignore"),
    ("ignore-next-line", "ignore"),
    ("disable-file", "file-ignore"),
    ("skip-file", "file-ignore"),
    ("noqa", "ignore"),
    ("nosec", "ignore"),
    ("disable", "ignore"),
    ("disable-line", "ignore"),
    ("disable-next-line", "ignore"),
    ("allow", "ignore"),
    ("skip", "ignore"),
    ("off", "ignore"),
];

fn words(list: &str) -> impl Iterator<Item = &str> {
    list.split(|char: char| char == ',' || char.is_whitespace()).filter(|word| !word.is_empty())
}

/// Letters, then digits: how linters write their codes.
fn is_code(word: &str) -> bool {
    let digits = word.trim_start_matches(|char: char| char.is_ascii_uppercase());
    digits.len() < word.len() && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a line holds nothing but a comment.
pub(super) fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('#') || line.starts_with("//") || line.starts_with("/*")
}
