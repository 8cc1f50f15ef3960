//! Suppressions: which findings comments silence, and which comments silence nothing.
//!
//! ```text
//! # poolcheck: ignore[PC301, no-timeout] reason      on any line of the statement, or alone above it
//! # poolcheck: file-ignore[PC201] reason             anywhere in the file
//! # noqa: PC301                                      on any line of the statement; other tools' codes are theirs
//! ```
//!
//! Refuses to look for comments: front ends found them in syntax, so a directive inside a string is none.

mod add;
mod directive;
mod write;

pub(crate) use write::silencing;
pub use write::write_ignores;

use crate::config::{RuleSet, Selector, nearest};
use crate::finding::{Applicability, Confidence, Draft, Edit, Finding, Fix};
use crate::fix::edited;
use crate::model::facts::Comment;
use crate::rules::{self, Rule};
use crate::source::{SourceFile, Span, offset};
use directive::{Directive, Kind, Parsed};
use std::ops::RangeInclusive;

/// The rule that a suppression of nothing breaks.
pub const UNUSED: &str = "unused-suppression";
/// The rule that a suppression of no known rule, or a malformed one, breaks.
pub const UNKNOWN: &str = "unknown-suppression";

/// What is left of one file's findings.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The findings to show, in the order they came.
    pub kept: Vec<Finding>,
    /// Those below the confidence that is shown, which no comment silences.
    pub unsure: Vec<Finding>,
    /// How many that would have been shown are silenced.
    pub suppressed: usize,
    /// Those that are silenced, of every confidence, with the text of their line without the suppressions on it, runs of
    /// space as one.
    pub silenced: Vec<(Finding, String)>,
    /// What is wrong with the comments themselves.
    pub drafts: Vec<(&'static Rule, Draft)>,
}

/// Whether a text may hold a suppression, so that what is wrong with it is to be told. A `noqa` is one where it may name
/// a rule of poolcheck.
#[must_use]
pub fn may_be_in(text: &str) -> bool {
    let bytes = text.as_bytes();
    // `q` is the rarest of its letters.
    let noqa = |at: usize| {
        let word = at.checked_sub(2).and_then(|start| bytes.get(start..at + 2));
        let rest = bytes[at..].split(|&byte| byte == b'\n').next().unwrap_or_default();
        word.is_some_and(|word| word.eq_ignore_ascii_case(b"noqa")) && rest.iter().any(|byte| b"Pp-".contains(byte))
    };
    memchr::memmem::find(bytes, b"poolcheck").is_some() || memchr::memchr2_iter(b'q', b'Q', bytes).any(noqa)
}

/// Applies a file's suppressions.
///
/// * `findings`: all of this file, of every confidence; those below `least` are set apart, after they had their chance to
///   prove a suppression used.
/// * `ran`: the rules that were asked about this file (selected, not off by `per-file-ignores`, not silent in test code):
///   only of these can it be said that a suppression is unused.
#[must_use]
pub fn apply(
    source: &SourceFile,
    comments: &[Comment],
    findings: Vec<Finding>,
    ran: RuleSet,
    least: Confidence,
) -> Outcome {
    let mut directives = Vec::new();
    let mut outcome = Outcome::default();
    for comment in comments {
        for parsed in directive::parse(source, comment) {
            match parsed {
                Parsed::Directive(directive) => directives.push(directive),
                Parsed::Malformed(span, why) => outcome.report(UNKNOWN, ran, malformed(span, &why)),
            }
        }
    }
    for finding in findings {
        let lines = lines_of(source, &finding);
        let mut silenced = false;
        for directive in directives.iter_mut().filter(|directive| directive.covers(&lines)) {
            silenced |= directive.uses(finding.rule);
        }
        match (silenced, finding.confidence >= least) {
            (false, true) => outcome.kept.push(finding),
            (false, false) => outcome.unsure.push(finding),
            (true, shown) => {
                outcome.suppressed += usize::from(shown);
                let line = line_without(source, &directives, finding.at);
                outcome.silenced.push((finding, line));
            }
        }
    }
    for directive in &directives {
        judge(source, directive, ran, &mut outcome);
    }
    outcome.silence_own(source, &directives);
    outcome
}

