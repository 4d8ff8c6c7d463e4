//! Texts that would overflow a stack, or that are no SQL at all.

use super::*;
use crate::record::noise::Noise;
use crate::record::parser::depth;

/// Runs where `loose` reads. What panics there panics here.
fn on_its_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    on_a_deep_stack(work).expect("it did not panic")
}

/// A chain as long as is still read, with the piece before it and one link of it.
const CHAINS: [(&str, &str); 15] = [
    ("SELECT 1 FROM a GROUP BY b HAVING x", " AND x"),
    ("SELECT 1 FROM a GROUP BY b HAVING x", " + x"),
    ("SELECT 1 FROM a GROUP BY b HAVING x", "||f(x, y)"),
    ("SELECT 1 FROM a GROUP BY b HAVING x", " IS NULL"),
    ("SELECT 1 FROM a GROUP BY b HAVING x", " COLLATE c"),
    ("SELECT 1 FROM a GROUP BY b HAVING x", " AT TIME ZONE 'a'"),
    ("SELECT 1 FROM a GROUP BY b HAVING x", "[1]"),
    ("SELECT 1 FROM a GROUP BY b HAVING x", " BETWEEN 1 AND 2"),
    ("SELECT 1 FROM a GROUP BY b HAVING x", " IN (1)"),
    ("SET x = 1", "::int"),
    ("SET x = 1::int", "[]"),
    ("SELECT 1, 2", " UNION SELECT 1, 2"),
    ("VALUES (1, 2)", " EXCEPT VALUES (1, 2)"),
    ("SELECT 1 FROM a", " JOIN b"),
    ("SELECT 1 FROM a", " JOIN b ON c"),
];

fn chain((first, link): (&str, &str), links: usize) -> String {
    format!("{first}{}", link.repeat(links))
}

#[test]
fn the_deepest_statement_that_is_read_has_room() {
    for pair in CHAINS {
        let of = |links| depth::most(&chain(pair, links));
        let links = 2 + (depth::MOST - of(2)) / (of(3) - of(2));
        let sql = chain(pair, links);
        assert!(
            of(links) <= depth::MOST && of(links + 1) > depth::MOST,
            "{pair:?}"
        );
        let read = on_its_stack(|| {
            fingerprint(&sql, &mut Savepoints::default(), &mut 0);
            parser::statements(&sql).is_some()
        });
        assert!(read, "{pair:?}");
    }
}

#[test]
fn a_deeper_one_has_its_strict_fingerprint() {
    for pair in CHAINS {
        let sql = chain(pair, 2 * depth::MOST);
        assert!(depth::most(&sql) > depth::MOST, "{pair:?}");
        assert_eq!(one(&sql), strict(&sql), "{pair:?}");
    }
}

#[test]
fn a_wide_statement_is_not_deep() {
    let values = "(1, 'a', $1), ".repeat(20_000);
    let list = "$1, ".repeat(50_000);
    let wide = [
        (
            format!("INSERT INTO t VALUES {values}(1, 2, 3)"),
            "INSERT INTO t VALUES (...)",
        ),
        (
            format!("SELECT a FROM t WHERE b IN ({list}1)"),
            "SELECT ... FROM t WHERE ...",
        ),
    ];
    for (sql, shape) in wide {
        assert_eq!(one(&sql), shape);
    }
}

#[test]
fn brackets_are_bounded_by_the_parser() {
    for (first, open, inner) in [
        ("SELECT * FROM ", "(", "x"),
        ("SELECT 1 FROM a GROUP BY b HAVING ", "(", "x"),
        ("SELECT 1 FROM a GROUP BY b HAVING ", "ARRAY[", "x"),
        ("SELECT 1 FROM a GROUP BY b HAVING ", "EXISTS (SELECT ", "x"),
        ("SELECT * FROM a, ", "LATERAL (SELECT * FROM ", "x"),
        ("CREATE TABLE t (a int CHECK ", "(", "x"),
        ("", "EXPLAIN ", "SELECT 1"),
        ("SELECT ", "NOT ", "x"),
    ] {
        for depth in [20, 60, 3_000] {
            let close = if open.contains('[') { "]" } else { ")" };
            let sql = format!(
                "{first}{}{inner}{}",
                open.repeat(depth),
                close.repeat(depth)
            );
            on_its_stack(|| fingerprint(&sql, &mut Savepoints::default(), &mut 0));
        }
    }
}

#[test]
fn any_text_has_a_fingerprint() {
    on_its_stack(|| {
        let mut noise = Noise::new(1);
        let (mut savepoints, mut read) = (Savepoints::default(), 0);
        for parts in (0..40).cycle().take(5_000) {
            let text = noise.sql(parts);
            fingerprint(&text, &mut savepoints, &mut 0);
            read += parser::statements(&text).map_or(0, |statements| statements.len());
        }
        assert!(read > 0);
    });
}

#[test]
fn so_has_the_beginning_of_any_statement() {
    let statements = include_str!("../corpus/rust.txt").lines();
    let cuts = statements.flat_map(|sql| sql.char_indices().map(|(end, _)| &sql[..end]));
    on_its_stack(|| {
        for cut in cuts.step_by(3) {
            let told = fingerprint(cut, &mut Savepoints::default(), &mut 0);
            assert!(cut.trim().is_empty() || !told.is_empty(), "{cut}");
        }
    });
}

#[test]
fn what_the_parser_cannot_read_shows_no_value() {
    let sql = "SELECT a FROM t WHERE secret = 's3cret' AND id IN (1, 2) FOR NO KEY UPDATE";
    let told = "SELECT a FROM t WHERE secret = ? AND id IN (...) FOR NO KEY UPDATE";
    assert_eq!(one(sql), told);
    assert_eq!(one("DO $$ s3cret $$"), "DO ?");
    let cut = "INSERT INTO t (a) VALUES ('s3cret";
    assert!(!one(cut).contains("s3cret"));
}
