//! PC111 invalid-setting: a setting has a value that fails or waits for ever once it is used.

use super::Check;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[];
