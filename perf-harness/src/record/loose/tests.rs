//! The rules against the crate that they are a port of, and what is promised beyond it.

mod corpus;
mod golden;
mod hostile;

use super::*;

/// The fingerprint of one statement alone.
pub(super) fn one(sql: &str) -> String {
    loose(&[(1, sql)]).remove(0)
}
