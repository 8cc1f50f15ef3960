//! Rules as SARIF describes them, made of their pages. Those that found something, in the order of their codes.

use super::{Text, level};
use crate::finding::{Finding, Severity};
use crate::rules::{self, Rule};
use rustc_hash::FxHashMap;
use serde::Serialize;

/// How long GitHub lets a description be.
const LONGEST: usize = 1_000;

/// What the first digit of a code says.
const AREAS: [(&str, &str); 4] =
    [("PC1", "timeouts"), ("PC2", "connection-pool"), ("PC3", "lifecycle"), ("PC9", "suppressions")];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RuleRecord {
    id: &'static str,
    name: String,
    short_description: Text<'static>,
    full_description: Text<'static>,
    help: Help,
    help_uri: String,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    enabled: bool,
    level: &'static str,
}

/// What GitHub sorts and filters by. Without `security-severity`, which would list findings as weaknesses in security.
#[derive(Serialize)]
struct Properties {
    tags: Vec<&'static str>,
    precision: &'static str,
    #[serde(rename = "problem.severity")]
    severity: &'static str,
}

/// The rules of these findings, and where each of them (by its index) stands among them.
pub(super) fn records(findings: &[Finding]) -> (Vec<RuleRecord>, FxHashMap<usize, usize>) {
    let found = |rule: &&Rule| findings.iter().any(|finding| finding.rule.index == rule.index);
    let used: Vec<&Rule> = rules::all().iter().filter(found).collect();
    let index = used.iter().enumerate().map(|(at, rule)| (rule.index, at)).collect();
    (used.into_iter().map(record).collect(), index)
}

fn record(rule: &Rule) -> RuleRecord {
    let area = AREAS.iter().find(|(begin, _)| rule.code.starts_with(begin)).map(|&(_, area)| area);
    RuleRecord {
        id: rule.code,
        name: pascal(rule.name),
        short_description: Text::new(sentence(rule.summary)),
        full_description: Text::new(cut(&prose(paragraph(rule.body, "")))),
        help: Help { text: help(rule), markdown: markdown(rule) },
        help_uri: rule.url(),
        default_configuration: Configuration { enabled: rule.default_on, level: level(rule.severity) },
        properties: Properties {
            tags: ["http", "reliability"].into_iter().chain(area).collect(),
            precision: "high",
            severity: match rule.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "recommendation",
            },
        },
    }
}

/// `session-per-request` as `SessionPerRequest`.
fn pascal(name: &str) -> String {
    name.split('-').map(capital).collect()
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn sentence(phrase: &str) -> String {
    format!("{}.", capital(phrase))
}

/// The first paragraph of a page that begins so.
fn paragraph<'a>(body: &'a str, begin: &str) -> &'a str {
    body.split("\n\n").map(str::trim).find(|part| part.starts_with(begin) && !part.is_empty()).unwrap_or_default()
}

/// A paragraph as one line without marks of emphasis.
fn prose(paragraph: &str) -> String {
    paragraph.replace("**", "").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} …", &text[..text[..end].rfind(' ').unwrap_or(end)]),
        None => text.to_owned(),
    }
}

fn help(rule: &Rule) -> String {
    format!("{}\n{}", prose(paragraph(rule.body, "**What to do:**")), rule.url())
}

/// The page, with the tags of its examples as words: where Markdown is shown, what stands after a fence is not.
fn markdown(rule: &Rule) -> String {
    let mut out = format!("# {} {}\n", rule.code, rule.name);
    let mut fenced = false;
    for line in rule.body.trim().lines() {
        out.push('\n');
        let Some(info) = line.strip_prefix("```") else {
            out.push_str(line);
            continue;
        };
        fenced = !fenced;
        match info.split_once(' ').filter(|_| fenced) {
            Some((language, tag)) => out += &format!("{}:\n\n```{language}", capital(tag)),
            None => out.push_str(line),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, cut, record};
    use crate::rules;

    #[test]
    fn every_page_has_what_github_shows() {
        for rule in rules::all() {
            let made = record(rule);
            let (short, full) = (&made.short_description.text, &made.full_description.text);
            assert!(short.ends_with('.') && full.ends_with(['.', '…', ':']) && full.chars().count() <= 1_024, "{full}");
            assert!(
                !full.contains('\n') && full.len() > 30 && !full.starts_with("What to do"),
                "{}: {full}",
                rule.code
            );
            assert!(
                made.help.text.starts_with("What to do: ") && made.help.text.ends_with(".md"),
                "{}",
                made.help.text
            );
            assert!(made.help.markdown.contains("\nBad:\n\n```python\n"), "{}", made.help.markdown);
            assert_eq!(made.help.markdown.matches("```").count() % 2, 0, "{}", rule.code);
            assert_eq!(made.properties.tags.len(), 3, "{}", rule.code);
            assert!(made.name.chars().all(char::is_alphanumeric) && made.name.starts_with(char::is_uppercase));
        }
    }

    #[test]
    fn long_descriptions_are_cut_between_words() {
        let text = cut(&"é word ".repeat(300));
        assert!(text.chars().count() <= LONGEST + 2 && text.ends_with("é …"), "{text}");
        assert_eq!(cut("short"), "short");
    }
}
