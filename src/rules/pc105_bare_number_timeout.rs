//! PC105 bare-number-timeout: a number stands where the library expects a timeout object.

use super::Check;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[];
