//! The articles app: a list, newest first, and a search in it.
//!
//! One endpoint, twice. `GET /naive/api/articles/` reads the whole table, counts what it found, skips to the page
//! and asks for each author. `GET /api/articles/` seeks in indexes: for the words, for the place in the list, and
//! the authors come along. Both list published articles only, each with the same JSON.

pub mod entity;

mod cursor;
mod naive;
mod routes;
mod search;
mod serializer;
mod tuned;

pub(crate) use routes::{naive_routes, openapi, routes};
