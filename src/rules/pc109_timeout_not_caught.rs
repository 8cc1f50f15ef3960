//! PC109 timeout-not-caught: the errors of a request are caught, its timeout is not.
//!
//! Speaks only where everything that the function catches around the request is known.

use super::Check;
use super::view::View;
use crate::finding::Draft;
use crate::libraries::Kind;
use crate::model::value::Frame;
use smol_str::SmolStr;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[Check::Site(Kind::Request, check)];

fn check(view: View<'_>) -> Vec<Draft> {
    draft(view).into_iter().collect()
}

fn draft(view: View<'_>) -> Option<Draft> {
    let errors = &view.library().errors;
    let socket = view.project.request(view.site).is_none_or(|request| request.socket);
    if view.frame != Frame::NONE || errors.own.is_empty() || socket {
        return None;
    }
    let handlers = view.project.caught_around(view.site.call);
    let known: Vec<_> = handlers.iter().map(|handler| handler.paths.as_ref()).collect::<Option<_>>()?;
    let named = |paths: &[SmolStr], of: &[SmolStr]| paths.iter().any(|path| of.contains(path));
    if known.iter().any(|paths| named(paths, &errors.timeout)) {
        return None;
    }
    let at = handlers.iter().find(|handler| handler.paths.as_ref().is_some_and(|paths| named(paths, &errors.own)))?.at;
    let total = view.total()?.words();
    let what = view.project.text(at);
    let message = format!("`except {what}` does not catch the timeout of this request: {} ({total})", errors.sentence);
    let draft = Draft::new(at, message, errors.help.clone());
    Some(draft.label(view.span(), "the request"))
}
