//! Holds the README to what poolcheck does: its tables, its screens, its flags; and the other documents to what
//! exists. `BLESS=1` rewrites tables and screens.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use assert_cmd::Command;
use clap::CommandFactory;
use poolcheck::cli::Cli;
use poolcheck::config::{Config, Flags, KEYS};
use poolcheck::report::FORMATS;
use poolcheck::rules;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::{Mutex, PoisonError};

/// Flags of other tools that the README names.
const OTHERS: [&str; 5] = ["--release", "--path", "--git", "--tool", "--no-default-features"];
/// Two tests rewrite the file.
static WRITING: Mutex<()> = Mutex::new(());

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

/// Compares the README with what it should be, or makes it so.
fn hold(rewritten: impl Fn(&str) -> String) {
    let _guard = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let is = readme();
    let should = rewritten(&is);
    if is == should {
        return;
    }
    assert!(std::env::var_os("BLESS").is_some(), "README.md is not up to date; `BLESS=1` makes it\n{should}");
    fs::write(root().join("README.md"), should).unwrap();
}

/// Puts a text between a pair of markers.
fn between(text: &str, name: &str, content: &str) -> String {
    let (begin, end) = (format!("<!-- {name}:begin -->\n"), format!("<!-- {name}:end -->"));
    let (before, rest) = text.split_once(&begin).unwrap();
    let (_, after) = rest.split_once(&end).unwrap();
    format!("{before}{begin}{content}{end}{after}")
}

/// The blocks of code in a language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let start = format!("```{language}\n");
    text.split(&start).skip(1).map(|rest| rest.split("```\n").next().unwrap().to_owned()).collect()
}

fn poolcheck(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::cargo_bin("poolcheck").unwrap();
    for name in ["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "FORCE_HYPERLINK"] {
        command.env_remove(name);
    }
    command.current_dir(folder).args(arguments).output().unwrap()
}

/// The report on the example.
fn example() -> serde_json::Value {
    let output = poolcheck(&["--output-format", "json", "client.py"], &root().join("fixtures/readme"));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_table_of_rules_is_made_from_the_pages() {
    let mut table = "| code | name | severity | what is wrong |\n|---|---|---|---|\n".to_owned();
    for rule in rules::all() {
        let opt_in = if rule.default_on { "" } else { ", *opt-in*" };
        let (code, name, stem) = (rule.code, rule.name, rule.stem);
        let severity = rule.severity.as_str();
        writeln!(table, "| {code} | [{name}](rules/{stem}.md) | {severity}{opt_in} | {} |", rule.summary).unwrap();
    }
    hold(|text| between(text, "rules", &table));
}

#[test]
fn the_table_of_keys_is_made_from_the_list() {
    let flags = Flags { cwd: PathBuf::from("/"), isolated: true, ..Flags::default() };
    let defaults = Config::new(&flags).unwrap().run;
    let mut table = "| key | what it says | default |\n|---|---|---|\n".to_owned();
    for key in KEYS {
        let value = (key.show)(&defaults).filter(|value| value.len() < 20);
        let value = value.map_or(String::new(), |value| format!("`{value}`"));
        writeln!(table, "| `{}` | {} | {value} |", key.name, key.about).unwrap();
    }
    hold(|text| between(text, "keys", &table));
}

/// What a screen's commands print, one after the other.
fn screen(block: &str) -> String {
    let folder = root().join("fixtures/readme");
    let mut shown = String::new();
    let mut status = 0;
    for line in block.lines().filter(|line| line.starts_with("$ ")) {
        writeln!(shown, "{line}").unwrap();
        let words: Vec<&str> = line[2..].split(' ').collect();
        match words[..] {
            ["cat", file] => shown.push_str(&fs::read_to_string(folder.join(file)).unwrap()),
            ["echo", "$?"] => writeln!(shown, "{status}").unwrap(),
            ["poolcheck", ref arguments @ ..] => {
                let output = poolcheck(arguments, &folder);
                shown.push_str(&String::from_utf8(output.stdout).unwrap());
                shown.push_str(&String::from_utf8(output.stderr).unwrap());
                status = output.status.code().unwrap();
            }
            _ => panic!("this screen cannot be made: {line}"),
        }
    }
    shown
}

#[test]
fn screens_show_what_the_commands_print() {
    hold(|text| {
        blocks(text, "console").iter().fold(text.to_owned(), |text, block| {
            text.replace(&format!("```console\n{block}```\n"), &format!("```console\n{}```\n", screen(block)))
        })
    });
}

#[test]
fn every_flag_exists() {
    let command = Cli::command();
    let known: BTreeSet<String> =
        command.get_arguments().filter_map(|flag| flag.get_long()).map(|long| format!("--{long}")).collect();
    let text = readme();
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let words = text.split(|c| !letter(c)).filter(|word| word.starts_with("--") && word.trim_matches('-').len() > 1);
    for word in words {
        assert!(
            known.contains(word) || ["--help", "--version"].contains(&word) || OTHERS.contains(&word),
            "there is no {word}"
        );
    }
}

#[test]
fn every_format_is_described() {
    let text = readme();
    for format in FORMATS {
        assert!(text.contains(&format!("| `{}` | ", format.name)), "{}", format.name);
    }
}

#[test]
fn every_rule_that_is_named_exists() {
    let text = readme();
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.starts_with("PC")) {
        assert!(rules::all().iter().any(|rule| rule.code.starts_with(word)), "there is no {word}");
    }
}

