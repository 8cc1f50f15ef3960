//! `sarif`: SARIF 2.1.0, within what GitHub's code scanning takes in.
//!
//! The structures are those parts of SARIF that are written here; a crate for all of it would be many times their size.
//! What convinces is told three times over, since readers differ: as links in the message, as related places, and as the
//! way that leads to the finding. Which run of which tool set this is, `automationDetails`, is left to the upload, which
//! fills it in only where it is missing.

mod line_hash;
mod place;
mod rule;

use super::escaped::write_lined;
use super::{FileProblem, HOME, Report, Style};
use crate::finding::{Finding, Fix, Label, Severity};
use crate::source::{FileId, SourceFile};
use line_hash::{LineHash, line_hashes};
use place::{Artifact, Location, Region};
use rule::RuleRecord;
use rustc_hash::FxHashMap;
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// How deep the results lie: each is a line of its own.
const RESULTS: usize = 4;
/// The name for the folder that paths are relative to.
const ROOT: &str = "%SRCROOT%";

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    invocations: [Invocation<'a>; 1],
    original_uri_base_ids: BTreeMap<&'static str, Base>,
    column_kind: &'static str,
    newline_sequences: [&'static str; 3],
    results: Results<'a>,
}

/// The results, each made when it is written: there may be very many.
struct Results<'a> {
    report: &'a Report,
    /// Where each rule is in the list of rules.
    index: FxHashMap<usize, usize>,
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut hashes = Hashes { report: self.report, files: FxHashMap::default() };
        let results = self.report.findings.iter();
        serializer.collect_seq(results.map(|one| record(self.report, one, self.index[&one.rule.index], &mut hashes)))
    }
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    rules: Vec<RuleRecord>,
}

#[derive(Serialize)]
struct Base {
    description: Text<'static>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification<'a>>,
}

#[derive(Serialize)]
struct Notification<'a> {
    level: &'static str,
    descriptor: Descriptor,
    message: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locations: Option<[Location<'a>; 1]>,
}

#[derive(Serialize)]
struct Descriptor {
    id: &'static str,
}

#[derive(Serialize)]
struct Text<'a> {
    text: Cow<'a, str>,
}

impl<'a> Text<'a> {
    fn new(text: impl Into<Cow<'a, str>>) -> Text<'a> {
        Text { text: text.into() }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultRecord<'a> {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text<'a>,
    locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    code_flows: Vec<CodeFlow<'a>>,
    partial_fingerprints: Fingerprints<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<FixRecord<'a>>,
    properties: Properties,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CodeFlow<'a> {
    thread_flows: [ThreadFlow<'a>; 1],
}

#[derive(Serialize)]
struct ThreadFlow<'a> {
    locations: Vec<Step<'a>>,
}

#[derive(Serialize)]
struct Step<'a> {
    location: Location<'a>,
}

#[derive(Serialize)]
struct Fingerprints<'a> {
    #[serde(rename = "primaryLocationLineHash")]
    line: String,
    #[serde(rename = "poolcheck/v1")]
    ours: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FixRecord<'a> {
    description: Text<'a>,
    artifact_changes: Vec<Change<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change<'a> {
    artifact_location: Artifact<'a>,
    replacements: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Region<'a>,
    inserted_content: Text<'a>,
}

#[derive(Serialize)]
struct Properties {
    confidence: &'static str,
}

/// Writes one run with all findings; problems are its notifications.
pub(super) fn write(report: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    let (rules, index) = rule::records(&report.findings);
    let version = env!("CARGO_PKG_VERSION");
    let driver = Driver { name: "poolcheck", version, semantic_version: version, information_uri: HOME, rules };
    let errors = report.errors.iter().map(|error| Notification {
        level: "error",
        descriptor: Descriptor { id: "unable" },
        message: Text::new(error),
        locations: None,
    });
    let problems = report.problems.iter().map(|problem| notification(report, problem));
    let invocation = Invocation {
        execution_successful: report.errors.is_empty(),
        tool_execution_notifications: errors.chain(problems).collect(),
    };
    let base = Base { description: Text::new("the folder that poolcheck ran in") };
    let run = Run {
        tool: Tool { driver },
        invocations: [invocation],
        original_uri_base_ids: BTreeMap::from([(ROOT, base)]),
        column_kind: "unicodeCodePoints",
        newline_sequences: ["\r\n", "\n", "\r"],
        results: Results { report, index },
    };
    write_lined(out, &Log { schema: SCHEMA, version: "2.1.0", runs: [run] }, RESULTS)?;
    out.write_all(b"\n")
}

