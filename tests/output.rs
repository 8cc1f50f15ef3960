//! Every format over one report made by hand, against golden files. `BLESS=1` rewrites them; a missing one is a failure.
#![allow(clippy::unwrap_used)]

mod support;

use poolcheck::finding::Finding;
use poolcheck::report::{FORMATS, Format, ListForm, Report, Style, fingerprint, summary};
use poolcheck::source::{FileId, SourceFile, Span};
use std::collections::BTreeMap;
use std::path::PathBuf;
use support::sample::{finding, report};

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

/// The name of a format's golden file.
fn name(format: &Format, what: &str) -> String {
    let end = match format.name {
        "junit" => "xml",
        "html" => "html",
        "json" | "json-lines" | "sarif" | "gitlab" | "rdjson" => "json",
        _ => "txt",
    };
    format!("{}{what}.{end}", format.name)
}

#[test]
fn every_format_has_its_golden_file() {
    let report = report();
    for format in FORMATS {
        golden(&name(format, ""), &without_pages(written(format, &report, Style::PLAIN)));
    }
}

/// What SARIF has without the rules' pages in it, and a page without its style and script.
fn without_pages(out: Vec<u8>) -> Vec<u8> {
    let mut text = String::from_utf8(out).unwrap();
    for (opening, closing) in [("<style>", "</style>"), ("<script>", "</script>")] {
        if let (Some(start), Some(end)) = (text.find(opening), text.find(closing)) {
            text.replace_range(start + opening.len()..end, "...");
        }
    }
    let lines = text.split_inclusive('\n').map(|line| match line.split_once("\"markdown\": \"# ") {
        Some((before, page)) => format!("{before}\"markdown\": \"# {} ...\"\n", &page[..5]),
        None => line.to_owned(),
    });
    lines.collect::<String>().into_bytes()
}

#[test]
fn a_run_without_findings() {
    let report = Report::default();
    for format in FORMATS {
        let out = written(format, &report, Style::PLAIN);
        match format.name {
            "full" | "concise" | "grouped" | "json-lines" | "github" => assert!(out.is_empty(), "{}", format.name),
            _ => golden(&name(format, "-empty"), &without_pages(out)),
        }
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
fn grouped_in_colour() {
    let style = Style { color: true, ..Style::PLAIN };
    golden("grouped-terminal.txt", &written(Format::parse("grouped").unwrap(), &report(), style));
}

#[test]
fn endings_and_statistics() {
    let report = report();
    let mut out = Vec::new();
    summary::ending(&report, &mut out).unwrap();
    golden("ending.txt", &out);
    for (form, name) in [(ListForm::Text, "statistics.txt"), (ListForm::Json, "statistics.json")] {
        let mut out = Vec::new();
        summary::statistics(&report, form, &mut out).unwrap();
        golden(name, &out);
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

/// The promised shape, key by key and in order.
#[test]
fn json_keeps_its_shape() {
    let out = written(Format::parse("json").unwrap(), &report(), Style::PLAIN);
    let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["tool"], serde_json::json!({"name": "poolcheck", "version": env!("CARGO_PKG_VERSION")}));
    assert_eq!(json["summary"]["fixable"], 1);
    assert_eq!(json["problems"][2]["location"], serde_json::json!({"row": 1, "column": 12}));
    assert_eq!(json["problems"][1]["location"], serde_json::Value::Null);
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
    assert_eq!((&json["diagnostics"][6]["cell"], &json["diagnostics"][6]["location"]["row"]), (&3.into(), &1.into()));
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
