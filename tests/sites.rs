//! `--sites`: the inventory, and the lock files that it and the findings take versions from.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use assert_cmd::Command;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

/// A session that nothing is written for, and a finding that depends on the release.
const CLIENT: &str = "import aiohttp\n\nPOOL = aiohttp.TCPConnector(limit=9, limit_per_host=3)\n\n\nasync def start():\n    return aiohttp.ClientSession()\n";

fn lock(version: &str) -> String {
    format!("[[package]]\nname = \"aiohttp\"\nversion = \"{version}\"\n")
}

fn project(files: &[(&str, &str)]) -> TempDir {
    let project = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = project.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    project
}

fn run(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::cargo_bin("poolcheck").unwrap();
    for name in ["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "FORCE_HYPERLINK"] {
        command.env_remove(name);
    }
    command.current_dir(folder).args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn table(folder: &Path, args: &[&str]) -> String {
    let out = run(folder, &[&["--sites", "-q"], args].concat());
    assert_eq!((out.status.code(), text(&out.stderr)), (Some(0), String::new()));
    text(&out.stdout)
}

fn object(folder: &Path, args: &[&str]) -> Value {
    let out = run(folder, &[&["--sites", "--output-format", "json"], args].concat());
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    serde_json::from_slice(&out.stdout).unwrap()
}

/// A copy of the small repository, below a folder with nothing else.
fn inventory() -> TempDir {
    let project = tempfile::tempdir().unwrap();
    for (path, bytes) in support::files_below("fixtures/projects/inventory") {
        let path = project.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    project
}

fn golden(name: &str, actual: &str) {
    let path = support::root().join("fixtures/output").join(name);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, actual).unwrap();
    }
    assert_eq!(actual, fs::read_to_string(&path).unwrap(), "{name}: BLESS=1 rewrites it");
}

#[test]
fn the_table_and_the_object_have_their_golden_files() {
    let project = inventory();
    let table = table(project.path(), &[]);
    assert!(table.lines().all(|line| line.chars().count() <= 100), "{table}");
    golden("sites.txt", &table);
    golden("sites.json", &text(&run(project.path(), &["--sites", "--output-format", "json"]).stdout));
}

/// The promised shape, key by key.
#[test]
fn the_object_keeps_its_shape() {
    let project = inventory();
    let object = object(project.path(), &[]);
    assert_eq!((&object["version"], &object["tool"]["name"]), (&json!(1), &json!("poolcheck")));
    assert_eq!(object["summary"], json!({"files": 6, "checked": 5, "sessions": 12}));
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    for session in object["sessions"].as_array().unwrap() {
        assert_eq!(keys(session), "callee cell end_location filename library location release settings");
        assert_eq!(session["cell"].is_number(), session["filename"] == "load.ipynb");
        assert_eq!(keys(&session["release"]), "entries state version");
        let settings = "connect keepalive limit limit_per_host sock_connect sock_read total";
        assert_eq!(keys(&session["settings"]), settings);
        for value in session["settings"].as_object().unwrap().values().flat_map(|values| values.as_array().unwrap()) {
            assert_eq!(keys(value), "bound origin set_at unit value");
            assert_eq!(value["value"].is_number(), value["bound"] == "number", "{value}");
        }
    }
    let session = &object["sessions"][3];
    assert_eq!(session["release"]["version"], "3.12.15");
    assert_eq!(session["release"]["entries"][0]["location"], json!({"row": 6, "column": 11}));
    let total = json!([{
        "origin": "explicit", "bound": "number", "value": 30.0, "unit": "s",
        "set_at": {
            "filename": "shop/settings.py",
            "location": {"row": 5, "column": 9},
            "end_location": {"row": 5, "column": 11}
        }
    }]);
    assert_eq!(session["settings"]["total"], total);
}

#[test]
fn test_code_is_listed_where_rules_speak_there() {
    let project = inventory();
    assert!(!table(project.path(), &[]).contains("tests/"));
    assert!(
        table(project.path(), &["--config", "lint-tests = true"])
            .contains("tests/test_clients.py:7:16  aiohttp 3.12.15")
    );
}

