//! What the recorder costs, against a direct connection and against pgbouncer in session mode.
//!
//! All ways in turn, for `cargo xtask bench-recorder`. A wrong answer is a panic. `round_trip.rs` has the same by divan.
#![expect(clippy::print_stdout, reason = "a bench prints")]

mod client;
#[path = "../extent/mod.rs"]
mod extent;
mod paired;
mod pgbouncer;
mod processor;
mod ways;
mod work;

use std::env;
use std::error::Error;
use std::process::ExitCode;

use perf_harness::{PerfDb, PerfTest};

use ways::Place;

fn main() -> ExitCode {
    match PerfTest::new("recorder_bench").run(act) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => refuse(&error.to_string()),
        Err(failure) => refuse(&failure.to_string()),
    }
}

#[expect(clippy::print_stderr, reason = "a bench prints")]
fn refuse(why: &str) -> ExitCode {
    eprintln!("error: {why}");
    ExitCode::FAILURE
}

async fn act(db: PerfDb) -> Result<(), Box<dyn Error>> {
    let version: String = sqlx::query_scalar("SELECT version()")
        .fetch_one(&db.pool())
        .await?;
    let place = Place::new(db)?;
    println!("server {version}");
    let is_quick = env::args().any(|argument| argument == "--quick");
    let rounds = if is_quick {
        paired::QUICK
    } else {
        paired::FULL
    };
    paired::run(&place, extent::of(rounds, paired::LEAST))?;
    Ok(())
}
