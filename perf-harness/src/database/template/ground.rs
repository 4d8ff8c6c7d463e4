//! What every template stands on: the harness's format, the server's version, its encoding and locale.

use tokio::sync::OnceCell;

use super::digest;
use crate::database::admin::{Admin, failed};
use crate::error::SetupError;

/// Raised when templates of before can no longer be used.
const FORMAT: &str = "2";

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
        // The provider's columns differ by version.
        let locale: String = sqlx::query_scalar(
            "SELECT concat_ws(' ', pg_encoding_to_char(encoding), datcollate, datctype,
                 to_jsonb(d) ->> 'datlocprovider', to_jsonb(d) ->> 'daticulocale', to_jsonb(d) ->> 'datlocale')
             FROM pg_database d WHERE datname = 'template0'",
        )
        .fetch_one(&mut *admin.at_hand().await)
        .await
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
