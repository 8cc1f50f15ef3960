//! A library as one of its releases is, or as several of them are alike.
//!
//! Any table of a library's file can have `versions`: a list of tables with `since` (inclusive), `until` (exclusive) or
//! both, and keys that take the place of the table's own. Where the release in use is known, the first that holds it
//! applies, and where none does, the table is not there; where it is not known, the table is what stands in it without
//! them. Of several releases in use at once it is what they have in common: where one applies to all of them, that; else
//! the table itself, without what any of them leaves empty. So nothing that reads the data ever asks for a version. Rows
//! that others point at by their index (classes, requests, parameters) are in every release.

use super::{Class, Kind, Libraries, Library, Parameter, Request, Row, WrongAttribute};
use crate::source::{LineIndex, offset};
use pep440_rs::Version;
use serde::Deserialize;
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::str::FromStr;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

/// The key of the list.
const VERSIONS: &str = "versions";

/// The releases that data speaks of.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// The first; all older ones where there is none.
    pub since: Option<SmolStr>,
    /// The first that is not meant any more; all newer ones where there is none.
    pub until: Option<SmolStr>,
}

impl Known {
    fn holds(&self, version: &Version) -> Result<bool, String> {
        let parse = |text: &SmolStr| Version::from_str(text).map_err(|_| format!("`{text}` is no version"));
        let since = self.since.as_ref().map(parse).transpose()?;
        let until = self.until.as_ref().map(parse).transpose()?;
        Ok(since.is_none_or(|since| since <= *version) && until.is_none_or(|until| *version < until))
    }
}

/// Reads a library's file as it is for these releases, or for no particular one.
pub(super) fn read(name: &str, text: &str, releases: &[Version]) -> Result<Library, String> {
    let mut table = DeTable::parse(text).map_err(|error| told(name, text, &error))?;
    resolve_table(table.get_mut(), releases).map_err(|message| format!("{name}: {message}"))?;
    let library = Library::deserialize(toml::Deserializer::from(table));
    let mut library = library.map_err(|mut error| {
        error.set_input(Some(text));
        told(name, text, &error)
    })?;
    spread_shared(&mut library).map_err(|missing| format!("{name}: no shared parameter `{missing}`"))?;
    Ok(library)
}

/// What is wrong with a file, and in which line, in one line.
fn told(name: &str, text: &str, error: &toml::de::Error) -> String {
    let line = error.span().map(|span| LineIndex::new(text).line(offset(span.start)) + 1);
    let line = line.map_or_else(String::new, |line| format!(":{line}"));
    format!("{name}{line}: {}", error.message().trim().replace('\n', "; "))
}

/// Gives the shared parameters to what takes them.
fn spread_shared(library: &mut Library) -> Result<(), SmolStr> {
    let shared = &library.shared;
    let spread = |takes: &[SmolStr], positions: &BTreeMap<SmolStr, usize>, into: &mut Vec<Parameter>| {
        if let Some(stray) = positions.keys().find(|name| !takes.contains(name)) {
            return Err(stray.clone());
        }
        takes.iter().try_for_each(|name| {
            let parameter = shared.iter().find(|parameter| parameter.name == *name).ok_or_else(|| name.clone())?;
            into.push(Parameter { position: positions.get(name).copied().or(parameter.position), ..parameter.clone() });
            Ok(())
        })
    };
    for class in &mut library.classes {
        spread(&class.takes, &class.positions, &mut class.parameters)?;
    }
    for request in &mut library.requests {
        spread(&request.takes, &request.positions, &mut request.parameters)?;
    }
    Ok(())
}

/// Leaves in a value what is true of the releases; says whether anything is.
fn resolve(value: &mut DeValue<'_>, releases: &[Version]) -> Result<bool, String> {
    match value {
        DeValue::Table(table) => resolve_table(table, releases),
        DeValue::Array(array) => {
            let mut kept = Vec::new();
            for mut item in std::mem::replace(array, DeArray::new()) {
                if resolve(item.get_mut(), releases)? {
                    kept.push(item);
                }
            }
            *array = kept.into_iter().collect();
            Ok(true)
        }
        _ => Ok(true),
    }
}

