//! The service as its callers see it: requests in, status and body out, without a socket between.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use perf_harness::{HasStatus, PerfDb, ResponseSize};
use tower::ServiceExt;

pub(crate) struct App(Router);

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: String,
}

impl App {
    /// The whole service, on the recorded database.
    pub(crate) fn on(db: &PerfDb) -> Self {
        Self::new(example_service::router(db.connection()))
    }

    pub(crate) fn new(router: Router) -> Self {
        Self(router)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = self.0.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Answer {
            status,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }
}

impl Answer {
    /// The `results` of a list.
    pub(crate) fn results(&self) -> Vec<serde_json::Value> {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        let body: serde_json::Value = serde_json::from_str(&self.body).unwrap();
        body["results"].as_array().unwrap().clone()
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
