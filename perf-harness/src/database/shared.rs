//! The copy of a template that all read-only tests share.
//!
//! The server refuses every write to it, unless a transaction asks for `READ WRITE`. So it is looked at after each test
//! and before it is given to the next: what was written to is not used again.

use sqlx::{AssertSqlSafe, Row as _};

use super::admin::{Admin, failed};
use super::name;
use super::plans::{self, Plans};
use crate::error::SetupError;

/// The name of the copy, made now or before. It is in use for as long as this process lives.
pub(super) async fn obtain(
    admin: &Admin,
    template: &str,
    plans: bool,
) -> Result<(String, Plans), SetupError> {
    for number in 0.. {
        let shared = name::of_shared(&admin.place, template, plans, number);
        // Nobody holds it alone but who drops it, which is over in a moment.
        while !admin.try_share(&shared).await? {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        if !is_there(admin, &shared).await? {
            make(admin, template, &shared, plans).await?;
        }
        if rows_written(admin, &shared).await? == 0 {
            let plans = if plans {
                plans::found(admin, &shared).await
            } else {
                Plans::Off
            };
            return Ok((shared, plans));
        }
        admin.release_share(&shared).await?;
    }
    unreachable!("there are more numbers than databases")
}

/// How many rows were written to it, by the server's own count: of tables, and of the catalog by every change of the
/// schema. It counts what was rolled back, too. Before PostgreSQL 15 it may come to know of a write only later.
pub(super) async fn rows_written(admin: &Admin, shared: &str) -> Result<i64, SetupError> {
    let asked = format!(
        "SELECT coalesce(sum(tup_inserted + tup_updated + tup_deleted), 0)::bigint FROM pg_stat_database
         WHERE datname = '{shared}'"
    );
    let row = sqlx::raw_sql(AssertSqlSafe(asked))
        .fetch_one(&mut *admin.at_hand().await)
        .await;
    row.and_then(|row| row.try_get(0))
        .map_err(|error| failed(shared, "looked at", &error))
}

async fn is_there(admin: &Admin, shared: &str) -> Result<bool, SetupError> {
    let found = admin.databases(shared).await;
    found
        .map(|found| !found.is_empty())
        .map_err(|error| failed(shared, "looked for", &error))
}

/// It gets its name when it is complete: until then it is a test's database, which is removed if this process dies.
async fn make(admin: &Admin, template: &str, shared: &str, plans: bool) -> Result<(), SetupError> {
    let unfinished = name::of_clone(&admin.place, shared);
    admin.try_lease(&unfinished).await?;
    let made = complete(admin, template, &unfinished, (shared, plans)).await;
    if !matches!(made, Ok(true)) {
        // Another process was faster, or the server refused something.
        drop(admin.drop_database(&unfinished).await);
    }
    admin.release(&unfinished).await?;
    made.map(drop)
}

async fn complete(
    admin: &Admin,
    template: &str,
    unfinished: &str,
    (shared, plans): (&str, bool),
) -> Result<bool, SetupError> {
    admin.create_database(unfinished, template).await?;
    let read_only =
        format!("ALTER DATABASE \"{unfinished}\" SET default_transaction_read_only = on");
    let problem = |error: sqlx::Error| failed(shared, "created", &error);
    admin.execute(read_only).await.map_err(problem)?;
    if plans {
        // Before it has its name: nobody else changes it at the same time. Whoever uses it finds out what came of it.
        plans::switch_on(admin, unfinished, template).await;
    }
    admin.rename(unfinished, shared).await.map_err(problem)
}
