//! The values of rows, while somebody keeps them.

use super::super::{Event, Session};
use super::script::{CONNECTED, play, writes};
use crate::record::returned::{MOST_ROWS, Returned, token};

const INT4: u32 = 23;
const TEXT: u32 = 25;

/// What is kept of each query that has rows.
fn kept(script: &str, keeps: bool) -> Vec<Returned> {
    let writes = writes(&format!("{CONNECTED}\n{script}"));
    let both = [usize::MAX, 1].map(|piece| {
        let mut session = Session::new();
        session.keep_rows(keeps);
        let events = play(&mut session, &writes, piece);
        let kept = events.into_iter().filter_map(|event| match event {
            Event::Rows { kept, .. } => Some(kept),
            _ => None,
        });
        kept.collect::<Vec<_>>()
    });
    assert_eq!(both[0], both[1], "{script}");
    both.into_iter().next().expect("two")
}

/// The names of the columns, and each value with its type.
type Result<'a> = (&'a [&'a str], &'a [(u32, &'a str)]);

/// Names of the columns, and the numbers of the values, row after row.
fn check(script: &str, expected: &[Result<'_>]) {
    let kept = kept(script, true);
    let found: Vec<_> = kept
        .iter()
        .map(|kept| {
            let names = kept.columns.iter().map(|column| column.name.as_str());
            (names.collect::<Vec<_>>(), kept.values.clone())
        })
        .collect();
    let expected: Vec<_> = expected
        .iter()
        .map(|(names, values)| {
            let values = values.iter().map(|(oid, text)| match *text {
                "NULL" => None,
                text => token(*oid, false, Some(text.as_bytes())),
            });
            (names.to_vec(), values.collect::<Vec<_>>())
        })
        .collect();
    assert_eq!(found, expected, "{script}");
}

#[test]
fn rows_of_a_simple_query_are_described_with_it() {
    check(
        "> query SELECT 1
         < columns id:23 name:25 | row 7 a | row 8 NULL | done | ready",
        &[(
            &["id", "name"],
            &[(INT4, "7"), (TEXT, "a"), (INT4, "8"), (TEXT, "NULL")],
        )],
    );
}

#[test]
fn rows_of_a_statement_are_described_once_for_all_its_executions() {
    check(
        "> parse s SELECT 1 | describe statement s | sync
         < parsed | types | columns id:23 | ready
         > bind - s | execute - | sync
         < bound | row 1 | done | ready
         > bind - s | execute - | sync
         < bound | row 2 | done | ready",
        &[(&["id"], &[(INT4, "1")]), (&["id"], &[(INT4, "2")])],
    );
}

#[test]
fn rows_of_a_portal_are_described_before_they_come() {
    check(
        "> parse - SELECT 1 | bind - - | describe portal - | execute - | sync
         < parsed | bound | columns id:23 | row 1 | row 2 | done | ready",
        &[(&["id"], &[(INT4, "1"), (INT4, "2")])],
    );
}

#[test]
fn what_was_not_described_is_counted_and_not_kept() {
    check(
        "> query SELECT 1
         < columns id:23 | row 1 | done | ready
         > bind - s | execute - | sync
         < bound | row 1 | done | ready",
        &[(&["id"], &[(INT4, "1")]), (&[], &[])],
    );
}

#[test]
fn a_row_of_another_width_than_described_is_not_kept() {
    check(
        "> query SELECT 1
         < columns id:23 | row 1 2 | row 3 | done | ready",
        &[(&["id"], &[(INT4, "3")])],
    );
}

#[test]
fn nothing_is_kept_when_nobody_keeps_it() {
    let script = "> query SELECT 1
         < columns id:23 | row 1 | done | ready";
    assert_eq!(kept(script, false), [Returned::default()]);
}

#[test]
fn of_a_large_result_the_first_rows_are_kept() {
    let most = usize::try_from(MOST_ROWS).expect("a number of rows");
    let rows = "| row 1 ".repeat(most + 5);
    let script = format!("> query SELECT 1\n< columns id:23 {rows} | done | ready");
    let mut session = Session::new();
    session.keep_rows(true);
    let events = play(
        &mut session,
        &writes(&format!("{CONNECTED}\n{script}")),
        1 << 16,
    );
    let counted = events.iter().find_map(|event| match event {
        Event::Rows { count, kept, .. } => Some((*count, kept.values.len())),
        _ => None,
    });
    assert_eq!(counted, Some((MOST_ROWS + 5, most)));
}
