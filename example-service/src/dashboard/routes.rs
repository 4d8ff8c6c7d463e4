//! The paths of the app: its `urls.py`.

use axum::{
    Router,
    routing::{get, patch},
};
use utoipa::OpenApi;

use super::{naive, tuned};
use crate::service::Service;

pub(crate) fn routes() -> Router<Service> {
    Router::new()
        .route(
            "/api/dashboard/",
            get(tuned::dashboard).post(tuned::create_item),
        )
        .route(
            "/api/dashboard/{id}/",
            patch(tuned::update_item).delete(tuned::delete_item),
        )
}

pub(crate) fn naive_routes() -> Router<Service> {
    Router::new()
        .route(
            "/naive/api/dashboard/",
            get(naive::dashboard).post(naive::create_item),
        )
        .route(
            "/naive/api/dashboard/{id}/",
            patch(naive::update_item).delete(naive::delete_item),
        )
}

/// Of the tuned paths: the naive ones take and answer the same, but for the pages and the headers of caches.
#[derive(OpenApi)]
#[openapi(paths(
    tuned::dashboard,
    tuned::create_item,
    tuned::update_item,
    tuned::delete_item
))]
struct Api;

pub(crate) fn openapi() -> utoipa::openapi::OpenApi {
    Api::openapi()
}
