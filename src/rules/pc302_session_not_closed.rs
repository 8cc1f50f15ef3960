//! PC302 session-not-closed: a session or connector is not closed on every path.

use super::Check;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[];
