//! The verdict on samples as they come: each rule is decided as soon as it can be.

use std::time::Duration;

use super::{Latency, LatencyRule, Statistic};
use crate::stats::{
    ErrorRates, Exceeds, MeanTest, ShareTest, Time, Verdict, mean_samples_needed, samples_needed,
    samples_needed_to_fail, samples_without_exceedance,
};
use crate::timing::Timing;

/// What a round trip through the recorder costs at most, as far as a fault is told of it. Measured: 20 to 150 µs.
const RECORDER: Duration = Duration::from_micros(200);

/// `max` says that no more than this share of the work takes longer.
const RARE: f64 = 0.01;

/// One rule and what came of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ruling {
    pub(crate) rule: LatencyRule,
    pub(crate) decided: Option<Decided>,
    /// A fault was found that is none without what the machine can have added.
    pub(crate) is_excused: bool,
    /// How many samples took longer than it allows: without doubt, and on the wall.
    pub(crate) over: usize,
    pub(crate) over_on_the_wall: usize,
    /// How many had come when it was decided, or all.
    pub(crate) of: usize,
}

impl Ruling {
    /// Nothing was sampled yet.
    pub(crate) fn open(rule: LatencyRule) -> Self {
        Self {
            rule,
            decided: None,
            is_excused: false,
            over: 0,
            over_on_the_wall: 0,
            of: 0,
        }
    }
}

/// What a rule came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decided {
    Holds,
    IsBroken,
}

/// Judges samples one by one.
#[derive(Debug)]
pub(crate) struct Judge {
    rulings: Vec<(Ruling, Test)>,
    rates: ErrorRates,
    /// Is it known how much of the time was waiting? Otherwise the time on the wall is judged.
    waits_are_known: bool,
    /// Does the recorder stand for a network?
    is_simulated: bool,
}

#[derive(Debug)]
enum Test {
    Share(ShareTest),
    /// So many samples, and none of them over.
    None {
        needed: usize,
        maybe_over: bool,
    },
    Mean(MeanTest),
}

impl Judge {
    pub(crate) fn new(latency: &Latency, waits_are_known: bool) -> Self {
        let rates = latency.rates_of_each();
        let of = |rule: &LatencyRule| (Ruling::open(*rule), Test::of(rule, rates));
        Self {
            rulings: latency.rules.iter().map(of).collect(),
            rates,
            waits_are_known,
            is_simulated: false,
        }
    }

    /// The recorder stands for a network, if it does.
    pub(crate) fn simulated(mut self, is_simulated: bool) -> Self {
        self.is_simulated = is_simulated;
        self
    }

    pub(crate) fn add(&mut self, run: &Timing) {
        let (surely, possibly) = self.bounds(run);
        for (ruling, test) in &mut self.rulings {
            if ruling.decided.is_some() {
                continue;
            }
            ruling.of += 1;
            ruling.over += usize::from(surely > ruling.rule.most());
            ruling.over_on_the_wall += usize::from(run.wall > ruling.rule.most());
            ruling.decided = test.add(ruling, surely, possibly);
        }
    }

    /// What a run took at least and at most, both in favour of the work: what is certain to be over, and what is not certain to
    /// be within.
    fn bounds(&self, run: &Timing) -> (Duration, Duration) {
        let least = if self.waits_are_known {
            run.least()
        } else {
            run.wall
        };
        let recorder = if self.is_simulated {
            // Who asks for a network takes the recorder for a part of it.
            Duration::ZERO
        } else {
            RECORDER.saturating_mul(u32::try_from(run.recorded).unwrap_or(u32::MAX))
        };
        let surely = least.saturating_sub(recorder);
        // Where more is said to have waited than there was time, what it took is not known.
        let possibly = if least.is_zero() { run.wall } else { least };
        (surely, possibly)
    }

    /// Takes each fault back that is none if the machine added so much to all runs together.
    pub(crate) fn excuse(&mut self, runs: &[Timing], added: Duration) {
        let times: Vec<_> = runs.iter().map(|run| self.bounds(run)).collect();
        for (ruling, _) in &mut self.rulings {
            let is_broken = ruling.decided == Some(Decided::IsBroken);
            if is_broken && !is_broken_without(ruling.rule, self.rates, &times, added) {
                (ruling.decided, ruling.is_excused) = (None, true);
            }
        }
    }

    /// Is nothing left to find out?
    pub(crate) fn is_done(&self) -> bool {
        self.rulings
            .iter()
            .all(|(ruling, _)| ruling.decided.is_some())
            || self.finds_a_fault()
    }

    /// Is one of the rules broken?
    pub(crate) fn finds_a_fault(&self) -> bool {
        let mut rulings = self.rulings.iter();
        rulings.any(|(ruling, _)| ruling.decided == Some(Decided::IsBroken))
    }

