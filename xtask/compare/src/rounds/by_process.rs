//! Whole processes in turn, by their fastest samples: for benches that do not wait for their turn. It sees less:
//! `docs/bench-compare.md` has how often.

use std::time::Duration;

use fastrand::Rng;

use super::amount::{Pairs, WHOLE_PROCESSES};
use super::{Failure, Limits, THRESHOLD_BY_PROCESS, Took, Way, nanoseconds};
use crate::divan::output::Measured;
use crate::divan::process::{self, Run};
use crate::lockstep::{Facts, Pair, Which};
use crate::outcome::Mode;

pub(super) struct ByProcess {
    /// None where the bench is for one number of them.
    threads: Option<usize>,
    size: u32,
    samples: u32,
    deadline: Duration,
}

/// A bench that was looked at: a way for each number of threads that both sides have.
pub(super) struct Probed {
    pub(super) ways: Vec<ByProcess>,
    /// The numbers of threads that one side has only.
    pub(super) only_base: Vec<usize>,
    pub(super) only_head: Vec<usize>,
}

impl ByProcess {
    pub(super) fn probe(pair: &Pair<'_>, limits: Limits) -> Result<Probed, Failure> {
        let look = Self {
            threads: None,
            size: 1,
            samples: 4,
            deadline: limits.deadline,
        };
        let base = look.all(pair, Which::Base)?;
        let head = look.all(pair, Which::Head)?;
        let mut ways = Vec::new();
        for of_base in &base {
            if let Some(of_head) = of(&head, of_base.threads) {
                ways.push(look.sized(pair, of_base, of_head)?);
            }
        }
        if ways.is_empty() {
            return Err(Failure {
                which: Which::Head,
                reason: format!(
                    "it runs for {}, the base for {}: give both one that is the same, as in `threads = [1, 4]`",
                    told(&head),
                    told(&base)
                ),
            });
        }
        Ok(Probed {
            ways,
            only_base: missing(&base, &head),
            only_head: missing(&head, &base),
        })
    }

    /// With as many iterations and samples as fit.
    fn sized(&self, pair: &Pair<'_>, base: &Measured, head: &Measured) -> Result<Self, Failure> {
        let mut way = Self {
            threads: base.threads,
            ..*self
        };
        let (base, head) = (base.fastest_ns, head.fastest_ns);
        let mut one = nanoseconds(base.min(head));
        let longest = nanoseconds(base.max(head));
        if one < WHOLE_PROCESSES.sample / 100 {
            way.size = 1_000;
            one = nanoseconds(way.run(pair, Which::Base)?.fastest_ns);
        }
        way.size = WHOLE_PROCESSES.iterations(one);
        let sample = longest.saturating_mul(way.size);
        way.samples = WHOLE_PROCESSES.samples(sample);
        Ok(way)
    }

    fn run(&self, pair: &Pair<'_>, which: Which) -> Result<Measured, Failure> {
        let mut measured = self.all(pair, which)?;
        match (measured.pop(), measured.len()) {
            (Some(only), 0) => Ok(only),
            (_, others) => Err(Failure {
                which,
                reason: format!(
                    "it was to run for one number of threads, and did for {}",
                    others + 1
                ),
            }),
        }
    }

    fn all(&self, pair: &Pair<'_>, which: Which) -> Result<Vec<Measured>, Failure> {
        let bench = pair.of(which);
        let run = Run {
            under: &[],
            exe: &bench.program.path,
            current_dir: &bench.program.folder,
            name: bench.name,
            sample_size: self.size,
            sample_count: self.samples,
            threads: self.threads,
            environment: &[],
            deadline: self.deadline,
        };
        process::run(&run).map_err(|error| Failure {
            which,
            reason: error.to_string(),
        })
    }
}

fn of(all: &[Measured], threads: Option<usize>) -> Option<&Measured> {
    all.iter().find(|measured| measured.threads == threads)
}

fn missing(all: &[Measured], others: &[Measured]) -> Vec<usize> {
    let numbers = all.iter().filter_map(|measured| measured.threads);
    let missing = numbers.filter(|number| of(others, Some(*number)).is_none());
    missing.collect()
}

fn told(all: &[Measured]) -> String {
    let numbers = all.iter().filter_map(|measured| measured.threads);
    let numbers: Vec<String> = numbers.map(|number| number.to_string()).collect();
    if numbers.is_empty() {
        return "one number of threads, which divan does not tell".to_owned();
    }
    format!("{} threads", numbers.join(", "))
}

impl Way for ByProcess {
    fn threads(&self) -> Option<usize> {
        self.threads
    }

    fn mode(&self) -> Mode {
        Mode::Process
    }

    fn threshold(&self) -> f64 {
        THRESHOLD_BY_PROCESS
    }

    fn pairs(&self) -> Pairs {
        WHOLE_PROCESSES.pairs
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

#[cfg(test)]
mod tests {
    use super::*;

    fn all(numbers: &[Option<usize>]) -> Vec<Measured> {
        let measured = |threads: &Option<usize>| Measured {
            threads: *threads,
            ..Measured::default()
        };
        numbers.iter().map(measured).collect()
    }

    #[test]
    fn numbers_of_threads_of_one_side_are_told() {
        let (base, head) = (all(&[Some(1), Some(2)]), all(&[Some(2), Some(4)]));
        assert_eq!(missing(&base, &head), [1]);
        assert_eq!(missing(&head, &base), [4]);
        let one = all(&[None]);
        assert!(missing(&one, &base).is_empty());
        assert!(of(&base, None).is_none() && of(&one, None).is_some());
        assert_eq!(told(&base), "1, 2 threads");
        assert_eq!(
            told(&one),
            "one number of threads, which divan does not tell"
        );
    }
}
