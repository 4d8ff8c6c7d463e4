//! What the time of one window went into.

use std::time::Duration;

use super::course::{Doing, Stretch};
use crate::record::TimeSpent;

/// How many stretches are kept until they are added up. Of what is told later than so many others the beginning is not seen.
const MOST: usize = 2_000;

/// From the beginning of the work to its end.
#[derive(Debug, Default)]
pub(super) struct Spent {
    started: Duration,
    ended: Option<Duration>,
    /// Up to here all is added up.
    settled: Duration,
    kept: Vec<Stretch>,
    sums: Sums,
    pool_told: bool,
    idle: Idle,
}

/// How long each thing was done that no other one has precedence of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sums([Duration; Doing::PARTS]);

/// How long connections sat idle in a transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Idle {
    pub(super) sum: Duration,
    pub(super) longest: Duration,
}

impl Spent {
    pub(super) fn since(started: Duration) -> Self {
        Self {
            started,
            settled: started,
            // All that it ever has: a query that is counted costs no memory.
            kept: Vec::with_capacity(MOST + 1),
            ..Self::default()
        }
    }

    /// The work has ended: what comes is late, and none of its time.
    pub(super) fn end(&mut self, at: Duration) {
        self.ended.get_or_insert(at);
    }

    pub(super) fn add(&mut self, stretch: Stretch) {
        self.pool_told |= stretch.doing == Doing::Acquiring;
        let is_idle = stretch.doing == Doing::IdleInTransaction;
        let first = if is_idle { self.started } else { self.settled };
        let from = stretch.from.max(first);
        let to = self.ended.map_or(stretch.to, |ended| stretch.to.min(ended));
        if from >= to {
            return;
        }
        if is_idle {
            let long = to.saturating_sub(from);
            self.idle.sum += long;
            self.idle.longest = self.idle.longest.max(long);
            return;
        }
        self.kept.push(Stretch {
            from,
            to,
            ..stretch
        });
        if self.kept.len() > MOST {
            self.settle(self.kept[MOST / 2].to);
        }
    }

    /// Adds up what lies before, and forgets it.
    fn settle(&mut self, at: Duration) {
        let before = self.kept.iter().map(|stretch| Stretch {
            to: stretch.to.min(at),
            ..*stretch
        });
        self.sums.add(before.filter(|stretch| stretch.from < at));
        self.settled = self.settled.max(at);
        self.kept.retain_mut(|stretch| {
            stretch.from = stretch.from.max(at);
            stretch.from < stretch.to
        });
    }

    pub(super) fn idle(&self) -> Idle {
        self.idle
    }

    /// When all has been told. The window is closed now.
    pub(super) fn time(&self, now: Duration) -> TimeSpent {
        let mut sums = self.sums;
        sums.add(self.kept.iter().copied());
        let ended = self.ended.unwrap_or(now);
        let elapsed = ended.saturating_sub(self.started);
        TimeSpent {
            elapsed,
            in_database: sums.of(Doing::Serving),
            on_wire: sums.of(Doing::Waiting),
            connecting: sums.of(Doing::Opening),
            waiting_for_pool: self.pool_told.then(|| sums.of(Doing::Acquiring)),
            in_service: elapsed.saturating_sub(sums.0.iter().sum()),
        }
    }
}

impl Sums {
    fn of(&self, doing: Doing) -> Duration {
        self.0[doing as usize]
    }

