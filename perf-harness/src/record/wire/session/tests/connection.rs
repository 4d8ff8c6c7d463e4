//! Opening a connection, losing it, and what passes besides queries.

use super::super::{Event, Session};
use super::script::{check, check_from_start, play, writes};

#[test]
fn connecting_is_no_round_trip() {
    check_from_start("< authentication | parameter | key | ready", "connected");
    check_from_start(
        "< authentication
         > password secret
         < authentication | parameter | parameter | key | notice | ready",
        "connected",
    );
}

#[test]
fn a_server_that_speaks_an_older_version_is_understood() {
    check_from_start(
        "< version | authentication | parameter | long-key | ready",
        "connected",
    );
}

#[test]
fn a_connection_that_is_refused_is_an_error_and_no_connection() {
    check_from_start("> password wrong\n< fatal 28P01", "error");
}

#[test]
fn a_lost_connection_fails_what_ran_and_nothing_else() {
    check("< fatal 57P01", "error");
    check(
        "> query SELECT pg_sleep(9)\n< fatal 57P01",
        "round trip
         1 starts: SELECT pg_sleep(9)
         error
         1 fails: 57P01",
    );
    check(
        "> query SELECT 1\n< columns | done | fatal 57P01",
        "round trip
         1 starts: SELECT 1
         1 ends
         error",
    );
}

#[test]
fn what_the_server_says_unasked_changes_nothing() {
    check(
        "< notice | notification | parameter
         > parse - SELECT 1 | bind - - | execute - | sync
         < notice | parsed | parameter | bound | notification | row | notice | row | done | parameter | ready
         < notification",
        "1 starts: SELECT 1
         round trip
         prepared
         1 has 2 rows
         1 ends",
    );
}

#[test]
fn a_message_of_an_unknown_type_is_told_and_passed_over() {
    check(
        "> bytes 7a 00000006 0102 | query SELECT 1
         < bytes 7a 00000004 | columns | row | done | ready",
        "undecoded
         round trip
         1 starts: SELECT 1
         undecoded
         1 has 1 rows
         1 ends",
    );
}

#[test]
fn a_message_that_contradicts_itself_is_told_and_passed_over() {
    // `Bind` with a value of 9 bytes that has one; `Describe` of neither statement nor portal.
    check(
        "> bytes 42 0000000f 00 00 0000 0001 00000009 41 | bytes 44 00000006 58 00 | sync
         < error 08P01 | ready",
        "undecoded
         undecoded
         round trip
         error",
    );
}

#[test]
fn nothing_is_read_after_a_length_that_cannot_be() {
    for bytes in ["51 00000003", "51 7fffffff", "51 ffffffff"] {
        check(
            &format!("> query SELECT 1\n> bytes {bytes}"),
            "round trip\n1 starts: SELECT 1\nundecoded",
        );
    }
}

#[test]
fn a_connection_that_makes_no_sense_any_more_is_told_with_every_write() {
    let mut session = Session::new();
    let writes = writes(
        "> bytes 51 00000003
         > query SELECT 1
         < done | ready",
    );
    let events = play(&mut session, &writes, usize::MAX);
    assert_eq!(events, vec![Event::Undecoded; 3]);
    assert_eq!(session.state.held(), (0, 0, 0));
}

#[test]
fn settings_belong_to_the_driver_until_the_program_asks_something() {
    check(
        "> query SET a = 1; SHOW b
         < done | row | done | ready
         > query SELECT 1; SET a = 2
         < row | done | done | ready",
        "round trip
         1 looks up: SET a = 1
         1 ends
         2 looks up: SHOW b
         2 has 1 rows
         2 ends
         round trip
         3 starts: SELECT 1
         3 has 1 rows
         3 ends
         4 starts: SET a = 2
         4 ends",
    );
}
