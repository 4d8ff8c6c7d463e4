//! A statement on the database that really has the rows: what it reads before and after an index is made.

use perf_harness::__private::Advised;
use perf_harness::PerfDb;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};

use super::slow::Slow;

/// What the statement reads, in blocks of 8 KiB, and by which indexes.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) blocks: u64,
    pub(crate) indexes: Vec<String>,
}

/// The server's major version.
pub(crate) async fn major(db: &PerfDb) -> u32 {
    let mut connection = PgConnection::connect(db.direct_url()).await.unwrap();
    let number = "SELECT current_setting('server_version_num')::int / 10000";
    let major: i32 = sqlx::query_scalar(number)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    major.unsigned_abs()
}

/// Without what is proposed, and with it.
pub(crate) async fn before_and_after(
    db: &PerfDb,
    slow: &Slow,
    advised: &Advised,
) -> (Reading, Reading) {
    let mut connection = PgConnection::connect(db.direct_url()).await.unwrap();
    run(
        &mut connection,
        "BEGIN; SET LOCAL maintenance_work_mem = '256MB'",
    )
    .await;
    let before = reading(&mut connection, slow).await;
    if let Some(extension) = advised.extension {
        run(&mut connection, &format!("CREATE EXTENSION {extension}")).await;
    }
    for sql in &advised.sql {
        run(&mut connection, sql).await;
    }
    // What autovacuum would do: an index on an expression has no statistics before.
    let table = advised.sql[0].split(' ').nth(4).unwrap();
    run(&mut connection, &format!("ANALYZE {table}")).await;
    let after = reading(&mut connection, slow).await;
    run(&mut connection, "ROLLBACK").await;
    (before, after)
}

async fn run(connection: &mut PgConnection, sql: &str) {
    let statement = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
    statement.execute(connection).await.unwrap();
}

async fn reading(connection: &mut PgConnection, slow: &Slow) -> Reading {
    let values: Vec<String> = slow
        .values
        .iter()
        .map(|value| format!("'{value}'"))
        .collect();
    let values = if values.is_empty() {
        String::new()
    } else {
        format!("({})", values.join(", "))
    };
    // A write is undone: what it wrote is not there the second time.
    let explain = format!(
        "SAVEPOINT before; PREPARE slow AS {}; EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) EXECUTE slow{values}",
        slow.sql
    );
    let statement = sqlx::raw_sql(AssertSqlSafe(explain));
    let row = statement.fetch_one(&mut *connection).await.unwrap();
    let text: String = row.try_get_unchecked(0).unwrap();
    run(connection, "ROLLBACK TO SAVEPOINT before; DEALLOCATE slow").await;
    let json: Value = serde_json::from_str(&text).unwrap();
    let root = &json[0]["Plan"];
    let blocks = |name: &str| root[name].as_u64().unwrap();
    let mut indexes = Vec::new();
    collect(root, &mut indexes);
    Reading {
        blocks: blocks("Shared Hit Blocks") + blocks("Shared Read Blocks"),
        indexes,
    }
}

fn collect(node: &Value, indexes: &mut Vec<String>) {
    indexes.extend(node["Index Name"].as_str().map(str::to_owned));
    for child in node["Plans"].as_array().into_iter().flatten() {
        collect(child, indexes);
    }
}
