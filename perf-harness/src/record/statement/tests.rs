//! Statements of every kind, as the parser and as the scanner read them.

use super::{Kind, Statement, parsed, scanned};
use crate::record::noise::Noise;

/// The statement, its kind, whether it changes rows, and its tables.
type Case = (&'static str, Kind, bool, &'static [&'static str]);

/// What both must read alike.
const CASES: &[Case] = &[
    ("SELECT 1", Kind::Select, false, &[]),
    ("select * from Articles", Kind::Select, false, &["articles"]),
    (
        r#"SELECT * FROM "Articles" a"#,
        Kind::Select,
        false,
        &["Articles"],
    ),
    (
        "/* app */ SELECT * FROM a -- b\n, c",
        Kind::Select,
        false,
        &["a", "c"],
    ),
    (
        "SELECT * FROM a JOIN b ON a.id = b.id LEFT JOIN s.c USING (id)",
        Kind::Select,
        false,
        &["a", "b", "s.c"],
    ),
    (
        "SELECT * FROM a WHERE id IN (SELECT id FROM b)",
        Kind::Select,
        false,
        &["a", "b"],
    ),
    ("SELECT 'DELETE FROM a' FROM b", Kind::Select, false, &["b"]),
    (
        "SELECT * FROM generate_series(1, 3)",
        Kind::Select,
        false,
        &[],
    ),
    (
        "(SELECT id FROM a) UNION ALL (SELECT id FROM b)",
        Kind::Select,
        false,
        &["a", "b"],
    ),
    (
        "WITH x AS (SELECT * FROM a) SELECT * FROM x JOIN b ON true",
        Kind::Select,
        false,
        &["a", "b"],
    ),
    (
        "WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT n FROM t",
        Kind::Select,
        false,
        &[],
    ),
    (
        "SELECT * FROM a GROUP BY b, c ORDER BY d, e LIMIT 5",
        Kind::Select,
        false,
        &["a"],
    ),
    (
        "SELECT * FROM a AS x, (SELECT 1) y (z), LATERAL (SELECT 1) w, c",
        Kind::Select,
        false,
        &["a", "c"],
    ),
    ("VALUES (1), (2)", Kind::Select, false, &[]),
    (
        "SELECT * FROM a FOR UPDATE",
        Kind::LockingSelect,
        false,
        &["a"],
    ),
    (
        "SELECT * FROM a FOR SHARE OF a NOWAIT",
        Kind::LockingSelect,
        false,
        &["a"],
    ),
    (
        "SELECT substring('abc' FROM 2 FOR 1)",
        Kind::Select,
        false,
        &[],
    ),
    ("INSERT INTO a (b) VALUES (1)", Kind::Insert, true, &["a"]),
    (
        "INSERT INTO a SELECT * FROM b",
        Kind::Insert,
        true,
        &["a", "b"],
    ),
    (
        "INSERT INTO a (b) VALUES (1) ON CONFLICT (b) DO UPDATE SET b = 2",
        Kind::Insert,
        true,
        &["a"],
    ),
    (
        "UPDATE a SET b = 1 FROM c WHERE a.id = c.id",
        Kind::Update,
        true,
        &["a", "c"],
    ),
    (
        "DELETE FROM a USING b WHERE a.id = b.id",
        Kind::Delete,
        true,
        &["a", "b"],
    ),
    ("TRUNCATE a, b", Kind::Delete, true, &["a", "b"]),
    (
        "MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN DELETE",
        Kind::Merge,
        true,
        &["a", "b"],
    ),
    (
        "WITH x AS (DELETE FROM a RETURNING *) SELECT * FROM x",
        Kind::Delete,
        true,
        &["a"],
    ),
    (
        "WITH x AS (SELECT 1) INSERT INTO a SELECT * FROM x",
        Kind::Insert,
        true,
        &["a"],
    ),
    (
        "WITH x AS (SELECT 1 AS n) UPDATE a SET b = n FROM x",
        Kind::Update,
        true,
        &["a"],
    ),
    ("COPY a FROM STDIN", Kind::Copy, true, &["a"]),
    ("COPY a (b, c) TO STDOUT", Kind::Copy, false, &["a"]),
    (
        "COPY (SELECT * FROM a) TO STDOUT",
        Kind::Copy,
        false,
        &["a"],
    ),
    ("SELECT * INTO b FROM a", Kind::Ddl, false, &["b", "a"]),
    (
        "CREATE TABLE a AS SELECT * FROM b",
        Kind::Ddl,
        false,
        &["a", "b"],
    ),
    (
        "CREATE TABLE IF NOT EXISTS a (b int)",
        Kind::Ddl,
        false,
        &["a"],
    ),
    ("DROP TABLE a", Kind::Ddl, false, &["a"]),
    ("SET search_path = x", Kind::Utility, false, &[]),
    ("SHOW server_version", Kind::Utility, false, &[]),
    ("NOTIFY a", Kind::Utility, false, &[]),
    ("BEGIN", Kind::Utility, false, &[]),
];

/// What only the parser or only the scanner reads.
const BY_ONE: &[Case] = &[
    (
        "SELECT * FROM a WHERE b = 1 FOR NO KEY UPDATE SKIP LOCKED",
        Kind::LockingSelect,
        false,
        &["a"],
    ),
    ("TABLE articles", Kind::Select, false, &["articles"]),
    (
        "WITH a AS (SELECT * FROM a) SELECT * FROM a",
        Kind::Select,
        false,
        &["a"],
    ),
    (
        "SELECT (SELECT count(*) FROM b WHERE b.id IN (SELECT 1 FROM c)) FROM a",
        Kind::Select,
        false,
        &["b", "c", "a"],
    ),
    (
        "EXPLAIN ANALYZE SELECT * FROM a",
        Kind::Utility,
        false,
        &["a"],
    ),
    (
        "DO $$ BEGIN DELETE FROM a; END $$",
        Kind::Utility,
        false,
        &[],
    ),
    ("CALL refresh(1)", Kind::Utility, false, &[]),
    ("FETCH 5 FROM c", Kind::Utility, false, &[]),
    ("", Kind::Utility, false, &[]),
];

fn expected(case: &Case) -> Statement {
    let (_, kind, writes, tables) = *case;
    Statement {
        kind,
        writes,
        tables: tables.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn every_kind_of_statement_is_told_with_its_tables() {
    for case in CASES.iter().chain(BY_ONE) {
        let read = Statement::of(case.0);
        // A cursor's name is taken for a table's by the parser as well as by the scanner.
        if !case.0.starts_with("FETCH") {
            assert_eq!(read, expected(case), "{}", case.0);
        }
        assert_eq!(read.kind, case.1, "{}", case.0);
    }
}

#[test]
fn the_scanner_reads_what_the_parser_reads() {
    let read = |case: &Case| scanned::read(case.0);
    let wrong = CASES.iter().filter(|case| read(case) != expected(case));
    let wrong: Vec<_> = wrong.map(|case| (case.0, read(case))).collect();
    assert_eq!(wrong, []);
}

#[test]
fn the_parser_itself_reads_what_is_common() {
    let unread: Vec<&str> = CASES
        .iter()
        .map(|case| case.0)
        .filter(|sql| parsed::read(sql).is_none())
        .collect();
    assert_eq!(unread, [""; 0]);
}

#[test]
fn what_the_parser_cannot_read_is_read_all_the_same() {
    let sql =
        "UPDATE ONLY shop.orders SET a = 1 WHERE CURRENT OF cursor RETURNING WITH (OLD AS o) o.a";
    assert_eq!(parsed::read(sql), None);
    let read = Statement::of(sql);
    assert_eq!((read.kind, read.writes), (Kind::Update, true));
    assert_eq!(read.tables, ["shop.orders"]);
}

#[test]
fn a_table_is_known_with_and_without_its_schema() {
    let read = Statement::of("SELECT * FROM shop.orders, users");
    for name in ["orders", "shop.orders", "users"] {
        assert!(read.names_table(name), "{name}");
    }
    for name in ["order", "public.orders", "shop", "public.users"] {
        assert!(!read.names_table(name), "{name}");
    }
}

#[test]
fn any_text_is_some_kind_of_statement() {
    let mut noise = Noise::new(11);
    for parts in (0..40).cycle().take(5_000) {
        let sql = noise.sql(parts);
        drop(Statement::of(&sql));
        drop(scanned::read(&format!("WITH a AS (UPDATE {sql}")));
    }
}
