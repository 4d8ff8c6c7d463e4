//! `POST`, `PATCH` and `DELETE`, naive and tuned.

use axum::http::{
    StatusCode,
    header::{ALLOW, WWW_AUTHENTICATE},
};
use example_service::seed;
use perf_harness::{PerfDb, assert_efficient, assert_queries, perf_test};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use super::{hundred_dashboards, signed_in};
use crate::app::App;

const BOTH: [&str; 2] = ["/api/dashboard/", "/naive/api/dashboard/"];

/// An item of user 1, and one of user 2.
const OWN: i64 = 3_000;
const OTHERS: i64 = 1;

#[perf_test(template = hundred_dashboards)]
async fn a_write_costs_one_query_and_a_naive_one_reads_first(db: PerfDb) {
    let app = signed_in(&db).await;
    // The naive writes ask for the token, too.
    for (path, extra) in [(BOTH[0], 0), (BOTH[1], 1)] {
        let create = app.send("POST", path, Some(r#"{"title":"new"}"#));
        let create = db.record(create).await;
        assert_eq!(create.output().status, StatusCode::CREATED);
        assert_queries!(create, 1 + extra);
        let item = format!("{path}{}/", create.output().json()["id"]);
        let update = app.send("PATCH", &item, Some(r#"{"status":"done"}"#));
        let update = db.record(update).await;
        assert_eq!(update.output().status, StatusCode::OK);
        assert_queries!(update, 1 + 2 * extra);
        let delete = db.record(app.send("DELETE", &item, None)).await;
        assert_eq!(delete.output().status, StatusCode::NO_CONTENT);
        assert_eq!(delete.output().body, "");
        assert_queries!(delete, 1 + 2 * extra);
        assert_efficient!(create);
        if extra == 0 {
            assert_efficient!(update);
            assert_efficient!(delete);
        }
    }
}

fn without_times(mut item: Value) -> Value {
    let item_map = item.as_object_mut().unwrap();
    for time in ["created_at", "updated_at"] {
        assert!(item_map.remove(time).unwrap().is_string(), "{time}");
    }
    item_map.remove("id").unwrap();
    item
}

#[perf_test(template = hundred_dashboards)]
async fn an_item_is_made_changed_and_removed(db: PerfDb) {
    let app = signed_in(&db).await;
    for path in BOTH {
        let made = app.send("POST", path, Some(r#"{"title":" a "}"#)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        let defaults = json!({
            "title": "a", "notes": "", "status": "open", "priority": 3, "due_on": null,
        });
        assert_eq!(without_times(made.json()), defaults);
        let item = format!("{path}{}/", made.json()["id"]);
        let all =
            r#"{"title":"b","notes":"c","status":"archived","priority":"5","due_on":"2026-2-8"}"#;
        let changed = app.send("PATCH", &item, Some(all)).await;
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
        let expected = json!({
            "title": "b", "notes": "c", "status": "archived", "priority": 5, "due_on": "2026-02-08",
        });
        assert_eq!(without_times(changed.json()), expected);
        assert_eq!(changed.json()["created_at"], made.json()["created_at"]);
        // What a client may not set is ignored, and nothing at all moves `updated_at` still.
        let ids = app
            .send("PATCH", &item, Some(r#"{"id":1,"owner":2,"x":3}"#))
            .await;
        assert_eq!(without_times(ids.json()), expected);
        assert_eq!(ids.json()["id"], made.json()["id"]);
        let at = |item: &Value| item["updated_at"].as_str().unwrap().to_owned();
        assert!(at(&ids.json()) > at(&changed.json()), "{}", ids.body);
        // What is answered is what is stored.
        let page = app.get("/naive/api/dashboard/").await;
        assert_eq!(page.results()[0], ids.json());
        let due = app.send("PATCH", &item, Some(r#"{"due_on":null}"#)).await;
        assert_eq!(due.json()["due_on"], Value::Null);
        let gone = app.send("DELETE", &item, None).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        for method in ["DELETE", "PATCH"] {
            let gone = app.send(method, &item, None).await;
            assert_eq!(gone.status, StatusCode::NOT_FOUND, "{method}");
        }
    }
}

/// Both ways, one item that is there.
async fn check(
    app: &App,
    method: &str,
    id: Option<i64>,
    body: Option<&str>,
    status: u16,
    told: &str,
) {
    for path in BOTH {
        let path = id.map_or_else(|| path.to_owned(), |id| format!("{path}{id}/"));
        let answer = app.send(method, &path, body).await;
        let actual = (answer.status.as_u16(), answer.body.as_str());
        assert_eq!(actual, (status, told), "{method} {path} {body:?}");
    }
}

#[perf_test(template = hundred_dashboards)]
async fn what_is_wrong_with_an_input_is_told_in_the_words_of_rest_framework(db: PerfDb) {
    let app = signed_in(&db).await;
    for (body, told) in [
        ("{}", r#"{"title":["This field is required."]}"#),
        ("", r#"{"title":["This field is required."]}"#),
        (
            r#"{"title":""}"#,
            r#"{"title":["This field may not be blank."]}"#,
        ),
        ("null", r#"{"non_field_errors":["No data provided"]}"#),
        (
            "[]",
            r#"{"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}"#,
        ),
        (
            r#"{"title":"t","priority":0,"status":"x"}"#,
            r#"{"status":["\"x\" is not a valid choice."],"priority":["Ensure this value is greater than or equal to 1."]}"#,
        ),
    ] {
        check(&app, "POST", None, Some(body), 400, told).await;
    }
    let blank = r#"{"title":["This field may not be blank."]}"#;
    check(
        &app,
        "PATCH",
        Some(OWN),
        Some(r#"{"title":" "}"#),
        400,
        blank,
    )
    .await;
    for method in ["POST", "PATCH"] {
        let item = (method == "PATCH").then_some(OWN);
        for path in BOTH {
            let path = item.map_or_else(|| path.to_owned(), |id| format!("{path}{id}/"));
            let answer = app.send(method, &path, Some("{")).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST);
            let detail = answer.json()["detail"].as_str().unwrap().to_owned();
            assert!(detail.starts_with("JSON parse error - "), "{detail}");
        }
    }
}

#[perf_test(template = hundred_dashboards)]
async fn nobody_reaches_the_items_of_another(db: PerfDb) {
    let app = signed_in(&db).await;
    let told = r#"{"detail":"No Item matches the given query."}"#;
    for id in [OTHERS, 0, 999_999, i64::MAX] {
        // It is looked for before its body is looked at.
        for body in [r#"{"title":"mine"}"#, "{", r#"{"title":""}"#] {
            check(&app, "PATCH", Some(id), Some(body), 404, told).await;
        }
        check(&app, "DELETE", Some(id), None, 404, told).await;
    }
    for path in BOTH {
        let path = format!("{path}99999999999999999999/");
        let answer = app.send("DELETE", &path, None).await;
        assert_eq!(answer.body, told, "{path}");
    }
    let other = App::on(&db).with_token(&seed::token_of(2));
    let theirs = other.get("/api/dashboard/?page_size=1000").await;
    assert_eq!(theirs.results().len(), 30);
    let first = &theirs.results()[29];
    assert_eq!(first["id"], OTHERS);
    assert_ne!(first["title"], "mine");
}

#[perf_test(template = hundred_dashboards)]
async fn a_wrong_method_is_405_to_who_is_signed_in(db: PerfDb) {
    let app = signed_in(&db).await;
    for (id, method) in [
        (None, "PUT"),
        (None, "PATCH"),
        (None, "DELETE"),
        (Some(OWN), "GET"),
        (Some(OWN), "PUT"),
        (Some(OWN), "POST"),
    ] {
        let told = format!(r#"{{"detail":"Method \"{method}\" not allowed."}}"#);
        check(&app, method, id, None, 405, &told).await;
    }
    let answer = app.send("PUT", "/api/dashboard/1/", None).await;
    let allowed = answer.headers[ALLOW].to_str().unwrap();
    let mut allowed: Vec<_> = allowed.split(',').collect();
    allowed.sort_unstable();
    assert_eq!(allowed, ["DELETE", "PATCH"]);
}

#[perf_test(template = hundred_dashboards)]
async fn a_token_that_is_none_is_401(db: PerfDb) {
    let app = App::on(&db).with_token("0");
    for (id, method) in [(None, "GET"), (None, "POST"), (Some(OWN), "DELETE")] {
        check(
            &app,
            method,
            id,
            None,
            401,
            r#"{"detail":"Invalid token."}"#,
        )
        .await;
    }
    let answer = app.get("/api/dashboard/").await;
    assert_eq!(answer.headers[WWW_AUTHENTICATE], "Token");
}

#[perf_test(template = hundred_dashboards)]
async fn what_is_refused_for_its_input_costs_no_write(db: PerfDb) {
    let app = signed_in(&db).await;
    let create = db
        .record(app.send("POST", "/api/dashboard/", Some("{}")))
        .await;
    assert_eq!(create.output().status, StatusCode::BAD_REQUEST);
    assert_queries!(create, 0);
    let path = format!("/api/dashboard/{OWN}/");
    let update = app.send("PATCH", &path, Some(r#"{"title":null}"#));
    let update = db.record(update).await;
    assert_eq!(update.output().status, StatusCode::BAD_REQUEST);
    // Whether it is there.
    assert_queries!(update, 1);
}

/// The token is remembered for a while, but there is nobody left to own what is written.
#[perf_test(template = hundred_dashboards)]
async fn a_write_of_a_user_who_is_gone_is_401(db: PerfDb) {
    let app = signed_in(&db).await;
    let statements = [
        "DELETE FROM authtoken_token WHERE user_id = 1",
        "DELETE FROM dashboard_item WHERE owner_id = 1",
        "DELETE FROM profiles WHERE user_id = 1",
        "DELETE FROM auth_user_groups WHERE user_id = 1",
        "DELETE FROM auth_user_user_permissions WHERE user_id = 1",
        "DELETE FROM auth_user WHERE id = 1",
    ];
    for statement in statements {
        db.connection().execute_unprepared(statement).await.unwrap();
    }
    for (path, body) in [
        ("/api/dashboard/", r#"{"title":"new"}"#),
        ("/api/v1/projects/", r#"{"name":"new"}"#),
    ] {
        let answer = app.send("POST", path, Some(body)).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", answer.body);
        assert_eq!(answer.body, r#"{"detail":"Invalid token."}"#);
    }
}
