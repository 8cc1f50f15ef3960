//! PC104 timeout-disabled: nothing bounds a peer that stays silent.
//!
//! Three shapes: an object of timeouts that bounds none of what waits for a silent peer, a session or request whose
//! timeout is none, most often through the default of a parameter, and a tuple that leaves something out.

use super::Check;
use super::view::{View, is_default};
use crate::finding::{Confidence, Draft};
use crate::libraries::{Consequence, Kind, Setting};
use crate::model::value::{Datum, Source};
use crate::project::{Project, Site};

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[
    Check::Site(Kind::Timeout, object),
    Check::Site(Kind::Session, session),
    Check::Site(Kind::Session, own),
    Check::Site(Kind::Request, request),
    Check::Site(Kind::Session, tuple),
    Check::Site(Kind::Request, tuple),
];

/// What bounds the wait for a peer that stays silent, where a session takes it by its name.
const WAITS: [Setting; 4] = [Setting::Total, Setting::Exchange, Setting::ReceiveHead, Setting::SockRead];

const FOR_EVER: &str = "a peer that accepts and never answers is waited for for ever";

fn object(view: View<'_>) -> Vec<Draft> {
    object_draft(view).into_iter().collect()
}

fn object_draft(view: View<'_>) -> Option<Draft> {
    let silence = view.library().silence.as_ref()?;
    if view.project.is_timed(view.site.call) {
        return None;
    }
    let off = silence.settings.iter().all(|&setting| view.is_off(setting));
    if !off || view.project.is_only_compared(view.site.call) || view.is_given_to_doubles() || is_for_streams(view) {
        return None;
    }
    // Tests build objects to compare with and to hand to doubles.
    if view.site.test && !view.project.is_in_use(view.site.call) {
        return None;
    }
    let names: Vec<String> = silence.settings.iter().map(|&setting| format!("`{}`", view.name(setting))).collect();
    let message = match (silence.settings.iter().all(|&setting| view.is_left_out(setting)), names.as_slice()) {
        (true, _) if view.site.arguments.is_empty() => {
            format!("`{}()` switches every timeout off: {FOR_EVER}", view.callee())
        }
        (true, _) => format!("`{}` without {} {}: {FOR_EVER}", view.callee(), names.join(" and "), silence.others),
        (false, [one]) => format!("{one} is not bounded: {FOR_EVER}"),
        (false, _) => format!("neither {} is bounded: {FOR_EVER}", names.join(" nor ")),
    };
    Some(Draft::new(view.span(), message, silence.help.clone()))
}

fn session(view: View<'_>) -> Vec<Draft> {
    if view.is_answered_by_double() || each_request(view, |project, request| project.is_seen_bounded(request)) {
        return Vec::new();
    }
    none(view).map(|draft| as_sure(view, draft)).into_iter().collect()
}

/// Callers that cannot be seen may bound what the session does not.
fn as_sure(view: View<'_>, draft: Draft) -> Draft {
    if each_request(view, |project, request| project.is_bounded(request)) { draft.confidence(Confidence::Medium) } else { draft }
}

/// Whether there are requests through a session, and each is bounded in this sense, or lasts as long as it lasts.
fn each_request(view: View<'_>, is_bounded: impl Fn(&Project<'_>, &Site) -> bool) -> bool {
    let requests = view.project.requests_of(view.site);
    let bounded = |request: &&Site| view.project.is_stream(request) || is_bounded(view.project, request);
    !requests.sites.is_empty() && requests.sites.iter().all(bounded)
}

/// Whether an object of timeouts is given to sessions, and all requests through these last as long as they last.
fn is_for_streams(view: View<'_>) -> bool {
    let users = view.users_of_timeouts();
    let streams = |site: &Site| {
        let requests = view.project.requests_of(site);
        !requests.sites.is_empty() && requests.sites.iter().all(|one| view.project.is_stream(one))
    };
    let all = |site: &&Site| if site.is(Kind::Session) { streams(site) } else { view.project.is_stream(site) };
    !users.is_empty() && users.iter().all(all)
}

