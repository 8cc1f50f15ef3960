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
    /// The modules that it is imported as.
    pub modules: Vec<SmolStr>,
    /// Its documentation.
    pub documentation: String,
    /// Whether other packages hand it on whole, under its own name: `other.library.Class`.
    #[serde(default)]
    pub handed_on: bool,
    /// Whether its classes are called as those of many others are, so that only its own name shows it.
    #[serde(default)]
    pub common_names: bool,
    /// Whether only what could keep a session is seen to waste it where nobody is known to call it twice: a method has an
    /// object to keep it in, a function has not.
    #[serde(default)]
    pub methods_keep: bool,
    /// What its sessions are called.
    #[serde(default = "session")]
    pub session: SmolStr,
}

fn session() -> SmolStr {
    SmolStr::new_static("session")
}
