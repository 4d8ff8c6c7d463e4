//! `ETag` and `If-None-Match`, and what caches on the way are told.

use axum::body::Body;
use axum::http::{
    HeaderMap, Request, StatusCode,
    header::{
        ACCEPT_ENCODING, AUTHORIZATION, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG,
        IF_NONE_MATCH, VARY,
    },
};
use example_service::seed;
use perf_harness::{PerfDb, assert_queries, perf_test};
use tower::ServiceExt as _;

use super::{hundred_dashboards, signed_in};
use crate::app::App;

fn check_headers(headers: &HeaderMap, etag: &str) {
    assert_eq!(headers[ETAG], etag);
    assert_eq!(headers[CACHE_CONTROL], "private, no-cache");
    assert!(
        headers
            .get_all(VARY)
            .iter()
            .any(|vary| vary == "authorization"),
        "{headers:?}"
    );
}

#[perf_test(template = hundred_dashboards)]
async fn a_dashboard_that_the_client_has_is_not_sent(db: PerfDb) {
    let app = signed_in(&db).await;
    let first = app.get("/api/dashboard/").await;
    let etag = first.headers[ETAG].to_str().unwrap().to_owned();
    assert!(etag.starts_with('"') && etag.len() == 34, "{etag}");
    check_headers(&first.headers, &etag);
    assert_eq!(first.headers[CONTENT_TYPE], "application/json");
    for tags in [&etag, "*", &format!("\"x\", {etag}"), &format!("W/{etag}")] {
        let app = app.with_header(IF_NONE_MATCH, tags);
        let same = db.record(app.get("/api/dashboard/")).await;
        assert_queries!(same, 0);
        let same = same.into_output();
        assert_eq!(
            (same.status, same.body.as_str()),
            (StatusCode::NOT_MODIFIED, "")
        );
        check_headers(&same.headers, &etag);
        assert_eq!(same.headers.get(CONTENT_TYPE), None);
    }
    let app = app.with_header(IF_NONE_MATCH, "\"x\"");
    let other = app.get("/api/dashboard/").await;
    assert_eq!((other.status, other.body), (StatusCode::OK, first.body));
}

#[perf_test(template = hundred_dashboards)]
async fn a_write_changes_the_tag_and_a_write_back_restores_it(db: PerfDb) {
    let app = signed_in(&db).await;
    let first = app.get("/api/dashboard/").await;
    let etag = first.headers[ETAG].to_str().unwrap();
    let item = app
        .send("POST", "/api/dashboard/", Some(r#"{"title":"new"}"#))
        .await;
    let conditional = app.with_header(IF_NONE_MATCH, etag);
    let changed = conditional.get("/api/dashboard/").await;
    assert_eq!(changed.status, StatusCode::OK);
    assert_ne!(changed.headers[ETAG], etag);
    let path = format!("/api/dashboard/{}/", item.json()["id"]);
    assert_eq!(
        app.send("DELETE", &path, None).await.status,
        StatusCode::NO_CONTENT
    );
    let restored = conditional.get("/api/dashboard/").await;
    assert_eq!(restored.status, StatusCode::NOT_MODIFIED);
}

/// Compression adds to what an answer varies by, and takes nothing away. The tag says that other bytes are sent.
#[perf_test(template = hundred_dashboards)]
async fn a_compressed_dashboard_varies_by_its_user_too(db: PerfDb) {
    let router = example_service::router(db.connection());
    let request = Request::get("/api/dashboard/")
        .header(AUTHORIZATION, format!("Token {}", seed::token_of(1)))
        .header(ACCEPT_ENCODING, "gzip")
        .body(Body::empty())
        .unwrap();
    let answer = router.oneshot(request).await.unwrap();
    assert_eq!(answer.headers()[CONTENT_ENCODING], "gzip");
    let mut vary: Vec<_> = answer.headers().get_all(VARY).iter().collect();
    vary.sort();
    assert_eq!(vary, ["accept-encoding", "authorization"]);
    let etag = answer.headers()[ETAG].to_str().unwrap();
    check_headers(answer.headers(), etag);
    assert!(etag.starts_with("W/\""), "{etag}");
}

#[perf_test(template = hundred_dashboards)]
async fn only_the_tuned_dashboard_has_headers_for_caches(db: PerfDb) {
    let app = App::on(&db).with_token(&seed::token_of(1));
    let page = app.get("/naive/api/dashboard/").await;
    let app = app.with_header(IF_NONE_MATCH, "*");
    let again = app.get("/naive/api/dashboard/").await;
    for answer in [page, again] {
        assert_eq!(answer.status, StatusCode::OK);
        for name in [ETAG, CACHE_CONTROL] {
            assert_eq!(answer.headers.get(&name), None, "{name}");
        }
    }
}
