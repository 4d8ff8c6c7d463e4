//! To ask for plans leaves nothing behind: no statistics, no lock, no statement.

use perf_harness::{PerfDb, Rows, TemplateDb, perf_test};

use crate::{client, direct, fill};

async fn empty(db: TemplateDb) -> Result<(), sqlx::Error> {
    fill(
        &db,
        "CREATE TABLE words (id int PRIMARY KEY, body tsvector, flag boolean);
         CREATE INDEX words_body_idx ON words USING gin (body);
         CREATE INDEX words_flag_idx ON words (id) WHERE flag;
         CREATE TABLE parts (id int, at date) PARTITION BY RANGE (at);
         CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2025-01-01') TO ('2025-07-01');
         CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM ('2025-07-01') TO ('2026-01-01');
         CREATE INDEX parts_at_idx ON parts (at)",
    )
    .await
}

const FILL: &str = "
    INSERT INTO words SELECT i, to_tsvector('simple', 'every w' || i % 50), i % 10 = 0 FROM generate_series(1, 900) i;
    INSERT INTO parts SELECT i, '2025-01-01'::date + i % 365 FROM generate_series(1, 900) i";

async fn state(db: &PerfDb) -> Vec<String> {
    let asked = [
        "SELECT coalesce(md5(string_agg(c::text, ',' ORDER BY oid)), '') FROM pg_class c",
        "SELECT coalesce(md5(string_agg(s::text, ',' ORDER BY starelid, staattnum, stainherit)), '') FROM pg_statistic s",
        "SELECT count(*)::text FROM pg_locks l JOIN pg_database d ON d.oid = l.database
          WHERE d.datname = current_database() AND l.pid <> pg_backend_pid()",
        "SELECT count(*)::text FROM pg_prepared_statements",
    ];
    let mut connection = direct(db).await;
    let mut state = Vec::new();
    for ask in asked {
        let answer = sqlx::query_scalar(ask).persistent(false);
        state.push(answer.fetch_one(&mut connection).await.unwrap());
    }
    state
}

#[perf_test(template = empty)]
async fn tables_without_statistics_have_none_afterwards(db: PerfDb) {
    let client = client(&db).await;
    client.batch_execute(FILL).await.unwrap();
    let list = db
        .record(client.batch_execute(
            "SELECT * FROM words WHERE body @@ 'w7'; SELECT * FROM parts WHERE at = '2025-05-05'",
        ))
        .await;
    let before = state(&db).await;
    let list =
        list.at_rows(Rows::of([("words", 200_000), ("parts", 500_000)]).distinct("parts", "id", 7));
    let plans = list.plans().unwrap();
    assert!(plans.queries().iter().all(|query| query.custom().is_some()));
    list.executed_plans().unwrap();
    assert_eq!(state(&db).await, before);
}
