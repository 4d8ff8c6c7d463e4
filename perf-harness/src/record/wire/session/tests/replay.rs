//! Real drivers' byte streams, and what they must be counted as.
//!
//! The numbers were checked against the server's own log and by reading the messages: see `captures/README.md`.

use std::time::Duration;

use super::super::Event;
use super::script::{add, play};
use crate::record::wire::captures::{self, Capture};
use crate::record::{Class, Counts, Query, SharedLog, Traffic, sql};

/// What a connection comes to, bytes left out. What is not named must be 0.
fn check(name: &str, expected: &str) {
    let counts = record(&captures::named(name)).counts;
    assert_eq!(told(&counts), expected, "{name}");
}

fn told(counts: &Counts) -> String {
    let all = [
        (counts.connects, "connection"),
        (counts.queries, "queries"),
        (counts.transaction_control, "control"),
        (counts.driver, "driver"),
        (counts.round_trips, "round trips"),
        (counts.pings, "pings"),
        (counts.prepares, "prepares"),
        (usize::try_from(counts.rows).expect("few rows"), "rows"),
        (counts.errors, "errors"),
        (counts.unsampled, "unsampled"),
        (counts.undecoded, "undecoded"),
    ];
    let some = all.iter().filter(|(count, _)| *count > 0);
    let words: Vec<_> = some
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    words.join(", ")
}

/// What a recording of the whole connection holds.
fn record(capture: &Capture) -> Traffic {
    let log = SharedLog::default();
    let mut log = log.lock();
    let window = log.open(Duration::ZERO);
    for event in play(&mut capture.session(), &capture.writes, usize::MAX) {
        log.event(1, &event);
    }
    log.close(window, Duration::ZERO).expect("an open window")
}

#[test]
fn sqlx_is_counted() {
    check(
        "sqlx",
        "1 connection, 11 queries, 6 control, 39 round trips, 16 pings, 7 prepares, 27 rows, 2 errors",
    );
    check(
        "sqlx-enum",
        "1 connection, 1 queries, 1 driver, 3 round trips, 1 prepares, 1 rows",
    );
    check("sqlx-copy", "1 connection, 2 queries, 2 round trips");
}

#[test]
fn tokio_postgres_is_counted() {
    check(
        "tokio-postgres",
        "1 connection, 9 queries, 4 control, 17 round trips, 1 pings, 6 prepares, 27 rows, 2 errors",
    );
    check(
        "tokio-postgres-copy",
        "1 connection, 5 queries, 10 round trips, 5 prepares, 1 rows, 2 errors",
    );
}

#[test]
fn psycopg_is_counted() {
    check(
        "psycopg-prepared",
        "1 connection, 8 queries, 6 control, 1 driver, 17 round trips, 8 prepares, 9 rows, 1 errors",
    );
    check(
        "psycopg-evict",
        "1 connection, 3 queries, 8 round trips, 3 prepares, 3 rows",
    );
    check(
        "psycopg-pipeline",
        "1 connection, 7 queries, 4 control, 8 round trips, 1 pings, 10 prepares, 6 rows, 1 errors",
    );
    check(
        "psycopg-cursor",
        "1 connection, 8 queries, 2 control, 11 round trips, 1 pings, 2 prepares, 10 rows, 1 errors",
    );
    check(
        "psycopg-deferred",
        "1 connection, 1 queries, 1 round trips, 1 prepares, 1 errors",
    );
    check(
        "psycopg-terminated",
        "1 connection, 1 queries, 1 round trips, 1 rows, 1 errors",
    );
}

#[test]
fn libpq_and_psql_are_counted() {
    check(
        "libpq-copy-extended",
        "1 connection, 5 queries, 6 round trips, 5 prepares, 1 rows, 3 errors",
    );
    check(
        "psql-simple",
        "1 connection, 21 queries, 2 control, 1 driver, 24 round trips, 1 pings, 10 rows, 5 errors",
    );
    check(
        "psql-copy",
        "1 connection, 5 queries, 5 round trips, 1 rows, 1 errors",
    );
    check(
        "psql-large-object",
        "1 connection, 1 queries, 4 control, 10 round trips, 13 rows",
    );
    check("psql-refused", "1 errors");
    check(
        "libpq-3.2",
        "1 connection, 4 queries, 4 round trips, 2 rows, 1 errors",
    );
}

#[test]
fn replication_is_round_trips_and_its_sql_is_counted() {
    check(
        "psql-replication",
        "1 connection, 1 queries, 7 round trips, 1 rows, 3 errors",
    );
    check("pg_recvlogical", "1 connection, 1 driver, 4 round trips");
    check("pg_receivewal", "1 connection, 6 round trips");
}

