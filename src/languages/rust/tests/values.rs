//! Values: durations, branches that are values, closures, tests.

use super::{assigned, facts};
use crate::model::expr::{BinaryOperator, ExprId, ExprKind};
use crate::model::facts::{FileFacts, ScopeKind, StmtKind};

/// What an expression comes to, where it is made of numbers.
fn number(facts: &FileFacts, expr: ExprId) -> Option<f64> {
    match &facts.expr(expr).kind {
        ExprKind::Number(number) => Some(*number),
        ExprKind::Content { of, .. } => number(facts, *of),
        ExprKind::Binary { operator, left, right } => {
            let (left, right) = (number(facts, *left)?, number(facts, *right)?);
            match operator {
                BinaryOperator::Add => Some(left + right),
                BinaryOperator::Multiply => Some(left * right),
                BinaryOperator::Divide => Some(left / right),
                _ => None,
            }
        }
        _ => None,
    }
}

#[test]
fn durations_are_seconds() {
    let table = [
        ("Duration::from_secs(30)", 30.0),
        ("std::time::Duration::from_millis(1_500)", 1.5),
        ("Duration::from_micros(2_000_000)", 2.0),
        ("Duration::from_nanos(500_000_000)", 0.5),
        ("Duration::from_secs_f64(0.25)", 0.25),
        ("Duration::from_mins(2)", 120.0),
        ("Duration::from_hours(1)", 3600.0),
        ("Duration::new(1, 500_000_000)", 1.5),
        ("Duration::ZERO", 0.0),
        ("2 * Duration::from_secs(0x10 as u64)", 32.0),
        ("Some(Duration::from_secs(30u64))", 30.0),
    ];
    for (text, expected) in table {
        let facts = facts(&format!("fn f() {{ let x = {text}; }}"));
        let found = number(&facts, assigned(&facts, "x")[0]).unwrap();
        assert!((found - expected).abs() < 1e-9, "{text} is {found}");
    }
    let facts = facts("fn f() { let x = 30.seconds(); let y = Duration::MAX; let z = chrono::Duration::seconds(5); }");
    for name in ["x", "y", "z"] {
        assert_eq!(number(&facts, assigned(&facts, name)[0]), None, "{name}");
    }
}

#[test]
fn branches_give_their_values() {
    for text in [
        "fn f() { let x = if a { 1 } else { 2 }; }",
        "fn f() { let x = match a { A => 1, _ => 2 }; }",
        "fn f() { let x = match a { Some(b) => 1, None => 2 }; }",
        "fn f() { let x; if a { x = 1 } else { x = 2 } }",
        "fn f() { let x = loop { if a { break 1; } break 2; }; }",
    ] {
        let facts = facts(text);
        let found: Vec<_> = assigned(&facts, "x").into_iter().map(|value| number(&facts, value)).collect();
        assert_eq!(found, [Some(1.0), Some(2.0)], "of {text}");
    }
}

#[test]
fn an_error_that_is_returned_is_raised() {
    let facts = facts("fn f() -> R { if a { return Err(b()); } if c { bail!(\"x\") } Ok(1) }");
    let count = |is: fn(&StmtKind) -> bool| facts.stmt_ids().filter(|&id| is(&facts.stmt(id).kind)).count();
    assert_eq!(count(|kind| matches!(kind, StmtKind::Raise(_))), 2);
    assert_eq!(count(|kind| matches!(kind, StmtKind::Return(_))), 1);
}

#[test]
fn tests_are_marked_and_other_targets_left_out() {
    let text = "fn a() {}
#[cfg(test)] mod b { fn c() {} }
#[tokio::test] async fn d() {}
#[cfg(target_arch = \"wasm32\")] fn e() {}
#[cfg(not(target_arch = \"wasm32\"))] fn g() {}
impl T { #[test] fn h() {} fn i() {} }";
    let facts = facts(text);
    let found: Vec<(&str, bool)> = facts
        .scope_ids()
        .map(|id| facts.scope(id))
        .filter(|scope| scope.kind == ScopeKind::Function)
        .map(|scope| (scope.name.as_str(), facts.is_in_tests(scope.start)))
        .collect();
    let expected = [("c", true), ("a", false), ("d", true), ("g", false), ("h", true), ("i", false)];
    assert_eq!(found, expected);
}

#[test]
fn closures_say_where_they_run() {
    let scopes = |text: &str| -> Vec<(ScopeKind, bool)> {
        let facts = facts(&format!("fn f() {{ {text}; }}"));
        let inner = facts
            .scope_ids()
            .map(|id| facts.scope(id))
            .filter(|scope| scope.kind != ScopeKind::Module && scope.name.is_empty());
        inner.map(|scope| (scope.kind, scope.runs_here)).collect()
    };
    assert_eq!(scopes("x.map(|a| a)"), [(ScopeKind::Closure, true)]);
    assert_eq!(scopes("g(|a| a)"), [(ScopeKind::Closure, false)]);
    assert_eq!(scopes("async { 1 }"), [(ScopeKind::Closure, true)]);
    assert_eq!(scopes("tokio::spawn(async move { 1 })"), [(ScopeKind::Closure, true)]);
    assert_eq!(scopes("xs.iter().map(|a| a)"), [(ScopeKind::Comprehension, false)]);
    assert_eq!(scopes("(0..3).for_each(|a| {})"), [(ScopeKind::Comprehension, false)]);
    assert_eq!(scopes("LazyLock::new(|| 1)"), []);
}
