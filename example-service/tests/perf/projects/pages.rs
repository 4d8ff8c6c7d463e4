//! What the lists and the projects say: both ways the same.

use axum::http::StatusCode;
use example_service::{projects::entity::file::Kind, seed};
use perf_harness::{PerfDb, perf_test};
use sea_orm::ConnectionTrait;
use serde_json::json;

use super::hundred_projects;
use crate::app::{Answer, App, link, pages};

fn results(page: &Answer) -> &str {
    let (_, results) = page.body.split_once(r#""results":"#).expect("a page");
    results
}

#[perf_test(template = hundred_projects)]
async fn both_lists_say_the_same_with_every_filter(db: PerfDb) {
    let app = App::on(&db);
    for (query, found) in [
        ("", 100),
        ("&owner=7", 1),
        ("&owner=101", 0),
        ("&status=active", 75),
        ("&status=archived", 25),
        ("&checks=failed", 14),
        ("&file_kind=document", 100),
        ("&owner=28&status=archived&checks=failed&file_kind=test", 1),
    ] {
        let naive = app
            .get(&format!("/naive/api/v1/projects/?page_size=100{query}"))
            .await;
        let tuned = app
            .get(&format!("/api/v1/projects/?page_size=100{query}"))
            .await;
        assert_eq!(naive.results().len(), found, "{query}");
        assert_eq!(results(&naive), results(&tuned), "{query}");
    }
}

#[perf_test(template = hundred_projects)]
async fn both_ways_say_the_same_of_each_project(db: PerfDb) {
    let app = App::on(&db);
    for id in [1, 4, 7, 100] {
        let naive = app.get(&format!("/naive/api/v1/projects/{id}/")).await;
        let tuned = app.get(&format!("/api/v1/projects/{id}/")).await;
        assert_eq!(naive.status, StatusCode::OK);
        assert_eq!(naive.body, tuned.body);
    }
}

#[perf_test(template = hundred_projects)]
async fn a_project_in_the_list_has_its_ten_newest_files(db: PerfDb) {
    let app = App::on(&db);
    let page = app.get("/api/v1/projects/?page_size=1").await;
    let expected = concat!(
        r#"{"next":"/api/v1/projects/?cursor=cD0xMDA%3D&page_size=1","previous":null,"results":["#,
        r#"{"id":100,"name":"Project 100","status":"archived","created_at":"2026-01-01T02:30:50Z","#,
        r#""owner":{"id":100,"username":"user100"},"files":[{"id":"#,
    );
    assert!(page.body.starts_with(expected), "{}", page.body);
    let files = page.results()[0]["files"].clone();
    let files = files.as_array().unwrap();
    let keys: Vec<_> = files[0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "path", "size", "uploaded_at"]);
    // Two are of each moment, the later one first, and the newest are not those with the largest ids.
    let sizes: Vec<_> = files
        .iter()
        .map(|file| file["size"].as_i64().unwrap())
        .collect();
    let number = |rank: i64| (1..=30).find(|number| number * 7 % 30 == rank).unwrap();
    let mut expected = Vec::new();
    for pair in (20..30).rev().step_by(2) {
        let (one, other) = (number(pair), number(pair - 1));
        expected.extend([100_000 + one.max(other), 100_000 + one.min(other)]);
    }
    assert_eq!(sizes, expected);
}

