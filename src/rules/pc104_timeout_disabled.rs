//! PC104 timeout-disabled: nothing bounds a peer that stays silent.
//!
//! Two shapes: an object of timeouts that bounds neither the whole request nor a silent read, and a request whose
//! timeout is none, most often through the default of a parameter.

use super::Check;
use super::view::{View, is_default};
use crate::finding::{Confidence, Draft};
use crate::libraries::{Consequence, Kind, Setting};
use crate::model::value::{Datum, Source};

/// What decides it.
pub(crate) const CHECKS: &[Check] =
    &[Check::Site(Kind::Timeout, object), Check::Site(Kind::Request, request), Check::Site(Kind::Session, session)];

fn object(view: View<'_>) -> Vec<Draft> {
    object_draft(view).into_iter().collect()
}

fn object_draft(view: View<'_>) -> Option<Draft> {
    let outer = view.library().encloses.first()?.outer;
    let read = *view.library().phases.last()?.settings.last()?;
    if view.project.is_timed(view.site.call) {
        return None;
    }
    if !view.is_off(outer) || !view.is_off(read) || view.project.is_only_compared(view.site.call) {
        return None;
    }
    // Tests build objects to compare with and to hand to doubles.
    if view.site.test && !view.project.is_in_use(view.site.call) {
        return None;
    }
    let (total, read) = (view.name(outer), view.name(read));
    let message = match (view.is_unset(outer), view.site.arguments.is_empty()) {
        (_, true) => format!(
            "`{}()` switches every timeout off: a peer that accepts and never answers is waited for for ever",
            view.callee()
        ),
        (true, _) => format!(
            "`{}` without `{total}` and `{read}` drops the default total: a peer that accepts and never answers is waited for for ever",
            view.callee()
        ),
        (false, _) => format!(
            "neither `{total}` nor `{read}` is bounded: a peer that accepts and never answers is waited for for ever"
        ),
    };
    let help = format!("set `{total}`, or `{read}` where a transfer may take any time");
    Some(Draft::new(view.span(), message, help))
}

/// A session's own timeout, where leaving it out would mean a default.
fn session(view: View<'_>) -> Vec<Draft> {
    let parameters = view.project.parameters(view.site).iter();
    let off = parameters.filter_map(|parameter| {
        let effect = parameter.none.as_ref().filter(|effect| effect.consequence == Consequence::Unbounded)?;
        let argument = view.argument(parameter.setting)?;
        let none = view.value(parameter.setting).always(|datum| *datum == Datum::Null);
        let name = &parameter.name;
        let help = format!("leave `{name}` out for the default, or set a number that fits what is called");
        none.then(|| Draft::new(argument.span, format!("`{name}` is None: {}", effect.sentence), help))
    });
    off.collect()
}

fn request(view: View<'_>) -> Vec<Draft> {
    request_draft(view).into_iter().collect()
}

fn request_draft(view: View<'_>) -> Option<Draft> {
    let effect = view.parameter(Setting::Timeout)?.none.as_ref()?;
    if effect.consequence != Consequence::Unbounded || view.project.is_timed(view.site.call) {
        return None;
    }
    let argument = view.argument(Setting::Timeout)?;
    let value = view.value(Setting::Timeout);
    let none = value.alternatives.iter().find(|one| one.datum == Datum::Null && one.source != Source::Initial)?;
    let others = value.alternatives.iter().any(|one| one.datum != Datum::Null);
    let by_default = is_default(none) || others || value.unknown.is_some();
    if others && !is_default(none) {
        return None;
    }
    let name = view.name(Setting::Timeout);
    let message = if by_default {
        format!("`{name}` is None here unless a caller passes another: {}", effect.sentence)
    } else {
        format!("`{name}=None`: {}", effect.sentence)
    };
    let help = format!("leave `{name}` out to use the session's, or pass `{}`", view.defaults().timeout_example);
    let mut draft = Draft::new(argument.span, message, help);
    if let Some(at) = none.at.filter(|at| !argument.span.contains(at)) {
        draft = draft.label(at, "None comes from here");
    }
    Some(draft.confidence(if by_default { Confidence::Medium } else { Confidence::High }))
}
