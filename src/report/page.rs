//! Rules for a person to read: one page (`--explain`) and the list (`--rules`), plain or as JSON.
//!
//! Refuses to know Markdown beyond what pages use: headings, fences, links, marks of emphasis stay as they are.

use super::{ListForm, Style};
use crate::rules::{self, FixKind, Rule};
use serde::Serialize;
use std::io::{self, Write};

/// Writes a rule's page.
///
/// # Errors
/// The writer fails.
pub fn explain(rule: &Rule, style: Style, out: &mut dyn Write) -> io::Result<()> {
    heading(out, style, &format!("{} {}", rule.code, rule.name), '=')?;
    let on = if rule.default_on { "on by default" } else { "off unless selected" };
    let tests = if rule.speaks_in_tests { "" } else { ", not in test code" };
    writeln!(out, "{}\n\n{}, {on}{tests}, {}", rule.summary, rule.severity.as_str(), fix_text(rule.fix))?;
    let mut fenced = false;
    let mut blank = false;
    for line in rule.body.trim().lines().skip_while(|line| line.starts_with("# ")) {
        if let Some(info) = line.trim_start().strip_prefix("```") {
            fenced = !fenced;
            if fenced {
                writeln!(out, "  {}:\n", info.split_whitespace().nth(1).unwrap_or("for example"))?;
            }
            continue;
        }
        if !fenced && line.is_empty() && blank {
            continue;
        }
        blank = line.is_empty();
        match line.strip_prefix('#').filter(|_| !fenced) {
            Some(title) => heading(out, style, title.trim_start_matches('#').trim(), '-')?,
            None if fenced && !line.is_empty() => writeln!(out, "    {line}")?,
            None if fenced => writeln!(out)?,
            None => writeln!(out, "{}", links(line))?,
        }
    }
    writeln!(out, "\n{}", rule.url())
}

fn heading(out: &mut dyn Write, style: Style, text: &str, under: char) -> io::Result<()> {
    if style.color {
        writeln!(out, "\u{1b}[1m{text}\u{1b}[0m")
    } else {
        writeln!(out, "{text}\n{}", String::from(under).repeat(text.chars().count()))
    }
}

/// `[text](address)` as `text (address)`.
fn links(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, text, address, after)) = first_link(rest) {
        out.extend([before, text, " (", address, ")"]);
        rest = after;
    }
    out + rest
}

fn first_link(line: &str) -> Option<(&str, &str, &str, &str)> {
    let middle = line.find("](http")?;
    let start = line[..middle].rfind('[')?;
    let end = middle + line[middle..].find(')')?;
    Some((&line[..start], &line[start + 1..middle], &line[middle + 2..end], &line[end + 1..]))
}

fn fix_text(fix: FixKind) -> &'static str {
    match fix {
        FixKind::None => "no fix",
        FixKind::Safe => "safe fix",
        FixKind::Unsafe => "unsafe fix",
    }
}

/// Writes the list of rules.
///
/// # Errors
/// The writer fails.
pub fn list(form: ListForm, out: &mut dyn Write) -> io::Result<()> {
    if form != ListForm::Text {
        return form.write(&rules::all().iter().map(Row::new).collect::<Vec<_>>(), out);
    }
    let width = rules::all().iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    for rule in rules::all() {
        let on = if rule.default_on { "on " } else { "off" };
        let (code, name, severity) = (rule.code, rule.name, rule.severity.as_str());
        writeln!(out, "{code}  {name:width$}  {severity:7}  {on}  {}", rule.summary)?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Row {
    code: &'static str,
    name: &'static str,
    severity: &'static str,
    default: bool,
    tests: bool,
    fix: &'static str,
    summary: &'static str,
    url: String,
}

impl Row {
    fn new(rule: &Rule) -> Row {
        Row {
            code: rule.code,
            name: rule.name,
            severity: rule.severity.as_str(),
            default: rule.default_on,
            tests: rule.speaks_in_tests,
            fix: match rule.fix {
                FixKind::None => "none",
                FixKind::Safe => "safe",
                FixKind::Unsafe => "unsafe",
            },
            summary: rule.summary,
            url: rule.url().to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::links;

    #[test]
    fn links_are_written_out() {
        assert_eq!(links("see [a](https://x) and [b](https://y)."), "see a (https://x) and b (https://y).");
        assert_eq!(links("a[0](1) stays"), "a[0](1) stays");
    }
}
