//! The pages of the user lists: each user is on one of them.

use axum::http::StatusCode;
use perf_harness::{PerfDb, perf_test};
use serde_json::Value;

use super::{execute, hundred_users};
use crate::app::{App, all, link, pages};

#[perf_test(template = hundred_users)]
async fn pages_follow_each_other_without_gap_or_repeat(db: PerfDb) {
    let app = App::on(&db);
    let numbered = all(&app, "/naive/api/users/?page_size=100").await;
    let ids: Vec<_> = numbered.iter().map(|user| user["id"].clone()).collect();
    assert_eq!(ids, (1..=100).map(Value::from).collect::<Vec<_>>());
    let there = pages(&app, "/api/users/?page_size=7", "next").await;
    assert_eq!(there.concat(), numbered);
    let mut last = "/api/users/?page_size=7".to_owned();
    while let Some(next) = link(&app.get(&last).await, "next") {
        last = next;
    }
    let mut back = pages(&app, &last, "previous").await;
    back.reverse();
    assert_eq!(back, there);
}

/// They are those of REST framework, to the byte: cD0yMA== is base64 of p=20.
#[perf_test(template = hundred_users)]
async fn the_links_lead_to_the_neighbours(db: PerfDb) {
    let app = App::on(&db);
    for (path, start) in [
        (
            "/api/users/?fields=id",
            r#"{"next":"/api/users/?cursor=cD0yMA%3D%3D&fields=id","previous":null,"results":[{"id":1},"#,
        ),
        (
            "/api/users/?cursor=cD0yMA%3D%3D&fields=id",
            r#"{"next":"/api/users/?cursor=cD00MA%3D%3D&fields=id","previous":"/api/users/?cursor=cj0xJnA9MjE%3D&fields=id","results":[{"id":21},"#,
        ),
        (
            "/naive/api/users/?page=2&fields=id",
            r#"{"count":100,"next":"/naive/api/users/?fields=id&page=3","previous":"/naive/api/users/?fields=id","results":[{"id":21},"#,
        ),
    ] {
        let body = app.get(path).await.body;
        assert!(body.starts_with(start), "{body}");
    }
}

#[perf_test(template = hundred_users)]
async fn a_page_size_is_cut_and_nonsense_is_the_default(db: PerfDb) {
    crate::users::users(db.clone(), 1).await;
    let app = App::on(&db);
    for prefix in ["", "/naive"] {
        for (size, expected) in [
            ("", 20),
            ("?page_size=3", 3),
            ("?page_size=101", 100),
            ("?page_size=x", 20),
            ("?limit=3", 20),
        ] {
            let path = format!("{prefix}/api/users/{size}");
            assert_eq!(app.get(&path).await.results().len(), expected, "{path}");
        }
    }
}

#[perf_test(template = hundred_users)]
async fn a_page_that_does_not_exist_is_404_as_in_rest_framework(db: PerfDb) {
    let app = App::on(&db);
    for (path, detail) in [
        // p=abc, r=x, o=-1
        ("/api/users/?cursor=cD1hYmM%3D", "Invalid cursor"),
        ("/api/users/?cursor=cj14", "Invalid cursor"),
        ("/api/users/?cursor=bz0tMQ%3D%3D", "Invalid cursor"),
        ("/api/users/?cursor=A", "Invalid cursor"),
        ("/naive/api/users/?page=6", "Invalid page."),
        ("/naive/api/users/?page=0", "Invalid page."),
    ] {
        let answer = app.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.body, format!(r#"{{"detail":"{detail}"}}"#), "{path}");
    }
    // Beyond the last user, before the first one, and beyond all ids of the column: p=9223372036854775807.
    for (path, found) in [
        ("/api/users/?cursor=cD0xMDA%3D", 0),
        ("/api/users/?cursor=cj0xJnA9MQ%3D%3D", 0),
        ("/api/users/?cursor=cD05MjIzMzcyMDM2ODU0Nzc1ODA3", 0),
        (
            "/api/users/?cursor=cj0xJnA9OTIyMzM3MjAzNjg1NDc3NTgwNw%3D%3D",
            20,
        ),
        ("/api/users/?cursor=", 20),
        ("/naive/api/users/?page=last", 20),
    ] {
        assert_eq!(app.get(path).await.results().len(), found, "{path}");
    }
}

/// Numbers count from the top; a cursor stays where it is.
#[perf_test(template = hundred_users)]
async fn a_user_who_leaves_moves_the_numbered_pages_and_no_cursor(db: PerfDb) {
    let app = App::on(&db);
    let next = link(&app.get("/api/users/").await, "next").expect("a next page");
    let expected = app.get(&next).await.results();
    let leave = "
        DELETE FROM profiles WHERE user_id = 1;
        DELETE FROM auth_user_groups WHERE user_id = 1;
        DELETE FROM auth_user WHERE id = 1";
    execute(&db, leave).await;
    assert_eq!(app.get(&next).await.results(), expected);
    let numbered = app.get("/naive/api/users/?page=2").await.results();
    assert_eq!(numbered[0], expected[1]);
}
