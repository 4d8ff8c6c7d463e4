//! A sequential test on a share: do more samples exceed the limit than a percentile allows?
//!
//! A percentile `q` is within a limit when at most `1 - q` of the work takes longer. The test bets against that, and
//! against the opposite, on each sample as it comes. It may be looked at after every sample, and one may stop whenever one
//! likes: the error rates hold all the same.

use std::array::from_fn;

use super::evidence::{is_enough, log_sum};
use super::verdict::{ErrorRates, Verdict};

/// Whether a sample exceeds the limit. Its time may be known only from below and from above, and be over the limit by
/// the one and not by the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exceeds {
    /// By neither.
    No,
    /// By what it took at most, and not by what it took at least.
    Possibly,
    /// By both.
    Surely,
}

/// A test of the hypothesis that a share of at most `1 - quantile` exceeds the limit, and of its opposite.
///
/// For `p0 = 1 - quantile`, `k` of `n` samples over, and alternatives `p1`, the evidence is a weighted mean, over `p1`, of
/// the likelihood ratios
///
/// ```text
/// (p1 / p0)^k ((1 - p1) / (1 - p0))^(n - k)
/// ```
///
/// With every `p1 > p0` it is a supermartingale of mean 1 or less when each sample, given those before, is over with a
/// probability of at most `p0`, and with every `p1 < p0` when it is at least `p0`. So by Ville's inequality the first is
/// ever `1 / false_fail`, and the second ever `1 / false_pass`, at most that often. Likelihood ratios: Wald, "Sequential
/// tests of statistical hypotheses" (1945); mixtures: Robbins (1970); the whole: Ramdas, Grünwald, Vovk and Shafer,
/// "Game-theoretic statistics and safe anytime-valid inference", Statistical Science 38 (2023).
///
/// A fail counts what is surely over and a pass what is possibly over. Both cannot be shown at once: the first evidence is
/// above 1 only where more than `n p0` are over, the second only where fewer are.
#[derive(Clone, Debug)]
pub(crate) struct ShareTest {
    rates: ErrorRates,
    more: [Bet; 5],
    fewer: [Bet; 4],
    samples: u32,
    surely: u32,
    possibly: u32,
    verdict: Option<Verdict>,
}

impl ShareTest {
    /// A test of a percentile: 0.95 asks whether more than 5 % are over.
    pub(crate) fn new(quantile: f64, rates: ErrorRates) -> Self {
        assert!(
            quantile > 0.0 && quantile <= 1.0 - 1e-6,
            "a share of 0 or of less than one in a million cannot be tested: quantile {quantile}"
        );
        let allowed = 1.0 - quantile;
        Self {
            rates,
            more: bets(more_than(allowed), allowed),
            fewer: bets(fewer_than(allowed), allowed),
            samples: 0,
            surely: 0,
            possibly: 0,
            verdict: None,
        }
    }

    /// Takes in the next sample.
    pub(crate) fn add(&mut self, sample: Exceeds) {
        self.samples += 1;
        self.surely += u32::from(sample == Exceeds::Surely);
        self.possibly += u32::from(sample != Exceeds::No);
        self.verdict = self
            .verdict
            .or_else(|| self.judge(self.samples, self.surely, self.possibly));
    }

    /// What was shown. Once there is a verdict it stays, whatever comes after it: evidence that was enough is enough.
    pub(crate) fn verdict(&self) -> Option<Verdict> {
        self.verdict
    }

    /// How many samples were taken in.
    #[cfg(test)]
    pub(crate) fn samples(&self) -> u32 {
        self.samples
    }

    /// How many of them are surely over.
    #[cfg(test)]
    pub(crate) fn surely_over(&self) -> u32 {
        self.surely
    }

    /// How many of them may be over, those that surely are among them.
    #[cfg(test)]
    pub(crate) fn possibly_over(&self) -> u32 {
        self.possibly
    }

    /// What so many samples show if no look at fewer of them did.
    pub(crate) fn judge(&self, samples: u32, surely: u32, possibly: u32) -> Option<Verdict> {
        if is_enough(evidence(&self.more, samples, surely), self.rates.false_fail) {
            return Some(Verdict::Over);
        }
        let is_within = is_enough(
            evidence(&self.fewer, samples, possibly),
            self.rates.false_pass,
        );
        is_within.then_some(Verdict::Within)
    }
}

