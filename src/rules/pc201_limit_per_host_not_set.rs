//! PC201 limit-per-host-not-set: one slow host can take every connection of the pool.

use super::Check;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[];
