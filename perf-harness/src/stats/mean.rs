//! A sequential test on a mean: is the work's mean time within the limit?
//!
//! It may be looked at after every sample, like the test on a share. But what a mean is depends on rare long times that may
//! not have been seen, so the two verdicts do not rest on the same ground:
//!
//! - **Over** supposes nothing but that no time is negative. Times that are long now and then only ever help it.
//! - **Within** cannot be shown without a word on how far times spread: whatever was seen, one in a thousand may take an
//!   hour (Bahadur and Savage, "The nonexistence of certain statistical procedures in nonparametric problems", 1956). It
//!   is supposed that the true coefficient of variation is at most [`MARGIN`] times the one seen, and where it is less,
//!   [`LEAST_SPREAD`]. Where work stalls so rarely that no stall is among the samples, a pass means nothing.

use super::evidence::{fewest, is_enough, log_sum};
use super::verdict::{ErrorRates, Verdict};

/// How many samples tell how far times spread. Nothing passes before.
const FIRST: u32 = 30;
/// What the coefficient of variation of the first samples is taken to be at most.
const SPREAD_OF_FIRST: f64 = 1.5;
/// How much larger than seen the coefficient of variation may be.
const MARGIN: f64 = 1.25;
/// What it is taken to be at least.
const LEAST_SPREAD: f64 = 0.25;

/// Shares of the wealth that are bet on a time above the limit.
const ABOVE: [f64; 8] = [
    0.007_812_5,
    0.015_625,
    0.031_25,
    0.062_5,
    0.125,
    0.25,
    0.5,
    0.9,
];
/// Rates at which a bet on a time below the limit loses by the length of that time.
const BELOW: [f64; 10] = [
    0.015_625, 0.031_25, 0.062_5, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0,
];

/// What a sample took, at least and at most, in the limit's unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Time {
    least: f64,
    most: f64,
}

impl Time {
    /// Between these.
    pub(crate) fn between(least: f64, most: f64) -> Self {
        assert!(
            0.0 <= least && least <= most && most.is_finite(),
            "no time: {least} to {most}"
        );
        Self { least, most }
    }

    /// As long as this.
    pub(crate) fn exactly(time: f64) -> Self {
        Self::between(time, time)
    }
}

/// A test of the hypothesis that the mean is at most `limit`, and of its opposite.
///
/// With `y` a sample's time divided by the limit, the evidence against a mean within the limit is the mean, over shares
/// `b` of [`ABOVE`], of the products of
///
/// ```text
/// 1 + b (y - 1)
/// ```
///
/// which are never negative and, where the mean of `y` is at most 1, have a mean of at most 1: Mineiro, "A lower confidence
/// sequence for the changing mean of non-negative right heavy-tailed observations with bounded mean" (2022); Waudby-Smith
/// and Ramdas, "Estimating means of bounded random variables by betting", J. R. Stat. Soc. B 86 (2024).
///
/// The evidence against a mean over the limit is the mean, over rates `r` of [`BELOW`], of the products of
///
/// ```text
/// exp(-r y) / (1 - (1 - exp(-r s)) / s)        s = 1 + c^2
/// ```
///
/// with `c` the bound on the coefficient of variation, taken from the samples before. Where the mean of `y` is 1 or more
/// and `c` is a bound, their mean is at most 1. To see it for a mean of 1: `(1 - exp(-r y)) / y` is convex in `y`, and
/// `E[1 - exp(-r y)]` is its mean when each `y` weighs as much as it is long. So weighed the mean of `y` is `E[y^2]`, at most
/// `s`, and by Jensen's inequality `E[1 - exp(-r y)]` is at least `(1 - exp(-r s)) / s`. A larger mean only makes
/// `exp(-r y)` smaller. No distribution on 0 and `s` does better (Eckberg, "Sharp bounds on Laplace-Stieltjes transforms",
/// Math. Oper. Res. 2, 1977).
///
/// A fail counts what samples took at least, and a pass what they took at most.
#[derive(Clone, Debug)]
pub(crate) struct MeanTest {
    limit: f64,
    rates: ErrorRates,
    above: [f64; ABOVE.len()],
    below: [f64; BELOW.len()],
    seen: Spread,
    verdict: Option<Verdict>,
}

impl MeanTest {
    /// A test of a limit, in any unit.
    pub(crate) fn new(limit: f64, rates: ErrorRates) -> Self {
        assert!(limit > 0.0 && limit.is_finite(), "no limit: {limit}");
        Self {
            limit,
            rates,
            above: ABOVE.map(|_| -8.0_f64.ln()),
            below: BELOW.map(|_| -10.0_f64.ln()),
            seen: Spread::default(),
            verdict: None,
        }
    }

