//! PC203 deprecated-parameter: a pool or timeout parameter is deprecated, was removed, or never existed.

use super::Check;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[];
