//! What every template stands on: the harness's format, the server's version, its encoding and locale.

use sqlx::{AssertSqlSafe, Row as _};
use tokio::sync::OnceCell;

use super::digest;
use crate::database::admin::{Admin, failed};
use crate::error::SetupError;

/// Raised when templates of before can no longer be used.
const FORMAT: &str = "3";

/// A server, as far as templates on it differ by it.
#[derive(Clone, Debug)]
pub(super) struct Ground {
    pub(super) place: String,
    /// As `server_version_num` says it.
    pub(super) version: u32,
    /// Stands for the harness's version and all of the server that a database's content depends on.
    pub(super) key: String,
}

impl Ground {
    /// Asked for once per process. Must be called in the background.
    pub(super) async fn get() -> Result<Self, SetupError> {
        static GROUND: OnceCell<Result<Ground, SetupError>> = OnceCell::const_new();
        GROUND.get_or_init(Self::ask).await.clone()
    }

    async fn ask() -> Result<Self, SetupError> {
        let admin = Admin::get().await?;
        let asked = format!(
            "SELECT concat_ws(' ', pg_encoding_to_char(encoding), datcollate, datctype{}) FROM pg_database
             WHERE datname = 'template0'",
            provider(admin.server.version)
        );
        let row = sqlx::raw_sql(AssertSqlSafe(asked))
            .fetch_one(&mut *admin.at_hand().await)
            .await;
        let locale: String = row
            .and_then(|row| row.try_get(0))
            .map_err(|error| failed("template0", "read", &error))?;
        let version = admin.server.version;
        Ok(Self {
            place: admin.place.clone(),
            version,
            key: digest::of([
                env!("CARGO_PKG_VERSION"),
                FORMAT,
                &version.to_string(),
                &locale,
            ]),
        })
    }
}

/// The columns that say who compares texts: PostgreSQL's release notes, 15 and 17.
fn provider(version: u32) -> &'static str {
    match version {
        170_000.. => ", datlocprovider, datlocale",
        150_000.. => ", datlocprovider, daticulocale",
        _ => "",
    }
}
