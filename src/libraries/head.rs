//! Who a library is.
//!
//! Refuses to know its classes.

use super::Known;
use serde::Deserialize;
use smol_str::SmolStr;

/// Who a library is.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Head {
    /// Its name, as users say it.
    pub name: SmolStr,
    /// The language it is for.
    pub language: SmolStr,
    /// What registries and lock files call it; without it no version of it is ever known.
    pub package: Option<SmolStr>,
    /// The first release that the data speaks of, and the first that it does not speak of any more.
    #[serde(default)]
    pub known: Known,
    /// The modules that its rows are in.
    pub modules: Vec<SmolStr>,
    /// Forks that have the same in them as the first of these modules.
    #[serde(default)]
    pub forks: Vec<SmolStr>,
    /// Whether its name is a common word, too, so that only what looks like an import counts.
    #[serde(default)]
    pub common_word: bool,
    /// Its documentation.
    pub documentation: String,
    /// Whether other packages hand it on whole, under its own name: `other.library.Class`.
    #[serde(default)]
    pub handed_on: bool,
    /// Whether only what could keep a session is seen to waste it where nobody is known to call it twice: a method has an
    /// object to keep it in, a function has not.
    #[serde(default)]
    pub methods_keep: bool,
}