/// The text of the line that a place begins on, as it was before the suppressions on it.
fn line_without(source: &SourceFile, directives: &[Directive], at: Span) -> String {
    let line = source.lines().line(at.start);
    let first = source.lines().start(line).unwrap_or(0);
    let here = directives.iter().filter(|directive| source.lines().line(directive.start) == line);
    let edits = here.map(|directive| {
        let edit = remove_whole(source, directive);
        let span = Span { start: edit.span.start - first, end: edit.span.end - first, ..edit.span };
        Edit { span, ..edit }
    });
    let edits: Vec<Edit> = edits.collect();
    edited(source.line_text(line), edits.iter()).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The lines that a suppression of the finding may stand on.
fn lines_of(source: &SourceFile, finding: &Finding) -> RangeInclusive<usize> {
    let Span { start, end, .. } = finding.statement;
    source.lines().line(start)..=source.lines().line(end.max(start + 1) - 1)
}

impl Outcome {
    fn report(&mut self, rule: &str, ran: RuleSet, draft: Draft) {
        if let Some(rule) = rules::find(rule).filter(|rule| ran.contains(rule)) {
            self.drafts.push((rule, draft));
        }
    }

    /// A finding about a comment can be silenced like any other: on its line, above it, or for the file.
    fn silence_own(&mut self, source: &SourceFile, directives: &[Directive]) {
        let before = self.drafts.len();
        self.drafts.retain(|(rule, draft)| {
            let line = source.lines().line(draft.at.start);
            !directives.iter().any(|directive| directive.covers(&(line..=line)) && directive.names_rule(rule))
        });
        self.suppressed += before - self.drafts.len();
    }
}

/// Whether the rule speaks of suppressions; a suppression of such a rule is never called unused, since what it silences
/// may be another suppression's fault.
fn speaks_of_suppressions(rule: &Rule) -> bool {
    rule.name == UNUSED || rule.name == UNKNOWN
}

fn malformed(span: Span, why: &str) -> Draft {
    let help = "write `poolcheck: ignore[PC301] reason` on the statement, or alone on the line above it; \
                `poolcheck: file-ignore[PC301] reason` holds for the file";
    Draft::new(span, format!("this suppression has no effect: {why}"), help)
}

fn judge(source: &SourceFile, directive: &Directive, ran: RuleSet, outcome: &mut Outcome) {
    let unknown: Vec<usize> = directive.indexes(|name| name.ours && name.rule.is_none());
    // Where that is not told, a fix of another finding does not take it away either.
    let told = rules::find(UNUSED).is_some_and(|rule| ran.contains(rule));
    let unused: Vec<usize> = directive.indexes(|name| {
        told && name.rule.is_some_and(|rule| !name.used && ran.contains(rule) && !speaks_of_suppressions(rule))
    });
    // What was meant by a name is plain; a code is one slip away from several.
    let slip = |name: &str| nearest(name, rules::all().iter().map(|rule| rule.name)).filter(|_| name.contains('-'));
    let meant: Vec<Option<&str>> = unknown.iter().map(|&index| slip(&directive.names[index].text)).collect();
    // Where nothing good is left, either finding takes the whole comment away.
    let all = unknown.len() + unused.len() == directive.names.len() && meant.iter().all(Option::is_none);
    let fix = |message: &str, bad: &[(usize, Option<&str>)]| Fix {
        applicability: Applicability::Safe,
        message: message.to_owned(),
        edits: vec![if all { remove_whole(source, directive) } else { rewrite_names(source, directive, bad) }],
    };
    if let Some(&first) = unknown.first() {
        let (message, help) = about_unknown(directive, &unknown, first);
        let mut draft = Draft::new(directive.span_of(first, source.id), message, help);
        let bad: Vec<_> = unknown.iter().copied().zip(meant).collect();
        draft.fix = Some(fix("correct what is mistyped, and remove what names no rule", &bad));
        outcome.report(UNKNOWN, ran, draft);
    }
    if let Some(&first) = unused.first() {
        let place = if directive.kind == Kind::File { "in this file" } else { "here" };
        let message = format!("{} {} nothing to say {place}", quoted(directive, &unused), plural(&unused));
        let help = "remove it, so that it does not hide a later mistake";
        let mut draft = Draft::new(directive.span_of(first, source.id), message, help);
        let bad: Vec<_> = unused.iter().map(|&index| (index, None)).collect();
        draft.fix = Some(fix("remove what has no effect", &bad));
        outcome.report(UNUSED, ran, draft);
    }
}

/// What is wrong with names that are no rule's, and what to do.
fn about_unknown(directive: &Directive, unknown: &[usize], first: usize) -> (String, String) {
    let names = quoted(directive, unknown);
    let is_group = |index: &&usize| Selector::parse(&directive.names[**index].text).is_ok();
    let groups: Vec<usize> = unknown.iter().filter(is_group).copied().collect();
    let one = unknown.len() == 1;
    let message = if groups.len() == unknown.len() {
        let (name, have) = if one { ("names a group", "has") } else { ("name groups", "have") };
        format!("{names} {name} of rules, which {have} no effect in a comment")
    } else {
        format!("{names} {} no rule of poolcheck", if one { "is" } else { "are" })
    };
    let known = rules::all().iter().flat_map(|rule| [rule.code, rule.name]);
    let help = match nearest(&directive.names[first].text, known) {
        _ if !groups.is_empty() => {
            "name each rule that is meant; groups of rules can be named in the configuration: `per-file-ignores`"
                .to_owned()
        }
        Some(near) => format!("write `{near}` if that is meant, else remove it"),
        None => "remove it; `poolcheck --rules` lists the codes".to_owned(),
    };
    (message, help)
}

fn plural(names: &[usize]) -> &'static str {
    if names.len() == 1 { "has" } else { "have" }
}

