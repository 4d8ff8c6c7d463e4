//! What the router answers when no database can be reached: to wrong requests the same as ever.

use axum::{
    body::{Body, to_bytes},
    http::{
        HeaderMap, Request, StatusCode,
        header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
};
use sea_orm::{ConnectOptions, Database};
use tower::ServiceExt as _;

use crate::router;

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
