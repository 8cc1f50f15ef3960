//! PC111 invalid-setting: a setting has a value that fails or waits for ever once it is used.
//!
//! The row of each parameter says which kinds of value it does not take, and what comes of them.

use super::Check;
use super::view::View;
use crate::finding::{Draft, Severity};
use crate::libraries::{Kind, Parameter};
use crate::model::value::Datum;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[
    Check::Site(Kind::Timeout, check),
    Check::Site(Kind::Pool, check),
    Check::Site(Kind::Session, check),
    Check::Site(Kind::Request, check),
];

fn check(view: View<'_>) -> Vec<Draft> {
    let parameters = view.project.parameters(view.site);
    // What nothing bad can come of is not worth a look at where it comes from.
    let told = |parameter: &&Parameter| {
        [&parameter.text, &parameter.negative, &parameter.none].into_iter().any(Option::is_some)
    };
    parameters.iter().filter(told).filter_map(|parameter| draft(view, parameter)).collect()
}

fn draft(view: View<'_>, parameter: &Parameter) -> Option<Draft> {
    let argument = view.argument(parameter.setting)?;
    let value = view.value(parameter.setting);
    let environment = value.alternatives.iter().any(|one| one.datum == Datum::Environment);
    let (effect, what, help) = if environment {
        let help = "convert it: `float(…)` or `int(…)`".to_owned();
        (parameter.text.as_ref()?, "a text from the environment", help)
    } else if value.always(|datum| matches!(datum, Datum::Text(_))) {
        (parameter.text.as_ref()?, "a text", "write a number".to_owned())
    } else if value.always(|datum| matches!(datum, Datum::Number(number) if *number < 0.0)) {
        let none = if parameter.unbounded.is_empty() { "leave it out" } else { "write None for no bound" };
        (parameter.negative.as_ref()?, "negative", format!("{none}, or a positive number"))
    } else if value.always(|datum| *datum == Datum::Null) {
        let other = if parameter.expects.is_some() { "an object of its kind" } else { "a number" };
        (parameter.none.as_ref()?, "None", format!("leave it out for the default, or pass {other}"))
    } else {
        return None;
    };
    // What else comes of a timeout at a session or request has rules of its own.
    let own = matches!(view.site.kind, Kind::Timeout | Kind::Pool);
    if !own && !effect.consequence.is_error() {
        return None;
    }
    let message = format!("`{}` is {what}: {}", parameter.name, effect.sentence);
    let mut draft = Draft::new(argument.span, message, help);
    if let Some(at) = value.alternatives.iter().find_map(|one| one.at).filter(|at| !argument.span.contains(at)) {
        draft = draft.label(at, "it comes from here");
    }
    Some(if effect.consequence.is_error() { draft } else { draft.severity(Severity::Warning) })
}
