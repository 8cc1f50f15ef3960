//! Fixes do what they promise: the finding is gone, nothing else is different, the file parses, and once is enough.
#![allow(clippy::unwrap_used)]

mod support;

use poolcheck::finding::Finding;
use poolcheck::fix;
use poolcheck::rules::{self, page::Tag};
use std::collections::BTreeMap;
use std::fs;
use support::command::{Project, status, stderr, stdout};
use support::{Options, Unit};

/// Rule and message of each finding, counted: lines may move.
fn counted(seen: &[support::Seen]) -> BTreeMap<(String, &'static str, String), usize> {
    let mut counts = BTreeMap::new();
    for one in seen {
        *counts.entry((one.path.clone(), one.code, one.message.clone())).or_default() += 1;
    }
    counts
}

/// Applies fixes until there are none; how many there were.
fn mend(options: &Options, folder: &std::path::Path) -> usize {
    let config = options.config(folder);
    let mut all = 0;
    loop {
        let done = fix::apply(&config, &options.run(folder), true);
        assert_eq!(done.left, [""; 0]);
        all += done.findings;
        if done.findings == 0 {
            return all;
        }
        assert!(all < 1000, "fixes make work for each other");
    }
}

/// What is wrong with a unit once it is mended.
fn mended(unit: &Unit, count: &mut usize) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    unit.write(folder.path());
    let options = Options { unsafe_fixes: true, ..Options::everything() };
    let before = options.run(folder.path());
    let fixes: Vec<&Finding> = before.findings.iter().filter(|finding| finding.fix.is_some()).collect();
    if fixes.is_empty() {
        return Vec::new();
    }
    *count += mend(&options, folder.path());
    let after = options.run(folder.path());
    let mut wrong = Vec::new();
    if after.problems.len() != before.problems.len() {
        wrong.push(format!("{}: it no longer parses as before", unit.name));
    }
    let mut kept = support::seen(&before);
    let mut all = before.findings.iter();
    kept.retain(|_| all.next().unwrap().fix.is_none());
    let (mut kept, mut now) = (counted(&kept), counted(&support::seen(&after)));
    let of_comments = |code: &str| code.starts_with("PC9");
    if fixes.iter().all(|finding| of_comments(finding.rule.code)) {
        // A name that was corrected silences what it was meant to.
        let edits = fixes.iter().filter_map(|finding| finding.fix.as_ref()).flat_map(|fix| &fix.edits);
        let corrected: Vec<&str> = edits.map(|edit| edit.content.as_str()).collect();
        let silenced = |code: &str| {
            let name = rules::find(code).unwrap().name;
            corrected.iter().any(|names| names.split(", ").any(|text| text == name))
        };
        kept.retain(|finding, _| now.contains_key(finding) || !silenced(finding.1));
    } else {
        // What code means once it is right is for other rules to judge.
        let fixed = |code: &str| fixes.iter().any(|finding| finding.rule.code == code);
        kept.retain(|finding, _| fixed(finding.1));
        now.retain(|finding, _| fixed(finding.1));
    }
    if kept != now {
        wrong.push(format!("{}: left\n    {now:?}\n  instead of\n    {kept:?}", unit.name));
    }
    wrong
}

#[test]
fn a_fix_takes_its_finding_away_and_nothing_else() {
    let mut count = 0;
    let wrong: Vec<String> = support::corpus().iter().flat_map(|unit| mended(unit, &mut count)).collect();
    assert!(count > 30, "only {count} fixes");
    support::none("fixes are not exact", &wrong);
}

