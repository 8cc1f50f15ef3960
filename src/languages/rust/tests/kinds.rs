//! Every kind of expression, item and statement is lowered, and no call in it is lost.

use super::{calls, facts, problems, text_of};
use crate::model::expr::ExprKind;

/// One text for each kind of expression that the parser knows; `f()` stands where an expression may.
const EXPRESSIONS: [&str; 47] = [
    "[f(), f()]",
    "x = f()",
    "x.y = f()",
    "*x = f()",
    "x += f()",
    "async { f() }",
    "async move { f().await }",
    "f().await",
    "f() + f()",
    "f() && f() || !f()",
    "f() == f()",
    "{ f(); f() }",
    "'a: { break 'a f(); }",
    "loop { break f(); }",
    "f()(f())",
    "f() as u8",
    "|x: u8, (y, z)| f()",
    "async |x| f()",
    "const { f() }",
    "loop { continue; }",
    "f().field.0",
    "for x in f() { f(); }",
    "for Some((a, b)) in f() { f(); }",
    "if f() { f() } else if f() { f() } else { f() }",
    "if let Some(x) = f() { f() }",
    "if let A::B { c, .. } = f() && f() { f() }",
    "x[f()]",
    "1.5",
    "'c'",
    "b\"bytes\"",
    "println!(\"{} {x}\", f())",
    "tokio::select! { x = f() => { f() } _ = f() => f(), else => { f(); } }",
    "match f() { A => f(), B(x) if f() => f(), _ => { f() } }",
    "x.method(f()).other::<T>()",
    "(f())",
    "<T as Trait>::CONSTANT",
    "f()..=f()",
    "&raw const x",
    "&mut f()",
    "[f(); 3]",
    "return f()",
    "S { a: f(), b, ..f() }",
    "f()?",
    "(f(), f())",
    "-f()",
    "unsafe { f() }",
    "while let Some(x) = f() { f(); }",
];

#[test]
fn every_expression_is_lowered() {
    for expression in EXPRESSIONS {
        let text =
            format!("fn outer() {{ let value = {expression}; {expression}; }}\nfn last() -> T {{ {expression} }}\n");
        assert_eq!(problems(&text), [""; 0], "of {text}");
        // An assignment by name writes each call once, wherever the value goes.
        let expected = text.matches("f()").count();
        let found = calls(&text).iter().filter(|call| *call == "f()").count();
        assert_eq!(found, expected, "calls in {expression}");
    }
}

#[test]
fn every_item_is_lowered() {
    let text = "#![allow(x)]
extern crate a as b;
use std::{fmt::{self, Debug as D}, io::*};
mod inner { pub(crate) use super::*; pub fn f() {} }
mod other;
type T<X> = Vec<X>;
const C: u8 = g();
static S: u8 = g();
struct Unit;
struct Tuple(pub u8, Client);
struct Named<T> where T: D { a: Option<std::sync::Arc<T>> }
enum E { A, B(u8), C { d: u8 } }
union U { a: u8 }
trait Tr: D { const X: u8; type Y; fn needed(&self) -> u8; fn given(self: Box<Self>) { g(); } }
impl<T> Named<T> { const X: u8 = g(); fn new() -> Self { Self { a: None } } }
impl Tr for E { fn needed(&self) -> u8 { g() } }
impl Tr for elsewhere::Type { fn needed(&self) -> u8 { g() } }
extern \"C\" { fn foreign(); }
macro_rules! m { ($x:expr) => { $x } }
m!(g());
thread_local! { static LOCAL: u8 = g(); }
fn main() { struct Inner; const HERE: u8 = g(); }
";
    assert_eq!(problems(text), [""; 0]);
    assert_eq!(calls(text).iter().filter(|call| *call == "g()").count(), 8);
}

#[test]
fn what_holds_a_value_is_seen_through() {
    for wrapped in ["Some(f())", "Ok(f())", "Arc::new(f())", "&f()", "f()?", "f().unwrap()", "f().clone()", "(f())"] {
        let text = format!("fn outer() {{ let value = {wrapped}; }}");
        let facts = facts(&text);
        let mut at = super::assigned(&facts, "value")[0];
        while let ExprKind::Content { of, .. } = facts.expr(at).kind {
            at = of;
        }
        assert_eq!(text_of(&text, &facts, at), "f()", "of {wrapped}");
    }
}

#[test]
fn places_are_exact() {
    let text = "fn ü() { /* é */ let x = größe\n  .a(\"ß\")\n  .b(); }";
    assert_eq!(calls(text), ["größe\n  .a(\"ß\")", "größe\n  .a(\"ß\")\n  .b()"]);
    let text = "#!/usr/bin/env run\nfn f() { g(); }\r\nfn h() { i(); }";
    assert_eq!(calls(text), ["g()", "i()"]);
}
