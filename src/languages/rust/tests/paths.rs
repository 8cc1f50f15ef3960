//! Where names come from.

use super::facts_of;
use crate::model::facts::{FileFacts, ImportItem, StmtKind};

/// The imports of a file: dots, module, what is taken, and the name that it is bound to.
fn imports(facts: &FileFacts) -> Vec<String> {
    let imports = facts.stmt_ids().filter_map(|id| match &facts.stmt(id).kind {
        StmtKind::Import(imports) => Some(imports.iter()),
        _ => None,
    });
    let shown = imports.flatten().map(|import| {
        let item = match &import.item {
            ImportItem::Module => "module".to_owned(),
            ImportItem::Root => "root".to_owned(),
            ImportItem::Star => "*".to_owned(),
            ImportItem::Member(name) => name.to_string(),
        };
        format!("{}{} {item} {}", ".".repeat(import.level as usize), import.module, import.binds)
    });
    shown.collect()
}

fn of(path: &str, text: &str) -> Vec<String> {
    imports(&facts_of(path, text))
}

#[test]
fn use_trees_are_imports() {
    let text = "use a::{self, b::C, d::{E as F, *}}; use g; use h as i; use ::j::K;";
    let expected = ["a root a", "a.b C C", "a.d E F", "a.d * ", "g root g", "h module i", "j K K"];
    assert_eq!(of("src/lib.rs", text), expected);
}

#[test]
fn own_modules_are_relative_to_the_root() {
    let text = "use crate::a::B; use super::C; use self::d::E;";
    assert_eq!(of("src/lib.rs", "use crate::a::B; use self::d::E;"), [".a B B", ".d E E"]);
    assert_eq!(of("src/x.rs", text), [".a B B", ". C C", ".x.d E E"]);
    assert_eq!(of("src/x/mod.rs", text), ["..a B B", ".. C C", "..x.d E E"]);
    assert_eq!(of("crates/one/src/x/y.rs", text), ["..a B B", "..x C C", "..x.y.d E E"]);
    assert_eq!(of("src/x.rs", "mod y; mod z { pub use super::y::F; }"), [".x.y module y", ".x.y F F"]);
    assert_eq!(of("tests/x.rs", "mod common; use common::G;"), [".common G G", ".common module common"]);
}

#[test]
fn names_of_modules_around_are_in_scope() {
    assert_eq!(of("src/x.rs", "mod tests { use super::*; fn f() { super::g(); } }"), [""; 0]);
}

#[test]
fn paths_begin_with_crates_or_own_modules() {
    assert_eq!(
        of("src/lib.rs", "fn f() { reqwest::get(1); b::c(); crate::d(); Type::new(); } mod b {}"),
        ["reqwest root reqwest"]
    );
    assert_eq!(of("src/x.rs", "fn f() { crate::y::g(); super::h(); }"), [". module $"]);
}
