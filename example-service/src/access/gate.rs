//! What stands before the views of a group of routes.

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, Method},
    middleware::Next,
    response::Response,
};
use std::net::SocketAddr;

use super::authentication::{self, User};
use crate::{error::ApiError, service::Service};

/// REST framework's permission classes, as far as they are used here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permission {
    /// `IsAuthenticated`.
    SignedIn,
    /// `IsAuthenticatedOrReadOnly`.
    SignedInOrReadOnly,
}

/// The service, and what it asks of a request to these routes.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    pub(crate) service: Service,
    pub(crate) permission: Permission,
    /// Whether a token that was looked up is remembered. The naive routes do not: Django does not.
    pub(crate) remembers_tokens: bool,
}

/// Authentication, permission, throttle. The user is left in the request's extensions.
pub(crate) async fn guard(
    State(gate): State<Gate>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let user = gate.authenticate(request.headers()).await?;
    if user.is_none() && !gate.permission.allows_anybody(request.method()) {
        return Err(ApiError::NOT_AUTHENTICATED);
    }
    let throttles = &gate.service.throttles;
    throttles.admit(user.as_ref(), &address(&request))?;
    if let Some(user) = user {
        request.extensions_mut().insert(user);
    }
    Ok(next.run(request).await)
}

impl Gate {
    async fn authenticate(&self, headers: &HeaderMap) -> Result<Option<User>, ApiError> {
        let Some(key) = authentication::key(headers)? else {
            return Ok(None);
        };
        let Service { db, tokens, .. } = &self.service;
        let user = if self.remembers_tokens {
            tokens.user(db, key).await?
        } else {
            authentication::look_up(db, key).await?
        };
        Ok(Some(user))
    }
}

impl Permission {
    /// REST framework's `SAFE_METHODS`.
    fn allows_anybody(self, method: &Method) -> bool {
        self == Self::SignedInOrReadOnly
            && matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
    }
}

/// The peer's address; empty where there is no socket. A header of the client's own making does not count.
fn address(request: &Request) -> String {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    peer.map_or_else(String::new, |ConnectInfo(peer)| peer.ip().to_string())
}
