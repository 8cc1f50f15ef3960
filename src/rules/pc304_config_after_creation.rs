//! PC304 config-after-creation: a session or connector is configured after it was built.
//!
//! Properties that cannot be set, and private attributes that should not be.

use super::{Access, Check};
use crate::finding::{Draft, Severity};
use crate::libraries::Consequence;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[Check::Access(check)];

fn check(access: &Access) -> Option<Draft> {
    let row = access.row.as_ref().filter(|_| access.written)?;
    let severity = match row.written? {
        Consequence::Raises => Severity::Error,
        Consequence::Private if !access.cleared => Severity::Warning,
        _ => return None,
    };
    let message = format!("`{}` of {} is set after it was built: {}", access.name, access.of, row.sentence);
    Some(Draft::new(access.at, message, row.help.clone()).severity(severity))
}
