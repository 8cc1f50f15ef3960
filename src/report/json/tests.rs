//! The schemas of the JSON that is written, held to the types that write it. `BLESS=1` rewrites them.

use super::super::sites;
use super::Document;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use std::path::Path;

fn hold<T: JsonSchema>(name: &str, title: &str) {
    // Draft 7 is what editors and validators all know.
    let generator = SchemaSettings::draft07().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    let made = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(made, committed, "{name}: BLESS=1 rewrites it");
}

#[test]
fn the_schemas_are_those_of_the_types() {
    hold::<Document<'static>>("report.schema.json", "poolcheck --output-format json");
    hold::<sites::Document<'static>>("sites.schema.json", "poolcheck --sites --output-format json");
}
