//! What every request passes on its way in and its answer on the way out: Django's `MIDDLEWARE`.

use std::{future::poll_fn, pin::Pin, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes, HttpBody as _},
    extract::{DefaultBodyLimit, Request, State},
    http::{
        HeaderValue,
        header::{CONTENT_ENCODING, CONTENT_LENGTH, ETAG},
    },
    middleware::{Next, from_fn, from_fn_with_state, map_response},
    response::Response,
};
use tower_http::{
    compression::{CompressionLayer, predicate::SizeAbove},
    trace::{DefaultMakeSpan, TraceLayer},
};

use tracing::Level;

use crate::{error::ApiError, parsers::MAX_BODY, settings::Settings};

/// `GZipMiddleware` leaves shorter answers as they are.
const SHORTEST_TO_COMPRESS: u64 = 200;

/// From the inside out: the size of the body, compression, the time-out, the request's span.
pub(crate) fn around(router: Router, settings: &Settings) -> Router {
    let compression = CompressionLayer::new().gzip(true);
    // With its method and path, so that what went wrong is told with the request that it went wrong in.
    let span = DefaultMakeSpan::new().level(Level::INFO);
    router
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn(limit_body))
        .layer(compression.compress_when(SizeAbove::new(SHORTEST_TO_COMPRESS)))
        .layer(map_response(weaken_tag))
        .layer(from_fn_with_state(settings.request_timeout, time_out))
        .layer(TraceLayer::new_for_http().make_span_with(span))
}

/// As much of a refused body is read and thrown away: a client that is still sending would not see the answer.
const LINGER: usize = 8 * MAX_BODY;

/// By what the client says; a body without a length is cut off while it is read.
async fn limit_body(request: Request, next: Next) -> Result<Response, ApiError> {
    let length = request.headers().get(CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > MAX_BODY) {
        discard(request.into_body()).await;
        return Err(ApiError::ContentTooLarge);
    }
    Ok(next.run(request).await)
}

async fn discard(mut body: Body) {
    let mut read = 0;
    while let Some(Ok(frame)) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        read += frame.data_ref().map_or(0, Bytes::len);
        if read > LINGER {
            return;
        }
    }
}

/// The tag was of the body as it was: of compressed bytes it is a weak one (RFC 9110, 8.8.3.3), as `GZipMiddleware` makes it.
async fn weaken_tag(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let tag = headers.get(ETAG).map(HeaderValue::as_bytes);
    let strong = tag.filter(|tag| tag.starts_with(b"\"") && headers.contains_key(CONTENT_ENCODING));
    let weak = strong.and_then(|tag| HeaderValue::from_bytes(&[b"W/", tag].concat()).ok());
    if let Some(weak) = weak {
        headers.insert(ETAG, weak);
    }
    response
}

/// Whatever a request waits for, it is answered.
async fn time_out(
    State(limit): State<Duration>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    tokio::time::timeout(limit, next.run(request))
        .await
        .map_err(|_| ApiError::TimedOut)
}