#[test]
fn a_page_shows_what_its_fix_makes() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for rule in rules::all() {
        let examples = rule.examples();
        for (bad, fixed) in examples.iter().zip(examples.iter().skip(1)) {
            if bad.tag != Tag::Bad || fixed.tag != Tag::Fixed {
                continue;
            }
            let folder = tempfile::tempdir().unwrap();
            let files = vec![("sample.py".to_owned(), bad.text.as_bytes().to_vec())];
            let unit = Unit { name: rule.stem.into(), folder: rule.stem.into(), files, rule: Some(rule) };
            unit.write(folder.path());
            mend(&Options { unsafe_fixes: true, ..Options::with(Some(rule)) }, folder.path());
            let made = fs::read_to_string(folder.path().join("sample.py")).unwrap();
            if made != fixed.text {
                wrong.push(format!("{}, line {}: the fix makes\n{made}", rule.stem, bad.line));
            }
            count += 1;
        }
    }
    assert!(count >= 4, "only {count} examples");
    support::none("pages show something else", &wrong);
}

const UNUSED: &str = "import aiohttp\n\nT = aiohttp.ClientTimeout(total=9)  # poolcheck: ignore[PC204, PC101] why\n";

#[test]
fn the_command_mends_or_shows_how() {
    let project =
        Project::new(&[("a.py", UNUSED), ("b.py", "import aiohttp\n# poolcheck: ignore[sesion-per-request]\n")]);
    let told = stderr(&project.run(&[]));
    assert!(told.contains("`--fix` mends 2 findings; `--diff` shows how."), "{told}");
    let out = project.run(&["--diff"]);
    assert_eq!(status(&out), 1);
    let wanted = format!(
        "--- a.py\n+++ a.py\n@@ -1,3 +1,3 @@\n import aiohttp\n \n-{}\n+T = aiohttp.ClientTimeout(total=9)\n",
        UNUSED.lines().nth(2).unwrap()
    );
    assert!(stdout(&out).starts_with(&wanted), "{}", stdout(&out));
    assert!(stderr(&out).contains("Would fix 2 findings in 2 files."), "{}", stderr(&out));
    assert_eq!(fs::read_to_string(project.path().join("a.py")).unwrap(), UNUSED);
    assert_eq!(status(&project.run(&["--diff", "--exit-zero"])), 0);
    let out = project.run(&["--fix"]);
    assert!(
        stderr(&out).contains("Fixed 3 findings in 2 files."),
        "the second was mistyped, and unused: {}",
        stderr(&out)
    );
    assert_eq!((status(&out), stdout(&out)), (0, String::new()));
    assert_eq!(fs::read_to_string(project.path().join("b.py")).unwrap(), "import aiohttp\n");
    let out = project.run(&["--diff"]);
    assert_eq!((status(&out), stdout(&out)), (0, String::new()));
    assert!(project.error(&["--fix", "-"]).contains("--fix: standard input"));
    for other in ["--diff", "--add-ignore", "--update-baseline"] {
        assert!(project.error(&["--fix", other]).contains("cannot be used with"), "{other}");
    }
}

/// What a fix makes of a connector, where the configuration names a limit per host of 10.
fn limited(connector: &str) -> String {
    let before = format!("import aiohttp\n\n\nasync def main():\n    return {connector}\n");
    let project = Project::new(&[("a.py", &before), ("poolcheck.toml", "rules.PC201.limit-per-host = 10\n")]);
    project.run(&["--fix", "--select", "PC201"]);
    assert_eq!(fs::read_to_string(project.path().join("a.py")).unwrap(), before, "it is no safe fix");
    project.run(&["--fix", "--unsafe-fixes", "--select", "PC201"]);
    let after = fs::read_to_string(project.path().join("a.py")).unwrap();
    after.split_once("return ").unwrap().1.trim_end().to_owned()
}

