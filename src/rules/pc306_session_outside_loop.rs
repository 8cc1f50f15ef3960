//! PC306 session-outside-loop: a session or connector is built where no event loop runs.

use super::Check;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[];
