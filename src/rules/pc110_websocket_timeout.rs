//! PC110 websocket-timeout: the timeout of a websocket is not the one that was meant.

use super::Check;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[];
