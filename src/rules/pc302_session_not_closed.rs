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
    drafts(view, "session")
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
    drafts(view, "connector")
}

fn drafts(view: View<'_>, what: &str) -> Vec<Draft> {
    // What needs no closing cannot miss it.
    if view.project.class(view.site).is_none_or(|class| class.closers.is_empty()) {
        return Vec::new();
    }
    let leak = "its connections stay open until it is collected, and it is then reported as unclosed";
    let with = if what == "session" {
        "enter it with `async with`, or await its `close()` in a `finally`"
    } else {
        "await its `close()` when the last session is done"
    };
    match view.project.fate(view.site.call) {
        Fate::Fine => Vec::new(),
        Fate::NeverClosed(Ownership::Local) => {
            vec![Draft::new(view.span(), format!("nothing closes this {what}: {leak}"), with)]
        }
        Fate::NeverClosed(Ownership::Temporary) => {
            vec![Draft::new(view.span(), format!("nothing holds this {what}, so nothing can close it: {leak}"), with)]
        }
        Fate::NeverClosed(Ownership::Attribute(name, at)) => {
            let message = format!("nothing closes the {what} in `{name}`: {leak}");
            let help = format!("await `{name}.close()` where its owner ends");
            vec![Draft::new(view.span(), message, help).label(at, "held here")]
        }
        Fate::NeverClosed(Ownership::Consumers(calls)) => {
            let message = format!("nothing closes the {what} that this call gives: {leak}");
            let told = |at| Draft::new(at, message.clone(), with).label(view.span(), "built here");
            calls.into_iter().map(told).collect()
        }
        Fate::NotAwaited(at) => {
            let message = format!("`close()` of this {what} is a coroutine and is not awaited: the {what} stays open");
            vec![Draft::new(view.span(), message, "write `await` before it").label(at, "not awaited")]
        }
        Fate::SomePaths(at) => {
            let message = format!("this {what} is closed on some paths only: {leak}");
            vec![Draft::new(view.span(), message, with).label(at, "left open here")]
        }
        Fate::UncalledCloser(at, name) => {
            let message = format!("only `{name}` closes this {what}, and nothing calls that: {leak}");
            let help = format!("call `{name}` where its owner ends");
            vec![Draft::new(view.span(), message, help).label(at, "never called")]
        }
    }
}
