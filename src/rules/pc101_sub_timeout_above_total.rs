//! PC101 sub-timeout-above-total: a sub-timeout is longer than the timeout that encloses it.

use super::Check;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[];
