//! PC102 total-below-timeout-sum: connecting and reading may together take longer than the total allows.

use super::Check;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[];
