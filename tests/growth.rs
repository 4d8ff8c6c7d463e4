//! The same work at several sizes of its data: what is constant passes, and each size has a database of its own.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use perf_harness::{
    PerfDb, PerfTest, Sample, SetupError, TemplateDb, assert_constant_queries, perf_test,
};
use sqlx::{Connection as _, PgConnection};

async fn one_row(db: TemplateDb) -> Result<(), sqlx::Error> {
    sqlx::raw_sql("CREATE TABLE items (id int); INSERT INTO items VALUES (0)")
        .execute(&db.pool())
        .await?;
    Ok(())
}

async fn items(db: PerfDb, size: usize) {
    let insert = sqlx::query("INSERT INTO items SELECT generate_series(1, $1)");
    let size = i32::try_from(size).unwrap();
    insert.bind(size).execute(&db.pool()).await.unwrap();
}

async fn all(db: PerfDb) {
    let all = sqlx::query("SELECT id FROM items");
    all.fetch_all(&db.pool()).await.unwrap();
}

#[perf_test(template = one_row)]
async fn one_query_at_every_size(db: PerfDb) -> Result<(), SetupError> {
    let list = db.record_at([1, 10, 1_000], items, all).await?;
    assert_constant_queries!(list);
    // The seed is not recorded, and each size begins with the template's one row.
    let seen = |sample: &Sample| {
        let counts = sample.traffic().counts();
        (sample.size(), sample.rows(), counts.queries, counts.rows)
    };
    let seen: Vec<_> = list.samples().iter().map(seen).collect();
    assert_eq!(
        seen,
        [(1, 2, 1, 2), (10, 11, 1, 11), (1_000, 1_001, 1, 1_001)]
    );
    Ok(())
}

#[test]
fn another_database_is_fresh_and_goes_with_the_test() {
    let mut seen = None;
    let end = PerfTest::new("another")
        .template(one_row)
        .run(async |db: PerfDb| {
            items(db.clone(), 5).await;
            let another = db.another().await.unwrap();
            let count = sqlx::query_scalar("SELECT count(*) FROM items");
            let count: i64 = count.fetch_one(&another.pool()).await.unwrap();
            assert_eq!(count, 1);
            assert_ne!(db.direct_url(), another.direct_url());
            seen = Some(another.direct_url().to_owned());
        });
    end.unwrap();
    let mut server = url::Url::parse(&seen.unwrap()).unwrap();
    let name = server.path().trim_start_matches('/').to_owned();
    server.set_path("postgres");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let gone = runtime.unwrap().block_on(async {
        let mut connection = PgConnection::connect(server.as_str()).await.unwrap();
        for _ in 0..1_000 {
            let query = sqlx::query("SELECT FROM pg_database WHERE datname = $1");
            let found = query.bind(&name).fetch_optional(&mut connection).await;
            if found.unwrap().is_none() {
                return true;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        false
    });
    assert!(gone, "{name}");
}

#[perf_test(template = one_row)]
async fn sizes_that_tell_nothing_are_refused_by_their_values(db: PerfDb) {
    for sizes in [vec![], vec![10], vec![10, 10], vec![100, 10]] {
        let told =
            format!("the sizes {sizes:?} are not two or more, each larger than the one before");
        let refused = db.record_at(sizes, items, all).await;
        assert_eq!(refused.unwrap_err().to_string(), told);
    }
}

#[perf_test(template = one_row, read_only)]
async fn a_read_only_test_has_no_other_database(db: PerfDb) {
    let refused = db.another().await.unwrap_err().to_string();
    assert!(
        refused.contains("a read-only test has no database of its own"),
        "{refused}"
    );
}
