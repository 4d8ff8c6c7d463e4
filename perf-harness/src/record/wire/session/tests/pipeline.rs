//! Round trips, pings, pipelines and their errors.

use super::script::check;

#[test]
fn a_pipeline_is_one_round_trip_whether_or_not_it_syncs_between() {
    check(
        "> parse - SELECT 1 | bind - - | execute - | parse - SELECT 2 | bind - - | execute - | sync
         < parsed | bound | row | done | parsed | bound | done | ready",
        "1 starts: SELECT 1
         2 starts: SELECT 2
         round trip
         prepared
         1 has 1 rows
         1 ends
         prepared
         2 ends",
    );
    check(
        "> parse - SELECT 1 | bind - - | execute - | sync | parse - SELECT 2 | bind - - | execute - | sync
         < parsed | bound | row | done | ready | parsed | bound | done | ready",
        "1 starts: SELECT 1
         round trip
         2 starts: SELECT 2
         prepared
         1 has 1 rows
         1 ends
         prepared
         2 ends",
    );
}

#[test]
fn a_round_trip_lasts_until_nothing_more_is_awaited() {
    check(
        "> query SELECT 1
         > query SELECT 2
         < done | ready
         > query SELECT 3
         < done | ready | done | ready
         > query SELECT 4
         < done | ready",
        "round trip
         1 starts: SELECT 1
         2 starts: SELECT 2
         1 ends
         3 starts: SELECT 3
         2 ends
         3 ends
         round trip
         4 starts: SELECT 4
         4 ends",
    );
}

#[test]
fn an_error_in_a_pipeline_takes_back_what_the_server_skipped() {
    check(
        "> parse s SELECT $1 | bind - s 1 | execute - | bind - s 0 | execute - | bind - s 2 | execute - | sync
         < parsed | bound | row | done | bound | error 22012 | ready",
        "1 starts: SELECT $1 with '1'
         2 starts: SELECT $1 with '0'
         3 starts: SELECT $1 with '2'
         round trip
         prepared
         1 has 1 rows
         1 ends
         error
         2 fails: 22012
         3 is taken back",
    );
}

#[test]
fn what_is_sent_after_an_error_and_before_its_sync_is_never_counted() {
    check(
        "> parse - SELECT 1/0 | bind - - | execute - | flush
         < parsed | bound | error 22012
         > parse - SELECT 1 | bind - - | execute - | query SELECT 2 | call | sync
         < ready
         > query SELECT 3
         < done | ready",
        "1 starts: SELECT 1/0
         prepared
         error
         1 fails: 22012
         round trip
         round trip
         2 starts: SELECT 3
         2 ends",
    );
}

#[test]
fn what_an_error_takes_back_is_not_what_came_after_its_sync() {
    check(
        "> parse s SELECT 0 | sync
         < parsed | ready
         > parse - SELEC | close statement s | parse s SELECT 1 | sync | close statement s | parse s SELECT 2 | sync
         < error 42601 | ready | closed | parsed | ready
         > bind - s | execute - | sync
         < bound | done | ready",
        "round trip
         prepared
         round trip
         error
         prepared
         1 starts: SELECT 2
         round trip
         1 ends",
    );
    check(
        "> parse s SELECT 0 | sync
         < parsed | ready
         > parse - SELEC | parse s SELECT 1 | sync | parse s SELECT 2 | sync
         < error 42601 | ready | error 42P05 | ready
         > bind - s | execute - | sync
         < bound | done | ready",
        "round trip
         prepared
         round trip
         error
         error
         1 starts: SELECT 0
         round trip
         1 ends",
    );
}

#[test]
fn a_simple_query_inside_a_failed_pipeline_is_skipped_too() {
    check(
        "> parse - SELEC | bind - - | execute - | query SELECT 1 | call
         < error 42601
         > sync
         < ready
         > query SELECT 2
         < done | ready",
        "1 starts: SELEC
         round trip
         2 starts: SELECT 1
         error
         2 is taken back
         1 is taken back
         round trip
         3 starts: SELECT 2
         3 ends",
    );
}

#[test]
fn an_error_ends_at_its_own_sync() {
    check(
        "> bind - s | execute - | sync | query SELECT 2
         < error 26000 | ready | done | ready",
        "1 starts: EXECUTE s
         round trip
         2 starts: SELECT 2
         error
         1 is taken back
         2 ends",
    );
}

#[test]
fn a_function_call_is_a_round_trip_and_no_statement() {
    check(
        "> call
         < result | ready
         > call
         < error 42883 | ready
         > query SELECT 1
         < done | ready",
        "round trip
         round trip
         error
         round trip
         1 starts: SELECT 1
         1 ends",
    );
}

#[test]
fn a_bare_sync_is_a_ping() {
    check(
        "> sync
         < ready
         > flush | sync
         < ready
         > parse - SELECT 1 | sync
         < parsed | ready",
        "round trip
         ping
         round trip
         ping
         round trip
         prepared",
    );
}

#[test]
fn a_sync_that_rides_along_is_no_ping() {
    check(
        "> query ROLLBACK | sync
         < done | ready | ready
         > query COMMIT
         > query
         < done | ready | empty | ready",
        "round trip
         1 controls: ROLLBACK
         1 ends
         round trip
         2 controls: COMMIT
         2 ends",
    );
}

#[test]
fn a_name_that_is_used_again_after_an_error_keeps_its_last_meaning() {
    // All up to the last line but two is sent before the program knows of the error.
    check(
        "> parse - SELECT 1 | bind - - | execute - | parse - SELECT 2 | sync | parse - SELECT 3
         < parsed | bound | error 22012 | ready
         > bind - - | execute - | sync
         < parsed | bound | row | done | ready",
        "1 starts: SELECT 1
         round trip
         prepared
         error
         1 fails: 22012
         2 starts: SELECT 3
         round trip
         prepared
         2 has 1 rows
         2 ends",
    );
    check(
        "> parse s SELECT 1 | sync
         < parsed | ready
         > close statement s | parse s SELEC | parse s SELECT 2 | sync | parse s SELECT 3 | sync
         < closed | error 42601 | ready | error 42601 | ready
         > bind - s | execute - | sync
         < error 26000 | ready",
        "round trip
         prepared
         round trip
         error
         error
         1 starts: EXECUTE s
         round trip
         error
         1 is taken back",
    );
}
