//! What the programmer calls things is nobody's business: with other names of the same length the findings are the
//! same, at the same places.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use proc_macro2::{Spacing, TokenStream, TokenTree};
use std::collections::BTreeSet;
use std::ops::Range;
use support::{Options, Seen, Unit};

/// Names of Python itself, and of its library as far as its names are attributes or arguments in the fixtures.
const PYTHON: &str = "
    False None True and as assert async await break case class continue def del elif else except finally for from global
    if import in is lambda match nonlocal not or pass raise return try type while with yield self cls super
    abs all any bool bytes callable dict enumerate filter float frozenset getattr hasattr int isinstance iter len list
    map max min next object open print property range repr reversed round set setattr sorted staticmethod classmethod
    str sum tuple vars zip Exception BaseException ValueError RuntimeError TypeError KeyError OSError TimeoutError
    append extend insert add pop popitem setdefault update get items keys values copy clear remove discard join split
    strip format encode decode lower upper startswith endswith
    environ getenv partial wraps cache lru_cache cached_property dataclass field asynccontextmanager contextmanager
    AsyncExitStack ExitStack enter_async_context enter_context push_async_exit push_async_callback push callback aclose
    close closed acquire NO_CONTENT NOT_MODIFIED fixture timeout timeout_at wait_for sleep run create_task gather TaskGroup Semaphore Lock
    create_default_context SSLContext
    timedelta seconds minutes hours days total_seconds new_event_loop get_event_loop get_running_loop set_event_loop run_until_complete Any Optional Union TYPE_CHECKING enum Enum
";

/// The words of a text.
fn words(text: &str) -> BTreeSet<String> {
    let parts = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    parts.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Words that mean something to somebody else: Python, the libraries, the frameworks.
fn foreign() -> BTreeSet<String> {
    let mut known = words(PYTHON);
    let data = support::files_below("rules").into_iter().filter(|(path, _)| path.ends_with(".toml"));
    for (_, bytes) in data {
        let table: toml::Table = String::from_utf8(bytes).unwrap().parse().unwrap();
        texts(&toml::Value::Table(table), &mut known);
    }
    // A function of requests, and what half of all programs call a session: see `renamed`.
    known.remove("session");
    known
}

/// Keys of the data whose texts are poolcheck's own words.
const OWN: [&str; 16] = [
    "on",
    "makes",
    "noun",
    "setting",
    "settings",
    "expects",
    "status",
    "consequence",
    "outer",
    "inner",
    "written",
    "read",
    "unit",
    "unset",
    "default-from",
    "ignored-with",
];

/// The words of every text of the data that is a name or a path, not a sentence.
fn texts(value: &toml::Value, known: &mut BTreeSet<String>) {
    match value {
        toml::Value::String(text) if !text.contains(' ') => known.extend(words(text)),
        toml::Value::Array(list) => list.iter().for_each(|value| texts(value, known)),
        toml::Value::Table(table) => {
            let rows = table.iter().filter(|(key, _)| !OWN.contains(&key.as_str()));
            rows.for_each(|(_, value)| texts(value, known));
        }
        _ => {}
    }
}

/// A piece of Python: a name, or what is none (a text, a comment, a number, signs).
#[derive(Debug, PartialEq)]
enum Piece<'a> {
    Name(&'a str),
    Other(&'a str),
}

/// Takes Python apart; the text of an f-string is a text.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if first.is_alphabetic() || first == '_' {
            let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            let prefix = rest[length..].starts_with(['"', '\'']) && length <= 2;
            if !prefix {
                found.push(Piece::Name(&rest[..length]));
                rest = &rest[length..];
                continue;
            }
            length
        } else if first.is_ascii_digit() {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
        } else if first == '#' {
            rest.find('\n').unwrap_or(rest.len())
        } else if first == '"' || first == '\'' {
            string(rest, first)
        } else {
            first.len_utf8()
        };
        found.push(Piece::Other(&rest[..length]));
        rest = &rest[length..];
    }
    found
}

