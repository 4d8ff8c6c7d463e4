//! What some pairs of processes took.

use std::collections::BTreeMap;

use super::Took;
use crate::counts::Counts;
use crate::estimate::{change, median};
use crate::outcome::{Change, Counted, Verdict};

#[derive(Default)]
pub(super) struct Series {
    /// Of each pair.
    changes: Vec<f64>,
    base: Vec<f64>,
    head: Vec<f64>,
    counts: Counts,
}

impl Series {
    pub(super) fn add(&mut self, took: &Took) {
        self.changes.push(took.change);
        self.base.push(took.base);
        self.head.push(took.head);
        self.counts.add(&took.base_facts, &took.head_facts);
    }

    pub(super) fn take(&mut self, other: Self) {
        self.changes.extend(other.changes);
        self.base.extend(other.base);
        self.head.extend(other.head);
        self.counts.take(other.counts);
    }

    pub(super) fn pairs(&self) -> usize {
        self.changes.len()
    }

    pub(super) fn into_pairs(self) -> Vec<f64> {
        self.changes
    }

    pub(super) fn change(&self) -> Option<Change> {
        change(&self.changes)
    }

    pub(super) fn verdict(&self, threshold: f64) -> Verdict {
        let change = self.change();
        change.map_or(Verdict::Undecided, |change| change.verdict(threshold))
    }

    /// Of an iteration, in nanoseconds.
    pub(super) fn times(&self) -> (Option<f64>, Option<f64>) {
        (median(&self.base), median(&self.head))
    }

    pub(super) fn counts(&self) -> BTreeMap<String, Counted> {
        self.counts.constant()
    }
}
