//! How a project with many findings begins: baselines, `--since`, `--add-ignore`.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;
use support::command::{Project, status, stderr, stdout};
use support::{Options, Seen, Unit};

/// Two findings, PC101 on line 3 and PC205 on line 7.
const BAD: &str = "\
import aiohttp

TIMEOUT = aiohttp.ClientTimeout(total=5, connect=10)


async def crawl(urls):
    connector = aiohttp.TCPConnector(limit=10, limit_per_host=20)
    async with aiohttp.ClientSession(timeout=TIMEOUT, connector=connector) as session:
        for url in urls:
            async with session.get(url) as response:
                print(url, response.status)
";
const GOOD: &str = "x = 1\n";

/// `path:line code` of each finding.
fn places(project: &Project, args: &[&str]) -> Vec<String> {
    let out = project.run(&[args, &["--output-format", "concise"]].concat());
    assert!(status(&out) < 2, "{}", stderr(&out));
    let place = |line: &str| {
        let mut parts = line.split(':');
        let code = &line[line.rfind('[').unwrap() + 1..line.len() - 1];
        format!("{}:{} {code}", parts.next().unwrap(), parts.next().unwrap())
    };
    stdout(&out).lines().map(place).collect()
}

fn read(project: &Project, path: &str) -> String {
    fs::read_to_string(project.path().join(path)).unwrap()
}

#[test]
fn a_baseline_leaves_only_what_is_new() {
    let project = Project::new(&[("src/a.py", BAD), ("src/good.py", GOOD)]);
    let update = ["--baseline", "known.json", "--update-baseline"];
    let out = project.run(&update);
    assert_eq!((status(&out), stdout(&out)), (0, String::new()));
    assert!(stderr(&out).contains("Wrote known.json: 2 findings, 2 of them new"), "{}", stderr(&out));
    let written = read(&project, "known.json");
    assert!(written.contains("{\"filename\": \"src/a.py\", \"code\": \"PC101\", \"line\": \"TIMEOUT = "), "{written}");
    let with = ["--baseline", "known.json"];
    let out = project.run(&with);
    assert_eq!((status(&out), stdout(&out)), (0, String::new()));
    assert!(stderr(&out).contains("Not told: 2 findings that known.json holds."), "{}", stderr(&out));

    // Lines above, space within, and a second finding that is like a known one.
    let moved = format!("# one\n# two\n{}", BAD.replace("(total=5, ", "(total=5,  "));
    project.write("src/a.py", &moved.replace("\n\n\n", "\nTIMEOUT = aiohttp.ClientTimeout(total=5, connect=10)\n\n\n"));
    assert_eq!(places(&project, &with), ["src/a.py:6 PC101"], "one more than is known");
    project.run(&update);
    assert_eq!(places(&project, &with), [""; 0]);
    assert_eq!(read(&project, "known.json").matches("PC101").count(), 2);
    let before = read(&project, "known.json");
    project.run(&update);
    assert_eq!(read(&project, "known.json"), before, "the same again");
}

#[test]
fn what_is_fixed_is_told_and_taken_out_on_request() {
    let project = Project::new(&[("a.py", BAD), ("b.py", BAD), ("poolcheck.toml", "baseline = \"known.json\"\n")]);
    project.run(&["--update-baseline"]);
    project.write("a.py", &BAD.replace("connect=10", "connect=2"));
    fs::remove_file(project.path().join("b.py")).unwrap();
    let out = project.run(&[]);
    let told = stderr(&out);
    assert_eq!(status(&out), 0);
    assert!(told.contains("Fixed: 3 entries of known.json; `--update-baseline` takes"), "{told}");
    assert!(told.contains("  a.py: PC101 TIMEOUT = aiohttp.") && told.contains("  b.py: PC205 connector = "), "{told}");
    assert!(read(&project, "known.json").contains("b.py"), "a plain run writes nothing");
    let out = project.run(&["--update-baseline"]);
    assert!(stderr(&out).contains("1 finding, 0 of them new; 3 fixed ones taken out"), "{}", stderr(&out));
    assert_eq!(read(&project, "known.json").matches("filename").count(), 1);
    assert!(!stderr(&project.run(&[])).contains("Fixed"));
}

