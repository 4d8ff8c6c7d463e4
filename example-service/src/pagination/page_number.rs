//! `?page=`: REST framework's `PageNumberPagination`, which counts all rows to show some.

use axum::{extract::FromRequestParts, http::request::Parts};
use serde::Serialize;

use super::{PageSize, RequestUrl};
use crate::{error::ApiError, query_params::QueryParams};

const INVALID: ApiError = ApiError::NotFound("Invalid page.");

/// The page that is asked for. What is no positive number is a 404.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PageNumber {
    Number(u64),
    /// `?page=last`.
    Last,
}

impl PageNumber {
    fn parse(value: &str) -> Result<Self, ApiError> {
        match value.trim().parse() {
            _ if value.is_empty() => Ok(Self::Number(1)),
            _ if value == "last" => Ok(Self::Last),
            Ok(number @ 1..) => Ok(Self::Number(number)),
            Ok(0) | Err(_) => Err(INVALID),
        }
    }

    /// The page of a list of `count` rows. Of an empty list there is a first page, too.
    pub(crate) fn of<const MAX: u64>(
        self,
        count: u64,
        PageSize(size): PageSize<MAX>,
    ) -> Result<Page, ApiError> {
        let pages = count.div_ceil(size).max(1);
        let number = match self {
            Self::Number(number) => number,
            Self::Last => pages,
        };
        if number > pages {
            return Err(INVALID);
        }
        let offset = (number - 1) * size;
        Ok(Page {
            count,
            number,
            pages,
            offset,
            limit: size.min(count - offset),
        })
    }
}

impl<S: Sync> FromRequestParts<S> for PageNumber {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Self::parse(QueryParams::of(parts).get("page").unwrap_or_default())
    }
}

/// A page that exists, by the rows that it holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page {
    count: u64,
    number: u64,
    pages: u64,
    pub(crate) offset: u64,
    /// 0 only when there is no row at all: Django does not ask for them then.
    pub(crate) limit: u64,
}

impl Page {
    pub(crate) fn answer<T>(&self, url: &RequestUrl, results: Vec<T>) -> NumberedPage<T> {
        NumberedPage {
            count: self.count,
            next: (self.number < self.pages).then(|| link(url, self.number + 1)),
            previous: (self.number > 1).then(|| link(url, self.number - 1)),
            results,
        }
    }
}

/// The first page is the one without a number.
fn link(url: &RequestUrl, number: u64) -> String {
    match number {
        1 => url.without("page"),
        _ => url.with("page", &number.to_string()),
    }
}

/// A page as REST framework answers it.
#[derive(Debug, Serialize)]
pub(crate) struct NumberedPage<T> {
    count: u64,
    next: Option<String>,
    previous: Option<String>,
    results: Vec<T>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(page: &str, count: u64) -> Option<(u64, u64)> {
        let page = PageNumber::parse(page)
            .ok()?
            .of(count, PageSize::<100>(20))
            .ok()?;
        Some((page.offset, page.limit))
    }

    #[test]
    fn a_page_is_cut_out_of_its_list() {
        for (page, count, expected) in [
            ("", 50, Some((0, 20))),
            ("1", 50, Some((0, 20))),
            ("3", 50, Some((40, 10))),
            ("last", 50, Some((40, 10))),
            ("2", 40, Some((20, 20))),
            ("last", 40, Some((20, 20))),
            ("1", 0, Some((0, 0))),
            ("last", 0, Some((0, 0))),
            ("3", 40, None),
            ("2", 0, None),
            ("18446744073709551615", 50, None),
        ] {
            assert_eq!(window(page, count), expected, "page {page:?} of {count}");
        }
    }

    #[test]
    fn what_is_no_positive_number_is_no_page() {
        for page in ["0", "-1", "1.5", "two", "18446744073709551616"] {
            assert_eq!(window(page, 50), None, "{page}");
        }
    }
}
