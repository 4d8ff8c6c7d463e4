//! Statistics of production, from a file.

use std::path::PathBuf;

use perf_harness::{Access, PerfDb, Recording, Rows, SetupError, TemplateDb, perf_test};

use crate::{client, fill, major, only};

async fn notes(db: TemplateDb) -> Result<(), sqlx::Error> {
    fill(
        &db,
        "CREATE TABLE notes (id bigint PRIMARY KEY, owner int, body text);
         CREATE INDEX notes_owner_idx ON notes (owner);
         INSERT INTO notes SELECT i, i % 3, repeat('x', 100) FROM generate_series(1, 300) i",
    )
    .await
}

/// As `pg_dump --statistics-only` of PostgreSQL 18 writes it: a million rows of 50,000 owners, and a table that the test's
/// database has not.
const DUMP: &str = r"--
-- PostgreSQL database dump
--

\restrict 3xLbVd

SET statement_timeout = 0;
SET lock_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);

--
-- Statistics for Name: notes; Type: STATISTICS DATA; Schema: public; Owner: -
--

SELECT * FROM pg_catalog.pg_restore_relation_stats(
	'version', '180000'::integer,
	'schemaname', 'public',
	'relname', 'notes',
	'relpages', '18000'::integer,
	'reltuples', '1e+06'::real,
	'relallvisible', '18000'::integer,
	'relallfrozen', '0'::integer
);
SELECT * FROM pg_catalog.pg_restore_attribute_stats(
	'version', '180000'::integer,
	'schemaname', 'public',
	'relname', 'notes',
	'attname', 'owner',
	'inherited', 'f'::boolean,
	'null_frac', '0'::real,
	'avg_width', '4'::integer,
	'n_distinct', '50000'::real,
	'most_common_vals', '{7,8}',
	'most_common_freqs', '{0.3,0.2}'::real[],
	'histogram_bounds', '{1,20000,50000}',
	'correlation', '0'::real
);

--
-- Statistics for Name: archive; Type: STATISTICS DATA; Schema: public; Owner: -
--

SELECT * FROM pg_catalog.pg_restore_relation_stats(
	'version', '180000'::integer,
	'schemaname', 'public',
	'relname', 'archive',
	'relpages', '7'::integer,
	'reltuples', '100'::real
);

\unrestrict 3xLbVd
";

struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ph-{name}-{}.sql", std::process::id()));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}

async fn of(db: &PerfDb, sql: &str) -> Recording<()> {
    let client = client(db).await;
    db.record(async { client.batch_execute(sql).await.unwrap() })
        .await
}

fn error(list: &Recording<()>, rows: Rows) -> String {
    let error = list.clone().at_rows(rows).plans().unwrap_err();
    assert!(matches!(error, SetupError::Statistics { .. }), "{error}");
    error.to_string()
}

#[perf_test(template = notes)]
async fn production_is_as_its_statistics_say(db: PerfDb) {
    let file = File::new("import", DUMP);
    let from_file = || Rows::default().statistics(&file.0);
    let rare = of(&db, "SELECT * FROM notes WHERE owner = 1").await;
    if major(&db).await < 18 {
        let told = error(&rare, from_file());
        assert!(told.contains("18 is the first that does"), "{told}");
        println!("skipped: statistics are imported from PostgreSQL 18 on");
        return;
    }
    let plans = rare.clone().at_rows(from_file()).plans().unwrap();
    assert_eq!(
        only(&plans),
        (Access::Seek, vec!["notes_owner_idx".to_owned()])
    );
    let common = of(&db, "SELECT * FROM notes WHERE owner = 7").await;
    let plans = common.at_rows(from_file()).plans().unwrap();
    let rows = plans.queries()[0].custom().unwrap().root().estimate().rows;
    assert!((290_000.0..310_000.0).contains(&rows), "{rows}");
    // What is told besides wins.
    let all = of(&db, "SELECT * FROM notes").await;
    let rows = |rows: Rows| {
        let plans = all.clone().at_rows(rows).plans().unwrap();
        plans.queries()[0].custom().unwrap().root().estimate().rows
    };
    let told = Rows::of([("notes", 5_000)]).statistics(&file.0);
    assert!((rows(told) - 5_000.0).abs() < 10.0);
    assert!((rows(from_file()) - 1e6).abs() < 1e3);
    assert!((rows(Rows::default()) - 300.0).abs() < 1.0, "nothing stays");
}

#[perf_test(template = notes)]
async fn a_file_that_cannot_be_used_says_why(db: PerfDb) {
    let list = of(&db, "SELECT * FROM notes").await;
    if major(&db).await < 18 {
        println!("skipped: statistics are imported from PostgreSQL 18 on");
        return;
    }
    let missing = error(&list, Rows::default().statistics("no/such/file.sql"));
    let below = std::env::var("CARGO_MANIFEST_DIR").unwrap();
    assert!(
        missing.contains(&format!("{below}/no/such/file.sql")),
        "{missing}"
    );
    assert!(missing.contains("No such file"), "{missing}");
    let check = |name: &str, text: &str, expected: &str| {
        let file = File::new(name, text);
        let told = error(&list, Rows::default().statistics(&file.0));
        assert!(told.contains(expected), "{told}");
    };
    check(
        "foreign",
        &DUMP.replace("notes", "other"),
        "the database has none of its tables: public.other, public.archive",
    );
    check(
        "broken",
        &DUMP
            .replace("'{1,20000,50000}'", "'{1,x}'")
            .replace("'owner'", "'onwer'"),
        "of public.notes: column \"onwer\" of relation \"notes\" does not exist",
    );
    check(
        "schema",
        "CREATE TABLE a ();",
        "this is none of the statistics: CREATE TABLE a ()",
    );
}
