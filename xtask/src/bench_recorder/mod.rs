//! `cargo xtask bench-recorder`: what the recorder costs, against a direct connection and against pgbouncer, in one run.
//!
//! The benches of perf-harness measure, and print a line for each thing they saw. `facts` reads the lines, `pairs` is
//! the maths, `telling` makes the tables. A wrong answer ends the bench, and so the command.

mod facts;
mod pairs;
mod telling;

use std::path::Path;
use std::process::{Command, Stdio};

use facts::Facts;

use crate::error::SetupError;
use crate::workspace;

/// How much is measured, and of which build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Figures for a page: of a build as users of a release have it.
    Full,
    /// Whether all still works: of the build that tests have made already.
    Quick,
}

/// Builds the benches, runs them and prints the tables.
pub(crate) fn run(root: &Path, extent: Extent) -> Result<(), SetupError> {
    let times = output(root, "recorder", extent)?;
    let memory = output(root, "recorder_memory", extent)?;
    let facts = Facts::read(times.lines().chain(memory.lines()))?;
    if extent == Extent::Quick {
        println!("quick: few rounds of an unoptimised build. These are no figures to quote.\n");
    }
    print!("{}", telling::page(&facts));
    Ok(())
}

/// What a bench prints.
pub(crate) fn output(root: &Path, bench: &str, extent: Extent) -> Result<String, SetupError> {
    let mut command = Command::new(workspace::cargo());
    command.args(["bench", "--package", "perf-harness", "--bench", bench]);
    if extent == Extent::Quick {
        command.args(["--profile", "dev"]);
    }
    if extent == Extent::Quick {
        command.args(["--", "--quick"]);
    }
    let line = format!("cargo bench --bench {bench}");
    let output = command
        .current_dir(root)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| SetupError::NotStarted(line.clone(), error))?;
    if !output.status.success() {
        return Err(SetupError::Failed(line));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
