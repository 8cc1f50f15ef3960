//! PC305 private-pool-attribute: code reads or writes the pool's private attributes.

use super::Check;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[];
