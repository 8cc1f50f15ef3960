//! The configuration's JSON schema, which editors complete and check it with. Made from the same lists that read it.
//! Refuses to know the files that hold the configuration.

use super::file::{KEYS, RULE_KEYS, RuleKey};
use crate::report::FORMATS;
use crate::rules::{self, Rule};
use serde_json::{Map, Value, json};

/// What kind of value a key has.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    /// A text.
    Text,
    /// True or false.
    Boolean,
    /// A whole number above 0.
    Positive,
    /// One of the words.
    Word(fn() -> Vec<&'static str>),
    /// A list of texts.
    Texts,
    /// A list of selectors.
    Selectors,
    /// A table from globs to lists of selectors.
    SelectorsByGlob,
    /// A table from rules to tables of their settings.
    RuleTables,
}

/// The names of the formats.
pub(crate) fn formats() -> Vec<&'static str> {
    FORMATS.iter().map(|format| format.name).collect()
}

impl Shape {
    fn schema(self) -> Value {
        match self {
            Shape::Text => json!({"type": "string"}),
            Shape::Boolean => json!({"type": "boolean"}),
            Shape::Positive => json!({"type": "integer", "minimum": 1}),
            Shape::Word(words) => json!({"type": "string", "enum": words()}),
            Shape::Texts => json!({"type": "array", "items": {"type": "string"}}),
            Shape::Selectors => json!({"type": "array", "items": {"$ref": "#/definitions/selector"}}),
            Shape::SelectorsByGlob => json!({
                "type": "object",
                "additionalProperties": {"type": "array", "items": {"$ref": "#/definitions/selector"}}
            }),
            Shape::RuleTables => {
                let tables = rules::all().iter().flat_map(|rule| [(rule.code, rule), (rule.name, rule)]);
                let tables: Map<String, Value> =
                    tables.map(|(name, rule)| (name.to_owned(), rule_table(rule))).collect();
                json!({"type": "object", "properties": tables, "additionalProperties": false})
            }
        }
    }
}

fn rule_table(rule: &Rule) -> Value {
    let of_rule = |key: &&RuleKey| key.rule.is_none_or(|name| name == rule.name);
    let keys: Map<String, Value> =
        RULE_KEYS.iter().filter(of_rule).map(|key| (key.name.to_owned(), key.shape.schema())).collect();
    json!({"type": "object", "description": rule.summary, "properties": keys, "additionalProperties": false})
}

/// What selects rules: `ALL`, codes, what they begin with, and names.
fn selectors() -> Vec<&'static str> {
    let codes = rules::all().iter().map(|rule| rule.code);
    let mut beginnings: Vec<&str> = codes.flat_map(|code| (2..=code.len()).map(|end| &code[..end])).collect();
    beginnings.sort_unstable();
    beginnings.dedup();
    let names = rules::all().iter().map(|rule| rule.name);
    ["ALL"].into_iter().chain(beginnings).chain(names).collect()
}

/// The schema of the table that holds the configuration: draft 7, which all editors know.
#[must_use]
pub fn schema() -> Value {
    let keys: Map<String, Value> = KEYS
        .iter()
        .map(|key| {
            let mut schema = key.shape.schema();
            schema["description"] = key.about.into();
            (key.name.to_owned(), schema)
        })
        .collect();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": concat!(env!("CARGO_PKG_REPOSITORY"), "/raw/main/poolcheck.schema.json"),
        "title": "poolcheck",
        "description": "poolcheck.toml, or [tool.poolcheck] in pyproject.toml",
        "type": "object",
        "properties": keys,
        "additionalProperties": false,
        "definitions": {"selector": {"type": "string", "enum": selectors()}}
    })
}
