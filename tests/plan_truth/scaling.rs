//! Tables of every kind, taken for larger than they are.

use perf_harness::{Access, PerfDb, Recording, Rows, SetupError, TemplateDb, perf_test};
use sqlx::AssertSqlSafe;

use crate::{accesses, client, direct, fill, major, only};

async fn shop(db: TemplateDb) -> Result<(), sqlx::Error> {
    fill(
        &db,
        "CREATE TABLE items (id bigint PRIMARY KEY, owner int, state text);
         CREATE INDEX items_owner_idx ON items (owner);
         CREATE INDEX items_open_idx ON items (id) WHERE state = 'open';
         CREATE TABLE texts (id int PRIMARY KEY, body tsvector);
         CREATE INDEX texts_body_idx ON texts USING gin (body);
         CREATE TABLE empty (id int);
         CREATE TABLE months (id int, at date) PARTITION BY RANGE (at);
         CREATE TABLE months_1 PARTITION OF months FOR VALUES FROM ('2025-01-01') TO ('2025-07-01');
         CREATE TABLE months_2 PARTITION OF months FOR VALUES FROM ('2025-07-01') TO ('2026-01-01');
         CREATE INDEX months_at_idx ON months (at);
         CREATE SCHEMA other; CREATE TABLE other.items (id int); INSERT INTO other.items VALUES (1);
         CREATE SCHEMA \"Odd one\"; CREATE TABLE \"Odd one\".\"a\"\"b's\" (\"Key\" int PRIMARY KEY);
         CREATE TABLE one (id int PRIMARY KEY, n int); INSERT INTO one VALUES (1, 1)",
    )
    .await
}

/// A test's own rows: no statistics are made of them.
const FILL: &str = "
    INSERT INTO items SELECT i, i % 40, CASE WHEN i % 50 = 0 THEN 'open' ELSE 'done' END FROM generate_series(1, 400) i;
    INSERT INTO texts SELECT i, to_tsvector('simple', 'every w' || i % 100) FROM generate_series(1, 400) i;
    INSERT INTO months SELECT i, '2025-01-01'::date + i % 365 FROM generate_series(1, 400) i;
    INSERT INTO \"Odd one\".\"a\"\"b's\" SELECT generate_series(1, 400);
    INSERT INTO one SELECT i, i FROM generate_series(2, 60) i";

async fn of(db: &PerfDb, sql: &str) -> Recording<()> {
    let client = client(db).await;
    client.batch_execute(FILL).await.unwrap();
    db.record(async { client.batch_execute(sql).await.unwrap() })
        .await
}

fn seek(index: &str) -> (Access, Vec<String>) {
    (Access::Seek, vec![index.to_owned()])
}

#[perf_test(template = shop)]
async fn rows_that_the_test_made_are_enough(db: PerfDb) {
    let list = of(&db, "SELECT * FROM public.items WHERE owner = 3").await;
    let large = list.clone().at_rows(Rows::of([("public.items", 500_000)]));
    assert_eq!(only(&large.plans().unwrap()), seek("items_owner_idx"));
    let few = Rows::of([("public.items", 500_000)]).distinct("public.items", "owner", 1);
    assert_eq!(
        only(&list.at_rows(few).plans().unwrap()).0,
        Access::SequentialScan
    );
}

#[perf_test(template = shop)]
async fn a_partial_index_grows_with_its_table(db: PerfDb) {
    let list = of(&db, "SELECT * FROM public.items WHERE state = 'open'").await;
    let plans = list
        .at_rows(Rows::of([("public.items", 500_000)]))
        .plans()
        .unwrap();
    assert_eq!(only(&plans), seek("items_open_idx"));
    let rows = plans.queries()[0].custom().unwrap().root().estimate().rows;
    assert!((8_000.0..12_000.0).contains(&rows), "{rows}");
}

#[perf_test(template = shop)]
async fn what_waits_for_a_gin_index_is_sorted_in(db: PerfDb) {
    let list = of(&db, "SELECT * FROM texts WHERE body @@ 'w7'").await;
    let large = list.at_rows(Rows::of([("texts", 500_000)]));
    assert_eq!(only(&large.plans().unwrap()), seek("texts_body_idx"));
}

#[perf_test(template = shop)]
async fn each_partition_has_its_share(db: PerfDb) {
    let list = of(&db, "SELECT * FROM months").await;
    let plans = list
        .at_rows(Rows::of([("months", 400_000)]))
        .plans()
        .unwrap();
    let read = accesses(&plans, &plans.queries()[0]);
    let names: Vec<&str> = read.iter().map(|(table, _, _)| table.as_str()).collect();
    assert_eq!(names, ["public.months_1", "public.months_2"]);
    assert!(
        read.iter()
            .all(|(_, access, _)| *access == Access::SequentialScan)
    );
    let rows = plans.queries()[0].custom().unwrap().root().estimate().rows;
    assert!((390_000.0..410_000.0).contains(&rows), "{rows}");
}

