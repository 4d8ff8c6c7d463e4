//! Facts: how long each run of a piece of work took, and how much of that it waited for a processor.

use std::time::Duration;

use crate::machine::{Disturbances, Pauses};
use crate::record::TimeSpent;

/// One run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Timing {
    /// From its beginning to its end.
    pub(crate) wall: Duration,
    /// How long the threads that did it were ready to run, and others ran.
    pub(crate) own_wait: Duration,
    /// The same of the server's processes that answered it.
    pub(crate) server_wait: Duration,
    /// Round trips that went through the recorder.
    pub(crate) recorded: u64,
}

impl Timing {
    /// How long it waited for a processor, as far as it is taken off.
    pub(crate) fn waited(&self) -> Duration {
        self.wall.saturating_sub(self.least())
    }

    /// What it took at least, had it waited for no processor. Where several waited at once this is too little.
    pub(crate) fn least(&self) -> Duration {
        self.wall
            .saturating_sub(self.own_wait)
            .saturating_sub(self.server_wait)
    }
}

/// What is known of the waiting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Waits {
    /// Of the work's own threads and of the server's processes; or no server was asked.
    Known,
    /// Of the own threads alone, and why.
    OwnOnly(String),
    /// Nothing, and why.
    Unknown(String),
}

/// All runs of one assertion, in their order, and what was seen meanwhile.
#[derive(Clone, Debug)]
pub(crate) struct Timings {
    pub(crate) runs: Vec<Timing>,
    pub(crate) warm_up: usize,
    pub(crate) concurrency: usize,
    pub(crate) elapsed: Duration,
    pub(crate) waits: Waits,
    pub(crate) disturbances: Disturbances,
    /// How often it was sampled anew to be sure.
    pub(crate) repeats: usize,
    /// The simulated time of a round trip.
    pub(crate) rtt: Option<Duration>,
    /// Where the time of a typical run goes, if it goes through the recorder.
    pub(crate) spent: Option<TimeSpent>,
}

impl Timings {
    /// Of runs one after the other that no rule was held against yet.
    pub(crate) fn new(runs: Vec<Timing>, waits: Waits, disturbances: Disturbances) -> Self {
        Self {
            runs,
            warm_up: 0,
            concurrency: 1,
            elapsed: Duration::ZERO,
            waits,
            disturbances,
            repeats: 0,
            rtt: None,
            spent: None,
        }
    }

    /// Did it go through the recorder, whose cost is in the times?
    pub(crate) fn are_recorded(&self) -> bool {
        self.runs.iter().any(|run| run.recorded > 0)
    }

    /// The share of the time that was spent waiting for a processor.
    pub(crate) fn waiting_share(&self) -> f64 {
        let sum = |part: fn(&Timing) -> Duration| -> f64 {
            self.runs.iter().map(|run| part(run).as_secs_f64()).sum()
        };
        let wall = sum(|run| run.wall);
        if wall > 0.0 {
            sum(Timing::waited) / wall
        } else {
            0.0
        }
    }

    /// What is judged, from the shortest to the longest: without the waiting, where that is known.
    pub(crate) fn judged(&self) -> Vec<f64> {
        match self.waits {
            Waits::Unknown(_) => self.sorted(|run| run.wall),
            _ => self.sorted(Timing::least),
        }
    }

    /// From the shortest to the longest: what each took on the wall, or at least.
    pub(crate) fn sorted(&self, of: impl Fn(&Timing) -> Duration) -> Vec<f64> {
        let mut seconds: Vec<f64> = self.runs.iter().map(|run| of(run).as_secs_f64()).collect();
        seconds.sort_by(f64::total_cmp);
        seconds
    }
}

/// One run of each of two pieces of work, one right after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) before: Timing,
    pub(crate) after: Timing,
}

impl Pair {
    /// The logarithm of what the second took for each second of the first, waiting left out.
    pub(crate) fn log_ratio(&self) -> f64 {
        let least = |run: &Timing| run.least().max(Duration::from_nanos(1)).as_secs_f64();
        (least(&self.after) / least(&self.before)).ln()
    }
}

/// What the machine can have added at most, to all runs together: the time that the hypervisor took, and that in which
/// nothing went on. No figure of threads tells it, and which runs it was added to is not known.
pub(crate) fn may_have_been_added(timings: &Timings) -> Duration {
    /// What is told of steal may be less by so much.
    const TICK: Duration = Duration::from_millis(10);
    let found = &timings.disturbances;
    let stolen = found.steal.filter(|stolen| !stolen.is_zero());
    let stolen = stolen.map_or(Duration::ZERO, |stolen| stolen + TICK);
    let stood = found.paused.map_or(Duration::ZERO, Pauses::at_most);
    // Whatever comes between comes to all that are under way.
    let at_once = u32::try_from(timings.concurrency).unwrap_or(u32::MAX);
    (stolen + stood).saturating_mul(at_once)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn of(walls: &[u64]) -> Timings {
        let run = |wall: &u64| Timing {
            wall: ms(*wall),
            own_wait: ms(1),
            server_wait: ms(2),
            recorded: 0,
        };
        let runs = walls.iter().map(run).collect();
        Timings::new(runs, Waits::Known, Disturbances::default())
    }

    #[test]
    fn waiting_is_taken_off_and_no_time_is_less_than_none() {
        let timings = of(&[10, 2]);
        let least: Vec<Duration> = timings.runs.iter().map(Timing::least).collect();
        assert_eq!(least, [ms(7), ms(0)]);
        assert_eq!(timings.sorted(Timing::least), [0.0, 0.007]);
        assert!((timings.waiting_share() - 5.0 / 12.0).abs() < 1e-9);
    }

    #[test]
    fn what_the_machine_can_have_added_came_to_all_that_were_under_way() {
        let mut timings = of(&[100]);
        assert_eq!(may_have_been_added(&timings), ms(0));
        timings.disturbances.steal = Some(ms(0));
        assert_eq!(may_have_been_added(&timings), ms(0));
        timings.disturbances.steal = Some(ms(30));
        assert_eq!(may_have_been_added(&timings), ms(40));
        timings.disturbances.paused = Some(Pauses {
            times: 2,
            longest: ms(380),
            total: ms(600),
        });
        assert_eq!(may_have_been_added(&timings), ms(40 + 600 + 2 * 20));
        timings.concurrency = 3;
        assert_eq!(may_have_been_added(&timings), ms(3 * 680));
    }
}
