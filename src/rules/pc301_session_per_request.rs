//! PC301 session-per-request: a session is built for every request, so no connection is used again.
//!
//! The project decides how often the construction runs and how many requests it serves; this says so.

use super::Check;
use super::view::View;
use crate::finding::{Confidence, Draft};
use crate::libraries::{Kind, Setting};
use crate::project::Repeat;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[Check::Site(Kind::Session, session), Check::Site(Kind::Request, one_shot)];

fn session(view: View<'_>) -> Vec<Draft> {
    if view.project.shares_pool(&view.value(Setting::Pool), &view.value(Setting::PoolOwner)) {
        return Vec::new();
    }
    let Some(waste) = view.project.waste(view.site.call) else { return Vec::new() };
    let word = view.library().head.session.as_str();
    let place = if waste.function.is_empty() { String::new() } else { format!(" in `{}`", waste.function) };
    let message = format!(
        "{} {} is built {}{place}: no connection is used again, so each request pays for a new connection, its handshakes and a DNS lookup",
        article(word),
        word,
        waste.each
    );
    let closes = view.project.class(view.site).is_some_and(|class| !class.closers.is_empty());
    let help = if closes {
        format!("build one {word} at start, pass it to what makes requests, and close it at the end")
    } else {
        format!("build one {word} at start, keep it, and pass it to what makes requests")
    };
    let confidence = match waste.confidence {
        Confidence::Medium if view.project.is_script(view.site) => Confidence::Low,
        confidence => confidence,
    };
    let draft = Draft::new(view.span(), message, help).confidence(confidence);
    vec![waste.chain.into_iter().fold(draft, |draft, (span, words)| draft.label(span, words))]
}

fn one_shot(view: View<'_>) -> Vec<Draft> {
    let one_shot = view.project.request(view.site).is_some_and(|request| request.one_shot);
    if !one_shot || view.argument(Setting::Pool).is_some() || view.site.open {
        return Vec::new();
    }
    let Repeat::Often(_, chain) = view.project.repeat_at(view.site.call) else { return Vec::new() };
    let word = view.library().head.session.as_str();
    let message = format!(
        "`{}` builds {} {word} for this one request, again and again: no connection is used again",
        view.callee(),
        article(word)
    );
    let help = format!("build one {word} at start and make the requests through it");
    let draft = Draft::new(view.span(), message, help);
    vec![chain.into_iter().fold(draft, |draft, (span, words)| draft.label(span, words))]
}

fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}