/// What is bet on when more than the allowed share are over: odds of a quarter more, of twice and of five times as many,
/// half of those that may not be over, and all but one in a thousand of those. Each lies between `allowed` and 1, for a
/// median as for a p99.
fn more_than(allowed: f64) -> [f64; 5] {
    let within = 1.0 - allowed;
    [
        at_odds(1.25, allowed),
        at_odds(2.0, allowed),
        at_odds(5.0, allowed),
        1.0 - within / 2.0,
        1.0 - within / 1000.0,
    ]
}

/// What is bet on when fewer are over: odds of a fifth less, of a half, of a fifth, and none.
fn fewer_than(allowed: f64) -> [f64; 4] {
    [
        at_odds(0.8, allowed),
        at_odds(0.5, allowed),
        at_odds(0.2, allowed),
        0.0,
    ]
}

/// The share whose odds are so many times those of another.
fn at_odds(times: f64, share: f64) -> f64 {
    times * share / (times * share + 1.0 - share)
}

/// The first is a quarter of the others: it tells small differences apart where there are thousands of samples, and is
/// paid for by two more of a p95.
fn bets<const N: usize>(shares: [f64; N], allowed: f64) -> [Bet; N] {
    let mut weights = [1.0; N];
    weights[0] = 0.25;
    let all: f64 = weights.iter().sum();
    from_fn(|at| Bet::new(weights[at] / all, shares[at], allowed))
}

/// What a bet starts with, and what each sample multiplies it by, as logarithms.
#[derive(Clone, Copy, Debug)]
struct Bet {
    weight: f64,
    over: f64,
    within: f64,
}

impl Bet {
    fn new(weight: f64, share: f64, allowed: f64) -> Self {
        Self {
            weight: weight.ln(),
            over: (share / allowed).ln(),
            within: ((1.0 - share) / (1.0 - allowed)).ln(),
        }
    }

    fn after(&self, samples: u32, over: u32) -> f64 {
        // A bet on none: 0 times the logarithm of 0 would be no number.
        let by_over = if over == 0 {
            0.0
        } else {
            f64::from(over) * self.over
        };
        self.weight + by_over + f64::from(samples - over) * self.within
    }
}

fn evidence<const N: usize>(bets: &[Bet; N], samples: u32, over: u32) -> f64 {
    log_sum(&bets.map(|bet| bet.after(samples, over)))
}

#[cfg(test)]
mod tests {
    use super::super::needed::{
        samples_needed, samples_needed_to_fail, samples_without_exceedance,
    };
    use super::super::simulation::{
        Fate, Latent, Random, Runs, Shape, normal_quantile, share_trial,
    };
    use super::*;

    const QUANTILES: [f64; 4] = [0.5, 0.9, 0.95, 0.99];

    fn odd() -> ErrorRates {
        ErrorRates {
            false_fail: 0.02,
            false_pass: 0.05,
        }
    }

    #[test]
    fn every_bet_is_on_the_side_that_it_is_evidence_for() {
        for allowed in [1e-6, 0.01, 0.05, 0.1, 0.5, 0.9] {
            assert!(
                more_than(allowed)
                    .iter()
                    .all(|bet| allowed < *bet && *bet < 1.0)
            );
            assert!(
                fewer_than(allowed)
                    .iter()
                    .all(|bet| 0.0 <= *bet && *bet < allowed)
            );
        }
    }

    #[test]
    fn the_bets_start_with_1_together() {
        let test = ShareTest::new(0.95, ErrorRates::default());
        assert!(evidence(&test.more, 0, 0).abs() < 1e-12);
        assert!(evidence(&test.fewer, 0, 0).abs() < 1e-12);
    }

    #[test]
    fn a_bet_gains_nothing_where_the_hypothesis_just_holds_and_loses_within_it() {
        let mean = |share: f64, allowed: f64, truth: f64| {
            let bet = Bet::new(1.0, share, allowed);
            truth * bet.over.exp() + (1.0 - truth) * bet.within.exp()
        };
        for allowed in [0.01, 0.05, 0.1, 0.5] {
            for bet in more_than(allowed).into_iter().chain(fewer_than(allowed)) {
                assert!((mean(bet, allowed, allowed) - 1.0).abs() < 1e-12);
            }
            for bet in more_than(allowed) {
                assert!(mean(bet, allowed, allowed / 3.0) < 1.0);
            }
            for bet in fewer_than(allowed) {
                assert!(mean(bet, allowed, allowed * 1.5) < 1.0);
            }
        }
    }

