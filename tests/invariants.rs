//! What the sources and the findings promise as a whole, as far as a search can hold it.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use poolcheck::frameworks::Frameworks;
use poolcheck::libraries::Libraries;
use poolcheck::rules;
use std::collections::BTreeSet;
use support::Options;

/// A line of code, without its comment, that ships: not in `#[cfg(test)]`.
struct Line {
    path: String,
    row: usize,
    text: String,
}

impl Line {
    fn shown(&self) -> String {
        format!("{}:{}: {}", self.path, self.row, self.text.trim())
    }
}

/// Whether a file holds tests alone.
fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

/// The text of every file of `src`, by path.
fn sources() -> Vec<(String, String)> {
    let files = support::files_below("src").into_iter().filter(|(path, _)| path.ends_with(".rs"));
    files.map(|(path, bytes)| (format!("src/{path}"), String::from_utf8(bytes).unwrap())).collect()
}

/// Every line that ships. What is attributed with `#[cfg(test)]` ends with the line that closes its braces.
fn lines() -> Vec<Line> {
    let mut found = Vec::new();
    for (path, text) in sources().into_iter().filter(|(path, _)| !is_test(path)) {
        let mut skipping: Option<Option<i32>> = None;
        for (row, line) in text.lines().enumerate() {
            let code = without_comment(line);
            if code.trim() == "#[cfg(test)]" {
                skipping = Some(None);
                continue;
            }
            let opened = i32::try_from(code.matches('{').count()).unwrap();
            let closed = i32::try_from(code.matches('}').count()).unwrap();
            if let Some(depth) = &mut skipping {
                let now = depth.unwrap_or(0) + opened - closed;
                let ended = now <= 0 && (depth.is_some() || opened > 0 || code.ends_with(';'));
                *depth = (now > 0).then_some(now);
                if ended {
                    skipping = None;
                }
                continue;
            }
            found.push(Line { path: path.clone(), row: row + 1, text: code.to_owned() });
        }
        assert!(skipping.is_none(), "{path}: the end of its tests is not found");
    }
    assert!(found.len() > 3000, "only {} lines were read", found.len());
    found
}

/// A line up to `//`, if that is not in a string.
fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    let bytes = line.as_bytes();
    for at in 0..bytes.len() {
        match bytes[at] {
            b'"' if at == 0 || bytes[at - 1] != b'\\' && bytes[at - 1] != b'\'' => quoted = !quoted,
            b'/' if !quoted && bytes.get(at + 1) == Some(&b'/') => return &line[..at],
            _ => {}
        }
    }
    line
}

/// Whether a text has a word, not as a part of another.
fn has_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        !text[..at].chars().next_back().is_some_and(part) && !text[at + word.len()..].chars().next().is_some_and(part)
    })
}

/// Words, and the beginnings of the paths that may hold them.
const HOMES: &[(&[&str], &[&str])] = &[
    (&["tree_sitter", "tree_sitter_python", "syn", "proc_macro2"], &["src/languages/", "src/languages.rs"]),
    (&["miette"], &["src/report/full.rs", "src/report/full/"]),
    (&["clap"], &["src/cli.rs", "src/main.rs"]),
    (&["lsp_server", "lsp_types"], &["src/lsp.rs", "src/lsp/"]),
    (&["println!", "print!", "eprintln!", "eprint!", "process::exit", "ExitCode"], &["src/main.rs"]),
    // Of git it is read, not written.
    (&["stderr"], &["src/main.rs", "src/since.rs"]),
    (&["Command::new"], &["src/since.rs"]),
    (&["walkdir"], &["src/discover.rs", "src/discover/"]),
    (&[".unwrap()", "todo!", "dbg!", "unimplemented!", "panic!"], &[]),
];

#[test]
fn words_stay_where_they_belong() {
    let lines = lines();
    let mut strays = Vec::new();
    for (words, homes) in HOMES {
        for word in *words {
            let at_home = |line: &&Line| homes.iter().any(|home| line.path.starts_with(home));
            let holds = |line: &&Line| {
                let whole = word.starts_with('.') || word.contains("::");
                if whole {
                    line.text.contains(word)
                } else {
                    has_word(&line.text, word.trim_end_matches('!')) && line.text.contains(word)
                }
            };
            strays.extend(lines.iter().filter(|line| !at_home(line)).filter(holds).map(Line::shown));
        }
    }
    support::none("words are where they do not belong", &strays);
}

#[test]
fn the_search_finds_what_it_looks_for() {
    assert!(has_word("use clap::Parser;", "clap") && !has_word("unclapped", "clap"));
    assert_eq!(without_comment("let a = \"//\"; // b"), "let a = \"//\"; ");
    let lines = lines();
    let holds =
        |path: &str, word: &str| lines.iter().any(|line| line.path.starts_with(path) && has_word(&line.text, word));
    assert!(
        holds("src/languages/", "tree_sitter") && holds("src/report/full", "miette") && holds("src/cli.rs", "clap")
    );
    assert!(!lines.iter().any(|line| line.path == "src/frameworks.rs" && line.text.contains("#[test]")));
}

