//! PC303 shared-connector-closed: the connector of one session is closed with another.
//!
//! The project finds that one connector reaches several sessions; this says which of them comes too late.

use super::Check;
use super::view::View;
use crate::finding::Draft;
use crate::libraries::{Kind, Setting};
use crate::model::value::Frame;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[Check::Site(Kind::Session, check)];

fn check(view: View<'_>) -> Vec<Draft> {
    draft(view).into_iter().collect()
}

fn draft(view: View<'_>) -> Option<Draft> {
    // Without a word for the owner the library has no such pool, or none that is lost with the first session.
    if view.frame != Frame::NONE || view.parameter(Setting::PoolOwner).is_none() {
        return None;
    }
    let shared = view.project.pool_shared_by(view.site)?;
    let pool = view.argument(Setting::Pool)?;
    let owner = view.name(Setting::PoolOwner);
    let what = view.project.text(view.project.span(pool.value));
    let others = if shared.first.is_some() { "another session" } else { "an earlier session" };
    let message = format!(
        "this session and {others} have the same connector, `{what}`: the first one that is closed closes it, and the other can make no request any more"
    );
    let help = format!("use one session for all; or give each `{owner}=False` and close the connector after the last");
    let mut draft = Draft::new(view.span(), message, help);
    if let Some(first) = shared.first {
        draft = draft.label(first, "the other session");
    }
    if let Some(pool) = shared.pool {
        draft = draft.label(pool, "the connector is built here");
    }
    Some(shared.chain.into_iter().fold(draft, |draft, (span, words)| draft.label(span, words)))
}
