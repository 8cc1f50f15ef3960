//! What bounds the requests of a library: which timeouts are part of which.
//!
//! Refuses to judge.

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
    /// What the library does with the longer one, where it does not wait for both; empty where it does.
    #[serde(default)]
    pub instead: String,
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
