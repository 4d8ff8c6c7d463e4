//! The users app: accounts, groups and permissions (`django.contrib.auth`), and the users' profiles.
//!
//! A list and a detail, twice, with the same users to the byte: below `/naive` the database is asked four times for each
//! user, without it three times for all of them.

pub mod entity;

mod naive;
mod prefetch;
mod routes;
mod serializer;
mod sparse;
mod tuned;

use crate::error::ApiError;

pub(crate) use routes::{naive_routes, openapi, routes};
pub(crate) use serializer::UserSummarySerializer;

/// `get_object_or_404(User.objects.all(), pk=pk)`
const NOT_FOUND: ApiError = ApiError::NotFound("No User matches the given query.");
