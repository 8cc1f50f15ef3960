//! `--add-ignore`: where the comments go that silence findings.
//!
//! A comment stands at the end of the line that a finding is on, or alone above its statement; a suppression that is
//! already there gets the codes. Whether a place is one for a comment, the front end says: it is asked about the text
//! with the comment in it, and must find it there and nothing broken. So a comment is never written into a string.
//! Refuses to know files.

use super::directive::{self, Directive, Kind, Parsed};
use crate::finding::{Edit, Finding};
use crate::fix::edited;
use crate::languages::{Extent, Language};
use crate::source::{SourceFile, Span, offset};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

/// How a comment stands at the end of a line.
struct Manner {
    /// What is between it and the code.
    gap: &'static str,
    /// How wide the line may become, in characters, before the comment goes above it.
    width: usize,
}

/// As black and ruff have it by default.
const HASH: Manner = Manner { gap: "  ", width: 88 };
/// As rustfmt has it by default.
const SLASHES: Manner = Manner { gap: " ", width: 100 };

/// What silences a file's findings.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// What is put into its text, sorted by place.
    pub(super) edits: Vec<Edit>,
    /// Which findings have no place for a comment, by their index.
    pub(super) homeless: Vec<usize>,
}

/// Where a comment could go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// At the end of the list of the suppression that is there, by its index.
    Within(usize),
    /// At the end of a line.
    End(usize),
    /// Alone above a line.
    Above(usize),
}

/// The findings of one statement.
struct Group {
    findings: Vec<usize>,
    codes: BTreeSet<&'static str>,
    /// What may be tried, best first.
    places: Vec<Place>,
    /// Which of them is tried.
    tried: usize,
}

/// Plans what silences findings of a file. A reason stands after the rules; it may be empty.
#[must_use]
pub(super) fn plan(source: &SourceFile, language: &Language, findings: &[&Finding], reason: &str) -> Plan {
    let facts = (language.lower)(source, Extent::Whole);
    let parsed = facts.comments.iter().flat_map(|comment| directive::parse(source, comment));
    let directives = parsed.filter_map(|parsed| match parsed {
        Parsed::Directive(directive) if directive.kind == Kind::Statement => Some(directive),
        _ => None,
    });
    let writer = Writer { source, language, directives: directives.collect(), reason, troubles: facts.problems.len() };
    writer.plan(findings)
}

struct Writer<'a> {
    source: &'a SourceFile,
    language: &'a Language,
    directives: Vec<Directive>,
    reason: &'a str,
    /// How much is wrong with the file as it is.
    troubles: usize,
}

