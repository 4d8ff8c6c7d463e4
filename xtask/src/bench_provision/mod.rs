//! `cargo xtask bench-provision`: what a fresh database costs a test, ours against others', in one run.
//!
//! `contest` is the data: which programs compete. `programs` builds and starts them, `rounds` orders and times them,
//! `telling` makes the tables. All are measured in the same run and told as ratios: the machine is never quiet.

mod contest;
mod programs;
mod rounds;
mod telling;

use std::path::Path;

use programs::Programs;

use crate::error::SetupError;

/// Builds the programs, runs them in turn, so many rounds, and prints the tables. Fails if a test's database is left.
pub(crate) fn run(root: &Path, rounds: usize) -> Result<(), SetupError> {
    let programs = Programs::build(root)?;
    let server = programs.server()?;
    println!("{}\n", server.told);
    let suites = rounds::suites(&programs, &server, rounds)?;
    print!("{}", telling::suites(&suites));
    let starts = rounds::starts(&programs, rounds)?;
    print!("\n{}", telling::starts(&starts));
    let thousand = rounds::thousand(root)?;
    print!("\n{}", telling::thousand(&thousand));
    server.end()
}
