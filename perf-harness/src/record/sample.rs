//! One piece of work at one size of its data.

use std::sync::Arc;

use super::recording::Traffic;

/// What crossed the wire when the work ran on data of one size.
#[derive(Clone, Debug)]
pub struct Sample {
    pub(crate) size: usize,
    pub(crate) rows: u64,
    pub(crate) traffic: Arc<Traffic>,
}

impl Sample {
    /// The size that the seed was asked for.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// How many rows all tables of the database had after the seed.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Everything that crossed the wire during the work.
    #[must_use]
    pub fn traffic(&self) -> &Traffic {
        &self.traffic
    }
}
