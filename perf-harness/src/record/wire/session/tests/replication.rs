//! The replication protocol: commands that are no SQL, and a copy in both directions at once.

use super::script::{CONNECTED, check, check_opened_for};
use crate::record::wire::startup::Startup;

fn check_replicating(script: &str, expected: &str) {
    let script = format!("{CONNECTED}\n{script}");
    let expected = format!("connected\n{expected}");
    check_opened_for(Startup::Replication, &script, &expected);
}

#[test]
fn a_command_of_the_replication_protocol_is_a_round_trip_and_no_query() {
    check_replicating(
        "> query IDENTIFY_SYSTEM
         < columns | row | done | ready
         > query  create_replication_slot s LOGICAL pgoutput
         < error 42710 | ready
         > query SHOW wal_level
         < columns | row | done | ready",
        "round trip
         round trip
         error
         round trip",
    );
}

#[test]
fn sql_between_the_commands_is_counted() {
    check_replicating(
        "> query IDENTIFY_SYSTEM
         < columns | row | done | ready
         > query SELECT 1
         < columns | row | done | ready
         > query DROP_REPLICATION_SLOT s
         < done | ready",
        "round trip
         round trip
         1 starts: SELECT 1
         1 has 1 rows
         1 ends
         round trip",
    );
}

#[test]
fn a_stream_in_both_directions_is_one_round_trip_until_the_server_ends_it() {
    // `CommandComplete` comes twice: `libpqrcv_endstreaming` waits for both.
    check_replicating(
        "> query START_REPLICATION 0/0
         < copy-both | copy-data k | copy-data w
         > copy-data r | copy-done
         < copy-data w | copy-data k
         > query SELECT 1
         < copy-done | done | done | ready | columns | row | done | ready",
        "round trip
         1 starts: SELECT 1
         1 has 1 rows
         1 ends",
    );
}

#[test]
fn a_stream_that_breaks_is_an_error_and_the_connection_goes_on() {
    check_replicating(
        "> query START_REPLICATION SLOT s LOGICAL 0/0
         < copy-both | copy-data w
         > copy-data r
         < error 58P01 | ready
         > sync
         < ready",
        "round trip
         error
         round trip
         ping",
    );
}

#[test]
fn a_backup_is_one_round_trip_with_many_results() {
    check_replicating(
        "> query BASE_BACKUP
         < columns | row | done | columns | row | done | copy-out | copy-data x | copy-done | columns | row | done | done | ready
         > query UPLOAD_MANIFEST
         < copy-in
         > copy-data x | copy-done
         < done | ready
         > sync
         < ready",
        "round trip
         round trip
         round trip
         ping",
    );
}

#[test]
fn without_replication_the_same_words_are_sql() {
    check(
        "> query IDENTIFY_SYSTEM
         < error 42601 | ready
         > query SELECT 1
         < columns | row | done | ready
         > query SHOW wal_level
         < columns | row | done | ready",
        "round trip
         1 starts: IDENTIFY_SYSTEM
         error
         1 is taken back
         round trip
         2 starts: SELECT 1
         2 has 1 rows
         2 ends
         round trip
         3 starts: SHOW wal_level
         3 has 1 rows
         3 ends",
    );
}