#[test]
fn the_findings_of_the_example_are_explained_one_by_one() {
    let text = readme();
    let (_, rest) = text.split_once("<!-- explained:begin -->").unwrap();
    let (explanation, _) = rest.split_once("<!-- explained:end -->").unwrap();
    let code = |word: &&str| word.starts_with("PC");
    let mut explained: Vec<_> = explanation.split(|c: char| !c.is_ascii_alphanumeric()).filter(code).collect();
    explained.sort_unstable();
    let report = example();
    let mut found: Vec<_> =
        report["diagnostics"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    found.sort_unstable();
    assert_eq!(explained, found);
}

/// The keys of an object and of what is in it; of a list, those of its first item.
fn shape(value: &serde_json::Value, path: &str, keys: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(fields) => {
            for (key, value) in fields {
                let path = format!("{path}.{key}");
                shape(value, &path, keys);
                keys.insert(path);
            }
        }
        serde_json::Value::Array(items) => items.iter().take(1).for_each(|item| shape(item, path, keys)),
        _ => {}
    }
}

#[test]
fn the_json_has_the_keys_of_a_real_report() {
    let shown: serde_json::Value = serde_json::from_str(&blocks(&readme(), "json")[0]).unwrap();
    let real = example();
    assert_eq!(shown["summary"], real["summary"]);
    let [shown, real] = [shown, real].map(|value| {
        let mut keys = BTreeSet::new();
        shape(&value, "", &mut keys);
        keys
    });
    assert_eq!(shown, real);
}

#[test]
fn the_inventory_begins_like_a_real_one() {
    let mut shown: serde_json::Value = serde_json::from_str(&blocks(&readme(), "json")[1]).unwrap();
    let output = poolcheck(&["--sites", "--output-format", "json", "client.py"], &root().join("fixtures/readme"));
    let real: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    shown["sessions"].as_array_mut().unwrap().extend(real["sessions"].as_array().unwrap().iter().skip(1).cloned());
    assert_eq!(shown, real);
}

#[test]
fn the_configuration_can_be_used() {
    let shown = blocks(&readme(), "toml");
    let shown = shown.iter().find(|block| block.contains("[tool.poolcheck]")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("pyproject.toml"), shown).unwrap();
    let output = poolcheck(&["--show-settings"], folder.path());
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    for line in ["fail-on = \"error\"", "PC106", "vendor", "tools/*"] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[test]
fn links_lead_somewhere() {
    for page in ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "editors/README.md"] {
        let path = root().join(page);
        let text = fs::read_to_string(&path).unwrap();
        for target in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            let there = target.starts_with("https://") || path.with_file_name(target).exists();
            assert!(there, "{page}: {target}");
        }
    }
}

#[test]
fn every_test_is_explained() {
    let text = fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    for entry in fs::read_dir(root().join("tests")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(!name.ends_with(".rs") || text.contains(&format!("`{name}`")), "{name}");
    }
}
