//! PC204 unbounded-pool: the pool's limit is written as unbounded.

use super::Check;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[];