#[test]
fn what_is_suppressed_by_now_is_not_called_fixed() {
    let before = BAD.replace("connect=10)", "connect=10)  # noqa: E501");
    let project = Project::new(&[("a.py", &before), ("b.py", BAD), ("poolcheck.toml", "baseline = \"known.json\"\n")]);
    project.run(&["--update-baseline"]);
    // At the end of a line, beside another comment, above, and for the whole file.
    let at_the_end = before.replace("E501", "E501  # poolcheck: ignore[PC101] it is meant so");
    project.write("a.py", &at_the_end.replace("    connector", "    # poolcheck: ignore[PC205] why\n    connector"));
    project.write("b.py", &format!("# poolcheck: file-ignore[PC205] why\n{}", BAD.replace("connect=10", "connect=2")));
    let out = project.run(&[]);
    let told = stderr(&out);
    assert!(told.contains("Fixed: 1 entry of known.json; `--update-baseline` takes it out:\n  b.py: PC101"), "{told}");
    assert!(told.contains("Suppressed by now: 3 entries of known.json"), "{told}");
    let out = project.run(&["--update-baseline"]);
    assert!(stderr(&out).contains("1 fixed one and 3 suppressed ones taken out"), "{}", stderr(&out));
    assert!(!read(&project, "known.json").contains("filename"));
}

#[test]
fn what_a_run_does_not_look_at_is_neither_fixed_nor_dropped() {
    let files = [("a.py", BAD), ("b.py", BAD), ("sub/c.py", BAD), ("poolcheck.toml", "baseline = \"known.json\"\n")];
    let project = Project::new(&files);
    project.run(&["--update-baseline", "--extend-select", "PC106", "--min-confidence", "low"]);
    let whole = read(&project, "known.json");
    assert_eq!(whole.matches("filename").count(), 6, "{whole}");
    let httpx = ["--config", "libraries = ['httpx']"];
    let confident = ["--min-confidence", "high"];
    for args in [&["a.py"][..], &["sub"], &["--select", "PC201"], &confident, &["--exclude", "b.py"], &httpx] {
        for more in [&[][..], &["--update-baseline"]] {
            let out = project.run(&[args, more].concat());
            assert!(status(&out) == 0 && !stderr(&out).contains("Fixed"), "{args:?}: {}", stderr(&out));
        }
        assert_eq!(read(&project, "known.json"), whole, "{args:?}");
    }
    project.write("b.py", "def broken(:\n");
    assert!(!stderr(&project.run(&["b.py"])).contains("Fixed"), "what is behind a broken part, nobody knows");
    fs::remove_file(project.path().join("b.py")).unwrap();
    assert!(!stderr(&project.run(&["a.py"])).contains("Fixed"));
    assert!(stderr(&project.run(&["."])).contains("Fixed: 2 entries"));
}

#[test]
fn a_guess_in_the_baseline_is_not_fixed_by_being_less_curious() {
    let guess = "import requests\n\n\ndef main():\n    return requests.get(\"https://example.org\")\n";
    let project = Project::new(&[("examples/a.py", guess), ("poolcheck.toml", "baseline = \"known.json\"\n")]);
    project.run(&["--update-baseline", "--min-confidence", "low"]);
    let whole = read(&project, "known.json");
    assert!(whole.contains("PC103"), "{whole}");
    let out = project.run(&["--update-baseline"]);
    assert!(stderr(&out).contains("0 fixed ones"), "{}", stderr(&out));
    assert_eq!(read(&project, "known.json"), whole);
}