#[test]
fn only_what_is_named_is_listed_and_it_is_the_same() {
    let project = inventory();
    fs::create_dir(project.path().join(".git")).unwrap();
    let (whole, part) = (object(project.path(), &[]), object(project.path(), &["shop/clients.py"]));
    let of_file = |object: &Value| -> Vec<Value> {
        let sessions = object["sessions"].as_array().unwrap().iter();
        sessions.filter(|session| session["filename"] == "shop/clients.py").cloned().collect()
    };
    assert_eq!(of_file(&part), of_file(&whole));
    assert_eq!(part["sessions"].as_array().unwrap().len(), 10);
}

#[test]
fn colours_come_only_when_they_are_wanted() {
    let project = inventory();
    let plain = table(project.path(), &["--color", "never"]);
    let coloured = table(project.path(), &["--color", "always"]);
    assert!(!plain.contains('\u{1b}') && coloured.contains("\u{1b}[1m"));
    let bare = ["\u{1b}[1m", "\u{1b}[2m", "\u{1b}[0m"].iter().fold(coloured, |text, code| text.replace(code, ""));
    assert_eq!(bare, plain);
}

#[test]
fn formats_without_a_form_are_an_error() {
    let project = project(&[("a.py", CLIENT)]);
    let out = run(project.path(), &["--sites", "--output-format", "json-lines"]);
    assert_eq!((out.status.code(), text(&out.stdout)), (Some(2), String::new()));
    assert!(text(&out.stderr).contains("--sites has no form in `json-lines`; it is written as full, concise, json"));
    fs::write(project.path().join("poolcheck.toml"), "output-format = \"json-lines\"\n").unwrap();
    assert!(table(project.path(), &[]).contains("a.py:7:12"));
    assert_eq!(run(project.path(), &["--sites", "--statistics"]).status.code(), Some(2));
}

#[test]
fn it_ends_well_and_can_be_written_to_a_file() {
    let project = project(&[("a.py", CLIENT), ("b.py", "x = 1\n")]);
    let out = run(project.path(), &["--sites", "-o", "sites.txt"]);
    assert_eq!((out.status.code(), text(&out.stdout)), (Some(0), String::new()));
    assert_eq!(text(&out.stderr), "1 session in 2 files (known libraries in 1)\n");
    assert!(fs::read_to_string(project.path().join("sites.txt")).unwrap().contains("a.py:7:12"));
    assert_eq!(table(project.path(), &["b.py"]), "");
    assert_eq!(run(project.path(), &["--sites", "missing.py"]).status.code(), Some(2));
}

/// What the line of the only session says after its place.
fn release(files: &[(&str, &str)]) -> String {
    let project = project(files);
    let table = table(project.path(), &[]);
    let line = table.lines().find(|line| line.contains(".py:7:12")).unwrap();
    line.split_once("  ").unwrap().1.to_owned()
}

#[test]
fn it_says_how_a_version_is_known_or_why_not() {
    let (old, new) = (lock("3.8.6"), lock("3.14.5"));
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[], "aiohttp, version not pinned"),
        (&[("uv.lock", &new)], "aiohttp 3.14.5 (uv.lock:3)"),
        (&[("requirements.txt", "\naiohttp>=3.8\n")], "aiohttp, version left open (requirements.txt:2)"),
        (
            &[("requirements.txt", "aiohttp==4.0.0a1")],
            "aiohttp 4.0.0a1 (requirements.txt:1), a release that is not known here",
        ),
        (
            &[("poetry.lock", &old), ("uv.lock", &new)],
            "aiohttp, version not clear: 3.8.6 (poetry.lock:3), 3.14.5 (uv.lock:3)",
        ),
    ];
    for (locks, expected) in cases {
        assert_eq!(release(&[*locks, &[("a.py", CLIENT)]].concat()), *expected);
    }
    assert_eq!(
        release(&[("uv.lock", &new), ("x/poetry.lock", &old), ("x/y/a.py", CLIENT)]),
        "aiohttp 3.8.6 (x/poetry.lock:3)"
    );
}

#[test]
fn many_values_are_told_in_short() {
    let client = "import aiohttp\n\n\nasync def start(seconds):\n    timeout = aiohttp.ClientTimeout(total=seconds)\n    \
                  return aiohttp.ClientSession(timeout=timeout)\n\n\nasync def main():\n";
    let calls: String = (1..=5).map(|seconds| format!("    await start({seconds})\n")).collect();
    let project = project(&[("a.py", &format!("{client}{calls}"))]);
    let values = object(project.path(), &[])["sessions"][0]["settings"]["total"].clone();
    assert_eq!(values.as_array().unwrap().len(), 5, "{values}");
    let table = table(project.path(), &[]);
    assert!(table.contains("  1 s or 2 s or more  (none)"), "{table}");
    assert!(table.contains("    total: a.py:10\n    total: a.py:11\n"), "{table}");
}

