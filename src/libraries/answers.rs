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
    /// The methods that give its connection back unread.
    #[serde(default)]
    pub releases: Vec<SmolStr>,
    /// The methods that give it back where they raise, and only there.
    #[serde(default)]
    pub raises: Vec<SmolStr>,
    /// Its attribute that the body is read from piece by piece.
    pub stream: Option<SmolStr>,
    /// The methods of that which read a piece.
    #[serde(default)]
    pub pieces: Vec<SmolStr>,
    /// Its attributes and methods that leave body and connection as they are.
    #[serde(default)]
    pub asks: Vec<SmolStr>,
    /// Whether a request gives it only where it is awaited.
    #[serde(default)]
    pub awaited: bool,
    /// What a response that is neither read nor released holds, to the user; empty where that is nothing.
    #[serde(default)]
    pub held: String,
    /// What to do about it.
    #[serde(default)]
    pub help: String,
    /// Where this can be read.
    pub source: String,
}

impl Response {
    /// Whether a method or attribute of this name leaves its body and connection as they are.
    #[must_use]
    pub fn leaves(&self, name: &SmolStr) -> bool {
        self.asks.contains(name) || self.raises.contains(name)
    }

    /// Whether a method or attribute of this name reads or releases it.
    #[must_use]
    pub fn ends(&self, name: &SmolStr) -> bool {
        self.reads.contains(name) || self.releases.contains(name) || self.stream.as_ref() == Some(name)
    }
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