#[test]
fn a_baseline_is_relative_to_what_names_it_and_found_from_everywhere() {
    let project =
        Project::new(&[("ci/poolcheck.toml", "baseline = \"known.json\"\n"), ("sub/a.py", BAD), ("b.py", BAD)]);
    let named = ["--config", "ci/poolcheck.toml"];
    project.run(&[&named[..], &["--update-baseline"]].concat());
    let text = read(&project, "ci/known.json");
    assert!(text.contains("\"../sub/a.py\"") && text.contains("\"../b.py\""), "{text}");
    assert_eq!(status(&project.run(&named)), 0);
    fs::remove_file(project.path().join("ci/poolcheck.toml")).unwrap();
    let below = project.path().join("sub");
    let out = project.command(&["--baseline", "../ci/known.json"]).current_dir(&below).output().unwrap();
    assert_eq!(status(&out), 0, "{}", stdout(&out));
    let input = ["-", "--stdin-filename", "sub/a.py", "--baseline", "ci/known.json"];
    let out = project.command(&input).write_stdin(BAD).output().unwrap();
    assert_eq!(status(&out), 0, "{}", stdout(&out));
    let out = project.run(&["--config", "baseline=\"ci/known.json\"", "--output-format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&stdout(&out)).unwrap();
    assert_eq!((&json["summary"]["baselined"], &json["summary"]["errors"]), (&4.into(), &0.into()));
    assert_eq!(status(&project.run(&["--isolated"])), 1);
}

#[test]
fn a_baseline_that_cannot_be_used_is_an_error() {
    let project = Project::new(&[("a.py", BAD), ("broken.json", "{\"version\": 1,\n\"findings\": 3}\n")]);
    assert!(project.error(&["--baseline", "none.json"]).contains("none.json: this baseline does not exist"));
    assert!(project.error(&["--baseline", "broken.json"]).contains("broken.json:2: this is no baseline"));
    assert!(project.error(&["--baseline", "broken.json", "--update-baseline"]).contains("is no baseline"));
    assert!(project.error(&["--baseline", "no/such/folder.json", "--update-baseline"]).contains("cannot be written"));
    assert!(project.error(&["--update-baseline"]).contains("no baseline is named"));
    assert!(project.error(&["--config", "baseline=3"]).contains("`baseline`: a text in quotes is wanted"));
    assert_eq!(read(&project, "broken.json").lines().count(), 2, "what is no baseline is not overwritten");
    fs::create_dir(project.path().join("folder")).unwrap();
    assert!(project.error(&["--baseline", "folder"]).contains("cannot be read"));
}

/// git in a project, with none of the user's settings.
fn git(project: &Project, args: &[&str]) {
    let mut command = Command::new("git");
    for (name, value) in [("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_SYSTEM", "/dev/null")] {
        command.env(name, value);
    }
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "t").env(format!("GIT_{who}_EMAIL"), "t@example.org");
    }
    let out = command.current_dir(project.path()).args(args).output().unwrap();
    assert!(out.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&out.stderr));
}

fn commit(project: &Project) {
    git(project, &["add", "-A"]);
    git(project, &["commit", "-q", "-m", "all"]);
}

/// A repository with everything committed on `main`.
fn repository(files: &[(&str, &str)]) -> Project {
    let project = Project::new(files);
    git(&project, &["init", "-q", "-b", "main"]);
    commit(&project);
    project
}

