//! What is known about a value: a lattice that makes silence the default.
//!
//! [`Value`] is a set of at most [`WIDTH`] alternatives, or unknown. Accessors return `Option`, so that a rule built on
//! them is silent on the unknown without saying so. Refuses to know how a value was found.

use crate::source::Span;
use smol_str::SmolStr;

/// How many alternatives are told apart before a value is unknown.
pub const WIDTH: usize = 8;
