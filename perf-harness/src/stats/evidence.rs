//! Evidence against a hypothesis, on a logarithmic scale: no number of samples overflows.

/// The logarithm of the sum of what these are the logarithms of.
///
/// Each is the wealth of a bet that gains nothing on average where the hypothesis holds. If together they started with 1,
/// their sum is such a wealth, too: Robbins' method of mixtures ("Statistical methods related to the law of the iterated
/// logarithm", Ann. Math. Statist. 41, 1970).
pub(super) fn log_sum(logs: &[f64]) -> f64 {
    let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if largest == f64::NEG_INFINITY {
        return largest;
    }
    let sum: f64 = logs.iter().map(|log| (log - largest).exp()).sum();
    largest + sum.ln()
}

/// Whether the evidence is enough to be wrong at most so often.
///
/// Ville's inequality ("Étude critique de la notion de collectif", 1939): a wealth that starts at 1, is never negative and
/// gains nothing on average is ever `1 / rate` or more with a probability of at most `rate`, so whenever one looks.
pub(super) fn is_enough(log_evidence: f64, rate: f64) -> bool {
    log_evidence >= -rate.ln()
}

/// The least number of samples that are enough, where more are never worse.
pub(super) fn fewest(is_enough: impl Fn(u32) -> bool) -> u32 {
    let mut enough = 1;
    while !is_enough(enough) && enough < u32::MAX / 2 {
        enough *= 2;
    }
    let mut too_few = enough / 2;
    while enough - too_few > 1 {
        let middle = too_few + (enough - too_few) / 2;
        if is_enough(middle) {
            enough = middle;
        } else {
            too_few = middle;
        }
    }
    enough
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wealth_is_summed_up_beyond_what_a_number_can_hold() {
        let check = |logs: &[f64], expected: f64| {
            let sum = log_sum(logs);
            assert!((sum - expected).abs() < 1e-12, "{logs:?}: {sum}");
        };
        check(&[0.0, 3.0_f64.ln()], 4.0_f64.ln());
        check(&[5000.0, 5000.0], 5000.0 + 2.0_f64.ln());
        check(&[5000.0, f64::NEG_INFINITY], 5000.0);
        check(&[-5000.0, -5000.0], -5000.0 + 2.0_f64.ln());
        assert!(log_sum(&[f64::NEG_INFINITY; 2]).is_infinite());
    }

    #[test]
    fn evidence_is_enough_from_one_over_the_rate_on() {
        assert!(is_enough(1001.0_f64.ln(), 0.001));
        assert!(!is_enough(999.0_f64.ln(), 0.001));
    }

    #[test]
    fn the_fewest_are_found_wherever_they_are() {
        for least in [1, 2, 3, 4, 5, 111, 568, 4096, 5_000_000] {
            assert_eq!(fewest(|samples| samples >= least), least);
        }
    }
}
