//! `COPY` in both protocols.

use super::script::check;

#[test]
fn a_copy_is_one_query_without_rows() {
    check(
        "> query COPY t FROM STDIN
         < copy-in
         > copy-data 1 | copy-data 2 | copy-done
         < done | ready
         > query COPY t TO STDOUT
         < copy-out | copy-data 1 | copy-data 2 | copy-done | done | ready
         > sync
         < ready",
        "round trip
         1 starts: COPY t FROM STDIN
         1 ends
         round trip
         2 starts: COPY t TO STDOUT
         2 ends
         round trip
         ping",
    );
}

#[test]
fn a_sync_that_the_server_reads_past_during_a_copy_is_no_round_trip() {
    check(
        "> parse s COPY t FROM STDIN | sync
         < parsed | ready
         > bind - s | execute - | sync
         < bound | copy-in
         > copy-data 1 | copy-done | sync | close statement s | sync
         < done | ready | closed | ready
         > sync
         < ready",
        "round trip
         prepared
         1 starts: COPY t FROM STDIN
         round trip
         1 ends
         round trip
         ping",
    );
}

#[test]
fn a_sync_amid_copy_data_is_read_past() {
    check(
        "> bind - s | execute - | flush
         < bound | copy-in
         > sync | copy-data 1 | sync | copy-done | sync
         < done | ready",
        "1 starts: EXECUTE s
         round trip
         1 ends",
    );
}

#[test]
fn a_copy_that_fails_fails_its_query() {
    check(
        "> query COPY t FROM STDIN
         < copy-in
         > copy-data x | copy-done
         < error 22P02 | ready",
        "round trip
         1 starts: COPY t FROM STDIN
         error
         1 fails: 22P02",
    );
    check(
        "> bind - s | execute - | sync
         < bound | copy-in
         > copy-data x
         < error 22P02
         > copy-fail | parse - SELECT 1 | sync
         < ready
         > sync
         < ready",
        "1 starts: EXECUTE s
         round trip
         error
         1 fails: 22P02
         round trip
         ping",
    );
    check(
        "> query COPY t FROM STDIN
         < copy-in
         > copy-data x
         < error 22P02 | ready
         > sync
         < ready",
        "round trip
         1 starts: COPY t FROM STDIN
         error
         1 fails: 22P02
         round trip
         ping",
    );
}

#[test]
fn data_may_be_sent_before_the_server_asks_for_it() {
    check(
        "> bind - s | execute - | copy-data 1 | copy-done | sync | sync | query SELECT 1
         < bound | copy-in | done | ready | ready | columns | row | done | ready",
        "1 starts: EXECUTE s
         round trip
         2 starts: SELECT 1
         1 ends
         2 has 1 rows
         2 ends",
    );
    check(
        "> query COPY t FROM STDIN; COPY t FROM STDIN | copy-data 1 | copy-done | copy-fail | query SELECT 1
         < copy-in | done | copy-in | error 57014 | ready | columns | row | done | ready",
        "round trip
         1 starts: COPY t FROM STDIN
         2 starts: SELECT 1
         1 ends
         3 starts: COPY t FROM STDIN
         error
         3 fails: 57014
         2 has 1 rows
         2 ends",
    );
}

#[test]
fn a_sync_after_the_end_of_data_that_was_sent_early_is_answered() {
    check(
        "> bind - s | execute - | copy-data 1 | copy-done
         < bound | copy-in
         > sync
         < done | ready
         > sync
         < ready",
        "1 starts: EXECUTE s
         round trip
         1 ends
         round trip
         ping",
    );
}

#[test]
fn data_that_the_server_never_asks_for_is_read_past() {
    check(
        "> query COPY nowhere FROM STDIN | copy-data 1 | copy-done | query SELECT 1
         < error 42P01 | ready | columns | row | done | ready
         > bind - s | execute - | copy-done | sync | copy-done | sync
         < bound | done | ready | ready",
        "round trip
         1 starts: COPY nowhere FROM STDIN
         2 starts: SELECT 1
         error
         1 fails: 42P01
         2 has 1 rows
         2 ends
         3 starts: EXECUTE s
         round trip
         3 ends",
    );
}

#[test]
fn a_copy_that_was_sent_before_the_server_asked_for_it_ends_where_the_program_ended_it() {
    check(
        "> parse - COPY t FROM STDIN | bind - - | execute - | copy-data 1 | copy-done | sync | query SELECT 1
         < parsed | bound | copy-in | done | ready | columns | row | done | ready
         > sync
         < ready",
        "1 starts: COPY t FROM STDIN
         round trip
         2 starts: SELECT 1
         prepared
         1 ends
         2 has 1 rows
         2 ends
         round trip
         ping",
    );
    check(
        "> query COPY t FROM STDIN | copy-data 1 | copy-done
         < copy-in
         > sync
         < done | ready | ready
         > copy-done | sync | copy-done
         < ready",
        "round trip
         1 starts: COPY t FROM STDIN
         1 ends
         round trip
         ping",
    );
}
