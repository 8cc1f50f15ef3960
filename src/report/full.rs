//! `full`: source, labels, where the values come from, help. The only place that knows miette.
//!
//! miette's own sources scan a file from its beginning several times for each finding; [`Excerpt`] answers from the
//! file's line table. Nothing from a file, path or message reaches the terminal untamed.

mod excerpt;
#[cfg(test)]
mod tests;

use super::{FileProblem, Report, Style};
use crate::finding::{Confidence, Finding, Severity};
use crate::paths::tame;
use crate::source::{FileId, Span};
use excerpt::{Excerpt, Mark};
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters, ThemeStyles,
};
use rustc_hash::FxHashMap;
use std::fmt;
use std::io::{self, Write};

/// Writes the problems, then the findings; a folded finding becomes a line in the help of its site's main finding.
pub(super) fn write(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let handler = handler(style);
    let mut text = String::new();
    for problem in &report.problems {
        render(&handler, &mut text, &[problem_view(report, problem)], out)?;
    }
    let (main, folded) = fold(&report.findings);
    for (index, finding) in main {
        let folded = folded.get(&index).map_or(&[][..], Vec::as_slice);
        render(&handler, &mut text, &finding_views(report, finding, folded), out)?;
    }
    Ok(())
}

fn handler(style: Style) -> GraphicalReportHandler {
    let theme = GraphicalTheme {
        characters: if style.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() },
        styles: if style.color { ThemeStyles::ansi() } else { ThemeStyles::none() },
    };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(style.width).with_links(style.links);
    // A path or an address that is broken in two can be neither clicked nor copied.
    handler.with_break_words(false)
}

fn render(
    handler: &GraphicalReportHandler,
    text: &mut String,
    views: &[View<'_>],
    out: &mut dyn Write,
) -> io::Result<()> {
    text.clear();
    for view in views {
        handler.render_report(text, view).map_err(|_| io::Error::other("a finding could not be drawn"))?;
    }
    text.push('\n');
    out.write_all(text.as_bytes())
}

pub(super) type Folded<'a> = FxHashMap<usize, Vec<&'a Finding>>;

/// Tells the findings that stand alone (with their indexes) from those that fold into them.
pub(super) fn fold(findings: &[Finding]) -> (Vec<(usize, &Finding)>, Folded<'_>) {
    let mut site: FxHashMap<Span, usize> = FxHashMap::default();
    for (index, finding) in findings.iter().enumerate().filter(|(_, finding)| !finding.folded) {
        site.entry(finding.site).or_insert(index);
    }
    let mut main = Vec::new();
    let mut folded = Folded::default();
    for (index, finding) in findings.iter().enumerate() {
        match site.get(&finding.site).filter(|_| finding.folded) {
            Some(&into) => folded.entry(into).or_default().push(finding),
            None => main.push((index, finding)),
        }
    }
    (main, folded)
}

/// What miette is given: the finding in its own file, or one other file that it points into.
struct View<'a> {
    code: Option<String>,
    severity: miette::Severity,
    message: String,
    help: String,
    url: Option<String>,
    labels: Vec<LabeledSpan>,
    source: Option<Excerpt<'a>>,
}

/// One view for each file, the finding's own first; the help stands at the end of the last.
fn finding_views<'a>(report: &'a Report, finding: &Finding, folded: &[&Finding]) -> Vec<View<'a>> {
    let note = Some(&finding.note).filter(|note| !note.is_empty());
    let mut files: Vec<(FileId, Vec<Mark>)> = vec![(finding.at.file, vec![mark(finding.at, note, true)])];
    for label in &finding.labels {
        let mark = mark(label.span, Some(&label.message), false);
        match files.iter_mut().find(|(file, _)| *file == label.span.file) {
            Some((_, marks)) => marks.push(mark),
            None => files.push((label.span.file, vec![mark])),
        }
    }
    let mut views: Vec<View<'a>> = files.into_iter().map(|(file, marks)| view(report, file, marks)).collect();
    views[0].code = Some(headline(finding));
    views[0].severity = match finding.severity {
        Severity::Error => miette::Severity::Error,
        Severity::Warning => miette::Severity::Warning,
        Severity::Info => miette::Severity::Advice,
    };
    views[0].message = tame_lines(&finding.message);
    views[0].url = Some(finding.rule.url().to_string());
    if let Some(last) = views.last_mut() {
        last.help = help(finding, folded);
    }
    views
}

fn headline(finding: &Finding) -> String {
    let (severity, code, name) = (finding.severity.as_str(), finding.rule.code, finding.rule.name);
    match finding.confidence {
        Confidence::High => format!("{severity}[{code}]: {name}"),
        confidence => format!("{severity}[{code}]: {name}, {} confidence", confidence.as_str()),
    }
}

fn help(finding: &Finding, folded: &[&Finding]) -> String {
    let mut lines: Vec<String> = vec![tame_lines(&finding.help)];
    lines.extend(folded.iter().map(|also| {
        let advice = if also.help.is_empty() { String::new() } else { format!("; {}", also.help) };
        format!("also {} ({}): {}{}", also.rule.code, also.rule.name, tame_lines(&also.message), tame_lines(&advice))
    }));
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

fn mark(span: Span, message: Option<&String>, primary: bool) -> Mark {
    Mark { start: span.start, end: span.end, message: message.map(|text| tame_lines(text)), primary }
}

fn view(report: &Report, file: FileId, marks: Vec<Mark>) -> View<'_> {
    let mut view = View {
        code: None,
        severity: miette::Severity::Advice,
        message: "see also".to_owned(),
        help: String::new(),
        url: None,
        labels: Vec::new(),
        source: None,
    };
    if let Some(source) = report.sources.get(&file) {
        let (excerpt, labels) = Excerpt::new(source, marks);
        view.labels = labels;
        view.source = Some(excerpt);
    }
    view
}

fn problem_view<'a>(report: &'a Report, problem: &FileProblem) -> View<'a> {
    let at = problem.file.zip(problem.problem.at);
    let mut shown = match at {
        Some((file, at)) => {
            view(report, file, vec![Mark { start: at, end: at, message: Some("here".to_owned()), primary: true }])
        }
        None => view(report, FileId(u32::MAX), Vec::new()),
    };
    shown.code = Some(format!("problem[{}]", problem.problem.kind.as_str()));
    shown.severity = miette::Severity::Error;
    shown.message = match shown.source {
        Some(_) => tame_lines(&problem.problem.message),
        None => format!("{}: {}", tame(&problem.path), tame_lines(&problem.problem.message)),
    };
    shown
}

fn tame_lines(text: &str) -> String {
    text.lines().map(tame).collect::<Vec<_>>().join("\n")
}

impl fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Display for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for View<'_> {}

impl Diagnostic for View<'_> {
    fn code<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        self.code.as_ref().map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        (!self.help.is_empty()).then(|| Box::new(&self.help) as Box<dyn fmt::Display>)
    }

    fn url<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        self.url.as_ref().map(|url| Box::new(url) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}
