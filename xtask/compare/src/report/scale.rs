//! The axis of changes that rows share, in bars of text and in plots.
//!
//! Logarithmic, so that twice as slow is as far to the right as twice as fast is to the left.

use crate::outcome::{Change, Comparison, Kind};

use super::number::signed_percent;

/// Where an axis may end: so much slower.
const ENDS: [f64; 10] = [0.05, 0.1, 0.2, 0.5, 1.0, 3.0, 9.0, 19.0, 99.0, 999.0];
/// Versions are rarely farther apart. What is has an arrow, so that small changes of others are seen.
const FARTHEST_OF_VERSIONS: f64 = 0.5;

pub(super) struct Scale {
    /// The change at the right end.
    end: f64,
}

impl Scale {
    /// Of all changes of a comparison. None where nothing has one.
    pub(super) fn of(comparison: &Comparison) -> Option<Self> {
        let changes = comparison.benchmarks.iter().filter_map(|one| one.change);
        let farthest = changes.map(|change| farthest(&change)).reduce(f64::max)?;
        let most = match comparison.kind {
            Kind::Variants => f64::INFINITY,
            Kind::Versions | Kind::Itself => FARTHEST_OF_VERSIONS,
        };
        Some(Self::up_to(farthest.exp_m1().min(most)))
    }

    /// Of the pairs of one benchmark and its interval.
    pub(super) fn of_pairs(pairs: &[f64], change: Option<Change>, threshold: f64) -> Self {
        let farthest_pair = pairs.iter().map(|pair| pair.abs()).fold(0.0, f64::max);
        let interval = change.map_or(0.0, |change| farthest(&change));
        let least = threshold.ln_1p() * 1.2;
        Self::up_to(farthest_pair.max(interval).max(least).exp_m1())
    }

    fn up_to(change: f64) -> Self {
        let mut ends = ENDS.into_iter();
        let end = ends.find(|end| *end >= change - 1e-9);
        Self {
            end: end.unwrap_or(ENDS[ENDS.len() - 1]),
        }
    }

    /// From 0 at the left end to 1 at the right one.
    pub(super) fn position(&self, change: f64) -> f64 {
        let share = change.ln_1p() / self.end.ln_1p();
        f64::midpoint(share.clamp(-1.0, 1.0), 1.0)
    }

    pub(super) fn is_left_of(&self, change: f64) -> bool {
        change.ln_1p() < -self.end.ln_1p() - 1e-9
    }

    pub(super) fn is_right_of(&self, change: f64) -> bool {
        change > self.end + 1e-9
    }

    /// What stands at the left end, in the middle and at the right end.
    pub(super) fn labels(&self) -> [String; 3] {
        let left = 1.0 / (1.0 + self.end) - 1.0;
        [
            signed_percent(left),
            "0".to_owned(),
            signed_percent(self.end),
        ]
    }
}

/// The end of an interval that is farther from no change, as a logarithm.
fn farthest(change: &Change) -> f64 {
    let ends = [change.low, change.estimate, change.high];
    ends.map(|end| end.ln_1p().abs())
        .into_iter()
        .fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn the_axis_ends_where_it_holds_all_changes() {
        let mut comparison = sample::every_case();
        let labels = Scale::of(&comparison).unwrap().labels();
        assert_eq!(labels, ["-33 %", "0", "+50 %"]);
        comparison
            .benchmarks
            .retain(|one| one.name == "recorder::forward");
        let labels = Scale::of(&comparison).unwrap().labels();
        assert_eq!(labels, ["-4.8 %", "0", "+5.0 %"]);
    }

    #[test]
    fn variants_are_as_far_apart_as_they_are() {
        let labels = Scale::of(&sample::variants(true)).unwrap().labels();
        assert_eq!(labels, ["-95 %", "0", "+1900 %"]);
    }

    #[test]
    fn nothing_measured_has_no_axis() {
        assert!(Scale::of(&sample::empty()).is_none());
    }

    #[test]
    fn what_is_beyond_the_ends_is_at_them() {
        let scale = Scale { end: 0.5 };
        let positions = [-0.9, -1.0 / 3.0, 0.0, 0.5, 7.0].map(|change| scale.position(change));
        for (position, expected) in positions.into_iter().zip([0.0, 0.0, 0.5, 1.0, 1.0]) {
            assert!((position - expected).abs() < 1e-9, "{positions:?}");
        }
        assert!(scale.is_left_of(-0.34) && !scale.is_left_of(-1.0 / 3.0));
        assert!(scale.is_right_of(0.51) && !scale.is_right_of(0.5));
    }
}
