//! The language server, as an editor meets it.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use support::command::{Project, stdout};
use support::editor::{Editor, address};

/// Code with findings, two of which can be mended, after a character that is two units of UTF-16 and four bytes.
const CLIENT: &str = r#"import aiohttp
from settings import TOTAL

NAME = "🦀"; TIMEOUT = aiohttp.ClientTimeout(total=TOTAL, connect=30, sock_read=5, sock_connect=5)


async def fetch(url):
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        async with session.get(url, timeout=10) as response:  # poolcheck: ignore[PC302]
            return await response.text()
"#;

fn project() -> Project {
    Project::new(&[("client.py", CLIENT), ("settings.py", "TOTAL = 10\n"), ("poolcheck.toml", "")])
}

fn client(project: &Project) -> PathBuf {
    project.path().canonicalize().unwrap().join("client.py")
}

/// An editor with the client's file open, and what it is told of that.
fn opened(project: &Project, capabilities: &Value) -> (Editor, PathBuf, Value) {
    let path = client(project);
    let mut editor = Editor::open(project, &[], capabilities);
    editor.put(&path, 1, CLIENT);
    let told = editor.diagnostics(&path);
    (editor, path, told)
}

fn codes(told: &Value) -> Vec<&str> {
    told["diagnostics"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect()
}

/// The actions for the whole of the client's file.
fn actions(editor: &mut Editor, path: &Path, only: &Value) -> Vec<Value> {
    let mut params = json!({
        "textDocument": {"uri": address(path)},
        "range": {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}},
        "context": {"diagnostics": []},
    });
    if !only.is_null() {
        params["context"]["only"] = only.clone();
    }
    editor.ask("textDocument/codeAction", &params).as_array().unwrap().clone()
}

/// A text with the edits of an action, which count in UTF-16.
fn applied(text: &str, action: &Value, path: &Path) -> String {
    let at = |place: &Value| {
        let line = usize::try_from(place["line"].as_u64().unwrap()).unwrap();
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let mut units = place["character"].as_u64().unwrap();
        let mut end = start;
        for char in text[start..].chars() {
            if units == 0 {
                break;
            }
            units -= char.len_utf16() as u64;
            end += char.len_utf8();
        }
        end
    };
    let edits = action["edit"]["changes"][address(path)].as_array().unwrap();
    let mut edits: Vec<(usize, usize, &str)> = edits
        .iter()
        .map(|edit| (at(&edit["range"]["start"]), at(&edit["range"]["end"]), edit["newText"].as_str().unwrap()))
        .collect();
    edits.sort_unstable();
    let mut made = text.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        made.replace_range(start..end, new);
    }
    made
}

fn titled<'a>(actions: &'a [Value], begin: &str) -> &'a Value {
    let found = actions.iter().find(|action| action["title"].as_str().unwrap().starts_with(begin));
    found.unwrap_or_else(|| panic!("no action `{begin}…` in {actions:#?}"))
}

#[test]
fn it_tells_what_the_command_tells() {
    let project = project();
    let (editor, path, told) = opened(&project, &json!({}));
    assert_eq!(told["version"], 1);
    let out = project.run(&["--output-format", "json", "--exit-zero", "client.py"]);
    let report: Value = serde_json::from_str(&stdout(&out)).unwrap();
    // Another finding of the same session is part of the story that PC301 tells.
    let expected = report["diagnostics"].as_array().unwrap().iter().filter(|one| one["code"] != "PC202");
    let expected: Vec<&Value> = expected.collect();
    let diagnostics = told["diagnostics"].as_array().unwrap();
    assert_eq!(codes(&told), ["PC101", "PC301", "PC105", "PC901"]);
    assert_eq!(diagnostics.len(), expected.len());
    for (one, expected) in diagnostics.iter().zip(expected) {
        assert_eq!(one["code"], expected["code"]);
        assert_eq!(one["codeDescription"]["href"], expected["url"]);
        assert_eq!(one["source"], "poolcheck");
        let severity = if expected["severity"] == "error" { 1 } else { 2 };
        assert_eq!(one["severity"], severity);
        let (message, help) = (expected["message"].as_str().unwrap(), expected["help"].as_str().unwrap());
        assert_eq!(one["message"], format!("{message}\nhelp: {help}"));
        // One more unit than characters on the line with the crab.
        let row = expected["location"]["row"].as_u64().unwrap();
        let column = expected["location"]["column"].as_u64().unwrap() - 1 + u64::from(row == 4);
        assert_eq!(one["range"]["start"], json!({"line": row - 1, "character": column}));
        assert_eq!(one["relatedInformation"].as_array().unwrap().len(), expected["labels"].as_array().unwrap().len());
    }
    let related = &diagnostics[0]["relatedInformation"];
    let settings = address(&path.with_file_name("settings.py"));
    assert!(related.as_array().unwrap().iter().any(|place| place["location"]["uri"] == settings), "{related:#}");
    assert_eq!(editor.end(), 0);
}

