//! What the goes of one assertion say together: a fault that only the machine made is none. Pure: runs in, verdicts out.

use crate::budget::{Decided, Judge, Ruling, Sampled};
use crate::timing::{Timings, Waits, may_have_been_added};

/// With more than this share of the time spent waiting for a processor a fault is looked at twice.
const NOISY: f64 = 0.3;

/// Where nothing is known of the waiting, a fault must be found so often.
const TIMES_ON_THE_WALL: usize = 3;

/// A fault that the machine can have made is looked for so often, and each time by so many times as many runs: what it adds
/// to one run now and then is soon less than what is wrong with all of them.
const TIMES_EXCUSED: usize = 3;
const LONGER: usize = 8;

/// What one go says. Faults that the machine can have made are none.
pub(super) fn said(mut judge: Judge, timings: Timings) -> Sampled {
    judge.excuse(&timings.runs, may_have_been_added(&timings));
    Sampled {
        rulings: judge.rulings(),
        timings,
    }
}

/// The goes so far.
pub(super) struct Goes {
    /// The last one, and what all of them say of the rules.
    sampled: Sampled,
    /// How often a fault was found, and how often only one that the machine can have made.
    found: usize,
    excused: usize,
}

impl Goes {
    pub(super) fn begin(first: Sampled) -> Self {
        let goes = Self {
            sampled: first,
            found: 0,
            excused: 0,
        };
        goes.counted()
    }

    /// By how many runs it is to be looked at again, at least, if it is.
    pub(super) fn look_again(&self) -> Option<usize> {
        let timings = &self.sampled.timings;
        if is_broken(&self.sampled) {
            let times = match &timings.waits {
                Waits::Unknown(_) | Waits::OwnOnly(_) => TIMES_ON_THE_WALL,
                Waits::Known if timings.waiting_share() > NOISY => 2,
                Waits::Known => 1,
            };
            // Where few runs could say nothing, they cannot confirm it.
            let at_least = if self.excused > 0 {
                timings.runs.len()
            } else {
                0
            };
            return (self.found < times).then_some(at_least);
        }
        let is_open = self.sampled.is_excused() && self.excused < TIMES_EXCUSED;
        is_open.then(|| timings.runs.len() * LONGER)
    }

    /// It was looked at again.
    pub(super) fn add(&mut self, mut again: Sampled) {
        let before = &self.sampled;
        again.timings.repeats = before.timings.repeats + 1;
        keep_what_both_say(&mut again.rulings, &before.rulings);
        *self = Self {
            sampled: again,
            ..*self
        }
        .counted();
    }

    pub(super) fn end(self) -> Sampled {
        self.sampled
    }

    fn counted(mut self) -> Self {
        if is_broken(&self.sampled) {
            self.found += 1;
        } else if self.sampled.is_excused() {
            self.excused += 1;
        }
        self
    }
}

fn is_broken(sampled: &Sampled) -> bool {
    let mut rulings = sampled.rulings.iter();
    rulings.any(|ruling| ruling.decided == Some(Decided::IsBroken))
}

