//! What the editor can do about a finding: mend it, or silence it. Refuses to apply anything.

use super::FIX_ALL;
use super::desk::{Checked, Desk};
use super::diagnostics::of_finding;
use super::places::Encoding;
use crate::finding::{Applicability, Edit, Finding, Fix};
use crate::fix::edits_of_all;
use crate::source::SourceFile;
use crate::suppress::{UNUSED, silencing};
use lsp_types::{CodeAction, CodeActionKind, CodeActionParams, Range, TextEdit, Uri, WorkspaceEdit};
use std::collections::HashMap;

/// Up to how many findings at one place are offered to be silenced.
const FEW: usize = 10;

/// The actions for a place in a document; none where it has changed since it was checked.
pub(super) fn offered(params: &CodeActionParams, desk: &Desk, encoding: Encoding) -> Vec<CodeAction> {
    let uri = &params.text_document.uri;
    let Some(checked) = desk.checked(uri) else { return Vec::new() };
    let Some(source) = checked.file.and_then(|file| checked.report.sources.get(&file)) else { return Vec::new() };
    let editor = Editor { uri, source, encoding };
    let only = params.context.only.as_deref();
    let mut offered = Vec::new();
    if only.is_none_or(|only| only.iter().any(|kind| includes(kind, &CodeActionKind::QuickFix))) {
        let here = checked.report.told().filter(|finding| {
            finding.at.file == source.id && overlap(encoding.range(source, finding.at), params.range)
        });
        let here: Vec<&Finding> = here.collect();
        for finding in &here {
            offered.extend(editor.mend(finding));
            // Where a comment may stand the front end says, each time anew.
            if here.len() <= FEW {
                offered.extend(editor.silence(finding, &checked));
            }
        }
    }
    let all = CodeActionKind::Custom(FIX_ALL.into());
    if only.is_some_and(|only| only.iter().any(|kind| includes(kind, &all))) {
        offered.extend(editor.mend_all(&checked, all));
    }
    offered
}

/// Whether a kind that is asked for takes in another one: `source.fixAll` takes in `source.fixAll.poolcheck`.
fn includes(asked: &CodeActionKind, kind: &CodeActionKind) -> bool {
    let (asked, kind) = (String::from(asked.clone()), String::from(kind.clone()));
    kind.strip_prefix(&asked).is_some_and(|rest| asked.is_empty() || rest.is_empty() || rest.starts_with('.'))
}

fn overlap(one: Range, other: Range) -> bool {
    one.start <= other.end && other.start <= one.end
}

/// What a fix is to be taken with care for.
fn warned(fix: &Fix) -> &'static str {
    match fix.applicability {
        Applicability::Safe => "",
        Applicability::Unsafe => " (may change what the program does)",
    }
}

/// Makes edits of a document.
struct Editor<'a> {
    uri: &'a Uri,
    source: &'a SourceFile,
    encoding: Encoding,
}

impl Editor<'_> {
    fn mend(&self, finding: &Finding) -> Option<CodeAction> {
        let fix = finding.fix.as_ref()?;
        // What lies in other files may have changed since.
        fix.edits.iter().all(|edit| edit.span.file == self.source.id).then(|| CodeAction {
            is_preferred: (fix.applicability == Applicability::Safe).then_some(true),
            ..self.quick(format!("{}: {}{}", finding.rule.code, fix.message, warned(fix)), finding, &fix.edits)
        })
    }

    /// With a finding goes what it tells in other words, which would come to light otherwise.
    fn silence(&self, finding: &Finding, checked: &Checked) -> Option<CodeAction> {
        // The remedy for a suppression of nothing is to take it out.
        if finding.rule.name == UNUSED {
            return None;
        }
        let others = checked.report.findings.iter().filter(|other| other.folded && other.site == finding.site);
        let silenced: Vec<&Finding> = std::iter::once(finding).chain(others).collect();
        let edits = silencing(self.source, &silenced);
        (!edits.is_empty()).then(|| self.quick(format!("{}: silence it here", finding.rule.code), finding, &edits))
    }

    fn mend_all(&self, checked: &Checked, kind: CodeActionKind) -> Option<CodeAction> {
        let (_, edits) = edits_of_all(&checked.report.findings, checked.unsafe_fixes).remove(&self.source.id)?;
        let title = "poolcheck: mend all that can be mended".to_owned();
        (!edits.is_empty()).then(|| self.action(title, kind, &edits))
    }

    fn quick(&self, title: String, finding: &Finding, edits: &[Edit]) -> CodeAction {
        CodeAction {
            diagnostics: Some(vec![of_finding(self.source, finding, self.encoding)]),
            ..self.action(title, CodeActionKind::QuickFix, edits)
        }
    }

    fn action(&self, title: String, kind: CodeActionKind, edits: &[Edit]) -> CodeAction {
        let edits = edits.iter().map(|edit| TextEdit {
            range: self.encoding.range(self.source, edit.span),
            new_text: edit.content.clone(),
        });
        let changes = HashMap::from([(self.uri.clone(), edits.collect())]);
        let edit = WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() };
        CodeAction { title, kind: Some(kind), edit: Some(edit), ..CodeAction::default() }
    }
}