#[test]
fn since_tells_changed_lines_committed_or_not() {
    let project = repository(&[("a.py", BAD), ("sub/b.py", BAD), ("sub/c d.py", BAD)]);
    let since = ["--since", "main"];
    assert_eq!(places(&project, &since), [""; 0]);
    project.write("a.py", &BAD.replace("connect=10", "connect=11"));
    assert_eq!(places(&project, &since), ["a.py:3 PC101"], "not staged");
    git(&project, &["add", "a.py"]);
    assert_eq!(places(&project, &since), ["a.py:3 PC101"], "staged");
    git(&project, &["checkout", "-q", "-b", "mine"]);
    commit(&project);
    assert_eq!(places(&project, &since), ["a.py:3 PC101"], "committed");
    assert_eq!(places(&project, &["--since", "HEAD"]), [""; 0]);
    project.write("new.py", BAD);
    assert_eq!(places(&project, &["--since", "HEAD"]), ["new.py:3 PC101", "new.py:7 PC205"], "not tracked");
    fs::remove_file(project.path().join("new.py")).unwrap();
    git(&project, &["mv", "sub/b.py", "moved.py"]);
    assert_eq!(places(&project, &["--since", "HEAD"]), [""; 0], "a file that is only renamed");
    project.write("moved.py", &BAD.replace("limit=10", "limit=11"));
    project.write("sub/c d.py", &format!("# moved\n{BAD}"));
    assert_eq!(places(&project, &["--since", "HEAD"]), ["moved.py:7 PC205"], "one line of it changed");
    project.write("sub/c d.py", &BAD.replace("limit=10", "limit=11"));
    let out = project.command(&["-q", "--since", "HEAD"]).current_dir(project.path().join("sub")).output().unwrap();
    assert!(stdout(&out).starts_with("c d.py:7:") && status(&out) == 1, "from a subfolder: {}", stdout(&out));
    let told = stderr(&project.run(&["-v", "--since", "HEAD"]));
    assert!(told.contains("changes since HEAD are counted from commit "), "{told}");
    assert!(told.contains("findings where nothing changed since HEAD"), "{told}");
}

#[test]
fn since_looks_at_the_place_where_histories_parted() {
    let project = repository(&[("a.py", BAD), ("b.py", GOOD)]);
    git(&project, &["checkout", "-q", "-b", "mine"]);
    project.write("b.py", BAD);
    commit(&project);
    git(&project, &["checkout", "-q", "main"]);
    project.write("a.py", &BAD.replace("connect=10", "connect=4"));
    commit(&project);
    git(&project, &["checkout", "-q", "mine"]);
    assert_eq!(places(&project, &["--since", "main"]), ["b.py:3 PC101", "b.py:7 PC205"], "what others did is not mine");
}

#[test]
fn a_changed_constant_tells_of_what_it_makes_wrong() {
    let client = "import aiohttp\nfrom const import CONNECT\n\nT = aiohttp.ClientTimeout(total=5, connect=CONNECT)\n";
    let project = repository(&[("const.py", "CONNECT = 2\n"), ("client.py", client)]);
    project.write("const.py", "CONNECT = 20\n");
    assert_eq!(places(&project, &["--since", "HEAD"]), ["client.py:4 PC101"]);
}

#[test]
fn a_removed_line_counts_where_it_stood() {
    let call =
        "import aiohttp\n\nT = aiohttp.TCPConnector(\n    limit=10,\n    limit_per_host=5,\n    ttl_dns_cache=9,\n)\n";
    let project = repository(&[("a.py", call)]);
    project.write("a.py", &call.replace("    limit_per_host=5,\n", ""));
    let found = places(&project, &["--since", "HEAD", "--select", "PC201"]);
    assert_eq!(found, ["a.py:3 PC201"]);
}

#[test]
fn since_compares_the_cells_of_notebooks() {
    let notebook = |first: &str, out: &str| {
        let cell = |source: &str| serde_json::json!({"cell_type": "code", "source": source, "outputs": [out]});
        serde_json::to_string_pretty(&serde_json::json!({"cells": [cell(first), cell(BAD)]})).unwrap()
    };
    let project = repository(&[("n.ipynb", &notebook("import aiohttp\n", ""))]);
    project.write("n.ipynb", &notebook("import aiohttp\nT = aiohttp.ClientTimeout(total=1, connect=2)\n", "run again"));
    let out = project.run(&["-q", "--since", "HEAD"]);
    assert_eq!(stdout(&out).lines().count(), 1, "{}", stdout(&out));
    assert!(stdout(&out).starts_with("n.ipynb:cell 1:2:"), "{}", stdout(&out));
}

