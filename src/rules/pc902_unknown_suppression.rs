//! PC902 unknown-suppression: a suppression names no rule.

use super::Check;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[];