#[test]
fn a_limit_per_host_is_written_where_one_is_chosen_and_fits() {
    for (before, after) in [
        ("aiohttp.TCPConnector()", "aiohttp.TCPConnector(limit_per_host=10)"),
        ("aiohttp.TCPConnector( )", "aiohttp.TCPConnector( limit_per_host=10)"),
        ("aiohttp.TCPConnector(limit=50)", "aiohttp.TCPConnector(limit=50, limit_per_host=10)"),
        ("aiohttp.TCPConnector(limit=(50),)", "aiohttp.TCPConnector(limit=(50), limit_per_host=10,)"),
        (
            "aiohttp.TCPConnector(\n        limit=50,  # all\n    )",
            "aiohttp.TCPConnector(\n        limit=50, limit_per_host=10,  # all\n    )",
        ),
        ("aiohttp.TCPConnector(**{'limit': 50})", "aiohttp.TCPConnector(**{'limit': 50}, limit_per_host=10)"),
    ] {
        assert_eq!(limited(before), after);
    }
    for same in [
        "aiohttp.TCPConnector(limit=10)",
        "aiohttp.TCPConnector(limit=int(input()))",
        "__import__('functools').partial(aiohttp.TCPConnector, limit=50)()",
    ] {
        assert_eq!(limited(same), same);
    }
}

#[test]
fn unsafe_fixes_are_told_of_and_can_be_configured() {
    let connector = "import aiohttp\n\n\nasync def main():\n    return aiohttp.TCPConnector(limit=50)\n";
    let settings = "rules.PC201.limit-per-host = 10\n";
    let project = Project::new(&[("a.py", connector), ("poolcheck.toml", settings)]);
    let told = stderr(&project.run(&[]));
    assert!(
        told.contains("`--fix --unsafe-fixes`, which may change what the program does, mends 1 finding."),
        "{told}"
    );
    let json = ["--output-format", "json", "--unsafe-fixes"];
    assert!(stdout(&project.run(&json)).contains("\"applicability\": \"unsafe\""));
    assert_eq!(status(&project.run(&["--diff"])), 0);
    let out = project.run(&["--diff", "--unsafe-fixes"]);
    assert!(
        status(&out) == 1 && stdout(&out).contains("+    return aiohttp.TCPConnector(limit=50, limit_per_host=10)")
    );
    project.write("poolcheck.toml", &format!("fix = true\nunsafe-fixes = true\n{settings}"));
    let read = || fs::read_to_string(project.path().join("a.py")).unwrap();
    let input = |args: &[&str]| project.command(args).write_stdin(connector).output().unwrap();
    assert_eq!(status(&input(&["-", "--stdin-filename", "a.py"])), 1, "there is no file to write");
    for args in [&["--diff"][..], &["--sites"], &["--show-files"], &["--config", "fix=false"], &["--update-baseline"]] {
        project.run(&[args, &["--baseline", "known.json"]].concat());
        fs::remove_file(project.path().join("known.json")).ok();
        assert_eq!(read(), connector, "{args:?}");
    }
    let out = project.run(&[]);
    assert!(stderr(&out).contains("Fixed 1 finding in 1 file."), "{}", stderr(&out));
    assert!(read().contains("limit_per_host=10"));
}

#[cfg(unix)]
#[test]
fn what_cannot_be_written_is_said_and_left_alone() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let project = Project::new(&[("sub/a.py", UNUSED), ("b.py", UNUSED)]);
    let path = project.path().join("sub/a.py");
    let mode = |path: &std::path::Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    mode(&path, 0o444);
    let before = fs::metadata(&path).unwrap().ino();
    let out = project.run(&["--fix"]);
    assert!(stderr(&out).contains("poolcheck: error: sub/a.py: cannot be written: "), "{}", stderr(&out));
    assert!(stderr(&out).contains("Fixed 1 finding in 1 file."), "the other is: {}", stderr(&out));
    assert_eq!(status(&out), 2);
    let out = project.run(&["--add-ignore=why", "--extend-select", "PC106"]);
    assert!(stderr(&out).contains("poolcheck: error: sub/a.py: cannot be written: "), "{}", stderr(&out));
    assert_eq!(status(&out), 2);
    let after = fs::metadata(&path).unwrap();
    assert_eq!((after.ino(), after.mode() & 0o777, fs::read_to_string(&path).unwrap()), (before, 0o444, UNUSED.into()));
    // The folder need not be written to.
    let folder = path.parent().unwrap();
    mode(&path, 0o644);
    mode(folder, 0o555);
    let out = project.run(&["--fix"]);
    assert!(stderr(&out).contains("Fixed 1 finding in 1 file."), "{}", stderr(&out));
    assert_eq!((status(&out), fs::read_to_string(&path).unwrap().contains("poolcheck:")), (0, false));
    mode(folder, 0o755);
}

