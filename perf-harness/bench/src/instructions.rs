//! Work whose instructions callgrind counts: from the outside, and only while one function runs, which it knows by its name.
//!
//! `PERF_HARNESS_BENCH_INSTRUCTIONS` asks for it, and says how many iterations come before those that count: what is done once is
//! done in them. The name below is what `bench-compare` tells callgrind.

use std::cell::Cell;
use std::env;

const WARM_UP: &str = "PERF_HARNESS_BENCH_INSTRUCTIONS";

/// Those of a bench.
pub(crate) struct Iterations {
    /// That do not count yet.
    uncounted: Cell<u32>,
}

impl Iterations {
    /// None where nobody counts.
    pub(crate) fn asked_for() -> Option<Self> {
        let uncounted = env::var(WARM_UP).ok()?.parse().ok()?;
        Some(Self {
            uncounted: Cell::new(uncounted),
        })
    }

    pub(crate) fn run<O>(&self, work: impl FnOnce() -> O) -> O {
        match self.uncounted.get() {
            0 => perf_harness_bench_counted(work),
            left => {
                self.uncounted.set(left - 1);
                work()
            }
        }
    }
}

/// Not inlined, nor left before the work is done: between its first instruction and its last one callgrind counts.
#[inline(never)]
fn perf_harness_bench_counted<O>(work: impl FnOnce() -> O) -> O {
    divan::black_box(work())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_iteration_runs_once_whether_it_counts_or_not() {
        let iterations = Iterations {
            uncounted: Cell::new(2),
        };
        let outputs: Vec<u32> = (0..5).map(|at| iterations.run(|| at)).collect();
        assert_eq!(outputs, [0, 1, 2, 3, 4]);
        assert_eq!(iterations.uncounted.get(), 0);
    }
}
