//! Which round trips carry work.

use super::script::check_work;

#[test]
fn a_query_is_work_however_it_is_sent() {
    check_work(
        "> query SELECT 1
         < done | ready",
        1,
    );
    check_work(
        "> parse - SELECT 1 | bind - - | execute - | sync
         < parsed | bound | row | done | ready",
        1,
    );
    check_work(
        "> query BEGIN
         < done | ready
         > query COMMIT
         < done | ready",
        2,
    );
}

#[test]
fn what_is_sent_together_is_one_round_trip_of_work() {
    check_work(
        "> query SELECT 1; SELECT 2
         < done | done | ready
         > sync
         < ready",
        1,
    );
    check_work(
        "> parse - SELECT 1 | bind - - | execute - | sync | parse - SELECT 2 | bind - - | execute - | sync
         < parsed | bound | row | done | ready | parsed | bound | done | ready",
        1,
    );
}

#[test]
fn what_prepares_pings_or_looks_up_is_no_work() {
    check_work(
        "> sync
         < ready
         > parse s SELECT $1 | describe statement s | sync
         < parsed | types 23 | columns | ready
         > bind - s 1 | execute - | sync
         < bound | row | done | ready",
        1,
    );
    check_work(
        "> query SET client_encoding = 'UTF8'
         < done | ready",
        0,
    );
}

#[test]
fn a_portal_that_is_asked_for_more_is_work_each_time() {
    check_work(
        "> query BEGIN
         < done | ready-in-transaction
         > parse - SELECT 1 | bind p - | execute p | sync
         < parsed | bound | row | suspended | ready-in-transaction
         > execute p | sync
         < row | done | ready-in-transaction",
        3,
    );
}
