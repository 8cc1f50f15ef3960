//! PC207 keepalive-not-set: the library's default decides how long an idle connection is kept.

use super::Check;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[];