fn resolve_table(table: &mut DeTable<'_>, releases: &[Version]) -> Result<bool, String> {
    if let Some(versions) = table.remove(VERSIONS)
        && !choose(table, versions, releases)?
    {
        return Ok(false);
    }
    let mut gone = Vec::new();
    for (key, value) in table.iter_mut() {
        if !resolve(value.get_mut(), releases)? {
            gone.push(key.clone());
        }
    }
    for key in gone {
        table.remove(&key);
    }
    Ok(true)
}

/// Puts what is said of the releases into a table; says whether anything is.
fn choose<'t>(table: &mut DeTable<'t>, versions: Spanned<DeValue<'t>>, releases: &[Version]) -> Result<bool, String> {
    let DeValue::Array(list) = versions.into_inner() else { return Err(format!("`{VERSIONS}` is no list")) };
    let mut open: Vec<&Version> = releases.iter().collect();
    let mut chosen = Vec::new();
    for item in list {
        let DeValue::Table(mut item) = item.into_inner() else { return Err(format!("`{VERSIONS}` holds no tables")) };
        let mut border = |key: &str| {
            let value = item.remove(key)?;
            Some(value.get_ref().as_str().map_or_else(|| "?".into(), SmolStr::from))
        };
        let known = Known { since: border("since"), until: border("until") };
        // Also without a version: a border that is none is found when the file is loaded.
        known.holds(&Version::new([0]))?;
        let before = open.len();
        open.retain(|release| !known.holds(release).is_ok_and(|holds| holds));
        if open.len() < before {
            chosen.push(item);
        }
    }
    let found = !chosen.is_empty();
    let whole = chosen.len() == 1 && open.is_empty();
    for (key, value) in chosen.into_iter().flatten() {
        if whole || value.get_ref().as_str() == Some("") {
            table.insert(key, value);
        }
    }
    Ok(found || releases.is_empty())
}

impl Libraries {
    /// A library, by its index, as these releases of it are alike; `None` where the data does not speak of one of them.
    #[must_use]
    pub fn at(&self, library: usize, releases: &[Version]) -> Option<Library> {
        let base = &self.list[library];
        if !releases.iter().all(|release| base.head.known.holds(release).is_ok_and(|known| known)) {
            return None;
        }
        let (name, text) = &self.files[library];
        let only = match releases {
            [only] => Some(only.to_string().into()),
            _ => None,
        };
        let common = Library { release: only, ..read(name, text, releases).ok()? };
        common.has_rows_of(base).then_some(common)
    }
}

impl Library {
    /// Whether indices into another one's rows are right for this, too.
    fn has_rows_of(&self, other: &Library) -> bool {
        let parameters = |library: &Library| {
            let classes = library.classes.iter().map(|class| class.parameters.len());
            classes.chain(library.requests.iter().map(|request| request.parameters.len())).collect::<Vec<_>>()
        };
        self.classes.len() == other.classes.len() && parameters(self) == parameters(other)
    }

    /// Its name, with the release where one is known.
    #[must_use]
    pub fn called(&self) -> String {
        let name = &self.head.name;
        self.release.as_ref().map_or_else(|| name.to_string(), |release| format!("{name} {release}"))
    }

    /// The class of a row of this library.
    #[must_use]
    pub fn class(&self, row: Row) -> Option<&Class> {
        match row {
            Row::Class(_, class) => Some(&self.classes[class]),
            Row::Request(..) => None,
        }
    }

    /// The request of a row of this library.
    #[must_use]
    pub fn request(&self, row: Row) -> Option<&Request> {
        match row {
            Row::Request(_, request) => Some(&self.requests[request]),
            Row::Class(..) => None,
        }
    }

    /// The parameters of a row of this library.
    #[must_use]
    pub fn parameters(&self, row: Row) -> &[Parameter] {
        match row {
            Row::Class(_, class) => &self.classes[class].parameters,
            Row::Request(_, request) => &self.requests[request].parameters,
        }
    }

