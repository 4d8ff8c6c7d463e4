//! That one piece of work is better than another by so much.

use std::time::Duration;

use super::queries::Form;
use crate::error::SetupError;
use crate::record::Counts;
use crate::stats::{Interval, hodges_lehmann, wilcoxon_interval};
use crate::timing::Pair;

/// What can improve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Measure {
    /// How long it takes.
    Latency,
    /// The program's own queries.
    Queries,
    /// Exchanges with the server that carry work.
    RoundTrips,
    /// Rows that the server sent.
    Rows,
    /// Bytes on the wire, both ways.
    Bytes,
}

impl Measure {
    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Latency => "latency",
            Self::Queries => "queries",
            Self::RoundTrips => "round_trips",
            Self::Rows => "rows",
            Self::Bytes => "bytes",
        }
    }

    /// How many there are of it, if it is counted.
    pub(crate) fn of(self, counts: &Counts) -> Option<u64> {
        match self {
            Self::Latency => None,
            Self::Queries => Some(counts.queries as u64),
            Self::RoundTrips => Some(counts.work_round_trips as u64),
            Self::Rows => Some(counts.rows),
            Self::Bytes => Some(counts.bytes_sent + counts.bytes_received),
        }
    }
}

/// By how much the second of two pieces of work must be better, and how they are compared. The macro
/// [`assert_improves!`](crate::assert_improves) makes one.
#[derive(Clone, Debug, PartialEq)]
pub struct Improvement {
    /// In percent of what it was.
    pub(crate) gains: Vec<(Measure, f64)>,
    pub(crate) pairs: usize,
    pub(crate) warm_up: usize,
    pub(crate) time: Duration,
    pub(crate) time_out: Duration,
}

impl Eq for Improvement {}

impl Default for Improvement {
    fn default() -> Self {
        Self {
            gains: Vec::new(),
            pairs: 160,
            warm_up: 10,
            time: Duration::from_secs(20),
            time_out: Duration::from_mins(1),
        }
    }
}

/// How often one is wrong who says that a gain is there, or is not.
const DOUBT: f64 = 0.01;

/// With so many pairs it is looked at first, and then with twice as many each time.
const FIRST_LOOK: usize = 10;

impl Improvement {
    /// No gain yet, and the defaults of [`assert_improves!`](crate::assert_improves).
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The second must have so many percent less of it than the first.
    #[must_use]
    pub fn by(mut self, measure: Measure, percent: f64) -> Self {
        self.gains.push((measure, percent));
        self
    }

    /// The most pairs that are run. 160 where it is not said.
    #[must_use]
    pub fn pairs(mut self, most: usize) -> Self {
        self.pairs = most;
        self
    }

    /// So often each is run before it counts. 10 where it is not said.
    #[must_use]
    pub fn warm_up(mut self, runs: usize) -> Self {
        self.warm_up = runs;
        self
    }

    /// How long pairs are run at most. 20 s where it is not said.
    #[must_use]
    pub fn time(mut self, most: Duration) -> Self {
        self.time = most;
        self
    }

    /// How long one run may take. A minute where it is not said.
    #[must_use]
    pub fn time_out(mut self, most: Duration) -> Self {
        self.time_out = most;
        self
    }

    /// As its author wrote it, or nearly.
    pub(crate) fn written(&self, form: &Form) -> String {
        let gains = self.gains.iter().map(|(measure, percent)| match measure {
            Measure::Latency => format!("{percent}%"),
            measure => format!("{} {percent}%", measure.name()),
        });
        let gains: Vec<String> = gains.collect();
        let (Form::OneStep(db) | Form::OfRecording(db)) = form;
        format!("assert_improves!({db}, .., .., {})", gains.join(", "))
    }

    pub(crate) fn must_be_decidable(&self) -> Result<(), SetupError> {
        let refused = |cause: String, cure: &str| Err(SetupError::latency(cause, cure));
        if self.gains.is_empty() {
            return refused(
                "no gain is asked for".to_owned(),
                "say by how much it must be better: `50%`",
            );
        }
        for (measure, percent) in &self.gains {
            if !(*percent > 0.0 && *percent < 100.0) {
                let cause = format!("{} cannot be {percent} % less", measure.name());
                return refused(cause, "a gain is more than 0 % and less than 100 %");
            }
        }
        if self.pairs < FIRST_LOOK {
            let cause = format!("{} pairs cannot show a gain", self.pairs);
            return refused(cause, &format!("the least is `pairs = {FIRST_LOOK}`"));
        }
        Ok(())
    }

    /// The gain of time that is asked for, as a share.
    pub(crate) fn of_time(&self) -> Option<f64> {
        let mut gains = self.gains.iter();
        let gain = gains.find(|(measure, _)| *measure == Measure::Latency);
        gain.map(|(_, percent)| percent / 100.0)
    }

    /// Whether the pairs are looked at when there are so many.
    pub(crate) fn is_look(&self, pairs: usize) -> bool {
        pairs == self.pairs || self.looks().any(|look| look == pairs)
    }

    fn looks(&self) -> impl Iterator<Item = usize> {
        let most = self.pairs;
        std::iter::successors(Some(FIRST_LOOK), |look| look.checked_mul(2))
            .take_while(move |look| *look < most)
    }

