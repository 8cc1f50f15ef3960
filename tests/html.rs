//! The `html` format: whatever a project is called and says, the page stays ours; it tells what other formats tell.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use base64::Engine;
use poolcheck::finding::Label;
use poolcheck::model::facts::{Problem, ProblemKind};
use poolcheck::progress::Progress;
use poolcheck::report::{FileProblem, Format, Report, Style};
use poolcheck::source::SourceFile;
use poolcheck::{config, engine};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use support::Options;

/// What tries to leave its place: an end of the script, a comment, an attribute, a terminal's escape, reordered text.
const HOSTILE: &str =
    "</script><script>alert(1)</script>]]><!--\"'&amp;\u{1b}[2J\u{0}\u{202e}\u{2028}<img src=x onerror=alert(2)>";

/// The report of a folder, with sessions and findings.
fn report(folder: &Path) -> Report {
    let flags = config::Flags {
        cwd: folder.canonicalize().unwrap(),
        isolated: true,
        output_format: Some(Format::parse("html").unwrap()),
        ..config::Flags::default()
    };
    engine::check(&config::Config::new(&flags).unwrap(), &Progress::default()).unwrap()
}

fn page(report: &Report) -> String {
    let mut out = Vec::new();
    (Format::parse("html").unwrap().write)(report, Style::PLAIN, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// A report with every kind of text in it.
fn full() -> Report {
    let project = support::project_of(&support::corpus());
    report(project.path())
}

/// What stands between the first two of these.
fn between<'t>(text: &'t str, begin: &str, end: &str) -> &'t str {
    text.split_once(begin).unwrap().1.split_once(end).unwrap().0
}

#[test]
fn the_policy_names_the_style_and_the_script_and_nothing_else() {
    let page = page(&Report::default());
    let policy = between(&page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"");
    let hash = |text: &str| base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text));
    let (style, script) = (between(&page, "<style>", "</style>"), between(&page, "<script>", "</script>"));
    let expected = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(style),
        hash(script)
    );
    assert_eq!(policy, expected, "put the right values into src/report/html.rs");
    assert!(style.len() > 1000 && script.len() > 1000);
    for asset in [style, script] {
        assert!(!asset.contains("</") && !asset.contains("<!--") && asset.is_ascii());
        assert!(!["http:", "https:", "url(", "@import", "innerHTML", "eval("].iter().any(|word| asset.contains(word)));
    }
}

/// The tags of a page, without their attributes' values.
fn tags(page: &str) -> BTreeSet<String> {
    let name = |rest: &str| {
        rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '/' && c != '!').next().unwrap().to_owned()
    };
    page.split('<').skip(1).map(name).collect()
}

#[test]
fn nothing_breaks_out_of_its_place() {
    let mut report = full();
    let plain = page(&report);
    assert!(report.findings.len() > 100 && report.sessions.len() > 100, "the report is too small");
    for finding in &mut report.findings {
        finding.message.push_str(HOSTILE);
        finding.help.push_str(HOSTILE);
        finding.note.push_str(HOSTILE);
        finding.labels.push(Label { span: finding.at, message: HOSTILE.to_owned() });
    }
    for session in &mut report.sessions {
        session.callee.push_str(HOSTILE);
        session.library.push_str(HOSTILE);
        session.names.values_mut().for_each(|name| *name = format!("{name}{HOSTILE}").into());
    }
    for source in report.sources.values_mut() {
        // The places lie before what is added.
        let text = source.text.replace('\n', &format!("#{HOSTILE}\n"));
        *source = SourceFile::new(source.id, format!("{HOSTILE}/{}", source.path), text);
    }
    let problem = Problem { kind: ProblemKind::Syntax, message: HOSTILE.to_owned(), at: None };
    report.problems.push(FileProblem { path: HOSTILE.into(), file: None, problem });
    report.errors.push(HOSTILE.to_owned());

    let hostile = page(&report);
    assert_eq!(hostile.matches("<script").count(), 1);
    assert_eq!(hostile.matches("</script").count(), 1);
    assert_eq!(tags(&hostile).difference(&tags(&plain)).collect::<Vec<_>>(), Vec::<&String>::new());
    let wild = |c: &char| c.is_control() && !matches!(c, '\n' | '\t') || matches!(c, '\u{202e}' | '\u{2028}');
    assert_eq!(hostile.chars().find(wild), None);
    let told = hostile.matches("&lt;img src=x onerror=alert(2)&gt;").count();
    assert!(told > 4 * report.findings.len(), "only {told} of the texts were shown");
    // Between tags, every attribute is in quotes that it cannot leave.
    for tag in hostile.split('<').skip(1).filter_map(|rest| Some(rest.split_once('>')?.0)) {
        assert!(tag.matches('"').count() % 2 == 0 || tag.contains('\n'), "{tag}");
    }
}

#[test]
fn hostile_names_and_sources_of_real_files_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let name = "<script>alert(1)<\u{1b}\u{202e}.py";
    let text =
        "import aiohttp\nT = aiohttp.ClientTimeout(total=1, connect=2)  # </script><script>alert(1)</script>\u{1b}\n";
    fs::write(folder.path().join(name), text).unwrap();
    let page = page(&report(folder.path()));
    assert_eq!(page.matches("<script").count(), 1);
    assert!(page.contains("&lt;script&gt;alert(1)&lt;\\u{1b}\\u{202e}.py:2:"), "the name is not shown");
    assert!(page.contains("# &lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;\\u{1b}"), "the source is not shown");
}

