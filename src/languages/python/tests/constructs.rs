//! Tables of texts and the forms they lower to.

use super::hold;

#[test]
fn literals() {
    hold(&[
        ("1_000; 0xFF; 0o17; 0b101; 1e3; 1.5; .5; 1_0.0_1; 10L", "1000; 255; 15; 5; 1000; 1.5; 0.5; 10.01; 10"),
        ("2j; 1.5J; b'x'; B'x' b'y'; ...", "?(); ?(); ?(); ?(); ?()"),
        ("True; False; None", "True; False; None"),
        (r#"'a\n\x41\u00e9\101\'\z'; r'a\n'; u"x"; R"\"" "#, r#""a\nAéA'\\z"; "a\\n"; "x"; "\\\"""#),
        ("'a' \"b\"  'c'", r#""abc""#),
        ("('a'\n 'b')", r#""ab""#),
        ("'''a\r\nb\\\nc'''", r#""a\nbc""#),
        (r"'\N{DASH}x'; '\ud800'; '\U0001F600'", "\"\u{fffd}x\"; \"\u{fffd}\"; \"😀\""),
        ("''; f''", r#"""; """#),
    ]);
}

#[test]
fn texts_with_expressions() {
    hold(&[
        ("f'a{b}c'", r#"f<"a", b, "c">"#),
        ("f'{a}{b!r:>{w}.{p()}}'", "f<a, b, w, p()>"),
        ("'https://' 'h' f'/{x}' 'y' f'z'", r#"f<"https://h/", x, "yz">"#),
        ("f'{{}}'", r#""{}""#),
        ("rf'\\d{x}'", r#"f<"\\d", x>"#),
        ("f'{x=}{y, z}{(yield)}'", r#"f<x, [y, z], (yield)>"#),
        ("f\"{f'{x}'}\"", "f<f<x>>"),
        ("t'{x}'; b'a' f'{y}'", "?(x); ?(y)"),
        ("f'''{\n  f(a)  # c\n}'''", "f<f(a)>"),
    ]);
}

#[test]
fn operators() {
    hold(&[
        ("a + b * c - d", "((a + (b * c)) - d)"),
        ("a / b; a // b; a % b; a ** b; a | b", "(a / b); (a // b); (a % b); (a ** b); (a | b)"),
        (
            "a @ b; a & b; a ^ b; a << b; a >> b",
            "(a <other> b); (a <other> b); (a <other> b); (a <other> b); (a <other> b)",
        ),
        ("-a; +a; ~a; not a; --1", "(-a); (+a); (~a); (not a); (-(-1))"),
        ("a or b or c; a and b and c", "(a or b or c); (a and b and c)"),
        ("a or b and c or d", "(a or (b and c) or d)"),
        ("(a or b) or c", "((a or b) or c)"),
        ("a is b; a is not b; a == b; a != b", "(a is b); (a is not b); (a == b); (a != b)"),
        ("a in b; a not in b; a < b; a >= b", "(a in b); (a not in b); (a <=> b); (a <=> b)"),
        ("a < b() < c", "?(a, b(), c)"),
        ("a if b else c if d else e", "(b ? a : (d ? c : e))"),
        ("(x := 1)", "(x := 1)"),
        ("((a))", "a"),
        ("not a is None", "(not (a is None))"),
    ]);
}

#[test]
fn names_calls_and_containers() {
    hold(&[
        ("a.b.c", "a.b.c"),
        ("print; match; type; exec; _", "print; match; type; exec; _"),
        ("f(); f(a, *b, c=d, **e)", "f(); f(a, *b, c=d, **e)"),
        ("f(*a or b, **c or d, k=x if y else z,)", "f(*(a or b), **(c or d), k=(y ? x : z))"),
        ("f(x for x in y)", "f(generator {for x in y {x}})"),
        ("f(a := 1); f(await b)", "f((a := 1)); f((await b))"),
        ("f(  # c\n a,  # d\n)", "f(a)"),
        (
            "a[b]; a[b, c]; a[b,]; a[1:f()]; a[::2, b]; a[*b]",
            "a[b]; a[[b, c]]; a[[b]]; a[?(1, f())]; a[[?(2), b]]; a[*b]",
        ),
        ("[a, *b]; (a, b); (a,); (); {a, b}; []; a, b", "[a, *b]; [a, b]; [a]; []; [a, b]; []; [a, b]"),
        ("a,", "[a]"),
        ("{}; {a: b, **c, 'd': e}", r#"{}; {a: b, **c, "d": e}"#),
        ("await f()", "(await f())"),
        ("print(a, file=b); print (a), b", "print(a, file=b); [print(a), b]"),
        ("a \\\n . b", "a.b"),
    ]);
}

#[test]
fn closures_and_comprehensions() {
    hold(&[
        ("lambda: 0", "lambda() {return 0}"),
        ("lambda a, /, b=c, *d, e, **f: a", "lambda(a/, b = c, *d, e!, **f) {return a}"),
        ("lambda: lambda: x", "lambda() {return lambda() {return x}}"),
        ("[f(x) for x in y if a if b for z in x]", "comprehension {for x in y {if a {if b {for z in x {f(x)}}}}}"),
        ("{k: v for k, v in d.items()}", "comprehension {for [k, v] in d.items() {[k, v]}}"),
        ("{x for x in a, b}", "comprehension {for x in [a, b] {x}}"),
        ("[await x async for x in y]", "async comprehension {async for x in y {(await x)}}"),
        ("(x for x in y)", "generator {for x in y {x}}"),
        (
            "[lambda: x for x in lambda: y, z]",
            "comprehension {for x in [lambda() {return y}, z] {lambda() {return x}}}",
        ),
    ]);
}

#[test]
fn assignments() {
    hold(&[
        ("a = 1", "a = 1"),
        ("a = b.c = d[0] = 1", "a = b.c = d[0] = 1"),
        ("a, b = c", "[a, b] = c"),
        ("(a, [b, *c]) = d, e", "[a, [b, *c]] = [d, e]"),
        ("a: int; b: C[x] = 1; c.d: 'T' = e", r#"a: int; b: C[x] = 1; c.d: "T" = e"#),
        ("a += 1; b.c //= d; x |= y", "a += 1; b.c += d; x += y"),
        (
            "a = yield; b = yield c; d = yield from e; f = await g",
            "a = (yield); b = (yield c); d = (yield from e); f = (await g)",
        ),
        ("a = *b, c", "a = [*b, c]"),
        ("a = *b.c, *d(1)[0], e; [*(f)]", "a = [*b.c, *d(1)[0], e]; [*f]"),
        ("*a, b.c = *d or e, *f + g", "[*a, b.c] = [*(d or e), *(f + g)]"),
        ("for a in *b.c, d: pass", "for a in [*b.c, d] {}"),
        ("type(a).b = c(1)", "?(a.b) = c(1)"),
        ("type = 1; match = 2; print = 3", "type = 1; match = 2; print = 3"),
    ]);
}

#[test]
fn types() {
    hold(&[
        ("a: list[int]", "a: list[int]"),
        ("a: dict[str, b.C] | None", "a: (dict[[str, b.C]] | None)"),
        ("a: Optional['C']", r#"a: Optional["C"]"#),
        ("a: Callable[[int, str], None]", "a: Callable[[[int, str], None]]"),
        ("a: Callable[..., Awaitable[None]]", "a: Callable[[?(), Awaitable[None]]]"),
        ("a: t.Annotated[int, f(x=1)]", "a: t.Annotated[[int, f(x=1)]]"),
        ("a: Literal['x', 1]", r#"a: Literal[["x", 1]]"#),
        ("a: list[int].b", "a: list[int].b"),
        ("type X = list[f()]", "opaque(X, list[f()])"),
        ("type X[T: int] = list[T]", "opaque(X[?(T, int)], list[T])"),
    ]);
}

#[test]
fn simple_statements() {
    hold(&[
        ("pass; a; pass", "a"),
        ("return; return a, b", "return; return [a, b]"),
        ("raise; raise a; raise a from b", "raise(); raise(a); raise(a, b)"),
        ("break; continue", "break; continue"),
        ("global a, b; nonlocal c", "global(a, b); nonlocal(c)"),
        ("del a, b[0]; del (c)", "del(a, b[0]); del(c)"),
        ("assert a, 'b'", r#"assert(a, "b")"#),
        ("yield a", "(yield a)"),
        ("import a.b, c as d, e", "import a.b binds a, import c as d, import e binds e"),
        ("from a.b import c, d as e", "from a.b import c as c, from a.b import d as e"),
        ("from . import a; from ... b import c", "from . import a as a; from ...b import c as c"),
        ("from .a import *", "from .a import *"),
        ("from a import (b,\n  c,)", "from a import b as b, from a import c as c"),
        ("from __future__ import annotations", "from __future__ import annotations as annotations"),
        ("import a . b", "import a.b binds a"),
    ]);
}

#[test]
fn compound_statements() {
    hold(&[
        ("if a:\n  b\nelif c:\n  d\nelse:\n  e", "if a {b} else {if c {d} else {e}}"),
        ("if a: b; c\nelse: pass", "if a {b; c}"),
        ("for a, b in c, d:\n  e\nelse:\n  f", "for [a, b] in [c, d] {e} else {f}"),
        ("async for a in b: c", "async for a in b {c}"),
        ("while a:\n  b\nelse:\n  c", "while a {b} else {c}"),
        (
            "try:\n  a\nexcept B as e:\n  c\nexcept (D, E):\n  f\nexcept:\n  g\nelse:\n  h\nfinally:\n  i",
            "try {a} except B as e {c} except [D, E] {f} except {g} else {h} finally {i}",
        ),
        ("try: a\nexcept* B as e: c", "try {a} except B as e {c}"),
        ("try: a\nexcept A.B, C.D: c", "try {a} except [A.B, C.D] {c}"),
        ("with a, b() as c, d as (e, f): g", "with a, b() as c, d as [e, f] {g}"),
        ("async with (a as b, c(),): d", "async with a as b, c() {d}"),
        ("with (a): b", "with a {b}"),
        ("with (a, b): c", "with a, b {c}"),
        ("with (a, b) as c: d", "with [a, b] as c {d}"),
        ("with (a) as b.c, (d): e", "with a as b.c, d {e}"),
        ("with (yield a): b", "with (yield a) {b}"),
        ("with (a if b else c) as d: e", "with (b ? a : c) as d {e}"),
    ]);
}

#[test]
fn matching() {
    hold(&[
        ("match a, b:\n  case _: c", "match [a, b] case()! {c}"),
        ("match a:\n  case x: b\n", "match a case(x)! {b}"),
        ("match a:\n  case x if f(x): b\n", "match a case(x) if f(x) {b}"),
        ("match a:\n  case 1 | 'b' | None: c\n  case A.B: d", "match a case() {c} case() {d}"),
        ("match a:\n  case C(x, k=y) as z: b", "match a case(x, y, z) {b}"),
        ("match a:\n  case [x, *rest] | (x, rest): b", "match a case(x, rest) {b}"),
        ("match a:\n  case {'k': v, **others}: b", "match a case(v, others) {b}"),
        ("match a:\n  case x, _: b\n  case (y): c\n  case _ as z: d", "match a case(x) {b} case(y)! {c} case(z)! {d}"),
        ("match a:\n  case -1: b\n  case D(): c", "match a case() {b} case() {c}"),
        ("match(a)\nmatch[b]", "match(a); match[b]"),
    ]);
}

#[test]
fn definitions() {
    hold(&[
        ("def f(): pass", "def f() {}"),
        (
            "def f(a, /, b: int = 1, *c: T, d, e=2, **g) -> R:\n  return a",
            "def f(a/, b: int = 1, *c: T, d!, e! = 2, **g) -> R {return a}",
        ),
        ("def f(a, *, b: X): pass", "def f(a, b!: X) {}"),
        ("async def f():\n  yield 1", "async def yielding f() {(yield 1)}"),
        (
            "def f():\n  g = lambda: (yield)\n  def h(): yield",
            "def f() {g = lambda() {return (yield)}; def yielding h() {(yield)}}",
        ),
        ("@a.b\n@c(d=1)\ndef f(): pass", "@a.b @c(d=1) def f() {}"),
        (
            "@a\nclass B(C, metaclass=D, *e):\n  x = 1\n  def m(self): pass",
            "@a class B(C, metaclass=D, *e) {x = 1; def m(self) {}}",
        ),
        ("class A: pass\nclass B(): ...", "class A() {}; class B() {?()}"),
        ("def f[T: (int, str)](a: T) -> T: pass\nclass A[T](B[T]): pass", "def f(a: T) -> T {}; class A(B[T]) {}"),
        ("async def f():\n  async with a: await b", "async def f() {async with a {(await b)}}"),
        ("def f(a=lambda: x): pass", "def f(a = lambda() {return x}) {}"),
    ]);
}
