//! The statistics of times: tests that may be looked at after every sample, and intervals. Pure maths over numbers.
//!
//! What is shown here holds for samples that come one after the other and, given all before, are over a limit with no
//! more than the probability that is tested. docs/latency-statistics.md says it in plain words, with the figures.

mod evidence;
mod interval;
mod mean;
mod needed;
mod paired;
mod quantile;
mod share;
mod verdict;

// Cargo sets `test` for benches, too.
#[cfg(test)]
pub(crate) mod simulation;

pub(crate) use interval::Interval;
pub(crate) use mean::{MeanTest, Time, mean_samples_needed};
pub(crate) use needed::{samples_needed, samples_needed_to_fail, samples_without_exceedance};
pub(crate) use paired::{hodges_lehmann, wilcoxon_interval};
pub(crate) use quantile::{quantile, quantile_interval};
pub(crate) use share::{Exceeds, ShareTest};
pub(crate) use verdict::{ErrorRates, Verdict};
