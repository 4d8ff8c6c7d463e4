//! One bench on both sides: pairs of processes, as many as it takes to decide.

use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::counts::{self, Counts};
use crate::estimate::{FEWEST_PAIRS, change, median};
use crate::interrupt;
use crate::lockstep::{Pair, PairTimes, Participant, Sampling, Stopped, Which};
use crate::outcome::{Change, Compared, Mode, Verdict};

/// Pairs before the first verdict, how many more while it is open, and the most.
const FIRST: usize = 10;
const MORE: usize = 5;
const MOST: usize = 40;
/// Fresh pairs for what became slower or faster: what is so by chance is not so twice.
const AGAIN: usize = 15;

const _: () = assert!(FIRST >= FEWEST_PAIRS);

/// What is too little to matter, if nobody says.
pub(crate) const THRESHOLD: f64 = 0.03;

/// A sample is long beside the clock's tick, and short beside a scheduler's slice.
const SAMPLE: Duration = Duration::from_micros(200);
/// All samples of a process, about.
const PROCESS: Duration = Duration::from_millis(40);

/// How long it may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The whole of it. The first pairs and those that confirm are run in any case.
    pub(crate) max_time: Duration,
    /// That nothing happens.
    pub(crate) deadline: Duration,
}

/// What is told while it runs.
pub(crate) trait Watch {
    fn pairs(&mut self, pairs: usize, so_far: Option<Change>);
}

/// Why there is no verdict.
pub(crate) struct Failure {
    pub(crate) which: Which,
    pub(crate) stopped: Stopped,
}

/// A bench on both sides, under one name.
pub(crate) struct Match<'a> {
    pub(crate) name: &'a str,
    pub(crate) pair: Pair<'a>,
    pub(crate) threshold: Option<f64>,
}

impl Match<'_> {
    pub(crate) fn compare(
        &self,
        limits: Limits,
        rng: &mut Rng,
        watch: &mut dyn Watch,
    ) -> Result<Compared, Failure> {
        let started = Instant::now();
        let probed = self.probe(limits, rng)?;
        let threshold = self.threshold.unwrap_or(THRESHOLD);
        let mut series = Series::default();
        series.run(self, &probed, FIRST, rng, watch)?;
        while series.is_open(threshold) && started.elapsed() < limits.max_time {
            if series.changes.len() >= MOST || interrupt::came() {
                break;
            }
            series.run(self, &probed, MORE, rng, watch)?;
        }
        let mut verdict = series.verdict(threshold);
        let mut is_confirmed = false;
        if matches!(verdict, Verdict::Slower | Verdict::Faster) {
            let mut again = Series::default();
            again.run(self, &probed, AGAIN, rng, watch)?;
            is_confirmed = again.verdict(threshold) == verdict;
            series.take(again);
            if !is_confirmed {
                verdict = Verdict::Undecided;
            }
        }
        let counts = series.counts.constant();
        if counts::became_more(&counts) {
            verdict = Verdict::Slower;
            is_confirmed = true;
        }
        Ok(Compared {
            name: self.name.to_owned(),
            mode: Mode::Lockstep,
            verdict,
            threshold,
            change: series.change(),
            base_ns: median(&series.base),
            head_ns: median(&series.head),
            samples_per_pair: probed.samples - probed.warm_up,
            iterations_per_sample: probed.sampling.size,
            pairs: series.changes,
            is_confirmed,
            counts,
            allowed: None,
            required: None,
            seconds: started.elapsed().as_secs_f64(),
        })
    }

    /// How many iterations make a sample, how many samples a process, and whether one processor is enough for both.
    fn probe(&self, limits: Limits, rng: &mut Rng) -> Result<Probed, Failure> {
        let mut sampling = Sampling {
            size: 1,
            samples: 4,
            processor: None,
            deadline: limits.deadline,
        };
        let base = self.shortest(Which::Base, sampling)?;
        let head = self.shortest(Which::Head, sampling)?;
        let mut one = base.took.min(head.took);
        // One iteration alone is mostly clock where it is short; a second look has a hundred times as many.
        if one < SAMPLE / 100 {
            sampling.size = 1_000;
            one = self.shortest(Which::Base, sampling)?.took / 1_000;
        }
        let is_alone = base.is_single_threaded && head.is_single_threaded;
        let longest = base.took.max(head.took);
        sampling.size = iterations(one);
        sampling.processor = is_alone.then(|| processor(rng)).flatten();
        Ok(Probed::new(sampling, longest))
    }

    fn shortest(&self, which: Which, sampling: Sampling) -> Result<Seen, Failure> {
        let bench = self.pair.of(which);
        let failed = |stopped| Failure { which, stopped };
        let started = Participant::start(bench.program, bench.name, sampling);
        let mut participant = started.map_err(failed)?;
        let is_single_threaded = participant.is_single_threaded().unwrap_or(false);
        let mut took = Duration::MAX;
        for _ in 0..sampling.samples {
            took = took.min(participant.sample().map_err(failed)?);
        }
        // A bench that starts threads does so by now.
        let is_single_threaded =
            is_single_threaded && participant.is_single_threaded().unwrap_or(false);
        participant.finish().map_err(failed)?;
        Ok(Seen {
            took,
            is_single_threaded,
        })
    }
}

