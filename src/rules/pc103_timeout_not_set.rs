//! PC103 timeout-not-set: no timeout is set, so the library's default decides.
//!
//! Asked where the library takes its default from: at the session, at the request, or at both. Silent where every
//! request through the session bounds itself, where the session bounds the request, and where that cannot be seen.

use super::Check;
use super::view::View;
use crate::finding::{Confidence, Draft};
use crate::libraries::{Consequence, Kind, Setting};
use crate::model::value::Datum;
use crate::project::Site;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[Check::Site(Kind::Session, session), Check::Site(Kind::Request, request)];

/// What a session takes instead of a timeout object.
const LEGACY: [Setting; 2] = [Setting::Total, Setting::Connect];

fn session(view: View<'_>) -> Vec<Draft> {
    // It hardly ever runs, and what bounds the other one is what was meant.
    if view.project.replaces_failed(view.site) {
        return Vec::new();
    }
    let default = if view.unbounded().is_empty() {
        if LEGACY.iter().any(|&setting| !view.is_unset(setting) && view.parameter(setting).is_some()) {
            return Vec::new();
        }
        let Some(default) = view.parameter(Setting::Timeout).and_then(|parameter| parameter.unset) else {
            return Vec::new();
        };
        Some(default)
    } else if lacks_all_bounds(view) {
        None
    } else {
        return Vec::new();
    };
    let requests = view.project.requests_of(view.site);
    let socket = |request: &&Site| view.project.request(request).is_some_and(|row| row.socket);
    let plain: Vec<&&Site> = requests.sites.iter().filter(|request| !socket(request)).collect();
    let timeout = view.project.request_timeout_name(view.site);
    let computed = requests.computed.iter().all(|&call| view.project.may_pass(call, timeout));
    let any = !requests.sites.is_empty() || !requests.computed.is_empty();
    // Who makes all requests through it may bound each, and most often does where the library has a default to do without.
    let elsewhere = requests.taken || requests.handed && default.is_some();
    if !any && (elsewhere || view.project.is_inside_pool(view.site.call)) {
        return Vec::new();
    }
    if any && computed && plain.iter().all(|request| view.project.is_bounded(request)) {
        return Vec::new();
    }
    if view.project.is_used_in_time(view.site.call) {
        return Vec::new();
    }
    let confidence = if requests.complete && !plain.is_empty() { Confidence::High } else { Confidence::Medium };
    match default {
        Some(default) => draft(view, default, confidence).into_iter().collect(),
        None => vec![without_default(view, confidence)],
    }
}

fn request(view: View<'_>) -> Vec<Draft> {
    if !view.unbounded().is_empty() {
        return one_shot(view);
    }
    let unset = view.parameter(Setting::Timeout).and_then(|parameter| parameter.unset);
    // A session that may take the place of the module may have a timeout of its own, where the library has one.
    let settled = |default: &Consequence| !view.site.mixed || *default != Consequence::Default;
    let Some(default) = unset.filter(settled) else { return Vec::new() };
    // What is said does not depend on what bounds the request; that takes a look at everybody who calls.
    let value = view.value(Setting::Timeout);
    if !value.is_unset() && !value.always(|datum| *datum == Datum::Null) {
        return Vec::new();
    }
    let through = view.project.request(view.site).is_some_and(|row| row.on.is_some());
    if view.project.is_bounded(view.site) || through && view.project.session_sets_timeout(view.site) {
        return Vec::new();
    }
    let draft = draft(view, default, Confidence::High);
    let unused = view.project.unused_default(view.site).filter(|_| through);
    draft.map(|draft| unused.iter().fold(draft, |draft, (at, words)| draft.label(*at, *words))).into_iter().collect()
}

/// A request without a session, where nothing bounds it unless something is set.
fn one_shot(view: View<'_>) -> Vec<Draft> {
    let one_shot = view.project.request(view.site).is_some_and(|request| request.one_shot);
    if !one_shot || !lacks_all_bounds(view) || view.project.is_bounded(view.site) {
        return Vec::new();
    }
    vec![without_default(view, Confidence::High)]
}

/// Whether nothing is set of what bounds the wait, where no default does.
fn lacks_all_bounds(view: View<'_>) -> bool {
    !view.unbounded().is_empty() && view.bounded_by().iter().all(|&setting| view.is_unset(setting))
}

fn draft(view: View<'_>, default: Consequence, confidence: Confidence) -> Option<Draft> {
    let name = view.name(Setting::Timeout);
    let value = view.value(Setting::Timeout);
    let defaults = view.defaults();
    let help = format!("pass `{name}={}`, with numbers that fit what is called", defaults.timeout_example);
    let confidence = if view.project.is_script(view.site) { Confidence::Low } else { confidence };
    if value.is_unset() {
        let library = view.library().called();
        let message = match default {
            Consequence::Default => {
                format!("no `{name}=`: the default of {library} applies: {}", defaults.timeout)
            }
            _ => format!("no `{name}=`, and {library} has no default: {}", defaults.timeout),
        };
        return Some(Draft::new(view.span(), message, help).confidence(confidence));
    }
    let effect = view.parameter(Setting::Timeout)?.none.as_ref()?;
    let none = value.always(|datum| *datum == Datum::Null);
    if !none || effect.consequence != Consequence::Default {
        return None;
    }
    let argument = view.argument(Setting::Timeout)?;
    let message = format!("`{name}=None` does not switch timeouts off: {}: {}", effect.sentence, defaults.timeout);
    Some(Draft::new(argument.span, message, help).confidence(confidence))
}

/// Nothing is set where the library has no default.
fn without_default(view: View<'_>, confidence: Confidence) -> Draft {
    let names: Vec<String> = view
        .bounded_by()
        .iter()
        .map(|&setting| format!("`{}`", view.name(setting)))
        .filter(|name| name != "``")
        .collect();
    let missing = match names.as_slice() {
        [] => "no timeout".to_owned(),
        [one] => format!("no {one}"),
        names => format!("neither {}", names.join(" nor ")),
    };
    let connect =
        view.argument(Setting::Connect).map(|argument| format!("; `{}` bounds only connecting", argument.name));
    let message = format!("{missing} is set: {}{}", view.unbounded(), connect.unwrap_or_default());
    let help = format!("set one: `{}`, with numbers that fit what is called", view.defaults().timeout_example);
    let confidence = if view.project.is_script(view.site) { Confidence::Low } else { confidence };
    Draft::new(view.span(), message, help).confidence(confidence)
}
