//! `#[perf_test]` with rstest and test-case, in either order where there are two.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use perf_harness::{PerfDb, TemplateDb, assert_queries, perf_test};
use rstest::rstest;
use test_case::test_case;

async fn numbers(db: TemplateDb) -> Result<(), sqlx::Error> {
    sqlx::raw_sql("CREATE TABLE numbers AS SELECT generate_series(1, 10) AS number")
        .execute(&db.pool())
        .await?;
    Ok(())
}

/// Asks for the first numbers, one query each.
async fn one_by_one(db: &PerfDb, count: i32) -> Vec<i32> {
    let pool = db.pool();
    let mut found = Vec::new();
    for number in 1..=count {
        let query = sqlx::query_scalar("SELECT number FROM numbers WHERE number = $1");
        found.push(query.bind(number).fetch_one(&pool).await.unwrap());
    }
    found
}

#[perf_test(template = numbers)]
#[test_case(1, 1; "one")]
#[test_case(4, 4; "four")]
async fn above_test_case(db: PerfDb, count: i32, queries: usize) {
    let work = db.record(one_by_one(&db, count)).await;
    assert_eq!(work.output().len(), queries);
    assert_queries!(work, queries);
}

#[perf_test(template = numbers, flavor = "multi_thread", worker_threads = 2)]
#[rstest]
#[case(1, 1)]
#[case::four(4, 4)]
async fn above_rstest(db: PerfDb, #[case] count: i32, #[case] queries: usize) {
    let work = db.record(one_by_one(&db, count)).await;
    assert_eq!(work.output().len(), queries);
    assert_queries!(work, queries);
}

#[rstest]
#[case(2, 2)]
#[case(3, 3)]
#[perf_harness::test(template = numbers)]
async fn below_rstest(#[ignore] db: PerfDb, #[case] count: i32, #[case] queries: usize) {
    let work = db.record(one_by_one(&db, count)).await;
    assert_eq!(work.output().len(), queries);
    assert_queries!(work, queries);
}

#[perf_test(template = numbers)]
#[rstest]
async fn with_values(
    db: PerfDb,
    #[values(1, 2)] count: i32,
) -> Result<(), std::num::TryFromIntError> {
    let work = db.record(one_by_one(&db, count)).await;
    assert_queries!(work, usize::try_from(count)?);
    Ok(())
}

#[perf_test(template = numbers)]
#[test_case(3 => panics "a_case_can_go_red::test_case_1_three went over"; "three")]
async fn a_case_can_go_red(db: PerfDb, count: i32) {
    let work = db.record(one_by_one(&db, count)).await;
    assert_queries!(work, 1);
}
