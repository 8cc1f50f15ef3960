//! Who runs a function, and how often: loads `rules/frameworks.toml`.
//!
//! Refuses to know any code: it answers for names and paths.

use serde::Deserialize;
use smol_str::SmolStr;

const TEXT: &str = include_str!("../rules/frameworks.toml");

/// A framework, or the language itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Framework {
    /// Its name, as users say it.
    pub name: SmolStr,
    /// The modules that a file imports which uses it; none for every file.
    pub modules: Vec<SmolStr>,
    /// Functions of these names run once.
    #[serde(default)]
    pub once_names: Vec<SmolStr>,
    /// Functions with these decorators run once.
    #[serde(default)]
    pub once_decorators: Vec<SmolStr>,
    /// Functions passed to these run once.
    #[serde(default)]
    pub once_registrations: Vec<SmolStr>,
    /// Functions with these decorators run for each message.
    #[serde(default)]
    pub handler_decorators: Vec<SmolStr>,
    /// What such a decorator is an attribute of, where other objects have one of the same name.
    #[serde(default)]
    pub decorator_owners: Vec<SmolStr>,
    /// Functions passed to these run for each message.
    #[serde(default)]
    pub handler_registrations: Vec<SmolStr>,
    /// The classes whose methods run for each message.
    #[serde(default)]
    pub handler_bases: Vec<SmolStr>,
    /// Those methods.
    #[serde(default)]
    pub handler_methods: Vec<SmolStr>,
    /// Functions that take one of these run for each message.
    #[serde(default)]
    pub handler_parameter_types: Vec<SmolStr>,
    /// What runs a coroutine beside the present one.
    #[serde(default)]
    pub spawners: Vec<SmolStr>,
    /// What has a function run by a worker.
    #[serde(default)]
    pub submitters: Vec<SmolStr>,
    /// What runs a function that it is given in a thread or process of its own.
    #[serde(default)]
    pub starters: Vec<SmolStr>,
    /// What they call that function.
    #[serde(default)]
    pub started: SmolStr,
    /// Methods that objects of the language itself have, so that a call on an object that is not known tells nothing.
    #[serde(default)]
    pub everyday_methods: Vec<SmolStr>,
    /// What has a function run for each item of something.
    #[serde(default)]
    pub mappers: Vec<SmolStr>,
    /// Pools of threads.
    #[serde(default)]
    pub thread_pools: Vec<SmolStr>,
    /// What they call the number of threads.
    #[serde(default)]
    pub thread_count: SmolStr,
    /// What runs several coroutines at once.
    #[serde(default)]
    pub gatherers: Vec<SmolStr>,
}

/// All frameworks.
#[derive(Debug, Clone)]
pub struct Frameworks {
    /// In the order of the data.
    pub list: Vec<Framework>,
}

#[derive(Deserialize)]
struct File {
    framework: Vec<Framework>,
}

impl Frameworks {
    /// The frameworks that poolcheck knows by itself.
    ///
    /// # Errors
    /// What is wrong with the data; a test shows that it never happens.
    pub fn built_in() -> Result<Frameworks, String> {
        Frameworks::parse(TEXT)
    }

    /// Loads frameworks from their text.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Frameworks, String> {
        let file: File = toml::from_str(text).map_err(|error| format!("frameworks.toml: {error}"))?;
        Ok(Frameworks { list: file.framework })
    }

    /// Whether a file with these imports uses a framework.
    pub fn used<'a>(&'a self, imports: &'a dyn Fn(&str) -> bool) -> impl Iterator<Item = &'a Framework> {
        self.list.iter().filter(move |f| f.modules.is_empty() || f.modules.iter().any(|module| imports(module)))
    }

    /// Whether a callee of this name runs a coroutine beside the present one.
    #[must_use]
    pub fn is_spawner(&self, name: &str) -> bool {
        self.list.iter().any(|f| f.spawners.iter().any(|spawner| spawner == name))
    }

    /// Whether a callee of this name has a function that it is given run by a worker.
    #[must_use]
    pub fn is_submitter(&self, name: &str) -> bool {
        self.list.iter().any(|f| f.submitters.iter().any(|submitter| submitter == name))
    }

    /// What a callee of this name calls the function that it runs in a thread or process of its own, if it does.
    #[must_use]
    pub fn started_by(&self, name: &str) -> Option<&str> {
        let of = self.list.iter().find(|f| f.starters.iter().any(|starter| starter == name))?;
        Some(of.started.as_str())
    }

    /// Whether objects of the language itself have a method of this name.
    #[must_use]
    pub fn is_everyday_method(&self, name: &str) -> bool {
        self.list.iter().any(|f| f.everyday_methods.iter().any(|method| method == name))
    }

    /// Whether a callee of this name has a function that it is given run for each item.
    #[must_use]
    pub fn is_mapper(&self, name: &str) -> bool {
        self.list.iter().any(|f| f.mappers.iter().any(|mapper| mapper == name))
    }

    /// What a pool of threads calls the number of threads, if that is what a path names.
    #[must_use]
    pub fn thread_count_of(&self, path: &str) -> Option<&str> {
        let of = self.list.iter().find(|f| f.thread_pools.iter().any(|pool| pool == path))?;
        Some(of.thread_count.as_str())
    }

    /// Whether a callee of this name runs several coroutines at once.
    #[must_use]
    pub fn is_gatherer(&self, name: &str) -> bool {
        self.list.iter().any(|f| f.gatherers.iter().any(|gatherer| gatherer == name))
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn built_in_frameworks_load() {
        assert!(!super::Frameworks::built_in().unwrap().list.is_empty());
    }
}
