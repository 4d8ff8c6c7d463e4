//! The only source of time. Everything else is given the time it judges by.

mod timer;

use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime};

pub(crate) use self::timer::Timer;
use crate::date::Date;

/// Time since this process first asked for it. Monotonic.
pub(crate) fn now() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

/// The smallest step that [`now`] takes, measured once: the time of what is quicker than that cannot be told.
/// [`Duration::MAX`] for a clock that stands still.
pub(crate) fn resolution() -> Duration {
    static MEASURED: OnceLock<Duration> = OnceLock::new();
    *MEASURED.get_or_init(|| finest_step(now))
}

/// The finest of some steps, or of those that come within a moment where the clock is a coarse one.
fn finest_step(mut now: impl FnMut() -> Duration) -> Duration {
    const STEPS: usize = 20;
    const MOMENT: Duration = Duration::from_millis(20);
    // A clock that is read so often and does not move will not.
    const MOST_READS: usize = 2_000_000;
    let first = now();
    let (mut last, mut finest, mut steps) = (first, Duration::MAX, 0);
    for _ in 0..MOST_READS {
        if steps == STEPS || last.saturating_sub(first) > MOMENT {
            break;
        }
        let next = now();
        let step = next.saturating_sub(last);
        if !step.is_zero() {
            finest = finest.min(step);
            (last, steps) = (next, steps + 1);
        }
    }
    finest
}

/// Nanoseconds since 1970, for names that no other process uses. Not monotonic.
pub(crate) fn wall() -> u128 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or_default().as_nanos()
}

/// The day that it is, in UTC.
pub(crate) fn today() -> Date {
    const NANOSECONDS: u128 = 86_400_000_000_000;
    Date::of_days(i64::try_from(wall() / NANOSECONDS).unwrap_or(i64::MAX / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A clock that takes a step each so many reads.
    fn check(step: Duration, reads: u32, expected: Duration, most_reads: u32) {
        let mut read = 0;
        let finest = finest_step(|| {
            read += 1;
            step * (read / reads)
        });
        assert_eq!(finest, expected);
        assert!(read <= most_reads, "{read}");
    }

    #[test]
    fn the_resolution_is_the_finest_step() {
        let (ns, ms) = (Duration::from_nanos, Duration::from_millis);
        check(ns(30), 1, ns(30), 21);
        check(ns(100), 5, ns(100), 105);
        check(ms(10), 1_000, ms(10), 3_000);
        check(ms(0), 1, Duration::MAX, 2_000_001);
    }

    #[test]
    fn a_step_that_is_longer_for_once_is_not_the_resolution() {
        let mut steps = [0, 900, 930, 5_000].map(Duration::from_nanos).into_iter();
        assert_eq!(
            finest_step(|| steps.next().unwrap_or(Duration::from_secs(1))),
            Duration::from_nanos(30)
        );
    }

    #[test]
    fn this_clock_has_one() {
        assert!(resolution() > Duration::ZERO);
        assert_eq!(resolution(), resolution());
    }
}
