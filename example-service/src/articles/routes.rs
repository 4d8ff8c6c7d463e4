//! The paths of the app: its `urls.py`.

use axum::{Router, routing::get};
use sea_orm::DatabaseConnection;

use super::{naive, tuned};

pub(crate) fn routes() -> Router<DatabaseConnection> {
    Router::new()
        .route("/api/articles/", get(tuned::list_articles))
        .route("/naive/api/articles/", get(naive::list_articles))
}
