//! What the router answers when no database can be reached: to wrong requests the same as ever.

use axum::{
    body::{Body, to_bytes},
    http::{
        HeaderMap, Request, StatusCode,
        header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
};
use sea_orm::{ConnectOptions, Database};
use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::net::TcpListener;
use tower::ServiceExt as _;
use tracing_subscriber::fmt::MakeWriter;

use crate::{Settings, router, router_with};

/// Sends one request to a service whose database is a socket that does not exist.
async fn send(method: &str, path: &str) -> (StatusCode, HeaderMap, String) {
    let mut nowhere = ConnectOptions::new("postgres:///app?host=/nonexistent");
    nowhere.connect_lazy(true);
    let app = router(Database::connect(nowhere).await.unwrap());
    let request = Request::builder()
        .method(method)
        .uri(path)
        .body(Body::empty())
        .unwrap();
    let (parts, body) = app.oneshot(request).await.unwrap().into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    (
        parts.status,
        parts.headers,
        String::from_utf8(body.to_vec()).unwrap(),
    )
}

async fn check(method: &str, path: &str, status: u16, body: &str) -> HeaderMap {
    let (actual, headers, text) = send(method, path).await;
    assert_eq!(
        (actual.as_u16(), text.as_str()),
        (status, body),
        "{method} {path}"
    );
    assert_eq!(headers[CONTENT_TYPE], "application/json", "{method} {path}");
    headers
}

#[tokio::test]
async fn an_unknown_path_is_404_as_rest_framework_words_it() {
    for path in [
        "/",
        "/api/users",
        "/api/users/1",
        "/api/users/one/",
        "/naive/api/users/-1/",
        "/api/users/%FF/",
        "/naive/",
    ] {
        check("GET", path, 404, r#"{"detail":"Not found."}"#).await;
    }
}

/// Django's router knows no such path, whoever asks.
#[tokio::test]
async fn an_id_that_is_no_integer_is_an_unknown_path_before_anything_else() {
    for method in ["GET", "POST", "DELETE"] {
        check(method, "/api/users/one/", 404, r#"{"detail":"Not found."}"#).await;
    }
}

#[tokio::test]
async fn a_wrong_method_is_405_and_names_the_right_ones() {
    let body = r#"{"detail":"Method \"POST\" not allowed."}"#;
    for path in ["/healthz", "/api/schema/"] {
        let headers = check("POST", path, 405, body).await;
        assert_eq!(headers[ALLOW], "GET,HEAD", "{path}");
    }
}

/// Whether the method is a right one or not: REST framework asks who it is first.
#[tokio::test]
async fn who_wants_to_write_and_has_no_token_is_401() {
    let body = r#"{"detail":"Authentication credentials were not provided."}"#;
    for path in [
        "/api/users/",
        "/naive/api/users/",
        "/api/users/1/",
        "/naive/api/users/1/",
        "/api/articles/",
        "/naive/api/articles/",
        "/api/v1/projects/",
        "/naive/api/v1/projects/",
        "/api/v1/projects/1/",
        "/naive/api/v1/projects/1/",
    ] {
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            let headers = check(method, path, 401, body).await;
            assert_eq!(headers[WWW_AUTHENTICATE], "Token", "{path}");
        }
    }
}

#[tokio::test]
async fn nobody_sees_a_dashboard_without_a_token() {
    let body = r#"{"detail":"Authentication credentials were not provided."}"#;
    for path in ["/api/dashboard/", "/naive/api/dashboard/"] {
        for method in ["GET", "POST", "PUT"] {
            check(method, path, 401, body).await;
        }
        for method in ["GET", "PATCH", "DELETE"] {
            check(method, &format!("{path}1/"), 401, body).await;
        }
    }
}

/// Django reads the path first.
#[tokio::test]
async fn an_id_that_is_no_number_is_an_unknown_path_to_anybody() {
    for path in ["/api/dashboard/", "/naive/api/dashboard/"] {
        for id in ["one", "-1", "1.5", "%FF"] {
            for method in ["GET", "PATCH"] {
                let path = format!("{path}{id}/");
                check(method, &path, 404, r#"{"detail":"Not found."}"#).await;
            }
        }
    }
}

#[tokio::test]
async fn a_wrong_search_cursor_page_or_id_is_refused_before_the_database_is_asked() {
    let body = r#"{"detail":"Null characters are not allowed."}"#;
    for path in ["/api/articles/", "/naive/api/articles/"] {
        check("GET", &format!("{path}?search=%00"), 400, body).await;
    }
    let body = r#"{"detail":"Invalid cursor"}"#;
    for path in ["/api/articles/?cursor=x", "/api/users/?cursor=x"] {
        check("GET", path, 404, body).await;
    }
    let body = r#"{"detail":"Invalid page."}"#;
    for path in ["/naive/api/articles/?page=0", "/naive/api/users/?page=0"] {
        check("GET", path, 404, body).await;
    }
    let body = r#"{"detail":"No User matches the given query."}"#;
    for path in ["/api/users/2147483648/", "/naive/api/users/2147483648/"] {
        check("GET", path, 404, body).await;
    }
}

#[tokio::test]
async fn a_wrong_filter_or_path_of_projects_is_refused_before_the_database_is_asked() {
    let filter = r#"{"status":["\"x\" is not a valid choice."]}"#;
    let (cursor, path) = (
        r#"{"detail":"Invalid cursor"}"#,
        r#"{"detail":"Not found."}"#,
    );
    check("GET", "/api/v1/projects/?status=x", 400, filter).await;
    check("GET", "/naive/api/v1/projects/?status=x", 400, filter).await;
    check("GET", "/api/v1/projects/?cursor=x", 404, cursor).await;
    for method in ["GET", "PUT"] {
        check(method, "/api/v1/projects/one/", 404, path).await;
    }
}

#[tokio::test]
async fn an_unreachable_database_is_503_and_says_when_to_retry() {
    let body = r#"{"detail":"Service temporarily unavailable, try again later."}"#;
    for path in [
        "/healthz",
        "/api/users/",
        "/naive/api/users/",
        "/api/users/1/",
        "/naive/api/users/1/",
        "/api/articles/?search=index",
        "/naive/api/articles/?search=index",
        "/api/v1/projects/?checks=failed",
        "/naive/api/v1/projects/?checks=failed",
        "/api/v1/projects/1/",
        "/naive/api/v1/projects/1/",
    ] {
        let headers = check("GET", path, 503, body).await;
        assert_eq!(headers[RETRY_AFTER], "1", "{path}");
    }
}

/// What `/api/schema/` tells is what the router has: each of its paths answers, and each tuned path of the router is told.
#[tokio::test]
async fn the_schema_tells_each_path_and_method() {
    let (status, _, body) = send("GET", "/api/schema/").await;
    assert_eq!(status, StatusCode::OK);
    let schema: serde_json::Value = serde_json::from_str(&body).unwrap();
    let paths = schema["paths"].as_object().unwrap();
    let told = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().keys();
        methods.map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    let mut told: Vec<_> = told.collect();
    told.sort();
    assert_eq!(
        told,
        [
            "DELETE /api/dashboard/{id}/",
            "GET /api/articles/",
            "GET /api/dashboard/",
            "GET /api/users/",
            "GET /api/users/{id}/",
            "GET /api/v1/projects/",
            "GET /api/v1/projects/{id}/",
            "PATCH /api/dashboard/{id}/",
            "POST /api/dashboard/",
            "POST /api/v1/projects/",
        ]
    );
    for line in told {
        let (method, path) = line.split_once(' ').unwrap();
        let (status, ..) = send(method, &path.replace("{id}", "1")).await;
        // No database, or no token: but a path and a method of the service.
        assert!(matches!(status.as_u16(), 401 | 503), "{line}: {status}");
    }
}

/// A database that takes the connection and says nothing.
#[tokio::test]
async fn a_request_that_takes_too_long_is_503() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap();
    let mut options = ConnectOptions::new(format!("postgres://app@{address}/app"));
    options
        .connect_lazy(true)
        .acquire_timeout(Duration::from_mins(10));
    let settings = Settings {
        request_timeout: Duration::from_millis(20),
        ..Settings::default()
    };
    let app = router_with(Database::connect(options).await.unwrap(), &settings);
    let request = Request::get("/api/users/").body(Body::empty()).unwrap();
    let answer = app.oneshot(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.headers()[RETRY_AFTER], "1");
    drop(silent);
}

/// What the log says of a failure, with the request that it happened in, at the level that the binary has by default. For the
/// whole process: what one thread alone listens to, another may already have switched off.
#[tokio::test]
async fn a_failure_is_logged_with_its_request() {
    let log = Log::default();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::INFO)
        .with_ansi(false)
        .with_writer(log.clone())
        .init();
    send("GET", "/api/users/424242/").await;
    let told = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let line = told.lines().find(|line| line.contains("424242"));
    let line = line.unwrap_or_else(|| panic!("{told}"));
    assert!(line.contains("the database is not available"), "{line}");
    assert!(line.contains("method=GET uri=/api/users/424242/"), "{line}");
}

#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
