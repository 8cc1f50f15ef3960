//! One configuration table: the list of keys, each with how it is read and how it is shown.
//!
//! A key is one row of [`KEYS`] and one field of [`Layer`]. Refuses to know which file is the nearest, and what a layer
//! is put on top of.

use super::patterns::{Pattern, PerFile};
use super::schema::{self, Shape};
use super::selection::{Selection, Selector, nearest, parse_fail_on, parse_word, unknown_rule};
use super::{ChosenLibraries, Settings, version};
use crate::finding::{Confidence, Severity};
use crate::paths;
use crate::report::Format;
use crate::rules::{self, Rule};
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What one origin (a file, a `--config KEY=VALUE`, the flags) says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layer {
    pub(crate) selection: Selection,
    pub(crate) per_file: Option<Vec<PerFile>>,
    pub(crate) exclude: Option<Vec<Pattern>>,
    pub(crate) extend_exclude: Vec<Pattern>,
    pub(crate) respect_gitignore: Option<bool>,
    pub(crate) output_format: Option<&'static Format>,
    pub(crate) fail_on: Option<Option<Severity>>,
    pub(crate) min_confidence: Option<Confidence>,
    pub(crate) lint_tests: Option<bool>,
    pub(crate) severities: Vec<(&'static Rule, Severity)>,
    pub(crate) limit_per_host: Option<u32>,
    pub(crate) baseline: Option<PathBuf>,
    pub(crate) fix: Option<bool>,
    pub(crate) unsafe_fixes: Option<bool>,
    pub(crate) libraries: Option<ChosenLibraries>,
}

impl Layer {
    /// Makes the files that it names absolute; they are relative to a folder.
    pub(super) fn rooted(mut self, folder: &Path) -> Layer {
        self.baseline = self.baseline.map(|named| paths::absolute(folder, &named));
        let files = self.libraries.iter_mut().flat_map(|libraries| &mut libraries.files);
        files.for_each(|file| *file = paths::absolute(folder, file));
        self
    }
}

/// Something wrong in a table.
#[derive(Debug)]
pub(crate) struct Fault {
    /// The key whose value is wrong, with those around it; empty where it is the key itself.
    key: String,
    message: String,
    pub(crate) at: Range<usize>,
}

impl Fault {
    fn new(message: impl Into<String>, at: Range<usize>) -> Fault {
        Fault { key: String::new(), message: message.into(), at }
    }

    /// The same, in the value of a key.
    fn under(mut self, key: &str) -> Fault {
        self.key = if self.key.is_empty() { key.to_owned() } else { format!("{key}.{}", self.key) };
        self
    }

    /// What is wrong, and with which key.
    pub(crate) fn message(&self) -> String {
        if self.key.is_empty() { self.message.clone() } else { format!("`{}`: {}", self.key, self.message) }
    }
}

type Value<'a> = Spanned<DeValue<'a>>;
type Read = fn(&mut Layer, &Value<'_>, &Path) -> Result<(), Fault>;

/// A key of the configuration.
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    pub(super) shape: Shape,
    read: Read,
    /// Its value in effect, as TOML; `None` where nothing is set.
    pub show: fn(&Settings) -> Option<String>,
}

/// Every key, in the order they are shown.
pub static KEYS: &[Key] = &[
    Key {
        name: "required-version",
        about: "the versions of poolcheck that may read this file",
        shape: Shape::Text,
        read: |_, value, _| version::check(text(value)?).map_err(|message| fault(value, message)),
        show: |_| None,
    },
    Key {
        name: "select",
        about: "the rules that run, instead of the default ones",
        shape: Shape::Selectors,
        read: |layer, value, _| selectors(value).map(|list| layer.selection.select = Some(list)),
        show: |settings| Some(list(settings.rules.iter().map(|rule| rule.code))),
    },
    Key {
        name: "extend-select",
        about: "rules that run too",
        shape: Shape::Selectors,
        read: |layer, value, _| selectors(value).map(|list| layer.selection.extend_select = list),
        show: |_| None,
    },
    Key {
        name: "ignore",
        about: "rules that do not run",
        shape: Shape::Selectors,
        read: |layer, value, _| selectors(value).map(|list| layer.selection.ignore = list),
        show: |_| None,
    },
    Key {
        name: "per-file-ignores",
        about: "rules that do not run in the files of a glob",
        shape: Shape::SelectorsByGlob,
        read: |layer, value, base| per_file(value, base).map(|rows| layer.per_file = Some(rows)),
        show: |settings| {
            let row =
                |row: &PerFile| format!("{} = {}", quote(&row.text), list(row.rules.iter().map(|rule| rule.code)));
            Some(format!("{{{}}}", settings.per_file.iter().map(row).collect::<Vec<_>>().join(", ")))
        },
    },
    Key {
        name: "exclude",
        about: "globs of files and folders that are left out, instead of the default ones",
        shape: Shape::Texts,
        read: |layer, value, base| patterns(value, base).map(|list| layer.exclude = Some(list)),
        show: |settings| Some(list(settings.exclude.texts())),
    },
    Key {
        name: "extend-exclude",
        about: "globs of files and folders that are left out too",
        shape: Shape::Texts,
        read: |layer, value, base| patterns(value, base).map(|list| layer.extend_exclude = list),
        show: |_| None,
    },
    Key {
        name: "respect-gitignore",
        about: "whether .gitignore and its kin are obeyed",
        shape: Shape::Boolean,
        read: |layer, value, _| boolean(value).map(|is| layer.respect_gitignore = Some(is)),
        show: |settings| Some(settings.respect_gitignore.to_string()),
    },
    Key {
        name: "output-format",
        about: "how findings are written",
        shape: Shape::Word(schema::formats),
        read: |layer, value, _| {
            let format = Format::parse(text(value)?).map_err(|message| fault(value, message))?;
            layer.output_format = Some(format);
            Ok(())
        },
        show: |settings| settings.output_format.map(|format| quote(format.name)),
    },
    Key {
        name: "fail-on",
        about: "the lowest severity that makes the exit status 1",
        shape: Shape::Word(|| vec!["error", "warning", "info", "never"]),
        read: |layer, value, _| {
            layer.fail_on = Some(parse_fail_on(text(value)?).map_err(|message| fault(value, message))?);
            Ok(())
        },
        show: |settings| Some(quote(settings.fail_on.map_or("never", Severity::as_str))),
    },
    Key {
        name: "min-confidence",
        about: "the lowest confidence that is shown",
        shape: Shape::Word(|| CONFIDENCES.map(|(name, _)| name).to_vec()),
        read: |layer, value, _| {
            let word = parse_word(text(value)?, &CONFIDENCES, &[]).map_err(|message| fault(value, message))?;
            layer.min_confidence = Some(word);
            Ok(())
        },
        show: |settings| Some(quote(settings.min_confidence.as_str())),
    },
    Key {
        name: "fix",
        about: "whether what can be mended is mended without `--fix`",
        shape: Shape::Boolean,
        read: |layer, value, _| boolean(value).map(|is| layer.fix = Some(is)),
        show: |settings| Some(settings.fix.to_string()),
    },
    Key {
        name: "unsafe-fixes",
        about: "whether fixes count that may change what the program does",
        shape: Shape::Boolean,
        read: |layer, value, _| boolean(value).map(|is| layer.unsafe_fixes = Some(is)),
        show: |settings| Some(settings.unsafe_fixes.to_string()),
    },
    Key {
        name: "libraries",
        about: "the libraries that are checked, by name, instead of all; and files that describe more, relative to this one",
        shape: Shape::Texts,
        read: |layer, value, _| {
            let items = texts(value, |text| Ok(text.to_owned()))?;
            let mut chosen = ChosenLibraries::default();
            for (index, item) in items.iter().enumerate() {
                let at = value.get_ref().as_array().and_then(|array| array.get(index)).unwrap_or(value);
                chosen.add(item).map_err(|message| fault(at, message))?;
            }
            layer.libraries = Some(chosen);
            Ok(())
        },
        show: |settings| settings.libraries.shown().map(|texts| list(texts.iter().map(String::as_str))),
    },
    Key {
        name: "baseline",
        about: "the file with the findings that are known, relative to this one",
        shape: Shape::Text,
        read: |layer, value, _| text(value).map(|path| layer.baseline = Some(PathBuf::from(path))),
        show: |settings| settings.baseline.as_ref().map(|path| quote(&path.to_string_lossy())),
    },
    Key {
        name: "lint-tests",
        about: "whether rules that are silent in test code speak there",
        shape: Shape::Boolean,
        read: |layer, value, _| boolean(value).map(|is| layer.lint_tests = Some(is)),
        show: |settings| Some(settings.lint_tests.to_string()),
    },
    Key {
        name: "rules",
        about: "a table for each rule that has settings of its own",
        shape: Shape::RuleTables,
        read: |layer, value, _| rule_tables(layer, value),
        show: show_rules,
    },
];

/// The confidences by name.
pub const CONFIDENCES: [(&str, Confidence); 3] =
    [("high", Confidence::High), ("medium", Confidence::Medium), ("low", Confidence::Low)];

/// The severities by name.
pub const SEVERITIES: [(&str, Severity); 3] =
    [("error", Severity::Error), ("warning", Severity::Warning), ("info", Severity::Info)];

/// A key of a rule's own table.
pub(super) struct RuleKey {
    pub(super) name: &'static str,
    /// The rule that it belongs to; `None` for all.
    pub(super) rule: Option<&'static str>,
    pub(super) shape: Shape,
    read: fn(&mut Layer, &'static Rule, &Value<'_>) -> Result<(), Fault>,
}

pub(super) static RULE_KEYS: &[RuleKey] = &[
    RuleKey {
        name: "severity",
        rule: None,
        shape: Shape::Word(|| SEVERITIES.map(|(name, _)| name).to_vec()),
        read: |layer, rule, value| {
            let severity = parse_word(text(value)?, &SEVERITIES, &[]).map_err(|message| fault(value, message))?;
            layer.severities.push((rule, severity));
            Ok(())
        },
    },
    RuleKey {
        name: "limit-per-host",
        rule: Some("limit-per-host-not-set"),
        shape: Shape::Positive,
        read: |layer, _, value| {
            layer.limit_per_host = Some(positive(value)?);
            Ok(())
        },
    },
];

/// Reads a whole table that stands in a file in `base`. `required-version` comes first: a file for a newer poolcheck
/// should be answered with that, not with a key that this one does not know.
pub(crate) fn read_table(table: &DeTable<'_>, base: &Path) -> Result<Layer, Fault> {
    let mut layer = Layer::default();
    let mut rows = Vec::new();
    for (name, value) in table {
        let known = KEYS.iter().position(|key| key.name == name.get_ref());
        let order = known.map_or((1, name.span().start), |index| (usize::from(index > 0), name.span().start));
        rows.push((order, known, name, value));
    }
    rows.sort_by_key(|&(order, ..)| order);
    for (_, known, name, value) in rows {
        let Some(index) = known else {
            return Err(unknown_key(name, KEYS.iter().map(|key| key.name)));
        };
        let key = &KEYS[index];
        (key.read)(&mut layer, value, base).map_err(|fault| fault.under(key.name))?;
    }
    Ok(layer)
}

fn unknown_key<'a>(name: &Spanned<std::borrow::Cow<'_, str>>, known: impl Iterator<Item = &'a str>) -> Fault {
    let known: Vec<&str> = known.collect();
    let text = name.get_ref();
    let message = match nearest(text, known.iter().copied()) {
        Some(near) => format!("unknown key `{text}`; did you mean `{near}`?"),
        None => format!("unknown key `{text}`; the keys are {}", known.join(", ")),
    };
    Fault::new(message, name.span())
}

