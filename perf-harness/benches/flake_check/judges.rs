//! The ways to judge, each given the same stretches of runs.

use std::time::Duration;

use perf_harness::__private::latency::{Run, verdict};
use perf_harness::{Latency, Statistic};

use crate::table::quantile;

/// Budgets, in parts of the true percentile.
pub(crate) const BUDGETS: [f64; 6] = [0.6, 0.75, 0.9, 1.1, 1.5, 2.0];

/// The ways. The number is that of the samples whose p95 is taken for the truth.
pub(crate) const JUDGES: [Judge; 4] = [
    Judge::Ours,
    Judge::Naive(20),
    Judge::Naive(100),
    Judge::Naive(400),
];

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Judge {
    Ours,
    Naive(usize),
}

/// What one way said of one budget, in shares of its verdicts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub(crate) judge: Judge,
    pub(crate) budget: f64,
    pub(crate) failed: f64,
    pub(crate) passed: f64,
    pub(crate) undecided: f64,
    pub(crate) samples: f64,
}

pub(crate) fn cells(runs: &[Run], p95: f64, verdicts: usize) -> Vec<Cell> {
    let each = JUDGES
        .into_iter()
        .flat_map(|judge| BUDGETS.map(|budget| (judge, budget)));
    each.map(|(judge, budget)| cell(runs, judge, budget, p95 * budget, verdicts))
        .collect()
}

fn cell(runs: &[Run], judge: Judge, budget: f64, limit: f64, verdicts: usize) -> Cell {
    let (mut failed, mut passed, mut samples) = (0, 0, 0);
    for number in 0..verdicts {
        // As far apart as can be; the last ones go on at the beginning.
        let start = number * runs.len() / verdicts;
        let stretch = runs[start..].iter().chain(&runs[..start]).copied();
        let (holds, taken) = judge.verdict(stretch, limit);
        failed += usize::from(holds == Some(false));
        passed += usize::from(holds == Some(true));
        samples += taken;
    }
    #[expect(clippy::cast_precision_loss, reason = "a share, told with one digit")]
    let share = |part: usize| part as f64 / verdicts as f64;
    Cell {
        judge,
        budget,
        failed: share(failed),
        passed: share(passed),
        undecided: share(verdicts - failed - passed),
        samples: share(samples),
    }
}

impl Judge {
    fn verdict(self, runs: impl Iterator<Item = Run>, limit: f64) -> (Option<bool>, usize) {
        match self {
            Self::Ours => {
                let most = Duration::from_secs_f64(limit);
                let latency = Latency::new().below(Statistic::P95, most);
                verdict(&latency, runs)
            }
            Self::Naive(count) => {
                let walls = runs.take(count).map(|run| run.wall.as_secs_f64());
                (Some(quantile(walls.collect(), 0.95) < limit), count)
            }
        }
    }
}
