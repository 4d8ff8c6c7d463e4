//! Extended queries: `Parse`, `Bind`, `Execute`, and what names stand for.

use super::script::check;

#[test]
fn preparing_costs_a_round_trip_and_no_query() {
    check(
        "> parse s1 SELECT $1 | describe statement s1 | sync
         < parsed | types 23 | columns | ready
         > bind - s1 7 | execute - | close portal - | sync
         < bound | row | done | closed | ready",
        "round trip
         prepared
         1 starts: SELECT $1 with 7
         round trip
         1 has 1 rows
         1 ends",
    );
}

#[test]
fn a_statement_executed_again_keeps_its_text_and_the_types_that_the_server_told() {
    // Without a type a value is shown in quotes.
    check(
        "> parse s1 SELECT $1, $2 | describe statement s1 | sync
         < parsed | types 23 25 | columns | ready
         > bind - s1 7 x | execute - | sync
         < bound | done | ready
         > bind - s1 8 NULL | execute - | sync
         < bound | done | ready",
        "round trip
         prepared
         1 starts: SELECT $1, $2 with 7, 'x'
         round trip
         1 ends
         2 starts: SELECT $1, $2 with 8, NULL
         round trip
         2 ends",
    );
    check(
        "> parse - [23] SELECT $1 | bind - - 7 | execute - | sync
         < parsed | bound | done | ready",
        "1 starts: SELECT $1 with 7
         round trip
         prepared
         1 ends",
    );
}

#[test]
fn types_are_told_to_the_text_that_was_described_and_not_to_its_successor() {
    check(
        "> parse - SELECT $1 | describe statement - | parse - SELECT $1::text | bind - - 7 | sync
         < parsed | types 23 | columns | parsed | bound | ready
         > bind - - 7 | execute - | sync
         < bound | done | ready",
        "round trip
         prepared
         prepared
         1 starts: SELECT $1::text with '7'
         round trip
         1 ends",
    );
}

#[test]
fn a_text_that_cannot_be_prepared_is_an_error_and_no_query() {
    check(
        "> parse s1 SELECT nope | describe statement s1 | sync
         < error 42703 | ready",
        "round trip
         error",
    );
    check(
        "> parse - SELECT nope | bind - - | describe portal - | execute - | sync
         < error 42703 | ready",
        "1 starts: SELECT nope
         round trip
         error
         1 is taken back",
    );
}

#[test]
fn a_value_that_cannot_be_bound_is_an_error_and_no_query() {
    check(
        "> parse - SELECT $1::int | bind - - x | execute - | sync
         < parsed | error 22P02 | ready",
        "1 starts: SELECT $1::int with 'x'
         round trip
         prepared
         error
         1 is taken back",
    );
}

#[test]
fn a_refused_parse_leaves_the_name_to_what_it_stood_for() {
    check(
        "> parse s SELECT 1 | sync
         < parsed | ready
         > parse s SELECT 2 | close statement s | sync
         < error 42P05 | ready
         > bind - s | execute - | sync
         < bound | done | ready",
        "round trip
         prepared
         round trip
         error
         1 starts: SELECT 1
         round trip
         1 ends",
    );
}

#[test]
fn a_portal_fetched_in_parts_is_one_query() {
    check(
        "> query BEGIN
         < done | ready-in-transaction
         > parse - SELECT 1 | bind p - | execute p | sync
         < parsed | bound | row | row | suspended | ready-in-transaction
         > execute p | sync
         < row | done | ready-in-transaction
         > close portal p | sync | query COMMIT
         < closed | ready-in-transaction | done | ready",
        "round trip
         1 controls: BEGIN
         1 ends
         transaction opens
         2 starts: SELECT 1
         round trip
         prepared
         2 has 2 rows
         2 pauses
         2 goes on
         round trip
         2 has 1 rows
         2 ends
         round trip
         3 controls: COMMIT
         3 ends
         transaction closes",
    );
}

#[test]
fn rows_that_were_fetched_stay_fetched_when_the_rest_is_skipped() {
    check(
        "> bind p s | execute p | bind q bad | execute p | sync
         < bound | row | suspended | error 26000 | ready",
        "1 starts: EXECUTE s
         1 goes on
         round trip
         1 has 1 rows
         1 pauses
         error
         1 stays where it is",
    );
}