    /// Takes in the next sample.
    pub(crate) fn add(&mut self, time: Time) {
        let (least, most) = (time.least / self.limit, time.most / self.limit);
        for (log, share) in self.above.iter_mut().zip(ABOVE) {
            *log += (share * (least - 1.0)).ln_1p();
        }
        let second_moment = 1.0 + self.seen.bound().powi(2);
        for (log, rate) in self.below.iter_mut().zip(BELOW) {
            *log += gain_below(rate, most, second_moment);
        }
        self.seen.add(most);
        self.verdict = self.verdict.or_else(|| self.judge());
    }

    /// What was shown. Once there is a verdict it stays.
    pub(crate) fn verdict(&self) -> Option<Verdict> {
        self.verdict
    }

    /// How many samples were taken in.
    #[cfg(test)]
    pub(crate) fn samples(&self) -> u32 {
        self.seen.samples
    }

    fn judge(&self) -> Option<Verdict> {
        if is_enough(log_sum(&self.above), self.rates.false_fail) {
            return Some(Verdict::Over);
        }
        let is_within =
            self.seen.samples >= FIRST && is_enough(log_sum(&self.below), self.rates.false_pass);
        is_within.then_some(Verdict::Within)
    }
}

/// The logarithm of what one sample multiplies a bet on a mean below the limit by.
fn gain_below(rate: f64, time: f64, second_moment: f64) -> f64 {
    let most = (-rate * second_moment).exp_m1() / second_moment;
    -rate * time - most.ln_1p()
}

/// Samples so far: Welford's sums ("Note on a method for calculating corrected sums of squares and products", 1962).
#[derive(Clone, Copy, Debug, Default)]
struct Spread {
    samples: u32,
    mean: f64,
    squares: f64,
}

impl Spread {
    fn add(&mut self, time: f64) {
        self.samples += 1;
        let from_mean = time - self.mean;
        self.mean += from_mean / f64::from(self.samples);
        self.squares += from_mean * (time - self.mean);
    }

    /// What the coefficient of variation is taken to be at most, for the next sample.
    fn bound(&self) -> f64 {
        if self.samples < FIRST {
            return SPREAD_OF_FIRST;
        }
        let variance = self.squares / f64::from(self.samples - 1);
        let seen = variance.sqrt() / self.mean.max(f64::MIN_POSITIVE);
        (MARGIN * seen).max(LEAST_SPREAD)
    }
}

/// The least number of samples that can pass: each took no time at all.
pub(crate) fn mean_samples_needed(rates: ErrorRates) -> u32 {
    fewest(|samples| {
        let mut test = MeanTest::new(1.0, rates);
        (0..samples).for_each(|_| test.add(Time::exactly(0.0)));
        test.verdict() == Some(Verdict::Within)
    })
}

#[cfg(test)]
mod tests {
    use super::super::simulation::{Fate, Latent, Random, Shape, mean_trial};
    use super::*;

    fn odd() -> ErrorRates {
        ErrorRates {
            false_fail: 0.02,
            false_pass: 0.05,
        }
    }

    fn ended(mut test: MeanTest, time: Time) -> (Option<Verdict>, u32) {
        while test.verdict().is_none() && test.samples() < 1000 {
            test.add(time);
        }
        (test.verdict(), test.samples())
    }

    fn test() -> MeanTest {
        MeanTest::new(200.0, ErrorRates::default())
    }

    #[test]
    fn what_is_far_from_the_limit_is_decided_after_a_few_samples() {
        assert_eq!(
            ended(test(), Time::exactly(2000.0)),
            (Some(Verdict::Over), 5)
        );
        assert_eq!(
            ended(test(), Time::exactly(400.0)),
            (Some(Verdict::Over), 14)
        );
        assert_eq!(
            ended(test(), Time::exactly(50.0)),
            (Some(Verdict::Within), 35)
        );
        assert_eq!(ended(test(), Time::exactly(200.0)), (None, 1000));
    }

    #[test]
    fn nothing_passes_before_the_spread_is_known() {
        assert!(mean_samples_needed(ErrorRates::default()) >= FIRST);
        let (verdict, samples) = ended(test(), Time::exactly(0.0));
        assert_eq!(verdict, Some(Verdict::Within));
        assert_eq!(samples, mean_samples_needed(ErrorRates::default()));
        let loose = ErrorRates {
            false_fail: 0.5,
            false_pass: 0.5,
        };
        assert_eq!(mean_samples_needed(loose), FIRST);
    }

    #[test]
    fn a_mean_that_is_only_possibly_over_neither_fails_nor_passes() {
        assert_eq!(ended(test(), Time::between(20.0, 400.0)), (None, 1000));
    }

