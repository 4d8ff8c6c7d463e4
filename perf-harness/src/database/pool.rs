//! Connections to a test's or a template's database.

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use url::Url;

/// A pool that connects when it is first used, with sqlx's defaults.
#[cfg(any(feature = "sqlx", feature = "sea-orm"))]
pub(crate) fn lazy(url: &Url) -> sqlx::PgPool {
    match PgConnectOptions::from_url(url) {
        Ok(options) => sqlx::postgres::PgPoolOptions::new().connect_lazy_with(options),
        Err(error) => unreachable!("the server was reached by this URL: {error}"),
    }
}

/// Commits what can only be committed with all before it. Where commits are asynchronous, the last rows are not known to
/// be committed for good until then, and `VACUUM` marks no page with such rows as visible to all.
const FLUSH: &str = "SET statement_timeout = 0; SET synchronous_commit = on; SELECT pg_logical_emit_message(true, 'perf-harness', '')";

/// `VACUUM` also empties GIN's pending lists and sets the visibility map: without it plans on small tables are wrong.
pub(super) async fn vacuum(url: &Url) -> sqlx::Result<()> {
    let mut connection = PgConnectOptions::from_url(url)?
        .disable_statement_logging()
        .connect()
        .await?;
    for statement in [FLUSH, "VACUUM (FREEZE, ANALYZE)"] {
        sqlx::raw_sql(statement).execute(&mut connection).await?;
    }
    connection.close().await?;
    // It removed the file that new connections read the catalog from. The next one makes it anew, for all copies.
    let again = PgConnectOptions::from_url(url)?.connect().await?;
    again.close().await
}
