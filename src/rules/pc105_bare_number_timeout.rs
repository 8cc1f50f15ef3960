//! PC105 bare-number-timeout: a number stands where the library expects a timeout object.
//!
//! What comes of it is the row's own: at a session it raises, at a request it replaces.

use super::Check;
use super::view::{View, is_default, quantity};
use crate::finding::{Applicability, Confidence, Draft, Edit, Fix, Severity};
use crate::libraries::{Kind, Setting};
use crate::model::value::{Alternative, Datum};
use crate::project::BoundArgument;

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
    // A parameter that defaults to a number, or is annotated as one, is there to take numbers.
    let declared =
        |one: &Alternative| is_number(&one.datum) && (is_default(one) || !matches!(one.datum, Datum::Number(_)));
    let by_default = value.alternatives.iter().any(declared);
    let only = value.alternatives.iter().all(|one| is_number(&one.datum) || one.datum == Datum::Null);
    if !(value.always(is_number) || by_default && only) {
        return None;
    }
    let one = value.alternatives.iter().find(|one| is_number(&one.datum))?;
    let (spelled, quoted) = match one.datum {
        Datum::Number(number) => (quantity(number, ""), quantity(number, "")),
        _ => {
            let written = view.project.text(view.project.span(argument.value)).to_owned();
            (written.clone(), format!("`{written}`"))
        }
    };
    let severity = if effect.consequence.is_error() { Severity::Error } else { Severity::Warning };
    let message = format!("`{}` takes a timeout object, and {quoted} is a number: {}", parameter.name, effect.sentence);
    let help = format!("write `{}={}`", parameter.name, example(view, &spelled));
    let mut draft = Draft::new(argument.span, message, help).severity(severity);
    if let Some(at) = one.at.filter(|at| !argument.span.contains(at)) {
        draft = draft.label(at, format!("{quoted} comes from here"));
    }
    // Of what is only annotated as a number, some callers may know better.
    if value.always(|datum| matches!(datum, Datum::Number(_))) {
        draft.fix = wrap(view, argument);
    }
    Some(draft.confidence(if value.unknown.is_some() { Confidence::Medium } else { Confidence::High }))
}

/// Writes the object around the number: where it is a name or a number as it stands in the call, and the library's module
/// goes by its own name there.
fn wrap(view: View<'_>, argument: &BoundArgument) -> Option<Fix> {
    view.project.keyword(view.site, argument)?;
    let span = view.project.span(argument.value);
    let number = view.project.text(span);
    let plain = number.chars().all(|char| char.is_alphanumeric() || matches!(char, '_' | '.'));
    let object = example(view, number);
    let module = object.split('.').next()?;
    (plain && !number.is_empty() && view.project.goes_by_its_name(span.file, module)).then(|| Fix {
        applicability: Applicability::Safe,
        message: format!("write `{object}`"),
        edits: vec![Edit { span, content: object.clone() }],
    })
}

/// Whether something is a number, or of a type of numbers.
fn is_number(datum: &Datum) -> bool {
    match datum {
        Datum::Number(_) => true,
        Datum::Instance(path) => path == "builtins.int" || path == "builtins.float",
        _ => false,
    }
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
