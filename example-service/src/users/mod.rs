//! The users app: accounts (`django.contrib.auth`) and their profiles.
//!
//! One endpoint, twice, with the same answer to the byte: `GET /naive/api/users/` asks the database once per
//! user, `GET /api/users/` once.

pub mod entity;

mod eager;
mod naive;
mod routes;
mod serializer;

pub(crate) use routes::{naive_routes, openapi, routes};
