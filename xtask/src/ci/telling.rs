//! The words of a CI run: steps and outcomes in, text out.

use super::order::{Failure, Outcome};
use super::steps::Step;

/// The line before a step runs.
pub(super) fn start(number: usize, of: usize, step: &Step) -> String {
    format!("[{number}/{of}] {}", step.command_line())
}

/// The lines after a step ended.
pub(super) fn end(step: &Step, outcome: &Outcome) -> String {
    match outcome {
        Outcome::Failed(_, failure) => format!(
            "      {}{}\n      repeat: {}",
            word(outcome),
            reason(failure),
            step.command_line()
        ),
        _ => format!("      {}", word(outcome)),
    }
}

/// The table at the end: one line per step, and no word that could be read as a pass of a step that did not run.
pub(super) fn summary(steps: &[Step], outcomes: &[Outcome]) -> String {
    let lines = steps
        .iter()
        .zip(outcomes)
        .map(|(step, outcome)| format!("  {:<74} {}\n", step.command_line(), word(outcome)));
    format!("ci: {}\n{}", verdict(outcomes), lines.collect::<String>())
}

/// The steps, numbered.
pub(super) fn list(steps: &[Step]) -> String {
    let lines = steps.iter().zip(1..);
    let lines = lines.map(|(step, number)| format!("{number} {}", step.command_line()));
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

fn word(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Passed(time) => format!("passed in {:.1} s", time.as_secs_f64()),
        Outcome::Failed(time, _) => format!("failed after {:.1} s", time.as_secs_f64()),
        Outcome::Skipped(reason) => format!("skipped ({reason})"),
        Outcome::NotRun => "not run".to_owned(),
    }
}

fn reason(failure: &Failure) -> String {
    match failure {
        Failure::SaidNo => String::new(),
        Failure::CouldNotRun(why) => format!(": {why}"),
    }
}

fn verdict(outcomes: &[Outcome]) -> String {
    let count = |is: fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| is(outcome)).count();
    let counts = [
        (count(|o| matches!(o, Outcome::Passed(_))), "passed"),
        (count(Outcome::is_failure), "failed"),
        (count(|o| matches!(o, Outcome::Skipped(_))), "skipped"),
        (count(|o| matches!(o, Outcome::NotRun)), "not run"),
    ];
    let told = counts.iter().filter(|(count, _)| *count > 0);
    let words: Vec<_> = told
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::steps::STEPS;
    use super::*;

    #[test]
    fn the_summary_says_of_each_step_how_it_ended() {
        let outcomes = [
            Outcome::Passed(Duration::from_millis(1234)),
            Outcome::Skipped("no such tool: install it".into()),
            Outcome::Failed(Duration::from_secs(2), Failure::SaidNo),
            Outcome::NotRun,
        ];
        let expected = "\
ci: 1 passed, 1 failed, 1 skipped, 1 not run
  cargo fmt --all --check                                                    passed in 1.2 s
  cargo xtask tidy                                                           skipped (no such tool: install it)
  cargo clippy --workspace --all-targets --all-features -- -D warnings       failed after 2.0 s
  RUSTDOCFLAGS=\"-D warnings\" cargo doc --workspace --no-deps --all-features  not run
";
        assert_eq!(summary(&STEPS[..4], &outcomes), expected);
    }

    #[test]
    fn a_step_is_announced_by_the_command_line_that_repeats_it() {
        assert_eq!(start(5, 8, &STEPS[4]), "[5/8] cargo test --workspace");
    }

    #[test]
    fn a_failure_ends_with_the_command_to_repeat() {
        let check = |failure, expected| {
            let outcome = Outcome::Failed(Duration::from_secs(3), failure);
            assert_eq!(end(&STEPS[4], &outcome), expected);
        };
        check(
            Failure::SaidNo,
            "      failed after 3.0 s\n      repeat: cargo test --workspace",
        );
        check(
            Failure::CouldNotRun("no cargo".into()),
            "      failed after 3.0 s: no cargo\n      repeat: cargo test --workspace",
        );
    }

    #[test]
    fn the_list_is_what_ci_runs() {
        let expected = "\
1 cargo fmt --all --check
2 cargo xtask tidy
3 cargo clippy --workspace --all-targets --all-features -- -D warnings
4 RUSTDOCFLAGS=\"-D warnings\" cargo doc --workspace --no-deps --all-features
5 cargo test --workspace
6 cargo nextest run --workspace --profile ci
7 cargo xtask budgets --check
8 cargo xtask demo
9 cargo deny --all-features check licenses bans sources
10 cargo test --workspace --test sites --config profile.dev.package.acceptance.opt-level=3
11 cargo test --workspace --benches
12 cargo check --package perf-harness --no-default-features
13 cargo check --package example-service --no-default-features
14 cargo check --package perf-harness --no-default-features --features snapshot
";
        assert_eq!(list(STEPS), expected);
    }
}