    /// How certain each look must be, for all of them to be as certain as they must be.
    fn confidence(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "there are a handful")]
        let looks = (self.looks().count() + 2) as f64;
        1.0 - DOUBT / looks
    }

    /// What the pairs say of a gain of time: `None` is not decided.
    pub(crate) fn judge_time(&self, pairs: &[Pair], required: f64) -> Option<bool> {
        let gain = gain_of_time(pairs, self.confidence())?.interval?;
        if gain.low >= required {
            return Some(true);
        }
        (gain.high < required).then_some(false)
    }
}

/// How much less time the second takes, as a share of the first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct TimeGain {
    pub(crate) estimate: f64,
    /// Where it lies.
    pub(crate) interval: Option<Interval>,
}

/// From the ratios of all pairs: the Hodges-Lehmann estimate, and Wilcoxon's interval. `None` of no pair.
pub(crate) fn gain_of_time(pairs: &[Pair], confidence: f64) -> Option<TimeGain> {
    let ratios: Vec<f64> = pairs.iter().map(Pair::log_ratio).collect();
    let gain = |log_ratio: f64| 1.0 - log_ratio.exp();
    Some(TimeGain {
        estimate: gain(hodges_lehmann(&ratios)?),
        interval: wilcoxon_interval(&ratios, confidence).map(|interval| Interval {
            low: gain(interval.high),
            high: gain(interval.low),
        }),
    })
}

/// How much less of a count the second has, as a share of the first. Of nothing there is no share.
pub(crate) fn gain_of_count(before: u64, after: u64) -> Option<f64> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a share, told with one digit after the point"
    )]
    let share = |part: u64, whole: u64| part as f64 / whole as f64;
    (before > 0).then(|| 1.0 - share(after, before))
}

/// What was found, and whether each gain is there.
#[derive(Clone, Debug)]
pub(crate) struct Compared {
    pub(crate) pairs: Vec<Pair>,
    /// What crossed the wire once for each.
    pub(crate) counts: (Counts, Counts),
    /// In the order in which they were asked for; `None` is not decided.
    pub(crate) gains: Vec<Option<bool>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timing::Timing;

    fn pair(before: f64, after: f64) -> Pair {
        let timing = |seconds| Timing {
            wall: Duration::from_secs_f64(seconds),
            ..Timing::default()
        };
        Pair {
            before: timing(before),
            after: timing(after),
        }
    }

    /// So many pairs whose second takes a quarter of the first, more or less.
    fn quarters(count: u32) -> Vec<Pair> {
        let noise = |at: u32| 1.0 + f64::from(at * 7 % 10) / 100.0;
        (0..count)
            .map(|at| pair(4.0 * noise(at), noise(at + 3)))
            .collect()
    }

    #[test]
    fn a_gain_is_shown_when_all_of_its_interval_is_large_enough() {
        let improvement = Improvement::new().by(Measure::Latency, 50.0);
        assert_eq!(improvement.judge_time(&quarters(20), 0.5), Some(true));
        assert_eq!(improvement.judge_time(&quarters(20), 0.95), Some(false));
        assert_eq!(improvement.judge_time(&quarters(20), 0.75), None);
        // Too few to say anything.
        assert_eq!(improvement.judge_time(&quarters(5), 0.5), None);
    }

    #[test]
    fn the_gain_is_a_share_of_the_first() {
        let gain = gain_of_time(&quarters(40), 0.95).unwrap();
        assert!((gain.estimate - 0.75).abs() < 0.01, "{gain:?}");
        let interval = gain.interval.unwrap();
        assert!(
            interval.low <= gain.estimate && gain.estimate <= interval.high,
            "{gain:?}"
        );
        assert_eq!(gain_of_time(&[], 0.95), None);
    }

    #[test]
    fn a_count_of_nothing_has_no_share() {
        assert_eq!(gain_of_count(100, 2), Some(0.98));
        assert_eq!(gain_of_count(2, 3), Some(-0.5));
        assert_eq!(gain_of_count(0, 0), None);
    }

    #[test]
    fn pairs_are_looked_at_now_and_then() {
        let improvement = Improvement::new().pairs(100);
        let looks: Vec<usize> = (0..=100)
            .filter(|pairs| improvement.is_look(*pairs))
            .collect();
        assert_eq!(looks, [10, 20, 40, 80, 100]);
        // Once more where the time is over first.
        assert!((improvement.confidence() - (1.0 - 0.01 / 6.0)).abs() < 1e-9);
    }

    #[test]
    fn what_cannot_be_decided_is_refused() {
        let check = |improvement: Improvement, expected: &str| {
            let error = improvement.must_be_decidable().unwrap_err();
            assert_eq!(error.to_string(), expected);
        };
        check(Improvement::new(), "no gain is asked for");
        let gain = Improvement::new().by(Measure::Rows, 120.0);
        check(gain, "rows cannot be 120 % less");
        let few = Improvement::new().by(Measure::Latency, 50.0).pairs(9);
        check(few, "9 pairs cannot show a gain");
    }
}
