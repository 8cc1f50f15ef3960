//! Where the bodies of functions are, by a look at the text.

use super::super::outline::Outline;
use crate::languages::Extent;

/// The bodies that are found, as text.
fn bodies(text: &str) -> Vec<&str> {
    let functions = Outline::of(text, Extent::Heads, 1).functions;
    functions.iter().map(|function| &text[function.body as usize..function.end as usize]).collect()
}

#[test]
fn bodies_end_where_the_indentation_does() {
    let table: [(&str, &[&str]); 12] = [
        ("def f():\n  a\n  b\nc\n", &["a\n  b"]),
        ("def f(): a\n", &[]),
        (
            "def f(\n    a=(1, {2: 3}),\n) -> {1: 2}:  # d\n    # c\n    a\n\n    # e\n# g\n    b  # h\n\n\n",
            &["a\n\n    # e\n# g\n    b"],
        ),
        ("class A:\n\tasync  def f(self):\n\t\ta\n\tb = 1\n\tdef g(self):\n\t\tc", &["a", "c"]),
        ("@d\ndef f():\r\n  if a:\r\n    b\r\n  c\r\nd\r\n", &["if a:\r\n    b\r\n  c"]),
        (
            "def f():\n  def g():\n    a\n  class A:\n    def h(self):\n      b\nc\n",
            &["def g():\n    a\n  class A:\n    def h(self):\n      b"],
        ),
        (
            "def f():\n  a = '''\nb\n''' + \"'\" + '\\''\n  c = (\n1,\n2)\n  d \\\n= 1\ne\n",
            &["a = '''\nb\n''' + \"'\" + '\\''\n  c = (\n1,\n2)\n  d \\\n= 1"],
        ),
        ("def f():\n  f\"{a[\"b\"]:'>{c}}{{'{d!r}\"\n  e\nf\n", &["f\"{a[\"b\"]:'>{c}}{{'{d!r}\"\n  e"]),
        ("if a:\n  def f():\n    b\nelse:\n  def f():\n    c\n", &["b", "c"]),
        ("def f():\n  global a\n  a = 1\ndef g():\n  from a import *\ndef h():\n  a\n", &["a"]),
        ("define = 1\nasync_def = 2\ndefault()\n", &[]),
        ("def f(a: lambda: 1):\n  a\n  ", &["a"]),
    ];
    for (text, expected) in table {
        assert_eq!(bodies(text), expected, "in {text:?}");
    }
}
