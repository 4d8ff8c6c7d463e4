//! The body of a request: REST framework's `JSONParser`, and what it says to a body that is none.

use axum::{
    body::{Body, HttpBody as _},
    extract::{FromRequest, Request},
    http::{HeaderMap, HeaderValue, header::CONTENT_TYPE},
};
use serde_json::{Map, Value};
use std::{future::poll_fn, pin::Pin};

use crate::error::ApiError;

/// As long as a body may be, in bytes.
pub(crate) const MAX_BODY: usize = 1024 * 1024;

/// `request.data`. No body is an empty object.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Data(pub(crate) Value);

impl<S: Sync> FromRequest<S> for Data {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let body = read(body).await?;
        if body.is_empty() {
            return Ok(Self(Value::Object(Map::new())));
        }
        let media_type = content_type(&parts.headers);
        if !is_json(&media_type) {
            return Err(ApiError::UnsupportedMediaType(media_type));
        }
        let parsed = serde_json::from_slice(&body);
        parsed
            .map(Self)
            .map_err(|error| ApiError::BadRequest(format!("JSON parse error - {error}")))
    }
}

async fn read(mut body: Body) -> Result<Vec<u8>, ApiError> {
    let mut bytes = Vec::new();
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|_| ApiError::BadRequest("Malformed request.".to_owned()))?;
        bytes.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
        if bytes.len() > MAX_BODY {
            return Err(ApiError::ContentTooLarge);
        }
    }
    Ok(bytes)
}

fn content_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    String::from_utf8_lossy(value.unwrap_or_default()).into_owned()
}

/// Whatever its parameters.
fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn detail(error: &ApiError) -> String {
        let told: Value = serde_json::from_str(&error.told()).unwrap();
        told["detail"].as_str().unwrap().to_owned()
    }

    async fn parse(media_type: Option<&str>, body: Vec<u8>) -> Result<Value, String> {
        let mut request = Request::post("/");
        if let Some(media_type) = media_type {
            request = request.header(CONTENT_TYPE, media_type);
        }
        let request = request.body(Body::from(body)).unwrap();
        let data = Data::from_request(request, &()).await;
        data.map(|Data(value)| value)
            .map_err(|error| format!("{} {}", error.status().as_u16(), detail(&error)))
    }

    #[tokio::test]
    async fn json_is_read_whatever_the_parameters_of_its_type() {
        for media_type in ["application/json", "Application/JSON; charset=utf-8"] {
            let data = parse(Some(media_type), r#"{"a": [1, "ü"]}"#.into()).await;
            let data = data.unwrap();
            assert_eq!(data, json!({"a": [1, "ü"]}), "{media_type}");
        }
    }

    #[tokio::test]
    async fn no_body_is_an_empty_object_of_whatever_type() {
        for media_type in [None, Some("text/plain"), Some("application/json")] {
            assert_eq!(parse(media_type, Vec::new()).await, Ok(json!({})));
        }
    }

    #[tokio::test]
    async fn another_type_is_415_and_named() {
        let told = parse(Some("text/plain"), b"{}".to_vec()).await;
        let expected = r#"415 Unsupported media type "text/plain" in request."#;
        assert_eq!(told, Err(expected.to_owned()));
        let told = parse(None, b"{}".to_vec()).await;
        let expected = r#"415 Unsupported media type "" in request."#;
        assert_eq!(told, Err(expected.to_owned()));
    }

    #[tokio::test]
    async fn what_is_no_json_is_400_and_what_is_too_long_413() {
        for body in ["{", "{'a': 1}", "\u{feff}{}", "nonsense"] {
            let told = parse(Some("application/json"), body.into()).await;
            let told = told.unwrap_err();
            assert!(told.starts_with("400 JSON parse error - "), "{told}");
        }
        let long = vec![b' '; MAX_BODY + 1];
        let told = parse(Some("application/json"), long).await;
        assert_eq!(told, Err("413 Request body is too large.".to_owned()));
    }
}
