//! The table of lock files: how each is named, and how it is read. Refuses to read what no lock file needs: of each
//! entry only the name and the version.

use super::requirements;
use super::{Entry, Fault, Said, normalised};
use pep440_rs::VersionSpecifiers;
use serde::Deserialize;
use std::borrow::Cow;
use toml::Spanned;

/// What a lock file says.
#[derive(Debug, Default)]
pub(super) struct Locked {
    pub(super) entries: Vec<Entry>,
    /// The paths of other files, relative to its own folder.
    pub(super) includes: Vec<String>,
}

/// A kind of lock file.
pub(super) struct Format {
    language: &'static str,
    named: fn(&str) -> bool,
    pub(super) read: fn(&str) -> Result<Locked, Fault>,
    /// Whether it is read line by line, so that nothing in it can be broken.
    pub(super) lines: bool,
}

static FORMATS: &[Format] = &[
    Format { language: "python", named: |name| name == "poetry.lock", read: packages, lines: false },
    Format { language: "python", named: |name| name == "uv.lock", read: packages, lines: false },
    Format { language: "python", named: |name| name == "pdm.lock", read: packages, lines: false },
    Format { language: "python", named: is_pylock, read: packages, lines: false },
    Format { language: "python", named: |name| name == "Pipfile.lock", read: pipfile, lines: false },
    Format { language: "python", named: is_requirements, read: requirements::read, lines: true },
    Format { language: "rust", named: |name| name == "Cargo.lock", read: packages, lines: false },
];

/// The format of a file for a language, by its name; of one in the folder of requirements with that before it.
pub(super) fn of(name: &str, language: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.language == language && (format.named)(name))
}

/// PEP 751: `pylock.toml`, or with one name between.
fn is_pylock(name: &str) -> bool {
    let between = name.strip_prefix("pylock.").and_then(|rest| rest.strip_suffix("toml"));
    between.is_some_and(|between| between.is_empty() || between.find('.') == Some(between.len() - 1))
}

/// The folder whose `.txt` files are all requirements.
pub(super) const REQUIREMENTS: &str = "requirements";

fn is_requirements(path: &str) -> bool {
    path.ends_with(".txt") && (path.contains(REQUIREMENTS) || path.contains("constraints"))
}

/// The text of a file: UTF-8, or UTF-16 with its mark, which some shells write.
pub(super) fn decoded(bytes: Vec<u8>) -> Option<String> {
    let units = |to: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|pair| to([pair[0], pair[1]])).collect();
        String::from_utf16(&units).ok()
    };
    match bytes.as_slice() {
        [0xff, 0xfe, ..] => units(u16::from_le_bytes),
        [0xfe, 0xff, ..] => units(u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        _ => String::from_utf8(bytes).ok(),
    }
}

/// The lists of packages that TOML lock files have: `package`, in PEP 751 `packages`.
#[derive(Deserialize)]
struct Packages<'a> {
    #[serde(borrow, default)]
    package: Vec<Package<'a>>,
    #[serde(borrow, default)]
    packages: Vec<Package<'a>>,
}

#[derive(Deserialize)]
struct Package<'a> {
    #[serde(borrow)]
    name: Spanned<Cow<'a, str>>,
    /// Not there for what is built from the repository itself.
    #[serde(borrow)]
    version: Option<Spanned<Cow<'a, str>>>,
}

fn packages(text: &str) -> Result<Locked, Fault> {
    let lists: Packages<'_> = toml::from_str(text).map_err(|error| Fault {
        message: error.message().trim().replace('\n', "; "),
        at: error.span().map(|span| span.start),
    })?;
    let entry = |package: &Package<'_>| {
        let version = package.version.as_ref();
        Entry {
            package: normalised(package.name.get_ref()),
            said: version.map_or(Said::Other, |version| exactly(version.get_ref())),
            text: version.map_or("no version", |version| version.get_ref()).into(),
            at: version.map_or(package.name.span(), Spanned::span).start,
        }
    };
    let entries = lists.package.iter().chain(&lists.packages).map(entry).collect();
    Ok(Locked { entries, includes: Vec::new() })
}

/// `Pipfile.lock`: sections of packages by name, with what stands after the name in a requirement as their version.
fn pipfile(text: &str) -> Result<Locked, Fault> {
    let document: serde_json::Value = serde_json::from_str(text).map_err(|error| {
        let line = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
        let column = error.column().saturating_sub(1);
        Fault { message: error.to_string(), at: Some((line + column).min(text.len())) }
    })?;
    let Some(sections) = document.as_object() else {
        return Err(Fault { message: "it is no object".into(), at: Some(0) });
    };
    let mut locked = Locked::default();
    for (_, section) in sections.iter().filter(|(name, _)| *name != "_meta") {
        for (name, package) in section.as_object().into_iter().flatten() {
            let version = package.get("version").and_then(serde_json::Value::as_str);
            // JSON here has no places: the first mention is where people look, too.
            let at = text.find(&format!("\"{name}\"")).unwrap_or(0);
            let said = version.map_or(Said::Other, specified);
            locked.entries.push(Entry {
                package: normalised(name),
                said,
                text: version.unwrap_or("no version").into(),
                at,
            });
        }
    }
    Ok(locked)
}

fn exactly(version: &str) -> Said {
    version.parse().map_or(Said::Other, Said::Exactly)
}

/// What a list of comparisons says: `==1.2`, `>=1,<2`, or nothing for any.
pub(super) fn specified(text: &str) -> Said {
    use pep440_rs::Operator;
    let Ok(range) = text.parse::<VersionSpecifiers>() else { return Said::Other };
    let exact = range.iter().find(|one| matches!(one.operator(), Operator::Equal | Operator::ExactEqual));
    match exact.map(|one| one.version().clone()) {
        Some(version) => Said::Exactly(version),
        None => Said::Range(range),
    }
}
