//! PC107 request-timeout-replaces-session: a request's timeout replaces the session's whole one.

use super::Check;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[];
