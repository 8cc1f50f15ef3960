//! PC310 session-across-loops: a session is kept from one event loop to the next.
//!
//! The project finds what keeps it and which runs reach it; this says so.

use super::Check;
use super::view::View;
use crate::finding::Draft;
use crate::libraries::Kind;
use crate::model::value::Frame;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[Check::Site(Kind::Session, check)];

fn check(view: View<'_>) -> Vec<Draft> {
    draft(view).into_iter().collect()
}

fn draft(view: View<'_>) -> Option<Draft> {
    if view.frame != Frame::NONE || view.project.class(view.site).is_none_or(|class| !class.asynchronous) {
        return None;
    }
    let outliving = view.project.outlives_loop(view.site.call)?;
    let message = format!(
        "this {} is kept in {} and belongs to the event loop that it is built in: in the next run that loop is closed, and its requests fail",
        view.noun(),
        outliving.kept
    );
    let help = "run one event loop for all; or build the session inside the coroutine that is run, and close it there";
    let draft = Draft::new(view.span(), message, help);
    Some(outliving.runs.into_iter().fold(draft, |draft, (span, words)| draft.label(span, words)))
}