#[cfg(unix)]
#[test]
fn a_file_keeps_its_other_names_and_its_owner() {
    use std::os::unix::fs::{MetadataExt, chown};
    let project = Project::new(&[("a.py", UNUSED), ("c.py", UNUSED), ("d.py", UNUSED)]);
    let at = |name: &str| project.path().join(name);
    fs::hard_link(at("a.py"), at("b.txt")).unwrap();
    // Only the superuser may give files away.
    let given = chown(at("c.py"), Some(12345), Some(12345)).is_ok();
    let before = ["a.py", "c.py", "d.py"].map(|name| fs::metadata(at(name)).unwrap());
    assert_eq!(status(&project.run(&["--fix"])), 0);
    let after = ["a.py", "c.py", "d.py"].map(|name| fs::metadata(at(name)).unwrap());
    let fixed = fs::read_to_string(at("b.txt")).unwrap();
    assert_eq!(fixed, "import aiohttp\n\nT = aiohttp.ClientTimeout(total=9)\n");
    for name in ["a.py", "c.py", "d.py"] {
        assert_eq!(fs::read_to_string(at(name)).unwrap(), fixed, "{name}");
    }
    for (before, after) in before.iter().zip(&after) {
        assert_eq!((before.uid(), before.gid(), before.mode()), (after.uid(), after.gid(), after.mode()));
    }
    assert_eq!(before[0].ino(), after[0].ino());
    assert!(!given || before[1].ino() == after[1].ino());
    assert_ne!(before[2].ino(), after[2].ino(), "nobody sees half of it");
}

/// Names and contents that are hard to put into a patch.
#[cfg(unix)]
fn strange() -> Vec<(std::ffi::OsString, Vec<u8>)> {
    use std::os::unix::ffi::OsStringExt;
    let latin = |text: &str| [&b"# coding: latin-1\n# \xe9\x9b[31m\x1b\n"[..], text.as_bytes()].concat();
    let names =
        ["a b.py", "a\tb.py", "a\nb.py", "a\u{1b}[31m.py", "a\"\\.py", "ünï.py", "sub dir/a.py", "a\u{202e}.py"];
    let mut files: Vec<_> = names.iter().map(|name| ((*name).into(), UNUSED.into())).collect();
    files.push(("latin.py".into(), latin(UNUSED)));
    files.push(("crlf.py".into(), UNUSED.replace('\n', "\r\n").into()));
    files.push(("cr.py".into(), UNUSED.replace('\n', "\r").into()));
    files.push(("end.py".into(), UNUSED.trim_end().into()));
    files.push((std::ffi::OsString::from_vec(b"a\xff \xe9.py".to_vec()), UNUSED.into()));
    files
}

#[cfg(unix)]
#[test]
fn a_patch_applies_whatever_the_names_and_the_bytes_are() {
    let fill = |project: &Project| {
        fs::create_dir_all(project.path().join("sub dir")).unwrap();
        for (name, bytes) in strange() {
            fs::write(project.path().join(name), bytes).unwrap();
        }
    };
    let contents = |project: &Project| -> Vec<Vec<u8>> {
        strange().into_iter().map(|(name, _)| fs::read(project.path().join(name)).unwrap()).collect()
    };
    let (shown, fixed) = (Project::new(&[]), Project::new(&[]));
    fill(&shown);
    fill(&fixed);
    let diff = shown.run(&["--diff"]).stdout;
    assert!(!diff.split(|byte| *byte == b'\n').any(|line| line.starts_with(b"+++ ") && line.contains(&0x1b)));
    assert_eq!(status(&fixed.run(&["--fix"])), 0);
    let apply = |tool: &str, args: &[&str]| {
        let project = Project::new(&[]);
        fill(&project);
        let mut command = assert_cmd::Command::new(tool);
        let out = command.args(args).current_dir(project.path()).write_stdin(diff.clone()).output();
        // Not every machine has both.
        let Ok(out) = out else { return };
        assert!(out.status.success(), "{tool}: {}{}", stdout(&out), stderr(&out));
        assert!(contents(&project) == contents(&fixed), "{tool} makes something else");
    };
    apply("git", &["apply", "-p0"]);
    apply("patch", &["-p0", "--binary"]);
    let added = Project::new(&[]);
    fill(&added);
    let out = added.run(&["--add-ignore=why", "--select", "PC106"]);
    assert!(stderr(&out).contains("Silenced 13 findings in 13 files."), "{}", stderr(&out));
}