/// The timeouts of a session that takes each by its name, where leaving one out would mean a default.
fn own(view: View<'_>) -> Vec<Draft> {
    let parameters = view.project.parameters(view.site).iter();
    let single = parameters.filter(|parameter| WAITS.contains(&parameter.setting));
    let others = |setting| view.bounded_by().iter().filter(move |&&other| other != setting);
    let off = single.filter_map(|parameter| {
        let argument = view.argument(parameter.setting).filter(|argument| argument.name == parameter.name)?;
        let value = view.value(parameter.setting);
        let (effect, what) = if value.always(|datum| *datum == Datum::Null) {
            (parameter.none.as_ref()?, "None")
        } else if value.always(|datum| *datum == Datum::Number(0.0)) {
            (parameter.zero.as_ref()?, "0")
        } else {
            return None;
        };
        let bounded = others(parameter.setting).any(|&other| !view.is_off(other));
        if effect.consequence != Consequence::Unbounded || bounded {
            return None;
        }
        let name = &parameter.name;
        let what = if parameter.means_none { format!("`{name}()`") } else { format!("`{name}` is {what}") };
        let help = match effect.help.as_str() {
            "" => format!("leave `{name}` out for the default, or set a number that fits what is called"),
            help => help.to_owned(),
        };
        Some(Draft::new(argument.span, format!("{what}: {}", effect.sentence), help))
    });
    let off: Vec<Draft> = off.collect();
    let bounded = || view.is_answered_by_double() || each_request(view, |project, request| project.is_seen_bounded(request));
    if off.is_empty() || bounded() {
        return Vec::new();
    }
    off.into_iter().map(|draft| as_sure(view, draft)).collect()
}

fn request(view: View<'_>) -> Vec<Draft> {
    // A stream lasts as long as it lasts.
    if view.project.is_stream(view.site) {
        return Vec::new();
    }
    none(view).filter(|_| !view.is_answered_by_double()).into_iter().collect()
}

fn none(view: View<'_>) -> Option<Draft> {
    let effect = view.parameter(Setting::Timeout)?.none.as_ref()?;
    if effect.consequence != Consequence::Unbounded || view.project.is_timed(view.site.call) {
        return None;
    }
    let argument = view.argument(Setting::Timeout)?;
    let value = view.value(Setting::Timeout);
    let unless_given = view.project.is_none_unless_given(argument.value);
    let counts = |source: Source| unless_given || source != Source::Initial;
    let none = value.alternatives.iter().find(|one| one.datum == Datum::Null && counts(one.source))?;
    let others = value.alternatives.iter().any(|one| one.datum != Datum::Null);
    let by_default = is_default(none) || others || value.unknown.is_some();
    if others && !is_default(none) && !unless_given {
        return None;
    }
    let name = view.name(Setting::Timeout);
    // Of several defaults, who calls decides which applies.
    let one_of_defaults = value.alternatives.iter().any(|one| one.datum != Datum::Null && is_default(one));
    let message = if by_default && (one_of_defaults || !is_default(none) && !unless_given) {
        format!("`{name}` can be None here: {}", effect.sentence)
    } else if by_default {
        format!("`{name}` is None here unless a caller passes another: {}", effect.sentence)
    } else {
        format!("`{name}=None`: {}", effect.sentence)
    };
    let example = &view.defaults().timeout_example;
    let help = if view.session_has_timeout() {
        format!("leave `{name}` out to use the session's, or pass `{example}`")
    } else {
        format!("pass a number that fits what is called, for example `{name}={example}`")
    };
    // What a mapping brings along from another function is told where it is used.
    let place = if view.project.is_beside(view.site, argument) { argument.span } else { view.span() };
    let mut draft = Draft::new(place, message, help);
    if let Some(at) = none.at.filter(|at| !place.contains(at)) {
        draft = draft.label(at, "None comes from here");
    }
    Some(draft.confidence(if by_default { Confidence::Medium } else { Confidence::High }))
}

fn tuple(view: View<'_>) -> Vec<Draft> {
    tuple_draft(view).filter(|_| !view.is_answered_by_double()).into_iter().collect()
}

fn tuple_draft(view: View<'_>) -> Option<Draft> {
    let row = view.parameter(Setting::Timeout)?.tuple.as_ref()?;
    let argument = view.argument(Setting::Timeout)?;
    let value = view.value(Setting::Timeout);
    let items = view.project.tuple_items(&value.one()?.datum)?;
    let read = row.settings.iter().position(|setting| *setting == Setting::SockRead)?;
    let silent = items.get(read).is_some_and(|item| item.always(|datum| *datum == Datum::Null));
    let name = view.name(Setting::Timeout);
    let message = if silent {
        format!("the read timeout of this `{name}` is None: {FOR_EVER}")
    } else if items.len() > 1 && items.len() < row.settings.len() && !row.short.is_empty() {
        format!("`{name}` is a tuple of {}: {}", items.len(), row.short)
    } else {
        return None;
    };
    Some(Draft::new(argument.span, message, format!("pass `{name}={}`", view.defaults().timeout_example)))
}