#[test]
fn every_finding_and_every_session_is_on_the_page_once() {
    let report = full();
    let page = page(&report);
    let ids: Vec<&str> = page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len(), "ids are there twice");
    for target in page.split(" href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(unique.contains(target), "#{target} leads nowhere");
    }
    let articles = |class: &str| page.matches(&format!("<article class=\"{class} ")).count();
    let told: BTreeSet<_> = report.findings.iter().filter(|one| !one.folded).map(|one| one.site).collect();
    let alone = report.findings.iter().filter(|one| !one.folded || !told.contains(&one.site)).count();
    assert!(alone < report.findings.len(), "no finding is folded");
    assert_eq!((articles("session"), articles("finding")), (report.sessions.len(), alone));
    for finding in &report.findings {
        assert!(unique.contains(finding.rule.code), "{} has no page", finding.rule.code);
    }
}

/// A project, and the page of it.
fn page_of(files: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        fs::write(folder.path().join(path), text).unwrap();
    }
    page(&report(folder.path()))
}

/// A session with nothing wrong.
const SOUND: &str = "\
import aiohttp


async def make():
    timeout = aiohttp.ClientTimeout(total=30, connect=5, sock_read=10)
    return aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=50, limit_per_host=10))
";

#[test]
fn the_headline_tells_what_the_run_comes_to() {
    let headline = |files: &[(&str, &str)]| between(&page_of(files), "<h1 id=\"verdict\">", "</h1>").to_owned();
    let wrong = SOUND.replace("connect=5", "connect=60");
    assert_eq!(headline(&[]), "There was no file to check");
    assert_eq!(headline(&[("a.py", "x = 1\n")]), "No sessions, no findings");
    assert_eq!(
        headline(&[("a.py", "import aiohttp\nT = aiohttp.ClientTimeout\ndef f(:\n")]),
        "No findings, but 1 problem"
    );
    assert_eq!(headline(&[("a.py", SOUND)]), "No findings in 1 session");
    assert_eq!(headline(&[("a.py", &wrong)]), "The only session is at risk");
    assert_eq!(headline(&[("a.py", &wrong), ("b.py", SOUND)]), "1 of 2 sessions is at risk");
    assert_eq!(headline(&[("a.py", &wrong), ("b.py", &wrong)]), "All 2 sessions are at risk");
    let alone = "import aiohttp\nT = aiohttp.ClientTimeout(total=1, connect=2)\n";
    assert_eq!(headline(&[("a.py", alone)]), "1 finding");
    assert_eq!(headline(&[("a.py", alone), ("b.py", SOUND)]), "None of 1 session at risk");
}

#[test]
fn a_finding_belongs_to_the_session_whose_objects_or_requests_it_is_about() {
    let session =
        |text: &str| between(&page_of(&[("a.py", text)]), "<article class=\"session", "</article>").to_owned();
    assert!(!session(SOUND).contains("PC"));
    assert!(session(&SOUND.replace("connect=5", "connect=60")).contains("PC101"));
    assert!(session(&SOUND.replace(", limit_per_host=10", "")).contains("PC201"));
    let leak =
        "\n\nasync def main(urls):\n    session = await make()\n    for url in urls:\n        await session.get(url)\n";
    let leaking = session(&format!("{SOUND}{leak}"));
    assert!(leaking.contains("PC307") && leaking.contains("1 request through it"), "{leaking}");
}

#[test]
fn what_a_timeout_cannot_reach_is_drawn_and_told() {
    let times = |text: &str| between(&page_of(&[("a.py", text)]), "<div class=\"drawn\">", "</article>").to_owned();
    assert!(!times(SOUND).contains("longer than") && !times(SOUND).contains("class=\"over\""));
    let wrong = times(&SOUND.replace("connect=5", "connect=60"));
    assert!(wrong.contains("longer than total") && wrong.contains("<rect class=\"over\""), "{wrong}");
    // A default that the total ends is nobody's mistake.
    let default = times(&SOUND.replace("total=30, connect=5, sock_read=10", "total=5"));
    assert!(!default.contains("longer than") && !default.contains("class=\"over\""), "{default}");
}

#[test]
fn with_sites_the_page_has_sessions_alone() {
    let project = support::project_of(&support::corpus());
    let report = Options { sites: true, ..Options::default() }.run(project.path());
    let mut out = Vec::new();
    Format::parse("html").unwrap().sites().unwrap()(&report, Style::PLAIN, &mut out).unwrap();
    let page = String::from_utf8(out).unwrap();
    let headline = format!("<h1 id=\"verdict\">{} sessions</h1>", report.sessions.len());
    assert!(page.contains(&headline) && !page.contains("at risk") && !page.contains("id=\"findings\""));
}

#[test]
fn the_page_is_the_same_with_any_number_of_threads_and_without_the_prefilter() {
    let project = support::project_of(&support::corpus());
    let run = |jobs: usize, no_prefilter| {
        let flags = config::Flags {
            cwd: project.path().canonicalize().unwrap(),
            isolated: true,
            output_format: Some(Format::parse("html").unwrap()),
            jobs: std::num::NonZeroUsize::new(jobs),
            no_prefilter,
            ..config::Flags::default()
        };
        let mut report = engine::check(&config::Config::new(&flags).unwrap(), &Progress::default()).unwrap();
        report.counts.checked = 0;
        page(&report)
    };
    let first = run(1, false);
    assert!(first == run(8, false) && first == run(1, true), "the pages differ");
}