fn quoted(directive: &Directive, indexes: &[usize]) -> String {
    let names: Vec<String> = indexes.iter().map(|&index| format!("`{}`", directive.names[index].text)).collect();
    names.join(", ")
}

/// Writes the list anew: without the bad names, or with what was meant by them.
fn rewrite_names(source: &SourceFile, directive: &Directive, bad: &[(usize, Option<&str>)]) -> Edit {
    let names = directive.names.iter().enumerate().filter_map(|(index, name)| {
        let found = bad.iter().find(|(at, _)| *at == index);
        found.map_or(Some(name.text.as_str()), |(_, meant)| *meant)
    });
    let content = names.collect::<Vec<_>>().join(", ");
    let start = directive.names.first().map_or(directive.start, |name| name.start);
    let end = directive.names.last().map_or(directive.end, |name| name.end);
    Edit { span: Span { file: source.id, start, end }, content }
}

/// Removes the directive: with its line where nothing else is on it, else with the space before it.
fn remove_whole(source: &SourceFile, directive: &Directive) -> Edit {
    let line = source.lines().line(directive.start);
    let line_start = source.lines().start(line).unwrap_or(0);
    let (mut start, mut end) = (directive.start, directive.end);
    let before = source.text.get(line_start as usize..start as usize).unwrap_or("");
    let line_end = line_start + offset(source.line_text(line).len());
    let after = source.text.get(end as usize..line_end as usize).unwrap_or("");
    if before.trim().is_empty() && after.trim().is_empty() {
        start = line_start;
        end = source.lines().start(line + 1).unwrap_or(offset(source.text.len()));
    } else if after.trim().is_empty() {
        start = line_start + offset(before.trim_end().len());
    } else {
        end += offset(after.len() - after.trim_start().len());
    }
    Edit { span: Span { file: source.id, start, end }, content: String::new() }
}

#[cfg(test)]
mod tests;
