//! PC210 ssl-context-per-request: every request has a TLS context of its own, and so connections of its own.
//!
//! The project finds the context that is built for each run; this says what it costs.

use super::Check;
use super::view::View;
use crate::finding::Draft;
use crate::libraries::{Kind, Setting};
use crate::model::value::Frame;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[Check::Site(Kind::Request, check)];

fn check(view: View<'_>) -> Vec<Draft> {
    draft(view).into_iter().collect()
}

fn draft(view: View<'_>) -> Option<Draft> {
    if view.frame != Frame::NONE {
        return None;
    }
    let argument = view.argument(Setting::Tls)?;
    let context = view.project.context_of_request(view.site)?;
    let name = view.name(Setting::Tls);
    let message = format!(
        "`{name}` is a new TLS context each time: no request uses a connection of another one again, and the limit per host does not count them together"
    );
    let help = format!("build the context once and give it to the connector, `{name}=…`");
    let mut draft = Draft::new(argument.span, message, help).confidence(context.confidence);
    if !argument.span.contains(&context.at) {
        draft = draft.label(context.at, "built for this request");
    }
    Some(context.chain.into_iter().fold(draft, |draft, (span, words)| draft.label(span, words)))
}
