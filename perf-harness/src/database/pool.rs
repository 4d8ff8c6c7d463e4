//! Connections to a test's or a template's database.

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use url::Url;

/// A pool that connects when it is first used, with sqlx's defaults. It tells how long it lets who wants a connection wait.
#[cfg(any(feature = "sqlx", feature = "sea-orm"))]
pub(crate) fn lazy(url: &Url) -> sqlx::PgPool {
    match PgConnectOptions::from_url(url) {
        Ok(options) => telling().connect_lazy_with(options),
        Err(error) => unreachable!("the server was reached by this URL: {error}"),
    }
}

#[cfg(any(feature = "sqlx", feature = "sea-orm"))]
fn telling() -> sqlx::postgres::PgPoolOptions {
    let options = sqlx::postgres::PgPoolOptions::new();
    // Its type is of a crate that is no dependency of ours.
    match "trace".parse() {
        Ok(level) => options.acquire_time_level(level),
        Err(_) => options,
    }
}

/// Commits what can only be committed with all before it. Where commits are asynchronous, the last rows are not known to
/// be committed for good until then, and `VACUUM` marks no page with such rows as visible to all.
const FLUSH: &str = "SET statement_timeout = 0; SET synchronous_commit = on; SELECT pg_logical_emit_message(true, 'perf-harness', '')";

/// Tables with pages that are not marked as visible to all. Who connects to any database of the server just then can hold
/// that back: until it has said to which one, its snapshot counts for all.
const UNSEEN: &str = "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'm') AND relallvisible < relpages \
     AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)";

/// How often it is tried.
const MOST_TIMES: usize = 5;

/// `VACUUM` also empties GIN's pending lists and sets the visibility map: without it plans on small tables are wrong.
pub(super) async fn vacuum(url: &Url) -> sqlx::Result<()> {
    let mut connection = PgConnectOptions::from_url(url)?
        .disable_statement_logging()
        .connect()
        .await?;
    sqlx::raw_sql(FLUSH).execute(&mut connection).await?;
    for _ in 0..MOST_TIMES {
        let vacuum = sqlx::raw_sql("VACUUM (FREEZE, ANALYZE)");
        vacuum.execute(&mut connection).await?;
        let unseen: i64 = sqlx::query_scalar(UNSEEN)
            .fetch_one(&mut connection)
            .await?;
        if unseen == 0 {
            break;
        }
    }
    connection.close().await?;
    // It removed the file that new connections read the catalog from. The next one makes it anew, for all copies.
    let again = PgConnectOptions::from_url(url)?.connect().await?;
    again.close().await
}
