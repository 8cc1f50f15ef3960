//! PC302 session-not-closed: a session or connector is not closed on every path.
//!
//! The project follows the object to whoever owns it; this says who does not close it.

use super::Check;
use super::view::View;
use crate::finding::Draft;
use crate::libraries::{Kind, Setting};
use crate::model::value::Datum;
use crate::project::{Fate, Ownership};

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[Check::Site(Kind::Session, session), Check::Site(Kind::Pool, pool)];

fn session(view: View<'_>) -> Vec<Draft> {
    draft(view, "session").into_iter().collect()
}

/// A connector is its session's to close, unless the session is told that it is not.
fn pool(view: View<'_>) -> Vec<Draft> {
    let sessions = view.sessions_of_pool();
    let lent = |site: &&crate::project::Site| {
        view.of(site, view.frame).value(Setting::PoolOwner).always(|datum| *datum == Datum::Bool(false))
    };
    if sessions.is_empty() || !sessions.iter().all(lent) {
        return Vec::new();
    }
    draft(view, "connector").into_iter().collect()
}

fn draft(view: View<'_>, what: &str) -> Option<Draft> {
    // What needs no closing cannot miss it.
    if view.project.class(view.site).is_none_or(|class| class.closers.is_empty()) {
        return None;
    }
    let leak = "its connections stay open until it is collected, and it is then reported as unclosed";
    let with = if what == "session" {
        "enter it with `async with`, or await its `close()` in a `finally`"
    } else {
        "await its `close()` when the last session is done"
    };
    match view.project.fate(view.site.call) {
        Fate::Fine => None,
        Fate::NeverClosed(Ownership::Local) => {
            Some(Draft::new(view.span(), format!("nothing closes this {what}: {leak}"), with))
        }
        Fate::NeverClosed(Ownership::Temporary) => {
            Some(Draft::new(view.span(), format!("nothing holds this {what}, so nothing can close it: {leak}"), with))
        }
        Fate::NeverClosed(Ownership::Attribute(name, at)) => {
            let message = format!("nothing closes the {what} in `{name}`: {leak}");
            let help = format!("await `{name}.close()` where its owner ends");
            Some(Draft::new(view.span(), message, help).label(at, "held here"))
        }
        Fate::NeverClosed(Ownership::Consumer(at)) => {
            let message = format!("the caller that gets this {what} does not close it: {leak}");
            Some(Draft::new(view.span(), message, with).label(at, "built for this call, and not closed after it"))
        }
        Fate::NotAwaited(at) => {
            let message = format!("`close()` of this {what} is a coroutine and is not awaited: the {what} stays open");
            Some(Draft::new(view.span(), message, "write `await` before it").label(at, "not awaited"))
        }
        Fate::SomePaths(at) => {
            let message = format!("this {what} is closed on some paths only: {leak}");
            Some(Draft::new(view.span(), message, with).label(at, "left open here"))
        }
        Fate::UncalledCloser(at, name) => {
            let message = format!("only `{name}` closes this {what}, and nothing calls that: {leak}");
            Some(
                Draft::new(view.span(), message, format!("call `{name}` where its owner ends"))
                    .label(at, "never called"),
            )
        }
    }
}
