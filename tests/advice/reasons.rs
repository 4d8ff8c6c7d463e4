//! Why an index that is there is not used, and what is said where none helps.

use perf_harness::__private::{Advised, advise};
use perf_harness::PerfDb;
use perf_harness::Rows;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::{advised, on_small, production};

async fn execute(db: &PerfDb, sql: &str) {
    let mut connection = PgConnection::connect(db.direct_url()).await.unwrap();
    let statement = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
    statement.execute(&mut connection).await.unwrap();
}

/// A statement, and a line that is said of it.
struct Case {
    /// What is done to the database before.
    first: &'static str,
    sql: &'static str,
    values: &'static [&'static str],
    goal: &'static str,
    expected: &'static [&'static str],
}

const PLAIN: Case = Case {
    first: "",
    sql: "",
    values: &[],
    goal: "cheaper",
    expected: &[],
};

const UNUSED: &[Case] = &[
    Case {
        sql: "SELECT id FROM users WHERE lower(email) = $1",
        values: &["user7@example.org"],
        goal: "use users_email_idx",
        expected: &["`users_email_idx` holds email, and the statement asks for lower(email)"],
        ..PLAIN
    },
    Case {
        sql: "SELECT title FROM articles WHERE id = $1::numeric",
        values: &["5"],
        goal: "reach articles",
        expected: &[
            "`articles_pkey` holds id, and the statement compares it as another type: (id)::numeric",
            "or bind a value of the column's own type, so that it is not cast: ((id)::numeric = '5'::numeric)",
        ],
        ..PLAIN
    },
    Case {
        sql: "SELECT id FROM orders WHERE reference LIKE $1",
        values: &["R-0000012%"],
        goal: "reach orders",
        expected: &[
            "`orders_reference_idx` is in the order of a language, and a pattern needs that of bytes: (reference ~~ 'R-0000012%'::text)",
        ],
        ..PLAIN
    },
    Case {
        sql: "SELECT id FROM orders WHERE reference LIKE $1",
        values: &["%77"],
        goal: "reach orders",
        expected: &[
            "`orders_reference_idx` is in the order of the text's beginning, which the pattern does not say: (reference ~~ '%77'::text)",
            "CREATE INDEX orders_reference_idx1 ON orders USING gin (reference gin_trgm_ops);",
        ],
        ..PLAIN
    },
    Case {
        sql: "SELECT title FROM articles WHERE created_at = $1",
        values: &["2024-05-01"],
        goal: "use articles_author_created_idx",
        expected: &[
            "`articles_author_created_idx` begins with author_id, and the statement only says (created_at = '2024-05-01 00:00:00+00'::timestamp with time zone)",
        ],
        ..PLAIN
    },
    Case {
        sql: "SELECT id FROM users WHERE email = $1 OR name = $2",
        values: &["user7@example.org", "User 9"],
        goal: "reach users",
        expected: &[
            "`users_email_idx` serves one side only: ((email = 'user7@example.org'::text) OR (name = 'User 9'::text))",
            // The other one is there.
            "CREATE INDEX users_name_idx ON users (name);",
        ],
        ..PLAIN
    },
    Case {
        sql: "SELECT id FROM orders WHERE customer_id = $1",
        values: &["7"],
        goal: "use orders_unpaid_idx",
        expected: &[
            "`orders_unpaid_idx` holds only rows with (paid_at IS NULL), and the statement does not say so",
        ],
        ..PLAIN
    },
    Case {
        first: "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'users_email_idx'::regclass",
        sql: "SELECT id FROM users WHERE email = $1",
        values: &["user7@example.org"],
        goal: "reach users",
        expected: &[
            "`users_email_idx` is invalid: it was not finished, so drop it and make it again",
        ],
    },
    Case {
        first: "CREATE INDEX articles_tags_list_idx ON articles (tags)",
        sql: "SELECT id FROM articles WHERE tags @> $1",
        values: &["{t77}"],
        goal: "use articles_tags_list_idx",
        expected: &[
            "`articles_tags_list_idx` is of the method btree, which does not serve (tags @> '{t77}'::text[])",
        ],
    },
    Case {
        sql: "SELECT id, title FROM articles ORDER BY created_at DESC, id DESC LIMIT 20",
        goal: "sorted",
        expected: &[
            "`articles_author_created_idx` is in another order than created_at DESC, id DESC",
        ],
        ..PLAIN
    },
];

