//! PC108 finite-total-on-stream: a timeout of the whole request ends a stream while it flows.
//!
//! Speaks where both are known: that the body is read piece by piece, and what ends the request.

use super::Check;
use super::view::{Total, View};
use crate::finding::Draft;
use crate::libraries::Kind;
use crate::model::value::Frame;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[Check::Site(Kind::Request, check)];

fn check(view: View<'_>) -> Vec<Draft> {
    draft(view).into_iter().collect()
}

fn draft(view: View<'_>) -> Option<Draft> {
    let example = &view.defaults().stream_example;
    if view.frame != Frame::NONE || example.is_empty() {
        return None;
    }
    let at = view.project.streamed(view.site)?;
    let total = view.total()?;
    let message = format!(
        "this body is read as a stream, and the timeout of the whole request ends it however steadily it flows: {}",
        total.words()
    );
    let help = format!("bound the wait for the next piece instead: `timeout={example}`");
    let draft = Draft::new(view.span(), message, help).label(at, "streamed here");
    Some(match total {
        Total::Written(measure) if !view.span().contains(&measure.at) => draft.label(measure.at, "set here"),
        _ => draft,
    })
}
