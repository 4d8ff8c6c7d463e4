//! Facts: how long each run of a piece of work took, and how much of that it waited for a processor.

use std::time::Duration;

use crate::machine::Disturbances;
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
    /// A fault was found that is none without what the machine took.
    pub(crate) is_excused: bool,
    /// The simulated time of a round trip.
    pub(crate) rtt: Option<Duration>,
    /// Where the time of a typical run goes, if it goes through the recorder.
    pub(crate) spent: Option<TimeSpent>,
}

impl Timings {
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

/// Did the machine do something that no figure of threads tells, so that long runs say little of the work?
pub(crate) fn are_felt(disturbances: &Disturbances) -> bool {
    /// Of the time, taken by the hypervisor.
    const STOLEN: f64 = 0.05;
    let is_stolen = disturbances.steal.is_some_and(|steal| steal.share > STOLEN);
    let is_paused = disturbances
        .paused
        .as_ref()
        .is_some_and(|pauses| pauses.longest > Duration::ZERO);
    is_stolen || is_paused
}

/// The runs with as much taken off as the machine can have added: twice the share that the hypervisor took, for it need not
/// take the same of each; and of as many of the longest as there were pauses the longest pause.
pub(crate) fn without_disturbances(timings: &Timings) -> Vec<Timing> {
    let found = &timings.disturbances;
    let stolen = found
        .steal
        .map_or(0.0, |steal| (steal.share * 2.0).min(1.0));
    let pauses = found.paused.map_or(0, |pauses| pauses.times as usize);
    let stood = found.paused.map_or(Duration::ZERO, |pauses| pauses.longest);
    let mut by_length: Vec<usize> = (0..timings.runs.len()).collect();
    by_length.sort_by_key(|at| std::cmp::Reverse(timings.runs[*at].wall));
    by_length.truncate(pauses);
    let runs = timings.runs.iter().enumerate();
    runs.map(|(at, run)| {
        let added = if by_length.contains(&at) {
            stood
        } else {
            Duration::ZERO
        };
        Timing {
            wall: run.wall.mul_f64(1.0 - stolen).saturating_sub(added),
            ..*run
        }
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::{Pauses, Steal};

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
        Timings {
            runs: walls.iter().map(run).collect(),
            warm_up: 0,
            concurrency: 1,
            elapsed: ms(0),
            waits: Waits::Known,
            disturbances: Disturbances::default(),
            repeats: 0,
            is_excused: false,
            rtt: None,
            spent: None,
        }
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
    fn what_the_hypervisor_took_is_taken_off_twice() {
        let mut timings = of(&[100]);
        timings.disturbances.steal = Some(Steal {
            lasted: ms(10),
            share: 0.1,
        });
        assert!(are_felt(&timings.disturbances));
        assert_eq!(without_disturbances(&timings)[0].wall, ms(80));
        timings.disturbances.steal = Some(Steal {
            lasted: ms(1),
            share: 0.01,
        });
        assert!(!are_felt(&timings.disturbances));
    }

    #[test]
    fn as_many_of_the_longest_as_there_were_pauses_may_have_stood_still() {
        let mut timings = of(&[10, 300, 20, 400]);
        timings.disturbances.paused = Some(Pauses {
            times: 2,
            longest: ms(380),
            total: ms(600),
        });
        assert!(are_felt(&timings.disturbances));
        let without = without_disturbances(&timings);
        let walls: Vec<Duration> = without.iter().map(|run| run.wall).collect();
        assert_eq!(walls, [ms(10), ms(0), ms(20), ms(20)]);
    }
}
