//! PC305 private-pool-attribute: code reads or writes the pool's private attributes.
//!
//! Speaks of reads; writes are PC304's.

use super::{Access, Check};
use crate::finding::Draft;
use crate::libraries::Consequence;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[Check::Access(check)];

fn check(access: &Access) -> Option<Draft> {
    let row = access.row.as_ref().filter(|row| !access.written && row.read == Some(Consequence::Private))?;
    let message = format!("`{}` of {} is read: {}", access.name, access.of, row.sentence);
    Some(Draft::new(access.at, message, row.help.clone()))
}