/// The length of the text literal at the beginning.
fn string(rest: &str, quote: char) -> usize {
    let triple = quote.to_string().repeat(3);
    let end = if rest.starts_with(&triple) { triple } else { quote.to_string() };
    let mut at = end.len();
    while at < rest.len() && !rest[at..].starts_with(&end) {
        let escape = rest[at..].starts_with('\\');
        at += rest[at..].chars().next().map_or(1, char::len_utf8);
        if escape {
            at += rest[at..].chars().next().map_or(0, char::len_utf8);
        }
    }
    (at + end.len()).min(rest.len())
}

/// The names that a program imports, and those of the modules that it imports them from.
fn imported(text: &str) -> BTreeSet<String> {
    let lines = text.lines().filter(|line| {
        let line = line.trim_start();
        line.starts_with("import ") || line.starts_with("from ")
    });
    lines.flat_map(words).collect()
}

/// Names that stand in a text, too: an f-string, a quoted annotation, `getattr(self, "session")`.
fn quoted(text: &str) -> BTreeSet<String> {
    let literals = pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Other(text) if text.starts_with(['"', '\'']) => Some(text),
        _ => None,
    });
    literals.flat_map(words).collect()
}

/// Another name of the same length: its letters moved on in the alphabet, as they are capital or small.
fn rotated(name: &str) -> String {
    let turn = |c: char, first: u8, by: u8| char::from((c as u8 - first + by) % 26 + first);
    name.chars()
        .map(|c| match c {
            'a'..='z' => turn(c, b'a', 9),
            'A'..='Z' => turn(c, b'A', 9),
            _ => c,
        })
        .collect()
}

/// Whether a name tells what it is: a test, a constructor, something private. Its underscores stay as they are.
fn is_special(name: &str) -> bool {
    name.starts_with("__") || name.starts_with("test")
}

/// The program with every name of its own changed, and how many were.
fn renamed(text: &str, foreign: &BTreeSet<String>) -> (String, usize) {
    let (imported, quoted) = (imported(text), quoted(text));
    let function = text.contains("requests.session");
    let kept = |name: &str| {
        let known = foreign.contains(name) || imported.contains(name) || quoted.contains(name);
        known || is_special(name) || function && name == "session"
    };
    let mut changed = BTreeSet::new();
    let text = pieces(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Name(name) if !kept(name) => {
                changed.insert(name);
                rotated(name)
            }
            Piece::Name(text) | Piece::Other(text) => text.to_owned(),
        })
        .collect();
    (text, changed.len())
}

/// Names of Rust's library that a program defines, too, and those that mean the type or the module around.
const RUST: &str = "new default main fmt from into clone drop next build run self Self super crate";

/// What stands before a name that a Rust program defines.
const DEFINES: [&str; 11] = ["fn", "struct", "enum", "trait", "type", "const", "static", "let", "mut", "ref", "for"];

/// The identifiers of Rust code with the bytes they are at, and whether the program defines them there.
fn identifiers(tokens: TokenStream, found: &mut Vec<(String, Range<usize>, bool)>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let is_sign = |at: usize, sign: char, spacing: Spacing| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == sign && punct.spacing() == spacing);
        match token {
            TokenTree::Group(group) => identifiers(group.stream(), found),
            TokenTree::Ident(ident) => {
                let before = at.checked_sub(1).and_then(|before| match &tokens[before] {
                    TokenTree::Ident(ident) => Some(ident.to_string()),
                    _ => None,
                });
                let field = is_sign(at + 1, ':', Spacing::Alone) && !(at > 0 && is_sign(at - 1, ':', Spacing::Alone));
                let defined = before.is_some_and(|before| DEFINES.contains(&before.as_str())) || field;
                found.push((ident.to_string(), ident.span().byte_range(), defined));
            }
            _ => {}
        }
    }
}

