//! What the tests do on samples of known distributions: for the unit tests, and for `benches/latency_statistics.rs`.
//!
//! Chance is made from a seed, so that every run is the same.

use super::{ErrorRates, Exceeds, MeanTest, ShareTest, Time, Verdict};

/// How sequential tests end.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fate {
    /// The share that says [`Verdict::Over`].
    pub(crate) over: f64,
    /// The share that says [`Verdict::Within`].
    pub(crate) within: f64,
    /// Samples on average, of those that stay undecided as well.
    pub(crate) samples: f64,
}

impl Fate {
    /// Of a test of a share, without chance: what becomes of all sequences of at most `most` independent samples that are
    /// over with the probability `share`, when one looks after each.
    pub(crate) fn of(quantile: f64, rates: ErrorRates, share: f64, most: u32) -> Self {
        let test = ShareTest::new(quantile, rates);
        let mut fate = Self::default();
        // By how many are over: the probability that so many are and there is no verdict yet.
        let mut open = vec![1.0];
        for samples in 1..=most {
            fate.samples += open.iter().sum::<f64>();
            open = one_more(&open, share);
            for (over, probability) in (0..).zip(&mut open) {
                // What is that improbable would only cost time.
                let verdict = if *probability < 1e-14 {
                    None
                } else {
                    test.judge(samples, over, over)
                };
                match verdict {
                    Some(Verdict::Over) => fate.over += std::mem::take(probability),
                    Some(Verdict::Within) => fate.within += std::mem::take(probability),
                    None => {}
                }
            }
        }
        fate
    }

    /// Of so many trials, each of which ends with a verdict or without one, after a number of samples.
    pub(crate) fn seen(trials: u32, mut trial: impl FnMut() -> (Option<Verdict>, u32)) -> Self {
        let mut fate = Self::default();
        let each = 1.0 / f64::from(trials);
        for _ in 0..trials {
            let (verdict, samples) = trial();
            fate.samples += f64::from(samples) * each;
            match verdict {
                Some(Verdict::Over) => fate.over += each,
                Some(Verdict::Within) => fate.within += each,
                None => {}
            }
        }
        fate
    }
}

fn one_more(open: &[f64], share: f64) -> Vec<f64> {
    let mut next = vec![0.0; open.len() + 1];
    for (over, probability) in open.iter().enumerate() {
        next[over] += probability * (1.0 - share);
        next[over + 1] += probability * share;
    }
    next
}

/// One test of a share, looked at after each of at most so many samples.
pub(crate) fn share_trial(
    quantile: f64,
    rates: ErrorRates,
    most: u32,
    mut is_over: impl FnMut() -> bool,
) -> (Option<Verdict>, u32) {
    let mut test = ShareTest::new(quantile, rates);
    while test.verdict().is_none() && test.samples() < most {
        test.add(if is_over() {
            Exceeds::Surely
        } else {
            Exceeds::No
        });
    }
    (test.verdict(), test.samples())
}

/// One test of a mean, looked at after each of at most so many samples.
pub(crate) fn mean_trial(
    budget: f64,
    rates: ErrorRates,
    most: u32,
    mut time: impl FnMut() -> f64,
) -> (Option<Verdict>, u32) {
    let mut test = MeanTest::new(budget, rates);
    while test.verdict().is_none() && test.samples() < most {
        test.add(Time::exactly(time()));
    }
    (test.verdict(), test.samples())
}

/// `SplitMix64`: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let bits = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// Between 0 and 1, and neither.
    pub(crate) fn unit(&mut self) -> f64 {
        let upper = u32::try_from(self.bits() >> 32).unwrap_or(u32::MAX);
        (f64::from(upper) + 0.5) / 4_294_967_296.0
    }

    /// Of the normal distribution: Box and Muller (1958).
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.unit().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }
}

/// Normal numbers, each of which depends on the one before: the autoregressive process of order 1, from its stationary
/// state.
pub(crate) struct Latent<'a> {
    random: &'a mut Random,
    correlation: f64,
    last: f64,
}

