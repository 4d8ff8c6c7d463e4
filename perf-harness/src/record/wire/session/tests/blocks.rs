//! Which statements are of one transaction.

use super::super::{Event, Session};
use super::script::{CONNECTED, play, writes};

/// Of each statement the transaction, by number and whether the program began it.
fn check(script: &str, expected: &[(usize, bool)]) {
    let events = play(
        &mut Session::new(),
        &writes(&format!("{CONNECTED}\n{script}")),
        usize::MAX,
    );
    let blocks: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::Started { block, .. } => Some((block.number, block.is_explicit)),
            _ => None,
        })
        .collect();
    // Only which are the same has a meaning.
    let mut seen: Vec<u64> = blocks.iter().map(|(number, _)| *number).collect();
    seen.dedup();
    let numbered: Vec<_> = blocks
        .iter()
        .map(|(number, own)| {
            let rank = seen.iter().position(|one| one == number);
            (rank.unwrap_or(usize::MAX), *own)
        })
        .collect();
    assert_eq!(numbered, expected, "{script}");
}

#[test]
fn each_simple_query_is_a_transaction_of_its_own() {
    check(
        "> query INSERT 1
         < done | ready
         > query INSERT 2
         < done | ready",
        &[(0, false), (1, false)],
    );
}

#[test]
fn the_statements_of_one_simple_query_are_one_transaction() {
    check(
        "> query INSERT 1; INSERT 2
         < done | done | ready
         > query INSERT 3
         < done | ready",
        &[(0, false), (0, false), (1, false)],
    );
}

#[test]
fn everything_up_to_a_sync_is_one_transaction() {
    check(
        "> bind - a | execute - | bind - b | execute - | sync | bind - c | execute - | sync
         < bound | done | bound | done | ready | bound | done | ready",
        &[(0, false), (0, false), (1, false)],
    );
}

#[test]
fn what_the_program_begins_lasts_until_it_ends_it() {
    check(
        "> query BEGIN
         < done | ready-in-transaction
         > query INSERT 1
         < done | ready-in-transaction
         > bind - a | execute - | sync
         < bound | done | ready-in-transaction
         > query COMMIT
         < done | ready
         > query INSERT 2
         < done | ready",
        &[(0, true), (0, true), (0, true), (0, true), (1, false)],
    );
}

#[test]
fn a_begin_that_is_not_yet_answered_has_begun() {
    check(
        "> query BEGIN | bind - a | execute - | sync
         < done | ready-in-transaction | bound | done | ready-in-transaction",
        &[(0, true), (0, true)],
    );
}

#[test]
fn a_begin_that_never_ran_has_begun_nothing() {
    check(
        "> parse - SELEC | bind - - | execute - | parse - BEGIN | bind - - | execute - | sync
         < error 42601 | ready
         > query INSERT 1
         < done | ready
         > query INSERT 2
         < done | ready",
        &[(0, false), (1, true), (2, false), (3, false)],
    );
}