#[test]
fn defaults_are_those_of_the_release_or_not_known() {
    for (version, expected) in [("3.10.8", "(none)"), ("3.10.9", "(30 s)"), ("4.0.0a1", "(?)")] {
        let project = project(&[("a.py", CLIENT), ("uv.lock", &lock(version))]);
        let table = table(project.path(), &[]);
        let values: Vec<&str> = table.lines().nth(2).unwrap().split("  ").filter(|cell| !cell.is_empty()).collect();
        assert_eq!(values[2].trim(), expected, "{table}");
    }
}

#[test]
fn a_file_alone_has_the_release_of_the_whole_tree() {
    let files: &[(&str, &str)] = &[
        (".git/HEAD", ""),
        ("uv.lock", &lock("3.14.5")),
        ("service/pyproject.toml", "[tool.poolcheck]\nextend-select = [\"PC106\"]\n"),
        ("service/app/client.py", CLIENT),
    ];
    let project = project(files);
    let findings = |args: &[&str]| -> Vec<Value> {
        let out = run(project.path(), &[&["--output-format", "json"], args].concat());
        let object: Value = serde_json::from_slice(&out.stdout).unwrap();
        object["diagnostics"].as_array().unwrap().clone()
    };
    let whole = findings(&[]);
    assert!(whole.iter().any(|one| one["code"] == "PC306" && one["severity"] == "error"), "{whole:?}");
    assert_eq!(findings(&["service/app/client.py"]), whole);
    assert_eq!(findings(&["service"]), whole);
}

#[test]
fn a_broken_lock_file_is_a_problem_beside_the_findings() {
    let broken = "[[package]]\nname = \"aiohttp\"\nversion = \n";
    let project = project(&[("a.py", CLIENT), ("uv.lock", broken), ("other/poetry.lock", "aiohttp = [")]);
    let out = run(project.path(), &["--output-format", "concise", "-q"]);
    assert_eq!(out.status.code(), Some(1));
    let shown = text(&out.stdout);
    assert!(shown.starts_with("uv.lock:3:") && shown.contains("the lock file cannot be used: "), "{shown}");
    assert!(shown.contains("[PC306]") && !shown.contains("other/"), "{shown}");
    let json = object(project.path(), &[]);
    assert_eq!(
        (&json["problems"][0]["filename"], &json["problems"][0]["location"]["row"]),
        (&json!("uv.lock"), &json!(3))
    );
    assert!(table(project.path(), &[]).starts_with("uv.lock:3:"));
    assert_eq!(run(project.path(), &["--strict"]).status.code(), Some(2));
    assert!(text(&run(project.path(), &["--output-format", "full"]).stdout).contains("uv.lock:3:"));
}

#[test]
fn lock_files_are_read_only_where_a_session_may_need_them() {
    let broken = "[[package]]\nname = \"aiohttp\"\nversion = \n";
    let project = project(&[("a.py", "import aiohttp\n\nprint(aiohttp.__version__)\n"), ("uv.lock", broken)]);
    let out = run(project.path(), &["--strict"]);
    assert_eq!((out.status.code(), text(&out.stdout)), (Some(0), String::new()));
}

#[test]
fn hostile_lock_files_stop_nothing() {
    let long = format!("aiohttp=={}", "9".repeat(100_000));
    let deep = format!("aiohttp = {}", "[".repeat(100_000));
    let names = "aiohttp==3.9.1\n".repeat(20_000);
    let cases: &[(&str, &str)] = &[
        ("requirements.txt", &long),
        ("requirements.txt", "-r requirements.txt\n-r ./requirements.txt\n-c ../../../../etc/passwd\n"),
        ("requirements.txt", "aiohttp==3.9.1\u{1b}[31m\n"),
        ("requirements.txt", &names),
        ("requirements.txt", "\0\0aiohttp==\0"),
        ("uv.lock", &deep),
        ("Pipfile.lock", &deep.replace("aiohttp = ", "")),
        ("poetry.lock", "package = [{name = \"aiohttp\", version = \"\u{202e}3\"}]"),
        ("pylock.toml", "[[packages]]\nname = \"aiohttp\"\nversion = \"3.9.1\"\n[[packages]]\n"),
    ];
    for (name, content) in cases {
        let project = project(&[("a.py", CLIENT), (name, content)]);
        let out = run(project.path(), &["--sites"]);
        assert_eq!(out.status.code(), Some(0), "{name}: {}", text(&out.stderr));
        let shown = text(&out.stdout);
        assert!(shown.contains("a.py:7:12  aiohttp"), "{name}: {shown}");
        assert!(!shown.contains(['\u{1b}', '\u{202e}', '\0']), "{name}: {shown:?}");
    }
}

