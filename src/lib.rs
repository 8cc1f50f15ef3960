//! poolcheck finds wrong HTTP-client pool and timeout configuration in source code.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod cli;
pub mod config;
pub mod discover;
pub mod engine;
pub mod finding;
pub mod frameworks;
pub mod languages;
pub mod libraries;
pub mod model;
pub mod paths;
pub mod progress;
pub mod project;
pub mod report;
pub mod rules;
pub mod source;
pub mod suppress;
pub mod words;