#[perf_test(template = hundred_projects)]
async fn a_project_has_the_newest_files_of_each_kind_and_its_checks(db: PerfDb) {
    let app = App::on(&db);
    let db = db.connection();
    seed::files_of(&db, 7, Kind::Test, 3).await.unwrap();
    db.execute_unprepared(
        "INSERT INTO projects_check (name, state, created_at, project_id, author_id)
         SELECT 'More ' || number, 'passed', now(), 7, number FROM generate_series(1, 60) AS number",
    )
    .await
    .unwrap();
    for path in ["/naive/api/v1/projects/7/", "/api/v1/projects/7/"] {
        let answer = app.get(path).await;
        assert!(
            answer.body.starts_with(concat!(
                r#"{"id":7,"name":"Project 7","description":"What project 7 is for, in a few words.","status":"active","#,
                r#""created_at":"2026-01-01T00:10:33.500000Z","updated_at":"2026-06-01T00:10:31.750000Z","#,
                r#""owner":{"id":7,"username":"user7"},"files":[{"id":"#,
            )),
            "{}",
            answer.body
        );
        let project = answer.json();
        let files = project["files"].as_array().unwrap();
        let kinds: Vec<_> = files
            .iter()
            .map(|file| file["kind"].as_str().unwrap())
            .collect();
        assert_eq!(
            kinds,
            ["data", "document", "source", "test"]
                .map(|kind| [kind; 10])
                .concat()
        );
        let paths: Vec<_> = files[30..33].iter().map(|file| &file["path"]).collect();
        assert_eq!(
            paths,
            ["test/more/3.txt", "test/more/2.txt", "test/more/1.txt"]
        );
        let checks = project["checks"].as_array().unwrap();
        assert_eq!(checks.len(), 50);
        assert_eq!(checks[0]["name"], "More 60");
        assert_eq!(checks[0]["author"], json!({"id": 60, "username": "user60"}));
        assert_eq!(checks[49]["name"], "More 11");
    }
}

#[perf_test(template = hundred_projects)]
async fn pages_follow_each_other_without_gap_or_repeat(db: PerfDb) {
    let app = App::on(&db);
    for (filter, found) in [("", 100), ("&status=active", 75), ("&checks=failed", 14)] {
        let numbered = format!("/naive/api/v1/projects/?page_size=100{filter}");
        let numbered = app.get(&numbered).await.results();
        assert_eq!(numbered.len(), found, "{filter}");
        let first = format!("/api/v1/projects/?page_size=9{filter}");
        let there = pages(&app, &first, "next").await;
        assert_eq!(there.concat(), numbered, "{filter}");
        let mut last = first;
        for _ in 1..there.len() {
            last = link(&app.get(&last).await, "next").expect("a next page");
        }
        let mut back = pages(&app, &last, "previous").await;
        back.reverse();
        assert_eq!(back, there, "{filter}");
    }
}

/// The right-hand side is what the Django original answers.
#[perf_test(template = hundred_projects)]
async fn what_is_not_there_or_wrong_is_told_in_the_words_of_rest_framework(db: PerfDb) {
    let app = App::on(&db);
    let filters = concat!(
        r#"{"owner":["A valid integer is required."],"status":["\"x\" is not a valid choice."],"#,
        r#""checks":["\"x\" is not a valid choice."],"file_kind":["\"x\" is not a valid choice."]}"#,
    );
    for (path, status, body) in [
        (
            "101/",
            404,
            r#"{"detail":"No Project matches the given query."}"#,
        ),
        (
            "0/",
            404,
            r#"{"detail":"No Project matches the given query."}"#,
        ),
        (
            "99999999999999999999/",
            404,
            r#"{"detail":"No Project matches the given query."}"#,
        ),
        ("x/", 404, r#"{"detail":"Not found."}"#),
        ("-1/", 404, r#"{"detail":"Not found."}"#),
        ("?owner=x&status=x&checks=x&file_kind=x", 400, filters),
        // The filters are looked at first.
        (
            "?owner=x&status=x&checks=x&file_kind=x&cursor=x&page=x",
            400,
            filters,
        ),
    ] {
        for way in ["/naive", ""] {
            let path = format!("{way}/api/v1/projects/{path}");
            let answer = app.get(&path).await;
            assert_eq!(
                (answer.status.as_u16(), answer.body.as_str()),
                (status, body),
                "{path}"
            );
        }
    }
    let cursor = app.get("/api/v1/projects/?cursor=x").await;
    assert_eq!(cursor.body, r#"{"detail":"Invalid cursor"}"#);
    let number = app.get("/naive/api/v1/projects/?page=6").await;
    assert_eq!(number.body, r#"{"detail":"Invalid page."}"#);
}