impl Case {
    /// A table of its own is taken for a large one, too.
    fn advised(&self, db: &PerfDb) -> Advised {
        let rows = match self.goal {
            "reach events" => Rows::of([("events", 200_000)]),
            "reach My shop.Order" => Rows::of([("My shop.Order", 200_000)]),
            _ => production(),
        };
        advise(db.direct_url(), self.sql, self.values, &rows, self.goal).unwrap()
    }
}

fn wrong(case: &Case) -> Option<String> {
    let mut told = Vec::new();
    on_small(async |db: &PerfDb| {
        if !case.first.is_empty() {
            execute(db, case.first).await;
        }
        told = case.advised(db).lines;
    });
    let misses = |expected: &&str| !told.iter().any(|line| line == expected);
    let missing: Vec<&str> = case
        .expected
        .iter()
        .copied()
        .filter(|expected| misses(expected))
        .collect();
    (!missing.is_empty()).then(|| format!("{}\n  misses {missing:#?}\n  in {told:#?}", case.sql))
}

fn check_all(cases: &[Case]) {
    let wrong: Vec<String> = cases.iter().filter_map(wrong).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_index_that_is_not_used_is_explained() {
    check_all(UNUSED);
}

const NAMES: &[Case] = &[
    Case {
        first: "CREATE TABLE events (id bigint, kind text, at timestamptz) PARTITION BY RANGE (at);
             CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
             CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
             INSERT INTO events SELECT i, 'k' || i, '2024-01-01'::timestamptz + i * interval '1 day' FROM generate_series(1, 700) i",
        sql: "SELECT id FROM events WHERE kind = $1",
        values: &["k7"],
        goal: "reach events",
        expected: &[
            "CREATE INDEX events_kind_idx ON events (kind);",
            "manager.create_index(Index::create().name(\"events_kind_idx\").table(Events::Table).col(Events::Kind).to_owned()).await?;",
        ],
    },
    Case {
        first: "CREATE SCHEMA \"My shop\"; CREATE TABLE \"My shop\".\"Order\" (id bigint, \"Paid by\" text, \"order\" int);
             INSERT INTO \"My shop\".\"Order\" SELECT i, 'p' || i, i FROM generate_series(1, 300) i",
        sql: "SELECT o.id FROM \"My shop\".\"Order\" AS \"the \"\"o\" JOIN \"My shop\".\"Order\" o USING (id)
              WHERE o.\"Paid by\" = $1 AND o.\"order\" > $2",
        values: &["p7", "3"],
        goal: "reach My shop.Order",
        // Once by one column, and once more by the other.
        expected: &[
            "CREATE INDEX \"Order_id_idx\" ON \"My shop\".\"Order\" (id);",
            "CREATE INDEX \"Order_Paid by_idx\" ON \"My shop\".\"Order\" (\"Paid by\");",
        ],
    },
    Case {
        first: "CREATE SCHEMA \"My shop\"; CREATE TABLE \"My shop\".\"Order\" (id bigint, \"Paid by\" text);
             INSERT INTO \"My shop\".\"Order\" SELECT i, 'p' || i FROM generate_series(1, 300) i",
        sql: "SELECT id FROM \"My shop\".\"Order\" WHERE \"Paid by\" = $1",
        values: &["p7"],
        goal: "reach My shop.Order",
        expected: &[
            "CREATE INDEX \"Order_Paid by_idx\" ON \"My shop\".\"Order\" (\"Paid by\");",
            "manager.get_connection().execute_unprepared(\"CREATE INDEX \\\"Order_Paid by_idx\\\" ON \\\"My shop\\\".\\\"Order\\\" (\\\"Paid by\\\")\").await?;",
        ],
    },
];

#[test]
fn partitions_and_names_that_need_quotes_are_advised_on_as_well() {
    check_all(NAMES);
}

/// The costs are those of a version: what stands before them is not.
fn says(advised: &[String], start: &str) -> bool {
    advised.iter().any(|line| line.starts_with(start))
}

#[test]
fn an_index_that_would_cost_more_is_said_to_serve() {
    on_small(async |db: &PerfDb| {
        // Each is asked about as if it were alone.
        execute(
            db,
            "CREATE INDEX orders_state_reference_idx ON orders (state, reference)",
        )
        .await;
        let sql = "SELECT id, total FROM orders WHERE state = $1";
        let advised = advised(db, sql, &["done"], "reach orders");
        for line in [
            "`orders_state_idx` could serve what is asked of orders: ",
            "`orders_state_reference_idx` would serve, and the plan that is taken is expected to cost less: ",
        ] {
            assert!(says(&advised.lines, line), "{advised:#?}");
        }
        let line = "no index was tried: what could serve is there already";
        assert!(says(&advised.lines, line), "{advised:#?}");
        assert_eq!(advised.sql, [""; 0]);
    });
}

#[test]
fn a_plan_for_all_values_is_told_apart_from_that_for_these() {
    on_small(async |db: &PerfDb| {
        // Without the value a third of the rows is expected, of which the first few are soon found in another index.
        let sql = "SELECT id FROM articles WHERE published_on >= $1 ORDER BY id LIMIT 5";
        let advised = advised(db, sql, &["2025-07-03"], "use articles_published_on_idx");
        let line = "the plan for these values is as wanted: the one for all values";
        assert!(says(&advised.lines, line), "{advised:#?}");
        let line = "`articles_published_on_idx` serves these values, and not a plan that does not know them";
        assert!(says(&advised.lines, line), "{advised:#?}");
    });
}

#[test]
fn where_no_index_helps_that_is_said() {
    on_small(async |db: &PerfDb| {
        let check = |sql: &str, values: &[&str], goal: &str, expected: &str| {
            let advised = advised(db, sql, values, goal);
            assert!(says(&advised.lines, expected), "{sql} {advised:#?}");
            assert_eq!(advised.sql, [""; 0], "{sql}");
        };
        let common = "SELECT id, title FROM articles WHERE status = $1";
        let none = "one index was tried, and it does not help: the cost stays ";
        check(common, &["published"], "reach articles", none);
        let nothing =
            "no index was tried: the statement has no condition and no order that one could serve";
        check(
            "SELECT id, body FROM comments WHERE author_id <> $1",
            &["7"],
            "reach comments",
            nothing,
        );
        check(
            "SELECT id, body FROM comments",
            &[],
            "reach comments",
            nothing,
        );
        let several = "7 indexes were tried, and none helps: the cost stays ";
        let wide = "SELECT id, body FROM comments WHERE author_id > $1 AND article_id > $2 AND deleted_at IS NULL";
        check(wide, &["1", "1"], "reach comments", several);
        check(
            "SELECT nonsense FROM comments",
            &[],
            "reach comments",
            "no index was tried: the server says: column \"nonsense\" does not exist",
        );
        check("SELECT 1", &[], "reach comments", nothing);
    });
}

#[test]
fn what_the_statement_itself_should_say_otherwise_is_told() {
    on_small(async |db: &PerfDb| {
        let check = |sql: &str, values: &[&str], expected: &str| {
            let advised = advised(db, sql, values, "reach articles");
            assert!(says(&advised.lines, expected), "{sql} {advised:#?}");
        };
        let day = "SELECT id FROM articles WHERE created_at::date = $1";
        check(
            day,
            &["2024-05-01"],
            "no index can hold ((created_at)::date): its value depends on the session",
        );
        check(
            day,
            &["2024-05-01"],
            "or ask for a range of the column itself",
        );
        let page = "SELECT id FROM articles ORDER BY created_at, title OFFSET 150000 LIMIT 20";
        check(page, &[], "OFFSET reads what it leaves out");
    });
}

#[test]
fn a_table_that_the_program_holds_is_left_alone() {
    on_small(async |db: &PerfDb| {
        let mut program = PgConnection::connect(db.direct_url()).await.unwrap();
        let hold = "BEGIN; DELETE FROM comments WHERE id = 1";
        sqlx::raw_sql(hold).execute(&mut program).await.unwrap();
        let advised = advised(
            db,
            "SELECT id FROM comments WHERE author_id = $1",
            &["7"],
            "reach comments",
        );
        let line = "no index was tried: the program holds the table in a transaction that is open";
        assert!(says(&advised.lines, line), "{advised:#?}");
    });
}

#[test]
fn a_role_that_may_make_no_index_is_told() {
    on_small(async |db: &PerfDb| {
        let url = format!("{}&options=-c%20role%3Dpg_read_all_data", db.direct_url());
        let sql = "SELECT id FROM comments WHERE author_id = $1";
        let advised = advise(&url, sql, &["7"], &Rows::default(), "reach comments").unwrap();
        let line = "no index was tried: the server says: must be owner of table comments";
        assert!(says(&advised.lines, line), "{advised:#?}");
    });
}

#[test]
fn nothing_that_may_write_is_run_and_nothing_is_left_behind() {
    on_small(async |db: &PerfDb| {
        execute(
            db,
            "CREATE SEQUENCE seen; CREATE FUNCTION see() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT nextval(''seen'')';
             CREATE FUNCTION noise() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT 1::bigint'",
        )
        .await;
        let figures = |lines: &[String]| lines.iter().any(|line| line.contains("in the test"));
        for (sql, runs) in [
            ("SELECT id FROM comments WHERE author_id = $1", true),
            (
                "SELECT id, noise() FROM comments WHERE author_id = $1",
                false,
            ),
            ("SELECT id, see() FROM comments WHERE author_id = $1", false),
            (
                "SELECT id FROM comments WHERE author_id = $1 FOR UPDATE",
                false,
            ),
            ("DELETE FROM comments WHERE author_id = $1", false),
            (
                "WITH gone AS (DELETE FROM comments WHERE author_id = $1 RETURNING id) SELECT * FROM gone",
                false,
            ),
        ] {
            let advised = advised(db, sql, &["7"], "reach comments");
            assert_eq!(
                advised.sql,
                ["CREATE INDEX comments_author_id_idx ON comments (author_id)"],
                "{sql}"
            );
            assert_eq!(figures(&advised.lines), runs, "{sql} {advised:#?}");
        }
        let mut connection = PgConnection::connect(db.direct_url()).await.unwrap();
        let left = "SELECT (SELECT count(*) FROM comments) || ' ' || (SELECT is_called FROM seen) || ' ' ||
             (SELECT count(*) FROM pg_indexes WHERE tablename = 'comments') || ' ' ||
             (SELECT reltuples FROM pg_class WHERE relname = 'comments')";
        let left: String = sqlx::query_scalar(left)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(left, "300 false 1 300");
    });
}

#[test]
fn without_rows_that_are_told_a_small_table_is_taken_as_it_is() {
    on_small(async |db: &PerfDb| {
        let sql = "SELECT id FROM orders WHERE total = $1";
        let small = advise(
            db.direct_url(),
            sql,
            &["7"],
            &Rows::default(),
            "reach orders",
        )
        .unwrap();
        let large = advise(db.direct_url(), sql, &["7"], &production(), "reach orders").unwrap();
        assert_eq!(
            large.sql,
            ["CREATE INDEX orders_total_idx ON orders (total)"]
        );
        assert!(
            says(
                &large.lines,
                "no index that is there serves what is asked of orders: 1 of its 200,000 rows"
            ),
            "{large:#?}"
        );
        assert!(
            !says(
                &small.lines,
                "no index that is there serves what is asked of orders: 1 of its 200,000 rows"
            ),
            "{small:#?}"
        );
    });
}
