//! Where the assertions of one test leave what did not hold, to be told together at its end.

use std::sync::{Mutex, PoisonError};

use crate::budget::Finding;

/// The findings of one test, in the order they were made.
#[derive(Debug, Default)]
pub(super) struct Ledger(Mutex<Vec<Finding>>);

impl Ledger {
    pub(super) fn add(&self, finding: Finding) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(finding);
    }

    /// Takes what was found so far.
    pub(super) fn take(&self) -> Vec<Finding> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
