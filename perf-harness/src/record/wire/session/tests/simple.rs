//! Simple queries: one message, any number of statements.

use std::time::Duration;

use super::super::{Event, Session};
use super::script::{CONNECTED, check, play, writes};

#[test]
fn a_simple_query_is_one_query_and_one_round_trip() {
    check(
        "> query SELECT 1
         < columns | row | row | done | ready",
        "round trip
         1 starts: SELECT 1
         1 has 2 rows
         1 ends",
    );
}

#[test]
fn each_statement_of_a_simple_query_is_a_query() {
    check(
        "> query SELECT 1; INSERT INTO t VALUES (';'); SELECT 2;
         < columns | row | done | done | columns | row | done | ready",
        "round trip
         1 starts: SELECT 1
         1 has 1 rows
         1 ends
         2 starts: INSERT INTO t VALUES (';')
         2 ends
         3 starts: SELECT 2
         3 has 1 rows
         3 ends",
    );
}

#[test]
fn a_statement_after_an_error_was_never_executed() {
    check(
        "> query SELECT 1; SELECT 1/0; SELECT 2
         < columns | row | done | error 22012 | ready
         > query SELECT 3
         < columns | done | ready",
        "round trip
         1 starts: SELECT 1
         1 has 1 rows
         1 ends
         error
         2 starts: SELECT 1/0
         2 fails: 22012
         round trip
         3 starts: SELECT 3
         3 ends",
    );
}

#[test]
fn a_text_that_the_server_cannot_read_is_an_error_and_no_query() {
    check(
        "> query SELECT 1; SELEC 2
         < error 42601 | ready",
        "round trip
         1 starts: SELECT 1
         error
         1 is taken back",
    );
    check(
        "> query SELECT 1; SELEC 2
         < error 42601 | fatal 57P01",
        "round trip
         1 starts: SELECT 1
         error
         1 is taken back
         error",
    );
    check(
        "> query SELECT 1; DO $$ something that fails while it runs $$
         < columns | row | done | error 42601 | ready",
        "round trip
         1 starts: SELECT 1
         1 has 1 rows
         1 ends
         error
         2 starts: DO $$ something that fails while it runs $$
         2 fails: 42601",
    );
}

#[test]
fn an_empty_query_is_a_ping() {
    for query in ["", "-- alive?", ";"] {
        check(
            &format!("> query {query}\n< empty | ready"),
            "round trip\nping",
        );
    }
}

#[test]
fn the_rows_of_a_rule_belong_to_the_statement_that_set_it_off() {
    check(
        "> query INSERT INTO t VALUES (1)
         < columns | row | columns | row | done | ready",
        "round trip
         1 starts: INSERT INTO t VALUES (1)
         1 has 2 rows
         1 ends",
    );
}

#[test]
fn a_result_more_than_there_are_statements_is_a_query_more() {
    check(
        "> query SELECT 1
         < columns | row | done | columns | done | ready",
        "round trip
         1 starts: SELECT 1
         1 has 1 rows
         1 ends
         2 starts: SELECT 1
         2 ends",
    );
}

#[test]
fn a_statement_of_a_simple_query_starts_when_the_one_before_it_ends() {
    let mut session = Session::new();
    let script = writes(&format!(
        "{CONNECTED}
         > query SELECT 1; SELECT 2
         < done
         < columns | done | ready"
    ));
    let mut times = Vec::new();
    for (second, (direction, bytes)) in (1..).zip(&script) {
        let now = Duration::from_secs(second);
        session.feed(*direction, bytes, now, |event| match event {
            Event::Started { at, .. } | Event::Finished { at, .. } => times.push(at.as_secs()),
            _ => {}
        });
    }
    assert_eq!(times, [2, 3, 3, 4]);
}

#[test]
fn a_statement_that_sql_prepared_is_counted_under_its_name() {
    check(
        "> query PREPARE p AS SELECT $1; EXECUTE p(1)
         < done | columns | row | done | ready
         > bind - p 2 | execute - | sync
         < bound | row | done | ready",
        "round trip
         1 starts: PREPARE p AS SELECT $1
         1 ends
         2 starts: EXECUTE p(1)
         2 has 1 rows
         2 ends
         3 starts: EXECUTE p with '2'
         round trip
         3 has 1 rows
         3 ends",
    );
}

#[test]
fn what_sql_deallocates_is_forgotten() {
    for (deallocate, text) in [
        ("DEALLOCATE a", "EXECUTE a"),
        ("deallocate prepare \"a\"", "EXECUTE a"),
        ("DEALLOCATE A", "EXECUTE a"),
        ("DEALLOCATE ALL", "EXECUTE a"),
        ("DISCARD ALL", "EXECUTE a"),
        ("DEALLOCATE b", "SELECT 1"),
        ("DEALLOCATE \"A\"", "SELECT 1"),
        ("DISCARD PLANS", "SELECT 1"),
    ] {
        let mut session = Session::new();
        let writes = writes(&format!(
            "> parse a SELECT 1 | sync | query {deallocate}
             > bind - a | execute - | sync"
        ));
        let events = play(&mut session, &writes, usize::MAX);
        let sql = events.iter().rev().find_map(|event| match event {
            Event::Started { sql, .. } => Some(sql.as_ref()),
            _ => None,
        });
        assert_eq!(sql, Some(text), "{deallocate}");
    }
}

#[test]
fn what_the_server_did_not_deallocate_is_remembered() {
    // Refused, and skipped.
    check(
        "> parse a SELECT 1 | parse d DEALLOCATE ALL | sync
         < parsed | parsed | ready
         > query DEALLOCATE ALL
         < error 25P02 | ready
         > bind - nothing | bind - d | execute - | sync
         < error 26000 | ready
         > bind - a | execute - | sync
         < bound | done | ready",
        "round trip
         prepared
         prepared
         round trip
         1 looks up: DEALLOCATE ALL
         error
         1 fails: 25P02
         2 looks up: DEALLOCATE ALL
         round trip
         error
         2 is taken back
         3 starts: SELECT 1
         round trip
         3 ends",
    );
}

#[test]
fn a_statement_without_a_name_is_not_deallocated() {
    check(
        "> parse d DEALLOCATE ALL | parse - SELECT 1 | bind - d | execute - | bind - - | execute - | sync
         < parsed | parsed | bound | done | bound | done | ready",
        "1 looks up: DEALLOCATE ALL
         2 starts: SELECT 1
         round trip
         prepared
         prepared
         1 ends
         2 ends",
    );
}
