//! The configuration's schema: the committed one is the one that the keys make. `BLESS=1` rewrites it. Those of the JSON
//! output are held beside its types; real validators are asked in `tests/ecosystem`.
#![allow(clippy::unwrap_used)]

use poolcheck::config::{KEYS, schema};
use poolcheck::report::FORMATS;
use std::path::Path;

#[test]
fn the_committed_schema_is_the_one_of_the_keys() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("poolcheck.schema.json");
    let made = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    assert_eq!(made, std::fs::read_to_string(&path).unwrap_or_default(), "BLESS=1 rewrites it");
}

#[test]
fn the_schema_knows_every_key_and_every_word() {
    let schema = schema();
    assert_eq!(schema["properties"].as_object().unwrap().len(), KEYS.len());
    let formats = schema["properties"]["output-format"]["enum"].as_array().unwrap();
    assert_eq!(formats.len(), FORMATS.len());
    let selectors = schema["definitions"]["selector"]["enum"].as_array().unwrap();
    for text in ["ALL", "PC", "PC1", "PC30", "PC301", "session-per-request"] {
        assert!(selectors.contains(&text.into()), "{text}");
    }
    let of = |rule: &str| schema["properties"]["rules"]["properties"][rule]["properties"].clone();
    assert!(of("PC201").get("limit-per-host").is_some() && of("PC101").get("limit-per-host").is_none());
}
