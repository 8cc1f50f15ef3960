//! What the editor is told: findings and problems as the protocol's diagnostics. Refuses to know which documents are open.

use super::places::Encoding;
use crate::config::Config;
use crate::finding::{Finding, Severity};
use crate::paths::{absolute, tame};
use crate::report::Report;
use crate::source::{FileId, SourceFile, Span};
use lsp_types::{
    Code, CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, Range, Uri,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The diagnostics of each file that has any, by its path, and its id in the report.
pub(super) type ByPath = BTreeMap<PathBuf, (Vec<Diagnostic>, Option<FileId>)>;

/// Sorts what a report says by file: what the `concise` format tells, and nothing else.
pub(super) fn by_path(report: &Report, config: &Config, encoding: Encoding) -> ByPath {
    let mut found = ByPath::new();
    let path = |shown: &str| absolute(&config.cwd, Path::new(shown));
    for problem in &report.problems {
        let source = problem.file.and_then(|file| report.sources.get(&file));
        let (diagnostics, file) = found.entry(path(&problem.path)).or_default();
        let at = source.zip(problem.problem.at).map(|(source, at)| {
            let span = Span { file: source.id, start: at, end: at };
            encoding.range(source, span)
        });
        let kind = problem.problem.kind.as_str();
        let (range, message) = (at.unwrap_or_default(), tame(&problem.problem.message).into_owned());
        diagnostics.push(plain(range, DiagnosticSeverity::Error, kind, message));
        *file = file.or(problem.file);
    }
    for finding in report.told() {
        let Some(source) = report.sources.get(&finding.at.file) else { continue };
        let (diagnostics, file) = found.entry(path(&source.path)).or_default();
        diagnostics.push(Diagnostic {
            related_information: Some(related(report, config, encoding, finding)),
            ..of_finding(source, finding, encoding)
        });
        *file = Some(finding.at.file);
    }
    found
}

/// A finding without its other places.
pub(super) fn of_finding(source: &SourceFile, finding: &Finding, encoding: Encoding) -> Diagnostic {
    let message = format!("{}\nhelp: {}", tame(&finding.message), tame(&finding.help));
    let (range, severity) = (encoding.range(source, finding.at), severity(finding.severity));
    Diagnostic {
        code_description: Uri::parse(&finding.rule.url()).ok().map(|href| CodeDescription { href }),
        ..plain(range, severity, finding.rule.code, message)
    }
}

fn plain(range: Range, severity: DiagnosticSeverity, code: &str, message: String) -> Diagnostic {
    Diagnostic {
        range,
        severity: Some(severity),
        code: Some(Code::String(code.to_owned())),
        code_description: None,
        source: Some("poolcheck".to_owned()),
        message: message.into(),
        tags: None,
        related_information: None,
        data: None,
    }
}

fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::Error,
        Severity::Warning => DiagnosticSeverity::Warning,
        Severity::Info => DiagnosticSeverity::Information,
    }
}

/// The other places that convince.
fn related(
    report: &Report,
    config: &Config,
    encoding: Encoding,
    finding: &Finding,
) -> Vec<DiagnosticRelatedInformation> {
    let place = |label: &crate::finding::Label| {
        let source = report.sources.get(&label.span.file)?;
        let uri = Uri::from_file_path(absolute(&config.cwd, Path::new(source.path.as_str()))).ok()?;
        let location = Location { uri, range: encoding.range(source, label.span) };
        Some(DiagnosticRelatedInformation { location, message: tame(&label.message).into_owned() })
    };
    finding.labels.iter().filter_map(place).collect()
}
