//! Which libraries are checked: the built-in ones, or those that are named, and what files of the repository describe.
//!
//! Refuses to know what a library's data means.

use super::selection::nearest;
use super::{Config, ConfigError, on, unreadable};
use crate::libraries::Libraries;
use std::path::PathBuf;

/// The libraries that a configuration chooses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChosenLibraries {
    /// The built-in ones; empty for all.
    names: Vec<String>,
    /// Files in the form of `rules/libraries/*.toml`.
    pub(super) files: Vec<PathBuf>,
}

impl ChosenLibraries {
    /// Adds what one entry names: a built-in library, or a file by its ending.
    pub(super) fn add(&mut self, entry: &str) -> Result<(), String> {
        if entry.ends_with(".toml") {
            self.files.push(PathBuf::from(entry));
            return Ok(());
        }
        let known = || Libraries::built_in_names();
        if known().any(|name| name == entry) {
            self.names.push(entry.to_owned());
            return Ok(());
        }
        Err(match nearest(entry, known()) {
            Some(near) => format!("unknown library `{entry}`; did you mean `{near}`?"),
            None => {
                let known = known().collect::<Vec<_>>().join(", ");
                format!("unknown library `{entry}`; it is one of {known}, or a file that ends in `.toml`")
            }
        })
    }

    /// The entries, for `--show-settings`; `None` where nothing is chosen.
    pub(super) fn shown(&self) -> Option<Vec<String>> {
        let files = self.files.iter().map(|file| file.to_string_lossy().into_owned());
        let entries: Vec<String> = self.names.iter().cloned().chain(files).collect();
        (!entries.is_empty()).then_some(entries)
    }

    /// Whether some of the built-in ones are left out.
    #[must_use]
    pub fn leave_out(&self) -> bool {
        !self.names.is_empty()
    }

    /// Reads them.
    ///
    /// # Errors
    /// A file cannot be read, or is not in that form.
    pub fn load(&self, config: &Config) -> Result<Libraries, ConfigError> {
        let mut files = Vec::new();
        for path in &self.files {
            let shown = config.shown(path).to_string();
            let text = std::fs::read_to_string(path).map_err(|error| on(shown.as_str(), unreadable(&error)))?;
            files.push((shown, text));
        }
        let own: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let chosen = |name: &str| self.names.is_empty() || self.names.iter().any(|known| known == name);
        Libraries::with(chosen, &own).map_err(|message| on("`libraries`", message))
    }
}
