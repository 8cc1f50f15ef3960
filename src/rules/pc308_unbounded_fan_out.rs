//! PC308 unbounded-fan-out: requests are started all at once, and time out while they wait for a connection.
//!
//! Speaks where the session's pool is bounded, something ends the requests, and nothing known lets only some through.

use super::Check;
use super::view::{Bound, Total, View};
use crate::finding::{Confidence, Draft};
use crate::libraries::{Kind, Setting};
use crate::model::value::{Datum, Frame};

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[Check::Site(Kind::Request, check)];

fn check(view: View<'_>) -> Vec<Draft> {
    draft(view).into_iter().collect()
}

fn draft(view: View<'_>) -> Option<Draft> {
    let session = view.session().filter(|_| view.frame == Frame::NONE)?;
    let (connections, pool) = pool(session)?;
    let total = view.ended_by(&[Setting::Total, Setting::Connect])?;
    let found = view.project.fan_out(view.site.call, session.site.call, connections)?;
    let told = |other: &&crate::project::Site| {
        other.id < view.site.id
            && other.is(Kind::Request)
            && view.project.is_in_function_of(other.call, view.site.call)
            && view.project.fan_out(other.call, session.site.call, connections).as_ref() == Some(&found)
    };
    if view.project.sites().iter().any(|other| told(&other)) {
        return None;
    }
    let items = view.project.text(found.items);
    let message = format!(
        "one request for each item of `{items}`, all at once: {pool}, and the wait for a connection counts toward the \
         timeout: {}",
        total.words()
    );
    let help = "let only as many through as there are connections: `async with semaphore:` around the request";
    let draft = Draft::new(view.span(), message, help).label(found.at, "started here");
    Some(match total {
        Total::Default(_) => draft.confidence(Confidence::Low),
        Total::Written(measure) => draft.label(measure.at, "set here"),
    })
}

/// How many connections a session has, as a number and as words; `None` where that is not known, or not bounded.
fn pool(session: View<'_>) -> Option<(f64, String)> {
    let value = session.value(Setting::Pool);
    if value.always(|datum| matches!(datum, Datum::Unset | Datum::Null)) {
        let words = format!("the default pool has {}", session.defaults().pool);
        return Some((session.library().default_limit()?, words));
    }
    let pool = session.object(Setting::Pool)?;
    match pool.bounds(Setting::Limit)?.as_slice() {
        [Bound::Number(limit)] => Some((limit.value, format!("{} bounds the connections", limit.spelled))),
        [Bound::Unset] => {
            Some((pool.parameter(Setting::Limit)?.default_number?, format!("the pool has {}", pool.defaults().pool)))
        }
        _ => None,
    }
}
