//! The language-neutral model: what a file says, and what is known about a value.
//!
//! Front ends lower a file to [`facts::FileFacts`]; everything after that sees only this model. Refuses to know any
//! syntax, library or rule.

mod children;
pub mod expr;
pub mod facts;
mod file;
pub mod part;
pub mod value;