struct Seen {
    took: Duration,
    is_single_threaded: bool,
}

/// How it is to be sampled.
struct Probed {
    sampling: Sampling,
    samples: u32,
    warm_up: u32,
}

impl Probed {
    fn new(mut sampling: Sampling, one: Duration) -> Self {
        let sample = one
            .saturating_mul(sampling.size)
            .max(Duration::from_nanos(1));
        let fitting = PROCESS.as_nanos() / sample.as_nanos();
        let samples = u32::try_from(fitting).unwrap_or(u32::MAX).clamp(5, 40);
        let warm_up = if samples > 5 { 3 } else { 1 };
        sampling.samples = samples + warm_up;
        Self {
            sampling,
            samples: samples + warm_up,
            warm_up,
        }
    }
}

/// What some pairs of processes told.
#[derive(Default)]
struct Series {
    /// Of each pair.
    changes: Vec<f64>,
    base: Vec<f64>,
    head: Vec<f64>,
    counts: Counts,
}

impl Series {
    fn run(
        &mut self,
        of: &Match<'_>,
        probed: &Probed,
        pairs: usize,
        rng: &mut Rng,
        watch: &mut dyn Watch,
    ) -> Result<(), Failure> {
        for _ in 0..pairs {
            let mut sampling = probed.sampling;
            if sampling.processor.is_some() {
                sampling.processor = processor(rng);
            }
            let times = of.pair.run(sampling, probed.warm_up, rng);
            let times = times.map_err(|(which, stopped)| Failure { which, stopped })?;
            self.add(&times);
            watch.pairs(self.changes.len(), self.change());
            if interrupt::came() {
                break;
            }
        }
        Ok(())
    }

    fn add(&mut self, times: &PairTimes) {
        self.changes.extend(times.change());
        self.base.extend(median(&times.base));
        self.head.extend(median(&times.head));
        self.counts.add(&times.base_facts, &times.head_facts);
    }

    fn take(&mut self, other: Self) {
        self.changes.extend(other.changes);
        self.base.extend(other.base);
        self.head.extend(other.head);
        self.counts.take(other.counts);
    }

    fn change(&self) -> Option<Change> {
        change(&self.changes)
    }

    fn verdict(&self, threshold: f64) -> Verdict {
        let change = self.change();
        change.map_or(Verdict::Undecided, |change| change.verdict(threshold))
    }

    fn is_open(&self, threshold: f64) -> bool {
        self.verdict(threshold) == Verdict::Undecided
    }
}

fn iterations(one: Duration) -> u32 {
    let one = one.as_nanos().max(1);
    u32::try_from(SAMPLE.as_nanos().div_ceil(one))
        .map_or(1_000_000, |size| size.clamp(1, 1_000_000))
}

/// One of those that we may run on.
fn processor(rng: &mut Rng) -> Option<usize> {
    let allowed = rustix::thread::sched_getaffinity(None).ok()?;
    let allowed: Vec<usize> = (0..rustix::thread::CpuSet::MAX_CPU)
        .filter(|processor| allowed.is_set(*processor))
        .collect();
    rng.choice(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_long_beside_the_clock() {
        assert_eq!(iterations(Duration::from_nanos(1)), 200_000);
        assert_eq!(iterations(Duration::from_micros(30)), 7);
        assert_eq!(iterations(Duration::from_millis(5)), 1);
        assert_eq!(iterations(Duration::ZERO), 200_000);
    }

    #[test]
    fn slow_benches_have_fewer_samples() {
        let of = |size, one| {
            let sampling = Sampling {
                size,
                samples: 0,
                processor: None,
                deadline: Duration::from_secs(1),
            };
            let probed = Probed::new(sampling, one);
            (probed.samples, probed.warm_up)
        };
        assert_eq!(of(7, Duration::from_micros(30)), (43, 3));
        assert_eq!(of(1, Duration::from_millis(4)), (13, 3));
        assert_eq!(of(1, Duration::from_millis(50)), (6, 1));
    }
}
