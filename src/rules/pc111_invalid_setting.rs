//! PC111 invalid-setting: a setting has a value that fails or waits for ever once it is used.
//!
//! The row of each parameter says which kinds of value it does not take, and what comes of them.

use super::Check;
use super::view::View;
use crate::finding::{Draft, Severity};
use crate::libraries::{Kind, Parameter, Setting};
use crate::model::value::Datum;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[
    Check::Site(Kind::Timeout, check),
    Check::Site(Kind::Limits, check),
    Check::Site(Kind::Pool, check),
    Check::Site(Kind::Session, check),
    Check::Site(Kind::Request, check),
    Check::Site(Kind::Pool, empty),
    Check::Site(Kind::Session, empty),
];

fn check(view: View<'_>) -> Vec<Draft> {
    let parameters = view.project.parameters(view.site);
    // What nothing bad can come of is not worth a look at where it comes from.
    let told = |parameter: &&Parameter| {
        [&parameter.text, &parameter.negative, &parameter.zero, &parameter.none].into_iter().any(Option::is_some)
    };
    parameters.iter().filter(told).filter_map(|parameter| draft(view, parameter)).collect()
}

/// A pool that has no connection and lets requests wait for one.
fn empty(view: View<'_>) -> Vec<Draft> {
    let (Some(block), Some(size)) = (view.argument(Setting::Block), view.argument(Setting::IdleLimit)) else {
        return Vec::new();
    };
    let waits = view.value(Setting::Block).always(|datum| *datum == Datum::Bool(true));
    let none = view.value(Setting::IdleLimit).always(|datum| *datum == Datum::Number(0.0));
    if !waits || !none {
        return Vec::new();
    }
    let (size_name, block_name) = (view.name(Setting::IdleLimit), view.name(Setting::Block));
    let message = format!(
        "`{size_name}` is 0 and `{block_name}` is true: the pool never has a connection, and every request waits for ever"
    );
    let help = format!("set `{size_name}` to how many requests may run at once");
    vec![Draft::new(size.span, message, help).label(block.span, "requests wait for a connection")]
}

fn draft(view: View<'_>, parameter: &Parameter) -> Option<Draft> {
    let argument = view.argument(parameter.setting)?;
    let value = view.value(parameter.setting);
    let environment = value.unknown.is_none() && value.alternatives.iter().any(|one| one.datum == Datum::Environment);
    let (effect, what, help) = if environment {
        let help = "convert it: `float(…)` or `int(…)`".to_owned();
        (parameter.text.as_ref()?, "a text from the environment", help)
    } else if value.always(|datum| matches!(datum, Datum::Text(_))) {
        (parameter.text.as_ref()?, "a text", "write a number".to_owned())
    } else if value.always(|datum| matches!(datum, Datum::Number(number) if *number < 0.0)) {
        let none = if parameter.unbounded.is_empty() { "leave it out" } else { "write None for no bound" };
        (parameter.negative.as_ref()?, "negative", format!("{none}, or a positive number"))
    } else if value.always(|datum| *datum == Datum::Number(0.0)) {
        let effect = parameter.zero.as_ref().filter(|effect| effect.consequence.is_error());
        (effect?, "0", "write a positive number".to_owned())
    } else if value.always(|datum| *datum == Datum::Null) {
        let other = if parameter.expects.is_some() { "an object of its kind" } else { "a number" };
        let effect = parameter.none.as_ref().filter(|effect| effect.consequence.is_error());
        (effect?, "None", format!("leave it out for the default, or pass {other}"))
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
