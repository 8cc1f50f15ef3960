//! PC202 connector-not-set: a session runs on the default pool, which has no limit per host.
//!
//! A warning where the pool matters: the session is kept, or its requests run at the same time. Otherwise, and where the
//! session does not live long enough for a pool to matter, or asks one host one thing after the other, information.

use super::Check;
use super::view::View;
use crate::finding::{Confidence, Draft, Severity};
use crate::libraries::{Kind, Setting};
use crate::model::value::Datum;
use crate::project::Site;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[Check::Site(Kind::Session, check)];

fn check(view: View<'_>) -> Vec<Draft> {
    draft(view).into_iter().collect()
}

fn draft(view: View<'_>) -> Option<Draft> {
    // A library that takes no pool has no other than its own.
    view.parameter(Setting::Pool)?;
    let value = view.value(Setting::Pool);
    if view.defaults().pool.is_empty() || !value.always(|datum| matches!(datum, Datum::Unset | Datum::Null)) {
        return None;
    }
    let one_host = !view.is_unset(Setting::BaseUrl) || view.project.is_for_one_host(view.site);
    let idle = one_host && !view.project.starts_many(view.site.call);
    let requests = view.project.requests_of(view.site);
    let socket = |request: &&Site| view.project.request(request).is_some_and(|row| row.socket);
    let sockets = !requests.sites.is_empty() && requests.sites.iter().all(socket);
    // What is not told by default takes nothing in.
    let told = view.project.waste(view.site.call).is_some_and(|waste| waste.confidence > Confidence::Low);
    let matters = !sockets && !idle && !told && view.project.lives_long(view.site.call);
    let name = view.name(Setting::Pool);
    let written =
        if view.argument(Setting::Pool).is_some() { format!("`{name}` is None") } else { format!("no `{name}=`") };
    let message = format!("{written}: the default pool applies: {}", view.defaults().pool);
    let help = format!("pass `{name}={}`, with numbers that fit", view.defaults().pool_example);
    let draft = Draft::new(view.span(), message, help);
    let draft = if view.project.is_script(view.site) { draft.confidence(Confidence::Low) } else { draft };
    Some(if matters { draft } else { draft.severity(Severity::Info) })
}
