//! `cargo xtask ci`: exactly what CI runs, so that a push holds no surprise.
//!
//! `steps` is the data, `order` decides what runs and how it ended, `machine` does it, `telling` says it.

mod machine;
mod order;
mod steps;
mod telling;

use std::path::Path;

use machine::Machine;
use order::Outcome;
use steps::STEPS;

/// Runs the steps up to the first failure; true when none failed. Without `cargo test --workspace`, where that was run already.
pub(crate) fn run(root: &Path, is_tested: bool) -> bool {
    let outcomes = order::run(STEPS, &mut Machine::new(root, is_tested));
    print!("{}", telling::summary(STEPS, &outcomes));
    !outcomes.iter().any(Outcome::is_failure)
}

/// The steps as `cargo xtask ci --list` prints them.
pub(crate) fn list() -> String {
    telling::list(STEPS)
}