#[test]
fn columns_are_counted_as_the_editor_wants() {
    let project = project();
    let column = |wanted: &Value| {
        let capabilities = json!({"general": {"positionEncodings": wanted}});
        let (editor, _, told) = opened(&project, &capabilities);
        assert_eq!(editor.end(), 0);
        told["diagnostics"][0]["range"]["start"]["character"].as_u64().unwrap()
    };
    assert_eq!(column(&json!(["utf-32"])), 57);
    assert_eq!(column(&json!(["utf-7", "utf-16", "utf-8"])), 58);
    assert_eq!(column(&json!(["utf-8", "utf-16"])), 60);
}

#[test]
fn what_is_not_saved_yet_counts_in_every_file() {
    let project = project();
    let (mut editor, path, _) = opened(&project, &json!({}));
    let settings = path.with_file_name("settings.py");
    editor.put(&settings, 1, "TOTAL = 60\n");
    assert_eq!(codes(&editor.diagnostics(&path)), ["PC301", "PC105", "PC901"]);
    assert!(codes(&editor.diagnostics(&settings)).is_empty());
    editor.put(&settings, 2, "TOTAL = 20\n");
    let told = editor.diagnostics(&path);
    assert!(told["diagnostics"][0]["message"].as_str().unwrap().contains("(20 s)"), "{told:#}");
    // Closed without being saved: what is on disk counts again.
    editor.tell("textDocument/didClose", &json!({"textDocument": {"uri": address(&settings)}}));
    let told = editor.diagnostics(&path);
    assert!(told["diagnostics"][0]["message"].as_str().unwrap().contains("(10 s)"), "{told:#}");
    // So does what another program writes there.
    project.write("settings.py", "TOTAL = 5\n");
    let change = json!({"changes": [{"uri": address(&settings), "type": 2}]});
    editor.tell("workspace/didChangeWatchedFiles", &change);
    let told = editor.diagnostics(&path);
    assert!(told["diagnostics"][0]["message"].as_str().unwrap().contains("(5 s)"), "{told:#}");
    assert_eq!(editor.end(), 0);
}

#[test]
fn a_file_need_not_be_on_disk_and_is_read_as_text() {
    let project = Project::new(&[]);
    let path = client(&project).with_file_name("new.py");
    let mut editor = Editor::open(&project, &[], &json!({}));
    // An editor's text is no bytes: what names their encoding says nothing of it.
    let text = "# coding: latin-1\nimport aiohttp\n\nT = \"ä\"; X = aiohttp.ClientTimeout(total=1, connect=2)\n";
    editor.put(&path, 1, text);
    let told = editor.diagnostics(&path);
    assert_eq!(codes(&told), ["PC101"]);
    assert_eq!(told["diagnostics"][0]["range"]["start"], json!({"line": 3, "character": 44}));
    editor.put(&path, 2, "import aiohttp\n\nX = aiohttp.ClientTimeout(total=1, connect=2\n");
    let told = editor.diagnostics(&path);
    assert_eq!(codes(&told)[0], "syntax");
    assert_eq!(told["diagnostics"][0]["severity"], 1);
    assert_eq!(editor.end(), 0);
}

