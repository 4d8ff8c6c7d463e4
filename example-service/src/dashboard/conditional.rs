//! A page that a client may have already: Django's `get_conditional_response`, as far as a `GET` with `If-None-Match` goes.

use axum::{
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY},
    },
    response::{IntoResponse, Response},
};
use sha2::{Digest as _, Sha256};

use super::cache::Page;

/// The tag of a body: half of its hash, which is enough to tell a user's own pages apart.
pub(super) fn etag(body: &[u8]) -> HeaderValue {
    let hash = Sha256::digest(body);
    let half = hash
        .iter()
        .take(16)
        .fold(0, |half, byte| half << 8 | u128::from(*byte));
    HeaderValue::try_from(format!("\"{half:032x}\"")).expect("hexadecimal digits are visible ASCII")
}

/// The page, or 304 and nothing of it where the client has it. Whose it is depends on the token, and whether it is still true only the
/// service knows: `private, no-cache`.
pub(super) fn answer(request: &HeaderMap, page: Page) -> Response {
    let mut response = if has(request, &page.etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(CONTENT_TYPE, "application/json")], page.body).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(ETAG, page.etag);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(VARY, HeaderValue::from(AUTHORIZATION));
    response
}

/// By the weak comparison (RFC 9110, 13.1.2). The tags here hold no comma, so one that does is not among them.
fn has(request: &HeaderMap, etag: &HeaderValue) -> bool {
    let lists = request.get_all(IF_NONE_MATCH).iter();
    let mut tags = lists.flat_map(|list| list.as_bytes().split(|byte| *byte == b','));
    tags.any(|tag| {
        let tag = tag.trim_ascii();
        tag == b"*" || opaque(tag) == opaque(etag.as_bytes())
    })
}

/// Without the mark of a weak tag.
fn opaque(tag: &[u8]) -> &[u8] {
    tag.strip_prefix(b"W/").unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_of_the_body_alone() {
        // sha256 of nothing begins with e3b0c442.
        assert_eq!(etag(b""), r#""e3b0c44298fc1c149afbf4c8996fb924""#);
        assert_ne!(etag(b"a"), etag(b"b"));
    }

    #[test]
    fn a_client_has_the_page_by_any_of_its_tags_weak_or_strong() {
        let etag = HeaderValue::from_static(r#""abc""#);
        for (lists, expected) in [
            (&[r#"W/"abc""#][..], true),
            (&[r#""abc""#], true),
            (&[r#""x", W/"y" ,W/"abc""#], true),
            (&[r#""x""#, r#""abc""#], true),
            (&["*"], true),
            (&[" * "], true),
            (&[], false),
            (&[""], false),
            (&[r#""x""#], false),
            (&["abc"], false),
            (&[r#"w/"abc""#], false),
            (&[r#""ab", "c""#], false),
            (&[r#""*""#], false),
        ] {
            let mut request = HeaderMap::new();
            for list in lists {
                request.append(IF_NONE_MATCH, HeaderValue::from_static(list));
            }
            assert_eq!(has(&request, &etag), expected, "{lists:?}");
        }
    }
}
