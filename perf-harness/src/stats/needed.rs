//! How many samples a verdict takes at least.

use super::evidence::fewest;
use super::share::ShareTest;
use super::verdict::{ErrorRates, Verdict};

/// The least number of samples that can pass: none of them is over.
pub(crate) fn samples_needed(quantile: f64, rates: ErrorRates) -> u32 {
    let test = ShareTest::new(quantile, rates);
    fewest(|samples| test.judge(samples, 0, 0) == Some(Verdict::Within))
}

/// The least number of samples that can fail: all of them are over.
pub(crate) fn samples_needed_to_fail(quantile: f64, rates: ErrorRates) -> u32 {
    let test = ShareTest::new(quantile, rates);
    fewest(|samples| test.judge(samples, samples, samples) == Some(Verdict::Over))
}

/// How many samples without one that is over show that fewer than `share` are, to be wrong at most so often.
///
/// `(1 - share)^n <= false_pass`. The number is fixed beforehand: this is no bound for who looks and decides when to stop.
pub(crate) fn samples_without_exceedance(share: f64, false_pass: f64) -> u32 {
    assert!(share > 0.0 && share < 1.0, "no share: {share}");
    fewest(|samples| f64::from(samples) * (-share).ln_1p() <= false_pass.ln())
}