    pub(crate) fn rulings(&self) -> Vec<Ruling> {
        self.rulings.iter().map(|(ruling, _)| *ruling).collect()
    }
}

impl Test {
    fn of(rule: &LatencyRule, rates: ErrorRates) -> Self {
        match rule.statistic().quantile() {
            Some(quantile) => Self::Share(ShareTest::new(quantile, rates)),
            None if rule.statistic() == Statistic::Mean => {
                Self::Mean(MeanTest::new(rule.most().as_secs_f64(), rates))
            }
            None => Self::None {
                needed: needed(rule.statistic(), rates),
                maybe_over: false,
            },
        }
    }

    fn add(&mut self, ruling: &Ruling, surely: Duration, possibly: Duration) -> Option<Decided> {
        let most = ruling.rule.most();
        let verdict = match self {
            Self::Share(test) => {
                test.add(if surely > most {
                    Exceeds::Surely
                } else if possibly > most {
                    Exceeds::Possibly
                } else {
                    Exceeds::No
                });
                test.verdict()
            }
            Self::Mean(test) => {
                test.add(Time::between(surely.as_secs_f64(), possibly.as_secs_f64()));
                test.verdict()
            }
            Self::None { .. } if surely > most => Some(Verdict::Over),
            Self::None { needed, maybe_over } => {
                *maybe_over |= possibly > most;
                (!*maybe_over && ruling.of >= *needed).then_some(Verdict::Within)
            }
        };
        verdict.map(|verdict| match verdict {
            Verdict::Over => Decided::IsBroken,
            Verdict::Within => Decided::Holds,
        })
    }
}

/// Is it broken as well if so much of the times was added, and to those that decide it? Those that are over by the least are
/// taken within first: nothing makes fewer of them, and a mean is the same whatever it is taken off.
fn is_broken_without(
    rule: LatencyRule,
    rates: ErrorRates,
    times: &[(Duration, Duration)],
    mut added: Duration,
) -> bool {
    let mut times = times.to_vec();
    let mut over: Vec<_> = times
        .iter_mut()
        .map(|(surely, _)| surely)
        .filter(|surely| **surely > rule.most())
        .collect();
    over.sort();
    for surely in over {
        let least = surely.saturating_sub(added).max(rule.most());
        added = added.saturating_sub(surely.saturating_sub(least));
        *surely = least;
    }
    let mut test = Test::of(&rule, rates);
    let mut ruling = Ruling::open(rule);
    times.into_iter().any(|(surely, possibly)| {
        ruling.of += 1;
        test.add(&ruling, surely, possibly) == Some(Decided::IsBroken)
    })
}

