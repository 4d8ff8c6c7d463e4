//! Numbers in a path: Django's `<int:pk>`.

use axum::{
    extract::{FromRequestParts, RawPathParams, Request},
    http::request::Parts,
    middleware::Next,
    response::Response,
};

use crate::error::{self, ApiError};

/// The number of a path with one `{parameter}`. One beyond 64 bits counts as the largest: no row has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PathId(pub(crate) i64);

impl PathId {
    fn parse(digits: &str) -> Option<Self> {
        let number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        number.then(|| Self(digits.parse().unwrap_or(i64::MAX)))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PathId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match RawPathParams::from_request_parts(parts, state).await {
            Ok(params) => match params.iter().next().and_then(|(_, id)| Self::parse(id)) {
                Some(id) => Ok(id),
                None => Err(error::not_found().await),
            },
            Err(_) => Err(error::not_found().await),
        }
    }
}

/// A path whose parameters are no numbers is no path of the service, whoever asks: Django resolves the path first.
pub(crate) async fn only_numbers(request: Request, next: Next) -> Result<Response, ApiError> {
    let (mut parts, body) = request.into_parts();
    let known = match RawPathParams::from_request_parts(&mut parts, &()).await {
        Ok(params) => params.iter().all(|(_, id)| PathId::parse(id).is_some()),
        Err(_) => false,
    };
    match known {
        true => Ok(next.run(Request::from_parts(parts, body)).await),
        false => Err(error::not_found().await),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_digits_and_nothing_else() {
        for (digits, expected) in [
            ("7", Some(7)),
            ("007", Some(7)),
            ("9223372036854775807", Some(i64::MAX)),
            ("9223372036854775808", Some(i64::MAX)),
            ("", None),
            ("-1", None),
            ("+1", None),
            ("1.0", None),
            ("one", None),
            ("١", None),
        ] {
            assert_eq!(PathId::parse(digits), expected.map(PathId), "{digits}");
        }
    }
}