/// The Rust program with every name that it defines changed, and how many were.
fn renamed_rust(text: &str, foreign: &BTreeSet<String>) -> (String, usize) {
    let mut found = Vec::new();
    identifiers(text.parse().unwrap(), &mut found);
    let imports = text.lines().filter(|line| line.trim_start().trim_start_matches("pub ").starts_with("use "));
    let imported: BTreeSet<String> = imports.flat_map(words).collect();
    let quoted: BTreeSet<String> = text.split('"').skip(1).step_by(2).flat_map(words).collect();
    let rust: BTreeSet<String> = words(RUST).into_iter().chain(DEFINES.map(str::to_owned)).collect();
    let kept = |name: &String| [foreign, &imported, &quoted, &rust].iter().any(|names| names.contains(name));
    // An alias of the library's `Result` is told by its end.
    let own = found.iter().filter(|(name, _, defined)| *defined && !kept(name) && !name.ends_with("Result"));
    let own: BTreeSet<String> = own.map(|(name, ..)| name.clone()).filter(|name| !is_special(name)).collect();
    let mut text = text.to_owned();
    for (name, at, _) in found.iter().rev().filter(|(name, ..)| own.contains(name)) {
        text.replace_range(at.clone(), &rotated(name));
    }
    (text, own.len())
}

/// A finding without what it says.
fn place(seen: &Seen) -> (u32, &'static str, &'static str, &'static str) {
    (seen.row, seen.code, seen.severity, seen.confidence)
}

#[test]
fn other_names_give_the_same_findings() {
    let foreign = foreign();
    let (mut lines, mut names) = (Vec::new(), 0);
    let (mut rust, mut units) = (0, 0);
    for unit in support::corpus().into_iter().filter(|unit| unit.files.len() == 1) {
        let (path, bytes) = &unit.files[0];
        let text = std::str::from_utf8(bytes).unwrap();
        let is_rust = path.ends_with(".rs");
        let (text, changed) = if is_rust { renamed_rust(text, &foreign) } else { renamed(text, &foreign) };
        names += changed;
        if is_rust {
            (rust, units) = (rust + changed, units + 1);
        }
        let other = Unit { files: vec![(path.clone(), text.into_bytes())], ..unit.clone() };
        let options = Options::everything();
        let (before, after) = (unit.check(&options), other.check(&options));
        let gone = before.iter().filter(|one| !after.iter().any(|other| place(other) == place(one)));
        lines.extend(gone.map(|seen| format!("{}: only with its names: {seen}", unit.name)));
        let new = after.iter().filter(|one| !before.iter().any(|other| place(other) == place(one)));
        lines.extend(new.map(|seen| format!("{}: only with other names: {seen}", unit.name)));
    }
    assert!(names - rust > 300, "only {} names of Python were changed", names - rust);
    assert!(rust > 100, "only {rust} names of {units} Rust programs were changed");
    support::none("findings hang on names", &lines);
}

#[test]
fn names_that_a_rust_program_defines_are_changed() {
    let text =
        "fn make(a_1: u8) { // make\n    let served = reqwest::Client::new(); b(\"make\", served, make2); make2::a_1 }";
    let expected =
        "fn make(j_1: u8) { // make\n    let bnaenm = reqwest::Client::new(); b(\"make\", bnaenm, make2); make2::j_1 }";
    assert_eq!(renamed_rust(text, &foreign()), (expected.to_owned(), 2));
}

#[test]
fn names_are_told_from_texts() {
    let text = "def f(a_1):  # f\n    return f\"f {f}\" + rb'f' + f.f + 0xff + 'it\\'s f'\n";
    let names: Vec<&str> = pieces(text)
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::Name(name) => Some(name),
            Piece::Other(_) => None,
        })
        .collect();
    assert_eq!(names, ["def", "f", "a_1", "return", "f", "f"]);
    let foreign = foreign();
    assert_eq!(renamed("x = aiohttp.f(limit=Big_1)\n", &foreign).0, "g = aiohttp.o(limit=Krp_1)\n");
    assert!(!foreign.contains("session") && !foreign.contains("url_of"), "a user's word is kept");
}
