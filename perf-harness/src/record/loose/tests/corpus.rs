//! Statements of real programs, each with what the crate `sql-fingerprint` makes of it.

use sql_fingerprint::fingerprint_many;
use sqlparser_of_sql_fingerprint::dialect::PostgreSqlDialect;

use super::*;

/// Django's ORM, as its logger has it, with the list that inline-snapshot-django 1.4 writes of it. `README.md` says how
/// it was made.
const DJANGO: &str = include_str!("../corpus/django.txt");
/// What psql sends for its `\d` commands.
const PSQL: &str = include_str!("../corpus/psql.txt");
/// sea-orm and sqlx, and statements of all kinds.
const RUST: &str = include_str!("../corpus/rust.txt");

/// One statement a line; a line that begins with blanks is a fingerprint of the one before.
fn statements(corpus: &str) -> Vec<&str> {
    let lines = corpus.lines();
    lines.filter(|line| !line.starts_with("  = ")).collect()
}

fn ours(statements: &[&str]) -> Vec<String> {
    let sent: Vec<_> = statements.iter().map(|sql| (1, *sql)).collect();
    loose(&sent)
}

fn theirs(statements: &[&str]) -> Vec<String> {
    fingerprint_many(statements.to_vec(), Some(&PostgreSqlDialect {}))
}

/// Both lists, statement by statement, where they are not the same.
fn different<'a>(
    statements: &[&'a str],
    theirs: &'a [String],
    ours: &'a [String],
) -> Vec<[&'a str; 3]> {
    assert_eq!(statements.len(), ours.len());
    assert_eq!(theirs.len(), ours.len());
    let pairs = theirs.iter().zip(ours);
    let all = statements.iter().zip(pairs);
    let different = all.filter(|(_, (theirs, ours))| theirs != ours);
    different
        .map(|(sql, (theirs, ours))| [*sql, theirs.as_str(), ours.as_str()])
        .collect()
}

fn told(different: &[[&str; 3]]) -> String {
    let one = |[_, theirs, ours]: &[&str; 3]| format!("- {theirs}\n+ {ours}\n");
    different.iter().map(one).collect()
}

#[test]
fn djangos_list_is_had_word_for_word() {
    let statements = statements(DJANGO);
    let theirs: Vec<String> = DJANGO
        .lines()
        .filter_map(|line| line.strip_prefix("  = ").map(str::to_owned))
        .collect();
    assert!(statements.len() > 200, "{}", statements.len());
    let ours = ours(&statements);
    insta::assert_snapshot!(told(&different(&statements, &theirs, &ours)));
}

#[test]
fn the_crate_says_the_same_of_all_kinds_of_statements() {
    let statements = [statements(PSQL), statements(RUST)].concat();
    let (theirs, ours) = (theirs(&statements), ours(&statements));
    insta::assert_snapshot!(told(&different(&statements, &theirs, &ours)));
}
