//! The paths of the app: its `urls.py`.

use axum::{Router, routing::get};
use utoipa::OpenApi;

use super::{naive, tuned};
use crate::service::Service;

pub(crate) fn routes() -> Router<Service> {
    Router::new()
        .route("/api/users/", get(tuned::list_users))
        .route("/api/users/{id}/", get(tuned::retrieve_user))
}

pub(crate) fn naive_routes() -> Router<Service> {
    Router::new()
        .route("/naive/api/users/", get(naive::list_users))
        .route("/naive/api/users/{id}/", get(naive::retrieve_user))
}

/// Of the tuned paths: the naive ones take and answer the same, but for the pages.
#[derive(OpenApi)]
#[openapi(paths(tuned::list_users, tuned::retrieve_user))]
struct Api;

pub(crate) fn openapi() -> utoipa::openapi::OpenApi {
    Api::openapi()
}