/// A fault that is not found each time is not certain, and that it was found at all keeps the rule from holding. One that the
/// machine can have made says nothing.
fn keep_what_both_say(rulings: &mut [Ruling], before: &[Ruling]) {
    let broken = Some(Decided::IsBroken);
    for (ruling, before) in rulings.iter_mut().zip(before) {
        let is_the_same = (ruling.decided == broken) == (before.decided == broken);
        if !is_the_same && !before.is_excused {
            ruling.decided = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::budget::{LatencyRule, Statistic};
    use crate::machine::Disturbances;
    use crate::timing::Timing;

    const HOLDS: Option<Decided> = Some(Decided::Holds);
    const BROKEN: Option<Decided> = Some(Decided::IsBroken);

    fn ruling(decided: Option<Decided>) -> Ruling {
        let rule = LatencyRule::new(Statistic::P95, Duration::from_millis(1));
        Ruling {
            decided,
            ..Ruling::open(rule)
        }
    }

    /// A go of one run that waited so many of its hundred milliseconds.
    fn go(decided: Option<Decided>, waits: Waits, waited: u64) -> Sampled {
        let run = Timing {
            wall: Duration::from_millis(100),
            own_wait: Duration::from_millis(waited),
            ..Timing::default()
        };
        Sampled {
            rulings: vec![ruling(decided)],
            timings: Timings::new(vec![run], waits, Disturbances::default()),
        }
    }

    fn quiet(decided: Option<Decided>) -> Sampled {
        go(decided, Waits::Known, 0)
    }

    fn excused() -> Sampled {
        let mut sampled = quiet(None);
        sampled.rulings[0].is_excused = true;
        sampled
    }

    #[test]
    fn a_fault_must_be_found_each_time() {
        let check = |before, again, expected: Option<Decided>| {
            let mut rulings = [ruling(again)];
            keep_what_both_say(&mut rulings, &[ruling(before)]);
            assert_eq!(rulings[0].decided, expected);
        };
        check(BROKEN, BROKEN, BROKEN);
        check(None, BROKEN, None);
        check(HOLDS, BROKEN, None);
        check(BROKEN, HOLDS, None);
        check(HOLDS, HOLDS, HOLDS);
        check(None, HOLDS, HOLDS);
        check(BROKEN, None, None);
    }

    #[test]
    fn a_fault_is_looked_at_again_where_much_was_waited_or_nothing_is_known_of_it() {
        let check = |sampled: Sampled, times: usize| {
            let mut goes = Goes::begin(sampled.clone());
            while goes.look_again().is_some() {
                goes.add(sampled.clone());
            }
            let end = goes.end();
            assert_eq!(end.timings.repeats + 1, times);
            assert_eq!(end.rulings, sampled.rulings);
        };
        check(go(BROKEN, Waits::Known, 10), 1);
        check(go(BROKEN, Waits::Known, 40), 2);
        check(go(BROKEN, Waits::Unknown("macOS".to_owned()), 0), 3);
        check(go(BROKEN, Waits::OwnOnly("elsewhere".to_owned()), 0), 3);
        // A fault that is one without it, too, is none of the machine's.
        let mut stolen = go(BROKEN, Waits::Known, 10);
        stolen.timings.disturbances.steal = Some(Duration::from_millis(10));
        check(stolen, 1);
        check(go(None, Waits::Known, 90), 1);
        check(go(HOLDS, Waits::Known, 90), 1);
        check(excused(), 3);
    }

    #[test]
    fn what_the_machine_can_have_made_says_nothing_and_is_looked_for_by_more_runs() {
        let after = |goes: [Sampled; 2]| {
            let [first, second] = goes;
            let mut goes = Goes::begin(first);
            let at_least = goes.look_again();
            goes.add(second);
            (at_least, goes.look_again(), goes.end().rulings[0].decided)
        };
        assert_eq!(after([excused(), quiet(BROKEN)]), (Some(8), None, BROKEN));
        assert_eq!(after([excused(), quiet(HOLDS)]), (Some(8), None, HOLDS));
        assert_eq!(after([excused(), excused()]), (Some(8), Some(8), None));
        let noisy = || go(BROKEN, Waits::Known, 40);
        assert_eq!(after([noisy(), noisy()]), (Some(0), None, BROKEN));
        assert_eq!(after([excused(), noisy()]), (Some(8), Some(1), BROKEN));
        // That a fault was found keeps it from holding.
        assert_eq!(after([noisy(), excused()]), (Some(0), Some(8), None));
    }

    #[test]
    fn what_is_excused_of_one_rule_leaves_the_fault_of_another() {
        let mut first = go(BROKEN, Waits::Known, 40);
        first.rulings.push(excused().rulings[0]);
        let mut second = quiet(HOLDS);
        second.rulings.push(ruling(HOLDS));
        let mut goes = Goes::begin(first);
        assert_eq!(goes.look_again(), Some(0));
        goes.add(second);
        let decided: Vec<_> = goes.end().rulings.iter().map(|it| it.decided).collect();
        assert_eq!(decided, [None, HOLDS]);
    }

    #[test]
    fn a_fault_that_steal_can_have_made_is_taken_back() {
        let latency =
            crate::budget::Latency::new().below(Statistic::Max, Duration::from_millis(90));
        let said_with = |steal: u64| {
            let run = quiet(None).timings.runs[0];
            let mut judge = Judge::new(&latency, true);
            judge.add(&run);
            let steal = Some(Duration::from_millis(steal));
            let found = Disturbances {
                steal,
                ..Disturbances::default()
            };
            let said = said(judge, Timings::new(vec![run], Waits::Known, found));
            (said.rulings[0].decided, said.is_excused())
        };
        assert_eq!(said_with(0), (BROKEN, false));
        assert_eq!(said_with(10), (None, true));
    }
}
