//! Whose plan a notice is. A line `= text` of a script is a plan of that text that the server tells.

use std::time::Duration;

use super::super::Session;
use super::script::{CONNECTED, play, tell, writes};

/// Plays the script on a connection that is open, on which plans are expected. It must give these events.
fn check(script: &str, expected: &str) {
    let mut session = Session::new();
    session.expect_plans();
    play(&mut session, &writes(CONNECTED), usize::MAX);
    let mut told = Vec::new();
    for line in script
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        let Some(text) = line.strip_prefix("= ") else {
            let events = play(&mut session, &writes(line), usize::MAX);
            told.extend(events.iter().map(tell));
            continue;
        };
        let plan = format!("{{\"Query Text\": {text:?}, \"Plan\": {{\"Node Type\": \"Result\"}}}}");
        session.plan(Some(&plan), Duration::ZERO, |event| told.push(tell(&event)));
    }
    // What is not about queries is told by other tests.
    told.retain(|event| event.starts_with(|c: char| c.is_ascii_digit()));
    let expected: Vec<&str> = expected.lines().map(str::trim).collect();
    assert_eq!(told, expected, "{script}");
}

#[test]
fn of_one_query_it_may_come_before_or_after_its_end() {
    check(
        "> parse - [] UPDATE t SET a = 1 | bind - - | execute - | sync
         < parsed | bound
         = UPDATE t SET a = 1
         < done | ready
         > parse - [] SELECT 1 | bind - - | execute - | sync
         < parsed | bound | row | done
         = SELECT 1
         < ready",
        "1 starts: UPDATE t SET a = 1
         1 has its plan: told
         1 ends
         2 starts: SELECT 1
         2 has 1 rows
         2 ends
         2 has its plan: told",
    );
}

#[test]
fn in_a_transaction_it_may_come_with_the_next_query() {
    check(
        "> query BEGIN
         < done | ready-in-transaction
         > parse - [] SELECT 1 | bind - - | execute - | sync
         < parsed | bound | row | done | ready-in-transaction
         > parse - [] SELECT 1 | bind - - | execute - | sync
         < parsed
         = SELECT 1
         < bound | row | done | ready-in-transaction
         > query COMMIT
         = SELECT 1
         < done | ready",
        "1 controls: BEGIN
         1 ends
         2 starts: SELECT 1
         2 has 1 rows
         2 ends
         3 starts: SELECT 1
         2 has its plan: told
         3 has 1 rows
         3 ends
         4 controls: COMMIT
         3 has its plan: told
         4 ends",
    );
}

#[test]
fn of_several_statements_in_one_text_it_is_the_one_that_runs() {
    check(
        "> query SET a = 1; UPDATE t SET a = 1; DELETE FROM t
         < done
         = SET a = 1; UPDATE t SET a = 1; DELETE FROM t
         < done
         = SELECT 1 FROM ONLY x
         = SET a = 1; UPDATE t SET a = 1; DELETE FROM t
         < done | ready",
        "1 looks up: SET a = 1
         1 ends
         2 starts: UPDATE t SET a = 1
         2 has its plan: told
         2 ends
         3 starts: DELETE FROM t
         3 has a plan within: told
         3 has its plan: told
         3 ends",
    );
}

#[test]
fn what_nobody_sent_ran_within_a_query() {
    check(
        "> query SELECT f()
         < columns f:23
         = SELECT count(*) FROM t
         = SELECT f()
         < row 1 | done
         = SELECT 2
         < ready
         = SELECT 3",
        "1 starts: SELECT f()
         1 has a plan within: told
         1 has its plan: told
         1 has 1 rows
         1 ends
         1 has a plan within: told
         1 has a plan within: told",
    );
}

#[test]
fn of_a_cursor_it_is_that_of_its_declaration_and_comes_when_it_is_closed() {
    check(
        "> query BEGIN
         < done | ready-in-transaction
         > query DECLARE c CURSOR FOR SELECT 1
         < done | ready-in-transaction
         > query FETCH 1 FROM c
         < columns a:23 | row 1 | done | ready-in-transaction
         > query CLOSE c
         = DECLARE c CURSOR FOR SELECT 1
         < done | ready-in-transaction
         > query COMMIT
         < done | ready",
        "1 controls: BEGIN
         1 ends
         2 starts: DECLARE c CURSOR FOR SELECT 1
         2 ends
         3 starts: FETCH 1 FROM c
         3 has 1 rows
         3 ends
         4 starts: CLOSE c
         2 has its plan: told
         4 ends
         5 controls: COMMIT
         5 ends",
    );
}

