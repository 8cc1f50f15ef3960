//! PC205 per-host-limit-above-limit: the limit per host is above the pool's limit and can never bind.
//!
//! Equality is left alone: it is redundant, not wrong.

use super::Check;
use super::view::{Bound, Measure, View, quantity, with_origins};
use crate::finding::Draft;
use crate::libraries::{Kind, Setting};

/// What decides it.
pub(crate) const CHECKS: &[Check] =
    &[Check::Site(Kind::Pool, check), Check::Site(Kind::Session, check), Check::Site(Kind::Limits, idle)];

fn check(view: View<'_>) -> Vec<Draft> {
    draft(view).into_iter().collect()
}

/// More idle connections than there can be connections.
fn idle(view: View<'_>) -> Vec<Draft> {
    idle_draft(view).into_iter().collect()
}

fn idle_draft(view: View<'_>) -> Option<Draft> {
    let (limits, idle) = (view.numbers(Setting::Limit)?, view.numbers(Setting::IdleLimit)?);
    let (limit, first) = (limits.first()?, idle.first()?);
    if !idle.iter().all(|idle| limits.iter().all(|limit| idle.value > limit.value)) {
        return None;
    }
    let message =
        format!("{} is above {}: no more connections can be idle than there are", first.spelled, limit.spelled);
    let help = format!("lower `{}` to at most `{}`, or raise that", first.name, limit.name);
    let draft = Draft::new(first.at, message, help).label(limit.at, "this binds first");
    Some(with_origins(draft, &[(limit, ""), (first, "")]))
}

fn draft(view: View<'_>) -> Option<Draft> {
    let per_host = view.numbers(Setting::LimitPerHost)?;
    let default = view.parameter(Setting::Limit)?.default_number;
    let mut limits: Vec<(f64, String, Option<Measure>)> = Vec::new();
    for bound in view.bounds(Setting::Limit)? {
        match bound {
            Bound::Number(limit) => limits.push((limit.value, limit.spelled.clone(), Some(limit))),
            Bound::Unset => limits.push((
                default?,
                format!("the default `{}`, {}", view.name(Setting::Limit), quantity(default?, "")),
                None,
            )),
            Bound::Unbounded(_) => return None,
        }
    }
    let never = per_host.iter().all(|per_host| limits.iter().all(|(limit, ..)| per_host.value > *limit));
    let (first, (_, spelled, limit)) = (per_host.first()?, limits.first()?);
    if !never {
        return None;
    }
    let message =
        format!("{} is above {spelled}: it can never bind, and one host can take the whole pool", first.spelled);
    let help =
        format!("lower `{}` below `{}`, or raise that", view.name(Setting::LimitPerHost), view.name(Setting::Limit));
    let mut draft = Draft::new(first.at, message, help);
    if let Some(limit) = limit {
        draft = draft.label(limit.at, "this binds first");
        draft = with_origins(draft, &[(limit, "")]);
    }
    Some(with_origins(draft, &[(first, "")]))
}
