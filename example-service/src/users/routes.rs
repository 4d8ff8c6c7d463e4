//! The paths of the app: its `urls.py`.

use axum::{Router, routing::get};
use sea_orm::DatabaseConnection;

use super::{eager, naive};

pub(crate) fn routes() -> Router<DatabaseConnection> {
    Router::new()
        .route("/api/users/", get(eager::list_users))
        .route("/naive/api/users/", get(naive::list_users))
}
