//! The projects app: a list and a project by itself, at two depths, and new projects, one or many.
//!
//! Each twice. Below `/naive` a project asks for its owner, its files and the authors of its checks, and each new one is a
//! statement. In the tuned way a list is two queries, a project three, and new projects one, however many there are.

pub mod entity;

mod batch;
mod filters;
mod naive;
mod newest;
mod routes;
mod serializer;
mod tuned;

use crate::error::ApiError;
pub(crate) use routes::{naive_routes, openapi, routes};

/// What `get_object` raises.
const NOT_FOUND: ApiError = ApiError::NotFound("No Project matches the given query.");
