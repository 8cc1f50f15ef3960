//! What applies where nothing is written: as words for messages, and value by value for the inventory.

use super::Setting;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What applies where nothing is written; words are empty where no rule speaks of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Defaults {
    /// The timeouts.
    #[serde(default)]
    pub timeout: String,
    /// Good timeouts.
    #[serde(default)]
    pub timeout_example: String,
    /// Good timeouts of a stream; empty where nothing bounds a request as a whole.
    #[serde(default)]
    pub stream_example: String,
    /// The pool.
    #[serde(default)]
    pub pool: String,
    /// A good pool.
    #[serde(default)]
    pub pool_example: String,
    /// How long an idle connection is kept.
    #[serde(default)]
    pub keepalive: String,
    /// What a session costs that is built for one request.
    #[serde(default)]
    pub cost: String,
    /// What of that is connecting alone, for a session that is given its pool or its settings of TLS; empty where that is
    /// all.
    #[serde(default)]
    pub cost_of_connecting: String,
    /// What comes of a session that nobody closes.
    #[serde(default)]
    pub leak: String,
    /// What a session without an object of its own for them has; a setting that is not named is none of this library.
    #[serde(default)]
    pub values: BTreeMap<Setting, DefaultValue>,
}

/// A default.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum DefaultValue {
    /// A number, in seconds where it is a time.
    Number(f64),
    /// Something else.
    Word(DefaultWord),
}

/// A default that is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DefaultWord {
    /// Nothing bounds it.
    None,
    /// It is not the same in every release.
    Varies,
}
