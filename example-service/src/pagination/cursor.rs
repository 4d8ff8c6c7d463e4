//! The text of a cursor, as REST framework's `CursorPagination` writes it: a query string in base 64. What is in
//! it belongs to the list that it is a cursor of; a client has no business in there.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;

/// The answer to a cursor that this service did not write.
pub(crate) const INVALID: ApiError = ApiError::NotFound("Invalid cursor");

/// A page as REST framework answers it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CursorPage<T> {
    pub(crate) next: Option<String>,
    pub(crate) previous: Option<String>,
    pub(crate) results: Vec<T>,
}

pub(crate) fn encode(pairs: &[(&str, String)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    STANDARD.encode(query)
}

/// `None` for what is not in base 64.
pub(crate) fn decode(text: &str) -> Option<Vec<(String, String)>> {
    let query = STANDARD.decode(text).ok()?;
    Some(form_urlencoded::parse(&query).into_owned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_written_as_rest_framework_writes_it() {
        let pairs = [
            ("r", "1".to_owned()),
            ("p", "2026-01-01 00:00:00+00:00".to_owned()),
        ];
        // base64 of `r=1&p=2026-01-01+00%3A00%3A00%2B00%3A00`, from Python.
        let text = "cj0xJnA9MjAyNi0wMS0wMSswMCUzQTAwJTNBMDAlMkIwMCUzQTAw";
        assert_eq!(encode(&pairs), text);
        let read = decode(text).unwrap();
        assert_eq!(read, pairs.map(|(name, value)| (name.to_owned(), value)));
    }

    #[test]
    fn what_is_not_base_64_is_no_cursor() {
        for text in ["x", "cj0x=", "cj0 x", "%%%%", "cj-_", "ü"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
