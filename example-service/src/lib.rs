//! A Django service, ported to axum and sea-orm: the program that the perf tests of this workspace measure.
//!
//! It is laid out as a Django project is: a folder per app ([`users`], [`articles`]), the migrations, and beside them what
//! Django and Django REST framework bring along (pagination, error bodies, dates). Each endpoint exists twice
//! where the port taught something: line by line with its N+1 below `/naive`, and as it should be.
//!
//! The library reads no environment, opens no connection and prints nothing: that is the binary's work.

pub mod articles;
mod date_time;
mod error;
mod health;
pub mod migrations;
mod pagination;
mod query_params;
pub mod seed;
pub mod users;

use axum::{Router, routing::get};
use sea_orm::DatabaseConnection;

/// The whole service on one database: the `urlpatterns` of the Django project.
pub fn router(db: DatabaseConnection) -> Router {
    Router::new()
        .merge(users::routes())
        .merge(articles::routes())
        .route("/healthz", get(health::healthz))
        .fallback(error::not_found)
        .method_not_allowed_fallback(error::method_not_allowed)
        .with_state(db)
}

#[cfg(test)]
mod tests;
