//! For the experiment on how often a verdict is wrong: runs as facts, and the verdict on a stretch of them.

use std::iter::Peekable;
use std::time::Duration;

use super::goes::{Goes, said};
use super::runner::Runner;
use super::sampler::turn;
use crate::budget::{Decided, Judge, Latency, Sampled};
use crate::error::SetupError;
use crate::machine::{self, Disturbances};
use crate::run::perf_db::PerfDb;
use crate::timing::{Timing, Timings, Waits};

/// How long one run took: on the wall, and without the waiting for a processor.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// From its beginning to its end.
    pub wall: Duration,
    /// What it took at least.
    pub least: Duration,
    /// What the hypervisor had taken of the processors since the machine was started, before it.
    pub stolen_before: Duration,
    /// The same after it.
    pub stolen_after: Duration,
}

/// So many runs of a piece of work, one after the other.
pub async fn times(
    db: &PerfDb,
    count: usize,
    work: impl AsyncFn(),
) -> Result<Vec<Run>, SetupError> {
    let _turn = turn(db).await?;
    let mut runner = Runner::new(db, Duration::from_mins(1));
    let work = async |()| work().await;
    let warm_up = Latency::new().warm_up;
    let mut runs = Vec::with_capacity(count);
    for number in 0..count + warm_up {
        if number == warm_up {
            runner.find_server().await;
        }
        let stolen_before = machine::stolen().unwrap_or_default();
        let run = runner.run((), &work, &|()| None).await?;
        if number >= warm_up {
            runs.push(Run {
                wall: run.wall,
                least: run.least(),
                stolen_before,
                stolen_after: machine::stolen().unwrap_or_default(),
            });
        }
    }
    Ok(runs)
}

/// What a stretch of runs says of the rules: whether they hold, or neither; and how many runs it took. As in a test, but that
/// the runs were made before.
pub fn verdict(latency: &Latency, runs: impl Iterator<Item = Run>) -> (Option<bool>, usize) {
    let (mut runs, mut taken) = (runs.peekable(), 0);
    let mut next = |at_least| {
        let go = go(latency, &mut runs, at_least);
        taken += go.timings.runs.len();
        go
    };
    let mut goes = Goes::begin(next(0));
    while let Some(at_least) = goes.look_again() {
        goes.add(next(at_least));
    }
    let rulings = goes.end().rulings;
    let all = |decided| rulings.iter().all(|ruling| ruling.decided == Some(decided));
    let any = |decided| rulings.iter().any(|ruling| ruling.decided == Some(decided));
    let holds = if any(Decided::IsBroken) {
        Some(false)
    } else {
        all(Decided::Holds).then_some(true)
    };
    (holds, taken)
}

fn go(
    latency: &Latency,
    runs: &mut Peekable<impl Iterator<Item = Run>>,
    at_least: usize,
) -> Sampled {
    let mut judge = Judge::new(latency, true);
    let stolen_before = runs
        .peek()
        .map_or(Duration::ZERO, |first| first.stolen_before);
    let (mut taken, mut stolen) = (Vec::new(), Duration::ZERO);
    for run in runs.by_ref().take(latency.samples) {
        let timing = Timing {
            wall: run.wall,
            own_wait: run.wall.saturating_sub(run.least),
            ..Timing::default()
        };
        judge.add(&timing);
        taken.push(timing);
        stolen = run.stolen_after.saturating_sub(stolen_before);
        if judge.is_done() && taken.len() >= at_least {
            break;
        }
    }
    let disturbances = Disturbances {
        steal: Some(stolen),
        ..Disturbances::default()
    };
    said(judge, Timings::new(taken, Waits::Known, disturbances))
}
