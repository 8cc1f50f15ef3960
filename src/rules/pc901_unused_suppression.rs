//! PC901 unused-suppression: a suppression silences nothing.

use super::Check;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[];