    #[test]
    fn a_pass_needs_as_many_samples_as_the_percentile_is_rare() {
        let check = |quantile, expected| {
            assert_eq!(samples_needed(quantile, ErrorRates::default()), expected);
        };
        check(0.5, 8);
        check(0.9, 52);
        check(0.95, 107);
        check(0.99, 542);
    }

    #[test]
    fn a_gross_violation_fails_after_a_few_samples() {
        let check = |quantile, expected| {
            let needed = samples_needed_to_fail(quantile, ErrorRates::default());
            assert_eq!(needed, expected, "{quantile}");
        };
        check(0.5, 12);
        check(0.9, 4);
        check(0.95, 3);
        check(0.99, 2);
    }

    #[test]
    fn what_is_needed_is_what_the_test_needs() {
        for quantile in QUANTILES {
            let mut test = ShareTest::new(quantile, ErrorRates::default());
            let needed = samples_needed(quantile, ErrorRates::default());
            while test.verdict().is_none() && test.samples() < 10_000 {
                test.add(Exceeds::No);
            }
            assert_eq!(
                (test.samples(), test.verdict()),
                (needed, Some(Verdict::Within))
            );
            let mut test = ShareTest::new(quantile, ErrorRates::default());
            let needed = samples_needed_to_fail(quantile, ErrorRates::default());
            while test.verdict().is_none() && test.samples() < 10_000 {
                test.add(Exceeds::Surely);
            }
            assert_eq!(
                (test.samples(), test.verdict()),
                (needed, Some(Verdict::Over))
            );
        }
    }

    #[test]
    fn a_maximum_is_shown_by_samples_without_one_above_it() {
        assert_eq!(samples_without_exceedance(0.01, 0.01), 459);
        assert_eq!(samples_without_exceedance(0.05, 0.01), 90);
        assert_eq!(samples_without_exceedance(0.01, 0.05), 299);
    }

    #[test]
    fn what_is_only_possibly_over_neither_fails_nor_passes() {
        let mut test = ShareTest::new(0.95, ErrorRates::default());
        for _ in 0..2000 {
            test.add(Exceeds::Possibly);
        }
        assert_eq!(test.verdict(), None);
        assert_eq!((test.surely_over(), test.possibly_over()), (0, 2000));
    }

    #[test]
    fn a_verdict_stays() {
        let mut test = ShareTest::new(0.95, ErrorRates::default());
        for _ in 0..3 {
            test.add(Exceeds::Surely);
        }
        for _ in 0..5000 {
            test.add(Exceeds::No);
        }
        assert_eq!(test.verdict(), Some(Verdict::Over));
        assert_eq!((test.samples(), test.surely_over()), (5003, 3));
    }

    #[test]
    fn a_million_samples_overflow_nothing() {
        let test = ShareTest::new(0.95, ErrorRates::default());
        let million = 1_000_000;
        for over in [0, 1, 50_000, 51_000, million] {
            let both = [
                evidence(&test.more, million, over),
                evidence(&test.fewer, million, over),
            ];
            assert!(both.iter().all(|log| log.is_finite()), "{over}: {both:?}");
        }
        assert_eq!(test.judge(million, 57_000, 57_000), Some(Verdict::Over));
        assert_eq!(test.judge(million, 44_000, 44_000), Some(Verdict::Within));
        assert_eq!(test.judge(million, 50_000, 50_000), None);
    }

    #[test]
    fn both_are_never_shown_at_once() {
        for quantile in QUANTILES {
            let test = ShareTest::new(quantile, ErrorRates::default());
            for samples in [1, 10, 100, 1000] {
                for over in 0..=samples {
                    let more = evidence(&test.more, samples, over);
                    let fewer = evidence(&test.fewer, samples, over);
                    assert!(more <= 0.0 || fewer <= 0.0, "{quantile} {samples} {over}");
                }
            }
        }
    }

