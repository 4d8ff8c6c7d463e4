//! Plans: asked for rightly, and right about production although the test's tables are small.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(
    clippy::print_stdout,
    reason = "the table is shown, and a skipped test says why"
)]

mod asking;
mod drivers;
mod imported;
mod nothing_stays;
mod scaling;
mod table;
mod truth;

use perf_harness::{Access, PerfDb, Plans, QueryPlans, TemplateDb};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio_postgres::{Client, NoTls};

/// Runs statements in a template that is being filled.
async fn fill(db: &TemplateDb, sql: &str) -> Result<(), sqlx::Error> {
    let statements = sqlx::raw_sql(AssertSqlSafe(sql));
    statements.execute(&db.pool()).await.map(drop)
}

/// Through the recorder, by tokio-postgres.
async fn client(db: &PerfDb) -> Client {
    let (client, connection) = tokio_postgres::connect(db.url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Past the recorder.
async fn direct(db: &PerfDb) -> PgConnection {
    PgConnection::connect(db.direct_url()).await.unwrap()
}

async fn major(db: &PerfDb) -> u32 {
    let ask = sqlx::query_scalar("SELECT current_setting('server_version_num')::int / 10000");
    let major: i32 = ask.fetch_one(&mut direct(db).await).await.unwrap();
    major.unsigned_abs()
}

/// How the plan with the very values reaches each table, with its index.
fn accesses(plans: &Plans, query: &QueryPlans) -> Vec<(String, Access, Vec<String>)> {
    let plan = query
        .custom()
        .unwrap_or_else(|| panic!("{:?}", query.refusal()));
    let all = plans.table_accesses(plan).into_iter();
    all.map(|one| (one.table, one.access, one.indexes))
        .collect()
}

/// The one access of the only query.
fn only(plans: &Plans) -> (Access, Vec<String>) {
    let [query] = plans.queries() else {
        panic!("{:?}", plans.queries());
    };
    let all = accesses(plans, query);
    let [(_, access, indexes)] = &all[..] else {
        panic!("{all:?}");
    };
    (*access, indexes.clone())
}
