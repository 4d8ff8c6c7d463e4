//! The machine that the steps run on: its processes, its clock, its terminal.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::order::{Failure, Host, Outcome};
use super::steps::{STEPS, Step, Work};
use super::telling;
use crate::error::SetupError;
use crate::workspace;

pub(super) struct Machine<'r> {
    root: &'r Path,
    /// Was `cargo test --workspace` run just before?
    is_tested: bool,
}

impl<'r> Machine<'r> {
    pub(super) fn new(root: &'r Path, is_tested: bool) -> Self {
        Self { root, is_tested }
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(workspace::cargo());
        command.args(arguments).current_dir(self.root);
        command
    }

    fn passes(&self, step: &Step) -> Result<bool, SetupError> {
        if let Work::Here(run) = step.work {
            return run(self.root);
        }
        self.cargo(step.arguments)
            .envs(step.environment.iter().copied())
            .status()
            .map(|status| status.success())
            .map_err(|error| SetupError::NotStarted(step.command_line(), error))
    }
}

impl Host for Machine<'_> {
    fn is_ci(&self) -> bool {
        env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
    }

    fn leaves_out(&self, step: &Step) -> Option<String> {
        let is_left_out = self.is_tested && step.is_cargo_test();
        is_left_out.then(|| "--tested: it was run just before".to_owned())
    }

    fn has(&self, step: &Step) -> bool {
        self.cargo(&[step.arguments[0], "--version"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    fn execute(&mut self, step: &Step) -> (Result<(), Failure>, Duration) {
        let start = Instant::now();
        let result = match self.passes(step) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Failure::SaidNo),
            Err(error) => Err(Failure::CouldNotRun(error.to_string())),
        };
        (result, start.elapsed())
    }

    fn starts(&mut self, number: usize, step: &Step) {
        println!("{}", telling::start(number, STEPS.len(), step));
    }

    fn ended(&mut self, step: &Step, outcome: &Outcome) {
        println!("{}\n", telling::end(step, outcome));
    }
}