#[test]
fn pgbench_is_counted_the_same_in_each_of_its_modes() {
    check(
        "pgbench-simple",
        "1 connection, 6 queries, 6 control, 12 round trips, 3 rows",
    );
    check(
        "pgbench-extended",
        "1 connection, 6 queries, 6 control, 12 round trips, 12 prepares, 3 rows",
    );
    check(
        "pgbench-prepared",
        "1 connection, 6 queries, 6 control, 16 round trips, 4 prepares, 3 rows",
    );
    check(
        "pgbench-pipeline",
        "1 connection, 4 queries, 4 control, 6 round trips, 4 prepares, 4 rows",
    );
    check(
        "pgbench-pipeline-error",
        "1 connection, 2 queries, 1 round trips, 2 prepares, 1 rows, 1 errors",
    );
}

#[test]
fn asyncpg_is_counted() {
    check(
        "asyncpg",
        "1 connection, 8 queries, 2 control, 11 round trips, 4 prepares, 11 rows, 1 errors",
    );
}

/// The server logs a simple query once, whatever number of statements it has, and an extended one for each
/// `Execute`. It logs no text that it could not read.
#[test]
fn the_statements_recorded_are_those_that_the_server_logged() {
    for capture in captures::all() {
        let traffic = record(&capture);
        let mut recorded: Vec<_> = traffic.statements.iter().rev().map(Query::sql).collect();
        let mut logged = capture.server_log.iter().peekable();
        while let Some((kind, text)) = logged.next() {
            if kind == "statement" {
                let rest = taken(&mut recorded, text);
                let failed = logged.peek().is_some_and(|(kind, _)| kind == "error");
                let all = sql::statements(rest).is_empty();
                assert!(all || failed, "{}: {rest} is left of {text}", capture.name);
            } else if kind.starts_with("execute ") && !kind.starts_with("execute fetch from ") {
                assert_eq!(recorded.pop(), Some(text.as_str()), "{}", capture.name);
            }
        }
        assert_eq!(recorded, Vec::<&str>::new(), "{}", capture.name);
    }
}

/// Takes the statements that make up a text, and gives what is left of it.
fn taken<'a>(recorded: &mut Vec<&str>, text: &'a str) -> &'a str {
    let mut rest = text;
    while let Some(next) = recorded.last()
        && let Some((_, after)) = rest.split_once(next)
    {
        recorded.pop();
        rest = after;
    }
    rest
}

#[test]
fn the_errors_counted_are_those_that_the_server_logged() {
    for capture in captures::all() {
        let logged = capture.server_log.iter();
        let logged = logged.filter(|(kind, _)| kind == "error").count();
        assert_eq!(record(&capture).counts.errors, logged, "{}", capture.name);
    }
}

#[test]
fn each_class_has_a_capture() {
    let all: Vec<_> = captures::all().iter().map(record).collect();
    for class in [Class::Query, Class::TransactionControl, Class::Driver] {
        assert!(
            all.iter()
                .any(|traffic| traffic.of_class(class).count() > 0)
        );
    }
}

#[test]
fn nothing_is_owed_or_kept_when_a_connection_ends() {
    for capture in captures::all() {
        let mut session = capture.session();
        play(&mut session, &capture.writes, usize::MAX);
        let (_, portals, pending) = session.state.held();
        let startup = usize::from(capture.name == "psql-refused");
        assert_eq!((portals, pending), (0, startup), "{}", capture.name);
    }
}

#[test]
fn the_events_are_the_same_however_the_bytes_arrive() {
    for capture in captures::all() {
        let whole = play(&mut capture.session(), &capture.writes, usize::MAX);
        assert!(!whole.is_empty());
        let bytewise = play(&mut capture.session(), &capture.writes, 1);
        assert_eq!(bytewise, whole, "{} byte by byte", capture.name);
        let longest = capture.writes.iter().map(|(_, bytes)| bytes.len()).max();
        for offset in 1..longest.unwrap_or(0) {
            let events = play_cut(&capture, offset);
            assert_eq!(events, whole, "{} cut at {offset}", capture.name);
        }
    }
}

/// Every write arrives in two pieces.
fn play_cut(capture: &Capture, offset: usize) -> Vec<Event> {
    let mut session = capture.session();
    let mut events = Vec::new();
    for (direction, bytes) in &capture.writes {
        let (head, tail) = bytes.split_at(offset.min(bytes.len()));
        for piece in [head, tail] {
            session.feed(*direction, piece, Duration::ZERO, |event| {
                add(&mut events, event);
            });
        }
    }
    events
}
