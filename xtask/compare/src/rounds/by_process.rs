//! Whole processes in turn, by their fastest samples: for benches that do not wait for their turn. It sees less: on a busy
//! machine a change of 10 % is found half of the time.

use std::time::Duration;

use fastrand::Rng;

use super::{
    Failure, Limits, Numbers, SAMPLE, THRESHOLD_BY_PROCESS, Took, Way, iterations, nanoseconds,
    samples,
};
use crate::divan::output::Measured;
use crate::divan::process::{self, Run};
use crate::lockstep::{Facts, Pair, Which};
use crate::outcome::Mode;

const NUMBERS: Numbers = Numbers::new(12, 4, 40, 12);

pub(super) struct ByProcess {
    size: u32,
    samples: u32,
    deadline: Duration,
}

impl ByProcess {
    pub(super) fn probe(pair: &Pair<'_>, limits: Limits) -> Result<Self, Failure> {
        let mut way = Self {
            size: 1,
            samples: 4,
            deadline: limits.deadline,
        };
        let base = way.run(pair, Which::Base)?.fastest_ns;
        let head = way.run(pair, Which::Head)?.fastest_ns;
        let mut one = nanoseconds(base.min(head));
        let longest = nanoseconds(base.max(head));
        if one < SAMPLE / 100 {
            way.size = 1_000;
            one = nanoseconds(way.run(pair, Which::Base)?.fastest_ns);
        }
        way.size = iterations(one);
        way.samples = samples(longest.saturating_mul(way.size)).0;
        Ok(way)
    }

    fn run(&self, pair: &Pair<'_>, which: Which) -> Result<Measured, Failure> {
        let bench = pair.of(which);
        let failed = |reason| Failure { which, reason };
        let run = Run {
            under: &[],
            exe: &bench.program.path,
            current_dir: &bench.program.folder,
            name: bench.name,
            sample_size: self.size,
            sample_count: self.samples,
            environment: &[],
            deadline: self.deadline,
        };
        let mut measured = process::run(&run).map_err(|error| failed(error.to_string()))?;
        match (measured.pop(), measured.len()) {
            (Some(only), 0) => Ok(only),
            (_, others) => Err(failed(format!(
                "it runs for {} numbers of threads, and is compared for one only: give it one, as in `threads = 4`",
                others + 1
            ))),
        }
    }
}

impl Way for ByProcess {
    fn mode(&self) -> Mode {
        Mode::Process
    }

    fn threshold(&self) -> f64 {
        THRESHOLD_BY_PROCESS
    }

    fn numbers(&self) -> Numbers {
        NUMBERS
    }

    fn samples(&self) -> (u32, u32) {
        (self.samples, self.size)
    }

    fn uncountable(&self) -> Option<&'static str> {
        Some("its body is not one of perf-harness-bench")
    }

    fn pair(&self, pair: &Pair<'_>, rng: &mut Rng) -> Result<Took, Failure> {
        let (base, head) = if rng.bool() {
            let base = self.run(pair, Which::Base)?;
            (base, self.run(pair, Which::Head)?)
        } else {
            let head = self.run(pair, Which::Head)?;
            (self.run(pair, Which::Base)?, head)
        };
        // Faster than divan's own overhead is nothing at all: a tick of that, then.
        let [of_base, of_head] = [&base, &head].map(|side| side.fastest_ns.max(0.001));
        Ok(Took {
            base: of_base,
            head: of_head,
            change: (of_head / of_base).ln(),
            base_facts: facts(base),
            head_facts: facts(head),
        })
    }
}

fn facts(measured: Measured) -> Facts {
    Facts {
        allocations: measured.allocations,
        ..Facts::default()
    }
}
