//! PC107 request-timeout-replaces-session: a request's timeout replaces the session's whole one.
//!
//! Speaks where both objects are known: what the session bounds and the request's own object leaves out.

use super::Check;
use super::view::{Measure, View};
use crate::finding::Draft;
use crate::libraries::{Kind, Setting};

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[Check::Site(Kind::Request, check)];

fn check(view: View<'_>) -> Vec<Draft> {
    draft(view).into_iter().collect()
}

fn draft(view: View<'_>) -> Option<Draft> {
    let own = view.object(Setting::Timeout).filter(|own| own.site.is(Kind::Timeout))?;
    let session = view.session()?;
    let whole = session.object(Setting::Timeout).filter(|whole| whole.site.is(Kind::Timeout))?;
    if own.site.call == whole.site.call {
        return None;
    }
    let settings: Vec<Setting> = own.library().phases.iter().flat_map(|phase| phase.settings.iter().copied()).collect();
    let lost: Vec<Measure> = settings
        .into_iter()
        .filter(|&setting| own.is_unset(setting))
        .filter_map(|setting| whole.numbers(setting)?.into_iter().next())
        .collect();
    if lost.is_empty() {
        return None;
    }
    let argument = view.argument(Setting::Timeout)?;
    let names: Vec<String> = lost.iter().map(|measure| measure.spelled.clone()).collect();
    let message = format!(
        "this timeout replaces the session's whole one: {} of the session {} not hold for this request",
        names.join(" and "),
        if lost.len() == 1 { "does" } else { "do" }
    );
    let fields: Vec<String> = lost.iter().map(|measure| format!("`{}`", measure.name)).collect();
    let help = format!("repeat {} in this timeout", fields.join(" and "));
    let draft = Draft::new(argument.span, message, help);
    Some(lost.iter().fold(draft, |draft, measure| draft.label(measure.at, "set for the session here")))
}
