//! Statements that are read without the parser: which those are, and that the parser says the same of them.

use super::super::parts::{divided, undivided};
use super::super::plain::{self, KEYWORDS, Plain};
use super::printer;
use crate::languages::Extent;
use crate::model::facts::FileFacts;
use crate::source::{FileId, SourceFile};

/// The plain statement that a text begins with.
fn plain(text: &str) -> Option<Plain> {
    plain::read(text, 0, &mut Vec::new())
}

/// Everything that a file says, to the byte.
fn shape(facts: &FileFacts) -> String {
    let stmts: Vec<_> = facts.stmt_ids().map(|id| facts.stmt(id)).collect();
    let exprs: Vec<_> = facts.expr_ids().map(|id| facts.expr(id)).collect();
    let scopes: Vec<_> = facts.scope_ids().map(|id| facts.scope(id)).collect();
    format!("{stmts:?}\n{exprs:?}\n{scopes:?}\n{:?}\n{:?}", facts.comments, facts.problems)
}

#[test]
fn what_is_written_plainly_is_what_the_parser_says() {
    for text in [
        "import a",
        "import a.b.c  as d, e , f.g",
        "from a import b",
        "from  a.b  import  c as d ,e,f",
        "from . import a",
        "from .a.b import c",
        "from ...a import b",
        "from a import *",
        "from a import (b)",
        "from a import (\n    b,\n    c as d , e\n,f)",
        "from a import (\n\tb,\r\n\tc,\r\n)",
        "from __future__ import a, b",
        "\"\"\"What it is.\n\n    'a', \"b\", {c} and ä.\n    \"\"\"",
        "\"\"\"\"\"\"",
        "\"\"\"class A:\"\"\"",
        "a = 1",
        "a=0",
        "a: B  =  12.5",
        "a = \"it's\"",
        "_A1 = ''",
        "a = None",
        "a: bool = True",
        "a = False",
        "a = Nonesuch",
        "a = b.c.d_e",
        "self = None_",
        "async_ = is_",
        "a: b",
        "a: b.c | None",
        "a: \"b\" = 1",
        "a: b[c, list[d]] | None  = None",
        "a: Callable[[], b] = c",
        "a: Callable[[b, c], None] | Callable[..., d]",
        "a = -1",
        "a = b()",
        "a = b.c(d, e.f, \"g\", -1.5, h=None,i = j)",
        "a = b(\n    c,\n    d=e,\n)",
        "a = b(\n\n\tc,\r\n    d\n    = \n    e )",
        "a = b(c[d], e()(f)[g].h)",
        "a = b[c, d , e]",
        "a = b[\n    c\n]",
        "a = b | c.d|e",
        "a = b(c | d)",
        "a = []",
        "a = ()",
        "a = {}",
        "a = [b, [c, (d, e)], (f,), (g, h,),]",
        "a = { b , c , }",
        "a = {b}",
        "a = {b: c}",
        "a = {\n    \"b\": {\"c\": 1, d(e): [f]},\n    g[h] : None,\n}",
        "a: dict[str, Any] = {}",
        "a: b | c | d[e]",
        "a: b[c] | d = None",
    ] {
        let plain = plain(text);
        assert_eq!(plain.map(|plain| plain.end as usize), Some(text.len()), "{text}");
        for around in [
            "{}",
            "{}\n",
            "a\n\n{}  \n\n{}\n\nb\n",
            "class A:\n    {}\n    def f(self):\n        {}",
            "if a:\n  {}\n  {}\n{}",
        ] {
            let source = SourceFile::new(FileId(0), "a.py", around.replace("{}", text));
            let whole = divided(&source, Extent::Whole, usize::MAX);
            assert_eq!(shape(&whole), shape(&undivided(&source)), "{text} in {around}");
            assert_eq!(shape(&divided(&source, Extent::Heads, usize::MAX)), shape(&whole), "{text} in {around}");
        }
    }
}

