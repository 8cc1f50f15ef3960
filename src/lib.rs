//! poolcheck finds wrong HTTP-client pool and timeout configuration in source code.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod finding;
pub mod languages;
pub mod model;
pub mod report;
pub mod rules;
pub mod source;
