//! `Authorization: Token <key>`: REST framework's `TokenAuthentication`.

use std::{fmt, time::Duration};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header::AUTHORIZATION, request::Parts},
};
use moka::future::Cache;
use sea_orm::{DatabaseConnection, DerivePartialModel, EntityTrait};

use super::entity::token;
use crate::{error::ApiError, users::entity::user};

/// As many as are remembered at once.
const MOST_TOKENS: u64 = 10_000;

/// Whoever sent a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) id: i32,
    pub(crate) username: String,
}

/// The user of a request that a [`Gate`](super::Gate) let pass: a handler that takes it needs a gate for signed-in users,
/// or a method that is not safe.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn(pub(crate) User);

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let user = parts.extensions.get::<User>().cloned();
        user.map(Self).ok_or(ApiError::NOT_AUTHENTICATED)
    }
}

/// The tokens that were looked up, for a while: a request with one of them costs no query. So a token that is deleted, or a
/// user who is made inactive, may ask until the while is over.
#[derive(Clone)]
pub(crate) struct Tokens(Cache<String, User>);

impl Tokens {
    pub(crate) fn new(ttl: Duration) -> Self {
        let cache = Cache::builder().max_capacity(MOST_TOKENS).time_to_live(ttl);
        Self(cache.build())
    }

    /// The user of a key; at most one query, none while the key is remembered.
    pub(super) async fn user(&self, db: &DatabaseConnection, key: &str) -> Result<User, ApiError> {
        if let Some(user) = self.0.get(key).await {
            return Ok(user);
        }
        let user = look_up(db, key).await?;
        self.0.insert(key.to_owned(), user.clone()).await;
        Ok(user)
    }
}

/// Keys are secrets.
impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tokens")
            .field(&self.0.entry_count())
            .finish()
    }
}

#[derive(DerivePartialModel)]
#[sea_orm(entity = "token::Entity")]
struct TokenOfUser {
    #[sea_orm(nested)]
    user: TokenUser,
}

#[derive(DerivePartialModel)]
#[sea_orm(entity = "user::Entity")]
struct TokenUser {
    id: i32,
    username: String,
    is_active: bool,
}

/// `Token.objects.select_related('user').get(key=key)`.
pub(super) async fn look_up(db: &DatabaseConnection, key: &str) -> Result<User, ApiError> {
    // Postgres takes no text with this character.
    if key.contains('\0') {
        return Err(ApiError::Unauthorized("Invalid token."));
    }
    let found = token::Entity::find_by_id(key)
        .inner_join(user::Entity)
        .into_partial_model::<TokenOfUser>()
        .one(db)
        .await?;
    match found {
        None => Err(ApiError::Unauthorized("Invalid token.")),
        Some(TokenOfUser { user }) if !user.is_active => {
            Err(ApiError::Unauthorized("User inactive or deleted."))
        }
        Some(TokenOfUser { user }) => Ok(User {
            id: user.id,
            username: user.username,
        }),
    }
}

/// The key that a request carries, if it says `Token`. Another scheme is somebody else's, as in REST framework.
pub(super) fn key(headers: &HeaderMap) -> Result<Option<&str>, ApiError> {
    let Some(value) = headers.get(AUTHORIZATION) else {
        return Ok(None);
    };
    let bytes = value.as_bytes();
    let mut words = bytes
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    if !words
        .next()
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"token"))
    {
        return Ok(None);
    }
    let key = words.next().ok_or(ApiError::Unauthorized(
        "Invalid token header. No credentials provided.",
    ))?;
    if words.next().is_some() {
        return Err(ApiError::Unauthorized(
            "Invalid token header. Token string should not contain spaces.",
        ));
    }
    std::str::from_utf8(key).map(Some).map_err(|_| {
        ApiError::Unauthorized(
            "Invalid token header. Token string should not contain invalid characters.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn read(header: &[u8]) -> Result<Option<String>, &'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_bytes(header).unwrap());
        match key(&headers) {
            Ok(key) => Ok(key.map(str::to_owned)),
            Err(ApiError::Unauthorized(detail)) => Err(detail),
            Err(other) => panic!("a wrong header is unauthorized, not {other:?}"),
        }
    }

    #[test]
    fn a_key_follows_the_word_token() {
        for header in ["Token abc", "token abc", "TOKEN\tabc", "  Token   abc "] {
            assert_eq!(
                read(header.as_bytes()),
                Ok(Some("abc".to_owned())),
                "{header}"
            );
        }
        for header in ["", "Bearer abc", "Basic YTpi", "abc"] {
            assert_eq!(read(header.as_bytes()), Ok(None), "{header}");
        }
        assert!(matches!(key(&HeaderMap::new()), Ok(None)));
    }

    #[test]
    fn a_header_without_one_key_is_told_in_the_words_of_rest_framework() {
        for (header, expected) in [
            (
                &b"Token"[..],
                "Invalid token header. No credentials provided.",
            ),
            (
                b"Token a b",
                "Invalid token header. Token string should not contain spaces.",
            ),
            (
                b"Token \xff",
                "Invalid token header. Token string should not contain invalid characters.",
            ),
        ] {
            assert_eq!(read(header), Err(expected));
        }
    }
}
