//! How the settings of a library bear on each other.
//!
//! Refuses to compare their values.

use super::Setting;
use serde::Deserialize;

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
