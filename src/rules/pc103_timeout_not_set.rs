//! PC103 timeout-not-set: no timeout is set, so the library's default decides.

use super::Check;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[];
