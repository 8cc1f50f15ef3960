//! PC306 session-outside-loop: a session or connector is built where no event loop runs.
//!
//! Only what cannot be right: import time, or a chain of plain calls that provably starts without a loop.

use super::Check;
use super::view::View;
use crate::finding::{Draft, Severity};
use crate::libraries::{Kind, Setting};
use crate::project::NoLoop;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[Check::Site(Kind::Session, check), Check::Site(Kind::Pool, check)];

fn check(view: View<'_>) -> Vec<Draft> {
    draft(view).into_iter().collect()
}

fn draft(view: View<'_>) -> Option<Draft> {
    let effect = view.project.class(view.site)?.needs_loop.as_ref()?;
    if !view.is_unset(Setting::Loop) || view.site.open || view.project.is_argument_of_site(view.site.call) {
        return None;
    }
    let (when, chain) = match view.project.without_loop(view.site.call)? {
        NoLoop::Import => ("while the module is imported", Vec::new()),
        NoLoop::Default => ("as the default of a parameter, while the module is imported", Vec::new()),
        NoLoop::Class => ("in a class body, while the module is imported", Vec::new()),
        NoLoop::Chain(chain) => ("in code that runs without an event loop", chain),
    };
    let message = format!("a {} is built {when}: {}", view.site.kind.word(), effect.sentence);
    let help = format!(
        "build it inside a coroutine: the first one that needs it, or `main()` before the {} is used",
        view.site.kind.word()
    );
    let draft = Draft::new(view.span(), message, help);
    let draft = if effect.consequence.is_error() { draft.severity(Severity::Error) } else { draft };
    Some(chain.into_iter().fold(draft, |draft, (span, words)| draft.label(span, words)))
}
