//! PC204 unbounded-pool: the pool's limit is written as unbounded.
//!
//! Only what is written: a limit left out is the library's default, or PC201's.

use super::Check;
use super::view::{Bound, View, with_origins};
use crate::finding::Draft;
use crate::libraries::{Kind, Setting};

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[Check::Site(Kind::Pool, check), Check::Site(Kind::Session, check)];

fn check(view: View<'_>) -> Vec<Draft> {
    [Setting::Limit, Setting::LimitPerHost].into_iter().filter_map(|setting| draft(view, setting)).collect()
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
