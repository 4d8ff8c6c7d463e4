//! The rules as they are, by example, and bound to their version.

use super::*;
use sha2::{Digest, Sha256};

fn check(statements: &[(u64, &str)], expected: &[&str]) {
    assert_eq!(loose(statements), expected);
}

#[test]
fn savepoints_are_numbered_over_the_whole_list() {
    check(
        &[
            (1, "SAVEPOINT \"s139_x1\""),
            (1, "SAVEPOINT s139_x2"),
            (1, "ROLLBACK TO SAVEPOINT \"s139_x2\""),
            (1, "RELEASE SAVEPOINT \"s139_x1\""),
            (1, "RELEASE SAVEPOINT older"),
        ],
        &[
            "SAVEPOINT s1",
            "SAVEPOINT s2",
            "ROLLBACK TO SAVEPOINT s2",
            "RELEASE SAVEPOINT s1",
            "RELEASE SAVEPOINT older",
        ],
    );
}

#[test]
fn a_name_that_is_taken_again_is_another_savepoint() {
    // sqlx names a savepoint by its depth, Django by a counter: both are s1, s2, s3.
    let pair = [
        "SAVEPOINT _sqlx_savepoint_1",
        "RELEASE SAVEPOINT _sqlx_savepoint_1",
    ];
    let sent: Vec<_> = [pair, pair, pair].concat();
    let sent: Vec<_> = sent.into_iter().map(|sql| (1, sql)).collect();
    let last = &loose(&sent)[4..];
    assert_eq!(last, ["SAVEPOINT s3", "RELEASE SAVEPOINT s3"]);
}

#[test]
fn connections_have_savepoints_of_their_own() {
    check(
        &[
            (1, "SAVEPOINT a"),
            (2, "SAVEPOINT a"),
            (1, "RELEASE SAVEPOINT a"),
            (2, "RELEASE SAVEPOINT a"),
        ],
        &[
            "SAVEPOINT s1",
            "SAVEPOINT s2",
            "RELEASE SAVEPOINT s1",
            "RELEASE SAVEPOINT s2",
        ],
    );
}

/// Each version of the rules, with what they made of the statements of `corpus`.
const VERSIONS: [(u32, u64); 1] = [(1, 0xafde_3dc7_6d80_a00e)];

#[test]
fn other_rules_have_another_version() {
    let corpus = [
        include_str!("../corpus/django.txt"),
        include_str!("../corpus/psql.txt"),
        include_str!("../corpus/rust.txt"),
    ];
    let sent: Vec<_> = corpus
        .iter()
        .flat_map(|text| text.lines())
        .map(|sql| (1, sql))
        .collect();
    let digest = Sha256::digest(loose(&sent).join("\n"));
    let digest = u64::from_be_bytes(*digest.first_chunk().unwrap());
    assert_eq!(
        VERSIONS.last(),
        Some(&(VERSION, digest)),
        "the rules have changed: raise VERSION, and add the new one here"
    );
}
