//! Percentiles of samples, and how well they are known.

use super::interval::Interval;
use super::share::ShareTest;
use super::verdict::{ErrorRates, Verdict};

/// The empirical quantile: the smallest sample that at least a share `quantile` of the samples is not above, the
/// `ceil(n q)`-th of `n`. No sample is made up between two others.
///
/// Definition 1 of Hyndman and Fan, "Sample quantiles in statistical packages", The American Statistician 50 (1996).
/// `None` of nothing. The samples are in rising order.
pub(crate) fn quantile(sorted: &[f64], quantile: f64) -> Option<f64> {
    // Rounding may not push `0.07 * 100` beyond 7.
    let rank = (real(sorted.len()) * quantile * (1.0 - 1e-12)).ceil();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rank is a whole number, and there are so many samples"
    )]
    let rank = rank as usize;
    sorted.get(rank.saturating_sub(1)).copied()
}

/// Two samples that the true quantile lies between, but for this error on each side, whatever the distribution and whenever
/// it is asked for.
///
/// It is what the test of a share does not reject: below `low` more samples are over than the quantile allows, and above
/// `high` so few that it cannot be. The test may be looked at after every sample, so this holds also where a verdict on the
/// samples chose when to stop; and at the error rates of the verdict the two never disagree. A confidence sequence: Howard
/// and Ramdas, "Sequential estimation of quantiles", Bernoulli 28 (2022). `None` where the samples are too few for a bound on
/// each side. They are in rising order.
pub(crate) fn quantile_interval(sorted: &[f64], quantile: f64, error: f64) -> Option<Interval> {
    let rates = ErrorRates {
        false_fail: error,
        false_pass: error,
    };
    let test = ShareTest::new(quantile, rates);
    let samples = u32::try_from(sorted.len()).ok()?;
    let shows = |over: u32, verdict: Verdict| test.judge(samples, over, over) == Some(verdict);
    // The more are over, the more that says: so each end is where it begins to say enough.
    let fewest = first(samples, |over| shows(over, Verdict::Over))?;
    let most = samples - first(samples, |over| shows(samples - over, Verdict::Within))?;
    let at = |over: u32| sorted.len().checked_sub(over as usize);
    Some(Interval {
        // Just below it, this sample is over, too.
        low: *sorted.get(at(fewest)?)?,
        high: *sorted.get(at(most + 1)?)?,
    })
}

/// The first number up to the last that has what all after it have, too.
fn first(last: u32, has: impl Fn(u32) -> bool) -> Option<u32> {
    let (mut from, mut to) = (0, last);
    if !has(last) {
        return None;
    }
    while from < to {
        let middle = from + (to - from) / 2;
        if has(middle) {
            to = middle;
        } else {
            from = middle + 1;
        }
    }
    Some(from)
}

#[expect(clippy::cast_precision_loss, reason = "memory holds fewer samples")]
fn real(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::super::simulation::{Random, Shape, normal_quantile};
    use super::*;

    fn ranks(count: u32) -> Vec<f64> {
        (1..=count).map(f64::from).collect()
    }

    #[test]
    fn a_quantile_is_a_sample() {
        let check = |count, share, expected| {
            assert_eq!(
                quantile(&ranks(count), share),
                expected,
                "{share} of {count}"
            );
        };
        check(0, 0.5, None);
        check(1, 0.5, Some(1.0));
        check(4, 0.5, Some(2.0));
        check(5, 0.5, Some(3.0));
        check(20, 0.95, Some(19.0));
        check(21, 0.95, Some(20.0));
        check(100, 0.07, Some(7.0));
        check(100, 0.99, Some(99.0));
        check(10, 0.0, Some(1.0));
        check(10, 1.0, Some(10.0));
    }

    #[test]
    fn at_least_so_many_samples_are_not_above_a_quantile_and_it_is_the_first_such() {
        for count in 1..60 {
            for share in [0.07, 0.29, 0.5, 0.57, 0.9, 0.95, 0.99] {
                let at = quantile(&ranks(count), share).unwrap();
                let enough = |below: f64| below + 1e-9 >= f64::from(count) * share;
                assert!(enough(at) && !enough(at - 1.0), "{share} of {count}: {at}");
            }
        }
    }

    const ERROR: f64 = 0.01;

    #[test]
    fn an_interval_ends_where_the_test_of_a_share_rejects() {
        for count in [20, 107, 300, 600, 5_000] {
            for share in [0.5, 0.9, 0.95, 0.99] {
                let sorted = ranks(count);
                let test = ShareTest::new(
                    share,
                    ErrorRates {
                        false_fail: ERROR,
                        false_pass: ERROR,
                    },
                );
                let says = |limit: f64| {
                    let over = sorted.iter().filter(|time| **time > limit).count();
                    let over = u32::try_from(over).unwrap();
                    test.judge(count, over, over)
                };
                let interval = quantile_interval(&sorted, share, ERROR);
                let Some(Interval { low, high }) = interval else {
                    assert!(says(f64::from(count)).is_none() || says(0.0).is_none());
                    continue;
                };
                assert_eq!(says(low - 0.5), Some(Verdict::Over));
                assert_eq!(says(low), None, "{share} of {count}");
                assert_eq!(says(high), Some(Verdict::Within));
                assert_eq!(says(high - 0.5), None, "{share} of {count}");
            }
        }
    }

    #[test]
    fn equal_samples_are_an_interval_of_one_value() {
        let same = vec![7.0; 300];
        let interval = quantile_interval(&same, 0.95, ERROR).unwrap();
        assert_eq!((interval.low, interval.high), (7.0, 7.0));
    }

    #[test]
    fn too_few_samples_bound_no_percentile() {
        // As many as a verdict at that error rate takes.
        let check = |share, needed| {
            assert_eq!(quantile_interval(&ranks(needed - 1), share, ERROR), None);
            assert!(quantile_interval(&ranks(needed), share, ERROR).is_some());
        };
        check(0.95, 107);
        check(0.99, 542);
        assert_eq!(quantile_interval(&[], 0.5, ERROR), None);
    }

    /// Looked at after each of 400 samples, and wrong if it ever is.
    #[test]
    fn the_interval_holds_the_true_quantile_at_every_moment() {
        let mut random = Random::new(1);
        for shape in [Shape::Lognormal(1.0), Shape::TwoPeaks] {
            let (share, trials) = (0.9, 300);
            let truth = shape.at(normal_quantile(share));
            let mut missed = 0;
            for _ in 0..trials {
                let mut times = Vec::new();
                let mut is_missed = false;
                for _ in 0..400 {
                    let time = shape.at(random.normal());
                    let place = times.partition_point(|other| *other < time);
                    times.insert(place, time);
                    let interval = quantile_interval(&times, share, 0.05);
                    is_missed |= interval.is_some_and(|interval| !interval.contains(truth));
                }
                missed += i32::from(is_missed);
            }
            // 10 % and three standard deviations of 300 trials; and a test that never rejects has no power.
            assert!((1..=46).contains(&missed), "{shape:?}: {missed}");
        }
    }
}
