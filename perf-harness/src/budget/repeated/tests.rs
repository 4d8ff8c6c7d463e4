//! What is an N+1, what a duplicate, and what only looks like one, by text and values alone.

use super::*;
use crate::record::Counts;

const INT4: u32 = 23;
const INT4_ARRAY: u32 = 1007;

fn query(sql: &str, values: &[(u32, &[u8])]) -> Query {
    let parameters = values
        .iter()
        .map(|(oid, bytes)| Parameter::new(*oid, true, Some(bytes)));
    Query::of(sql, parameters.collect())
}

fn traffic(statements: Vec<Query>) -> Traffic {
    Traffic {
        counts: Counts {
            queries: statements.len(),
            ..Counts::default()
        },
        statements,
        ..Traffic::default()
    }
}

/// The same text with one value after the other, and how many N+1s and duplicates that is.
fn check(sql: &str, values: &[&[u8]], expected: (usize, usize)) {
    let statements = values.iter().map(|value| query(sql, &[(INT4, value)]));
    let traffic = traffic(statements.collect());
    let found = (n_plus_ones(&traffic).len(), duplicates(&traffic).len());
    assert_eq!(found, expected, "{sql} with {values:?}");
}

/// Different texts without values.
fn check_texts(texts: &[&str], expected: (usize, usize)) {
    let traffic = traffic(texts.iter().map(|text| query(text, &[])).collect());
    let found = (n_plus_ones(&traffic).len(), duplicates(&traffic).len());
    assert_eq!(found, expected, "{texts:?}");
}

#[test]
fn other_values_are_an_n_plus_one_and_the_same_are_a_duplicate() {
    let sql = "SELECT * FROM profiles WHERE user_id = $1";
    check(sql, &[b"1", b"2", b"3"], (1, 0));
    check(sql, &[b"1", b"1"], (0, 1));
    check(sql, &[b"1", b"2", b"1"], (1, 1));
    check(sql, &[b"1"], (0, 0));
    check(
        "UPDATE items SET done = true WHERE id = $1",
        &[b"1", b"2"],
        (1, 0),
    );
    check("INSERT INTO items (id) VALUES ($1)", &[b"1", b"2"], (1, 0));
}

#[test]
fn literals_are_values_too() {
    check_texts(
        &[
            "SELECT * FROM t WHERE id = 1",
            "SELECT * FROM t WHERE id = 2",
        ],
        (1, 0),
    );
    check_texts(
        &["SELECT count(*) FROM t", "SELECT count(*) FROM t"],
        (0, 1),
    );
}

#[test]
fn what_is_done_for_its_effect_is_no_duplicate() {
    let effect = "UPDATE counters SET n = n + 1 WHERE id = $1";
    check(effect, &[b"1", b"1"], (0, 0));
    check_texts(&["NOTIFY changed", "NOTIFY changed"], (0, 0));
}

#[test]
fn the_pages_of_a_list_are_none() {
    for sql in [
        "SELECT * FROM t ORDER BY id LIMIT 20 OFFSET $1",
        "SELECT * FROM t WHERE id > $1 ORDER BY id LIMIT 20",
        "SELECT * FROM t WHERE id <= $1 ORDER BY id DESC LIMIT 20",
        "SELECT * FROM t WHERE (created, id) < ($1, 7) ORDER BY created DESC, id DESC FETCH FIRST 20 ROWS ONLY",
    ] {
        check(sql, &[b"0", b"20", b"40"], (0, 0));
    }
    check_texts(
        &[
            "SELECT * FROM t LIMIT 20 OFFSET 0",
            "SELECT * FROM t LIMIT 20 OFFSET 20",
        ],
        (0, 0),
    );
    // One row of each is a look-up, not a page.
    check(
        "SELECT * FROM t WHERE id = $1 LIMIT 1",
        &[b"1", b"2"],
        (1, 0),
    );
    // Without a limit it reads all the rest each time.
    check("SELECT * FROM t WHERE id > $1", &[b"1", b"2"], (1, 0));
}

#[test]
fn the_chunks_of_a_batch_are_none() {
    let any = "SELECT * FROM t WHERE id = ANY($1)";
    let arrays = [&b"{1,2}"[..], b"{3,4}"];
    let statements = arrays
        .iter()
        .map(|array| query(any, &[(INT4_ARRAY, array)]));
    assert_eq!(n_plus_ones(&traffic(statements.collect())).len(), 0);
    check_texts(
        &[
            "SELECT * FROM t WHERE id IN (1, 2)",
            "SELECT * FROM t WHERE id IN (3)",
        ],
        (0, 0),
    );
    check_texts(
        &[
            "INSERT INTO t (a) VALUES (1), (2)",
            "INSERT INTO t (a) VALUES (3), (4)",
        ],
        (0, 0),
    );
    // A list of one value each time is a look-up.
    check_texts(
        &[
            "SELECT * FROM t WHERE id IN (1)",
            "SELECT * FROM t WHERE id IN (3)",
        ],
        (1, 0),
    );
    // The list stays the same, and another value changes.
    check(
        "SELECT * FROM t WHERE state IN ('new', 'open') AND owner = $1",
        &[b"1", b"2"],
        (1, 0),
    );
}