fn notification<'a>(report: &'a Report, problem: &'a FileProblem) -> Notification<'a> {
    Notification {
        level: "error",
        descriptor: Descriptor { id: problem.problem.kind.as_str() },
        message: Text::new(&problem.problem.message),
        locations: Some([Location::of_problem(report, problem)]),
    }
}

fn record<'a>(
    report: &'a Report,
    finding: &'a Finding,
    rule_index: usize,
    hashes: &mut Hashes<'a>,
) -> ResultRecord<'a> {
    let linked = (1..).zip(&finding.labels).map(|(id, label)| related(report, label).with_id(id));
    let steps = finding.labels.iter().map(|label| related(report, label));
    let last = Location::new(report, finding.at).with_message(&finding.message);
    let steps: Vec<Step<'_>> = steps.chain([last]).map(|location| Step { location }).collect();
    // A way of one step is none.
    let flows = (steps.len() > 1).then_some(CodeFlow { thread_flows: [ThreadFlow { locations: steps }] });
    ResultRecord {
        rule_id: finding.rule.code,
        rule_index,
        level: level(finding.severity),
        message: Text::new(message(report, finding)),
        locations: [Location::new(report, finding.at).with_snippet(report, finding.at)],
        related_locations: linked.collect(),
        code_flows: flows.into_iter().collect(),
        partial_fingerprints: Fingerprints { line: hashes.of(finding), ours: &finding.fingerprint },
        fixes: finding.fix.iter().filter_map(|fix| fix_record(report, fix)).collect(),
        properties: Properties { confidence: finding.confidence.as_str() },
    }
}

fn related<'a>(report: &'a Report, label: &'a Label) -> Location<'a> {
    Location::new(report, label.span).with_message(&label.message)
}

/// SARIF's word for a severity.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// What is wrong, what to do, and links to the related places: GitHub shows only those that are linked.
fn message(report: &Report, finding: &Finding) -> String {
    let place = super::cell_place(report.range(finding.at).0);
    let mut text = format!("{place}{}.", unlinked(&finding.message));
    if !finding.help.is_empty() {
        text += &format!("\nWhat to do: {}.", unlinked(&finding.help));
    }
    let links: Vec<String> = (1..)
        .zip(&finding.labels)
        .map(|(id, label)| format!("[{}]({id})", label.message.replace('[', "\\[").replace(']', "\\]")))
        .collect();
    if !links.is_empty() {
        text += &format!("\nSee: {}.", links.join(", "));
    }
    text
}

/// A text in which nothing looks like a link: `handlers[0](1)` would be one.
fn unlinked(text: &str) -> Cow<'_, str> {
    if text.contains("](") { text.replace('[', "\\[").replace(']', "\\]").into() } else { text.into() }
}

/// `None` in a notebook, whose cells' lines are no lines of the file.
fn fix_record<'a>(report: &'a Report, fix: &'a Fix) -> Option<FixRecord<'a>> {
    let mut changes: BTreeMap<FileId, Vec<Replacement<'a>>> = BTreeMap::new();
    for edit in &fix.edits {
        report.sources.get(&edit.span.file).filter(|source| source.cells.is_empty())?;
        let replacement =
            Replacement { deleted_region: Region::new(report, edit.span), inserted_content: Text::new(&edit.content) };
        changes.entry(edit.span.file).or_default().push(replacement);
    }
    let artifact_changes = changes
        .into_iter()
        .map(|(file, replacements)| Change { artifact_location: Artifact::new(report.path(file)), replacements });
    Some(FixRecord { description: Text::new(&fix.message), artifact_changes: artifact_changes.collect() })
}

/// The hashes of lines, computed once for each file.
struct Hashes<'a> {
    report: &'a Report,
    files: FxHashMap<FileId, Vec<LineHash>>,
}

impl<'a> Hashes<'a> {
    /// The hash of a finding's line. In a notebook that line is not known, and our own fingerprint has to do.
    fn of(&mut self, finding: &Finding) -> String {
        let plain = |source: &&SourceFile| source.cells.is_empty();
        let Some(source) = self.report.sources.get(&finding.at.file).filter(plain) else {
            return format!("{}:1", finding.fingerprint);
        };
        let hashes = self.files.entry(source.id).or_insert_with(|| line_hashes(&source.text));
        hashes.get(source.lines().line(finding.at.start)).map(ToString::to_string).unwrap_or_default()
    }
}
