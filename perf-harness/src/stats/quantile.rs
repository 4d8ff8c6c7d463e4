//! Percentiles of samples, and how well they are known.

use super::interval::Interval;

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

/// Two samples that the true quantile lies between, with this confidence or more, whatever the distribution.
///
/// Of `n` samples, the number that is not above the quantile is binomial, so that the `low`-th and the `high`-th of them
/// enclose it with the probability `P(low <= Binomial(n, q) < high)`, or more where samples are equal. Each side has at
/// most half of what the confidence leaves. Distribution-free intervals of order statistics: David and Nagaraja, "Order
/// Statistics" (2003), 7.1. `None` where the samples are too few for a bound on each side. They are in rising order.
///
/// It holds for a number of samples that is fixed beforehand. Where a test on the samples chose when to stop it is a
/// description, and not a proof.
pub(crate) fn quantile_interval(
    sorted: &[f64],
    quantile: f64,
    confidence: f64,
) -> Option<Interval> {
    let side = (1.0 - confidence) / 2.0;
    let chances = binomial(sorted.len(), quantile);
    // So many samples may be below the quantile: fewer are as improbable as one side may be, and so are more.
    let low = first_beyond(chances.iter(), side)?;
    let high = first_beyond(chances.iter().rev(), side)?;
    Some(Interval {
        low: *sorted.get(low.checked_sub(1)?)?,
        high: *sorted.get(sorted.len() - high)?,
    })
}

/// How many of the chances can be left out before they sum up to more than this.
fn first_beyond<'a>(chances: impl Iterator<Item = &'a f64>, most: f64) -> Option<usize> {
    let mut sum = 0.0;
    let mut sums = chances.map(|chance| {
        sum += chance;
        sum
    });
    sums.position(|sum| sum > most)
}

/// The probabilities of 0 to `trials` successes.
///
/// By the ratios of neighbours from the most probable number on, so that no factorial overflows and what is smaller than a
/// number can be is 0.
fn binomial(trials: usize, share: f64) -> Vec<f64> {
    let odds = share / (1.0 - share);
    let count = real(trials);
    let ratio = |successes: f64| (count - successes) / (successes + 1.0) * odds;
    let mut weights = vec![0.0; trials + 1];
    // The most probable number is the first whose successor is less so.
    let mode = (0..trials).find(|successes| ratio(real(*successes)) < 1.0);
    let mode = mode.unwrap_or(trials);
    weights[mode] = 1.0;
    for successes in mode..trials {
        weights[successes + 1] = weights[successes] * ratio(real(successes));
    }
    for successes in (0..mode).rev() {
        weights[successes] = weights[successes + 1] / ratio(real(successes));
    }
    let sum: f64 = weights.iter().sum();
    for weight in &mut weights {
        *weight /= sum;
    }
    weights
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

    #[test]
    fn the_binomial_probabilities_are_those_of_counting() {
        // Pascal's triangle, with probabilities.
        let mut counted = vec![1.0];
        for trials in 0..=40 {
            let told = binomial(trials, 0.3);
            for (told, counted) in told.iter().zip(&counted) {
                assert!((told - counted).abs() < 1e-14, "{trials}: {told} {counted}");
            }
            let mut next = vec![0.0; trials + 2];
            for (successes, chance) in counted.iter().enumerate() {
                next[successes] += chance * 0.7;
                next[successes + 1] += chance * 0.3;
            }
            counted = next;
        }
        let many = binomial(100_000, 0.99);
        assert!(many.iter().all(|chance| chance.is_finite()));
        assert!((many.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }

    /// Ranks that `qbinom` gives: 40 and 61 of 100 for a median at 95 %, as in Conover, "Practical Nonparametric Statistics".
    #[test]
    fn the_interval_has_the_ranks_of_the_tables() {
        let check = |count, share, confidence, expected: Option<(f64, f64)>| {
            let told = quantile_interval(&ranks(count), share, confidence);
            let told = told.map(|interval| (interval.low, interval.high));
            assert_eq!(told, expected, "{share} of {count} at {confidence}");
        };
        check(100, 0.5, 0.95, Some((40.0, 61.0)));
        check(6, 0.5, 0.95, Some((1.0, 6.0)));
        check(5, 0.5, 0.95, None);
        check(10, 0.5, 0.95, Some((2.0, 9.0)));
    }

    #[test]
    fn too_few_samples_bound_a_rare_percentile_on_one_side_only() {
        // (0.95)^n <= 0.005 from n = 104 on.
        assert_eq!(quantile_interval(&ranks(103), 0.95, 0.99), None);
        assert!(quantile_interval(&ranks(104), 0.95, 0.99).is_some());
        assert_eq!(quantile_interval(&ranks(527), 0.99, 0.99), None);
        assert!(quantile_interval(&ranks(528), 0.99, 0.99).is_some());
        assert_eq!(quantile_interval(&[], 0.5, 0.99), None);
    }

    /// What the ranks promise, summed up from the probabilities, and that one rank less would not do.
    #[test]
    fn the_interval_covers_as_promised_and_is_not_wider_than_it_must_be() {
        for count in [20, 60, 111, 300, 600] {
            for (share, confidence) in [(0.5, 0.9), (0.5, 0.99), (0.9, 0.95), (0.95, 0.99)] {
                let Some(Interval { low, high }) =
                    quantile_interval(&ranks(count), share, confidence)
                else {
                    continue;
                };
                let mut chances = Vec::new();
                for (rank, chance) in (0..).zip(binomial(usize::try_from(count).unwrap(), share)) {
                    chances.push((f64::from(rank), chance));
                }
                let sum = |holds: &dyn Fn(f64) -> bool| -> f64 {
                    let held = chances.iter().filter(|(rank, _)| holds(*rank));
                    held.map(|(_, chance)| chance).sum()
                };
                let side = (1.0 - confidence) / 2.0;
                assert!(sum(&|below| below < low) <= side);
                assert!(sum(&|below| below <= low) > side);
                assert!(sum(&|below| below >= high) <= side);
                assert!(sum(&|below| below >= high - 1.0) > side);
            }
        }
    }

    #[test]
    fn the_interval_of_simulated_times_covers_the_true_quantile() {
        let mut random = Random::new(1);
        for shape in [Shape::Lognormal(1.0), Shape::TwoPeaks] {
            let (share, trials) = (0.9, 600);
            let truth = shape.at(normal_quantile(share));
            let mut missed = 0;
            for _ in 0..trials {
                let mut times: Vec<_> = (0..80).map(|_| shape.at(random.normal())).collect();
                times.sort_by(f64::total_cmp);
                let interval = quantile_interval(&times, share, 0.9).unwrap();
                missed += i32::from(!interval.contains(truth));
            }
            // 10 % and four standard deviations of 600 trials.
            assert!((20..=89).contains(&missed), "{shape:?}: {missed}");
        }
    }
}
