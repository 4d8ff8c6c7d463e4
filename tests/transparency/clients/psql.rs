//! psql, with what it can do beyond sending statements.

use std::path::Path;
use std::process::Command;

use perf_harness::{PerfDb, PerfTest};

use super::program::{of_postgres, printed, user};
use super::{check, items};

/// A script gives the same results directly and through the recorder, and counts as expected.
fn check_script(name: &str, script: &str, expected: &str) {
    let test = format!("clients::psql::{name}");
    let Some(program) = of_postgres(&test, "psql") else {
        return;
    };
    let ran = PerfTest::new(name).template(items).run(async |db: PerfDb| {
        check(&db, expected, async |url| psql(&program, &db, &url, script)).await;
    });
    ran.unwrap_or_else(|failure| panic!("{failure}"));
}

fn psql(program: &Path, db: &PerfDb, url: &str, script: &str) -> Vec<String> {
    let mut command = Command::new(program);
    command
        .args(["--no-psqlrc", "--quiet", "--dbname", url])
        .env("PGUSER", user(db.url()));
    command.env("PAGER", "cat").current_dir("/");
    let lines = printed(command, script).into_iter();
    // A backend's number is its own.
    let masked = lines.map(|line| match line.split_once("with PID ") {
        Some((before, _)) => before.to_owned(),
        None => line,
    });
    masked.collect()
}

#[test]
fn statements() {
    let script = r"
SELECT n, name FROM items ORDER BY n;
SELECT 1 \; SELECT 2 \; INSERT INTO items VALUES (6) RETURNING n;
SELECT n, name, mood FROM items \gdesc
SELECT 'SELECT ' || n FROM items WHERE n < 3 \gexec
SELECT count(*) AS counted FROM items \gset
\echo :counted :SQLSTATE
;
";
    // What `\gdesc` asks, for the names of types, reads no catalog by name: a query.
    check_script("statements", script, "1 connections, 9 queries, 16 rows");
}

#[test]
fn errors_and_transactions() {
    let script = r"
SELEC 1;
SELECT nothing;
SELECT 1 / (n - n) FROM items;
\echo :SQLSTATE
BEGIN;
INSERT INTO items VALUES (6);
SAVEPOINT a;
INSERT INTO items VALUES (1);
SELECT 1;
ROLLBACK TO a;
COMMIT;
SELECT 1 \; SELECT 1 / (n - n) FROM items \; SELECT 2;
\set ON_ERROR_ROLLBACK on
BEGIN;
INSERT INTO items VALUES (7);
INSERT INTO items VALUES (1);
COMMIT;
SELECT array_agg(n ORDER BY n) FROM items;
";
    // With ON_ERROR_ROLLBACK: SAVEPOINT before each and before COMMIT, and RELEASE or ROLLBACK TO after the others.
    let expected = "1 connections, 10 queries, 11 control, 2 rows, 7 errors";
    check_script("errors_and_transactions", script, expected);
}

#[test]
fn copies() {
    let script = "
\\copy items (n, name) FROM STDIN
10\tten
11\televen
\\.
COPY items (n) FROM STDIN;
12
one
\\.
COPY items (n) FROM STDIN \\; SELECT count(*) FROM items;
13
\\.
\\copy (SELECT n, name FROM items ORDER BY n) TO STDOUT
COPY items (n) TO STDOUT (FORMAT csv, HEADER);
\\copy nowhere FROM STDIN
\\copy items TO PROGRAM 'cat'
";
    check_script(
        "copies",
        script,
        "1 connections, 8 queries, 1 rows, 2 errors",
    );
}

#[test]
fn rows_in_parts() {
    let script = r"
\set FETCH_COUNT 2
SELECT n FROM items ORDER BY n;
";
    // In psql before version 17 a cursor in a transaction, and since then rows as they come.
    let test = "clients::psql::rows_in_parts";
    let Some(program) = of_postgres(test, "psql") else {
        return;
    };
    let ran = PerfTest::new("rows_in_parts")
        .template(items)
        .run(async |db: PerfDb| {
            let recording = super::same(&db, async |url| psql(&program, &db, &url, script)).await;
            let told = super::told(recording.counts());
            // DECLARE, FETCH of 2, 2 and 1, CLOSE.
            let by_cursor = "1 connections, 5 queries, 2 control, 5 rows";
            let by_chunks = "1 connections, 1 queries, 5 rows";
            assert!(told == by_cursor || told == by_chunks, "{told}");
        });
    ran.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn notices_and_notifications() {
    let script = r"
DO $$ BEGIN RAISE NOTICE 'one'; RAISE WARNING 'two'; END $$;
LISTEN news;
NOTIFY news, 'a word';
SELECT 1;
";
    check_script(
        "notices_and_notifications",
        script,
        "1 connections, 4 queries, 1 rows",
    );
}

#[test]
fn large_objects() {
    let name = format!("perf-harness-large-object-{}", std::process::id());
    let file = std::env::temp_dir().join(name);
    let bytes: Vec<u8> = (0..3_000_000_u32)
        .map(|number| (number % 251) as u8)
        .collect();
    std::fs::write(&file, &bytes).unwrap();
    let (there, back) = (file.display(), file.with_extension("back"));
    let script = format!(
        "\\lo_import {there}\n\\lo_export :LASTOID {}\n\\! cksum < {}\n\\lo_unlink :LASTOID\n",
        back.display(),
        back.display()
    );
    // By function calls, which are no statements, in a transaction each. libpq looks up their numbers first.
    check_script(
        "large_objects",
        &script,
        "1 connections, 1 queries, 6 control, 13 rows",
    );
    assert!(!back.exists() || std::fs::read(&back).unwrap() == bytes);
    drop(std::fs::remove_file(&file));
    drop(std::fs::remove_file(&back));
}
