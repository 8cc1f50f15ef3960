//! Files that are broken, foreign or huge: the run ends, tells the trouble, and finds what stands outside of it.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use poolcheck::report::Report;
use std::fmt::Write;
use std::fs;
use support::command::{Project, stdout};
use support::{Options, Unit, marks::marks};

/// A file, the kinds of trouble that it gives, and where it cannot be marked, the rows and codes of its findings.
type Case = (&'static str, &'static [&'static str], &'static [(u32, &'static str)]);

const CASES: &[Case] = &[
    ("binary.py", &["encoding"], &[]),
    ("bom.py", &[], &[]),
    ("broken.rs", &["syntax"], &[]),
    ("broken_cell.ipynb", &["syntax"], &[(1, "PC101")]),
    ("broken_statement.py", &["syntax"], &[]),
    ("chain.rs", &["syntax"], &[]),
    ("conflict.py", &["syntax"], &[]),
    ("cr.py", &[], &[(5, "PC101")]),
    ("crlf.py", &[], &[]),
    ("empty.py", &[], &[]),
    ("latin1.py", &[], &[]),
    ("magics.ipynb", &[], &[(3, "PC101")]),
    ("nested.py", &[], &[]),
    ("nested.rs", &["syntax"], &[]),
    ("nested_blocks.py", &[], &[]),
    ("nested_calls.py", &["syntax"], &[]),
    ("new_syntax.py", &[], &[]),
    ("no_cells.ipynb", &["syntax"], &[]),
    ("no_json.ipynb", &["syntax"], &[]),
    ("no_last_line_feed.py", &[], &[]),
    ("nul.py", &["encoding"], &[]),
    ("only_a_comment.py", &[], &[]),
    ("operators.py", &[], &[]),
    ("other_language.ipynb", &[], &[]),
    ("python2.py", &["syntax"], &[]),
    ("shebang.rs", &[], &[]),
    ("signs.rs", &["syntax"], &[]),
    ("unclosed.py", &["syntax"], &[]),
    ("undeclared_latin1.py", &["encoding"], &[]),
    ("utf16.py", &["encoding"], &[]),
];

/// Files that nothing is found in because nothing of them can be read.
const UNREAD: [&str; 4] = ["nul.py", "binary.py", "undeclared_latin1.py", "utf16.py"];

fn unit(name: &str, bytes: &[u8]) -> Unit {
    let files = vec![(name.to_owned(), bytes.to_vec())];
    Unit { name: format!("fixtures/hostile/{name}"), folder: "hostile".into(), files, rule: None }
}

/// Each row and code, sorted.
fn found(report: &Report) -> Vec<(u32, String)> {
    let mut found: Vec<_> = support::seen(report).into_iter().map(|seen| (seen.row, seen.code.to_owned())).collect();
    found.sort();
    found
}

#[test]
fn every_hostile_file_is_expected() {
    let files: Vec<String> = support::files_below("fixtures/hostile").into_iter().map(|(path, _)| path).collect();
    let cases: Vec<&str> = CASES.iter().map(|case| case.0).collect();
    assert_eq!(files, cases);
}

#[test]
fn trouble_is_told_and_what_is_around_it_is_found() {
    let mut lines = Vec::new();
    for (name, kinds, rows) in CASES {
        let bytes = fs::read(support::root().join("fixtures/hostile").join(name)).unwrap();
        let unit = unit(name, &bytes);
        let folder = tempfile::tempdir().unwrap();
        unit.write(folder.path());
        let report = Options::default().run(folder.path());

        let told: Vec<&str> = report.problems.iter().map(|problem| problem.problem.kind.as_str()).collect();
        if told != *kinds {
            let messages: Vec<&str> = report.problems.iter().map(|problem| problem.problem.message.as_str()).collect();
            lines.push(format!("{name}: {messages:?}, expected: {kinds:?}"));
        }
        let marked = marks(&unit).into_iter().filter(|_| !UNREAD.contains(name)).map(|mark| (mark.row, mark.code));
        let mut expected: Vec<(u32, String)> = rows.iter().map(|(row, code)| (*row, (*code).to_owned())).collect();
        expected.extend(marked);
        expected.sort();
        let found = found(&report);
        if found != expected {
            lines.push(format!("{name}: found {found:?}, expected {expected:?}"));
        }
        if !report.errors.is_empty() {
            lines.push(format!("{name}: {:?}", report.errors));
        }
    }
    support::none("hostile files differ", &lines);
}

#[test]
fn one_broken_file_hides_nothing_of_the_others() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in support::files_below("fixtures/hostile") {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let report = Options::default().run(folder.path());
    let alone: usize = CASES
        .iter()
        .map(|(name, _, rows)| {
            let bytes = fs::read(folder.path().join(name)).unwrap();
            rows.len() + marks(&unit(name, &bytes)).len() * usize::from(!UNREAD.contains(name))
        })
        .sum();
    assert_eq!(report.findings.len(), alone);
    assert_eq!(report.problems.len(), CASES.iter().map(|case| case.1.len()).sum::<usize>());
    assert_eq!(report.counts.files, CASES.len());
}

#[test]
fn a_file_that_is_broken_keeps_its_suppressions() {
    let broken = [
        ("a.rs", "fn b() {\n    let d = reqwest::Client::new(); // poolcheck: ignore[PC103] once a day\n}\nfn c( {\n"),
        (
            "b.py",
            "import requests\n# poolcheck: file-ignore[PC301] fine\n\n\ndef h(:\n    requests.get(\"x\")  \
             # poolcheck: ignore[PC103] fine\nclass C\n    y = requests.get(\"x\")  # noqa: PC103\n",
        ),
        ("c.py", "import requests\n# poolcheck: ignore[PC103, PC999] fine\nx = requests.get(\"x\" +)\n"),
    ];
    for (name, text) in broken {
        let project = Project::new(&[(name, text)]);
        let out = project.run(&["--fix", "--output-format", "concise"]);
        assert!(stdout(&out).contains("[syntax]"), "{}", stdout(&out));
        assert!(!stdout(&out).contains("PC901"), "{}", stdout(&out));
        let fixed = fs::read_to_string(project.path().join(name)).unwrap();
        assert_eq!(fixed, text.replace(", PC999", ""));
    }
}

/// What a file becomes by `--fix`, and what is told of it.
fn fixed(name: &str, text: &str) -> (String, String) {
    let project = Project::new(&[(name, text)]);
    let told = stdout(&project.run(&["--fix", "--output-format", "concise"]));
    (fs::read_to_string(project.path().join(name)).unwrap(), told)
}

#[test]
fn a_carriage_return_ends_a_line_of_python() {
    let (_, told) = fixed("a.py", "import requests\rfor u in x:\r    with open(u):\r        requests.get(\"x\")\r");
    assert!(told.starts_with("a.py:4:9: warning: ") && !told.contains("[syntax]"), "{told}");
    let (text, told) = fixed("a.py", "x = 1  # poolcheck: ignore[PC101]\rlaunch()\n");
    assert_eq!((text.as_str(), told.as_str()), ("x = 1\rlaunch()\n", ""));
    let text = "import aiohttp  # c\rT = aiohttp.ClientTimeout(total=1, connect=2)\r\nS = '''\r'''\nU = 1 +\n";
    let (_, told) = fixed("a.py", text);
    let places: Vec<&str> = told.lines().map(|line| line.split_once(": ").unwrap().0).collect();
    assert_eq!(places, ["a.py:5:1", "a.py:2:36"], "{told}");
    let cell = r#"{"cells": [{"cell_type": "code", "source": "import aiohttp # a\rT = aiohttp.ClientTimeout(total=1, connect=2)"}]}"#;
    let (text, told) = fixed("n.ipynb", cell);
    assert!(text == cell && told.starts_with("n.ipynb:cell 1:2:36: "), "{told}");
}

#[test]
fn a_carriage_return_ends_no_line_of_rust() {
    let text = "fn b() {\n    let d = reqwest::Client::new(); // poolcheck: ignore[PC999]\rlaunch();\n}\n";
    let (after, told) = fixed("a.rs", text);
    assert_eq!(after, text);
    assert!(told.starts_with("a.rs:2:64: error: a carriage return without a line feed"), "{told}");
    let text = "fn b() {\r\n    let d = reqwest::Client::new(); // poolcheck: ignore[PC999]\r\n}\r\n";
    assert!(!fixed("a.rs", text).1.contains("[syntax]"));
}

const LIMITS: &str = "import aiohttp\n\nLIMITS = aiohttp.ClientTimeout(total=10, sock_read=20)\n";

/// A finding before what is huge, and after it.
fn around(huge: &str) {
    let text = format!("{LIMITS}\n{huge}\nOTHER = aiohttp.ClientTimeout(total=10, sock_read=20)\n");
    let folder = tempfile::tempdir().unwrap();
    unit("huge.py", text.as_bytes()).write(folder.path());
    let report = Options::default().run(folder.path());
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    let after = u32::try_from(text.lines().count()).unwrap();
    let found: Vec<u32> = found(&report).into_iter().filter(|(_, code)| code == "PC101").map(|(row, _)| row).collect();
    assert_eq!(found, [3, after]);
}

#[test]
fn a_huge_line_is_read() {
    around(&format!("TEXT = \"{}\"", "x".repeat(4_000_000)));
    around(&format!("LIST = [{}]", "1, ".repeat(100_000)));
}

#[test]
fn a_long_file_is_read() {
    let mut text = String::new();
    for number in 0..20_000 {
        writeln!(text, "def function_{number}(x: int) -> int:\n    return x + {number}\n").unwrap();
    }
    around(&text);
}

#[test]
fn long_chains_are_read() {
    around(&format!("TEXT = \"\"{}", ".strip()".repeat(100)));
    around(&format!("SUM = 1{}", " + 1".repeat(20_000)));
    let mut text = String::from("if LIMITS == 0:\n    pass\n");
    for number in 1..2_000 {
        writeln!(text, "elif LIMITS == {number}:\n    pass").unwrap();
    }
    around(&text);
}

#[test]
fn names_that_go_in_circles_end() {
    let circles = [
        "A = B\nB = A\nLIMITS = aiohttp.ClientTimeout(total=A, sock_read=B)\n",
        "class A(B):\n    pass\n\nclass B(A):\n    x = aiohttp.ClientSession()\n",
        "def a(x):\n    return b(x)\n\ndef b(x):\n    return a(x)\n\nL = aiohttp.ClientTimeout(total=a(1), sock_read=b(2))\n",
        "from huge import *\nfrom . import huge\nimport huge.huge.huge\nL = aiohttp.ClientTimeout(total=huge.L)\n",
        "class A:\n    T = aiohttp.ClientTimeout\n\n    def f(self):\n        self.s = self.s or self.t\n        self.t = self.s\n        return self.f().s\n",
        "async def f(s=None):\n    s = s or aiohttp.ClientSession()\n    await s.get('u')\n    await f(s)\n    await f()\n",
        "x = lambda: x()\ny = aiohttp.ClientTimeout(total=x())\n",
    ];
    for text in circles {
        let folder = tempfile::tempdir().unwrap();
        unit("huge.py", format!("import aiohttp\n\n{text}").as_bytes()).write(folder.path());
        let report = Options::everything().run(folder.path());
        assert!(report.problems.is_empty(), "{text}\n{:?}", report.problems);
        assert_eq!(report.counts.checked, 1, "{text}");
    }
}

/// A line for each number below `count`.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (1..count).map(line).collect()
}

#[test]
fn what_doubles_at_every_step_ends() {
    let session = "aiohttp.ClientSession()";
    let programs = [
        // Sums of sums.
        format!("a0 = 1\n{}", lines(60, |n| format!("a{n} = a{} + a{}\n", n - 1, n - 1))),
        // Either of either.
        format!("a0 = 1\n{}", lines(60, |n| format!("a{n} = a{} if x else a{} + 1\n", n - 1, n - 1))),
        // Calls of calls.
        format!(
            "def f0(x):\n    return x\n\n{}",
            lines(60, |n| format!("def f{n}(x):\n    return f{}(x) + f{}(x)\n\n", n - 1, n - 1))
        ),
        // Callers of callers.
        format!(
            "async def f0():\n    s = {session}\n    await s.get('u')\n\n{}",
            lines(60, |n| format!("async def f{n}():\n    await f{}()\n    await f{}()\n\n", n - 1, n - 1))
        ),
        // Bases of bases.
        format!(
            "class C0:\n    s = {session}\n\n{}",
            lines(60, |n| format!(
                "class C{n}(C{}, Generic[T]):\n    def m(self):\n        return self.s.get(self.m())\n\n",
                n - 1
            ))
        ),
        // A session handed from one to the next, in two ways.
        format!(
            "async def f0(s):\n    await s.get('u')\n\n{}\nasync def start():\n    await f59({session})\n",
            lines(60, |n| format!("async def f{n}(s):\n    await f{}(s)\n    await f{}(s)\n\n", n - 1, n - 1))
        ),
        // A session handed from one to the next, in very many ways.
        format!(
            "async def f0(s):\n{}\n{}\nasync def start():\n    s = {session}\n{}",
            lines(40, |n| format!("    await s.get('u{n}')\n")),
            lines(5, |n| format!("async def f{n}(s):\n{}\n", lines(40, |_| format!("    await f{}(s)\n", n - 1)))),
            lines(40, |_| "    await f4(s)\n".to_owned())
        ),
        // Branches after branches.
        format!(
            "async def f(x):\n    s = {session}\n{}    await s.close()\n",
            lines(60, |_| "    if x:\n        await s.get('u')\n    else:\n        await s.post('u')\n".to_owned())
        ),
        // Attributes of each other.
        format!(
            "class C:\n    def m(self):\n{}        self.a0 = {session}\n",
            lines(60, |n| format!("        self.a{n} = self.a{} or self.a{}\n", n - 1, (n + 7) % 60))
        ),
    ];
    for text in programs {
        let begun = std::time::Instant::now();
        let text = format!("import aiohttp\n\n{text}\nL = aiohttp.ClientTimeout(total=1, sock_read=2)\n");
        let folder = tempfile::tempdir().unwrap();
        unit("doubling.py", text.as_bytes()).write(folder.path());
        let report = Options::everything().run(folder.path());
        let head: String = text.lines().skip(2).take(4).collect::<Vec<_>>().join("\n");
        assert!(report.findings.iter().any(|finding| finding.rule.code == "PC101"), "{head}");
        assert!(begun.elapsed().as_secs() < 20, "{:?} for\n{head}", begun.elapsed());
    }
}

#[test]
fn long_ways_end() {
    let session = "aiohttp.ClientSession()";
    let programs = [
        format!(
            "a0 = 1\n{}L0 = aiohttp.ClientTimeout(total=a1999)\n",
            lines(2_000, |n| format!("a{n} = a{} + 1\n", n - 1))
        ),
        format!(
            "def f0(x):\n    return x\n\n{}L0 = aiohttp.ClientTimeout(total=f1999(1))\n",
            lines(2_000, |n| format!("def f{n}(x):\n    return f{}(x)\n\n", n - 1))
        ),
        format!(
            "async def f0():\n    s = {session}\n    await s.get('u')\n\n{}",
            lines(2_000, |n| format!("async def f{n}():\n    await f{}()\n\n", n - 1))
        ),
        format!(
            "class C0:\n    s = {session}\n\n{}",
            lines(300, |n| format!("class C{n}(C{}):\n    def m(self):\n        return self.s.get('u')\n\n", n - 1))
        ),
        format!(
            "async def f0(s):\n    await s.get('u')\n\n{}\nasync def start():\n    await f1999({session})\n",
            lines(2_000, |n| format!("async def f{n}(s):\n    await f{}(s)\n\n", n - 1))
        ),
        format!(
            "async def f(x):\n    s = {session}\n{}    await s.close()\n",
            lines(2_000, |n| format!("    await s.get('{n}')\n"))
        ),
        format!(
            "class C:\n    def m(self):\n        self.a0 = {session}\n{}",
            lines(2_000, |n| format!("        self.a{n} = self.a{}\n", n - 1))
        ),
        format!("s0 = {session}\n{}", lines(2_000, |n| format!("s{n} = s{}\n", n - 1))),
    ];
    for text in programs {
        let begun = std::time::Instant::now();
        around(&text);
        let head: String = text.lines().take(4).collect::<Vec<_>>().join("\n");
        assert!(begun.elapsed().as_secs() < 20, "{:?} for\n{head}", begun.elapsed());
    }
}
