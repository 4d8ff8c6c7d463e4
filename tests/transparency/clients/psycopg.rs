//! psycopg 3, in Python.

use perf_harness::{PerfDb, PerfTest};

use super::items;
use super::program::{check_python, python_has};

const SCRIPT: &str = include_str!("psycopg.py");

fn check(scenario: &str, expected: &str) {
    if !python_has(&format!("clients::psycopg::{scenario}"), "psycopg") {
        return;
    }
    let test = PerfTest::new(scenario).template(items);
    let ran = test.run(async |db: PerfDb| check_python(&db, SCRIPT, scenario, expected).await);
    ran.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn simple() {
    check("simple", "1 connections, 6 queries, 8 rows");
}

#[test]
fn binary() {
    check("binary", "1 connections, 1 queries, 1 rows");
}

#[test]
fn server_side() {
    // DECLARE, three times FETCH, MOVE, FETCH, CLOSE.
    check("server_side", "1 connections, 7 queries, 2 control, 6 rows");
}

#[test]
fn streamed() {
    check("streamed", "1 connections, 1 queries, 5 rows");
}

#[test]
fn pipelined() {
    check("pipelined", "1 connections, 5 queries, 5 rows");
}

#[test]
fn pipelined_with_an_error() {
    // The third was never executed.
    check(
        "pipelined_with_an_error",
        "1 connections, 3 queries, 1 rows, 1 errors",
    );
}

#[test]
fn copied_in() {
    check("copied_in", "1 connections, 4 queries, 2 errors");
}

#[test]
fn copied_out() {
    check("copied_out", "1 connections, 3 queries");
}

#[test]
fn many() {
    check("many", "1 connections, 5 queries, 2 rows");
}

#[test]
fn errors() {
    // What cannot be read or bound is not executed; what has no such column is refused as it is executed.
    check("errors", "1 connections, 3 queries, 5 errors");
}

#[test]
fn notices() {
    check("notices", "1 connections, 4 queries, 1 rows");
}

#[test]
fn prepared() {
    check("prepared", "1 connections, 4 queries, 3 rows");
}

#[test]
fn large() {
    check("large", "1 connections, 2 queries, 2 rows");
}

#[test]
fn cancelled() {
    check("cancelled", "1 connections, 1 queries, 1 errors");
}

#[test]
fn savepoints() {
    // BEGIN; SAVEPOINT, ROLLBACK TO, RELEASE; SAVEPOINT, RELEASE; COMMIT.
    check(
        "savepoints",
        "1 connections, 5 queries, 7 control, 1 rows, 1 errors",
    );
}

#[test]
fn two_phases() {
    // Servers refuse it, unless they are set up for it.
    check(
        "two_phases",
        "1 connections, 1 queries, 2 control, 1 errors",
    );
}

#[test]
fn types() {
    // Each in a transaction of its own.
    check("types", "1 connections, 4 control, 2 driver");
}
