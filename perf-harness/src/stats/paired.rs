//! What changed between two variants that were measured in pairs: its estimate, and how well it is known.
//!
//! Made for logarithms of ratios, `ln(after / before)`. All that is supposed of the differences is that they are
//! independent and their distribution is symmetric about what is estimated: where two variants are equal and each comes
//! first as often, exchanging them shows that it is, about 0.

use super::interval::Interval;

/// Differences up to which the distribution of ranks is counted. Counting takes as many steps as their third power.
const COUNTED: usize = 200;

/// The median of the Walsh averages, the means of each two differences and of each with itself: half as sensitive as the
/// mean to what is normal, hardly at all to what is far off. `None` of nothing.
///
/// Hodges and Lehmann, "Estimates of location based on rank tests", Ann. Math. Statist. 34 (1963).
pub(crate) fn hodges_lehmann(differences: &[f64]) -> Option<f64> {
    let averages = walsh_averages(differences);
    let upper = *averages.get(averages.len() / 2)?;
    let lower = averages[(averages.len() - 1) / 2];
    Some(f64::midpoint(lower, upper))
}

/// An interval of that estimate, with this confidence or more: what Wilcoxon's signed-rank test does not reject.
///
/// Between the `k`-th Walsh average from below and the `k`-th from above, where fewer than `k` of the rank sum have at most half
/// of what the confidence leaves (Tukey 1949; Hollander, Wolfe and Chicken, "Nonparametric Statistical Methods", 3.3). The
/// distribution of the rank sum is counted for up to 200 differences, and normal beyond. `None` where there are too few
/// for the confidence: 6 for 95 %, 8 for 99 %.
pub(crate) fn wilcoxon_interval(differences: &[f64], confidence: f64) -> Option<Interval> {
    let averages = walsh_averages(differences);
    let rank = critical_rank(differences.len(), (1.0 - confidence) / 2.0)?;
    Some(Interval {
        low: *averages.get(rank)?,
        high: averages[averages.len() - 1 - rank],
    })
}

fn walsh_averages(differences: &[f64]) -> Vec<f64> {
    let mut averages = Vec::with_capacity(differences.len() * (differences.len() + 1) / 2);
    for (at, first) in differences.iter().enumerate() {
        averages.extend(
            differences[at..]
                .iter()
                .map(|second| f64::midpoint(*first, *second)),
        );
    }
    averages.sort_unstable_by(f64::total_cmp);
    averages
}

/// The largest rank sum that is, together with all below it, as improbable as `tail` when there is no difference: the
/// critical value of the tables.
fn critical_rank(differences: usize, tail: f64) -> Option<usize> {
    if differences > COUNTED {
        return Some(normal_rank(differences, tail));
    }
    let mut below = 0.0;
    let beyond = rank_sums(differences).iter().position(|chance| {
        below += chance;
        below > tail
    });
    beyond?.checked_sub(1)
}

/// The probability of each sum of the ranks that have a positive sign, when each sign is as probable as the other.
///
/// One rank after the other: with it or without it, half and half. Wilcoxon, "Individual comparisons by ranking methods"
/// (1945).
fn rank_sums(differences: usize) -> Vec<f64> {
    let mut chances = vec![0.0; differences * (differences + 1) / 2 + 1];
    chances[0] = 1.0;
    let mut largest = 0;
    for rank in 1..=differences {
        largest += rank;
        for sum in (0..=largest).rev() {
            let with = if sum < rank { 0.0 } else { chances[sum - rank] };
            chances[sum] = f64::midpoint(chances[sum], with);
        }
    }
    chances
}

/// The same for many, by the normal distribution with the continuity correction.
fn normal_rank(differences: usize, tail: f64) -> usize {
    #[expect(clippy::cast_precision_loss, reason = "there are fewer")]
    let count = differences as f64;
    let mean = count * (count + 1.0) / 4.0;
    let deviation = (mean * (2.0 * count + 1.0) / 6.0).sqrt();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it lies between 0 and the mean"
    )]
    let rank = (mean - normal_above(tail) * deviation - 0.5).max(0.0) as usize;
    rank
}

/// What a normal number is above with this small probability: Abramowitz and Stegun, 26.2.23, to 0.00045.
fn normal_above(tail: f64) -> f64 {
    let t = (-2.0 * tail.ln()).sqrt();
    let above = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let below = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    t - above / below
}

#[cfg(test)]
mod tests {
    use super::super::simulation::{Random, Shape};
    use super::*;

    #[test]
    fn the_estimate_is_the_median_of_all_averages_of_two() {
        let check = |differences: &[f64], expected| {
            assert_eq!(hodges_lehmann(differences), expected, "{differences:?}");
        };
        check(&[], None);
        check(&[3.0], Some(3.0));
        // 1, 1.5, 2
        check(&[1.0, 2.0], Some(1.5));
        // 0, 0.5, 1, 5, 5.5, 10
        check(&[10.0, 0.0, 1.0], Some(3.0));
    }

    /// By brute force: the value that as many averages are above as below, found by counting all pairs.
    #[test]
    fn the_estimate_halves_the_averages() {
        let mut random = Random::new(5);
        for count in 1..40 {
            let differences: Vec<_> = (0..count).map(|_| random.normal()).collect();
            let estimate = hodges_lehmann(&differences).unwrap();
            let (mut above, mut below) = (0, 0);
            for (at, first) in differences.iter().enumerate() {
                for second in &differences[..=at] {
                    let average = (first + second) / 2.0;
                    above += i32::from(average > estimate + 1e-12);
                    below += i32::from(average < estimate - 1e-12);
                }
            }
            assert_eq!(above, below, "{differences:?}");
        }
    }