#[test]
fn since_needs_a_repository_and_a_revision() {
    let project = Project::new(&[("a.py", BAD)]);
    assert!(project.error(&["--since", "main"]).contains("is in no git repository"));
    git(&project, &["init", "-q", "-b", "main"]);
    assert!(project.error(&["--since", "main"]).contains("has no commit yet"));
    commit(&project);
    for wrong in ["nope", "main..HEAD", "", "--since=-x"] {
        let flag = if wrong.starts_with('-') { wrong.to_owned() } else { format!("--since={wrong}") };
        assert!(project.error(&[&flag]).contains("no branch, tag or commit"), "{wrong}");
    }
    assert!(project.error(&["--since", "main", "-"]).contains("standard input"));
    git(&project, &["checkout", "-q", "--orphan", "other"]);
    project.write("b.py", GOOD);
    commit(&project);
    assert!(project.error(&["--since", "main"]).contains("no commit in common"));
    let out = project.command(&["--since", "main"]).env("PATH", "").output().unwrap();
    assert_eq!(status(&out), 2);
    assert!(stderr(&out).contains("the `git` command is needed"), "{}", stderr(&out));
}

#[test]
fn a_baseline_and_a_revision_work_together() {
    let project = repository(&[("a.py", BAD), ("b.py", BAD)]);
    project.run(&["a.py", "--baseline", "known.json", "--update-baseline"]);
    let both = ["--baseline", "known.json", "--since", "HEAD"];
    assert_eq!(places(&project, &both), [""; 0]);
    project.write("b.py", &BAD.replace("connect=10", "connect=11"));
    assert_eq!(places(&project, &both), ["b.py:3 PC101"]);
    project.run(&[&both[..], &["--update-baseline"]].concat());
    let text = read(&project, "known.json");
    assert_eq!(text.matches("filename").count(), 3, "what is not told is not taken in: {text}");
}

fn check(unit: &Unit, folder: &Path) -> Vec<Seen> {
    unit.write(folder);
    support::seen(&Options::everything().run(folder))
}

/// The units as `--add-ignore` leaves them are silent but for the suppressions that were unused before, and still parse.
#[test]
fn comments_silence_every_finding_of_every_fixture() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for unit in support::corpus() {
        let folder = tempfile::tempdir().unwrap();
        let before = check(&unit, folder.path());
        let options = Options::everything();
        let config = options.config(folder.path());
        let mut report = options.run(folder.path());
        let problems = report.problems.len();
        let added = poolcheck::suppress::write_ignores(&config, &mut report, "it is meant");
        wrong.extend(added.left.iter().map(|left| format!("{}: {left}", unit.name)));
        let after = options.run(folder.path());
        let mut unused: Vec<&str> =
            before.iter().filter(|seen| seen.code == "PC901").map(|seen| seen.message.as_str()).collect();
        for seen in support::seen(&after) {
            let known = unused.iter().position(|message| seen.code == "PC901" && *message == seen.message);
            match known {
                Some(at) => drop(unused.remove(at)),
                None => wrong.push(format!("{}: left or made: {seen}", unit.name)),
            }
        }
        if after.problems.len() != problems {
            wrong.push(format!("{}: it no longer parses as before", unit.name));
        }
        count += before.len();
    }
    assert!(count > 300, "only {count} findings");
    support::none("comments are not right", &wrong);
}

/// A file, its name, and what it becomes.
#[track_caller]
fn becomes(name: &str, before: &[u8], after: &[u8]) {
    let project = Project::new(&[]);
    fs::write(project.path().join(name), before).unwrap();
    let out = project.run(&["--add-ignore=why", "--select", "PC101"]);
    assert_eq!(status(&out), 0, "{}{}", stdout(&out), stderr(&out));
    let made = fs::read(project.path().join(name)).unwrap();
    assert_eq!(String::from_utf8_lossy(&made), String::from_utf8_lossy(after));
    assert_eq!(made, after);
    assert_eq!(stdout(&project.run(&["--select", "PC101,PC901,PC902"])), "");
}

