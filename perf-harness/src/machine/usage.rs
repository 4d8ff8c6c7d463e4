//! What the scheduler counts of a thread: how long it ran, and how long it could have run and did not.

use std::ops::{Add, AddAssign};
use std::time::Duration;

/// How a thread, or several, spent their time. What is neither is sleep: waiting for the disk, a lock or an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// On a processor. Of a thread that is running, it lags by up to one tick of the kernel (1 to 10 ms).
    pub(crate) ran: Duration,
    /// Ready to run and without a processor: the run-queue delay. Told when the thread runs again. A thread that is put on a
    /// processor in the moment of waking it has waited for zero.
    pub(crate) waited: Duration,
}

impl Usage {
    /// Reads a `schedstat`: nanoseconds run, nanoseconds waited, how often it was put on a processor.
    ///
    /// <https://docs.kernel.org/scheduler/sched-stats.html>
    pub(super) fn parse(schedstat: &[u8]) -> Option<Self> {
        let mut numbers = std::str::from_utf8(schedstat)
            .ok()?
            .split_ascii_whitespace()
            .map(|number| number.parse().ok());
        let usage = Self {
            ran: Duration::from_nanos(numbers.next()??),
            waited: Duration::from_nanos(numbers.next()??),
        };
        let _slices: u64 = numbers.next()??;
        Some(usage)
    }

    pub(crate) fn since(self, earlier: Self) -> Self {
        Self {
            ran: self.ran.saturating_sub(earlier.ran),
            waited: self.waited.saturating_sub(earlier.waited),
        }
    }
}

impl Add for Usage {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            ran: self.ran + other.ran,
            waited: self.waited + other.waited,
        }
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(ran: u64, waited: u64) -> Usage {
        Usage {
            ran: Duration::from_nanos(ran),
            waited: Duration::from_nanos(waited),
        }
    }

    fn check(schedstat: &str, expected: Option<Usage>) {
        assert_eq!(Usage::parse(schedstat.as_bytes()), expected, "{schedstat}");
    }

    #[test]
    fn the_second_number_is_how_long_a_thread_waited() {
        check("616576 762198 2\n", Some(usage(616_576, 762_198)));
        check("0 84779 1\n", Some(usage(0, 84_779)));
        check("0 0 0\n", Some(usage(0, 0)));
        let years = u64::MAX;
        check(
            &format!("{years} {years} {years}\n"),
            Some(usage(years, years)),
        );
    }

    #[test]
    fn what_is_no_schedstat_is_not_taken_for_zero() {
        check("", None);
        check("\n", None);
        check("616576 762198\n", None);
        check("616576 -1 2\n", None);
        check("616576 762198 many\n", None);
        // How newer kernels would say it is for them to tell; a file of `sched` is another one.
        check("se.sum_exec_runtime : 12.5\n", None);
    }

    #[test]
    fn what_was_spent_meanwhile_is_never_negative() {
        let (earlier, later) = (usage(5, 7), usage(9, 8));
        assert_eq!(later.since(earlier), usage(4, 1));
        assert_eq!(earlier.since(later), usage(0, 0));
        assert_eq!(later.since(earlier) + usage(1, 1), usage(5, 2));
    }
}
