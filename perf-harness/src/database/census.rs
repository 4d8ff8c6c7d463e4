//! How much there is in a database.

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, Row as _};
use url::Url;

use super::admin::failed;
use crate::error::SetupError;

/// The number of rows in all tables that are not the server's own.
pub(crate) async fn rows(url: &Url) -> Result<u64, SetupError> {
    let database = url.path().trim_start_matches('/').to_owned();
    let counted = counted(url).await;
    counted.map_err(|error| failed(&database, "counted", &error))
}

async fn counted(url: &Url) -> sqlx::Result<u64> {
    let options = PgConnectOptions::from_url(url)?.disable_statement_logging();
    let mut connection = options.connect().await?;
    let tables = sqlx::raw_sql(
        "SELECT format('SELECT count(*) FROM ONLY %I.%I', nspname, relname)
         FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
         WHERE relkind = 'r' AND nspname NOT IN ('pg_catalog', 'information_schema') AND nspname NOT LIKE 'pg\\_%'",
    );
    let tables = tables.fetch_all(&mut connection).await?;
    let mut rows = 0;
    for table in tables {
        rows += count(&mut connection, table.try_get(0)?).await?;
    }
    connection.close().await?;
    Ok(rows)
}

async fn count(connection: &mut PgConnection, question: String) -> sqlx::Result<u64> {
    let row = sqlx::raw_sql(AssertSqlSafe(question))
        .fetch_one(connection)
        .await?;
    let count: i64 = row.try_get(0)?;
    Ok(count.unsigned_abs())
}
