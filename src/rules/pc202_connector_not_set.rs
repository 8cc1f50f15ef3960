//! PC202 connector-not-set: a session runs on the default pool, which has no limit per host.

use super::Check;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[];
