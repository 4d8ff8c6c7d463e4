//! A Django service, ported to axum and sea-orm: the program that the perf tests of this workspace measure.
//!
//! It is laid out as a Django project is: a folder per app ([`users`], [`dashboard`], [`articles`], [`projects`]), the migrations,
//! and beside them what Django and Django REST framework bring along (authentication, throttles, pagination, fields, error
//! bodies, dates). Each endpoint exists twice: line by line with its N+1 below `/naive`, and as it should be.
//!
//! The library reads no environment, opens no connection and prints nothing: that is the binary's work.

pub mod access;
pub mod articles;
pub mod dashboard;
mod date_time;
mod error;
mod fields;
mod health;
mod middleware;
pub mod migrations;
mod pagination;
mod parsers;
mod path_converters;
pub mod projects;
mod query_params;
mod schema;
pub mod seed;
mod service;
mod settings;
pub mod users;

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
    routing::get,
};
use sea_orm::DatabaseConnection;

use crate::{
    access::{Gate, Permission, guard},
    service::Service,
};
pub use settings::{Rate, RateError, Settings};

/// The whole service on one database, with the default settings.
pub fn router(db: DatabaseConnection) -> Router {
    router_with(db, &Settings::default())
}

/// The whole service on one database: the `urlpatterns` of the Django project.
pub fn router_with(db: DatabaseConnection, settings: &Settings) -> Router {
    let service = Service::new(db, settings);
    let public = users::routes()
        .merge(articles::routes())
        .merge(projects::routes());
    let naive = users::naive_routes()
        .merge(articles::naive_routes())
        .merge(projects::naive_routes());
    let private = dashboard::routes();
    let naive_private = dashboard::naive_routes();
    let gate = |permission, remembers_tokens| Gate {
        service: service.clone(),
        permission,
        remembers_tokens,
    };
    let routes = Router::new()
        .merge(guarded(public, gate(Permission::SignedInOrReadOnly, true)))
        .merge(guarded(naive, gate(Permission::SignedInOrReadOnly, false)))
        .merge(guarded(private, gate(Permission::SignedIn, true)))
        .merge(guarded(naive_private, gate(Permission::SignedIn, false)))
        .route("/api/schema/", get(schema::schema))
        .route("/healthz", get(health::healthz))
        .fallback(error::not_found)
        .method_not_allowed_fallback(error::method_not_allowed)
        .with_state(service);
    middleware::around(routes, settings)
}

/// Behind a gate, which stands before wrong methods, too: REST framework asks who it is first. Before that Django's router
/// looks at the path.
fn guarded(routes: Router<Service>, gate: Gate) -> Router<Service> {
    routes
        .method_not_allowed_fallback(error::method_not_allowed)
        .route_layer(from_fn_with_state(gate, guard))
        .route_layer(from_fn(path_converters::integers))
}

#[cfg(test)]
mod tests;
