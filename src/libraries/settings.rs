//! How the settings of a library bear on each other.
//!
//! Refuses to compare their values.

use super::{Setting, SeverityName};
use serde::Deserialize;

/// A timeout and those whose waits are part of its wait.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Encloses {
    /// The enclosing timeout.
    pub outer: Setting,
    /// The enclosed ones.
    pub inner: Vec<Setting>,
    /// From how many seconds on the enclosing timeout is rounded up to a whole second.
    pub rounded_from: Option<f64>,
    /// The severity, where it is not the rule's.
    pub severity: Option<SeverityName>,
    /// Where this can be read.
    pub source: String,
}

/// Timeouts that run at the same time; one phase follows the other.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Phase {
    /// The timeouts.
    pub settings: Vec<Setting>,
    /// Where this can be read.
    pub source: String,
}

/// A setting that has no effect beside another one, or without it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Overruled {
    /// The setting.
    pub setting: Setting,
    /// The one that takes its effect where it is set.
    pub beside: Option<Setting>,
    /// The one that it needs.
    pub without: Option<Setting>,
    /// What comes of it, to the user.
    pub sentence: String,
    /// What to do.
    pub help: String,
    /// Where this can be read.
    pub source: String,
}
