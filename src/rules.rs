//! The list of rules (a stand-in: the real list comes from the pages in `rules/`).

use crate::finding::Severity;

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its code.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// How bad it is, unless a finding says otherwise.
    pub severity: Severity,
    /// Whether it runs without being selected.
    pub default_on: bool,
    /// Whether it speaks in test code.
    pub speaks_in_tests: bool,
    /// Whether it fixes.
    pub fix: FixKind,
    /// One line about it.
    pub summary: &'static str,
    /// Its page, in Markdown.
    pub body: &'static str,
    /// The page's file name.
    pub file_name: &'static str,
    /// Its place in the list, below 64.
    pub index: usize,
}

/// Whether a rule fixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FixKind {
    /// It does not.
    None,
    /// It keeps behaviour.
    Safe,
    /// It changes behaviour.
    Unsafe,
}

impl Rule {
    /// Where its page is read.
    #[must_use]
    pub fn url(&self) -> String {
        format!("https://example.org/poolcheck/rules/{}", self.file_name)
    }
}

const PAGE: &str = "A page.\n\n## Why\n\nBecause `total` ends it, see [the manual](https://example.org).\n\n```python bad\nx = 1\n```\n";

const fn rule(index: usize, code: &'static str, name: &'static str, severity: Severity, default_on: bool) -> Rule {
    Rule {
        code,
        name,
        severity,
        default_on,
        speaks_in_tests: true,
        fix: FixKind::None,
        summary: "a stand-in",
        body: PAGE,
        file_name: "page.md",
        index,
    }
}

static RULES: [Rule; 7] = [
    rule(0, "PC101", "sub-timeout-above-total", Severity::Error, true),
    rule(1, "PC103", "no-timeout", Severity::Warning, true),
    rule(2, "PC201", "limit-per-host-not-set", Severity::Warning, true),
    rule(3, "PC206", "connections-not-reused", Severity::Info, false),
    rule(4, "PC301", "session-per-request", Severity::Warning, true),
    rule(5, "PC901", "unused-suppression", Severity::Info, true),
    rule(6, "PC902", "unknown-suppression", Severity::Warning, true),
];

/// Every rule, by code.
#[must_use]
pub fn all() -> &'static [Rule] {
    &RULES
}

/// The rule with this code or name.
#[must_use]
pub fn find(code_or_name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.code == code_or_name || rule.name == code_or_name)
}
