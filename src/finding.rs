//! What rules say: drafts, and the findings that the engine makes of them.
//!
//! Plain data. Refuses to know how it will be shown: emitters are functions from a whole report to bytes.

use crate::rules::Rule;
use crate::source::Span;

/// How bad it is; ordered, so that `--fail-on` is a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Wrong under load.
    Warning,
    /// Wrong whenever it runs.
    Error,
}

impl Severity {
    /// The word for it in every format and setting.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// How sure it is; ordered, so that `--min-confidence` is a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// A guess, shown only when asked for.
    Low,
    /// The usual case for this shape of code.
    Medium,
    /// Seen in the code.
    High,
}

impl Confidence {
    /// The word for it in every format and setting.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

/// A place with a few words about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is to be seen there.
    pub message: String,
}

/// Whether a fix may change what the program does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applicability {
    /// It keeps the behaviour, or restores what was plainly meant.
    Safe,
    /// It changes behaviour, or picks a value.
    Unsafe,
}

/// A replacement of bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// What stands there afterwards.
    pub content: String,
}

/// A change that removes a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// Whether it may change behaviour.
    pub applicability: Applicability,
    /// What it does.
    pub message: String,
    /// The replacements, not overlapping.
    pub edits: Vec<Edit>,
}

/// What a check has to say about a site; the engine adds the rule's identity.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The argument at fault, or the constructor's call where something is missing.
    pub at: Span,
    /// What is wrong and why it matters.
    pub message: String,
    /// What to do.
    pub help: String,
    /// A few words at [`Draft::at`] in `full`; empty for none.
    pub note: String,
    /// Other places that convince, in the order to read them.
    pub labels: Vec<Label>,
    /// How sure it is.
    pub confidence: Confidence,
    /// Where it differs from the page's.
    pub severity: Option<Severity>,
    /// A change that removes it.
    pub fix: Option<Fix>,
}

impl Draft {
    /// A draft of high confidence with the page's severity.
    #[must_use]
    pub fn new(at: Span, message: impl Into<String>, help: impl Into<String>) -> Draft {
        Draft {
            at,
            message: message.into(),
            help: help.into(),
            note: String::new(),
            labels: Vec::new(),
            confidence: Confidence::High,
            severity: None,
            fix: None,
        }
    }

    /// Adds a place that convinces.
    #[must_use]
    pub fn label(mut self, span: Span, message: impl Into<String>) -> Draft {
        self.labels.push(Label { span, message: message.into() });
        self
    }

    /// Sets the words at the place itself.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Draft {
        self.note = note.into();
        self
    }

    /// Sets the severity where it differs from the page's.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Draft {
        self.severity = Some(severity);
        self
    }

    /// Sets the confidence.
    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Draft {
        self.confidence = confidence;
        self
    }
}

/// A finding of this run.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule that it breaks.
    pub rule: &'static Rule,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// The place.
    pub at: Span,
    /// What is wrong and why it matters.
    pub message: String,
    /// What to do.
    pub help: String,
    /// A few words at the place in `full`; empty for none.
    pub note: String,
    /// Other places that convince.
    pub labels: Vec<Label>,
    /// A change that removes it.
    pub fix: Option<Fix>,
    /// The statement's lines that a suppression may stand on (for a compound statement its head).
    pub statement: Span,
    /// The construction that it speaks of: findings of one construction tell one story.
    pub site: Span,
    /// Whether another finding of the same site (PC301) tells the main story, so that human formats fold this one into
    /// its help.
    pub folded: bool,
    /// Stays the same when lines move: rule, path, normalised text, n-th occurrence.
    pub fingerprint: String,
}
