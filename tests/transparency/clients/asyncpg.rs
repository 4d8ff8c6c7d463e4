//! asyncpg, in Python: a protocol of its own, in binary.

use perf_harness::{PerfDb, PerfTest};

use super::items;
use super::program::{check_python, python_has};

const SCRIPT: &str = include_str!("asyncpg.py");

fn check(scenario: &str, expected: &str) {
    if !python_has(&format!("clients::asyncpg::{scenario}"), "asyncpg") {
        return;
    }
    let test = PerfTest::new(scenario).template(items);
    let ran = test.run(async |db: PerfDb| check_python(&db, SCRIPT, scenario, expected).await);
    ran.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn fetched() {
    check("fetched", "1 connections, 5 queries, 7 rows");
}

#[test]
fn prepared() {
    check("prepared", "1 connections, 4 queries, 3 rows");
}

#[test]
fn many() {
    check("many", "1 connections, 6 queries, 1 rows");
}

#[test]
fn cursors() {
    // MOVE is a statement of its own; a portal that is fetched in parts is not.
    check("cursors", "1 connections, 3 queries, 2 control, 9 rows");
}

#[test]
fn copied() {
    // It has the server put the value into the text: one query more.
    check("copied", "1 connections, 5 queries, 1 rows, 1 errors");
}

#[test]
fn transactions() {
    check(
        "transactions",
        "1 connections, 3 queries, 4 control, 1 rows, 1 errors",
    );
}

#[test]
fn notices() {
    check("notices", "1 connections, 3 queries");
}

#[test]
fn large() {
    check("large", "1 connections, 1 queries, 1 rows");
}

#[test]
fn cancelled() {
    check("cancelled", "1 connections, 2 queries, 1 rows, 1 errors");
}

#[test]
fn types() {
    // Before each look-up it asks whether `jit` is on, in a way that a program could ask, too.
    check("types", "1 connections, 4 queries, 2 driver, 4 rows");
}
