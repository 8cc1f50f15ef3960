//! Each construct of Python against the model it becomes; every text also goes through the invariants.

mod constructs;
mod hostile;
mod invariants;
mod outline;
mod plain;
mod printer;

use super::kinds::{FIELDS, NAMED};
use super::lower;
use super::parts::{divided, undivided};
use crate::languages::Extent;
use crate::model::expr::ExprKind;
use crate::model::facts::{FileFacts, ScopeKind};
use crate::source::{FileId, SourceFile};

/// Lowers `text` in a thread with the stack that workers have, and checks the invariants. However much is lowered at once
/// and in parts, it says the same.
fn facts(text: &str) -> FileFacts {
    let text = text.to_owned();
    let work = move || {
        let source = SourceFile::new(FileId(0), "a.py", text);
        let facts = lower(&source, Extent::Whole);
        invariants::check(&facts, &source.text);
        let (whole, heads) = (divided(&source, Extent::Whole, 1), divided(&source, Extent::Heads, 1));
        assert_eq!(printer::print(&whole), printer::print(&heads), "of {:?}", source.text);
        assert!(!heads.is_lost());
        invariants::check(&heads, &source.text);
        facts
    };
    std::thread::Builder::new().stack_size(16 << 20).spawn(work).unwrap().join().unwrap()
}

/// The problems of a text, as `byte: message`.
fn problems(text: &str) -> Vec<String> {
    let problems = facts(text).problems;
    problems.iter().map(|problem| format!("{}: {}", problem.at.unwrap(), problem.message)).collect()
}

/// Holds each text against the form it lowers to.
fn hold(table: &[(&str, &str)]) {
    for (text, expected) in table {
        let facts = facts(text);
        assert_eq!(printer::print(&facts), *expected, "of {text:?}");
        assert_eq!(facts.problems, [], "of {text:?}");
        assert_eq!(in_parts(text), *expected, "of {text:?}");
    }
}

/// The form that a text lowers to where every body that can be a part of its own is one.
fn in_parts(text: &str) -> String {
    let facts = divided(&SourceFile::new(FileId(0), "a.py", text.to_owned()), Extent::Heads, 1);
    printer::print(&facts)
}

#[test]
fn the_parts_of_a_file_are_its_functions() {
    let text = include_str!("tests/sample.py");
    let source = SourceFile::new(FileId(0), "a.py", text.to_owned());
    assert_eq!(in_parts(text), printer::print(&undivided(&source)));
    let facts = divided(&source, Extent::Heads, 1);
    let of = |part| facts.deferred(part).map(|(of, lowered)| (facts.scope(of.scope).name.as_str(), lowered));
    let parts: Vec<_> = facts.parts().filter_map(of).collect();
    // One that writes a name of the module is none, and one of a single line.
    assert_eq!(parts, ["__init__", "open", "fetch", "generate", "dispatch"].map(|name| (name, false)));
    let open = facts.scope_ids().map(|id| facts.scope(id)).filter(|scope| scope.kind == ScopeKind::Function);
    assert!(open.count() > parts.len());
    assert!(facts.parts().filter_map(|part| facts.deferred(part)).all(|(_, lowered)| lowered));
}

#[test]
fn the_kinds_and_fields_are_those_of_the_grammar() {
    let language = tree_sitter::Language::new(tree_sitter_python::LANGUAGE);
    let count = u16::try_from(language.node_kind_count()).unwrap();
    let named = |&id: &u16| language.node_kind_is_named(id) && language.node_kind_is_visible(id);
    let shown = (0..count).filter(named).filter_map(|id| language.node_kind_for_id(id));
    let mut unknown: Vec<&str> = shown.filter(|kind| !NAMED.contains(kind)).collect();
    unknown.sort_unstable();
    unknown.dedup();
    assert_eq!(unknown, [""; 0], "the grammar has kinds that `kinds.rs` does not list");
    for kind in NAMED {
        assert_ne!(language.id_for_node_kind(kind, true), 0, "the grammar has no `{kind}`");
    }
    for field in FIELDS {
        assert!(language.field_id_for_name(field).is_some(), "the grammar has no field `{field}`");
    }
}

