//! PC203 deprecated-parameter: a pool or timeout parameter is deprecated, was removed, or never existed.
//!
//! Names that the library's data lists as invented, removed or deprecated. The message says which.

use super::Check;
use super::view::View;
use crate::finding::{Applicability, Draft, Edit, Fix, Severity};
use crate::libraries::{Consequence, Kind, Status, WrongArgument};
use crate::model::value::Datum;
use crate::project::BoundArgument;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[
    Check::Site(Kind::Timeout, check),
    Check::Site(Kind::Limits, check),
    Check::Site(Kind::Pool, check),
    Check::Site(Kind::Session, check),
    Check::Site(Kind::Request, one_shot),
];

fn check(view: View<'_>) -> Vec<Draft> {
    // A subclass of the project may take any name.
    if view.site.class.is_some() {
        return Vec::new();
    }
    let by_release = || view.project.chooses_by_release(view.site.call);
    let there = |row: &&WrongArgument| row.status == Status::NeverExisted || !by_release();
    let rows = view.library().arguments.iter().filter(|row| row.on == view.site.kind);
    let find = |row: &'_ WrongArgument| -> Vec<Draft> {
        let named = view.site.arguments.iter().filter(|argument| row.names.contains(&argument.name));
        named.map(|argument| draft(view, row, argument)).collect()
    };
    let passed = rows.filter(|row| view.site.arguments.iter().any(|argument| row.names.contains(&argument.name)));
    passed.filter(there).flat_map(find).chain(positional(view)).collect()
}

/// A request without a session takes what a session does.
fn one_shot(view: View<'_>) -> Vec<Draft> {
    let is_one_shot = view.project.request(view.site).is_some_and(|request| request.one_shot);
    if is_one_shot { check(view) } else { Vec::new() }
}

/// An argument by position where only keywords are taken.
fn positional(view: View<'_>) -> Option<Draft> {
    let class = view.project.class(view.site).filter(|class| !class.keyword_only.is_empty())?;
    let message = format!("`{}` is given an argument by position: {}", view.callee(), class.keyword_only);
    Some(Draft::new(view.site.stray?, message, "pass it by its name").severity(Severity::Error))
}

fn draft(view: View<'_>, row: &WrongArgument, argument: &BoundArgument) -> Draft {
    let (name, callee) = (&argument.name, view.callee());
    let status = match row.status {
        Status::NeverExisted => format!("`{name}` is not, and never was, a parameter of `{callee}`"),
        Status::NotYet => format!("`{name}` is not a parameter of `{callee}` yet"),
        Status::Removed => format!("`{name}` is no longer a parameter of `{callee}`"),
        Status::Deprecated => format!("`{name}` of `{callee}` is deprecated"),
    };
    let there = row.r#use.as_ref().is_some_and(|right| view.site.arguments.iter().any(|other| other.name == *right));
    let help = match &row.r#use {
        Some(right) if there => format!("remove it: `{right}` is set already"),
        Some(right) => format!("the name is `{right}`"),
        None => row.help.clone(),
    };
    let severity = match (row.severity, row.consequence) {
        (Some(severity), _) => severity.into(),
        (None, Consequence::Raises) => Severity::Error,
        (None, _) => Severity::Warning,
    };
    let mut draft = Draft::new(argument.span, format!("{status}: {}", row.sentence), help).severity(severity);
    draft.fix = row.r#use.as_ref().filter(|_| !there).and_then(|right| rename(view, row, argument, right));
    draft
}

/// Writes the right name, if it is written in the call itself: nothing else is called by it then. Not where another
/// argument would get the same name, nor where the value cannot be meant for it: `keep_alive=True` is no number.
fn rename(view: View<'_>, row: &WrongArgument, argument: &BoundArgument, right: &str) -> Option<Fix> {
    let span = view.project.keyword(view.site, argument)?;
    let alone = view.site.arguments.iter().filter(|other| row.names.contains(&other.name)).count() == 1;
    let value = view.project.evaluate(argument.value, argument.frame);
    let boolean = value.alternatives.iter().any(|one| matches!(one.datum, Datum::Bool(_)));
    (alone && !boolean).then(|| Fix {
        applicability: Applicability::Safe,
        message: format!("write `{right}`"),
        edits: vec![Edit { span, content: right.to_owned() }],
    })
}
