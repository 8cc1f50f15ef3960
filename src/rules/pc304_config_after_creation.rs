//! PC304 config-after-creation: a session or connector is configured after it was built.

use super::Check;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[];
