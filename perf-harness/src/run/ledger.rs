//! Where the assertions of one test leave what did not hold, to be told together at its end.

use std::sync::{Arc, Mutex, PoisonError};

use perf_harness_allocator::Tally;

use super::history::Notes;
use super::indexes::Wanted;
use super::within::Budgeted;
use crate::budget::{Baseline, Finding};

/// The findings of one test, in the order they were made, and what was known of it before.
#[derive(Debug)]
pub(super) struct Ledger {
    findings: Mutex<Vec<Finding>>,
    pub(super) baseline: Arc<Baseline>,
    /// What is to be known of the indexes of its databases, while that is collected.
    pub(super) wanted: Wanted,
    /// What its recordings cost, for the history.
    pub(super) notes: Notes,
    /// The budget that it names, and what it held against budgets.
    pub(super) budgeted: Budgeted,
    /// What its threads allocate.
    pub(super) tally: Tally,
}

impl Ledger {
    pub(super) fn new(baseline: Baseline, budgeted: Budgeted, tally: Tally) -> Self {
        Self {
            findings: Mutex::default(),
            baseline: Arc::new(baseline),
            wanted: Wanted::default(),
            notes: Notes::default(),
            budgeted,
            tally,
        }
    }

    pub(super) fn add(&self, finding: Finding) {
        self.findings
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(finding);
    }

    /// Takes what was found so far.
    pub(super) fn take(&self) -> Vec<Finding> {
        std::mem::take(&mut self.findings.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
