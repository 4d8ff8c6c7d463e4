//! What a client is told when a request fails: always JSON, in the words and the shape of Django REST framework:
//! `{"detail": ...}`, or the mistakes of an input by its fields. The cause of a database failure goes to the log and never to the client.

use axum::{
    http::{
        HeaderName, HeaderValue, Method, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};
use sea_orm::{DbErr, RuntimeErr, SqlErr, SqlxError};
use serde_json::json;
use std::collections::BTreeMap;
use utoipa::ToSchema;

use crate::fields::Errors;

/// Why a request got no answer.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// 400: the client's mistake, in words for the client.
    BadRequest(String),
    /// 400: what is wrong with an input, by its fields.
    Invalid(Errors),
    /// 401, in REST framework's words.
    Unauthorized(&'static str),
    /// 404, with what was not found in REST framework's words.
    NotFound(&'static str),
    /// 405.
    MethodNotAllowed(Method),
    /// 413.
    ContentTooLarge,
    /// 415, with the type that was sent.
    UnsupportedMediaType(String),
    /// 429, and after how many seconds the next request may come.
    Throttled { seconds: u64 },
    /// 503: it took too long.
    TimedOut,
    /// 503: one of its statements did.
    CutOff(DbErr),
    /// 503: no connection to the database could be had, or it broke.
    Unavailable(DbErr),
    /// 500: the database answered with an error.
    Internal(DbErr),
}

impl ApiError {
    pub(crate) const NOT_AUTHENTICATED: Self =
        Self::Unauthorized("Authentication credentials were not provided.");

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest(_) | Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::Unauthorized(_) => StatusCode::UNAUTHORIZED,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::ContentTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Throttled { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::TimedOut | Self::CutOff(_) | Self::Unavailable(_) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The body.
    pub(crate) fn told(&self) -> String {
        let detail = match self {
            Self::Invalid(mistakes) => {
                return serde_json::to_string(mistakes).expect("texts by fields are JSON");
            }
            Self::BadRequest(detail) => detail.clone(),
            Self::Unauthorized(detail) | Self::NotFound(detail) => (*detail).to_owned(),
            Self::MethodNotAllowed(method) => format!("Method \"{method}\" not allowed."),
            Self::ContentTooLarge => "Request body is too large.".to_owned(),
            Self::UnsupportedMediaType(media_type) => {
                format!("Unsupported media type \"{media_type}\" in request.")
            }
            Self::Throttled { seconds } => throttled(*seconds),
            Self::TimedOut | Self::CutOff(_) | Self::Unavailable(_) => {
                "Service temporarily unavailable, try again later.".to_owned()
            }
            Self::Internal(_) => "A server error occurred.".to_owned(),
        };
        json!({ "detail": detail }).to_string()
    }

    fn header(&self) -> Option<(HeaderName, HeaderValue)> {
        match self {
            Self::Unauthorized(_) => Some((WWW_AUTHENTICATE, HeaderValue::from_static("Token"))),
            Self::Throttled { seconds } => Some((RETRY_AFTER, HeaderValue::from(*seconds))),
            Self::TimedOut | Self::CutOff(_) | Self::Unavailable(_) => {
                Some((RETRY_AFTER, HeaderValue::from_static("1")))
            }
            _ => None,
        }
    }

    fn log(&self) {
        match self {
            Self::Unavailable(cause) => tracing::error!(%cause, "the database is not available"),
            Self::Internal(cause) => tracing::error!(%cause, "a database statement failed"),
            Self::TimedOut => tracing::error!("a request took too long"),
            Self::CutOff(cause) => tracing::error!(%cause, "a statement took too long"),
            _ => {}
        }
    }
}

fn throttled(seconds: u64) -> String {
    let unit = if seconds == 1 { "second" } else { "seconds" };
    format!("Request was throttled. Expected available in {seconds} {unit}.")
}

impl From<DbErr> for ApiError {
    fn from(error: DbErr) -> Self {
        match error.sql_err() {
            // All that is written here refers to who writes it: a user who is gone, with a token that is remembered.
            Some(SqlErr::ForeignKeyConstraintViolation(_)) => Self::Unauthorized("Invalid token."),
            _ if is_cut_off(&error) => Self::CutOff(error),
            _ if is_unavailable(&error) => Self::Unavailable(error),
            _ => Self::Internal(error),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.log();
        let json = [(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
        let mut response = (self.status(), json, self.told()).into_response();
        response.headers_mut().extend(self.header());
        response
    }
}

/// What an error says, for the schema.
#[derive(ToSchema)]
#[schema(as = Error)]
#[expect(dead_code, reason = "it is there for its schema")]
pub(crate) struct Detail {
    detail: String,
}

/// What is wrong with an input by its fields, or with its JSON in `detail`, for the schema.
#[derive(ToSchema)]
#[schema(as = InputErrors)]
#[expect(dead_code, reason = "it is there for its schema")]
pub(crate) struct FieldErrors(BTreeMap<String, Vec<String>>);

/// The answer to a path that no route knows.
pub(crate) async fn not_found() -> ApiError {
    ApiError::NotFound("Not found.")
}

/// The answer to a method that a route does not take.
pub(crate) async fn method_not_allowed(method: Method) -> ApiError {
    ApiError::MethodNotAllowed(method)
}

fn is_unavailable(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
            is_connection_lost(error)
        }
        _ => false,
    }
}

/// By SQLSTATE 57014: a statement that took longer than `statement_timeout` (`PostgreSQL` docs, appendix A).
fn is_cut_off(error: &DbErr) -> bool {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
            let error = error.as_database_error();
            error.is_some_and(|error| error.code().as_deref() == Some("57014"))
        }
        _ => false,
    }
}

/// The connection broke while a statement used it. By SQLSTATE: class 08 is "connection exception", 57P0x a server that
/// shuts down or starts up, 53300 "too many connections" (`PostgreSQL` docs, appendix A).
fn is_connection_lost(error: &SqlxError) -> bool {
    match error {
        SqlxError::Io(_)
        | SqlxError::Tls(_)
        | SqlxError::PoolTimedOut
        | SqlxError::PoolClosed
        | SqlxError::WorkerCrashed => true,
        SqlxError::Database(error) => error.code().is_some_and(|code| {
            code.starts_with("08") || code.starts_with("57P0") || code == "53300"
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::ConnAcquireErr;
    use std::{io, sync::Arc};

    fn sqlx(error: SqlxError) -> RuntimeErr {
        RuntimeErr::SqlxError(Arc::new(error))
    }

    fn check(error: DbErr, expected: StatusCode) {
        let told = format!("{error:?}");
        assert_eq!(ApiError::from(error).status(), expected, "{told}");
    }

    #[test]
    fn a_lost_connection_is_503_and_any_other_failure_is_500() {
        let broken = || SqlxError::Io(io::ErrorKind::BrokenPipe.into());
        check(
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
            StatusCode::SERVICE_UNAVAILABLE,
        );
        check(DbErr::Conn(sqlx(broken())), StatusCode::SERVICE_UNAVAILABLE);
        check(
            DbErr::Query(sqlx(broken())),
            StatusCode::SERVICE_UNAVAILABLE,
        );
        check(
            DbErr::Exec(sqlx(SqlxError::WorkerCrashed)),
            StatusCode::SERVICE_UNAVAILABLE,
        );
        check(
            DbErr::Query(sqlx(SqlxError::RowNotFound)),
            StatusCode::INTERNAL_SERVER_ERROR,
        );
        check(
            DbErr::Type("int4".to_owned()),
            StatusCode::INTERNAL_SERVER_ERROR,
        );
    }

    #[test]
    fn the_cause_of_a_database_failure_is_not_told_to_the_client() {
        let secret = || DbErr::Custom("password of db.internal".to_owned());
        for error in [
            ApiError::Internal(secret()),
            ApiError::Unavailable(secret()),
        ] {
            assert!(!error.told().contains("db.internal"), "{}", error.told());
        }
    }

    #[test]
    fn who_may_come_again_is_told_when() {
        let retry_after = |error: ApiError| {
            let response = error.into_response();
            response.headers().get(RETRY_AFTER).cloned()
        };
        let cause = || DbErr::Custom(String::new());
        assert_eq!(retry_after(ApiError::Unavailable(cause())).unwrap(), "1");
        assert_eq!(retry_after(ApiError::CutOff(cause())).unwrap(), "1");
        assert_eq!(retry_after(ApiError::TimedOut).unwrap(), "1");
        let throttled = ApiError::Throttled { seconds: 42 };
        assert_eq!(retry_after(throttled).unwrap(), "42");
        assert_eq!(retry_after(ApiError::Internal(cause())), None);
    }
}
