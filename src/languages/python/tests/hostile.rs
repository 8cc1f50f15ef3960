//! Broken, old, truncated and absurd texts.

use super::{facts, printer, problems};

#[test]
fn what_is_whole_is_lowered_around_what_is_broken() {
    let table = [
        ("a = 1\nx = (1,\ndef f():\n  pass\nb = g(2)\n", "g(2)"),
        ("def f(:\n  a = g(1)\nb = h(2)\n", "h(2)"),
        ("class A:\n  def f(self):\n    x = = 1\n  def g(self):\n    y = h(2)\n", "h(2)"),
        ("a = f(b c, d=g(1))\nb = h(2)\n", "h(2)"),
        ("if a\n  b()\nc = d(1)\n", "d(1)"),
    ];
    for (text, expected) in table {
        let facts = facts(text);
        let shown = printer::print(&facts);
        assert!(shown.contains(expected), "{expected} is lost in {shown}");
        assert_eq!(facts.problems.len(), 1, "of {text:?}");
    }
}

#[test]
fn broken_calls_are_not_calls() {
    let shown = printer::print(&facts("a = f(b c, d=g(1))\n"));
    assert!(!shown.contains("f("), "{shown}");
    assert!(shown.contains("g(1)"), "{shown}");
}

#[test]
fn problems_say_where_and_what() {
    let rest = "; the rest of the file is still checked";
    let old = format!("looks like Python 2, which is not supported{rest}");
    let table = [
        ("a = 1\nb = )\n", format!("6: cannot parse `b = )`{rest}")),
        ("a = f(b\n", format!("0: cannot parse `a = f(b`{rest}")),
        ("a = [b, c\nd = 1\n", format!("2: cannot parse `= [b, c`{rest}")),
        ("a = (b\nc = 2\nf(d\n", format!("2: cannot parse `= (b`{rest}")),
        ("x = 'a\n", format!("4: cannot parse `'`{rest}")),
        ("f(a", format!("0: cannot parse `f(a`{rest}")),
        ("class A:\n def f(x): return x[1\n", format!("10: cannot parse `def f(x): return x[1`{rest}")),
        ("def f()\n  pass\n", format!("0: cannot parse `def f()`{rest}")),
        ("a\nprint b\nprint c\n", format!("2: `print` without parentheses {old}")),
        ("print >>f, x\n", format!("0: `print` without parentheses {old}")),
        ("exec 'a' in b\n", format!("0: `exec` without parentheses {old}")),
        ("a = `b`\n", format!("4: a backtick {old}")),
        ("a <> b\n", format!("2: `<>` {old}")),
        ("try: a\nexcept B, e: c\n", format!("7: `except` with a comma {old}")),
        ("raise A, 'b'\n", format!("6: `raise` with a comma {old}")),
        ("def f((a, b)): pass\n", format!("6: a tuple among the parameters {old}")),
        ("print 'a' if b\n", format!("0: cannot parse this: it looks like Python 2, which is not supported{rest}")),
    ];
    for (text, expected) in table {
        assert_eq!(problems(text), [expected], "of {text:?}");
    }
}

#[test]
fn depth_overflows_nothing() {
    let nested = |open: &str, middle: &str, close: &str, count: usize| {
        format!("{}{middle}{}\n", open.repeat(count), close.repeat(count))
    };
    assert_eq!(problems(&nested("(", "a", ")", 100_000)), [""; 0]);
    for text in [
        nested("[", "a", "]", 100_000),
        nested("f(", "a", ")", 5_000),
        nested("lambda: ", "a", "", 5_000),
        nested("not ", "a", "", 5_000),
        nested("a if b else ", "c", "", 5_000),
        nested("{a: [", "b", "]}", 5_000),
        nested("f'{", "b", "}'", 3),
        format!("a{}\n", ".b(c)".repeat(5_000)),
        format!("a{}\n", "[b]".repeat(5_000)),
        format!("a = [b for b in c{}]\n", " if d".repeat(5_000)),
        format!("a = {}b\n", "c ** ".repeat(5_000)),
    ] {
        assert!(problems(&text).len() <= 1, "of {} bytes", text.len());
    }
    for text in [nested("(", "a", "", 100_000), nested("[{(", "", "", 30_000), nested("", "", ")", 1_000)] {
        assert_eq!(problems(&text).len(), 1, "of {} bytes", text.len());
    }
}

#[test]
fn nested_blocks_overflow_nothing() {
    let nested: String = (0..370).map(|level| format!("{}if a:\n", " ".repeat(level))).collect();
    facts(&format!("{nested}{}b()\n", " ".repeat(370)));
}

#[test]
fn what_the_parser_cannot_bear_is_not_given_to_it() {
    for (blank, levels) in [(" ", 600), ("\t", 600), (" ", 5_000)] {
        let nested: String = (0..levels).map(|level| format!("{}if a:\n", blank.repeat(level))).collect();
        let text = format!("{nested}{}b()\n", blank.repeat(levels));
        let [problem] = &problems(&text)[..] else { panic!("one problem of {levels} levels") };
        assert!(problem.ends_with("nested too deeply to be parsed: the file is not checked"), "{problem}");
    }
    // Far from the margin is not deep.
    assert_eq!(problems(&format!("a = (\n{}b)\n", " ".repeat(5_000))), [""; 0]);
}

#[test]
fn long_chains_are_kept_whole() {
    let sum = facts(&format!("a = {}f(1)\n", "b + ".repeat(5_000)));
    assert_eq!(sum.problems, []);
    assert!(printer::print(&sum).ends_with("b, b, f(1))"));
    let or = facts(&format!("a = {}f(1)\n", "b or ".repeat(5_000)));
    assert_eq!(or.problems, []);
    let elif = facts(&format!("if a: b\n{}else: d(2)\n", "elif c: d(1)\n".repeat(5_000)));
    assert_eq!(elif.problems, []);
    let shown = printer::print(&elif);
    assert_eq!(shown.matches("d(1)").count(), 5_000);
    assert!(shown.ends_with("case() if c {d(1)} case()! {d(2)}}"), "{}", &shown[shown.len() - 80..]);
}

#[test]
fn no_truncation_panics() {
    let sample = include_str!("sample.py");
    for end in (0..sample.len()).filter(|&end| sample.is_char_boundary(end)) {
        facts(&sample[..end]);
    }
}

#[test]
fn no_damage_panics() {
    let sample = include_str!("sample.py");
    for (at, _) in sample.char_indices().step_by(23) {
        for damage in ["(", ")", "'", ":", "\n", "§"] {
            facts(&format!("{}{damage}{}", &sample[..at], &sample[at..]));
        }
    }
}

#[test]
fn odd_texts_are_texts() {
    for text in ["", "\n", "\r", "\u{feff}x", "\u{c}x = 1\n", "x\r\ny\rz", "#", "\\", "\\\n", "'", "f'{", "@", "é"] {
        facts(text);
    }
}