    /// What the data says about an attribute of an object of `kind`.
    #[must_use]
    pub fn attribute(&self, kind: Kind, name: &str) -> Option<&WrongAttribute> {
        self.attributes.iter().find(|row| row.on == Some(kind) && row.names.iter().any(|known| known == name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
[library]
name = "a"
language = "python"
modules = ["a"]
documentation = ""
known = { since = "1", until = "4.dev0" }

[defaults]
timeout = "30 s, or 60 s since 2"
timeout-example = ""
pool = ""
pool-example = ""
keepalive = ""
versions = [
    { until = "2", timeout = "30 s" },
    { since = "2", timeout = "60 s" },
]

[[argument]]
on = "session"
names = ["x"]
status = "deprecated"
consequence = "warns"
sentence = "deprecated in 1.5, removed in 3"
source = ""
versions = [
    { since = "1.5", until = "3", sentence = "deprecated" },
    { since = "3", status = "removed", sentence = "removed" },
]
"#;

    fn at(versions: &str) -> Option<(String, Vec<String>)> {
        let libraries = Libraries::parse(&[("a.toml", TEXT)]).unwrap();
        let releases: Vec<Version> = versions.split(' ').map(|one| Version::from_str(one).unwrap()).collect();
        let library = libraries.at(0, &releases)?;
        Some((library.defaults.timeout, library.arguments.into_iter().map(|row| row.sentence).collect()))
    }

    #[test]
    fn a_release_has_what_is_true_of_it() {
        let libraries = Libraries::parse(&[("a.toml", TEXT)]).unwrap();
        assert_eq!(libraries.list()[0].arguments[0].sentence, "deprecated in 1.5, removed in 3");
        assert_eq!(at("1.4.9"), Some(("30 s".into(), vec![])));
        assert_eq!(at("1.5"), Some(("30 s".into(), vec!["deprecated".into()])));
        assert_eq!(at("2.0.0rc1"), at("1.5"));
        assert_eq!(at("2.0"), Some(("60 s".into(), vec!["deprecated".into()])));
        assert_eq!(at("3.0.post1"), Some(("60 s".into(), vec!["removed".into()])));
        assert_eq!((at("0.9"), at("4.0.0a1"), at("5")), (None, None, None));
    }

    #[test]
    fn several_releases_have_what_they_have_in_common() {
        let (both, words) = ("30 s, or 60 s since 2", "deprecated in 1.5, removed in 3");
        assert_eq!(at("1.5 1.6"), at("1.5"));
        assert_eq!(at("1.5 2.1"), Some((both.into(), vec!["deprecated".into()])));
        assert_eq!(at("1.4 2.1"), Some((both.into(), vec![words.into()])));
        assert_eq!(at("2.1 3.1"), Some(("60 s".into(), vec![words.into()])));
        assert_eq!(at("1.5 5"), None);
    }

    #[test]
    fn what_one_of_several_releases_leaves_empty_is_not_said() {
        let text = TEXT.replace("{ until = \"2\", timeout = \"30 s\" }", "{ until = \"2\", timeout = \"\" }");
        let libraries = Libraries::parse(&[("a.toml", &text)]).unwrap();
        let releases = ["1.5", "2.1"].map(|one| Version::from_str(one).unwrap());
        assert_eq!(libraries.at(0, &releases).unwrap().defaults.timeout, "");
    }

    #[test]
    fn every_border_of_the_built_in_data_can_be_read() {
        let libraries = Libraries::built_in().unwrap();
        for (index, (name, text)) in libraries.files.iter().enumerate() {
            let borders = ["since = \"", "until = \""].into_iter().flat_map(|key| text.split(key).skip(1));
            for border in borders.map(|rest| rest.split('"').next().unwrap()) {
                let version = Version::from_str(border).unwrap();
                let known = libraries.list()[index].head.known.holds(&version).unwrap();
                assert_eq!(libraries.at(index, &[version]).is_some(), known, "{name}: {border}");
            }
        }
    }

    #[test]
    fn borders_that_are_none_are_told() {
        let text = TEXT.replace("until = \"3\"", "until = \"three\"");
        assert!(Libraries::parse(&[("a.toml", &text)]).unwrap_err().contains("`three` is no version"));
        let text = TEXT.replace("timeout = \"60 s\"", "timeouts = \"60 s\"");
        let libraries = Libraries::parse(&[("a.toml", &text)]).unwrap();
        assert!(libraries.at(0, &[Version::from_str("2").unwrap()]).is_none());
    }
}