/// How many samples it takes to say that a rule holds, if none is over, and that it is broken, if all are.
pub(super) fn needed(statistic: Statistic, rates: ErrorRates) -> usize {
    let needed = match statistic.quantile() {
        Some(quantile) => {
            samples_needed(quantile, rates).max(samples_needed_to_fail(quantile, rates))
        }
        None if statistic == Statistic::Mean => mean_samples_needed(rates),
        None => samples_without_exceedance(RARE, rates.false_pass),
    };
    usize::try_from(needed).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    /// A run of so many milliseconds, of which it waited so many.
    fn run(wall: u64, waited: u64) -> Timing {
        Timing {
            wall: ms(wall),
            own_wait: ms(waited),
            ..Timing::default()
        }
    }

    /// What a rule came to after how many runs, each the next of these again and again.
    fn judge(latency: &Latency, runs: &[Timing], known: bool) -> Vec<(Option<Decided>, usize)> {
        let mut judge = Judge::new(latency, known);
        for run in runs.iter().cycle().take(2_000) {
            judge.add(run);
            if judge.is_done() {
                break;
            }
        }
        let rulings = judge.rulings();
        rulings
            .iter()
            .map(|ruling| (ruling.decided, ruling.of))
            .collect()
    }

    fn below(statistic: Statistic, most: u64) -> Latency {
        Latency::new().below(statistic, ms(most))
    }

    #[test]
    fn a_clear_case_is_decided_as_soon_as_it_can_be() {
        let check = |statistic, within, over| {
            let latency = below(statistic, 10);
            let holds = judge(&latency, &[run(1, 0)], true);
            assert_eq!(holds, [(Some(Decided::Holds), within)], "{statistic:?}");
            assert_eq!(latency.needed(&latency.rules[0]), within.max(over));
            let broken = judge(&latency, &[run(50, 0)], true);
            assert_eq!(broken, [(Some(Decided::IsBroken), over)], "{statistic:?}");
        };
        check(Statistic::P50, 8, 12);
        check(Statistic::P90, 52, 4);
        check(Statistic::P95, 107, 3);
        check(Statistic::P99, 542, 2);
        check(Statistic::Max, 459, 1);
    }

    #[test]
    fn waiting_for_a_processor_is_not_held_against_the_work() {
        let latency = below(Statistic::P95, 10);
        let waited = [run(50, 45)];
        assert_eq!(judge(&latency, &waited, true)[0].0, Some(Decided::Holds));
        // More than there was time is no figure at all.
        let all = [run(50, 60)];
        assert_eq!(judge(&latency, &all, true)[0].0, None);
        // Where the figure is not known it is no excuse.
        assert_eq!(
            judge(&latency, &waited, false)[0].0,
            Some(Decided::IsBroken)
        );
    }

    #[test]
    fn what_the_recorder_may_have_cost_breaks_no_rule_and_keeps_none() {
        let recorded = Timing {
            recorded: 10,
            ..run(13, 0)
        };
        for statistic in [Statistic::P95, Statistic::Max] {
            let latency = below(statistic, 12);
            assert_eq!(
                judge(&latency, &[recorded], true)[0].0,
                None,
                "{statistic:?}"
            );
        }
        let latency = below(Statistic::P95, 10);
        assert_eq!(
            judge(&latency, &[recorded], true)[0].0,
            Some(Decided::IsBroken)
        );
    }

    #[test]
    fn a_share_at_its_limit_is_not_decided() {
        let mut runs = vec![run(1, 0); 19];
        runs.push(run(50, 0));
        let decided = judge(&below(Statistic::P95, 10), &runs, true);
        assert_eq!(decided, [(None, 2_000)]);
    }

    #[test]
    fn one_run_too_long_breaks_a_maximum() {
        let runs = [run(1, 0), run(1, 0), run(11, 0)];
        let decided = judge(&below(Statistic::Max, 10), &runs, true);
        assert_eq!(decided, [(Some(Decided::IsBroken), 3)]);
    }

    #[test]
    fn a_mean_is_what_all_runs_take() {
        let runs = [run(1, 0), run(9, 0), run(5, 0)];
        let of = |most| judge(&below(Statistic::Mean, most), &runs, true)[0].0;
        assert_eq!(of(20), Some(Decided::Holds));
        assert_eq!(of(2), Some(Decided::IsBroken));
    }

    #[test]
    fn one_broken_rule_ends_it_and_the_others_stay_open() {
        let latency = below(Statistic::P95, 10).below(Statistic::P50, ms(100));
        let decided = judge(&latency, &[run(50, 0)], true);
        assert_eq!(decided, [(Some(Decided::IsBroken), 3), (None, 3)]);
    }

    /// Is it a fault still, when so many milliseconds were added to runs of these?
    fn holds_against(latency: &Latency, walls: &[u64], added: u64) -> bool {
        let runs: Vec<Timing> = walls.iter().map(|wall| run(*wall, 0)).collect();
        let mut judge = Judge::new(latency, true);
        for run in &runs {
            judge.add(run);
        }
        let broken = Some(Decided::IsBroken);
        assert_eq!(judge.rulings()[0].decided, broken);
        judge.excuse(&runs, ms(added));
        let ruling = judge.rulings()[0];
        assert_eq!(ruling.decided != broken, ruling.is_excused);
        !ruling.is_excused
    }

    #[test]
    fn a_fault_is_none_if_the_machine_can_have_made_it() {
        let p95 = below(Statistic::P95, 10);
        // Three of three must be over, and one is over by two.
        assert!(holds_against(&p95, &[12, 50, 50], 1));
        assert!(!holds_against(&p95, &[12, 50, 50], 2));
        // With two more it is enough without that one.
        assert!(holds_against(&p95, &[12, 50, 50, 50, 50], 41));
        assert!(!holds_against(&p95, &[12, 50, 50, 50, 50], 42));
        let max = below(Statistic::Max, 10);
        assert!(holds_against(&max, &[1, 15, 12], 6));
        assert!(!holds_against(&max, &[1, 15, 12], 7));
        let mean = below(Statistic::Mean, 10);
        assert!(holds_against(&mean, &[50; 60], 100));
        assert!(!holds_against(&mean, &[50; 60], 2_400));
    }

    #[test]
    fn several_rules_share_the_false_fails_and_each_must_hold() {
        let both = below(Statistic::P90, 10).below(Statistic::P50, ms(100));
        assert_eq!(
            both.needed(&both.rules[0]),
            below(Statistic::P90, 10).needed(&both.rules[0])
        );
        let alone = judge(&below(Statistic::P90, 10), &[run(50, 0)], true)[0].1;
        let shared = judge(&both, &[run(50, 0)], true)[0].1;
        assert!(shared >= alone, "{shared} {alone}");
        let half = both.rates_of_each().false_fail;
        assert!((half - 0.0005).abs() < 1e-12);
    }
}