#[test]
fn comments_stand_where_they_are_read() {
    let head = "import aiohttp\n";
    let call = "t = aiohttp.ClientTimeout(total=5, connect=9)";
    let comment = "# poolcheck: ignore[PC101] why";
    let cases = [
        (format!("{call}\n"), format!("{call}  {comment}\n")),
        (call.to_owned(), format!("{call}  {comment}")),
        (format!("{call}  # é\n"), format!("{call}  # é  {comment}\n")),
        (format!("{call}   \n"), format!("{call}  {comment}   \n")),
        (
            format!("{call}  # poolcheck: ignore[PC103] asked\n"),
            format!("{call}  # poolcheck: ignore[PC103, PC101] asked\n"),
        ),
        (
            format!("# poolcheck: ignore[PC103]\n# more\n{call}\n"),
            format!("# poolcheck: ignore[PC103, PC101]\n# more\n{call}\n"),
        ),
        (
            format!("def f():\n\tif x:\n\t\tlong_name_of_a_variable{} = {call}\n", "_".repeat(40)),
            format!("def f():\n\tif x:\n\t\t{comment}\n\t\tlong_name_of_a_variable{} = {call}\n", "_".repeat(40)),
        ),
        (
            "t = aiohttp.ClientTimeout(\n    total=5, connect=9,\n)\n".to_owned(),
            format!("t = aiohttp.ClientTimeout(\n    total=5, connect=9,  {comment}\n)\n"),
        ),
        (
            "t = \\\n  aiohttp.ClientTimeout(total=5, connect=9) \\\n  or None\n".to_owned(),
            format!("{comment}\nt = \\\n  aiohttp.ClientTimeout(total=5, connect=9) \\\n  or None\n"),
        ),
        (
            "t = f(aiohttp.ClientTimeout(total=5, connect=9), '''\ntext\n''')\n".to_owned(),
            format!("{comment}\nt = f(aiohttp.ClientTimeout(total=5, connect=9), '''\ntext\n''')\n"),
        ),
        (
            "s = '''\n'''; t = f(aiohttp.ClientTimeout(total=5, connect=9), '''\n''')\n".to_owned(),
            format!("s = '''\n'''; t = f(aiohttp.ClientTimeout(total=5, connect=9), '''\n''')  {comment}\n"),
        ),
    ];
    for (before, after) in cases {
        becomes("a.py", (head.to_owned() + &before).as_bytes(), (head.to_owned() + &after).as_bytes());
    }
}

#[test]
fn files_keep_their_form() {
    let text = |newline: &str, sign: &str, comment: &str| {
        let padding = "é".repeat(50);
        let above = if comment.is_empty() { String::new() } else { format!("{comment}{newline}") };
        let lines = ["import aiohttp", &format!("{above}{padding} = aiohttp.ClientTimeout(total=5, connect=9)")];
        format!("{sign}{}{newline}", lines.join(newline))
    };
    let comment = "# poolcheck: ignore[PC101] why";
    for newline in ["\n", "\r\n", "\r"] {
        for sign in ["", "\u{feff}"] {
            becomes("a.py", text(newline, sign, "").as_bytes(), text(newline, sign, comment).as_bytes());
        }
        let latin =
            |text: String| -> Vec<u8> { text.chars().map(|char| u8::try_from(u32::from(char)).unwrap()).collect() };
        let cookie = format!("# -*- coding: latin-1 -*-{newline}");
        becomes("a.py", &latin(text(newline, &cookie, "")), &latin(text(newline, &cookie, comment)));
    }
}

