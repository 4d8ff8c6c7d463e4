//! The `?page_size=` of a request.

use std::{convert::Infallible, num::IntErrorKind};

use axum::{extract::FromRequestParts, http::request::Parts};

use crate::query_params::QueryParams;

const DEFAULT: u64 = 20;

/// The number of rows on a page: 20, or what is asked for, at most `MAX`. REST framework refuses nothing here:
/// what is no positive number counts as not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PageSize<const MAX: u64 = 100>(pub(crate) u64);

impl<const MAX: u64> PageSize<MAX> {
    fn parse(value: &str) -> Self {
        match value.trim().parse::<u64>() {
            Ok(size @ 1..) => Self(size.min(MAX)),
            Err(error) if *error.kind() == IntErrorKind::PosOverflow => Self(MAX),
            Ok(0) | Err(_) => Self(DEFAULT),
        }
    }
}

impl<S: Sync, const MAX: u64> FromRequestParts<S> for PageSize<MAX> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let params = QueryParams::of(parts);
        Ok(Self::parse(params.get("page_size").unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_size_is_cut_to_the_largest_and_nonsense_is_the_default() {
        for (value, expected) in [
            ("1", 1),
            (" 99 ", 99),
            ("100", 100),
            ("101", 100),
            ("99999999999999999999999", 100),
            ("", 20),
            ("0", 20),
            ("-1", 20),
            ("ten", 20),
        ] {
            assert_eq!(
                PageSize::<100>::parse(value),
                PageSize(expected),
                "{value:?}"
            );
        }
        assert_eq!(PageSize::<1000>::parse("1001"), PageSize(1000));
    }
}
