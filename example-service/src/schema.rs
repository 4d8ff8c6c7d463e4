//! `GET /api/schema/`: what the service answers, for programs and their authors, as `OpenAPI` 3.1.

use std::sync::LazyLock;

use axum::Json;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        Components,
        security::{ApiKey, ApiKeyValue, SecurityScheme},
    },
};

use crate::{articles, dashboard, projects, users};

static SCHEMA: LazyLock<utoipa::openapi::OpenApi> = LazyLock::new(|| {
    let mut schema = Project::openapi();
    for app in [
        users::openapi(),
        dashboard::openapi(),
        articles::openapi(),
        projects::openapi(),
    ] {
        schema.merge(app);
    }
    schema
});

#[derive(OpenApi)]
#[openapi(
    info(title = "example-service", description = "A Django service, ported."),
    modifiers(&Token)
)]
struct Project;

/// `Authorization: Token <key>`.
struct Token;

impl Modify for Token {
    fn modify(&self, schema: &mut utoipa::openapi::OpenApi) {
        let header = ApiKeyValue::with_description("Authorization", "Token <key>");
        let components = schema.components.get_or_insert_with(Components::new);
        components.add_security_scheme("token", SecurityScheme::ApiKey(ApiKey::Header(header)));
    }
}

pub(crate) async fn schema() -> Json<&'static utoipa::openapi::OpenApi> {
    Json(&SCHEMA)
}
