//! PC301 session-per-request: a session is built for every request, so no connection is used again.

use super::Check;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[];
