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

/// Makes a filled database ready to be copied.
///
/// `VACUUM` also empties GIN's pending lists and sets the visibility map: without it plans on small tables are wrong.
pub(super) async fn vacuum(url: &Url) -> sqlx::Result<()> {
    let options = PgConnectOptions::from_url(url)?.disable_statement_logging();
    let mut connection = options.connect().await?;
    sqlx::raw_sql("VACUUM (FREEZE, ANALYZE)")
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    // It removed the file of catalog entries that saves a new session half of its start. The next session writes it,
    // and the copies have it too.
    options.connect().await?.close().await
}
