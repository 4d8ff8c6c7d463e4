//! The pages of the dashboards: each item of the user is on one of them, and nobody else's.

use axum::http::StatusCode;
use example_service::seed;
use perf_harness::{PerfDb, perf_test};
use serde_json::{Value, json};

use super::{hundred_dashboards, items, signed_in, ten_users};
use crate::app::App;

/// The ids of all pages from this one on, by the links of that name, a list for each page.
async fn pages(app: &App, path: &str, name: &str) -> Vec<Vec<i64>> {
    let mut pages = Vec::new();
    let mut path = Some(path.to_owned());
    while let Some(here) = path {
        assert!(pages.len() < 100, "the pages never end");
        let page = app.get(&here).await;
        let ids = page.results().into_iter();
        pages.push(ids.map(|item| item["id"].as_i64().unwrap()).collect());
        path = page.json()[name].as_str().map(str::to_owned);
    }
    pages
}

#[perf_test(template = hundred_dashboards)]
async fn both_dashboards_say_the_same_of_a_user(db: PerfDb) {
    let app = App::on(&db);
    for user in [1, 7, 100] {
        let app = app.with_token(&seed::token_of(user));
        let naive = app.get("/naive/api/dashboard/?page_size=1000").await;
        let tuned = app.get("/api/dashboard/?page_size=1000").await;
        assert_eq!(naive.results().len(), 30, "user {user}");
        let count = r#""count":30,"#;
        assert!(naive.body.contains(count), "{}", naive.body);
        assert_eq!(naive.body.replacen(count, "", 1), tuned.body, "user {user}");
    }
}

#[perf_test(template = hundred_dashboards)]
async fn a_dashboard_is_counts_links_and_items_in_this_order(db: PerfDb) {
    let app = signed_in(&db).await;
    let page = app.get("/api/dashboard/?page_size=1").await;
    let expected = concat!(
        r#"{"counts":{"total":30,"open":18,"done":9,"archived":3},"#,
        // `p=3000`.
        r#""next":"/api/dashboard/?cursor=cD0zMDAw&page_size=1","previous":null,"#,
        r#""results":[{"id":3000,"title":"Answer number 3000","notes":"","status":"open","priority":1,"#,
        r#""due_on":null,"created_at":"2026-01-03T03:15:00Z","updated_at":"2026-01-03T07:15:00Z"}]}"#,
    );
    assert_eq!(page.body, expected);
}

#[perf_test(template = ten_users)]
async fn a_user_without_items_has_an_empty_dashboard(db: PerfDb) {
    let app = signed_in(&db).await;
    let counts = r#"{"counts":{"total":0,"open":0,"done":0,"archived":0},"#;
    let page = r#""next":null,"previous":null,"results":[]}"#;
    let tuned = app.get("/api/dashboard/").await;
    assert_eq!(tuned.body, format!("{counts}{page}"));
    let naive = app.get("/naive/api/dashboard/").await;
    assert_eq!(naive.body, format!(r#"{counts}"count":0,{page}"#));
}

#[perf_test(template = ten_users)]
async fn the_cursors_go_there_and_back_over_each_item_once(db: PerfDb) {
    items(db.clone(), 50).await;
    let app = signed_in(&db).await;
    let numbered = pages(&app, "/naive/api/dashboard/?page_size=1000", "next").await;
    let there = pages(&app, "/api/dashboard/?page_size=7", "next").await;
    // Five of the fifty that belong to all.
    assert_eq!((there.len(), there[0].len()), (8, 7));
    assert_eq!(there.concat(), numbered.concat());
    let mut last = "/api/dashboard/?page_size=7".to_owned();
    for _ in 1..there.len() {
        let next = app.get(&last).await.json()["next"].clone();
        next.as_str().unwrap().clone_into(&mut last);
    }
    let mut back = pages(&app, &last, "previous").await;
    back.reverse();
    assert_eq!(back.concat().len(), 55);
    assert_eq!(back, there);
}

#[perf_test(template = ten_users)]
async fn a_page_holds_a_thousand_items_at_most(db: PerfDb) {
    items(db.clone(), 1_000).await;
    let app = signed_in(&db).await;
    for (size, expected) in [("1000", 1_000), ("1001", 1_000), ("0", 20), ("x", 20)] {
        for path in ["/api/dashboard/", "/naive/api/dashboard/"] {
            let page = app.get(&format!("{path}?page_size={size}")).await;
            assert_eq!(page.results().len(), expected, "{path} {size}");
        }
    }
}

/// Beyond the end there are counts and no item.
#[perf_test(template = hundred_dashboards)]
async fn a_page_beyond_the_end_has_the_counts(db: PerfDb) {
    let app = signed_in(&db).await;
    // `p=0`.
    let page = app.get("/api/dashboard/?cursor=cD0w").await;
    assert_eq!(page.results(), Vec::<Value>::new());
    assert_eq!(page.json()["counts"]["total"], 30);
    let previous = page.json()["previous"].clone();
    // `r=1&p=0`.
    assert_eq!(previous, json!("/api/dashboard/?cursor=cj0xJnA9MA%3D%3D"));
}

#[perf_test(template = hundred_dashboards)]
async fn a_page_that_is_none_is_404(db: PerfDb) {
    let app = signed_in(&db).await;
    for (path, detail) in [
        ("/api/dashboard/?cursor=x", "Invalid cursor"),
        ("/naive/api/dashboard/?page=3", "Invalid page."),
        ("/naive/api/dashboard/?page=x", "Invalid page."),
    ] {
        let answer = app.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.json(), json!({ "detail": detail }), "{path}");
    }
}

/// Links name the host that was asked.
#[perf_test(template = hundred_dashboards)]
async fn a_page_is_remembered_for_its_host(db: PerfDb) {
    let app = signed_in(&db).await;
    for host in ["a.example", "b.example"] {
        let app = app.with_header(axum::http::header::HOST, host);
        let next = app.get("/api/dashboard/").await.json()["next"].clone();
        let start = format!("http://{host}/api/dashboard/?cursor=");
        assert!(next.as_str().unwrap().starts_with(&start), "{next}");
    }
}
