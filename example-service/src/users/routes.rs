//! The paths of the app: its `urls.py`.

use axum::{Router, routing::get};
use utoipa::OpenApi;

use super::{eager, naive};
use crate::service::Service;

pub(crate) fn routes() -> Router<Service> {
    Router::new().route("/api/users/", get(eager::list_users))
}

pub(crate) fn naive_routes() -> Router<Service> {
    Router::new().route("/naive/api/users/", get(naive::list_users))
}

/// Of the tuned paths: the naive ones take and answer the same, but for the pages.
#[derive(OpenApi)]
#[openapi(paths(eager::list_users))]
struct Api;

pub(crate) fn openapi() -> utoipa::openapi::OpenApi {
    Api::openapi()
}