#[test]
fn findings_are_mended_one_by_one() {
    let project = project();
    let (mut editor, path, _) = opened(&project, &json!({}));
    let offered = actions(&mut editor, &path, &Value::Null);
    assert!(offered.iter().all(|action| action["kind"] == "quickfix"), "{offered:#?}");
    let mend = titled(&offered, "PC105: write");
    assert_eq!((&mend["isPreferred"], &mend["diagnostics"][0]["code"]), (&json!(true), &json!("PC105")));
    let text = applied(CLIENT, mend, &path);
    assert!(text.contains("session.get(url, timeout=aiohttp.ClientTimeout(total=10))"), "{text}");
    editor.put(&path, 2, &text);
    let left = codes(&editor.diagnostics(&path)).join(" ");
    assert!(!left.contains("PC105"), "{left}");
    assert_eq!(editor.end(), 0);
}

#[test]
fn findings_are_silenced() {
    let project = project();
    let (mut editor, path, told) = opened(&project, &json!({}));
    let (mut text, mut version, mut left) = (CLIENT.to_owned(), 1, codes(&told).len());
    // The suppression of nothing is mended, not silenced.
    while left > 1 {
        let offered = actions(&mut editor, &path, &json!(["quickfix"]));
        let silence = offered.iter().find(|action| action["title"].as_str().unwrap().ends_with(": silence it here"));
        text = applied(&text, silence.unwrap(), &path);
        version += 1;
        editor.put(&path, version, &text);
        let now = codes(&editor.diagnostics(&path)).len();
        assert!(now < left, "{text}");
        left = now;
    }
    let offered = actions(&mut editor, &path, &json!(["quickfix"]));
    let titles: Vec<&str> = offered.iter().map(|action| action["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["PC901: remove what has no effect"]);
    assert!(text.contains("# poolcheck: ignore[PC101]\nNAME"), "{text}");
    assert!(text.contains("    # poolcheck: ignore[PC202, PC301]\n    async with"), "{text}");
    assert_eq!(editor.end(), 0);
}

#[test]
fn all_is_mended_as_the_command_mends_it() {
    let project = project();
    let (mut editor, path, _) = opened(&project, &json!({}));
    assert_eq!(actions(&mut editor, &path, &json!(["refactor"])), [Value::Null; 0]);
    let offered = actions(&mut editor, &path, &json!(["source.fixAll"]));
    let [all] = offered.as_slice() else { panic!("{offered:#?}") };
    assert_eq!(all["kind"], "source.fixAll.poolcheck");
    let text = applied(CLIENT, all, &path);
    project.run(&["--fix", "client.py"]);
    assert_eq!(text, std::fs::read_to_string(&path).unwrap());
    assert_eq!(editor.end(), 0);
}

#[test]
fn nothing_is_offered_for_a_text_that_was_not_checked() {
    let project = project();
    let (mut editor, path, _) = opened(&project, &json!({}));
    editor.put(&path, 2, &format!("# {CLIENT}"));
    assert_eq!(actions(&mut editor, &path, &Value::Null), [Value::Null; 0]);
    editor.diagnostics(&path);
    assert_eq!(editor.end(), 0);
}

#[test]
fn what_is_no_code_of_the_project_is_left_alone() {
    let project = project();
    project.write("poolcheck.toml", "extend-exclude = [\"vendor\"]\n");
    let (mut editor, path, _) = opened(&project, &json!({}));
    let vendored = path.with_file_name("vendor").join("a.py");
    editor.put(&vendored, 1, CLIENT);
    assert!(codes(&editor.diagnostics(&vendored)).is_empty());
    let notebook = path.with_file_name("a.ipynb");
    editor.put(&notebook, 1, "{}");
    let item = json!({"uri": "untitled:Untitled-1", "languageId": "python", "version": 1, "text": CLIENT});
    editor.tell("textDocument/didOpen", &json!({"textDocument": item}));
    editor.tell("textDocument/didClose", &json!({"textDocument": {"uri": address(&path)}}));
    let told = loop {
        let told = editor.diagnostics(&path);
        if told.get("version").is_none() {
            break told;
        }
    };
    assert!(codes(&told).is_empty());
    assert!(!editor.has_diagnostics(&notebook));
    assert_eq!(editor.end(), 0);
}

#[test]
fn what_git_ignores_is_checked_while_it_is_open() {
    let project = project();
    let (editor, _, told) = opened(&project, &json!({}));
    assert!(!codes(&told).is_empty());
    assert_eq!(editor.end(), 0);
    project.write(".git/HEAD", "");
    project.write(".gitignore", "client.py\n");
    let (editor, _, ignored) = opened(&project, &json!({}));
    assert_eq!(codes(&ignored), codes(&told));
    assert_eq!(editor.end(), 0);
}

#[test]
fn a_wrong_configuration_is_told_once_and_mended() {
    let project = project();
    project.write("poolcheck.toml", "selekt = [\"PC1\"]\n");
    let path = client(&project);
    let mut editor = Editor::open(&project, &[], &json!({}));
    editor.put(&path, 1, CLIENT);
    let told = editor.told("window/showMessage");
    assert_eq!(told["type"], 1);
    let message = told["message"].as_str().unwrap();
    assert!(message.starts_with("poolcheck: poolcheck.toml:1: ") && message.contains("`select`"), "{message}");
    project.write("poolcheck.toml", "select = [\"PC1\"]\n");
    assert!(codes(&editor.diagnostics(&path)).is_empty());
    editor.tell("textDocument/didSave", &json!({"textDocument": {"uri": address(&path)}}));
    assert_eq!(codes(&editor.diagnostics(&path)), ["PC101", "PC105"]);
    assert_eq!(editor.end(), 0);
}

#[test]
fn flags_hold_as_in_any_run() {
    let project = project();
    let path = client(&project);
    let mut editor = Editor::open(&project, &["--select", "PC301"], &json!({}));
    editor.put(&path, 1, CLIENT);
    assert_eq!(codes(&editor.diagnostics(&path)), ["PC301"]);
    assert_eq!(editor.end(), 0);
    for flag in ["--fix", "--sites", "--output-format=json", "client.py"] {
        assert!(project.error(&["--lsp", flag]).contains("cannot be used with"), "{flag}");
    }
}

#[test]
fn it_asks_to_be_told_of_files_where_the_editor_can() {
    let project = project();
    let able = json!({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}}});
    let mut editor = Editor::open(&project, &[], &able);
    let asked = editor.told("client/registerCapability");
    let watchers = asked["registrations"][0]["registerOptions"]["watchers"].as_array().unwrap();
    let patterns: Vec<&str> = watchers.iter().map(|watcher| watcher["globPattern"].as_str().unwrap()).collect();
    assert!(["**/*.py", "**/*.rs", "**/*.toml"].iter().all(|pattern| patterns.contains(pattern)), "{patterns:?}");
    assert_eq!(editor.end(), 0);
}

