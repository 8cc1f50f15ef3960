//! What the requests of a library end with: answers and exceptions, as its data describes them.
//!
//! Refuses to judge.

use serde::Deserialize;
use smol_str::SmolStr;

/// What becomes of the answers of a library's requests.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Response {
    /// The methods that read its body.
    pub reads: Vec<SmolStr>,
    /// Where this can be read.
    pub source: String,
}

/// The exceptions that a library's requests end with.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Errors {
    /// The classes that look as if they covered everything, and leave the timeout of the whole request out.
    pub own: Vec<SmolStr>,
    /// The classes that catch it.
    pub timeout: Vec<SmolStr>,
    /// What is raised, to the user.
    pub sentence: String,
    /// What to do.
    pub help: String,
    /// Where this can be read.
    pub source: String,
}
