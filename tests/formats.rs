//! What each format promises to its readers, over reports made by hand and over the command's real output.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use assert_cmd::cargo::cargo_bin;
use poolcheck::finding::{Edit, Severity};
use poolcheck::paths::is_wild;
use poolcheck::report::{FORMATS, Format, Report, Style};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use support::sample::{hostile, report};
use tempfile::TempDir;

fn text(name: &str, report: &Report) -> String {
    let mut out = Vec::new();
    (Format::parse(name).unwrap().write)(report, Style::PLAIN, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn json(name: &str, report: &Report) -> Value {
    serde_json::from_str(&text(name, report)).unwrap()
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap()
}

#[test]
fn every_format_tells_every_problem_and_finding() {
    let report = report();
    let told = |code: &str, people: bool| {
        let of_code = report.findings.iter().filter(|finding| finding.rule.code == code);
        of_code.filter(|finding| !people || !finding.folded || finding.severity > Severity::Info).count()
    };
    // The word that each format has before or after a code of a finding, and nowhere else.
    let marks = [
        ("concise", true, "[{}]\n"),
        ("grouped", true, "  {}  "),
        ("json", false, "\"code\": \"{}\""),
        ("json-lines", false, "\"code\":\"{}\""),
        ("sarif", false, "\"ruleId\":\"{}\""),
        ("github", true, "title=poolcheck ({}),"),
        ("gitlab", false, "\"check_name\": \"{}\""),
        ("junit", false, "testcase name=\"{} "),
        ("rdjson", false, "\"value\": \"{}\""),
    ];
    for (name, people, mark) in marks {
        let out = text(name, &report);
        for code in ["PC101", "PC103", "PC201", "PC204", "PC206", "PC301"] {
            let count = out.matches(&mark.replace("{}", code)).count();
            assert_eq!(count, told(code, people), "{name} {code}\n{out}");
        }
    }
    let out = text("full", &report);
    for code in ["PC101", "PC103", "PC201", "PC204", "PC206", "PC301"] {
        let count = out.matches(&format!("[{code}]: ")).count() + out.matches(&format!("also {code} ")).count();
        assert_eq!(count, told(code, false), "full {code}\n{out}");
    }
    let seen: Vec<&str> = marks.iter().map(|(name, ..)| *name).chain(["full", "html"]).collect();
    assert!(FORMATS.iter().all(|format| seen.contains(&format.name)), "every format is here");
}

#[test]
fn nothing_can_steer_a_terminal() {
    let report = hostile();
    assert!(report.findings[0].message.chars().filter(|&char| is_wild(char)).count() > 70);
    for format in FORMATS {
        let out = text(format.name, &report);
        // A page keeps the tabs of sources; it is for browsers.
        let kept = |char| char == '\n' || char == '\t' && format.name == "html";
        let wild: Vec<char> = out.chars().filter(|&char| !kept(char) && is_wild(char)).collect();
        assert!(wild.is_empty(), "{}: {wild:?}\n{out}", format.name);
        // Each text could also end its line and begin one of its own.
        let injected = out.lines().find(|line| line.starts_with("::error::x") || line.starts_with("##["));
        assert_eq!(injected, None, "{}", format.name);
    }
    // Machines get what was there.
    let path = report.sources.values().next().unwrap().path.as_str();
    assert_eq!(json("json", &report)["diagnostics"][0]["filename"], path);
    assert_eq!(json("gitlab", &report)[1]["location"]["path"], path);
    assert_eq!(json("rdjson", &report)["diagnostics"][1]["suggestions"][0]["text"], report.errors[0].as_str());
}

#[test]
fn sarif_refers_to_what_is_there() {
    let report = report();
    let log = json("sarif", &report);
    let run = &log["runs"][0];
    let rules = list(&run["tool"]["driver"]["rules"]);
    let ids: Vec<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["PC101", "PC103", "PC201", "PC204", "PC206", "PC301"]);
    for result in list(&run["results"]) {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(result["ruleId"], ids[index]);
        let text = result["message"]["text"].as_str().unwrap();
        let related = result["relatedLocations"].as_array().cloned().unwrap_or_default();
        for place in &related {
            assert!(text.contains(&format!("]({})", place["id"])), "{text}");
        }
        assert_eq!(result["codeFlows"].is_array(), !related.is_empty());
        if !related.is_empty() {
            let steps = list(&result["codeFlows"][0]["threadFlows"][0]["locations"]);
            assert_eq!(steps.len(), related.len() + 1);
            let (last, own) = (&steps[related.len()]["location"], &result["locations"][0]);
            let line = |place: &Value| place["physicalLocation"]["region"]["startLine"].clone();
            assert_eq!(line(last), line(own));
        }
        for place in list(&result["locations"]).iter().chain(&related) {
            let region = &place["physicalLocation"]["region"];
            for bound in ["startLine", "startColumn", "endLine", "endColumn"] {
                assert!(region[bound].as_u64() >= Some(1), "{place}");
            }
        }
    }
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(run["automationDetails"], Value::Null, "the upload's category would not be taken");
}

#[test]
fn sarif_has_places_links_and_fixes() {
    let report = report();
    let run = &json("sarif", &report)["runs"][0];
    let region = |result: usize| &run["results"][result]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(region(4)["startColumn"], 56, "columns count characters");
    assert_eq!(
        (&region(5)["startLine"], &region(5)["endLine"], &region(5)["endColumn"]),
        (&12.into(), &14.into(), &2.into())
    );
    let message = run["results"][5]["message"]["text"].as_str().unwrap();
    assert!(message.contains("hosts\\[0\\](1)"), "no link that nobody made: {message}");
    let fix = &run["results"][0]["fixes"][0]["artifactChanges"][0];
    assert_eq!(fix["replacements"][0]["insertedContent"]["text"], "sock_read=10");
    assert_eq!(fix["replacements"][0]["deletedRegion"]["startColumn"], 50);
    let notebook = &run["results"][6];
    assert_eq!(region(6)["startLine"], 1);
    assert_eq!(notebook["locations"][0]["logicalLocations"][0]["fullyQualifiedName"], "src/n.ipynb:cell 3:1:1");
    let message = notebook["message"]["text"].as_str().unwrap();
    assert!(
        message.starts_with("cell 3:1:1: no timeout.") && message.contains("[imported\\[0\\] here](1)"),
        "{message}"
    );
    let hash = notebook["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap();
    assert_eq!(hash, format!("{}:1", report.findings[6].fingerprint));
}

#[test]
fn what_could_not_be_checked_is_told() {
    let report = Report { errors: vec!["no such file: b.py".to_owned()], ..report() };
    let run = &json("sarif", &report)["runs"][0];
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let told = list(&invocation["toolExecutionNotifications"]);
    let messages: Vec<&str> = told.iter().map(|one| one["message"]["text"].as_str().unwrap()).collect();
    assert_eq!(messages[0], "no such file: b.py");
    assert!(messages.iter().any(|message| message.contains("not Python")), "{messages:?}");
    let github = text("github", &report);
    assert!(github.starts_with("::error title=poolcheck::no such file: b.py\n"), "{github}");
    let fine = json("sarif", &Report { errors: Vec::new(), ..report });
    assert_eq!(fine["runs"][0]["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn github_shows_the_worst_first_and_tells_of_the_rest() {
    let mut report = report();
    report.problems.clear();
    let levels = |out: &str| -> Vec<String> {
        out.lines().map(|line| line.split([':', ' ']).nth(2).unwrap().to_owned()).collect()
    };
    let out = text("github", &report);
    assert_eq!(levels(&out), ["error", "warning", "warning", "warning", "warning", "warning"]);
    let sure: Vec<bool> = out.lines().map(|line| !line.contains("col=56")).collect();
    assert_eq!(sure, [true, true, true, true, true, false], "what is less sure comes last");
    assert!(!out.contains("annotations"), "all of these are shown");
    for _ in 0..6 {
        let mut more = report.findings[1].clone();
        more.severity = Severity::Warning;
        report.findings.insert(0, more.clone());
        report.findings.insert(0, poolcheck::finding::Finding { severity: Severity::Info, ..more });
    }
    let out = text("github", &report);
    let mut expected = vec!["error"];
    expected.extend(["warning"; 11]);
    expected.extend(["notice"; 7]);
    assert_eq!(levels(&out), expected);
    let notice = "::notice title=poolcheck::1 error, 11 warnings, 6 infos: GitHub shows 10 annotations";
    assert!(out.lines().nth(12).unwrap().starts_with(notice), "{out}");
}

#[test]
fn github_gives_columns_of_one_line_alone() {
    let out = text("github", &report());
    let line = |code: &str| out.lines().find(|line| line.contains(code)).unwrap();
    assert!(line("(PC101)").contains(",line=5,endLine=5,col=50,endColumn=62::"), "{out}");
    assert!(line("(PC204)").contains(",line=12,endLine=14::") && !line("(PC204)").contains("col="), "{out}");
    assert!(line("(PC103)").contains("file=src/n.ipynb::src/n.ipynb:cell 3:1:1: no timeout"), "{out}");
    assert!(line("(PC204)").contains("100%25 unbounded: <all>, ") && line("(PC204)").contains("%0Ahelp: "), "{out}");
}

#[test]
fn gitlab_tells_twins_apart() {
    let mut report = report();
    let again = poolcheck::report::FileProblem {
        path: report.problems[0].path.clone(),
        file: report.problems[0].file,
        problem: report.problems[0].problem.clone(),
    };
    report.problems.insert(0, again);
    let issues = json("gitlab", &report);
    let prints: BTreeSet<&str> = list(&issues).iter().map(|one| one["fingerprint"].as_str().unwrap()).collect();
    assert_eq!(prints.len(), report.findings.len() + report.problems.len());
    let severities: BTreeSet<&str> = list(&issues).iter().map(|one| one["severity"].as_str().unwrap()).collect();
    assert_eq!(severities, BTreeSet::from(["info", "major", "minor"]));
}

#[test]
fn fingerprints_of_a_real_run_are_unique() {
    let project = support::project_of(&support::corpus());
    let report = support::Options::everything().run(project.path());
    let prints: BTreeSet<&str> = report.findings.iter().map(|finding| finding.fingerprint.as_str()).collect();
    assert!(report.findings.len() > 100 && prints.len() == report.findings.len());
}

#[test]
fn junit_counts_what_it_holds() {
    for report in [report(), hostile(), Report::default()] {
        let out = text("junit", &report);
        let cases = out.matches("<testcase ").count();
        let (failures, errors) = (out.matches("<failure ").count(), out.matches("<error ").count());
        let counts =
            format!("<testsuites name=\"poolcheck\" tests=\"{cases}\" failures=\"{failures}\" errors=\"{errors}\">");
        assert!(cases > 0 && out.contains(&counts), "{out}");
        assert!(failures == report.findings.len() && errors == report.problems.len() + report.errors.len(), "{out}");
    }
}

#[test]
fn junit_names_hold_no_lines_and_are_unique() {
    let report = report();
    let out = text("junit", &report);
    let case = |line: &str| Some(line.trim().strip_prefix("<testcase ")?.split(" file=").next()?.to_owned());
    let names: Vec<String> = out.lines().filter_map(case).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
    assert!(names.iter().any(|name| name.starts_with("name=\"PC201 limit-per-host-not-set #2\"")), "{names:?}");
    assert!(out.contains("100% unbounded: &lt;all&gt;, &quot;any&quot; &amp; hosts[0](1)"), "{out}");
}

#[test]
fn rdjson_counts_bytes() {
    let report = report();
    let document = json("rdjson", &report);
    let found = &list(&document["diagnostics"])[report.problems.len()..];
    assert_eq!(found[4]["location"]["range"]["start"], serde_json::json!({"line": 10, "column": 57}));
    assert_eq!(found[5]["location"]["range"]["end"], serde_json::json!({"line": 14, "column": 2}));
    assert_eq!(found[6]["location"], serde_json::json!({"path": "src/n.ipynb"}));
    assert_eq!(found[0]["related_locations"][1]["location"]["path"], "src/const.py");
    assert_eq!(found[0]["original_output"], text("concise", &report).lines().nth(3).unwrap());
}

/// Each suggestion of reviewdog's can be taken alone, so a fix of several edits is one.
#[test]
fn rdjson_suggests_whole_fixes() {
    let mut report = report();
    let source = report.sources.values().next().unwrap();
    let place = |what: &str| {
        let start = u32::try_from(source.text.find(what).unwrap()).unwrap();
        poolcheck::source::Span { file: source.id, start, end: start + u32::try_from(what.len()).unwrap() }
    };
    let edits = vec![
        Edit { span: place("sock_read=60"), content: "sock_read=TOTAL".to_owned() },
        Edit { span: place("total=TOTAL"), content: "total=2 * TOTAL".to_owned() },
    ];
    let fix = report.findings[0].fix.as_mut().unwrap();
    fix.edits = edits;
    let suggestions = |report: &Report| {
        let document = json("rdjson", report);
        document["diagnostics"][report.problems.len()]["suggestions"].clone()
    };
    let expected = serde_json::json!([{
        "range": {"start": {"line": 5, "column": 37}, "end": {"line": 5, "column": 62}},
        "text": "total=2 * TOTAL, sock_read=TOTAL",
    }]);
    assert_eq!(suggestions(&report), expected);
    report.findings[0].fix.as_mut().unwrap().edits[0].span.file = poolcheck::source::FileId(1);
    assert_eq!(suggestions(&report), Value::Null, "not half of a fix");
}

const BAD: &str = "import aiohttp\n\nTIMEOUT = aiohttp.ClientTimeout(total=5, connect=10)\n";
const BROKEN: &str = "import aiohttp\ndef broken(:\n    pass\n";

fn project(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        fs::write(folder.path().join(path), text).unwrap();
    }
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(cargo_bin("poolcheck"));
    for name in ["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "FORCE_HYPERLINK"] {
        command.env_remove(name);
    }
    command.current_dir(folder).args(arguments).output().unwrap()
}

#[test]
fn exit_statuses_are_the_same_in_every_format() {
    let folder = project(&[("bad.py", BAD), ("broken.py", BROKEN), ("good.py", "x = 1\n")]);
    let cases: [(&[&str], i32); 6] = [
        (&["."], 1),
        (&["good.py"], 0),
        (&["broken.py"], 0),
        (&["broken.py", "--strict"], 2),
        (&[".", "--exit-zero"], 0),
        (&["bad.py", "missing.py"], 2),
    ];
    for format in FORMATS {
        for (arguments, status) in cases {
            let out = run(folder.path(), &[&["-q", "--output-format", format.name], arguments].concat());
            assert_eq!(out.status.code(), Some(status), "{} {arguments:?}", format.name);
        }
    }
}

#[test]
fn a_closed_pipe_ends_every_format_quietly() {
    let folder = project(&[("bad.py", BAD), ("broken.py", BROKEN)]);
    for format in FORMATS {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = Command::new(cargo_bin("poolcheck"));
        command.args(["--output-format", format.name]).current_dir(folder.path()).stdout(writer);
        let out = command.output().unwrap();
        assert_eq!(String::from_utf8_lossy(&out.stderr), "", "{}", format.name);
        assert_eq!(out.status.code(), Some(0), "{}", format.name);
    }
}

/// File names, sources and arguments on their way through the whole command.
#[cfg(unix)]
#[test]
fn the_command_lets_nothing_steer_a_terminal() {
    let wild = "\u{1b}]0;x\u{7}\u{9b}31m\u{202e}\r\u{7f}";
    let name = format!("::error::{wild}\n::error::x.py");
    let source = format!("# {wild}\n{BAD}x = '{wild}'\n");
    let broken = format!("broken{wild}.py");
    let folder = project(&[(&name, &source), (&broken, &format!("# {wild}\n{BROKEN}"))]);
    let calm = |out: Output, what: &str| {
        for stream in [out.stdout, out.stderr] {
            let text = String::from_utf8(stream).unwrap();
            let steers = |char: char| char != '\n' && is_wild(char);
            assert!(!text.contains(steers), "{what}: {text:?}");
            assert!(!text.lines().any(|line| line.starts_with("::error::x")), "{what}: {text}");
        }
    };
    for format in FORMATS {
        let out = run(folder.path(), &["--output-format", format.name]);
        assert_eq!(out.status.code(), Some(1), "{}", format.name);
        assert!(String::from_utf8_lossy(&out.stdout).contains("PC101"), "{}", format.name);
        calm(out, format.name);
    }
    let missing = format!("missing{wild}.py");
    for arguments in
        [&["--show-files"][..], &["--statistics"], &["--sites"], &["-v"], &[missing.as_str()], &[&format!("--{wild}")]]
    {
        calm(run(folder.path(), arguments), &format!("{arguments:?}"));
    }
}
