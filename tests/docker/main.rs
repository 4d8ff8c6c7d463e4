//! The provider `docker`, on a real engine: what it shares, what it leaves, and what bad input gets.
//!
//! Without an engine or an image the tests say by name that they are skipped; where
//! `PERF_HARNESS_TEST_DOCKER=required` they fail instead, so that CI cannot skip them unseen.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "a skipped test says so")]

mod chaos;
#[path = "../dice.rs"]
mod dice;
mod engine;
mod errors;
mod images;
mod life;
mod registry;
mod relay;

use std::process::Command;

use perf_harness::{PerfDb, assert_max_queries, perf_test};

/// What the other runs try: it passes where Postgres can be had, and says where it had it.
#[perf_test]
async fn probe(db: PerfDb) {
    assert_max_queries!(db, 1, sqlx::query("SELECT 1").execute(&db.pool())).unwrap();
    println!("\nserver {}", db.direct_url());
    if std::env::var(STAYS).is_ok() {
        std::future::pending::<()>().await;
    }
}

/// Set for a probe that does not end by itself.
const STAYS: &str = "PERF_HARNESS_TEST_STAYS";

/// The probe as a process of its own, with this provider.
fn probe_on(postgres: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "probe", "--nocapture"])
        .env("PERF_HARNESS_POSTGRES", postgres)
        .env_remove("NEXTEST_TEST_NAME");
    command
}
