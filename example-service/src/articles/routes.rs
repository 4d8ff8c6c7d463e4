//! The paths of the app: its `urls.py`.

use axum::{Router, routing::get};
use utoipa::OpenApi;

use super::{naive, tuned};
use crate::service::Service;

pub(crate) fn routes() -> Router<Service> {
    Router::new().route("/api/articles/", get(tuned::list_articles))
}

pub(crate) fn naive_routes() -> Router<Service> {
    Router::new().route("/naive/api/articles/", get(naive::list_articles))
}

/// Of the tuned paths: the naive ones take and answer the same, but for the pages.
#[derive(OpenApi)]
#[openapi(paths(tuned::list_articles))]
struct Api;

pub(crate) fn openapi() -> utoipa::openapi::OpenApi {
    Api::openapi()
}
