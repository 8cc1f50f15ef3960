//! Every format over one report made by hand, against golden files. `BLESS=1` rewrites them; a missing one is a failure.
#![allow(clippy::unwrap_used)]

use poolcheck::finding::{Applicability, Confidence, Edit, Finding, Fix, Label, Severity};
use poolcheck::inventory::{Bound, Held, Origin, Session};
use poolcheck::libraries::Setting;
use poolcheck::locks::Pin;
use poolcheck::model::facts::{Problem, ProblemKind};
use poolcheck::report::{Counts, FORMATS, FileProblem, Format, Report, Style, fingerprint, summary};
use poolcheck::rules;
use poolcheck::source::{Cell, FileId, SourceFile, Span};
use std::collections::BTreeMap;
use std::path::PathBuf;

const CLIENT: &str = "\
import aiohttp
from const import TOTAL

async def fetch(url):
    timeout = aiohttp.ClientTimeout(total=TOTAL, sock_read=60)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        return await session.get(url)

async def é(url):
    x = \"é\"; session = aiohttp.ClientSession(connector=aiohttp.TCPConnector())  # \u{1b}[31mred
";
const CONST: &str = "# times\n\nTOTAL = 10\n";
const NOTEBOOK: &str = "import requests\nrequests.get('x')\n";
const BROKEN: &str = "def broken(:\n    pass\n";

fn files() -> BTreeMap<FileId, SourceFile> {
    let texts = [("src/client.py", CLIENT), ("src/const.py", CONST), ("src/n.ipynb", NOTEBOOK), ("src/x.py", BROKEN)];
    let mut files = BTreeMap::new();
    for (index, (path, text)) in texts.into_iter().enumerate() {
        let id = FileId(u32::try_from(index).unwrap());
        files.insert(id, SourceFile::new(id, path, text.to_owned()));
    }
    let notebook = files.get_mut(&FileId(2)).unwrap();
    notebook.cells = vec![Cell { number: 1, first_line: 0 }, Cell { number: 3, first_line: 1 }];
    files
}

/// The place of `what` in a file.
fn at(files: &BTreeMap<FileId, SourceFile>, file: u32, what: &str) -> Span {
    let file = &files[&FileId(file)];
    let start = u32::try_from(file.text.find(what).unwrap()).unwrap();
    Span { file: file.id, start, end: start + u32::try_from(what.len()).unwrap() }
}

fn finding(code: &str, at: Span, site: Span, message: &str, help: &str) -> Finding {
    let rule = rules::find(code).unwrap();
    Finding {
        rule,
        severity: Severity::Warning,
        confidence: Confidence::High,
        at,
        message: message.to_owned(),
        help: help.to_owned(),
        note: String::new(),
        labels: Vec::new(),
        fix: None,
        statement: at,
        site,
        folded: false,
        fingerprint: String::new(),
    }
}

/// One finding of every kind that formats treat in its own way.
fn report() -> Report {
    let sources = files();
    let place = |file: u32, what: &str| at(&sources, file, what);
    let (timeout, session) = (place(0, "aiohttp.ClientTimeout"), place(0, "aiohttp.ClientSession(timeout=timeout)"));
    let total = place(1, "TOTAL = 10");
    let fix = Fix {
        applicability: Applicability::Safe,
        message: "lower it".to_owned(),
        edits: vec![Edit { span: place(0, "sock_read=60"), content: "sock_read=10".to_owned() }],
    };
    let connector = place(0, "aiohttp.TCPConnector()");
    let notebook = place(2, "requests.get('x')");
    let mut findings = vec![
        Finding {
            severity: Severity::Error,
            note: "can never fire".to_owned(),
            labels: vec![
                Label { span: place(0, "total=TOTAL"), message: "ends every wait first".to_owned() },
                Label { span: total, message: "set here".to_owned() },
            ],
            fix: Some(fix),
            ..finding(
                "PC101",
                place(0, "sock_read=60"),
                timeout,
                "`sock_read=60` (60 s) is longer than `total=TOTAL` (10 s), so it can never fire",
                "lower `sock_read` below `total`, or raise `total`",
            )
        },
        finding("PC301", session, session, "a session for each call", "keep one session for the process"),
        Finding {
            severity: Severity::Info,
            folded: true,
            ..finding("PC206", session, session, "connections are not reused", "")
        },
        Finding {
            folded: true,
            ..finding("PC201", session, session, "one slow host can take the whole pool", "set `limit_per_host`")
        },
        Finding {
            confidence: Confidence::Medium,
            note: "here".to_owned(),
            ..finding("PC201", connector, connector, "no limit per host \u{1b}[2J", "set `limit_per_host`")
        },
        finding("PC103", notebook, notebook, "no timeout", "add `timeout=`"),
    ];
    fingerprint::stamp(&mut findings, &sources);
    let problem = |path: &str, file, kind, message: &str, at| FileProblem {
        path: path.into(),
        file,
        problem: Problem { kind, message: message.to_owned(), at },
    };
    let problems = vec![
        problem("src/secret", None, ProblemKind::Read, "the folder cannot be read, so nothing in it is checked", None),
        problem("src/x.py", Some(FileId(3)), ProblemKind::Syntax, "what stands here is not Python", Some(11)),
    ];
    let counts = Counts { files: 812, checked: 41, sites: 17, suppressed: 2, baselined: 0 };
    Report { sessions: sessions(&sources), findings, problems, sources, counts, errors: Vec::new() }
}

