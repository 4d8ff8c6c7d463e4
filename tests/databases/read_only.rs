//! The one copy that read-only tests share.

use perf_harness::{PerfDb, PerfTest, Template, assert_queries, perf_test};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::{administrative, eventually, now, rows, two_rows};

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

/// A template of one test.
fn raced() -> Template {
    Template::function(two_rows).version(format!("raced {}", std::process::id()))
}

#[test]
fn a_process_that_made_the_copy_at_the_same_moment_as_another_takes_the_others() {
    let test = || PerfTest::new("read_only").template(raced).read_only();
    let mut copy = None;
    let end = test().run(async |db: PerfDb| {
        let name = sqlx::query_scalar("SELECT current_database()::text");
        let name: String = name.fetch_one(&db.pool()).await.unwrap();
        copy = Some((administrative(&db), name));
    });
    end.unwrap();
    let (url, shared) = copy.unwrap();
    let reads = now(async {
        let mut other = PgConnection::connect(url.as_str()).await.unwrap();
        let mut watch = PgConnection::connect(url.as_str()).await.unwrap();
        let theirs = format!("raced_{}", std::process::id());
        for statement in [
            format!("CREATE DATABASE {theirs} TEMPLATE {shared}"),
            format!("DROP DATABASE {shared} WITH (FORCE)"),
            "BEGIN".to_owned(),
            format!("ALTER DATABASE {theirs} RENAME TO {shared}"),
        ] {
            execute(&mut other, statement).await;
        }
        let reads = std::thread::spawn(move || {
            test().run(async |db: PerfDb| assert_eq!(rows(&db.pool()).await, 2))
        });
        // Neither sees the other's copy: the server has the second one wait for what becomes of the first.
        let waiting = format!(
            "SELECT EXISTS (SELECT FROM pg_stat_activity
             WHERE wait_event_type = 'Lock' AND query LIKE 'ALTER DATABASE % RENAME TO \"{shared}\"')"
        );
        eventually(async || {
            let is_waiting = sqlx::query_scalar(AssertSqlSafe(waiting.as_str()));
            is_waiting.fetch_one(&mut watch).await.unwrap()
        })
        .await;
        execute(&mut other, "COMMIT".to_owned()).await;
        reads
    });
    reads.join().unwrap().unwrap();
}

async fn execute(connection: &mut PgConnection, statement: String) {
    let statement = sqlx::raw_sql(AssertSqlSafe(statement));
    statement.execute(connection).await.unwrap();
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