/// Sessions of the libraries that take numbers and tuples for their timeouts, and limits apart from their pool.
const OTHERS: &str = "import httpx
import requests
import urllib3

httpx.Client()
httpx.Client(timeout=10)
httpx.Client(timeout=(5, None, 5, 5))
httpx.Client(timeout=None)
httpx.AsyncClient(timeout=httpx.Timeout(10, read=30), limits=httpx.Limits(keepalive_expiry=None))
httpx.Client(timeout=httpx.Timeout(10, connect=None), limits=httpx.Limits(max_connections=5))
httpx.Client(transport=httpx.HTTPTransport())
requests.Session()
requests.get('https://example.org/', timeout=(3, 30))
urllib3.PoolManager(timeout=5)
urllib3.PoolManager(timeout=urllib3.Timeout(total=60, connect=3))
";

#[test]
fn other_libraries_are_listed() {
    let project = project(&[("a.py", OTHERS)]);
    let rows = table(project.path(), &["a.py"]);
    let values: Vec<String> = rows
        .lines()
        .filter(|line| line.starts_with("  ") && !line.contains("total"))
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        values,
        [
            "- (5 s) (5 s) (100) (5 s)",
            "- 10 s 10 s (100) (5 s)",
            "- 5 s none (100) (5 s)",
            "- none none (100) (5 s)",
            "- 10 s 30 s (none) none",
            "- none 10 s 5 (5 s)",
            "- (5 s) (5 s) ? ?",
            "- (none) (none) - -",
            "- 3 s 30 s - -",
            "(none) 5 s 5 s - -",
            "60 s 3 s (none) - -",
        ]
    );
}

#[test]
fn clients_of_crates_have_the_defaults_of_their_locked_release() {
    const CLIENTS: &str = "use std::time::Duration;\n\n\
        fn clients() {\n    \
        reqwest::Client::builder().timeout(Duration::from_millis(1500)).pool_idle_timeout(None).build();\n    \
        reqwest::blocking::Client::new();\n    \
        ureq::agent();\n    \
        ureq::AgentBuilder::new().timeout_read(Duration::from_secs(9)).build();\n}\n";
    let lock = |ureq: &str| {
        format!(
            "[[package]]\nname = \"reqwest\"\nversion = \"0.12.28\"\n\n[[package]]\nname = \"ureq\"\nversion = \"{ureq}\"\n"
        )
    };
    let rows = |files: &[(&str, &str)]| -> Vec<String> {
        let project = project(&[&[("src/lib.rs", CLIENTS)], files].concat());
        let table = table(project.path(), &[]);
        let words =
            |line: &str| line.split("  ").filter(|word| !word.is_empty()).map(str::trim).collect::<Vec<_>>().join("|");
        table.lines().map(words).collect()
    };
    let locked = rows(&[("Cargo.lock", &lock("3.1.2"))]);
    assert_eq!(locked[0], "total|connect|sock_connect|sock_read|keep-alive");
    assert_eq!(locked[1..3], ["src/lib.rs:4:5|reqwest 0.12.28 (Cargo.lock:3)", "1.5 s|(none)|-|(none)|none"]);
    assert_eq!(locked[4], "(30 s)|(none)|-|-|(90 s)");
    assert_eq!(locked[6], "(none)|(none)|-|(none)|(15 s)");
    assert_eq!(
        rows(&[("Cargo.lock", &lock("2.12.1"))])[6..],
        [
            "(none)|(30 s)|-|(none)|(none)",
            "src/lib.rs:7:5|ureq 2.12.1 (Cargo.lock:7)",
            "(none)|-|(30 s)|9 s|(none)",
            "( ): the library's default; none: no bound; ?: not known; -: the library has no such setting",
        ]
    );
    assert_eq!(rows(&[])[6], "(none)|(?)|-|(none)|(?)");
}