#[perf_test(template = shop)]
async fn names_may_have_anything_in_them(db: PerfDb) {
    let list = of(
        &db,
        "SELECT * FROM \"Odd one\".\"a\"\"b's\" x WHERE x.\"Key\" = 7",
    )
    .await;
    let large = list.at_rows(Rows::of([("Odd one.a\"b's", 500_000)]));
    assert_eq!(only(&large.plans().unwrap()), seek("a\"b's_pkey"));
}

#[perf_test(template = shop)]
async fn rows_that_fill_no_new_block_are_counted(db: PerfDb) {
    let list = of(&db, "SELECT * FROM one").await;
    let plans = list.plans().unwrap();
    let rows = plans.queries()[0].custom().unwrap().root().estimate().rows;
    assert!((rows - 60.0).abs() < 0.5, "{rows}");
}

#[perf_test(template = shop)]
async fn a_range_of_keys_is_as_many_rows_at_every_size(db: PerfDb) {
    let list = of(
        &db,
        "SELECT * FROM public.items WHERE id BETWEEN 101 AND 200",
    )
    .await;
    let plans = list
        .at_rows(Rows::of([("public.items", 400_000)]))
        .plans()
        .unwrap();
    let rows = plans.queries()[0].custom().unwrap().root().estimate().rows;
    assert!((50.0..200.0).contains(&rows), "{rows}");
}

#[perf_test(template = shop)]
async fn what_means_no_table_is_refused(db: PerfDb) {
    let list = of(&db, "SELECT 1 FROM public.items").await;
    let check = |rows: Rows, expected: &str, hint: &str| {
        let error = list.clone().at_rows(rows).plans().unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(error.hint().contains(hint), "{}", error.hint());
    };
    check(
        Rows::of([("items", 9)]),
        "the table `items` is in several schemas: other.items, public.items",
        "other.items",
    );
    check(
        Rows::of([("itmes", 9)]),
        "there is no table `itmes` in the database",
        "items",
    );
    check(
        Rows::of([("public.items", 9)]).distinct("public.items", "onwer", 3),
        "there is no column `public.items.onwer` in the database",
        "owner",
    );
    check(
        Rows::of([("empty", 9)]),
        "`empty` has no rows, so it cannot be taken for one of 9",
        "seed `empty`",
    );
}

/// All sessions of the database have no more rights than this role from now on.
async fn plain_role(db: &PerfDb) -> String {
    let role = format!("ph_plain_{}", std::process::id());
    let sql = format!(
        "DO $$ BEGIN
           CREATE ROLE {role};
           EXECUTE format('GRANT CREATE ON DATABASE %I TO {role}', current_database());
           EXECUTE format('ALTER DATABASE %I SET role = {role}', current_database());
         END $$;
         ALTER TABLE public.items OWNER TO {role}; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"
    );
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&mut direct(db).await)
        .await
        .unwrap();
    role
}

async fn forget(db: &PerfDb, role: &str) {
    let sql = format!(
        "SET ROLE NONE; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET role', current_database()); END $$;
         DROP OWNED BY {role} CASCADE; DROP ROLE {role}"
    );
    let mut connection = direct(db).await;
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&mut connection)
        .await
        .unwrap();
}

#[perf_test(template = shop)]
async fn a_role_without_rights_is_told_and_an_owner_has_them_from_18_on(db: PerfDb) {
    let list = of(&db, "SELECT * FROM public.items WHERE owner = 3").await;
    let analyze = sqlx::query("ANALYZE").execute(&mut direct(&db).await).await;
    analyze.unwrap();
    let role = plain_role(&db).await;
    let plain = list.plans();
    let large = list.at_rows(Rows::of([("public.items", 500_000)])).plans();
    let of_another = Rows::of([("texts", 500_000)]);
    let another = of_other(&list_again(&db).await, of_another);
    forget(&db, &role).await;
    assert!(plain.unwrap().queries()[0].custom().is_some());
    let refused = |error: SetupError| {
        assert!(matches!(error, SetupError::MayNotScale { .. }), "{error}");
        assert!(error.hint().contains("PERF_HARNESS_POSTGRES"));
    };
    refused(another.unwrap_err());
    match large {
        Ok(plans) => {
            assert!(major(&db).await >= 18);
            assert_eq!(only(&plans), seek("items_owner_idx"));
        }
        Err(error) => {
            assert!(major(&db).await < 18);
            println!("skipped: an owner sets statistics from PostgreSQL 18 on");
            refused(error);
        }
    }
}

async fn list_again(db: &PerfDb) -> Recording<()> {
    let client = client(db).await;
    db.record(async { client.batch_execute("SELECT * FROM texts").await.unwrap() })
        .await
}

fn of_other(list: &Recording<()>, rows: Rows) -> Result<(), SetupError> {
    list.clone().at_rows(rows).plans().map(drop)
}