#[test]
fn of_an_execute_it_has_the_text_of_the_prepare() {
    check(
        "> query PREPARE a AS SELECT 1
         < done | ready
         > query EXECUTE a
         < columns a:23 | row 1
         = PREPARE a AS SELECT 1
         < done | ready
         > parse b [] SELECT 2 | sync
         < parsed | ready
         > query EXECUTE b
         < columns a:23 | row 1
         = SELECT 2
         < done | ready",
        "1 starts: PREPARE a AS SELECT 1
         1 ends
         2 starts: EXECUTE a
         2 has 1 rows
         2 has its plan: told
         2 ends
         3 starts: EXECUTE b
         3 has 1 rows
         3 has its plan: told
         3 ends",
    );
}

#[test]
fn what_failed_has_none_and_another_one_of_its_text_has_its_own() {
    check(
        "> query BEGIN
         < done | ready-in-transaction
         > parse - [] SELECT 1 | bind - - | execute - | sync
         < parsed | bound | error 57014 | ready-in-transaction
         > query ROLLBACK
         < done | ready
         > parse - [] SELECT 1 | bind - - | execute - | sync
         < parsed | bound | row | done
         = SELECT 1
         < ready",
        "1 controls: BEGIN
         1 ends
         2 starts: SELECT 1
         2 fails: 57014
         3 controls: ROLLBACK
         3 ends
         4 starts: SELECT 1
         4 has 1 rows
         4 ends
         4 has its plan: told",
    );
}

#[test]
fn a_query_without_a_plan_leaves_none_to_the_next_one_of_its_text() {
    check(
        "> parse - [] SELECT 1 | bind - - | execute - | sync
         < parsed | bound | done | ready
         > parse - [] SELECT 1 | bind - - | execute - | sync
         < parsed | bound | done
         = SELECT 1
         < ready",
        "1 starts: SELECT 1
         1 ends
         2 starts: SELECT 1
         2 ends
         2 has its plan: told",
    );
}

#[test]
fn a_pipeline_has_them_in_order() {
    check(
        "> parse s [] SELECT $1 | bind - s 1 | execute - | sync | bind - s 2 | execute - | sync
         < parsed | bound | row | done
         = SELECT $1
         < ready | bound | row | done
         = SELECT $1
         < ready",
        "1 starts: SELECT $1 with '1'
         2 starts: SELECT $1 with '2'
         1 has 1 rows
         1 ends
         1 has its plan: told
         2 has 1 rows
         2 ends
         2 has its plan: told",
    );
}

#[test]
fn one_that_is_too_long_is_told_of_the_query_that_runs() {
    let mut session = Session::new();
    session.expect_plans();
    play(&mut session, &writes(CONNECTED), usize::MAX);
    play(&mut session, &writes("> query SELECT 1"), usize::MAX);
    let mut told = Vec::new();
    session.plan(None, Duration::ZERO, |event| told.push(tell(&event)));
    assert_eq!(told, ["1 has a plan within: too long"]);
}

/// Is a connection at rest after this?
fn rests(script: &str) -> bool {
    let mut session = Session::new();
    session.expect_plans();
    let script = format!("{CONNECTED}\n{script}");
    play(&mut session, &writes(&script), usize::MAX);
    session.is_at_rest()
}

#[test]
fn a_connection_rests_when_all_is_answered_and_no_transaction_is_open() {
    let mut new = Session::new();
    assert!(!new.is_at_rest(), "it is not open yet");
    play(
        &mut new,
        &writes("< authentication | parameter"),
        usize::MAX,
    );
    assert!(!new.is_at_rest());
    assert!(rests(""));
    assert!(rests("> query SELECT 1\n< row 1 | done | ready"));
    assert!(!rests("> query SELECT 1\n< row 1 | done"));
    assert!(!rests("> query BEGIN\n< done | ready-in-transaction"));
    assert!(rests("> parse - [] SELECT 1 | sync\n< parsed | ready"));
    assert!(
        !rests("> parse - [] SELECT 1 | flush\n< parsed"),
        "its transaction ends with a Sync"
    );
    assert!(!rests(
        "> parse - [] SELECT 1 | flush\n< error 42601 | parsed"
    ));
    assert!(!rests("> query COPY t FROM STDIN\n< copy-in"));
    assert!(!rests("> bytes 51 00"), "half a message");
    assert!(!rests("< bytes 4e 00"), "half a message");
    assert!(!rests("> bytes 51 00 00 00 00"), "nobody knows");
}