#[test]
fn what_is_not_plain_is_left_to_the_parser() {
    for text in [
        "",
        "imports",
        "import",
        "import a,",
        "import a as",
        "import a b",
        "import a . b",
        "import a; import b",
        "import a  # b",
        "import a \\\n    as b",
        "import ä",
        "import class",
        "import 1a",
        "import .a",
        "from a import",
        "from a import b,",
        "from a import b.c",
        "from a import ()",
        "from a import (b",
        "from a import (b c)",
        "from a import (\n    b,  # noqa\n)",
        "from a import (b), c",
        "from a import(b)",
        "from a import None",
        "from .import a",
        "from __future__ import *",
        "from = 1",
        "yield from a",
        "\"\"\"a",
        "\"\"\"a\"\"\"\"",
        "\"\"\"a\\n\"\"\"",
        "\"\"\"a\rb\"\"\"",
        "\"\"\"a\"\"\" \"b\"",
        "\"\"\"a\"\"\".b",
        "r\"\"\"a\"\"\"",
        "\"a\"",
        "a",
        "a =",
        "a == 1",
        "a += 1",
        "a := 1",
        "a, b = 1",
        "a = b = 1",
        "a = 1, 2",
        "a = 1.",
        "a = 1e5",
        "a = 1j",
        "a = 1_000",
        "a = 012",
        "a = 0x1",
        "a = .5",
        "a = 1  # b",
        "a = 1; b = 2",
        "a = b c",
        "a = 'b' 'c'",
        "a = 'b\\'",
        "a = 'b",
        "a = '''b'''",
        "a = f'b'",
        "a = True.b",
        "a = b.",
        "a = b .c",
        "a = b if c else d",
        "a = \\\n    1",
        "a.b = 1",
        "a :b = 1",
        "(a) = 1",
        "a = ä",
        "a: b = c = d",
        "a: (b) = 1",
        "a: *b = c",
        "a: lambda: b = c",
        "a = ...b",
        "a = --1",
        "a = -b",
        "a = (b)",
        "a = (b) | c",
        "a = 1()",
        "a = \"b\".c",
        "a = b(*c)",
        "a = b(**c)",
        "a = b(c for c in d)",
        "a = b(c == d)",
        "a = b(c, , d)",
        "a = b(,)",
        "a = b(c d)",
        "a = b(c=)",
        "a = b(print=c)",
        "a = b(c := d)",
        "a = b(c  # d\n)",
        "a = b(c",
        "a = b(c\n",
        "a = b(c]",
        "a = b(\r    c)",
        "a = b(\x0c    c)",
        "a = b[]",
        "a = b[c,]",
        "a = b[c:d]",
        "a = b[*c]",
        "a = [b for b in c]",
        "a = [b, *c]",
        "a = {b for b in c}",
        "a = {b: c for b in d}",
        "a = {**b}",
        "a = {b: c, d}",
        "a = {b, c: d}",
        "a = {b:}",
        "a = {,}",
        "a = b |",
        "a = b || c",
        "a = b |= c",
        "a: b[c] | d | e",
        "a: b | c[d] | e",
        "a | b",
        "a()",
        "print = 1",
        "match = 1",
        "a: print = 1",
        "a = lambda",
    ] {
        assert!(plain(text).is_none(), "{text}");
    }
    for keyword in KEYWORDS {
        assert!(plain(&format!("from a import {keyword}")).is_none(), "{keyword}");
        assert!(plain(&format!("{keyword} = 1")).is_none(), "{keyword}");
        let constant = ["False", "None", "True"].contains(&keyword);
        for text in ["a = {}", "a: {} = 1", "a: b[{}]", "a = b({})"] {
            assert_eq!(plain(&text.replace("{}", keyword)).is_some(), constant, "{keyword} in {text}");
        }
        assert!(plain(&format!("a = b.{keyword}")).is_none(), "{keyword}");
    }
}

#[test]
fn plain_lines_in_brackets_are_not_less_indented_than_their_statement() {
    let at = |text: &str| plain::read(text, text.find('a').unwrap(), &mut Vec::new()).is_some();
    for text in ["  a = b(\n  c)", "    a = b(\n\tc\n\n    )", "  a: b[\n\n   c] = 1"] {
        assert!(at(text), "{text}");
    }
    for text in ["  a = b(\n c)", "  a = b(\n  c\n)", "\ta = b(\n    c)"] {
        assert!(!at(text), "{text}");
    }
}

#[test]
fn what_stands_deep_in_something_is_left_to_the_parser() {
    let nested = |depth: usize| format!("a = {}b{}", "[".repeat(depth), "]".repeat(depth));
    assert!(plain(&nested(16)).is_some() && plain(&nested(17)).is_none());
    let chain = |length: usize| format!("a = b{}", ".c".repeat(length - 1));
    assert!(plain(&chain(64)).is_some() && plain(&chain(65)).is_none());
    // Where many blocks are around, there is less room.
    for blocks in [300, 330, 335, 340, 345, 370] {
        let opened = (0..blocks).map(|depth| format!("{}if a:\n", " ".repeat(depth))).collect::<String>();
        let text = format!("{opened}{0}{1}\n{0}a = 1\n", " ".repeat(blocks), chain(60));
        same(&text, usize::MAX);
    }
}

