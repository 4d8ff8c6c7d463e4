//! `cargo xtask load`: the Django original and the port, one after the other, on the same machine, under the same load.
//!
//! `options` and `contest` are who is measured and how. `database` has the server, a filled database and its copies; `guard`
//! starts a program that cannot outlive this one, `service` the services by it. `generator` sends the requests, `ceiling` the
//! statements alone; `processes` and `machine` are what the system tells. `rounds` is the order of it all, `telling` makes the tables.

mod ceiling;
mod contest;
mod database;
mod generator;
mod guard;
mod machine;
pub(crate) mod options;
mod processes;
mod rounds;
mod service;
mod telling;

use std::path::{Path, PathBuf};

use crate::error::SetupError;
use machine::Told;
use options::Options;
use rounds::Rounds;

/// Measures, and prints the tables; in `quick`, an error of a service is one of this command.
pub(crate) fn run(root: &Path, options: &Options, words: &[String]) -> Result<(), SetupError> {
    let load_before = machine::load_average();
    let mut rounds = Rounds::prepare(root, options)?;
    let measured = rounds.run()?;
    let header = machine::header(&Told {
        root,
        options,
        words,
        python: rounds.python().as_deref(),
        server: rounds.server(),
        load_before: &load_before,
    });
    drop(rounds);
    if options.is_quick {
        println!(
            "quick: a small database and an unoptimised build. These are no figures to quote.\n"
        );
    }
    println!("{header}");
    print!("{}", telling::page(&measured));
    if !measured.failed.is_empty() {
        return Err(SetupError::Failed(measured.failed.join(", ")));
    }
    match measured.first_bad() {
        Some(bad) if options.is_quick => Err(SetupError::BadAnswer(bad)),
        _ => Ok(()),
    }
}

/// Where cargo puts what it builds.
fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root.join("target"), |place| root.join(place))
}

/// Counts of requests and ticks are small enough to be exact.
#[expect(clippy::cast_precision_loss, reason = "below 2^53")]
fn float(value: u64) -> f64 {
    value as f64
}
