//! PC309 escapes-its-block: a session or response leaves the block that closes it.
//!
//! A response that was read keeps its body; only one that is read too late is wrong.

use super::Check;
use super::view::View;
use crate::finding::Draft;
use crate::libraries::Kind;
use crate::model::value::Frame;
use crate::project::Exit;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[Check::Site(Kind::Session, session), Check::Site(Kind::Request, response)];

fn session(view: View<'_>) -> Vec<Draft> {
    if view.project.class(view.site).is_none_or(|class| class.reopens) {
        return Vec::new();
    }
    draft(view, view.noun(), "build it without the block and let whoever gets it close it").into_iter().collect()
}

fn response(view: View<'_>) -> Vec<Draft> {
    let reads = &view.library().response.reads;
    if view.frame != Frame::NONE || reads.is_empty() || view.project.is_asked(view.site.call, reads) {
        return Vec::new();
    }
    let Some(escape) = view.project.escape(view.site.call) else { return Vec::new() };
    let Some(read) = view.project.is_used_by_caller(escape.at, reads) else { return Vec::new() };
    let draft = draft(view, "response", "read it inside the block and return what was read");
    draft.map(|draft| draft.label(read, "read here, too late")).into_iter().collect()
}

fn draft(view: View<'_>, what: &str, help: &str) -> Option<Draft> {
    if view.frame != Frame::NONE {
        return None;
    }
    let escape = view.project.escape(view.site.call)?;
    let how = match escape.exit {
        Exit::Returned => "returned",
        Exit::Stored => "stored as the last thing",
    };
    let message = format!("this {what} is {how} in the block that closes it: it is closed before anybody can use it");
    let at = view.project.span(escape.at);
    let yielding =
        if view.site.is(Kind::Session) { format!("{help}; or `yield` it from a context manager") } else { help.into() };
    Some(Draft::new(at, message, yielding).label(escape.block, "the block that closes it"))
}
