//! PC106 partial-timeout: only the total is set: connecting and reading are unbounded within it.

use super::Check;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[];