    #[test]
    fn a_verdict_stays() {
        let mut test = test();
        (0..5).for_each(|_| test.add(Time::exactly(2000.0)));
        (0..1000).for_each(|_| test.add(Time::exactly(1.0)));
        assert_eq!(
            (test.verdict(), test.samples()),
            (Some(Verdict::Over), 1005)
        );
    }

    #[test]
    fn many_samples_overflow_nothing() {
        let mut test = test();
        for at in 0..100_000 {
            test.add(Time::exactly(if at % 2 == 0 { 1e9 } else { 0.0 }));
        }
        assert!(
            test.above
                .iter()
                .chain(&test.below)
                .all(|log| log.is_finite())
        );
    }

    /// A bet gains nothing on average: on the distribution of 0 and `s`, the worst there is, and on others of a mean of 1.
    #[test]
    fn a_bet_below_gains_nothing_on_any_distribution_of_that_spread() {
        for rate in BELOW {
            for spread in [0.25_f64, 0.5, 1.0, 1.5] {
                let second = 1.0 + spread * spread;
                let gain = |time| gain_below(rate, time, second).exp();
                let worst = gain(0.0) * (1.0 - 1.0 / second) + gain(second) / second;
                assert!((worst - 1.0).abs() < 1e-9, "{rate} {spread}: {worst}");
                // Two times of that mean and spread, the upper one with the probability `upper`.
                for upper in [0.01_f64, 0.1, 0.3, 0.45] {
                    let (low, high) = (
                        1.0 - spread * (upper / (1.0 - upper)).sqrt(),
                        1.0 + spread * ((1.0 - upper) / upper).sqrt(),
                    );
                    if low < 0.0 {
                        continue;
                    }
                    let at =
                        |scale: f64| gain(low * scale) * (1.0 - upper) + gain(high * scale) * upper;
                    assert!(
                        at(1.0) <= 1.0 + 1e-9,
                        "{rate} {spread} {upper}: {}",
                        at(1.0)
                    );
                    assert!(at(1.2) < at(1.0), "{rate} {spread} {upper}");
                }
            }
        }
    }

    #[test]
    fn the_spread_is_that_of_the_samples_and_taken_larger() {
        let mut seen = Spread::default();
        for at in 0..FIRST {
            assert!((seen.bound() - SPREAD_OF_FIRST).abs() < 1e-12);
            seen.add(if at % 2 == 0 { 0.5 } else { 1.5 });
        }
        // A standard deviation of 0.5 * sqrt(30 / 29), a mean of 1.
        let expected = MARGIN * 0.5 * (30.0_f64 / 29.0).sqrt();
        assert!((seen.bound() - expected).abs() < 1e-12, "{}", seen.bound());
        let mut still = Spread::default();
        (0..FIRST).for_each(|_| still.add(0.0));
        assert!((still.bound() - LEAST_SPREAD).abs() < 1e-12);
    }

    fn seen(shape: Shape, budget: f64, correlation: f64) -> Fate {
        let mut random = Random::new(9);
        Fate::seen(TRIALS, || {
            let mut latent = Latent::new(&mut random, correlation);
            let limit = budget * shape.mean();
            mean_trial(limit, odd(), 150, || shape.at(latent.next()))
        })
    }

    const TRIALS: u32 = 100;

    #[test]
    fn times_of_every_shape_are_judged_within_the_error_rates() {
        // The rate, and four standard deviations of as many trials.
        let at_most = |rate: f64| rate + 4.0 * (rate * (1.0 - rate) / f64::from(TRIALS)).sqrt();
        let shapes = [
            Shape::Lognormal(0.3),
            Shape::Lognormal(1.0),
            Shape::Exponential,
            Shape::TwoPeaks,
            Shape::Pareto(2.5),
        ];
        for shape in shapes {
            let exact = seen(shape, 1.0, 0.0);
            assert!(
                exact.over <= at_most(odd().false_fail),
                "{shape:?} {exact:?}"
            );
            assert!(
                exact.within <= at_most(odd().false_pass),
                "{shape:?} {exact:?}"
            );
            assert!(
                seen(shape, 0.9, 0.0).within <= at_most(odd().false_pass),
                "{shape:?}"
            );
            assert!(
                seen(shape, 1.1, 0.0).over <= at_most(odd().false_fail),
                "{shape:?}"
            );
            let far = seen(shape, 4.0, 0.0);
            assert!(far.within > 0.95, "{shape:?} {far:?}");
        }
    }

    /// The page says so: what is not among the samples is not judged.
    #[test]
    fn stalls_too_rare_to_be_seen_pass() {
        let fate = seen(Shape::Stalls, 0.8, 0.0);
        assert!(fate.within > odd().false_pass, "{fate:?}");
    }
}
