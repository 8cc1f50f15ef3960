//! Objects that are built step by step, as the data describes them.
//!
//! Refuses to follow a builder.

use super::{Class, Libraries, Row};
use serde::Deserialize;
use smol_str::SmolStr;

/// How an object is built step by step: each method sets the parameter of its name and gives the builder.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Builder {
    /// The full paths of the functions that begin.
    #[serde(default)]
    pub begins: Vec<SmolStr>,
    /// The methods that end it and give the object; none where the builder is the object itself.
    #[serde(default)]
    pub ends: Vec<SmolStr>,
    /// The methods that tell it what cannot be told later: an object that was told something of one request by them serves
    /// that request alone.
    #[serde(default)]
    pub for_one: Vec<SmolStr>,
}

impl Class {
    /// The full paths of all that builds an object of it, or begins to.
    pub(super) fn ways(&self) -> impl Iterator<Item = &SmolStr> {
        let begins = self.builder.iter().flat_map(|builder| &builder.begins);
        self.also.iter().chain([&self.path]).chain(begins)
    }
}

impl Libraries {
    /// How what a row builds is built step by step, where calling `path` begins that.
    #[must_use]
    pub fn builder_at(&self, path: &str) -> Option<&Builder> {
        let row = self.row(path)?;
        let own = self.own_path(path);
        let path = own.as_deref().unwrap_or(path);
        let builder = self.builder(row)?;
        // A request without a session is begun by the function itself.
        let begins = matches!(row, Row::Request(..)) || builder.begins.iter().any(|begin| begin == path);
        begins.then_some(builder)
    }

    /// How what a row builds can be built step by step.
    #[must_use]
    pub fn builder(&self, row: Row) -> Option<&Builder> {
        match row {
            Row::Class(library, class) => self.list[library].classes[class].builder.as_ref(),
            Row::Request(library, request) => self.list[library].requests[request].builder.as_ref(),
        }
    }
}
