//! PC204 unbounded-pool: the pool's limit is written as unbounded.
//!
//! Only what is written: a limit left out is the library's default, or PC201's.

use super::Check;
use super::view::{Bound, View, quantity, with_origins};
use crate::finding::Draft;
use crate::libraries::{Kind, Setting};
use crate::model::value::Datum;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[
    Check::Site(Kind::Pool, check),
    Check::Site(Kind::Session, check),
    Check::Site(Kind::Limits, check),
    Check::Site(Kind::Limits, left_out),
    Check::Site(Kind::Pool, kept),
    Check::Site(Kind::Session, kept),
];

fn check(view: View<'_>) -> Vec<Draft> {
    [Setting::Limit, Setting::LimitPerHost].into_iter().filter_map(|setting| draft(view, setting)).collect()
}

/// A limit whose default does not hold where the object is written.
fn left_out(view: View<'_>) -> Vec<Draft> {
    let Some(parameter) = view.parameter(Setting::Limit).filter(|parameter| parameter.unset.is_some()) else {
        return Vec::new();
    };
    if !view.is_unset(Setting::Limit) {
        return Vec::new();
    }
    let name = &parameter.name;
    let default = parameter.default_number.map(|number| quantity(number, "")).unwrap_or_default();
    let message = format!(
        "`{}` without `{name}` puts no bound on the connections in use: the default of {default} holds only where no limits are passed at all",
        view.callee()
    );
    let help = format!("set `{name}` too, for example `{name}={default}`");
    vec![Draft::new(view.span(), message, help)]
}

/// Idle connections that nothing bounds.
fn kept(view: View<'_>) -> Vec<Draft> {
    let zero = view.parameter(Setting::IdleLimit).and_then(|parameter| parameter.zero.as_ref());
    let waits = view.value(Setting::Block).always(|datum| *datum == Datum::Bool(true));
    let (Some(effect), Some(bounds), false) = (zero, view.bounds(Setting::IdleLimit), waits) else {
        return Vec::new();
    };
    let mut measures = bounds.iter().map(|bound| match bound {
        Bound::Unbounded(measure) => Some(measure),
        _ => None,
    });
    let Some(Some(first)) = measures.next() else { return Vec::new() };
    if !measures.all(|measure| measure.is_some()) {
        return Vec::new();
    }
    let help = format!("set `{}` to how many requests may run at once", first.name);
    vec![Draft::new(first.at, format!("{}: {}", first.spelled, effect.sentence), help)]
}

fn draft(view: View<'_>, setting: Setting) -> Option<Draft> {
    let bounds = view.bounds(setting)?;
    let unbounded = |bound: &Bound| matches!(bound, Bound::Unbounded(_));
    let Some(Bound::Unbounded(first)) = bounds.first() else { return None };
    if !bounds.iter().all(unbounded) {
        return None;
    }
    let other = if setting == Setting::Limit { Setting::LimitPerHost } else { Setting::Limit };
    let rest = view.numbers(other).and_then(|numbers| numbers.into_iter().next());
    let (limit, per_host) = (view.name(Setting::Limit), view.name(Setting::LimitPerHost));
    let (message, help) = match (setting, rest) {
        (Setting::Limit, Some(rest)) => (
            format!(
                "{} puts no bound on the connections in use; only {} bounds those to one host",
                first.spelled, rest.spelled
            ),
            format!("set `{limit}` to what the process can hold open"),
        ),
        (Setting::Limit, None) => (
            format!(
                "{} puts no bound on the connections in use: every request that finds no idle one opens another, until no file can be opened",
                first.spelled
            ),
            format!("set `{limit}` to what the process can hold open"),
        ),
        _ => (
            format!(
                "{} puts no bound on the connections to one host: only `{limit}` bounds them, and one slow host can take the whole pool",
                first.spelled
            ),
            format!("set `{per_host}` below `{limit}`"),
        ),
    };
    Some(with_origins(Draft::new(first.at, message, help), &[(first, "")]))
}