/// The session of the first finding, and one of which little is known.
fn sessions(sources: &BTreeMap<FileId, SourceFile>) -> Vec<Session> {
    let place = |file: u32, what: &str| at(sources, file, what);
    let held = |origin, bound, at| vec![Held { origin, bound, at }];
    let number = |number, at| held(Origin::Explicit, Bound::Number(number), Some(at));
    let default = |bound| held(Origin::Default, bound, None);
    let unknown = || held(Origin::Unknown, Bound::Unknown, None);
    let settings = [
        (Setting::Total, number(10.0, place(1, "10"))),
        (Setting::Connect, default(Bound::None)),
        (Setting::SockConnect, default(Bound::Number(30.0))),
        (Setting::SockRead, number(60.0, place(0, "60"))),
        (Setting::Limit, default(Bound::Number(100.0))),
        (Setting::LimitPerHost, default(Bound::None)),
        (Setting::Keepalive, default(Bound::Off)),
    ];
    let inner = [Setting::Connect, Setting::SockConnect, Setting::SockRead];
    let known = Session {
        at: place(0, "aiohttp.ClientSession(timeout=timeout)"),
        callee: "aiohttp.ClientSession".to_owned(),
        test: false,
        library: "aiohttp".to_owned(),
        pin: Pin::Unnamed,
        settings: settings.into(),
        names: [(Setting::SockConnect, "sock_connect".into()), (Setting::SockRead, "sock_read".into())].into(),
        encloses: inner.map(|inner| (Setting::Total, inner)).to_vec(),
        objects: vec![place(0, "aiohttp.ClientTimeout")],
        requests: Vec::new(),
    };
    let either = vec![Held::clone(&known.settings[&Setting::Total][0]), Held::clone(&unknown()[0])];
    let settings = [
        (Setting::Total, either),
        (Setting::SockWrite, number(0.5, place(2, "x"))),
        (Setting::PoolWait, default(Bound::Unknown)),
        (Setting::Limit, unknown()),
        (Setting::LimitPerHost, unknown()),
    ];
    let other = Session {
        at: place(2, "requests.get('x')"),
        settings: settings.into(),
        names: BTreeMap::new(),
        encloses: Vec::new(),
        objects: Vec::new(),
        ..known.clone()
    };
    vec![known, other]
}

fn golden(name: &str, actual: &[u8]) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/output").join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, actual).unwrap();
    }
    let expected =
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}; BLESS=1 writes it", path.display()));
    assert_eq!(String::from_utf8_lossy(actual), expected, "{name}: BLESS=1 rewrites it");
}

fn written(format: &Format, report: &Report, style: Style) -> Vec<u8> {
    let mut out = Vec::new();
    (format.write)(report, style, &mut out).unwrap();
    out
}

#[test]
fn every_format_has_its_golden_file() {
    let report = report();
    for format in FORMATS {
        let end = match format.name {
            "html" => "html",
            _ if format.json => "json",
            _ => "txt",
        };
        golden(&format!("{}.{end}", format.name), &written(format, &report, Style::PLAIN));
    }
}

#[test]
fn full_on_a_terminal() {
    let style = Style { color: true, links: true, unicode: true, width: 60 };
    golden("full-terminal.txt", &written(&FORMATS[0], &report(), style));
    let plain = Style { unicode: false, width: 60, ..Style::PLAIN };
    golden("full-ascii.txt", &written(&FORMATS[0], &report(), plain));
}

