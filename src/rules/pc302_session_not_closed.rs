//! PC302 session-not-closed: a session or connector is not closed on every path.
//!
//! The project follows the object to whoever owns it; this says who does not close it.

use super::Check;
use super::view::View;
use crate::finding::{Draft, Severity};
use crate::libraries::{Kind, Setting};
use crate::model::value::Datum;
use crate::project::{Fate, Ownership};

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[Check::Site(Kind::Session, session), Check::Site(Kind::Pool, pool)];

fn session(view: View<'_>) -> Vec<Draft> {
    let closable = view.project.class(view.site).is_some_and(|class| !class.closers.is_empty());
    if !closable || view.site.mixed || view.project.is_double(view.site) || lent(view) {
        return Vec::new();
    }
    drafts(view, view.noun())
}

/// Whether a session closes a pool that it was only given, so that nobody can close it without the others.
fn lent(view: View<'_>) -> bool {
    let shares = view.parameter(Setting::PoolOwner).is_none() && view.argument(Setting::Pool).is_some();
    let built_here = |datum: &Datum| match datum {
        Datum::Built(call, _) => view.span().contains(&view.project.span(*call)),
        datum => matches!(datum, Datum::Null | Datum::Unset),
    };
    let mounted = || view.argument(Setting::Pool).is_none() && view.project.lent_pool(view.site).is_some();
    let made_for_it = || view.argument(Setting::Pool).is_some_and(|pool| view.project.is_made_here(pool.value));
    shares && !view.value(Setting::Pool).always(built_here) && !made_for_it() || mounted()
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
    drafts(view, view.noun())
}

fn drafts(view: View<'_>, what: &str) -> Vec<Draft> {
    let leak = &view.defaults().leak;
    let Some(class) = view.project.class(view.site) else { return Vec::new() };
    let Some(closer) = class.closers.first() else { return Vec::new() };
    let with = match (view.site.is(Kind::Session), class.asynchronous) {
        (true, true) => format!("enter it with `async with`, or await its `{closer}()` in a `finally`"),
        (true, false) => format!("enter it with `with`, or call its `{closer}()` in a `finally`"),
        _ => format!("await its `{closer}()` when the last session is done"),
    };
    let verb = if class.asynchronous || !view.site.is(Kind::Session) { "await" } else { "call" };
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
            let help = format!("{verb} `{name}.{closer}()` where its owner ends");
            let draft = Draft::new(view.span(), message, help).label(at, "held here");
            // What is collected with its owner is closed with it, without a word.
            vec![if verb == "await" { draft } else { draft.severity(Severity::Info) }]
        }
        Fate::NeverClosed(Ownership::Consumers(calls)) => {
            let message = format!("nothing closes the {what} that this call gives: {leak}");
            let told = |at| Draft::new(at, message.clone(), with.clone()).label(view.span(), "built here");
            calls.into_iter().map(told).collect()
        }
        Fate::NotAwaited(at) => {
            let message =
                format!("`{closer}()` of this {what} is a coroutine and is not awaited: the {what} stays open");
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
