//! PC106 partial-timeout: only the total is set: connecting and reading are unbounded within it.
//!
//! Speaks where the total is bounded and nothing inside it is written.

use super::Check;
use super::view::{View, quantity};
use crate::finding::Draft;
use crate::libraries::Kind;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[Check::Site(Kind::Timeout, check)];

fn check(view: View<'_>) -> Vec<Draft> {
    draft(view).into_iter().collect()
}

fn draft(view: View<'_>) -> Option<Draft> {
    let row = view.library().encloses.first()?;
    let total = view.numbers(row.outer)?.into_iter().next()?;
    if !row.inner.iter().all(|&inner| view.is_unset(inner)) {
        return None;
    }
    let names: Vec<String> = row.inner.iter().map(|&inner| format!("`{}`", view.name(inner))).collect();
    let unit = view.unit(row.outer);
    Some(Draft::new(
        total.at,
        format!(
            "only {} is set: a connection that cannot be made and a peer that falls silent both take the whole {} to fail",
            total.spelled,
            quantity(total.value, unit)
        ),
        format!("set {} below it", names.join(" or ")),
    ))
}
