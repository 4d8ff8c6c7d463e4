//! What a connection's server owes, and whether a transaction waits for the program, after each write.

use super::super::{Session, Standing};
use super::script::{CONNECTED, play, writes};
use crate::record::wire::startup::Startup;

/// After each write of the script: what is owed, and `T` where a transaction is open.
fn check(script: &str, expected: &str) {
    for piece in [usize::MAX, 1] {
        let mut session = Session::opened_for(Startup::Session);
        assert_eq!(session.standing(), Standing::default());
        play(&mut session, &writes(CONNECTED), piece);
        let told = writes(script).into_iter().map(|write| {
            play(&mut session, &vec![write], piece);
            let Standing {
                is_connected,
                owed,
                in_transaction,
            } = session.standing();
            assert!(is_connected);
            format!("{owed}{}", if in_transaction { "T" } else { "" })
        });
        let told: Vec<_> = told.collect();
        assert_eq!(told.join(" "), expected, "{script}");
    }
}

#[test]
fn a_transaction_waits_from_the_answer_to_the_next_message() {
    check(
        "> query BEGIN
         < done | ready-in-transaction
         > parse - SELECT 1 | bind - - | execute - | sync
         < parsed | bound | done
         < ready-in-transaction
         > query SELECT nothing
         < error 42703 | ready-in-transaction
         > query COMMIT
         < done | ready",
        "1 0T 1T 1T 0T 1T 0T 1T 0",
    );
}

#[test]
fn each_exchange_of_a_pipeline_is_owed() {
    check(
        "> query SELECT 1 | sync
         > call
         < done | ready
         < ready
         < result | ready",
        "2 3 2 1 0",
    );
}

#[test]
fn what_is_flushed_is_owed_until_it_is_answered() {
    check(
        "> parse s1 SELECT 1 | describe statement s1 | flush
         < parsed | types 23 | nodata
         > bind - s1 | execute -
         > sync
         < bound | done | ready",
        "1 0 1 1 0",
    );
}

#[test]
fn what_the_server_skips_is_owed_no_more() {
    check(
        "> parse - SELECT nothing | query SELECT 1 | call | flush
         < error 42703
         > query SELECT 2
         > sync
         < ready",
        "2 0 0 1 0",
    );
}

#[test]
fn a_sync_within_a_copy_is_not_owed() {
    check(
        "> bind - s | execute - | sync
         < bound | copy-in
         > copy-data 1 | copy-done | sync
         < done | ready",
        "1 1 1 0",
    );
}

#[test]
fn nothing_is_known_to_be_owed_to_a_program_that_replicates_or_says_nothing_we_know() {
    for startup in [Startup::Replication, Startup::Unknown] {
        let mut session = Session::opened_for(startup);
        play(&mut session, &writes("> query SELECT 1"), usize::MAX);
        let expected = Standing {
            is_connected: true,
            ..Standing::default()
        };
        assert_eq!(session.standing(), expected);
    }
}
