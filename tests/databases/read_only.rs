//! The one copy that read-only tests share.

use perf_harness::{PerfDb, PerfTest, Template, assert_queries, perf_test};

use super::{rows, two_rows};

#[perf_test(template = two_rows, read_only)]
async fn a_read_only_test_reads(db: PerfDb) {
    let pool = db.pool();
    let count = db.record(rows(&pool)).await;
    assert_eq!(*count.output(), 2);
    assert_queries!(count, 1);
}

#[test]
fn read_only_tests_share_one_database_and_the_server_refuses_writes() {
    let mut names = Vec::new();
    for _ in 0..2 {
        let test = PerfTest::new("read_only").template(two_rows).read_only();
        let end = test.run(async |db: PerfDb| {
            let pool = db.pool();
            let name: String = sqlx::query_scalar("SELECT current_database()::text")
                .fetch_one(&pool)
                .await
                .unwrap();
            names.push(name);
            let refused = sqlx::query("INSERT INTO t VALUES (3)").execute(&pool).await;
            let refused = refused.unwrap_err().to_string();
            assert!(
                refused.contains("cannot execute INSERT in a read-only transaction"),
                "{refused}"
            );
        });
        end.unwrap();
    }
    assert_eq!(names[0], names[1]);
    assert!(names[0].contains("_shared_"), "{}", names[0]);
}

/// A template that no other test reads.
fn written() -> Template {
    Template::function(two_rows).version(format!("written {}", std::process::id()))
}

#[test]
fn a_read_only_test_that_writes_all_the_same_fails_and_the_next_one_does_not_see_it() {
    let test = || PerfTest::new("read_only").template(written).read_only();
    let end = test().run(async |db: PerfDb| {
        let write = sqlx::raw_sql("BEGIN READ WRITE; INSERT INTO t VALUES (3); COMMIT");
        write.execute(&db.pool()).await.unwrap();
    });
    insta::assert_snapshot!(end.unwrap_err());
    let end = test().run(async |db: PerfDb| assert_eq!(rows(&db.pool()).await, 2));
    end.unwrap();
}

#[test]
fn a_read_only_test_needs_a_template() {
    let test = PerfTest::new("read_only").read_only();
    let refused = test.run(async |_db: PerfDb| {}).unwrap_err().to_string();
    assert!(
        refused.contains("it has none: add `template = ..`"),
        "{refused}"
    );
}