impl<'a> Latent<'a> {
    pub(crate) fn new(random: &'a mut Random, correlation: f64) -> Self {
        let last = random.normal();
        Self {
            random,
            correlation,
            last,
        }
    }

    pub(crate) fn next(&mut self) -> f64 {
        let fresh = (1.0 - self.correlation.powi(2)).sqrt() * self.random.normal();
        self.last = self.correlation * self.last + fresh;
        self.last
    }
}

/// Samples that are over in runs: a Markov chain of two states, from its stationary state.
pub(crate) struct Runs<'a> {
    random: &'a mut Random,
    share: f64,
    length: f64,
    is_over: bool,
}

impl<'a> Runs<'a> {
    /// So large a share is over, so many one after the other on average.
    pub(crate) fn new(random: &'a mut Random, share: f64, length: f64) -> Self {
        let is_over = random.unit() < share;
        Self {
            random,
            share,
            length,
            is_over,
        }
    }

    pub(crate) fn next(&mut self) -> bool {
        let leaves = 1.0 / self.length;
        let enters = leaves * self.share / (1.0 - self.share);
        let chance = self.random.unit();
        self.is_over = if self.is_over {
            chance >= leaves
        } else {
            chance < enters
        };
        self.is_over
    }
}

/// A distribution of times, as a rising function of a normal number: so its percentiles are those of that number.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// With the standard deviation of its logarithm. Its median is 1.
    Lognormal(f64),
    /// With a mean of 1.
    Exponential,
    /// 93 % around 1, and 7 % from 5 on: a cache that is missed.
    TwoPeaks,
    /// With this exponent, from 1 on.
    Pareto(f64),
    /// 99 % around 1, and 1 % around 60: a stall now and then.
    Stalls,
}

impl Shape {
    pub(crate) fn at(self, normal: f64) -> f64 {
        let above = above(normal);
        match self {
            Self::Lognormal(sigma) => (sigma * normal).exp(),
            Self::Exponential => -above.ln(),
            Self::TwoPeaks => peaks(above, 0.07, 5.0, 1.0),
            Self::Pareto(exponent) => above.powf(-1.0 / exponent),
            Self::Stalls => peaks(above, 0.01, 50.0, 10.0),
        }
    }

    pub(crate) fn mean(self) -> f64 {
        match self {
            Self::Lognormal(sigma) => (sigma * sigma / 2.0).exp(),
            Self::Exponential => 1.0,
            Self::TwoPeaks => 0.93 * 1.1 + 0.07 * 6.0,
            Self::Pareto(exponent) => exponent / (exponent - 1.0),
            Self::Stalls => 0.99 * 1.1 + 0.01 * 60.0,
        }
    }
}

/// 1 and an exponential time with a mean of 0.1; for a share of `slow`, `from` and one with a mean of `spread`.
fn peaks(above: f64, slow: f64, from: f64, spread: f64) -> f64 {
    if above < slow {
        from - spread * (above / slow).ln()
    } else {
        1.0 - 0.1 * ((above - slow) / (1.0 - slow)).max(1e-9).ln()
    }
}

/// The normal number below which this share is.
pub(crate) fn normal_quantile(share: f64) -> f64 {
    let (mut low, mut high) = (-9.0, 9.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if 1.0 - above(middle) < share {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The probability that a normal number is above this one: Abramowitz and Stegun, 26.2.17, to 1e-7.
pub(crate) fn above(normal: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * normal.abs());
    let weights = [
        1.330_274_429,
        -1.821_255_978,
        1.781_477_937,
        -0.356_563_782,
        0.319_381_530,
    ];
    let sum = weights.iter().fold(0.0, |sum, weight| (sum + weight) * t);
    let tail = sum * (-normal * normal / 2.0).exp() / std::f64::consts::TAU.sqrt();
    if normal < 0.0 { 1.0 - tail } else { tail }
}
