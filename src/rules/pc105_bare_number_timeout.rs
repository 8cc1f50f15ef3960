//! PC105 bare-number-timeout: a number stands where the library expects a timeout object.
//!
//! What comes of it is the row's own: at a session it raises, at a request it replaces.

use super::Check;
use super::view::{View, is_default, quantity};
use crate::finding::{Confidence, Draft, Severity};
use crate::libraries::{Kind, Setting};
use crate::model::value::Datum;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[Check::Site(Kind::Session, check), Check::Site(Kind::Request, check)];

fn check(view: View<'_>) -> Vec<Draft> {
    draft(view).into_iter().collect()
}

fn draft(view: View<'_>) -> Option<Draft> {
    let parameter = view.parameter(Setting::Timeout)?;
    let effect = parameter.number.as_ref().filter(|_| parameter.expects == Some(Kind::Timeout))?;
    let argument = view.argument(Setting::Timeout)?;
    let value = view.value(Setting::Timeout);
    let number = |datum: &Datum| matches!(datum, Datum::Number(_));
    // A parameter that defaults to a number, or is annotated as one, is there to take numbers.
    let by_default = value.alternatives.iter().any(|one| number(&one.datum) && is_default(one));
    let by_type = value.alternatives.iter().any(|one| !number(&one.datum) && view.project.is_number(&one.datum));
    let only = value.alternatives.iter().all(|one| view.project.is_number(&one.datum) || one.datum == Datum::Null);
    if !(value.always(number) || (by_default || by_type) && only) {
        return None;
    }
    let known = value.alternatives.iter().find_map(|one| match one.datum {
        Datum::Number(number) => Some((one, quantity(number, ""))),
        _ => None,
    });
    let written = view.project.text(view.project.span(argument.value));
    let what = known.as_ref().map_or_else(|| format!("`{written}`"), |(_, number)| number.clone());
    let severity = if effect.consequence.is_error() { Severity::Error } else { Severity::Warning };
    let message = format!("`{}` takes a timeout object, and {what} is a number: {}", parameter.name, effect.sentence);
    let help = format!("write `{}={}`", parameter.name, example(view, written));
    let mut draft = Draft::new(argument.span, message, help).severity(severity);
    if let Some(at) = known.as_ref().and_then(|(one, _)| one.at).filter(|at| !argument.span.contains(at)) {
        draft = draft.label(at, format!("{what} comes from here"));
    }
    Some(draft.confidence(if value.unknown.is_some() { Confidence::Medium } else { Confidence::High }))
}

/// The library's timeout object with this number as its total.
fn example(view: View<'_>, number: &str) -> String {
    let class = view.library().classes.iter().find(|class| class.makes == Kind::Timeout);
    let total = class.and_then(|class| class.parameters.iter().find(|parameter| parameter.setting == Setting::Total));
    match (class, total) {
        (Some(class), Some(total)) => format!("{}({}={number})", class.path, total.name),
        _ => view.defaults().timeout_example.clone(),
    }
}
