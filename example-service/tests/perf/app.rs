//! The service as its callers see it: requests in, status and body out, without a socket between.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{
        HeaderMap, HeaderName, HeaderValue, Request, StatusCode,
        header::{AUTHORIZATION, CONTENT_TYPE},
    },
};
use perf_harness::{HasStatus, PerfDb, ResponseSize};
use serde_json::Value;
use tower::ServiceExt;

#[derive(Clone)]
pub(crate) struct App {
    router: Router,
    headers: HeaderMap,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl App {
    /// The whole service, on the recorded database.
    pub(crate) fn on(db: &PerfDb) -> Self {
        Self::new(example_service::router(db.connection()))
    }

    pub(crate) fn new(router: Router) -> Self {
        Self {
            router,
            headers: HeaderMap::new(),
        }
    }

    /// The same service, to a client that sends this token.
    pub(crate) fn with_token(&self, key: &str) -> Self {
        self.with_header(AUTHORIZATION, &format!("Token {key}"))
    }

    pub(crate) fn with_header(&self, name: HeaderName, value: &str) -> Self {
        let mut app = self.clone();
        app.headers
            .insert(name, HeaderValue::try_from(value).unwrap());
        app
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None).await
    }

    /// A body is said to be JSON.
    pub(crate) async fn send(&self, method: &str, path: &str, body: Option<&str>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        request.headers_mut().unwrap().extend(self.headers.clone());
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let body = Body::from(body.unwrap_or_default().to_owned());
        let request = request.body(body).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The `results` of a list.
    pub(crate) fn results(&self) -> Vec<Value> {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        self.json()["results"].as_array().unwrap().clone()
    }
}

impl HasStatus for Answer {
    fn status(&self) -> Option<u16> {
        Some(self.status.as_u16())
    }
}

impl ResponseSize for Answer {
    fn response_bytes(&self) -> u64 {
        self.body.response_bytes()
    }
}

/// The `next` or `previous` of a page.
pub(crate) fn link(page: &Answer, name: &str) -> Option<String> {
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let body: Value = serde_json::from_str(&page.body).unwrap();
    body[name].as_str().map(str::to_owned)
}

/// The rows of all pages from this one on, by the links of that name, a list for each page.
pub(crate) async fn pages(app: &App, path: &str, name: &str) -> Vec<Vec<Value>> {
    let mut pages = Vec::new();
    let mut path = Some(path.to_owned());
    while let Some(here) = path {
        assert!(pages.len() < 1_000, "the pages never end");
        let page = app.get(&here).await;
        pages.push(page.results());
        path = link(&page, name);
    }
    pages
}

/// The same, in one list.
pub(crate) async fn all(app: &App, path: &str) -> Vec<Value> {
    pages(app, path, "next").await.concat()
}