#[test]
fn endings_and_statistics() {
    let report = report();
    let mut out = Vec::new();
    summary::ending(&report, &mut out).unwrap();
    golden("ending.txt", &out);
    for (json, name) in [(false, "statistics.txt"), (true, "statistics.json")] {
        let mut out = Vec::new();
        summary::statistics(&report, json, &mut out).unwrap();
        golden(name, &out);
    }
}

#[test]
fn an_empty_report_is_empty_but_for_what_has_an_envelope() {
    let report = Report::default();
    for format in FORMATS {
        let out = written(format, &report, Style::PLAIN);
        assert_eq!(out.is_empty(), !["json", "html"].contains(&format.name), "{}", format.name);
    }
}

#[test]
fn problems_are_in_every_format() {
    let report = Report { findings: Vec::new(), ..report() };
    for format in FORMATS {
        let out = String::from_utf8(written(format, &report, Style::PLAIN)).unwrap();
        // Paths in a page may be broken after a slash.
        let out = out.replace("<wbr>", "");
        assert!(out.contains("not Python") && out.contains("src/x.py") && out.contains("src/secret"), "{out}");
    }
}

#[test]
fn no_format_lets_a_terminal_be_steered() {
    let out = written(&FORMATS[0], &report(), Style::PLAIN);
    assert!(!out.contains(&0x1b));
    assert!(!written(&FORMATS[1], &report(), Style { color: true, ..Style::PLAIN }).contains(&0x1b));
}

/// The promised shape, key by key and in order.
#[test]
fn json_keeps_its_shape() {
    let out = written(&FORMATS[2], &report(), Style::PLAIN);
    let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["tool"], serde_json::json!({"name": "poolcheck", "version": env!("CARGO_PKG_VERSION")}));
    assert_eq!(json["summary"]["fixable"], 1);
    assert_eq!(json["problems"][1]["location"], serde_json::json!({"row": 1, "column": 12}));
    assert_eq!(json["problems"][0]["location"], serde_json::Value::Null);
    let first = &json["diagnostics"][0];
    let keys = [
        "code",
        "name",
        "severity",
        "confidence",
        "message",
        "help",
        "url",
        "filename",
        "cell",
        "location",
        "end_location",
        "labels",
        "fix",
        "fingerprint",
    ];
    let text = String::from_utf8(out).unwrap();
    let text = text.split("\"diagnostics\":").nth(1).unwrap();
    let places: Vec<usize> = keys.iter().map(|key| text.find(&format!("\n      \"{key}\":")).unwrap()).collect();
    assert!(places.is_sorted() && first.as_object().unwrap().len() == keys.len());
    assert_eq!(first["location"], serde_json::json!({"row": 5, "column": 50}));
    assert_eq!(first["labels"][1]["filename"], "src/const.py");
    assert_eq!(first["labels"][0].as_object().unwrap().len(), 4);
    assert_eq!(first["fix"]["edits"][0]["content"], "sock_read=10");
    let columns: Vec<_> =
        json["diagnostics"].as_array().unwrap().iter().map(|row| &row["location"]["column"]).collect();
    assert_eq!(columns[4], 56, "columns count characters");
    assert_eq!((&json["diagnostics"][5]["cell"], &json["diagnostics"][5]["location"]["row"]), (&3.into(), &1.into()));
}

#[test]
fn fingerprints_survive_line_shifts_and_tell_twins_apart() {
    let stamped = |text: &str| {
        let id = FileId(0);
        let sources = BTreeMap::from([(id, SourceFile::new(id, "a.py", text.to_owned()))]);
        let spans = text.match_indices("get(").map(|(at, what)| {
            let start = u32::try_from(at).unwrap();
            Span { file: id, start, end: start + u32::try_from(what.len()).unwrap() }
        });
        let mut findings: Vec<Finding> = spans.map(|span| finding("PC103", span, span, "", "")).collect();
        fingerprint::stamp(&mut findings, &sources);
        findings.into_iter().map(|finding| finding.fingerprint).collect::<Vec<_>>()
    };
    let before = stamped("get(1)\nget(1)\nget(2)\n");
    assert_eq!(before, stamped("import x\n\n    get(1)\n\n\tget(1)\nx = 1\nget(2)"));
    assert!(before[0] != before[1] && before[1] != before[2] && before.iter().all(|print| print.len() == 16));
}