#[test]
fn a_portal_that_was_skipped_is_still_to_be_executed() {
    check(
        "> query BEGIN | bind p s | sync | query SAVEPOINT a
         < done | ready-in-transaction | bound | ready-in-transaction | done | ready-in-transaction
         > parse - SELEC | execute p | sync | query ROLLBACK TO a
         < error 42601 | ready-in-transaction | done | ready-in-transaction
         > execute p | sync | query COMMIT
         < row | done | ready-in-transaction | done | ready",
        "round trip
         1 controls: BEGIN
         2 controls: SAVEPOINT a
         1 ends
         transaction opens
         2 ends
         3 starts: EXECUTE s
         round trip
         4 controls: ROLLBACK TO a
         error
         3 is taken back
         4 ends
         5 starts: EXECUTE s
         round trip
         6 controls: COMMIT
         5 has 1 rows
         5 ends
         6 ends
         transaction closes",
    );
}

#[test]
fn a_portal_bound_while_another_answer_comes_is_kept() {
    check(
        "> query SELECT 1 | bind p s | flush
         < done | ready | bound
         > execute p | sync
         < done | ready",
        "round trip
         1 starts: SELECT 1
         1 ends
         2 starts: EXECUTE s
         round trip
         2 ends",
    );
}

#[test]
fn a_portal_dies_with_its_transaction() {
    check(
        "> parse - SELECT 1 | bind p - | execute p | sync
         < parsed | bound | suspended | ready",
        "1 starts: SELECT 1
         round trip
         prepared
         1 pauses",
    );
}

#[test]
fn a_cursor_of_the_program_is_a_portal() {
    check(
        "> query DECLARE c CURSOR FOR SELECT 1
         < done | ready-in-transaction
         > describe portal c | sync
         < columns | ready-in-transaction
         > execute c | sync
         < row | done | ready",
        "round trip
         1 starts: DECLARE c CURSOR FOR SELECT 1
         1 ends
         transaction opens
         round trip
         2 starts: FETCH FROM c
         round trip
         2 has 1 rows
         2 ends
         transaction closes",
    );
}

#[test]
fn rows_stay_with_their_query_even_if_its_end_is_missed() {
    check(
        "> execute a | sync | execute b | sync
         < row | row | ready | row | done | ready",
        "1 starts: FETCH FROM a
         round trip
         2 starts: FETCH FROM b
         1 has 2 rows
         2 has 1 rows
         2 ends",
    );
}

#[test]
fn an_error_at_commit_belongs_to_no_query_that_was_answered() {
    check(
        "> parse - INSERT INTO t VALUES (1) | bind - - | execute - | sync
         < parsed | bound | done | error 23503 | ready
         > query SELECT 1
         < done | ready",
        "1 starts: INSERT INTO t VALUES (1)
         round trip
         prepared
         1 ends
         error
         round trip
         2 starts: SELECT 1
         2 ends",
    );
}

#[test]
fn an_empty_text_that_is_executed_is_no_query() {
    check(
        "> parse - -- nothing | bind - - | execute - | execute - | sync
         < parsed | bound | empty | empty | ready-in-transaction
         > execute - | sync
         < empty | ready",
        "1 starts: -- nothing
         1 goes on
         round trip
         prepared
         1 is taken back
         transaction opens
         2 starts: -- nothing
         round trip
         2 is taken back
         transaction closes",
    );
}

#[test]
fn a_portal_that_does_not_exist_runs_nothing() {
    check(
        "> execute nowhere | sync
         < error 34000 | ready",
        "1 starts: FETCH FROM nowhere
         round trip
         error
         1 is taken back",
    );
    // A cursor that a query asks for is the query's affair.
    check(
        "> bind - s | execute - | sync
         < bound | error 34000 | ready",
        "1 starts: EXECUTE s
         round trip
         error
         1 fails: 34000",
    );
}

#[test]
fn a_text_that_this_connection_had_before_is_prepared_again() {
    check(
        "> parse a SELECT 1 | parse b SELECT 2 | close statement a | parse c SELECT 1 | sync
         < parsed | parsed | closed | parsed | ready",
        "round trip
         prepared
         prepared
         prepared again",
    );
}
