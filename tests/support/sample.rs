//! Reports made by hand, for the tests of the formats: one finding of every kind that formats treat in its own way, and a
//! hostile one.

use poolcheck::finding::{Applicability, Confidence, Edit, Finding, Fix, Label, Severity};
use poolcheck::inventory::{Bound, Held, Origin, Session};
use poolcheck::libraries::Setting;
use poolcheck::locks::Pin;
use poolcheck::model::facts::{Problem, ProblemKind};
use poolcheck::report::{Counts, FileProblem, Report, fingerprint};
use poolcheck::rules;
use poolcheck::source::{Cell, FileId, SourceFile, Span};
use std::collections::BTreeMap;

const CLIENT: &str = "\
import aiohttp
from const import TOTAL

async def fetch(url):
    timeout = aiohttp.ClientTimeout(total=TOTAL, sock_read=60)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        return await session.get(url)

async def é(url):
    x = \"é\"; session = aiohttp.ClientSession(connector=aiohttp.TCPConnector())  # \u{1b}[31mred

POOL = aiohttp.TCPConnector(
    limit=0,
)
";
const CONST: &str = "# times\n\nTOTAL = 10\n";
const NOTEBOOK: &str = "import requests\nrequests.get('x')\n";
const BROKEN: &str = "def broken(:\n    pass\n";

/// The files of the sample.
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
pub fn at(files: &BTreeMap<FileId, SourceFile>, file: u32, what: &str) -> Span {
    let file = &files[&FileId(file)];
    let start = u32::try_from(file.text.find(what).unwrap()).unwrap();
    Span { file: file.id, start, end: start + u32::try_from(what.len()).unwrap() }
}

/// A finding of a rule without anything more to it.
pub fn finding(code: &str, at: Span, site: Span, message: &str, help: &str) -> Finding {
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
pub fn report() -> Report {
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
    let pool = place(0, "aiohttp.TCPConnector(\n    limit=0,\n)");
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
        finding("PC204", pool, pool, "`limit=0` is 100% unbounded: <all>, \"any\" & hosts[0](1)", "give a `limit`"),
        Finding {
            labels: vec![Label { span: place(2, "import requests"), message: "imported[0] here".to_owned() }],
            ..finding("PC103", notebook, notebook, "no timeout", "add `timeout=`")
        },
    ];
    fingerprint::stamp(&mut findings, &sources);
    let problem = |path: &str, file, kind, message: &str, at| FileProblem {
        path: path.into(),
        file,
        problem: Problem { kind, message: message.to_owned(), at },
    };
    let problems = vec![
        problem("src/n.ipynb", Some(FileId(2)), ProblemKind::Syntax, "what stands here is no code", Some(16)),
        problem("src/secret", None, ProblemKind::Read, "the folder cannot be read, so nothing in it is checked", None),
        problem("src/x.py", Some(FileId(3)), ProblemKind::Syntax, "what stands here is not Python", Some(11)),
    ];
    let counts = Counts { files: 812, checked: 41, sites: 17, suppressed: 2, baselined: 0 };
    Report { sessions: sessions(&sources), findings, problems, sources, counts, ..Report::default() }
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

/// A report whose paths, sources, messages and texts try to steer what shows them.
pub fn hostile() -> Report {
    let wild: String = ('\0'..='\u{ff}')
        .filter(|char| char.is_control())
        .chain('\u{202a}'..='\u{202e}')
        .chain('\u{2066}'..='\u{2069}')
        .chain(['\u{fffe}', '\u{ffff}', '%', ':', ',', '<', '&', '>', '"', '\'', ']', '|'])
        .collect();
    let wild = wild + "::error::x ##[error]x ]]> \u{1b}]0;title\u{7}";
    let path = format!("::warning file=a::{wild}/..%0A::error::.py");
    let text = format!("# {wild}\nget('{wild}')  # {wild}\n");
    let file = FileId(0);
    let sources = BTreeMap::from([(file, SourceFile::new(file, path.as_str(), text.clone()))]);
    let start = u32::try_from(text.find("get('").unwrap()).unwrap();
    let span = Span { file, start, end: start + 3 };
    let edit = Edit { span, content: wild.clone() };
    let mut findings = vec![Finding {
        note: wild.clone(),
        labels: vec![Label { span, message: wild.clone() }],
        fix: Some(Fix { applicability: Applicability::Unsafe, message: wild.clone(), edits: vec![edit] }),
        ..finding("PC103", span, span, &wild, &wild)
    }];
    fingerprint::stamp(&mut findings, &sources);
    let problem = Problem { kind: ProblemKind::Syntax, message: wild.clone(), at: Some(start) };
    let problems = vec![FileProblem { path: path.as_str().into(), file: Some(file), problem }];
    Report { findings, problems, sources, errors: vec![wild], ..Report::default() }
}
