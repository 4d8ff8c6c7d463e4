//! The maths of pairs: what was measured in turn is compared in turn. Pure.

/// The value that so many hundredths of all are not above: the nearest rank. `None` of nothing.
pub(super) fn percentile<T: Copy + PartialOrd>(values: &[T], hundredths: usize) -> Option<T> {
    let mut sorted = values.to_vec();
    sorted.sort_by(|one, other| {
        let order = one.partial_cmp(other);
        order.expect("times and their ratios are numbers")
    });
    let rank = (sorted.len() * hundredths).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied()
}

/// By how much each is longer than its twin, which may be less than nothing.
pub(super) fn differences(longer: &[u64], shorter: &[u64]) -> Vec<i64> {
    let pairs = longer.iter().zip(shorter);
    pairs
        .map(|(longer, shorter)| longer.cast_signed() - shorter.cast_signed())
        .collect()
}

/// How many times its twin each is.
pub(super) fn ratios(of: &[u64], to: &[u64]) -> Vec<f64> {
    let pairs = of.iter().zip(to);
    pairs.map(|(of, to)| float(*of) / float(*to)).collect()
}

/// Nanoseconds of a bench and bytes of an answer are small enough to be exact.
#[expect(clippy::cast_precision_loss, reason = "below 2^53")]
pub(super) fn float(value: u64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_value_that_was_measured() {
        assert_eq!(percentile(&[3, 1, 2], 50), Some(2));
        assert_eq!(percentile(&[4, 3, 1, 2], 50), Some(2));
        assert_eq!(percentile(&[5, 1], 10), Some(1));
        assert_eq!(percentile(&[5, 1], 100), Some(5));
        assert_eq!(percentile::<u64>(&[], 50), None);
    }

    #[test]
    fn a_disturbance_that_hits_both_of_a_pair_is_not_seen() {
        let direct = [10, 1_000, 12];
        let recorded = [15, 1_006, 10];
        assert_eq!(differences(&recorded, &direct), [5, 6, -2]);
        assert_eq!(percentile(&differences(&recorded, &direct), 50), Some(5));
        assert_eq!(ratios(&[30, 10], &[10, 20]), [3.0, 0.5]);
    }
}
