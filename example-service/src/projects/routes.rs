//! The paths of the app: its `urls.py`.

use axum::{Router, routing::get};
use utoipa::OpenApi;

use super::{naive, tuned};
use crate::service::Service;

pub(crate) fn routes() -> Router<Service> {
    let list = get(tuned::list_projects).post(tuned::create_projects);
    Router::new()
        .route("/api/v1/projects/", list)
        .route("/api/v1/projects/{id}/", get(tuned::show_project))
}

pub(crate) fn naive_routes() -> Router<Service> {
    let list = get(naive::list_projects).post(naive::create_projects);
    Router::new()
        .route("/naive/api/v1/projects/", list)
        .route("/naive/api/v1/projects/{id}/", get(naive::show_project))
}

/// Of the tuned paths: the naive ones take and answer the same, but for the pages.
#[derive(OpenApi)]
#[openapi(paths(tuned::list_projects, tuned::show_project, tuned::create_projects))]
struct Api;

pub(crate) fn openapi() -> utoipa::openapi::OpenApi {
    Api::openapi()
}