#[test]
fn notebooks_are_changed_only_where_a_comment_goes() {
    let list = |extra: &str| {
        format!(
            "{{\n \"cells\": [\n  {{\"cell_type\": \"markdown\", \"source\": [\"x\"]}},\n  {{\n   \"cell_type\": \"code\",\n   \
             \"outputs\": [1.50, \"é\\u00e9\"],\n   \"source\": [\n    \"%matplotlib inline\\n\",\n    \"import aiohttp\\n\",\n    \
             {extra}\n   ]\n  }}\n ]\n}}"
        )
    };
    let call = "aiohttp.ClientTimeout(total=5, connect=9)";
    let comment = "# poolcheck: ignore[PC101] why";
    let quoted = format!("\"q = '\\u00e9\\\"é'; t = {call}");
    becomes("n.ipynb", list(&format!("{quoted}\"")).as_bytes(), list(&format!("{quoted}  {comment}\"")).as_bytes());
    let long = format!("\"{} = {call}\\n\",\n    \"print(1)\"", "t".repeat(60));
    becomes("n.ipynb", list(&long).as_bytes(), list(&format!("\"{comment}\\n\",\n    {long}")).as_bytes());
    let whole =
        |text: &str| format!("{{\"cells\":[{{\"source\":\"import aiohttp\\n{text}\",\"cell_type\":\"code\"}}]}}");
    becomes("n.ipynb", whole(&format!("t = {call}")).as_bytes(), whole(&format!("t = {call}  {comment}")).as_bytes());
}

#[test]
fn a_suppression_of_nothing_is_not_suppressed() {
    let text = "import aiohttp\n\nt = aiohttp.ClientTimeout(total=9)  # poolcheck: ignore[PC101]\n";
    let project = Project::new(&[("a.py", text)]);
    let out = project.run(&["--add-ignore"]);
    assert_eq!((status(&out), read(&project, "a.py").as_str()), (1, text));
    assert!(stdout(&out).contains("[PC901]") && stderr(&out).contains("Silenced nothing."), "{}", stderr(&out));
}

#[test]
fn what_cannot_be_commented_is_said_and_stays() {
    let project = Project::new(&[("a.py", BAD)]);
    assert!(project.error(&["--add-ignore=a\nb"]).contains("one line"));
    assert!(project.error(&["--add-ignore", "-"]).contains("standard input"));
    let latin = b"# coding: latin-1\nimport aiohttp\nt = aiohttp.ClientTimeout(total=5, connect=9)\n";
    fs::write(project.path().join("l.py"), latin).unwrap();
    let out = project.run(&["--add-ignore=\u{20ac}", "l.py"]);
    assert_eq!(status(&out), 1, "{}", stdout(&out));
    assert!(stderr(&out).contains("l.py: `\u{20ac}` is not in the encoding"), "{}", stderr(&out));
    assert_eq!(fs::read(project.path().join("l.py")).unwrap(), latin);
    let out = project.run(&["--add-ignore", "a.py"]);
    assert_eq!(status(&out), 0);
    assert!(stderr(&out).contains("Silenced 2 findings in 1 file."), "{}", stderr(&out));
    assert!(read(&project, "a.py").contains("connect=10)  # poolcheck: ignore[PC101]\n"));
    assert!(stderr(&project.run(&["--add-ignore", "a.py"])).contains("Silenced nothing."));
}

#[cfg(unix)]
#[test]
fn links_and_permissions_survive() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let project = Project::new(&[("real/a.py", BAD)]);
    let real = project.path().join("real/a.py");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o755)).unwrap();
    symlink("real/a.py", project.path().join("link.py")).unwrap();
    project.run(&["--add-ignore", "link.py"]);
    assert!(project.path().join("link.py").is_symlink() && read(&project, "real/a.py").contains("ignore[PC101]"));
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o755);
    assert_eq!(fs::read_dir(project.path().join("real")).unwrap().count(), 1, "nothing is left behind");
}