#[test]
fn the_innermost_folder_of_the_editor_counts() {
    let project = Project::new(&[("poolcheck.toml", ""), ("inner/poolcheck.toml", "select = [\"PC301\"]\n")]);
    let path = client(&project);
    let inner = path.with_file_name("inner").join("client.py");
    let mut editor = Editor::open(&project, &["--isolated"], &json!({}));
    let event = json!({"added": [{"uri": address(inner.parent().unwrap()), "name": "inner"}], "removed": []});
    editor.tell("workspace/didChangeWorkspaceFolders", &json!({"event": event}));
    // Each of the two knows only its own folder, and so its own settings.
    editor.put(&path, 1, CLIENT);
    editor.put(&path.with_file_name("settings.py"), 1, "TOTAL = 10\n");
    editor.put(&inner, 1, CLIENT);
    while !codes(&editor.diagnostics(&path)).contains(&"PC101") {}
    assert!(!codes(&editor.diagnostics(&inner)).contains(&"PC101"));
    assert_eq!(editor.end(), 0);
}

#[test]
fn it_ends_as_the_protocol_says() {
    let project = project();
    let mut editor = Editor::open(&project, &[], &json!({}));
    let error = editor.answer("textDocument/hover", &json!({})).response_result.unwrap_err();
    assert_eq!(error.code, -32601);
    let error = editor.answer("textDocument/codeAction", &json!({})).response_result.unwrap_err();
    assert_eq!(error.code, -32602);
    editor.tell("textDocument/didOpen", &json!({}));
    assert!(editor.told("window/logMessage")["message"].as_str().unwrap().starts_with("textDocument/didOpen: "));
    editor.tell("exit", &Value::Null);
    assert_eq!(editor.leave(), (1, String::new()), "it was not asked to shut down");
    assert_eq!(Editor::open(&project, &[], &json!({})).leave().0, 1, "the editor is gone");
    assert_eq!(Editor::start(&project, &[]).leave(), (1, String::new()), "nobody came");
    let mut editor = Editor::start(&project, &[]);
    editor.tell("exit", &Value::Null);
    assert_eq!(editor.leave(), (1, String::new()), "it left at once");
    let mut editor = Editor::start(&project, &[]);
    editor.write("Content-Length: many\r\n\r\n{}");
    let (status, error) = editor.leave();
    assert_eq!(status, 2);
    assert!(error.starts_with("poolcheck: error: the editor's messages: "), "{error}");
}

