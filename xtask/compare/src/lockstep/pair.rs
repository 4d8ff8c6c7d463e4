//! Two processes, base and head, that take turns.

use std::collections::BTreeMap;
use std::time::Duration;

use fastrand::Rng;

use super::participant::{Participant, Sampling, Stopped};
use crate::build::Program;
use crate::divan::output;
use crate::estimate::median;

/// Which bench of which program.
#[derive(Clone, Copy)]
pub(crate) struct Bench<'a> {
    pub(crate) program: &'a Program,
    pub(crate) name: &'a str,
}

/// Both sides of a comparison.
#[derive(Clone, Copy)]
pub(crate) struct Pair<'a> {
    pub(crate) base: Bench<'a>,
    pub(crate) head: Bench<'a>,
}

/// Which side something is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    Base,
    Head,
}

/// Samples of each side before those that count, which are not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WarmUp {
    pub(crate) base: u32,
    pub(crate) head: u32,
}

/// What two processes took, sample by sample.
pub(crate) struct PairTimes {
    /// Of one iteration, in nanoseconds.
    pub(crate) base: Vec<f64>,
    pub(crate) head: Vec<f64>,
    pub(crate) base_facts: Facts,
    pub(crate) head_facts: Facts,
}

/// What a process told besides times.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Facts {
    /// By the bench's own word.
    pub(crate) counts: BTreeMap<String, u64>,
    /// By divan's allocator, what one iteration allocates.
    pub(crate) allocations: BTreeMap<String, f64>,
}

impl Pair<'_> {
    pub(crate) fn of(&self, which: Which) -> Bench<'_> {
        match which {
            Which::Base => self.base,
            Which::Head => self.head,
        }
    }

    /// The base with itself.
    pub(crate) fn control(&self) -> Self {
        Self {
            head: self.base,
            ..*self
        }
    }

    /// One process of each, warm before its samples count.
    pub(crate) fn run(
        &self,
        how: Sampling,
        warm_up: WarmUp,
        rng: &mut Rng,
    ) -> Result<PairTimes, (Which, Stopped)> {
        let (mut base, mut head) = self.start(how, warm_up, rng.bool())?;
        // Both are through at the same moment: neither cools down meanwhile.
        for left in (0..warm_up.base.max(warm_up.head)).rev() {
            if left < warm_up.base {
                base.sample().map_err(|stopped| (Which::Base, stopped))?;
            }
            if left < warm_up.head {
                head.sample().map_err(|stopped| (Which::Head, stopped))?;
            }
        }
        let mut times = (Vec::new(), Vec::new());
        for _ in 0..how.samples {
            let (of_base, of_head) = turns(&mut base, &mut head, rng.bool())?;
            times.0.push(of_one(of_base, how.size));
            times.1.push(of_one(of_head, how.size));
        }
        Ok(PairTimes {
            base: times.0,
            head: times.1,
            base_facts: facts(base, self.base.name).map_err(|stopped| (Which::Base, stopped))?,
            head_facts: facts(head, self.head.name).map_err(|stopped| (Which::Head, stopped))?,
        })
    }

    /// By chance one or the other first, for the first one has its memory out of what is free.
    fn start(
        &self,
        how: Sampling,
        warm_up: WarmUp,
        is_base_first: bool,
    ) -> Result<(Participant, Participant), (Which, Stopped)> {
        let start = |which| {
            let Bench { program, name } = self.of(which);
            let samples = how.samples + warm_up.of(which);
            let how = Sampling { samples, ..how };
            Participant::start(program, name, how).map_err(|stopped| (which, stopped))
        };
        if is_base_first {
            let first = start(Which::Base)?;
            Ok((first, start(Which::Head)?))
        } else {
            let first = start(Which::Head)?;
            Ok((start(Which::Base)?, first))
        }
    }
}

impl WarmUp {
    fn of(self, which: Which) -> u32 {
        match which {
            Which::Base => self.base,
            Which::Head => self.head,
        }
    }
}

impl PairTimes {
    /// The median of the logarithms of head by base: each sample with the one beside it in time.
    pub(crate) fn change(&self) -> Option<f64> {
        let both = self.base.iter().zip(&self.head);
        let changes: Vec<f64> = both.map(|(base, head)| (head / base).ln()).collect();
        median(&changes)
    }
}

/// One sample of each; by chance one or the other first, for the first one has a colder cache.
fn turns(
    base: &mut Participant,
    head: &mut Participant,
    is_base_first: bool,
) -> Result<(Duration, Duration), (Which, Stopped)> {
    let mut of_base = || base.sample().map_err(|stopped| (Which::Base, stopped));
    let mut of_head = || head.sample().map_err(|stopped| (Which::Head, stopped));
    if is_base_first {
        let first = of_base()?;
        Ok((first, of_head()?))
    } else {
        let first = of_head()?;
        Ok((of_base()?, first))
    }
}

fn facts(participant: Participant, name: &str) -> Result<Facts, Stopped> {
    let counts = participant.counts().iter().cloned().collect();
    // A bench that prints makes divan's table unreadable, but its times came by the gate.
    let told = output::read(&participant.finish()?, name).unwrap_or_default();
    let only = told.into_iter().next().unwrap_or_default();
    Ok(Facts {
        counts,
        allocations: only.allocations,
    })
}

/// A sample that is shorter than the clock can tell took one tick of it.
#[expect(clippy::cast_precision_loss, reason = "below 2^53")]
fn of_one(sample: Duration, size: u32) -> f64 {
    sample.as_nanos().max(1) as f64 / f64::from(size)
}