fn fault(value: &Value<'_>, message: impl Into<String>) -> Fault {
    Fault::new(message, value.span())
}

fn wanted(value: &Value<'_>, what: &str) -> Fault {
    fault(value, format!("{what} is wanted here, not {}", type_name(value.get_ref())))
}

fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn text<'a>(value: &'a Value<'_>) -> Result<&'a str, Fault> {
    value.get_ref().as_str().ok_or_else(|| wanted(value, "a text in quotes"))
}

fn boolean(value: &Value<'_>) -> Result<bool, Fault> {
    value.get_ref().as_bool().ok_or_else(|| wanted(value, "true or false"))
}

fn positive(value: &Value<'_>) -> Result<u32, Fault> {
    let number =
        value.get_ref().as_integer().and_then(|number| u32::from_str_radix(number.as_str(), number.radix()).ok());
    number.filter(|&number| number > 0).ok_or_else(|| fault(value, "a whole number above 0 is wanted here"))
}

fn texts<T>(value: &Value<'_>, read: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, Fault> {
    let items = value.get_ref().as_array().ok_or_else(|| wanted(value, "a list of texts"))?;
    items.iter().map(|item| read(text(item)?).map_err(|message| fault(item, message))).collect()
}

fn selectors(value: &Value<'_>) -> Result<Vec<Selector>, Fault> {
    texts(value, Selector::parse)
}