#[test]
fn it_takes_what_editors_send_in_an_unusual_order() {
    let project = project();
    let mut editor = Editor::start(&project, &[]);
    let error = editor.answer("textDocument/codeAction", &json!({})).response_result.unwrap_err();
    assert_eq!(error.code, -32002, "it is not initialized yet");
    let odd = json!({"capabilities": {"textDocument": {"codeAction": []}, "general": 5000.0}, "rootUri": ""});
    editor.ask("initialize", &odd);
    editor.tell("$/setTrace", &json!({"value": "off"}));
    editor.tell("initialized", &json!({}));
    assert_eq!(editor.ask("shutdown", &Value::Null), Value::Null);
    editor.tell("textDocument/didClose", &json!({"textDocument": {"uri": "file:///a.py"}}));
    let error = editor.answer("textDocument/codeAction", &json!({})).response_result.unwrap_err();
    assert_eq!(error.code, -32600);
    editor.tell("exit", &Value::Null);
    assert_eq!(editor.leave(), (0, String::new()));
}

#[test]
fn a_document_that_is_opened_again_is_another_one() {
    let project = project();
    let (mut editor, path, _) = opened(&project, &json!({}));
    editor.tell("textDocument/didClose", &json!({"textDocument": {"uri": address(&path)}}));
    editor.put(&path, 1, "import aiohttp\n");
    assert_eq!(actions(&mut editor, &path, &Value::Null), [Value::Null; 0]);
    assert!(codes(&editor.diagnostics(&path)).is_empty(), "it is closed");
    let told = editor.diagnostics(&path);
    assert_eq!((codes(&told).len(), &told["version"]), (0, &json!(1)));
    assert_eq!(editor.end(), 0);
}

#[test]
fn who_never_pauses_is_told_all_the_same() {
    let project = project();
    let (mut editor, path, _) = opened(&project, &json!({}));
    // A change every 20 ms, where the server waits 100 ms for a pause.
    for version in 2..3000 {
        editor.put(&path, version, &format!("{CLIENT}# {version}\n"));
        std::thread::sleep(std::time::Duration::from_millis(20));
        if editor.hears(&path) {
            assert_eq!(editor.end(), 0);
            return;
        }
    }
    panic!("nothing is told for a minute");
}

#[test]
fn what_is_told_of_a_file_depends_on_its_project_alone() {
    let project = Project::new(&[
        ("one/poolcheck.toml", "select = [\"PC301\"]\n"),
        ("one/client.py", CLIENT),
        ("one/settings.py", "TOTAL = 10\n"),
        ("two/poolcheck.toml", "select = [\"PC101\"]\n"),
        ("two/client.py", CLIENT),
        ("two/settings.py", "TOTAL = 10\n"),
    ]);
    let root = project.path().canonicalize().unwrap();
    let (one, two) = (root.join("one/client.py"), root.join("two/client.py"));
    let mut editor = Editor::open(&project, &[], &json!({}));
    editor.put(&one, 1, CLIENT);
    assert_eq!(codes(&editor.diagnostics(&one)), ["PC301"]);
    editor.put(&two, 1, CLIENT);
    assert_eq!(codes(&editor.diagnostics(&two)), ["PC101"]);
    // A broken configuration of one is no matter of the other, and is told once.
    project.write("one/poolcheck.toml", "select = 3\n");
    for version in 2..5 {
        editor.put(&two, version, &format!("{CLIENT}# {version}\n"));
        assert_eq!(codes(&editor.diagnostics(&two)), ["PC101"]);
    }
    assert!(codes(&editor.diagnostics(&one)).is_empty(), "what was said of it may be wrong by now");
    let message = editor.told("window/showMessage")["message"].as_str().unwrap().to_owned();
    assert!(message.contains("one/poolcheck.toml:1: "), "{message}");
    assert!(!editor.was_told("window/showMessage"));
    assert_eq!(editor.end(), 0);
}

