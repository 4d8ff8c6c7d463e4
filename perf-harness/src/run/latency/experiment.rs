//! For the experiment on how often a verdict is wrong: runs as facts, and the verdict on a stretch of them.

use std::time::Duration;

use super::runner::Runner;
use super::sampler::{NOISY, turn};
use crate::budget::{Decided, Judge, Latency};
use crate::error::SetupError;
use crate::run::perf_db::PerfDb;
use crate::timing::Timing;

/// How long one run took: on the wall, and without the waiting for a processor.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// From its beginning to its end.
    pub wall: Duration,
    /// What it took at least.
    pub least: Duration,
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
        let run = runner.run((), &work, &|()| None).await?;
        if number >= warm_up {
            runs.push(Run {
                wall: run.wall,
                least: run.least(),
            });
        }
    }
    Ok(runs)
}

/// What a stretch of runs says of the rules: whether they hold, or neither; and how many runs it took.
pub fn verdict(latency: &Latency, runs: impl Iterator<Item = Run>) -> (Option<bool>, usize) {
    let mut runs = runs.map(|run| Timing {
        wall: run.wall,
        own_wait: run.wall.saturating_sub(run.least),
        ..Timing::default()
    });
    let (first, of_first, noise) = go(latency, &mut runs);
    if first == Some(false) && noise > NOISY {
        // As in a test: once more to be sure.
        let (again, of_again, _) = go(latency, &mut runs);
        return (again.filter(|holds| !holds), of_first + of_again);
    }
    (first, of_first)
}

fn go(latency: &Latency, runs: &mut impl Iterator<Item = Timing>) -> (Option<bool>, usize, f64) {
    let mut judge = Judge::new(latency, true);
    let (mut taken, mut wall, mut waited) = (0, 0.0, 0.0);
    for run in runs.take(latency.samples) {
        judge.add(&run);
        taken += 1;
        wall += run.wall.as_secs_f64();
        waited += run.own_wait.as_secs_f64();
        if judge.is_done() {
            break;
        }
    }
    let rulings = judge.rulings();
    let holds = if judge.finds_a_fault() {
        Some(false)
    } else {
        rulings
            .iter()
            .all(|ruling| ruling.decided == Some(Decided::Holds))
            .then_some(true)
    };
    (holds, taken, waited / wall)
}