    #[test]
    fn the_estimate_moves_with_the_differences_and_not_with_their_order() {
        let mut random = Random::new(6);
        let differences: Vec<_> = (0..25).map(|_| random.normal()).collect();
        let estimate = hodges_lehmann(&differences).unwrap();
        let moved: Vec<_> = differences.iter().rev().map(|one| one + 2.0).collect();
        assert!((hodges_lehmann(&moved).unwrap() - estimate - 2.0).abs() < 1e-12);
        let mirrored: Vec<_> = differences.iter().map(|one| -one).collect();
        assert!((hodges_lehmann(&mirrored).unwrap() + estimate).abs() < 1e-12);
    }

    // McCornack, "Extended tables of the Wilcoxon matched pair signed rank statistic", JASA 60 (1965), at 0.025 and 0.005
    // for one tail.
    #[test]
    fn the_critical_values_are_those_of_the_tables() {
        let table = [
            (5, None, None),
            (6, Some(0), None),
            (7, Some(2), None),
            (8, Some(3), Some(0)),
            (9, Some(5), Some(1)),
            (10, Some(8), Some(3)),
            (11, Some(10), Some(5)),
            (12, Some(13), Some(7)),
            (13, Some(17), Some(9)),
            (14, Some(21), Some(12)),
            (15, Some(25), Some(15)),
            (16, Some(29), Some(19)),
            (17, Some(34), Some(23)),
            (18, Some(40), Some(27)),
            (19, Some(46), Some(32)),
            (20, Some(52), Some(37)),
            (21, Some(58), Some(42)),
            (22, Some(65), Some(48)),
            (23, Some(73), Some(54)),
            (24, Some(81), Some(61)),
            (25, Some(89), Some(68)),
            (30, Some(137), Some(109)),
            (40, Some(264), Some(220)),
            (50, Some(434), Some(373)),
        ];
        for (differences, at_95, at_99) in table {
            assert_eq!(critical_rank(differences, 0.025), at_95, "{differences}");
            assert_eq!(critical_rank(differences, 0.005), at_99, "{differences}");
        }
    }

    #[test]
    fn the_rank_sums_are_those_of_all_signs() {
        for differences in 0_usize..=12 {
            let told = rank_sums(differences);
            let mut counted = vec![0.0; told.len()];
            for signs in 0_u32..1 << differences {
                let positive = (1..=differences).filter(|rank| signs >> (rank - 1) & 1 == 1);
                counted[positive.sum::<usize>()] += 1.0 / f64::from(1_u32 << differences);
            }
            assert_eq!(told, counted, "{differences}");
        }
    }

    #[test]
    fn the_normal_distribution_takes_over_where_it_is_near() {
        for tail in [0.025, 0.005] {
            let counted = critical_rank(COUNTED, tail).unwrap();
            let normal = normal_rank(COUNTED, tail);
            // Of 20,100 averages.
            assert!(counted.abs_diff(normal) <= 25, "{counted} {normal}");
            assert!(critical_rank(COUNTED + 1, tail).unwrap() > counted);
        }
        for (tail, expected) in [(0.025, 1.959_964), (0.005, 2.575_829), (0.0005, 3.290_527)] {
            assert!((normal_above(tail) - expected).abs() < 4.5e-4, "{tail}");
        }
    }

    #[test]
    fn the_interval_is_made_of_the_averages_at_the_critical_rank() {
        // The fourth average from either end for ten differences at 99 %.
        let differences: Vec<_> = (0..10).map(|power| f64::from(1 << power)).collect();
        let interval = wilcoxon_interval(&differences, 0.99).unwrap();
        // 1, 1.5, 2, 2.5 and from above 512, 384, 320, 288.
        assert_eq!((interval.low, interval.high), (2.5, 288.0));
        assert_eq!(wilcoxon_interval(&differences[..7], 0.99), None);
        assert!(wilcoxon_interval(&differences[..8], 0.99).is_some());
        assert_eq!(wilcoxon_interval(&[], 0.95), None);
    }

    /// Symmetric differences, from light tails to those of times that stall: misses as often as promised.
    #[test]
    fn the_interval_covers_what_is_true() {
        let mut random = Random::new(8);
        for shape in [Shape::Lognormal(0.3), Shape::Stalls] {
            for (count, confidence) in [(10, 0.95), (21, 0.9)] {
                let trials = 400;
                let mut missed = 0;
                for _ in 0..trials {
                    let mut log_ratio =
                        || 0.1 + (shape.at(random.normal()) / shape.at(random.normal())).ln();
                    let differences: Vec<_> = (0..count).map(|_| log_ratio()).collect();
                    let interval = wilcoxon_interval(&differences, confidence).unwrap();
                    missed += u32::from(!interval.contains(0.1));
                }
                let promised = (1.0 - confidence) * f64::from(trials);
                let chance = 4.0 * (promised * confidence).sqrt();
                let missed = f64::from(missed);
                assert!(missed <= promised + chance, "{shape:?} {count}: {missed}");
                assert!(
                    missed >= promised - chance - 4.0,
                    "{shape:?} {count}: {missed}"
                );
            }
        }
    }
}
