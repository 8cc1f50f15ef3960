//! Statements that are read without the parser: which those are, and that the parser says the same of them.

use super::super::parts::{divided, undivided};
use super::super::plain::{KEYWORDS, read};
use crate::languages::Extent;
use crate::model::facts::FileFacts;
use crate::source::{FileId, SourceFile};

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
    ] {
        let plain = read(text, 0);
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
        "a: b",
        "a =",
        "a == 1",
        "a += 1",
        "a := 1",
        "a, b = 1",
        "a = b = 1",
        "a = 1, 2",
        "a = -1",
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
        "a = b()",
        "a = b .c",
        "a = b if c else d",
        "a = \\\n    1",
        "a.b = 1",
        "a :b = 1",
        "a: b.c = 1",
        "a: \"b\" = 1",
        "a: b[c] = 1",
        "(a) = 1",
        "a = ä",
        "print = 1",
        "match = 1",
        "a: print = 1",
        "a = lambda",
    ] {
        assert!(read(text, 0).is_none(), "{text}");
    }
    for keyword in KEYWORDS {
        assert!(read(&format!("from a import {keyword}"), 0).is_none(), "{keyword}");
        assert!(read(&format!("{keyword} = 1"), 0).is_none(), "{keyword}");
        assert!(read(&format!("a: {keyword} = 1"), 0).is_none(), "{keyword}");
        let constant = ["False", "None", "True"].contains(&keyword);
        assert_eq!(read(&format!("a = {keyword}"), 0).is_some(), constant, "{keyword}");
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
