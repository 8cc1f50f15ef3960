//! PC206 connection-reuse-off: connections are closed or expire before they can be used again.

use super::Check;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[];