#[test]
fn unsaved_text_counts_across_the_folders_of_one_project() {
    let project = Project::new(&[
        ("poolcheck.toml", ""),
        ("app/client.py", &CLIENT.replace("from settings", "from lib.settings")),
        ("lib/settings.py", "TOTAL = 10\n"),
    ]);
    let root = project.path().canonicalize().unwrap();
    let client = root.join("app/client.py");
    let folder = |name: &str| json!({"uri": address(&root.join(name)), "name": name});
    let folders = json!({"capabilities": {}, "workspaceFolders": [folder("app"), folder("lib")]});
    let mut editor = Editor::agreed(&project, &[], &folders);
    editor.put(&client, 1, &std::fs::read_to_string(&client).unwrap());
    assert!(codes(&editor.diagnostics(&client)).contains(&"PC101"));
    editor.put(&root.join("lib/settings.py"), 1, "TOTAL = 60\n");
    assert!(!codes(&editor.diagnostics(&client)).contains(&"PC101"));
    assert_eq!(editor.end(), 0);
}

#[test]
fn of_a_file_without_a_project_no_other_is_read() {
    let project = Project::new(&[("settings.py", "TOTAL = 10\n"), ("site-packages/a.py", CLIENT)]);
    let path = client(&project);
    let mut editor = Editor::agreed(&project, &[], &json!({"capabilities": {}, "workspaceFolders": null}));
    let installed = path.with_file_name("site-packages").join("a.py");
    editor.put(&installed, 1, CLIENT);
    editor.put(&path, 1, CLIENT);
    assert_eq!(codes(&editor.diagnostics(&path)), ["PC301", "PC105", "PC901"]);
    editor.put(&path.with_file_name("settings.py"), 1, "TOTAL = 10\n");
    assert_eq!(codes(&editor.diagnostics(&path)), ["PC101", "PC301", "PC105", "PC901"]);
    assert!(!editor.has_diagnostics(&installed));
    assert_eq!(editor.end(), 0);
}

#[test]
fn of_many_findings_none_is_offered_to_be_silenced() {
    let project = project();
    let path = client(&project);
    let line = "X = aiohttp.ClientTimeout(total=1, connect=2)\n";
    let mut editor = Editor::open(&project, &[], &json!({}));
    editor.put(&path, 1, &format!("import aiohttp\n{}", line.repeat(10)));
    assert_eq!(codes(&editor.diagnostics(&path)).len(), 10);
    assert_eq!(actions(&mut editor, &path, &Value::Null).len(), 10);
    editor.put(&path, 2, &format!("import aiohttp\n{}", line.repeat(500)));
    assert_eq!(codes(&editor.diagnostics(&path)).len(), 500);
    assert!(actions(&mut editor, &path, &Value::Null).is_empty());
    assert_eq!(editor.end(), 0);
}

#[test]
fn files_that_flags_name_are_found_from_where_it_was_started() {
    let project = project();
    project.write("strict.toml", "select = [\"PC301\"]\n");
    let path = client(&project);
    let inner = path.with_file_name("inner").join("client.py");
    let folder = json!([{"uri": address(inner.parent().unwrap()), "name": "inner"}]);
    let itself = json!({"capabilities": {}, "workspaceFolders": folder});
    let mut editor = Editor::agreed(&project, &["--config", "strict.toml"], &itself);
    editor.put(&inner, 1, CLIENT);
    assert_eq!(codes(&editor.diagnostics(&inner)), ["PC301"]);
    assert_eq!(editor.end(), 0);
}
