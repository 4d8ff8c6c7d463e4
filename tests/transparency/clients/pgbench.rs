//! pgbench, in each of its protocols and with pipelines.

use std::path::PathBuf;
use std::process::Command;

use perf_harness::{PerfDb, PerfTest};
use sqlx::{Connection as _, PgConnection};

use super::program::{of_postgres, printed, user};
use super::{items, told};

/// Two clients with five transactions each.
const TRANSACTIONS: usize = 10;

const SCRIPT: &str = r"
\set n random(1, 5)
BEGIN;
UPDATE items SET name = 'changed', mood = 'sad' WHERE n = :n;
SELECT name FROM items WHERE n = :n;
END;
";

const PIPELINE: &str = r"
\set n random(1, 5)
\startpipeline
UPDATE items SET name = 'changed' WHERE n = :n;
SELECT name FROM items WHERE n = :n;
SELECT n FROM items ORDER BY n;
\endpipeline
SELECT count(*) FROM items;
";

/// Runs a script directly and through the recorder, and gives what each transaction came to.
fn check(name: &str, protocol: &str, script: &str, expected: &str) {
    let test = format!("clients::pgbench::{name}");
    let Some(program) = of_postgres(&test, "pgbench") else {
        return;
    };
    let ran = PerfTest::new(name).template(items).run(async |db: PerfDb| {
        let file = Script::of(name, script);
        let recording = super::same(&db, async |url| {
            let mut pgbench = Command::new(&program);
            pgbench
                .args([
                    "-n",
                    "-M",
                    protocol,
                    "-c",
                    "2",
                    "-j",
                    "1",
                    "-t",
                    "5",
                    "--random-seed",
                    "7",
                    "-f",
                ])
                .arg(&file.0)
                .arg(&url)
                .env("PGUSER", user(db.url()));
            // Figures of time differ.
            let told = printed(pgbench, "").into_iter();
            let mut told: Vec<String> = told.filter(|line| line.contains("transactions")).collect();
            told.push(names(&url).await);
            told
        })
        .await;
        assert!(recording.output().iter().any(|line| line.contains("10/10")));
        // Of its own it asks nothing, of ours one look at the result.
        assert_eq!(told(recording.counts()), expected);
    });
    ran.unwrap_or_else(|failure| panic!("{failure}"));
}

/// What is in the table afterwards.
async fn names(url: &str) -> String {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let names = "SELECT string_agg(name || mood::text, ' ' ORDER BY n) FROM items";
    let names = sqlx::query_scalar(names)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    names
}

/// A file that goes with the test.
struct Script(PathBuf);

impl Script {
    fn of(name: &str, text: &str) -> Self {
        let name = format!("perf-harness-pgbench-{name}-{}", std::process::id());
        let file = std::env::temp_dir().join(name);
        std::fs::write(&file, text).unwrap();
        Self(file)
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}

/// Four connections: one of pgbench's to begin with, one for each of its clients, and ours.
fn expected(queries: usize, control: usize, rows: usize) -> String {
    let of = |each: usize, ours: usize| each * TRANSACTIONS + ours;
    let control = match control {
        0 => String::new(),
        control => format!("{} control, ", of(control, 0)),
    };
    format!(
        "4 connections, {} queries, {control}{} rows",
        of(queries, 1),
        of(rows, 1)
    )
}

#[test]
fn simple() {
    check("simple", "simple", SCRIPT, &expected(2, 2, 1));
}

#[test]
fn extended() {
    check("extended", "extended", SCRIPT, &expected(2, 2, 1));
}

#[test]
fn prepared() {
    check("prepared", "prepared", SCRIPT, &expected(2, 2, 1));
}

#[test]
fn extended_pipelines() {
    check(
        "extended_pipelines",
        "extended",
        PIPELINE,
        &expected(4, 0, 7),
    );
}

#[test]
fn prepared_pipelines() {
    check(
        "prepared_pipelines",
        "prepared",
        PIPELINE,
        &expected(4, 0, 7),
    );
}