    /// The rates of wrong verdicts are exact: every sequence of 600 samples is accounted for.
    #[test]
    fn the_error_rates_are_kept_and_not_by_never_deciding() {
        for rates in [ErrorRates::default(), odd()] {
            for quantile in QUANTILES {
                let allowed = 1.0 - quantile;
                let at_limit = Fate::of(quantile, rates, allowed, 600);
                assert!(
                    at_limit.over <= rates.false_fail,
                    "{quantile}: {at_limit:?}"
                );
                assert!(
                    at_limit.within <= rates.false_pass,
                    "{quantile}: {at_limit:?}"
                );
                assert!(
                    at_limit.over >= rates.false_fail / 8.0,
                    "{quantile}: {at_limit:?}"
                );
                let inside = Fate::of(quantile, rates, allowed / 1.5, 600);
                assert!(inside.over < at_limit.over, "{quantile}: {inside:?}");
                let outside = Fate::of(quantile, rates, allowed * 1.5, 600);
                assert!(
                    outside.within < at_limit.within || quantile > 0.98,
                    "{outside:?}"
                );
            }
        }
    }

    #[test]
    fn what_is_far_from_the_limit_is_decided() {
        for quantile in [0.5, 0.9, 0.95] {
            let allowed = 1.0 - quantile;
            let far_over = Fate::of(quantile, ErrorRates::default(), 1.0 - quantile / 4.0, 600);
            assert!(
                far_over.over > 0.999 && far_over.samples < 45.0,
                "{quantile}: {far_over:?}"
            );
            let far_within = Fate::of(quantile, ErrorRates::default(), allowed / 20.0, 600);
            assert!(far_within.within > 0.99, "{quantile}: {far_within:?}");
        }
    }

    /// The rate, and four standard deviations of as many trials: by chance one in 30,000 is beyond.
    fn at_most(rate: f64, trials: u32) -> f64 {
        rate + 4.0 * (rate * (1.0 - rate) / f64::from(trials)).sqrt()
    }

    const TRIALS: u32 = 250;

    /// The fate of times of a shape whose budget is so many times the true percentile.
    fn seen(quantile: f64, shape: Shape, budget: f64, correlation: f64) -> Fate {
        let mut random = Random::new(2);
        let budget = budget * shape.at(normal_quantile(quantile));
        Fate::seen(TRIALS, || {
            let mut latent = Latent::new(&mut random, correlation);
            share_trial(quantile, odd(), 200, || shape.at(latent.next()) > budget)
        })
    }

    #[test]
    fn times_of_every_shape_are_judged_within_the_error_rates() {
        let shapes = [
            Shape::Lognormal(0.5),
            Shape::Lognormal(1.0),
            Shape::Exponential,
            Shape::TwoPeaks,
        ];
        for shape in shapes {
            for quantile in [0.5, 0.95] {
                let exact = seen(quantile, shape, 1.0, 0.0);
                assert!(
                    exact.over <= at_most(odd().false_fail, TRIALS),
                    "{shape:?} {exact:?}"
                );
                assert!(
                    exact.within <= at_most(odd().false_pass, TRIALS),
                    "{shape:?} {exact:?}"
                );
                let tight = seen(quantile, shape, 0.9, 0.0);
                assert!(
                    tight.within <= at_most(odd().false_pass, TRIALS),
                    "{shape:?} {tight:?}"
                );
                let roomy = seen(quantile, shape, 1.1, 0.0);
                assert!(
                    roomy.over <= at_most(odd().false_fail, TRIALS),
                    "{shape:?} {roomy:?}"
                );
            }
        }
    }

    #[test]
    fn what_is_simulated_is_what_is_computed() {
        let mut random = Random::new(3);
        let computed = Fate::of(0.9, odd(), 0.15, 200);
        let seen = Fate::seen(500, || {
            share_trial(0.9, odd(), 200, || random.unit() < 0.15)
        });
        assert!(
            (computed.over - seen.over).abs() < 0.09,
            "{computed:?} {seen:?}"
        );
        assert!(
            (computed.samples - seen.samples).abs() < 15.0,
            "{computed:?} {seen:?}"
        );
    }

    /// The page says so, with the figures: samples that come in runs are not what the rates are for.
    #[test]
    fn samples_that_depend_on_those_before_are_judged_wrongly_more_often() {
        let weakly = seen(0.95, Shape::Exponential, 1.0, 0.3);
        let strongly = seen(0.95, Shape::Exponential, 1.0, 0.9);
        assert!(strongly.over > 5.0 * odd().false_fail, "{strongly:?}");
        assert!(weakly.over < strongly.over && weakly.within < strongly.within);
        let mut random = Random::new(4);
        let in_runs = Fate::seen(TRIALS, || {
            let mut runs = Runs::new(&mut random, 0.05, 10.0);
            share_trial(0.95, odd(), 200, || runs.next())
        });
        assert!(in_runs.over > 5.0 * odd().false_fail, "{in_runs:?}");
    }
}
