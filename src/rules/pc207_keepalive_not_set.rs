//! PC207 keepalive-not-set: the library's default decides how long an idle connection is kept.
//!
//! Information for those who ask: the default is a choice, too.

use super::Check;
use super::view::View;
use crate::finding::Draft;
use crate::libraries::{Kind, Setting};
use crate::model::value::Datum;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[Check::Site(Kind::Pool, check)];

fn check(view: View<'_>) -> Vec<Draft> {
    let closes = view.value(Setting::ForceClose).always(|datum| *datum == Datum::Bool(true));
    if view.defaults().keepalive.is_empty()
        || !view.is_unset(Setting::Keepalive)
        || closes
        || view.parameter(Setting::Keepalive).is_none()
    {
        return Vec::new();
    }
    let name = view.name(Setting::Keepalive);
    let message = format!("no `{name}`: an idle connection is kept for the default of {}", view.defaults().keepalive);
    vec![Draft::new(view.span(), message, format!("choose `{name}` just below the server's own idle timeout"))]
}
