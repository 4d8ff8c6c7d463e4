//! How much of a bench is run for a verdict.

use std::time::Duration;

use crate::estimate::FEWEST_PAIRS;
use crate::lockstep::WarmUp;

/// For lockstep of a bench on one thread.
pub(super) const ONE_THREAD: Amount = Amount {
    sample: Duration::from_micros(200),
    process: Duration::from_millis(40),
    samples: 40,
    pairs: Pairs::new(10, 5, 40, 15),
};

/// For processes that run whole, one after the other.
pub(super) const WHOLE_PROCESSES: Amount = Amount {
    pairs: Pairs::new(12, 4, 40, 12),
    ..ONE_THREAD
};

/// For lockstep where a scheduler has a part, and two processes of one program can differ by a tenth: longer samples, and more pairs.
pub(super) const SEVERAL_THREADS: Amount = Amount {
    sample: Duration::from_millis(1),
    process: Duration::from_millis(80),
    samples: 40,
    pairs: Pairs::new(10, 10, 60, 30),
};

/// So many iterations are forgotten, where there is time for them. A statement that is prepared is planned anew for each of its first
/// five executions on a connection, and a pool of sqlx has more of these than one at once needs.
const WARM_UP: u32 = 16;

#[derive(Clone, Copy)]
pub(super) struct Amount {
    /// Long beside the clock's tick, and short beside a scheduler's slice.
    pub(super) sample: Duration,
    /// All samples of a process, about.
    process: Duration,
    /// No more than so many.
    samples: u32,
    pub(super) pairs: Pairs,
}

/// How many pairs of processes.
#[derive(Clone, Copy)]
pub(super) struct Pairs {
    /// Before the first verdict.
    pub(super) first: usize,
    /// While that is open.
    pub(super) more: usize,
    pub(super) most: usize,
    /// Fresh ones for what became slower or faster: what is so by chance is not so twice.
    pub(super) again: usize,
}

impl Pairs {
    const fn new(first: usize, more: usize, most: usize, again: usize) -> Self {
        assert!(first >= FEWEST_PAIRS && again >= FEWEST_PAIRS);
        Self {
            first,
            more,
            most,
            again,
        }
    }
}

impl Amount {
    /// That make a sample, when one takes so long.
    pub(super) fn iterations(&self, one: Duration) -> u32 {
        let one = one.as_nanos().max(1);
        u32::try_from(self.sample.as_nanos().div_ceil(one))
            .map_or(1_000_000, |size| size.clamp(1, 1_000_000))
    }

    /// Of a process, when one takes so long.
    pub(super) fn samples(&self, sample: Duration) -> u32 {
        self.fitting(sample).clamp(5, self.samples)
    }

    /// When a sample of so many iterations takes so long on each side. Each for itself: a fast one beside a slow one would
    /// be measured before it is warm.
    pub(super) fn warm_up(&self, base: Duration, head: Duration, iterations: u32) -> WarmUp {
        let wanted = WARM_UP.div_ceil(iterations).max(3);
        let fitting = |sample| wanted.min(self.fitting(sample)).max(1);
        WarmUp {
            base: fitting(base),
            head: fitting(head),
        }
    }

    fn fitting(&self, sample: Duration) -> u32 {
        let fitting = self.process.as_nanos() / sample.as_nanos().max(1);
        u32::try_from(fitting).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_long_beside_the_clock() {
        let iterations = |one| ONE_THREAD.iterations(one);
        assert_eq!(iterations(Duration::from_nanos(1)), 200_000);
        assert_eq!(iterations(Duration::from_micros(30)), 7);
        assert_eq!(iterations(Duration::from_millis(5)), 1);
        assert_eq!(iterations(Duration::ZERO), 200_000);
        assert_eq!(
            SEVERAL_THREADS.iterations(Duration::from_nanos(1)),
            1_000_000
        );
    }

    #[test]
    fn slow_benches_have_fewer_samples() {
        let of = |amount: Amount, sample| (amount.samples(sample), warm_up(amount, sample, 1));
        let one_thread = |sample| of(ONE_THREAD, sample);
        assert_eq!(one_thread(Duration::from_micros(210)), (40, 16));
        assert_eq!(one_thread(Duration::from_millis(4)), (10, 10));
        assert_eq!(one_thread(Duration::from_millis(50)), (5, 1));
        assert_eq!(one_thread(Duration::ZERO), (40, 16));
        assert_eq!(of(SEVERAL_THREADS, Duration::from_millis(2)), (40, 16));
    }

    #[test]
    fn what_warms_up_is_counted_in_iterations() {
        let of = |iterations| warm_up(ONE_THREAD, Duration::from_micros(200), iterations);
        assert_eq!([1, 4, 1_000].map(of), [16, 4, 3]);
    }

    #[test]
    fn each_side_warms_up_by_itself() {
        let (slow, fast) = (Duration::from_millis(20), Duration::from_millis(1));
        let of = |base, head| ONE_THREAD.warm_up(base, head, 1);
        assert_eq!(of(slow, fast), WarmUp { base: 2, head: 16 });
        assert_eq!(of(fast, slow), WarmUp { base: 16, head: 2 });
    }

    /// Of two sides that are alike.
    fn warm_up(amount: Amount, sample: Duration, iterations: u32) -> u32 {
        amount.warm_up(sample, sample, iterations).base
    }
}
