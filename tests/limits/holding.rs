//! Limits that hold, and what is counted.

use perf_harness::{
    Kind, Limit, Metric, PerfDb, Problem, SetupError, assert_max_bytes, assert_max_connections,
    assert_max_full_scans, assert_max_idle_in_transaction, assert_max_response_bytes,
    assert_max_round_trips, assert_max_rows, perf_test,
};
use sqlx::PgPool;

use crate::blog::blog;

async fn titles(pool: &PgPool, most: i64) -> Vec<String> {
    let query = sqlx::query_scalar("SELECT title FROM articles ORDER BY id LIMIT $1");
    query.bind(most).fetch_all(pool).await.unwrap()
}

#[perf_test(template = blog)]
async fn a_page_stays_within_its_limits(db: PerfDb) {
    let pool = db.pool();
    let list = db.record(titles(&pool, 20)).await;
    assert_max_round_trips!(list, 1);
    assert_max_round_trips!(list, 20 in all);
    assert_max_rows!(list, 20);
    assert_max_rows!(list, 1 per list.output().len());
    assert_max_rows!(list.of_kind(Kind::Select), 20);
    assert_max_bytes!(list, 20_000);
    assert_max_connections!(list, 1);
    assert_max_full_scans!(list, 1);
}

#[perf_test(template = blog)]
async fn a_transaction_may_wait_for_the_program_so_long(db: PerfDb) {
    let pool = db.pool();
    let work = async {
        let mut transaction = pool.begin().await.unwrap();
        let query = sqlx::query("SELECT 1");
        query.execute(&mut *transaction).await.unwrap();
        transaction.commit().await.unwrap();
    };
    let order = db.record(work).await;
    assert_max_idle_in_transaction!(order, 60s);
    assert_max_idle_in_transaction!(order, std::time::Duration::from_mins(1));
}

#[perf_test(template = blog)]
async fn one_step_gives_the_output(db: PerfDb) {
    let pool = db.pool();
    let two = assert_max_round_trips!(db, 1, titles(&pool, 2));
    assert_eq!(two.len(), 2);
    let two = assert_max_round_trips!(db, 20 in all, titles(&pool, 2));
    assert_eq!(two.len(), 2);
    let two = assert_max_rows!(db, 1 per 2, titles(&pool, 2));
    assert_eq!(two.len(), 2);
    let body = assert_max_response_bytes!(db, 15, async { titles(&pool, 2).await.join("\n") });
    assert_eq!(body.len(), 15);
}

/// How much of each, in this order.
async fn measured<const N: usize>(
    db: &PerfDb,
    metrics: [Metric; N],
    work: impl Future,
) -> [u64; N] {
    let recording = db.record(work).await;
    metrics.map(|metric| recording.measure(metric).unwrap())
}

#[perf_test(template = blog)]
async fn pings_preparing_and_connecting_are_no_work(db: PerfDb) {
    let pool = db.pool();
    let metrics = [Metric::RoundTrips, Metric::Queries];
    let cold = measured(&db, metrics, titles(&pool, 1)).await;
    let warm = measured(&db, metrics, titles(&pool, 1)).await;
    assert_eq!((cold, warm), ([1, 1], [1, 1]));
    let recording = db.record(titles(&pool, 1)).await;
    assert!(recording.counts().round_trips > 1, "the pool pings");
}

#[perf_test(template = blog)]
async fn a_transaction_is_a_round_trip_for_each_of_its_statements(db: PerfDb) {
    let pool = db.pool();
    let metrics = [Metric::RoundTrips, Metric::Connections];
    let work = async {
        let mut transaction = pool.begin().await.unwrap();
        let query = sqlx::query("SELECT 1");
        query.execute(&mut *transaction).await.unwrap();
        transaction.commit().await.unwrap();
    };
    assert_eq!(measured(&db, metrics, work).await, [3, 1]);
}

#[perf_test(template = blog)]
async fn connections_of_transactions_are_in_use_together(db: PerfDb) {
    let pool = db.pool();
    let work = async {
        let one = pool.begin().await.unwrap();
        let two = pool.begin().await.unwrap();
        two.commit().await.unwrap();
        let three = pool.begin().await.unwrap();
        titles(&pool, 1).await;
        three.commit().await.unwrap();
        one.commit().await.unwrap();
    };
    assert_eq!(measured(&db, [Metric::Connections], work).await, [3]);
}

#[perf_test(template = blog)]
async fn queries_that_read_all_of_a_table_are_counted(db: PerfDb) {
    let pool = db.pool();
    let work = async {
        let all = sqlx::raw_sql(
            "SELECT count(*) FROM articles WHERE content LIKE '%and%'; SELECT 1; SELECT id FROM articles WHERE slug = 'slug-7'",
        );
        all.execute(&pool).await.unwrap();
        let all = sqlx::query("SELECT count(*) FROM articles WHERE content LIKE '%and%'");
        all.execute(&pool).await.unwrap();
    };
    let list = db.record(work).await;
    let list = list.at_rows(perf_harness::Rows::of([("articles", 1_000_000)]));
    assert_eq!(list.measure(Metric::FullScans).unwrap(), 2);
    assert!(list.measure(Metric::RowsExamined).unwrap() >= 300);
    assert!(list.measure(Metric::Buffers).unwrap() > 0);
}

#[perf_test(template = blog)]
async fn what_is_not_known_of_chosen_queries_is_an_error(db: PerfDb) {
    let pool = db.pool();
    let list = db.record(titles(&pool, 20)).await;
    let chosen = list.on_table("articles");
    let of_queries = [
        Metric::Queries,
        Metric::Rows,
        Metric::RowsExamined,
        Metric::Buffers,
        Metric::FullScans,
    ];
    for metric in Metric::ALL {
        let value = chosen.measure(metric);
        assert_eq!(value.is_ok(), of_queries.contains(&metric), "{metric:?}");
    }
    assert_eq!(chosen.measure(Metric::Rows).unwrap(), 20);
}

#[test]
fn a_limit_on_what_was_not_understood_is_an_error() {
    let failed = perf_harness::PerfTest::new("undecoded").run(async |db: PerfDb| {
        let (host, port) = address(&db);
        let work = tokio::task::spawn_blocking(move || {
            use std::io::Write;
            let mut socket = std::net::TcpStream::connect((host, port)).unwrap();
            socket.write_all(&[0, 0, 0, 8, 0, 9, 0, 0]).unwrap();
        });
        let noise = db.record(work).await;
        noise.check_limit(Limit::new(Metric::Bytes, 1_000_000));
        assert!(noise.measure(Metric::RoundTrips).is_err());
    });
    let failure = failed.unwrap_err();
    let problem = failure.findings()[0].problem();
    assert!(
        matches!(
            problem,
            Problem::Unmeasured(SetupError::Undecoded { messages: 1.. })
        ),
        "{failure}"
    );
}

fn address(db: &PerfDb) -> (String, u16) {
    let url = url::Url::parse(db.url()).unwrap();
    (url.host_str().unwrap().to_owned(), url.port().unwrap())
}
