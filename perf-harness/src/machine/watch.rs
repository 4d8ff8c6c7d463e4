//! What disturbed the machine between two points: facts, of which a verdict on latency is told.

use std::num::NonZero;
use std::thread;
use std::time::Duration;

use super::cgroup::{Groups, Throttled};
use super::files;
use super::heartbeat::{Heartbeat, Pauses};
use super::pressure;
use super::snapshot::Snapshot;

/// The kernel tells time since boot to the hundredth of a second; less than this is no suspension.
const SUSPENDED: Duration = Duration::from_millis(100);

/// What came between two points besides the work. `None` is: not known here.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Disturbances {
    /// How long was watched.
    pub(crate) lasted: Duration,
    /// Processor time that was wanted, and that the hypervisor gave to others: of all processors together, to a tick.
    pub(crate) steal: Option<Duration>,
    /// Kept back by a quota. Time that is also run-queue delay.
    pub(crate) throttled: Option<Throttled>,
    /// The quota, in processors. `None`: there is none, or it is not seen.
    pub(crate) quota: Option<f64>,
    /// The process was stopped, or the machine stood still while its clock went on.
    pub(crate) paused: Option<Pauses>,
    /// The machine was suspended. Its monotonic clock stood still, so no latency has it; but what was kept warm is cold.
    pub(crate) suspended: Option<Duration>,
    /// The share of the time in which some thread of the machine waited for a processor, from 0 to 1.
    pub(crate) pressure: Option<f64>,
    /// How many threads ran or waited, on average over about a minute, at the end.
    pub(crate) load: Option<f64>,
    /// How many processors this process may use.
    pub(crate) processors: Option<NonZero<usize>>,
}

/// Watches from [`begin`](Self::begin) to [`end`](Self::end). Given up, it tells nothing and leaves nothing running.
#[derive(Debug)]
pub(crate) struct Watch {
    groups: Groups,
    before: Snapshot,
    heartbeat: Option<Heartbeat>,
}

impl Watch {
    pub(crate) fn begin() -> Self {
        let groups = Groups::of_this_process(&files::here);
        let heartbeat = Heartbeat::begin();
        Self {
            before: Snapshot::take(&files::here, &groups),
            groups,
            heartbeat,
        }
    }

    pub(crate) fn end(self) -> Disturbances {
        let after = Snapshot::take(&files::here, &self.groups);
        let paused = self.heartbeat.map(Heartbeat::end);
        let load = files::here("/proc/loadavg").and_then(|text| pressure::load(&text));
        Disturbances {
            paused,
            quota: self.groups.quota(&files::here),
            load,
            processors: thread::available_parallelism().ok(),
            ..between(&self.before, &after)
        }
    }
}

/// What two snapshots tell.
fn between(before: &Snapshot, after: &Snapshot) -> Disturbances {
    let lasted = after.after.saturating_sub(before.before);
    let uptime = before.uptime.zip(after.uptime);
    let waited = before.pressure.zip(after.pressure);
    let steal = before.stolen.zip(after.stolen);
    let throttled = before.throttled.zip(after.throttled);
    Disturbances {
        lasted,
        steal: steal.map(|(earlier, later)| later.since(earlier)),
        throttled: throttled.map(|(earlier, later)| later.since(earlier)),
        quota: None,
        paused: None,
        suspended: uptime.map(|(earlier, later)| suspended(later.saturating_sub(earlier), lasted)),
        pressure: waited.map(|(earlier, later)| share(later.saturating_sub(earlier), lasted)),
        load: None,
        processors: None,
    }
}

/// The clock was read outside of the time since boot, so a machine that is slow between the two is none that was suspended.
fn suspended(by_uptime: Duration, by_clock: Duration) -> Duration {
    let longer = by_uptime.saturating_sub(by_clock);
    if longer < SUSPENDED {
        Duration::ZERO
    } else {
        longer
    }
}

fn share(part: Duration, whole: Duration) -> f64 {
    if whole.is_zero() {
        return 0.0;
    }
    part.div_duration_f64(whole).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::processors::Stolen;

    const fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn snapshot(before: u64, after: u64) -> Snapshot {
        Snapshot {
            before: ms(before),
            after: ms(after),
            stolen: None,
            throttled: None,
            pressure: None,
            uptime: None,
        }
    }

    #[test]
    fn what_is_told_at_one_end_only_is_not_known() {
        let told = Snapshot {
            stolen: Stolen::parse("cpu  1 2 3 4 5 6 7 8 9 10"),
            throttled: Some(Throttled::default()),
            pressure: Some(ms(5)),
            uptime: Some(ms(5)),
            ..snapshot(0, 0)
        };
        for (before, after) in [(told, snapshot(9, 9)), (snapshot(0, 0), told)] {
            let found = between(&before, &after);
            assert_eq!((found.steal, found.throttled), (None, None));
            assert_eq!((found.suspended, found.pressure), (None, None));
        }
    }

    #[test]
    fn what_came_between_is_the_difference() {
        let throttled = |times, lasted| Some(Throttled { times, lasted });
        let before = Snapshot {
            stolen: Stolen::parse("cpu  100 0 0 999 0 0 0 10 0 0"),
            throttled: throttled(2, ms(40)),
            pressure: Some(ms(700)),
            uptime: Some(ms(50_000)),
            ..snapshot(1_000, 1_001)
        };
        let after = Snapshot {
            stolen: Stolen::parse("cpu  130 0 0 999 0 0 0 20 0 0"),
            throttled: throttled(5, ms(90)),
            pressure: Some(ms(1_200)),
            uptime: Some(ms(51_000)),
            ..snapshot(1_999, 2_000)
        };
        let found = between(&before, &after);
        assert_eq!(found.lasted, ms(1_000));
        assert_eq!(found.steal, Some(ms(100)));
        assert_eq!(found.throttled, throttled(3, ms(50)));
        assert_eq!(found.pressure, Some(0.5));
        assert_eq!(found.suspended, Some(Duration::ZERO));
    }

    #[test]
    fn a_machine_that_slept_has_been_up_for_longer_than_its_clock_went_on() {
        let check = |before: (u64, u64, u64), after: (u64, u64, u64), expected| {
            let taken = |(before, uptime, after)| Snapshot {
                uptime: Some(ms(uptime)),
                ..snapshot(before, after)
            };
            let found = between(&taken(before), &taken(after));
            assert_eq!(found.suspended, Some(ms(expected)));
        };
        check((1_000, 500, 1_001), (2_000, 31_510, 2_001), 30_009);
        check((1_000, 500, 1_001), (2_000, 1_510, 2_001), 0);
        // It was slow to look at both clocks, at either end.
        check((1_000, 900, 1_500), (2_000, 1_400, 2_001), 0);
        check((1_000, 500, 1_001), (2_000, 2_000, 2_900), 0);
    }

    #[test]
    fn nothing_is_more_than_all_of_the_time() {
        assert!((share(ms(20), ms(10)) - 1.0).abs() < f64::EPSILON);
        assert!(share(ms(20), ms(0)).abs() < f64::EPSILON);
    }
}
