//! From the times of pairs to how much changed, and whether that is shown.

use crate::outcome::{Change, Verdict};
use crate::stats::{hodges_lehmann, wilcoxon_interval};

/// How sure an interval is.
const CONFIDENCE: f64 = 0.99;
/// The smallest number of pairs that has an interval of that confidence.
pub(crate) const FEWEST_PAIRS: usize = 8;

/// Of the logarithms of head by base, one for each pair. None of too few.
pub(crate) fn change(pairs: &[f64]) -> Option<Change> {
    let interval = wilcoxon_interval(pairs, CONFIDENCE)?;
    Some(Change {
        estimate: hodges_lehmann(pairs)?.exp_m1(),
        low: interval.low.exp_m1(),
        high: interval.high.exp_m1(),
    })
}

impl Change {
    /// By more than the threshold in the middle, and beyond nothing at either end of the interval.
    pub(crate) fn verdict(&self, threshold: f64) -> Verdict {
        // As much faster as it would be slower the other way round.
        let gain = 1.0 - 1.0 / (1.0 + threshold);
        if self.estimate > threshold && self.low > 0.0 {
            Verdict::Slower
        } else if self.estimate < -gain && self.high < 0.0 {
            Verdict::Faster
        } else if self.low > -gain && self.high < threshold {
            Verdict::Same
        } else {
            Verdict::Undecided
        }
    }

    /// Half of the interval's width: what is not known.
    pub(crate) fn uncertainty(&self) -> f64 {
        (self.high - self.low) / 2.0
    }
}

/// The middle one, or the mean of the two in the middle. None of nothing.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = sorted[(sorted.len() - 1) / 2];
    Some(f64::midpoint(lower, upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change_of(estimate: f64, low: f64, high: f64) -> Change {
        Change {
            estimate,
            low,
            high,
        }
    }

    #[test]
    fn what_is_slower_is_so_beyond_doubt_and_by_more_than_matters() {
        let verdict = |estimate, low, high| change_of(estimate, low, high).verdict(0.03);
        assert_eq!(verdict(0.05, 0.01, 0.09), Verdict::Slower);
        assert_eq!(verdict(0.05, -0.01, 0.11), Verdict::Undecided);
        assert_eq!(verdict(0.02, 0.01, 0.029), Verdict::Same);
        assert_eq!(verdict(0.02, 0.01, 0.031), Verdict::Undecided);
        assert_eq!(verdict(-0.05, -0.09, -0.01), Verdict::Faster);
        assert_eq!(verdict(-0.05, -0.09, 0.01), Verdict::Undecided);
        assert_eq!(verdict(0.0, -0.02, 0.02), Verdict::Same);
    }

    #[test]
    fn a_change_is_read_out_of_pairs() {
        let pairs: Vec<f64> = (0..10).map(|at| 0.05 + f64::from(at) / 1000.0).collect();
        let change = change(&pairs).unwrap();
        assert!((change.estimate - 0.0545_f64.exp_m1()).abs() < 1e-9);
        assert!(change.low > 0.05 && change.high < 0.061, "{change:?}");
        assert_eq!(super::change(&pairs[..FEWEST_PAIRS - 1]), None);
        assert!(super::change(&pairs[..FEWEST_PAIRS]).is_some());
    }

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(&[]), None);
    }
}
