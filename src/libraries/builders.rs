//! Objects that are built step by step, as the data describes them.
//!
//! Refuses to follow a builder.

use super::{Libraries, Row};
use serde::Deserialize;
use smol_str::SmolStr;

/// How an object is built step by step: each method sets the parameter of its name and gives the builder.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Builder {
    /// The full paths of the functions that begin.
    #[serde(default)]
    pub begins: Vec<SmolStr>,
    /// The methods that end it and give the object.
    #[serde(default)]
    pub ends: Vec<SmolStr>,
    /// The methods that tell it what cannot be told later: an object that was told something of one request by them serves
    /// that request alone.
    #[serde(default)]
    pub for_one: Vec<SmolStr>,
}

impl Libraries {
    /// The path from the library's own name on, where another package hands the whole library on.
    pub(super) fn own_path<'p>(&self, path: &'p str) -> &'p str {
        let Some((_, rest)) = path.split_once('.') else { return path };
        let root = rest.split('.').next().unwrap_or("");
        let library = self.modules.get(root).map(|&index| &self.list[index].head);
        if library.is_some_and(|head| head.handed_on) { rest } else { path }
    }

    /// How what a row builds is built step by step, where calling `path` begins that.
    #[must_use]
    pub fn builder_at(&self, path: &str) -> Option<&Builder> {
        let path = self.own_path(path);
        let row = self.row(path)?;
        let builder = self.builder(row)?;
        // A request without a session is begun by the function itself.
        let begins = matches!(row, Row::Request(..)) || builder.begins.iter().any(|begin| begin == path);
        begins.then_some(builder)
    }

    /// The names of all classes.
    pub fn class_names(&self) -> impl Iterator<Item = SmolStr> {
        let classes = self.list.iter().flat_map(|library| &library.classes);
        classes.map(|class| class.path.rsplit('.').next().unwrap_or("").into())
    }

    /// The names of all methods that build something step by step.
    pub fn steps(&self) -> impl Iterator<Item = SmolStr> {
        let classes = self.list.iter().flat_map(|library| &library.classes);
        classes.flat_map(|class| {
            let builder = class.builder.iter();
            let begins = builder.clone().flat_map(|builder| &builder.begins);
            let begins = begins.map(|path| SmolStr::from(path.rsplit('.').next().unwrap_or("")));
            let ends = builder.clone().flat_map(|builder| &builder.ends).cloned();
            let steps = builder.flat_map(|_| &class.parameters).map(|parameter| parameter.name.clone());
            begins.chain(ends).chain(steps)
        })
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
