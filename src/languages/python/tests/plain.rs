//! Imports that are read without the parser: which those are, and that the parser says the same of them.

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
    ] {
        assert!(read(text, 0).is_none(), "{text}");
    }
    for keyword in KEYWORDS {
        assert!(read(&format!("from a import {keyword}"), 0).is_none(), "{keyword}");
    }
}

#[test]
fn what_only_looks_like_an_import_keeps_its_place() {
    for text in [
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
