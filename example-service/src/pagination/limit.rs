//! How long a list may get: the `?limit=` of a request and the `{"results": [...]}` around the answer.

use std::ops::RangeInclusive;

use axum::{extract::FromRequestParts, http::request::Parts};
use serde::Serialize;

use crate::{error::ApiError, query_params::QueryParams};

const ALLOWED: RangeInclusive<u64> = 1..=1000;
const DEFAULT: u64 = 100;

/// The number of rows that a list holds at most: `?limit=`, 1 to 1000, 100 when it is not given. Of several
/// the last one counts, as in Django's `QueryDict`. Anything else is a 400.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limit(pub(crate) u64);

impl<S: Sync> FromRequestParts<S> for Limit {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        match QueryParams::of(parts).get("limit") {
            Some(value) => parse(value).map_err(ApiError::BadRequest),
            None => Ok(Self(DEFAULT)),
        }
    }
}

fn parse(value: &str) -> Result<Limit, String> {
    match value.parse() {
        Ok(limit) if ALLOWED.contains(&limit) => Ok(Limit(limit)),
        _ => Err(format!(
            "limit is {value:?}: it must be a whole number from {} to {}.",
            ALLOWED.start(),
            ALLOWED.end()
        )),
    }
}

/// A list as the API answers it: `{"results": [...]}`.
#[derive(Debug, Serialize)]
pub(crate) struct Results<T> {
    pub(crate) results: Vec<T>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    async fn limit(uri: &str) -> Result<u64, String> {
        let (mut parts, ()) = Request::get(uri).body(()).unwrap().into_parts();
        match Limit::from_request_parts(&mut parts, &()).await {
            Ok(Limit(limit)) => Ok(limit),
            Err(ApiError::BadRequest(detail)) => Err(detail),
            Err(other) => panic!("a wrong limit is a bad request, not {other:?}"),
        }
    }

    #[tokio::test]
    async fn a_limit_within_the_range_is_taken_and_none_is_a_hundred() {
        for (query, expected) in [
            ("", 100),
            ("?", 100),
            ("?page=2", 100),
            ("?limit=1", 1),
            ("?limit=1000", 1000),
            ("?limit=7&limit=8", 8),
        ] {
            assert_eq!(limit(&format!("/{query}")).await, Ok(expected), "{query}");
        }
    }

    #[tokio::test]
    async fn any_other_limit_is_refused_with_its_value_and_the_range() {
        for value in [
            "",
            "0",
            "1001",
            "-1",
            "1.5",
            "ten",
            "18446744073709551616",
            "1%00",
        ] {
            let detail = limit(&format!("/?limit={value}")).await.unwrap_err();
            assert!(
                detail.ends_with("a whole number from 1 to 1000."),
                "{detail}"
            );
        }
        assert_eq!(
            limit("/?limit=%2210%22").await.unwrap_err(),
            r#"limit is "\"10\"": it must be a whole number from 1 to 1000."#
        );
    }
}
