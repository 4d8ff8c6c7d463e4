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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn the_schema_tells_what_may_be_absent_and_what_null() {
        let schema = serde_json::to_value(openapi()).unwrap();
        let user = &schema["components"]["schemas"]["User"];
        assert_eq!(user["required"], Value::Null);
        assert_eq!(user["properties"]["email"]["type"], "string");
        assert_eq!(user["properties"]["date_joined"]["format"], "date-time");
        assert_eq!(user["properties"]["groups"]["type"], "array");
        let profile = &user["properties"]["profile"]["oneOf"];
        assert_eq!(profile[0]["$ref"], "#/components/schemas/Profile");
        assert_eq!(profile[1], json!({"type": "null"}));
        let profile = &schema["components"]["schemas"]["Profile"];
        let required = json!(["bio", "location", "website", "birth_date"]);
        assert_eq!(profile["required"], required);
        let birth_date = &profile["properties"]["birth_date"];
        assert_eq!(birth_date["type"], json!(["string", "null"]));
        assert_eq!(birth_date["format"], "date");
    }

    #[test]
    fn the_schema_tells_the_parameters_of_both_paths() {
        let schema = serde_json::to_value(openapi()).unwrap();
        for (path, expected) in [
            ("/api/users/", &["fields", "page_size", "cursor"][..]),
            ("/api/users/{id}/", &["id", "fields"]),
        ] {
            let get = &schema["paths"][path]["get"];
            let params = get["parameters"].as_array().unwrap().iter();
            let names: Vec<_> = params.map(|param| param["name"].clone()).collect();
            assert_eq!(names, expected, "{path}");
            let statuses: Vec<_> = get["responses"].as_object().unwrap().keys().collect();
            assert_eq!(statuses, ["200", "401", "404", "429", "503"], "{path}");
        }
    }
}