    /// Goes through the moments at which something begins or ends. In between the first of what goes on has the time.
    fn add(&mut self, stretches: impl Iterator<Item = Stretch>) {
        let ends = stretches
            .flat_map(|Stretch { doing, from, to }| [(from, doing, true), (to, doing, false)]);
        let mut ends: Vec<_> = ends.collect();
        ends.sort_unstable_by_key(|(at, ..)| *at);
        let mut going_on = [0_usize; Doing::PARTS];
        let mut since = Duration::ZERO;
        for (at, doing, begins) in ends {
            if let Some(first) = going_on.iter().position(|count| *count > 0) {
                self.0[first] += at.saturating_sub(since);
            }
            since = at;
            // Each began before it ends.
            if begins {
                going_on[doing as usize] += 1;
            } else {
                going_on[doing as usize] -= 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn stretch(doing: Doing, from: u64, to: u64) -> Stretch {
        Stretch {
            doing,
            from: ms(from),
            to: ms(to),
        }
    }

    #[test]
    fn the_longest_stretch_need_not_be_the_last() {
        let mut spent = Spent::since(ms(0));
        for (from, to) in [(0, 30), (40, 45)] {
            spent.add(stretch(Doing::IdleInTransaction, from, to));
        }
        assert_eq!((spent.idle().sum, spent.idle().longest), (ms(35), ms(30)));
    }

    /// Milliseconds: in the database, on the wire, connecting, waiting for a pool, in the service. Of a window of 100.
    fn split(stretches: &[(Doing, u64, u64)]) -> (u128, u128, u128, Option<u128>, u128) {
        let mut spent = Spent::since(ms(0));
        for (doing, from, to) in stretches {
            spent.add(stretch(*doing, *from, *to));
        }
        spent.end(ms(100));
        let time = spent.time(ms(120));
        assert_eq!(time.elapsed, ms(100));
        (
            time.in_database.as_millis(),
            time.on_wire.as_millis(),
            time.connecting.as_millis(),
            time.waiting_for_pool.map(|waiting| waiting.as_millis()),
            time.in_service.as_millis(),
        )
    }

    #[test]
    fn what_overlaps_counts_once_and_the_first_has_it() {
        use Doing::{Acquiring, Opening, Serving, Waiting};
        assert_eq!(split(&[]), (0, 0, 0, None, 100));
        let one = [(Waiting, 10, 40), (Serving, 20, 30)];
        assert_eq!(split(&one), (10, 20, 0, None, 70));
        let two_at_once = [(Waiting, 10, 40), (Waiting, 20, 50)];
        assert_eq!(split(&two_at_once), (0, 40, 0, None, 60));
        let all = [
            (Acquiring, 0, 90),
            (Opening, 10, 80),
            (Waiting, 20, 60),
            (Serving, 30, 40),
            (Serving, 35, 50),
        ];
        assert_eq!(split(&all), (20, 20, 30, Some(20), 10));
        let touching = [(Serving, 10, 20), (Serving, 20, 30), (Waiting, 20, 20)];
        assert_eq!(split(&touching), (20, 0, 0, None, 80));
    }

    #[test]
    fn a_pool_that_tells_of_no_wait_has_told() {
        assert_eq!(split(&[(Doing::Acquiring, 5, 5)]), (0, 0, 0, Some(0), 100));
    }

    #[test]
    fn what_lies_outside_the_work_is_none_of_its_time() {
        let mut spent = Spent::since(ms(10));
        spent.add(stretch(Doing::Serving, 0, 15));
        spent.end(ms(50));
        spent.end(ms(90));
        spent.add(stretch(Doing::Serving, 40, 70));
        spent.add(stretch(Doing::Acquiring, 60, 80));
        let time = spent.time(ms(95));
        assert_eq!((time.elapsed, time.in_database), (ms(40), ms(15)));
        assert_eq!(
            (time.waiting_for_pool, time.in_service),
            (Some(ms(0)), ms(25))
        );
    }

    #[test]
    fn however_many_there_are_so_many_are_kept() {
        let mut spent = Spent::since(ms(0));
        let many = 3 * MOST as u64;
        for at in 0..many {
            spent.add(stretch(Doing::Serving, 2 * at, 2 * at + 1));
            assert!(spent.kept.len() <= MOST);
        }
        let time = spent.time(ms(2 * many));
        assert_eq!((time.in_database, time.in_service), (ms(many), ms(many)));
    }

    fn stretches() -> impl Strategy<Value = Vec<Stretch>> {
        use Doing::{Acquiring, Opening, Serving, Waiting};
        let doing = prop::sample::select(vec![Serving, Waiting, Opening, Acquiring]);
        let one = (doing, 0..150_u64, 0..40_u64)
            .prop_map(|(doing, from, long)| stretch(doing, from, from + long));
        prop::collection::vec(one, 0..30)
    }

    proptest! {
        #[test]
        fn the_parts_are_what_one_sees_moment_by_moment(all in stretches(), settled in 0..130_u64) {
            let mut spent = Spent::since(ms(20));
            spent.end(ms(120));
            for one in &all {
                spent.add(*one);
            }
            let whole = spent.time(ms(130));
            let mut seen = [0_u64; Doing::PARTS + 1];
            for at in 20..120 {
                let is = |one: &&Stretch| one.from <= ms(at) && ms(at) < one.to;
                let first = all.iter().filter(is).map(|one| one.doing as usize).min();
                seen[first.unwrap_or(Doing::PARTS)] += 1;
            }
            let told = [
                whole.in_database,
                whole.on_wire,
                whole.connecting,
                whole.waiting_for_pool.unwrap_or_default(),
                whole.in_service,
            ];
            prop_assert_eq!(told, seen.map(ms));
            // In two goes it is the same.
            spent.settle(ms(settled));
            prop_assert_eq!(spent.time(ms(130)), whole);
        }
    }
}
