//! What runs and how each step ended: the first failure ends the run, a missing tool skips its step.
//!
//! Starts no process and prints nothing; both are the host's.

use std::time::Duration;

use super::steps::{Step, Tool, Work};

/// How one step ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Passed(Duration),
    Failed(Duration, Failure),
    /// Never started, for the reason given.
    Skipped(String),
    /// Not reached, because an earlier step failed.
    NotRun,
}

/// Why a step failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The step ran and said no; what it said is on the terminal already.
    SaidNo,
    /// The step could not run.
    CouldNotRun(String),
}

/// What the order needs of the world.
pub(super) trait Host {
    /// Whether this run is CI's own.
    fn is_ci(&self) -> bool;
    /// Why a step is not to run, if it is not.
    fn leaves_out(&self, step: &Step) -> Option<String>;
    fn has(&self, step: &Step) -> bool;
    /// Carries the step out and says how long it took.
    fn execute(&mut self, step: &Step) -> (Result<(), Failure>, Duration);
    fn starts(&mut self, number: usize, step: &Step);
    fn ended(&mut self, step: &Step, outcome: &Outcome);
}

impl Outcome {
    pub(super) fn is_failure(&self) -> bool {
        matches!(self, Self::Failed(..))
    }
}

/// Runs the steps up to the first failure. One outcome per step, in the same order.
pub(super) fn run(steps: &[Step], host: &mut dyn Host) -> Vec<Outcome> {
    let mut outcomes: Vec<Outcome> = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let outcome = if outcomes.iter().any(Outcome::is_failure) {
            Outcome::NotRun
        } else {
            host.starts(index + 1, step);
            let outcome = run_one(step, host);
            host.ended(step, &outcome);
            outcome
        };
        outcomes.push(outcome);
    }
    outcomes
}

fn run_one(step: &Step, host: &mut dyn Host) -> Outcome {
    if let Some(reason) = host.leaves_out(step) {
        return Outcome::Skipped(reason);
    }
    if let Work::CargoWith(tool) = &step.work
        && !host.has(step)
    {
        return without(tool, host.is_ci());
    }
    match host.execute(step) {
        (Ok(()), time) => Outcome::Passed(time),
        (Err(failure), time) => Outcome::Failed(time, failure),
    }
}

fn without(tool: &Tool, is_ci: bool) -> Outcome {
    let Tool { name, install, .. } = tool;
    if is_ci && tool.required_in_ci {
        let reason = format!("{name} is not installed, and CI does not skip it: {install}");
        return Outcome::Failed(Duration::ZERO, Failure::CouldNotRun(reason));
    }
    Outcome::Skipped(format!("{name} is not installed: {install}"))
}

#[cfg(test)]
mod tests {
    use super::super::steps::STEPS;
    use super::*;

    /// A machine on which some commands fail and some tools are missing.
    #[derive(Default)]
    struct Pretended {
        is_ci: bool,
        fails: Option<&'static str>,
        lacks: &'static [&'static str],
        is_tested: bool,
        executed: Vec<String>,
        told: Vec<String>,
    }

    impl Host for Pretended {
        fn is_ci(&self) -> bool {
            self.is_ci
        }

        fn leaves_out(&self, step: &Step) -> Option<String> {
            (self.is_tested && step.is_cargo_test()).then(|| "it was run".to_owned())
        }

        fn has(&self, step: &Step) -> bool {
            !self.lacks.contains(&step.arguments[0])
        }

        fn execute(&mut self, step: &Step) -> (Result<(), Failure>, Duration) {
            self.executed.push(step.arguments[0].to_owned());
            let fails = self.fails == Some(step.arguments[0]);
            let result = if fails { Err(Failure::SaidNo) } else { Ok(()) };
            (result, Duration::from_secs(1))
        }

        fn starts(&mut self, number: usize, step: &Step) {
            self.told.push(format!("{number} {}", step.arguments[0]));
        }

        fn ended(&mut self, _: &Step, outcome: &Outcome) {
            self.told.push(format!("{outcome:?}"));
        }
    }

    #[test]
    fn all_steps_run_in_order_when_none_fails() {
        let mut host = Pretended::default();
        let outcomes = run(STEPS, &mut host);
        assert!(outcomes.iter().all(|o| matches!(o, Outcome::Passed(_))));
        assert_eq!(
            host.executed.join(" "),
            "fmt xtask clippy doc test nextest xtask xtask deny test test check check check"
        );
    }

    #[test]
    fn the_tests_that_were_just_run_are_left_out_and_no_other_step() {
        let mut host = Pretended {
            is_tested: true,
            ..Pretended::default()
        };
        let outcomes = run(STEPS, &mut host);
        assert_eq!(outcomes[4], Outcome::Skipped("it was run".to_owned()));
        assert_eq!(
            host.executed.join(" "),
            "fmt xtask clippy doc nextest xtask xtask deny test test check check check"
        );
    }

    #[test]
    fn a_step_is_told_before_it_runs_and_after_it_ended() {
        let mut host = Pretended::default();
        run(&STEPS[..2], &mut host);
        assert_eq!(host.told, ["1 fmt", "Passed(1s)", "2 xtask", "Passed(1s)"]);
    }

    #[test]
    fn the_first_failure_ends_the_run() {
        let mut host = Pretended {
            fails: Some("clippy"),
            ..Pretended::default()
        };
        let outcomes = run(STEPS, &mut host);
        assert_eq!(host.executed.join(" "), "fmt xtask clippy");
        assert!(outcomes[2].is_failure());
        assert!(outcomes[3..].iter().all(|o| *o == Outcome::NotRun));
        assert_eq!(outcomes.len(), STEPS.len());
    }

    #[test]
    fn a_missing_tool_is_a_skip_with_its_reason_and_never_a_pass() {
        let mut host = Pretended {
            lacks: &["nextest", "deny"],
            ..Pretended::default()
        };
        let outcomes = run(STEPS, &mut host);
        assert_eq!(
            outcomes[5],
            Outcome::Skipped(
                "cargo-nextest is not installed: cargo install --locked cargo-nextest".into()
            )
        );
        assert!(matches!(&outcomes[8], Outcome::Skipped(why) if why.starts_with("cargo-deny")));
        assert!(!host.executed.contains(&"nextest".to_owned()));
    }

    #[test]
    fn in_ci_a_missing_nextest_is_a_failure_and_a_missing_deny_a_skip() {
        let check = |lacks, failures| {
            let mut host = Pretended {
                is_ci: true,
                lacks,
                ..Pretended::default()
            };
            let outcomes = run(STEPS, &mut host);
            assert_eq!(outcomes.iter().filter(|o| o.is_failure()).count(), failures);
        };
        check(&["nextest"], 1);
        check(&["deny"], 0);
    }
}
