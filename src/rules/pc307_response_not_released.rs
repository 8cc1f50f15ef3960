//! PC307 response-not-released: a response is neither read nor released, and keeps its connection.
//!
//! The project follows the response to whoever has to read it; this says where nobody does.

use super::Check;
use super::view::View;
use crate::finding::{Confidence, Draft};
use crate::libraries::Kind;
use crate::model::value::Frame;
use crate::project::Hold;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[Check::Site(Kind::Request, check)];

fn check(view: View<'_>) -> Vec<Draft> {
    draft(view).into_iter().collect()
}

fn draft(view: View<'_>) -> Option<Draft> {
    let response = &view.library().response;
    if view.frame != Frame::NONE || response.held.is_empty() {
        return None;
    }
    let hold = view.project.hold(view.site);
    let wrong = match hold {
        Hold::Fine => return None,
        Hold::Never => "nothing reads or releases this response",
        Hold::Consumer(_) => "the caller that gets this response does not read or release it",
        Hold::SomePaths(_) => "this response is not read or released on every path",
    };
    let draft = Draft::new(view.span(), format!("{wrong}: {}", response.held), response.help.clone());
    let draft = match hold {
        Hold::Consumer(at) => draft.label(at, "given to this call, and not read after it"),
        Hold::SomePaths(at) => draft.label(at, "left as it is here"),
        _ => draft,
    };
    let unlikely = view.project.is_script(view.site) || hold == Hold::Never && view.project.is_brief(view.site);
    Some(match hold {
        _ if unlikely => draft.confidence(Confidence::Low),
        Hold::SomePaths(_) => draft.confidence(Confidence::Medium),
        _ => draft,
    })
}