#[test]
fn a_notebook_is_mended_in_its_cells() {
    let cell = |lines: &[&str]| {
        let list: Vec<String> = lines.iter().map(|line| format!("\n    {}", serde_json::Value::from(*line))).collect();
        format!("{{\"cells\": [\n {{\"cell_type\": \"code\", \"x\": 1.0, \"source\": [{}\n ]}}\n]}}", list.join(","))
    };
    let (first, last) = ("import aiohttp\n", "T = aiohttp.ClientTimeout(total=9)");
    let above = cell(&[first, "# poolcheck: ignore[PC101]\n", last]);
    let beside = cell(&[first, &format!("{last}  # poolcheck: ignore[PC101]")]);
    for before in [above, beside] {
        let project = Project::new(&[("n.ipynb", &before)]);
        let out = project.run(&["--fix"]);
        assert_eq!(status(&out), 0, "{}", stderr(&out));
        assert_eq!(fs::read_to_string(project.path().join("n.ipynb")).unwrap(), cell(&[first, last]));
    }
}

/// How many of the findings of a text there are, and how many have a fix.
fn fixable(text: &str) -> (usize, usize) {
    let project = Project::new(&[("a.py", text)]);
    let out = project.run(&["--select", "PC105,PC203", "--output-format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&stdout(&out)).unwrap();
    let count = report["diagnostics"].as_array().unwrap().len();
    (count, usize::try_from(report["summary"]["fixable"].as_u64().unwrap()).unwrap())
}

#[test]
fn what_is_not_plain_is_left_to_people() {
    let import = "import aiohttp\n";
    for (text, fixes) in [
        ("aiohttp.ClientSession(timeout=10)", 1),
        ("aiohttp.ClientSession(timeout=5 + 5)", 0),
        ("aiohttp.ClientSession(timeout=(seconds := 10))", 0),
        ("aiohttp.ClientSession(**dict(timeout=10))", 0),
        ("aiohttp.TCPConnector(limit_per_host=5, keep_alive=30)", 1),
        ("aiohttp.TCPConnector(limit_per_host=5, keep_alive=True)", 0),
        ("aiohttp.TCPConnector(limit_per_host=5, **{'maxsize': 50})", 0),
        ("aiohttp.TCPConnector(limit_per_host=5, limit=40, maxsize=50)", 0),
    ] {
        assert_eq!(fixable(&format!("{import}\n\nasync def main():\n    x = {text}\n")), (1, fixes), "{text}");
    }
    let renamed = "import aiohttp as http\n\n\nasync def main():\n    x = http.ClientSession(timeout=10)\n";
    assert_eq!(fixable(renamed), (1, 0), "the module has another name");
    let annotated = "\n\nasync def ask(session: aiohttp.ClientSession, seconds: float = 10) -> int:\n    \
                     async with session.get(\"x\", timeout=seconds) as response:\n        return response.status\n";
    assert_eq!(fixable(&format!("{import}{annotated}")), (1, 0), "an annotation is no number");
    let both = "\n\nasync def main():\n    x = aiohttp.TCPConnector(maxsize=5, pool_size=6)\n";
    assert_eq!(fixable(&format!("{import}{both}")), (2, 0), "one name for two");
}