#[test]
fn heads_that_are_plain_are_what_the_parser_says() {
    for text in [
        "def f():",
        "async  def f() :",
        "def f(self,a , b):",
        "def f(\n        self,\n        a: int = 1,\n        *,\n        b: str | None = None,\n    ) -> dict[str, Any] | None:",
        "def f(a, /, b=None, *c, d: e = f.g, **h) -> None  :",
        "def f(*c: int, **h: list[str]):",
        "def f(a=(), b=[1, \"c\"], d={}, e=-1, g=h(i)) -> \"f\":",
        "@a\n    def f(self):",
        "@a.b\n    @c(d, e=1)\n    async def f(self) -> Iterator[None]:",
    ] {
        assert!(plain::head(&format!("    {text}"), 4, &mut Vec::new()).is_some(), "{text}");
        for around in [
            "{}\n        pass\n",
            "a = 1\n    {}\n\n        b\n        c\n    {}\n        d\n    e = 2\n    {}\n        d  # noqa\n",
            "{}\n        # poolcheck: ignore\n        a\n",
            "{}  # noqa\n        a\n",
            "@z(*a)\n    {}\n        a\n    @z\n    class B:\n        {}\n            a\n",
            "{}\n        global a\n    {}\n        a\n    b\n",
            "{}\n        def g(self):\n            a\n        b\n",
            "{} a\n    {}\n        b\n",
        ] {
            let around = around.replace("{}", text);
            same(&format!("class A:\n    {around}"), 1);
            same(&format!("class A:\n    {around}"), 4);
            if !text.starts_with('@') {
                same(&format!("if a:\n    {around}else:\n    {around}"), 1);
            }
        }
    }
}

/// Whether a text says the same in one part, with what is plain, and with parts besides, whose bodies have at least
/// `shortest` bytes.
fn same(text: &str, shortest: usize) {
    let source = SourceFile::new(FileId(0), "a.py", text.to_owned());
    let (one, whole) = (undivided(&source), divided(&source, Extent::Whole, usize::MAX));
    assert_eq!(shape(&whole), shape(&one), "{text}");
    assert_eq!(shape(&divided(&source, Extent::Heads, usize::MAX)), shape(&one), "{text}");
    let heads = divided(&source, Extent::Heads, shortest);
    assert_eq!(printer::print(&heads), printer::print(&one), "{text}");
    let comments = |facts: &FileFacts| format!("{:?}", facts.comments);
    let outside = |facts: &FileFacts| facts.parts().all(|part| facts.deferred(part).is_none());
    assert!(!outside(&heads) || comments(&heads) == comments(&one), "{text}");
}

#[test]
fn heads_that_are_not_plain_are_left_to_the_parser() {
    for text in [
        "def f()",
        "def f:",
        "def f(): pass",
        "def f():  # a",
        "def f(a  # b\n):",
        "def f(a b):",
        "def f(*):",
        "def f(*a=1):",
        "def f((a, b)):",
        "def f(a: print):",
        "def f(print):",
        "def f(a=lambda: 1):",
        "def f(a=b or c):",
        "def f(a=1 + 2):",
        "def f[T](a):",
        "def f(a) -> :",
        "def f(a) -> b or c:",
        "def f (a):",
        "def print(a):",
        "def ä(a):",
        "async f(a):",
        "class A:",
        "@a",
        "@a def f():",
        "@a\n\ndef f():",
        "@a  # b\ndef f():",
        "@a\n# b\ndef f():",
        "@a\n  def f():",
        "@a\nclass A:",
        "@ a\ndef f():",
        "@(a)\ndef f():",
        "@a if b else c\ndef f():",
    ] {
        assert!(plain::head(text, 0, &mut Vec::new()).is_none(), "{text}");
    }
}

#[test]
fn what_only_looks_like_a_statement_keeps_its_place() {
    for text in [
        "a(\nb = 1\n)\n",
        "a = '''\nb = 1\n'''\nc = 2\n",
        "a = (\n\"\"\"b\"\"\"\n)\n",
        "if a:\nb = 1\n",
        "if a:\n        b = 1\n    c = 2\n",
        "a = 1\n  b = 2\n",
        "match a:\n    case 1:\n        b = 2\n    case c: d = 3\n",
        "\"\"\"a\nb = 1\n",
        "class A:\n    \"\"\"a\"\"\"\n",
        "class A:\n    \"\"\"a\"\"\"\n    b: c = 1\n    def f(self): \"\"\"d\"\"\"\n",
        "try:\n    a = 1\nexcept A:\n    a = None\nelse:\n    \"\"\"b\"\"\"\n",
        "a = '''\nimport b\n'''\nimport c\n",
        "a = (\nimport b\n)\n",
        "a = \\\nimport b\n",
        "a = f'''{\nimport b\n}'''\n",
        "if a:\nimport b\n",
        "if a:\n        import b\n    import c\n",
        "  import a\nimport b\n",
        "a = '\nimport b\n'\nimport c\n",
        "a = \"\"\"\nimport b\n",
    ] {
        let source = SourceFile::new(FileId(0), "a.py", text.to_owned());
        for extent in [Extent::Whole, Extent::Heads] {
            assert_eq!(shape(&divided(&source, extent, usize::MAX)), shape(&undivided(&source)), "{text}");
        }
    }
}
