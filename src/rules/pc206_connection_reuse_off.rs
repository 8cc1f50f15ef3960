//! PC206 connection-reuse-off: connections are closed or expire before they can be used again.
//!
//! Closing after each request is right for a pool that serves one; it is wrong where the session lives on.

use super::Check;
use super::view::{Measure, View, quantity, with_origins};
use crate::finding::{Draft, Severity};
use crate::libraries::{Kind, Setting};
use crate::model::value::Datum;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[Check::Site(Kind::Pool, check), Check::Site(Kind::Limits, unkept)];

/// A keep-alive of so many seconds or less hardly ever sees a second request.
const SHORT: f64 = 1.0;

fn check(view: View<'_>) -> Vec<Draft> {
    forced(view).or_else(|| short(view)).into_iter().collect()
}

/// Limits that keep no idle connection.
fn unkept(view: View<'_>) -> Vec<Draft> {
    let zero = |setting: Setting| -> Option<Measure> {
        let numbers = view.numbers(setting)?;
        numbers.iter().all(|number| number.value == 0.0).then(|| numbers.into_iter().next())?
    };
    let Some(first) = zero(Setting::IdleLimit).or_else(|| zero(Setting::Keepalive)) else { return Vec::new() };
    let message = format!("{} keeps no connection: each request connects and shakes hands anew", first.spelled);
    let help = format!("remove it, or set `{}` above 0", first.name);
    vec![with_origins(Draft::new(first.at, message, help), &[(&first, "")])]
}

fn forced(view: View<'_>) -> Option<Draft> {
    let argument = view.argument(Setting::ForceClose)?;
    if !view.value(Setting::ForceClose).always(|datum| *datum == Datum::Bool(true)) {
        return None;
    }
    let (force, keepalive) = (view.name(Setting::ForceClose), view.name(Setting::Keepalive));
    let kept = view.value(Setting::Keepalive);
    if let Some(other) = view.argument(Setting::Keepalive)
        && kept.always(|datum| matches!(datum, Datum::Number(_)))
    {
        let message = format!("`{keepalive}` cannot be set together with `{force}=True`: ValueError in every version");
        let help = format!("remove `{force}` to use connections again, or `{keepalive}` to close each");
        let draft = Draft::new(argument.span, message, help).label(other.span, "set together with this");
        return Some(draft.severity(Severity::Error));
    }
    if !view.pool_is_reused() {
        return None;
    }
    let message = format!(
        "`{force}=True` closes every connection after one request: each request of this session connects and shakes hands anew"
    );
    let help = format!("remove it; where the server drops idle connections, set `{keepalive}` below the server's");
    Some(Draft::new(argument.span, message, help))
}

fn short(view: View<'_>) -> Option<Draft> {
    let numbers: Vec<Measure> = view.numbers(Setting::Keepalive)?;
    let first = numbers.first()?;
    if !numbers.iter().all(|number| number.value <= SHORT) {
        return None;
    }
    let force = view.name(Setting::ForceClose);
    let draft = if first.value == 0.0 {
        let message = format!(
            "{} uses no connection again, and leaves the idle ones open until the host is asked again",
            first.spelled
        );
        Draft::new(first.at, message, format!("remove it, or write `{force}=True` if that is meant"))
    } else {
        let message = format!(
            "{} keeps a connection for {}: hardly any request finds one to use again",
            first.spelled,
            quantity(first.value, "s")
        );
        Draft::new(first.at, message, "choose it just below the server's own idle timeout")
    };
    Some(with_origins(draft, &[(first, "s")]))
}
