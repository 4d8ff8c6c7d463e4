//! Lockstep: both processes of a pair alive, one sample of each in turn.

use std::time::Duration;

use fastrand::Rng;

use super::amount::{Amount, ONE_THREAD, Pairs, SEVERAL_THREADS};
use super::{Failure, Limits, THRESHOLD, Took, Way};
use crate::estimate::median;
use crate::lockstep::{Pair, Participant, Sampling, Stopped, WarmUp, Which};
use crate::outcome::Mode;

/// How a bench is sampled.
pub(super) struct BySample {
    sampling: Sampling,
    warm_up: WarmUp,
    amount: Amount,
    /// Neither side has more than one thread: one processor is enough for both.
    is_single_threaded: bool,
}

pub(super) enum NotProbed {
    /// A side's bench does not wait for its turn.
    Ungated,
    Failed(Failure),
}

/// A first look at a bench.
struct Look {
    /// A sample, at the least.
    took: Duration,
    is_single_threaded: bool,
}

impl BySample {
    pub(super) fn probe(pair: &Pair<'_>, limits: Limits) -> Result<Self, NotProbed> {
        let mut sampling = Sampling {
            size: 1,
            samples: 4,
            processor: None,
            deadline: limits.deadline,
        };
        let base = look(pair, Which::Base, sampling)?;
        let head = look(pair, Which::Head, sampling)?;
        let is_single_threaded = base.is_single_threaded && head.is_single_threaded;
        let amount = if is_single_threaded {
            ONE_THREAD
        } else {
            SEVERAL_THREADS
        };
        let mut one = base.took.min(head.took);
        // One iteration alone is mostly clock where it is short; many of them are not.
        if one < amount.sample / 100 {
            sampling.size = 1_000;
            one = look(pair, Which::Base, sampling)?.took / 1_000;
        }
        sampling.size = amount.iterations(one);
        let sample = |look: &Look| look.took.saturating_mul(sampling.size);
        let (base, head) = (sample(&base), sample(&head));
        sampling.samples = amount.samples(base.max(head));
        Ok(Self {
            sampling,
            warm_up: amount.warm_up(base, head, sampling.size),
            amount,
            is_single_threaded,
        })
    }
}

impl Way for BySample {
    fn mode(&self) -> Mode {
        Mode::Lockstep
    }

    fn threshold(&self) -> f64 {
        THRESHOLD
    }

    fn pairs(&self) -> Pairs {
        self.amount.pairs
    }

    fn samples(&self) -> (u32, u32) {
        (self.sampling.samples, self.sampling.size)
    }

    fn uncountable(&self) -> Option<&'static str> {
        let reason = "it is not known to have one thread only";
        (!self.is_single_threaded).then_some(reason)
    }

    fn pair(&self, pair: &Pair<'_>, rng: &mut Rng) -> Result<Took, Failure> {
        let mut sampling = self.sampling;
        sampling.processor = self.is_single_threaded.then(|| processor(rng)).flatten();
        let times = pair.run(sampling, self.warm_up, rng);
        let times = times.map_err(|(which, stopped)| failure(which, &stopped))?;
        let known = times
            .change()
            .zip(median(&times.base))
            .zip(median(&times.head));
        let ((change, base), head) = known.ok_or_else(|| Failure {
            which: Which::Base,
            reason: "it has no samples".to_owned(),
        })?;
        Ok(Took {
            base,
            head,
            change,
            base_facts: times.base_facts,
            head_facts: times.head_facts,
        })
    }
}

fn look(pair: &Pair<'_>, which: Which, sampling: Sampling) -> Result<Look, NotProbed> {
    let bench = pair.of(which);
    let failed = |stopped: Stopped| NotProbed::Failed(failure(which, &stopped));
    let mut participant = match Participant::start(bench.program, bench.name, sampling) {
        Ok(participant) => participant,
        Err(Stopped::Ungated) => return Err(NotProbed::Ungated),
        Err(stopped) => return Err(failed(stopped)),
    };
    let mut took = Duration::MAX;
    let mut is_single_threaded = false;
    for _ in 0..sampling.samples {
        // Before the last one: a bench that starts threads has done so by now, and after that they may be gone.
        is_single_threaded = participant.is_single_threaded().unwrap_or(false);
        took = took.min(participant.sample().map_err(failed)?);
    }
    participant.finish().map_err(failed)?;
    Ok(Look {
        took,
        is_single_threaded,
    })
}

fn failure(which: Which, stopped: &Stopped) -> Failure {
    Failure {
        which,
        reason: stopped.to_string(),
    }
}

/// One of those that we may run on.
fn processor(rng: &mut Rng) -> Option<usize> {
    let allowed = rustix::thread::sched_getaffinity(None).ok()?;
    let all = 0..rustix::thread::CpuSet::MAX_CPU;
    let allowed: Vec<usize> = all.filter(|processor| allowed.is_set(*processor)).collect();
    rng.choice(allowed)
}
