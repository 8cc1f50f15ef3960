//! What goes around an object and passes everything on to it, as the data describes it.
//!
//! Refuses to follow an object.

use super::{Class, Libraries, Row};
use serde::Deserialize;
use smol_str::SmolStr;

/// A type that holds an object of a class and makes its requests through it: the object with something around it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Wrapper {
    /// Its full path.
    pub path: SmolStr,
    /// The full paths of the functions of a type that put it around their first argument, or begin to.
    pub gives: Vec<SmolStr>,
    /// The methods that add to it, or end building it.
    #[serde(default)]
    pub steps: Vec<SmolStr>,
    /// Where this can be read.
    pub source: String,
}

impl Class {
    /// The full paths of what goes around an object of it: the types, and the functions that do so.
    pub(super) fn around(&self) -> impl Iterator<Item = &SmolStr> {
        self.wrappers.iter().flat_map(|wrapper| wrapper.gives.iter().chain([&wrapper.path]))
    }
}

impl Libraries {
    /// Whether what a function gives is its first argument with something around it.
    #[must_use]
    pub fn wraps(&self, path: &str) -> bool {
        self.wrappers().any(|wrapper| wrapper.gives.iter().any(|function| function == path))
    }

    /// Whether a module has something that goes around an object of a library.
    #[must_use]
    pub fn wraps_in(&self, module: &str) -> bool {
        self.wrappers().any(|wrapper| wrapper.path.split('.').next() == Some(module))
    }

    /// Whether any function of this name does.
    #[must_use]
    pub fn names_wrapping_function(&self, name: &str) -> bool {
        let gives = self.wrappers().flat_map(|wrapper| &wrapper.gives);
        gives.into_iter().any(|function| function.rsplit('.').next() == Some(name))
    }

    /// Whether a method of this name adds to what is around an object of a row.
    #[must_use]
    pub fn is_wrapper_step(&self, row: Row, name: &str) -> bool {
        let wrappers = self.class(row).map_or(&[][..], |class| class.wrappers.as_slice());
        wrappers.iter().flat_map(|wrapper| &wrapper.steps).any(|step| step == name)
    }

    /// Whether any method of this name does.
    #[must_use]
    pub fn names_wrapper_step(&self, name: &str) -> bool {
        self.wrappers().flat_map(|wrapper| &wrapper.steps).any(|step| step == name)
    }

    fn wrappers(&self) -> impl Iterator<Item = &Wrapper> {
        self.list.iter().flat_map(|library| &library.classes).flat_map(|class| &class.wrappers)
    }
}
