//! PC205 per-host-limit-above-limit: the limit per host is above the pool's limit and can never bind.

use super::Check;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[];