#[test]
fn files_are_short() {
    let long: Vec<String> = sources()
        .iter()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > 600)
        .map(|(path, lines)| format!("{path}: {lines} lines"))
        .collect();
    support::none("files are longer than 600 lines", &long);
}

/// The texts between quotes in a line.
fn literals(line: &str) -> Vec<&str> {
    line.split('"').skip(1).step_by(2).collect()
}

/// Names that only a library has: its own, and those of its classes.
fn library_names() -> Vec<String> {
    let libraries = Libraries::built_in().unwrap();
    let mut names: Vec<String> =
        libraries.list().iter().flat_map(|library| library.words()).map(str::to_owned).collect();
    names.extend(["httpx", "requests", "urllib3", "reqwest"].map(str::to_owned));
    names
}

#[test]
fn rules_name_no_library_and_no_code() {
    let names = library_names();
    let codes: Vec<&str> = rules::all().iter().map(|rule| rule.code).collect();
    let mut strays = Vec::new();
    for line in lines().iter().filter(|line| line.path.starts_with("src/rules/")) {
        for literal in literals(&line.text) {
            let library = names.iter().any(|name| name != "requests" && has_word(literal, name));
            if library || codes.iter().any(|code| literal.contains(code)) {
                strays.push(line.shown());
            }
        }
    }
    support::none("rules name a library or a code", &strays);
}

#[test]
fn rules_name_no_parameter_of_a_library() {
    let text = std::fs::read_to_string(support::root().join("rules/libraries/aiohttp.toml")).unwrap();
    let names = text.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    // Words that are no one's.
    let names: BTreeSet<&str> = names.filter(|name| name.contains('_')).collect();
    assert!(names.contains("limit_per_host"), "{names:?}");
    let mut strays = Vec::new();
    for line in lines().iter().filter(|line| line.path.starts_with("src/rules/")) {
        for literal in literals(&line.text) {
            if names.iter().any(|name| has_word(literal, name)) {
                strays.push(line.shown());
            }
        }
    }
    support::none("rules name a library's parameter", &strays);
}

#[test]
fn rules_see_no_syntax_and_no_file() {
    let words = ["FileFacts", "facts", "languages", "SourceFile", "StmtKind", "ExprKind", "std::fs", "std::io"];
    let mut strays = Vec::new();
    for line in lines().iter().filter(|line| line.path.starts_with("src/rules/")) {
        if words.iter().any(|word| has_word(&line.text, word)) {
            strays.push(line.shown());
        }
    }
    support::none("rules see what they must not", &strays);
}

/// Whether a sentence begins as a sentence: with a capital that is no name's.
fn begins_with_a_capital(text: &str) -> bool {
    let first = text.split(|c: char| c.is_whitespace() || c == ':').next().unwrap_or_default();
    let capital = first.chars().next().is_some_and(char::is_uppercase);
    // `ValueError`, `TCPConnector`, `None`: names of the language.
    let name = first.chars().skip(1).any(char::is_uppercase) || ["None", "True", "False"].contains(&first);
    // `Django runs this …`
    let framework = || Frameworks::built_in().unwrap().list.iter().any(|known| text.starts_with(known.name.as_str()));
    capital && !name && !framework()
}

#[test]
fn messages_are_phrases() {
    let project = support::project_of(&support::corpus());
    let report = Options::everything().run(project.path());
    assert!(report.findings.len() > 100, "only {} findings", report.findings.len());
    let mut wrong = BTreeSet::new();
    for finding in &report.findings {
        let code = finding.rule.code;
        let mut texts = vec![("message", &finding.message), ("help", &finding.help)];
        texts.extend(finding.labels.iter().map(|label| ("label", &label.message)));
        if !finding.note.is_empty() {
            texts.push(("note", &finding.note));
        }
        for (what, text) in texts {
            let fault = if text.trim().is_empty() {
                "is empty"
            } else if begins_with_a_capital(text) {
                "begins with a capital"
            } else if text.ends_with(['.', '!', ' ']) && !text.ends_with("...") {
                "ends like a sentence"
            } else if text.contains("  ") || text.contains('\n') || text.contains("``") {
                "has a gap"
            } else if text.matches('`').count() % 2 == 1 {
                "has a backtick without another"
            } else {
                continue;
            };
            wrong.insert(format!("{code}: the {what} {fault}: {text}"));
        }
    }
    support::none("texts are no phrases", &wrong.into_iter().collect::<Vec<_>>());
}

#[test]
fn every_rule_speaks_somewhere() {
    let project = support::project_of(&support::corpus());
    let seen = support::seen(&Options::everything().run(project.path()));
    let silent: Vec<String> = rules::all()
        .iter()
        .filter(|rule| !seen.iter().any(|seen| seen.code == rule.code))
        .map(|rule| rule.code.to_owned())
        .collect();
    support::none("rules never speak", &silent);
}