fn patterns(value: &Value<'_>, base: &Path) -> Result<Vec<Pattern>, Fault> {
    texts(value, |text| Pattern::parse(text, base))
}

fn per_file(value: &Value<'_>, base: &Path) -> Result<Vec<PerFile>, Fault> {
    let table = value.get_ref().as_table().ok_or_else(|| wanted(value, "a table of globs"))?;
    let mut rows = Vec::new();
    for (glob, codes) in table {
        let rules = selectors(codes)?.iter().flat_map(|selector| selector.rules().iter()).collect();
        let row = PerFile::parse(glob.get_ref(), rules, base);
        rows.push(row.map_err(|message| Fault::new(message, glob.span()))?);
    }
    Ok(rows)
}

fn rule_tables(layer: &mut Layer, value: &Value<'_>) -> Result<(), Fault> {
    let tables = value.get_ref().as_table().ok_or_else(|| wanted(value, "a table of rules"))?;
    for (name, table) in tables {
        let missing = || Fault::new(unknown_rule(name.get_ref()), name.span());
        let rule = rules::find(name.get_ref()).ok_or_else(missing)?;
        let keys = table.get_ref().as_table().ok_or_else(|| wanted(table, "a table"))?;
        for (key, value) in keys {
            let of_rule = |row: &&RuleKey| row.rule.is_none_or(|name| name == rule.name);
            let known = RULE_KEYS.iter().filter(of_rule);
            match known.clone().find(|row| row.name == key.get_ref()) {
                Some(row) => {
                    let within = |fault: Fault| fault.under(row.name).under(name.get_ref());
                    (row.read)(layer, rule, value).map_err(within)?;
                }
                None => return Err(unknown_key(key, known.map(|row| row.name)).under(name.get_ref())),
            }
        }
    }
    Ok(())
}

fn show_rules(settings: &Settings) -> Option<String> {
    let mut rows: Vec<String> = Vec::new();
    for (rule, severity) in &settings.severities {
        rows.push(format!("{}.severity = {}", rule.code, quote(severity.as_str())));
    }
    if let Some(limit) = settings.limit_per_host {
        let rule = rules::find("limit-per-host-not-set").map_or("limit-per-host-not-set", |rule| rule.code);
        rows.push(format!("{rule}.limit-per-host = {limit}"));
    }
    (!rows.is_empty()).then(|| format!("{{{}}}", rows.join(", ")))
}

fn quote(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn list<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    format!("[{}]", texts.map(quote).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::{KEYS, RULE_KEYS};
    use crate::rules;

    #[test]
    fn keys_are_told_apart_and_belong_to_rules_that_exist() {
        assert_eq!(KEYS[0].name, "required-version", "it is read first");
        for (index, key) in KEYS.iter().enumerate() {
            assert!(KEYS[..index].iter().all(|other| other.name != key.name) && !key.about.is_empty());
        }
        for rule in RULE_KEYS.iter().filter_map(|key| key.rule) {
            assert!(rules::find(rule).is_some(), "{rule}");
        }
    }
}