impl Writer<'_> {
    fn plan(&self, findings: &[&Finding]) -> Plan {
        let mut groups: BTreeMap<(usize, usize), Group> = BTreeMap::new();
        for (index, finding) in findings.iter().enumerate() {
            let lines = super::lines_of(self.source, finding);
            let group = groups.entry((*lines.start(), *lines.end())).or_insert_with(|| Group {
                findings: Vec::new(),
                codes: BTreeSet::new(),
                places: self.places(&lines, self.source.lines().line(finding.at.start), finding.rule.code),
                tried: 0,
            });
            group.findings.push(index);
            group.codes.insert(finding.rule.code);
        }
        let mut groups: Vec<Group> = groups.into_values().collect();
        let mut plan = Plan::default();
        loop {
            let wrong = self.wrong(&groups);
            for &index in &wrong {
                groups[index].tried += 1;
            }
            groups.retain(|group| {
                let left = group.tried < group.places.len();
                if !left {
                    plan.homeless.extend(&group.findings);
                }
                left
            });
            if wrong.is_empty() {
                plan.edits = self.insertions(groups.iter()).into_iter().map(|(edit, _)| edit).collect();
                plan.homeless.sort_unstable();
                return plan;
            }
        }
    }

    /// Where a comment for a statement could go, best first: on the line of the finding, above the statement, on its
    /// other lines; at last also where the line becomes long.
    fn places(&self, lines: &RangeInclusive<usize>, at: usize, code: &str) -> Vec<Place> {
        if let Some(there) = self.directives.iter().position(|directive| directive.covers(lines)) {
            return vec![Place::Within(there)];
        }
        let at = at.clamp(*lines.start(), *lines.end());
        let mut ends: Vec<usize> = vec![at];
        ends.extend(lines.clone().filter(|line| *line != at));
        ends.retain(|line| !self.source.line_text(*line).ends_with('\\'));
        let manner = self.manner();
        let length = self.comment([code].into_iter()).chars().count() + manner.gap.len();
        let fits = |line: &usize| self.source.line_text(*line).chars().count() + length <= manner.width;
        let (short, long): (Vec<usize>, Vec<usize>) = ends.into_iter().partition(fits);
        let mut places: Vec<Place> = short.iter().chain(&long).map(|line| Place::End(*line)).collect();
        let first = *lines.start();
        let continues = first > 0 && self.source.line_text(first - 1).ends_with('\\');
        // What stands above a comment holds for the code below both.
        if !continues && !directive::is_comment(self.source.line_text(first)) {
            let best = usize::from(short.first() == Some(&at));
            places.insert(best, Place::Above(first));
        }
        places
    }

    /// The groups whose place is none for a comment.
    fn wrong(&self, groups: &[Group]) -> Vec<usize> {
        let (lost, troubled) = self.tried(groups.iter());
        if !lost.is_empty() || !troubled {
            return lost;
        }
        let alone = |index: &usize| self.tried(std::iter::once(&groups[*index])).1;
        (0..groups.len()).filter(alone).collect()
    }

    /// Puts the comments in: which of them the front end does not find, and whether something is broken.
    fn tried<'g>(&self, groups: impl Iterator<Item = &'g Group> + Clone) -> (Vec<usize>, bool) {
        let insertions = self.insertions(groups.clone());
        let text = edited(&self.source.text, insertions.iter().map(|(edit, _)| edit));
        let source = SourceFile::new(self.source.id, self.source.path.clone(), text);
        let facts = (self.language.lower)(&source, Extent::Whole);
        let mut lost: Vec<usize> = Vec::new();
        let mut shift = 0;
        let mut found: BTreeMap<Place, bool> = BTreeMap::new();
        for (edit, place) in &insertions {
            let start = edit.span.start + shift;
            let end = start + offset(edit.content.trim_end().len());
            shift += offset(edit.content.len());
            let holds = facts.comments.iter().any(|comment| comment.start < end && end <= comment.end);
            found.insert(*place, holds);
        }
        for (index, group) in groups.enumerate() {
            if !found.get(&group.places[group.tried]).copied().unwrap_or(false) {
                lost.push(index);
            }
        }
        (lost, facts.problems.len() > self.troubles)
    }

    /// What is put in for groups, each place once.
    fn insertions<'g>(&self, groups: impl Iterator<Item = &'g Group>) -> Vec<(Edit, Place)> {
        let mut codes: BTreeMap<Place, BTreeSet<&str>> = BTreeMap::new();
        for group in groups {
            codes.entry(group.places[group.tried]).or_default().extend(&group.codes);
        }
        let mut made: Vec<(Edit, Place)> =
            codes.into_iter().map(|(place, codes)| (self.insertion(place, &codes), place)).collect();
        made.sort_by_key(|(edit, place)| (edit.span.start, *place));
        made
    }

    fn insertion(&self, place: Place, codes: &BTreeSet<&str>) -> Edit {
        let comment = || self.comment(codes.iter().copied());
        let start = |line: usize| self.source.lines().start(line).unwrap_or(0);
        let put = |at: u32, content: String| Edit { span: Span { file: self.source.id, start: at, end: at }, content };
        match place {
            Place::Within(index) => {
                let names = &self.directives[index].names;
                let text: String = codes.iter().map(|code| format!(", {code}")).collect();
                put(names.last().map_or(0, |name| name.end), text)
            }
            Place::End(line) => {
                let code = self.source.line_text(line).trim_end();
                put(start(line) + offset(code.len()), format!("{}{}", self.manner().gap, comment()))
            }
            Place::Above(line) => {
                let code = self.source.line_text(line);
                let indent = &code[..code.len() - code.trim_start().len()];
                put(start(line), format!("{indent}{}{}", comment(), self.ending(line)))
            }
        }
    }

    fn comment<'c>(&self, codes: impl Iterator<Item = &'c str>) -> String {
        let (sign, codes) = (self.language.comment_sign, codes.collect::<Vec<_>>().join(", "));
        let reason = self.reason;
        let space = if reason.is_empty() { "" } else { " " };
        format!("{sign} poolcheck: ignore[{codes}]{space}{reason}")
    }

    fn manner(&self) -> Manner {
        if self.language.comment_sign == "#" { HASH } else { SLASHES }
    }

    /// How a line ends; the last one of a file like the first.
    fn ending(&self, line: usize) -> &str {
        let of = |line: usize| {
            let end = self.source.lines().start(line + 1)? as usize;
            let start = self.source.lines().start(line)? as usize + self.source.line_text(line).len();
            self.source.text.get(start..end).filter(|ending| !ending.is_empty())
        };
        of(line).or_else(|| of(0)).unwrap_or("\n")
    }
}
