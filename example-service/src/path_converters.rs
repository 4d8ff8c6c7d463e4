//! Django's `<int:pk>`: what is no number in a path is no path of ours.

use axum::{
    extract::{FromRequestParts, RawPathParams, Request, rejection::RawPathParamsRejection},
    http::request::Parts,
    middleware::Next,
    response::Response,
};
use std::str::FromStr;

use crate::error::{ApiError, not_found};

/// The router's 404 for a path with a parameter that is no number, before it is asked who it is: Django's router knows no
/// such path. axum's own takes any text.
pub(crate) async fn integers(
    params: Result<RawPathParams, RawPathParamsRejection>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let is_path = params.is_ok_and(|params| params.iter().all(|(_, value)| is_integer(value)));
    if is_path {
        Ok(next.run(request).await)
    } else {
        Err(not_found().await)
    }
}

fn is_integer(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// The number in a path; `None` if it is larger than any of the column's: Django knows without a query that there is no
/// such row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pk<T>(pub(crate) Option<T>);

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for Pk<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Ok(params) = RawPathParams::from_request_parts(parts, state).await else {
            return Err(not_found().await);
        };
        let first = params.iter().next();
        Ok(Self(first.and_then(|(_, value)| value.parse().ok())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_digits_are_an_integer() {
        for value in ["0", "7", "007", "99999999999999999999"] {
            assert!(is_integer(value), "{value}");
        }
        for value in ["", "-1", "+1", "1.0", " 1", "one", "1a", "\u{661}"] {
            assert!(!is_integer(value), "{value}");
        }
    }
}
