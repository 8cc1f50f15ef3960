//! PC301 session-per-request: a session is built for every request, so no connection is used again.
//!
//! The project decides how often the construction runs and how many requests it serves; this says so.

use super::Check;
use super::view::View;
use crate::finding::{Confidence, Draft};
use crate::libraries::{Kind, Setting};
use crate::model::value::Datum;
use crate::project::{Cause, Lent, Repeat};

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[Check::Site(Kind::Session, session), Check::Place(Kind::Request, one_shot)];

/// How many calls may lead from a loop or handler to a request without a session: the further away the loop, the less
/// is known of how often its turns come here.
const NEAR: usize = 1;

fn session(view: View<'_>) -> Vec<Draft> {
    if view.project.class(view.site).is_some_and(|class| class.shared) {
        return Vec::new();
    }
    let pool = view.value(Setting::Pool);
    if view.project.shares_pool(&pool, &view.value(Setting::PoolOwner)) || view.project.is_double(view.site) {
        return Vec::new();
    }
    let Some(waste) = view.project.waste(view.site.call) else { return Vec::new() };
    let lent = view.project.lent_pool(view.site);
    if lent == Some(Lent::Kept) {
        return Vec::new();
    }
    let place = if waste.function.is_empty() { String::new() } else { format!(" in `{}`", waste.function) };
    let noun = view.noun();
    let (closes, cost) = match (lent, view.argument(Setting::Pool)) {
        (None, _) if loads_roots(view) => (String::new(), &view.defaults().cost),
        (None, _) => (String::new(), view.cost_of_connecting()),
        (_, Some(pool)) => (format!(" and closes the `{}` that it is given", pool.name), view.cost_of_connecting()),
        (_, None) => (" and closes what is mounted on it".to_owned(), view.cost_of_connecting()),
    };
    let one = with_article(noun);
    let message = format!("{one} is built {}{place}{closes}: no connection is used again, so {cost}", waste.each);
    let closes = view.project.class(view.site).is_some_and(|class| !class.closers.is_empty());
    let help = if closes {
        format!("build one {noun} at start, pass it to what makes requests, and close it at the end")
    } else {
        format!("build one {noun} at start, keep it, and pass it to what makes requests")
    };
    let confidence = match waste.confidence {
        Confidence::Medium if view.project.is_script(view.site) => Confidence::Low,
        confidence => confidence,
    };
    let draft = Draft::new(view.span(), message, help).confidence(confidence);
    vec![waste.chain.into_iter().fold(draft, |draft, (span, words)| draft.label(span, words))]
}

/// Whether a session has the settings of TLS that the library makes by itself.
fn loads_roots(view: View<'_>) -> bool {
    view.value(Setting::Tls).always(|datum| matches!(datum, Datum::Unset | Datum::Bool(true)))
}

fn one_shot(view: View<'_>) -> Vec<Draft> {
    let one_shot = view.project.request(view.site).is_some_and(|request| request.one_shot);
    // What cannot be seen of the arguments may be a pool, where the function takes one.
    let pooled = view.argument(Setting::Pool).is_some() || view.site.open && view.parameter(Setting::Pool).is_some();
    if !one_shot || pooled || view.site.mixed || view.project.asks_once_more(view.site) {
        return Vec::new();
    }
    let (confidence, chain) = match view.project.repeat_of_request(view.site, Some(NEAR)) {
        // A stream lasts, and the next one is asked for where it broke.
        Repeat::Often(Cause::Turns, _) if view.project.is_stream(view.site) => return Vec::new(),
        Repeat::Often(_, chain) => (Confidence::High, chain),
        _ if !view.unsure => return Vec::new(),
        _ => match view.project.repeat_of_request(view.site, None) {
            Repeat::Often(_, chain) => (Confidence::Low, chain),
            _ => return Vec::new(),
        },
    };
    let noun = view.session_noun();
    let message = format!(
        "`{}` builds {} for this one request, again and again: no connection is used again",
        view.callee(),
        with_article(noun)
    );
    let help = format!("build one {noun} at start and make the requests through it");
    let draft = Draft::new(view.span(), message, help).confidence(confidence);
    vec![chain.into_iter().fold(draft, |draft, (span, words)| draft.label(span, words))]
}

fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}")
}