#[test]
fn spans_are_exact_beside_text_that_is_not_ascii() {
    let text = "größe = 'ü'  # ß\nклиент(größe, имя='я', *а, **б)\n";
    let facts = facts(text);
    let slice = |start: u32, end: u32| &text[start as usize..end as usize];
    let calls = facts.expr_ids().map(|id| facts.expr(id)).filter_map(|expr| match &expr.kind {
        ExprKind::Call { arguments, .. } => Some((expr, arguments)),
        _ => None,
    });
    let (call, arguments) = calls.into_iter().next().unwrap();
    assert_eq!(slice(call.start, call.end), "клиент(größe, имя='я', *а, **б)");
    let shown: Vec<&str> = arguments.iter().map(|argument| slice(argument.start, argument.end)).collect();
    assert_eq!(shown, ["größe", "имя='я'", "*а", "**б"]);
    let values: Vec<&str> = arguments
        .iter()
        .map(|argument| facts.expr(argument.value))
        .map(|value| slice(value.start, value.end))
        .collect();
    assert_eq!(values, ["größe", "'я'", "а", "б"]);
}

#[test]
fn heads_end_before_their_blocks() {
    let table = [
        ("if x: y\nelif z:\n  w\n", vec!["elif z:", "if x:"]),
        ("@d\ndef f(a: int, b={1: 2}) -> {1: 2}:\n  pass\n", vec!["@d\ndef f(a: int, b={1: 2}) -> {1: 2}:"]),
        ("class A(b): pass\n", vec!["class A(b):"]),
        ("for x in y[1:2]: pass\n", vec!["for x in y[1:2]:"]),
        ("with a as b:\n  pass\n", vec!["with a as b:"]),
        ("try:\n  pass\nexcept A:\n  pass\n", vec!["try:"]),
        ("x: int = 1\n", vec!["x: int = 1"]),
    ];
    for (text, expected) in table {
        let facts = facts(text);
        let heads: Vec<&str> = facts
            .stmt_ids()
            .map(|id| facts.stmt(id))
            .map(|stmt| &text[stmt.start as usize..stmt.head_end as usize])
            .filter(|head| head.len() > 1)
            .collect();
        assert_eq!(heads, expected);
    }
}

#[test]
fn statements_end_before_the_comments_after_them() {
    let text = "def f():\n  if a:\n    b\n    # one\n  # two\n\n# three\nc\n";
    let facts = facts(text);
    let shown: Vec<&str> =
        facts.stmt_ids().map(|id| facts.stmt(id)).map(|stmt| &text[stmt.start as usize..stmt.end as usize]).collect();
    assert_eq!(shown, ["b", "if a:\n    b", "def f():\n  if a:\n    b", "c"]);
}

#[test]
fn places_of_names_and_imports_are_their_own() {
    let text = "from a import (b as c,\n  d)\nclass Ä(b): pass\n";
    let facts = facts(text);
    let scope = facts.scope(crate::model::facts::ScopeId(1));
    assert_eq!(&text[scope.name_start as usize..scope.name_end as usize], "Ä");
    let crate::model::facts::StmtKind::Import(imports) = &facts.stmt(crate::model::facts::StmtId(0)).kind else {
        panic!("no import")
    };
    let parts: Vec<&str> = imports.iter().map(|part| &text[part.start as usize..part.end as usize]).collect();
    assert_eq!(parts, ["b as c", "d"]);
}

#[test]
fn comments_are_kept_where_they_may_direct() {
    let text = "# poolcheck: ignore\nx = f(  # NoQA: PC101\n  a,  # other\n  'noqa # poolcheck',\n)\nif x:  # noqa\r\n  pass\n  # poolcheck: off\n";
    let comments = facts(text).comments;
    let shown: Vec<&str> = comments.iter().map(|comment| comment.text.as_str()).collect();
    assert_eq!(shown, ["# poolcheck: ignore", "# NoQA: PC101", "# noqa", "# poolcheck: off"]);
    for comment in &comments {
        assert_eq!(&text[comment.start as usize..comment.end as usize], comment.text);
    }
}
