//! PC209 setting-without-effect: a setting is accepted and ignored.

use super::Check;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[];
