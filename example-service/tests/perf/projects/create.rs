//! New projects, one or many.

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::StatusCode;
use example_service::seed::token_of;
use perf_harness::{
    PerfDb, PerfTest, SetupError, assert_constant_queries, assert_efficient, assert_max_queries,
    assert_no_n_plus_one, assert_no_untransacted_writes, assert_queries, perf_test,
};
use serde_json::{Value, json};

use super::{hundred_owners, hundred_projects, projects};
use crate::app::{Answer, App};

const WAYS: [&str; 2] = ["/naive/api/v1/projects/", "/api/v1/projects/"];

async fn post(app: &App, path: &str, data: &Value) -> Answer {
    app.send("POST", path, Some(&data.to_string())).await
}

fn batch(n: usize) -> Value {
    let project = |number| json!({"name": format!("New {number}")});
    (0..n).map(project).collect()
}

fn user(db: &PerfDb) -> App {
    App::on(db).with_token(&token_of(7))
}

#[perf_test(template = hundred_projects)]
async fn new_projects_cost_one_statement_however_many(db: PerfDb) {
    let app = user(&db);
    // The token is remembered.
    assert_eq!(app.get("/api/v1/projects/1/").await.status, StatusCode::OK);
    for n in [1, 2, 500] {
        let created = db.record(post(&app, "/api/v1/projects/", &batch(n))).await;
        assert_eq!(created.output().status, StatusCode::CREATED);
        assert_eq!(created.output().json().as_array().unwrap().len(), n);
        assert_queries!(created, 1);
        assert_no_n_plus_one!(created);
        assert_efficient!(created);
    }
    let one = db
        .record(post(&app, "/api/v1/projects/", &json!({"name": "a"})))
        .await;
    assert_eq!(one.output().status, StatusCode::CREATED);
    assert_queries!(one, 1);
    let none = db.record(post(&app, "/api/v1/projects/", &json!([]))).await;
    assert_eq!(none.output().status, StatusCode::CREATED);
    assert_eq!(none.output().body, "[]");
    assert_queries!(none, 0);
}

#[perf_test(template = hundred_owners)]
async fn the_cost_does_not_depend_on_the_length_of_the_batch(db: PerfDb) -> Result<(), SetupError> {
    let size = AtomicUsize::new(0);
    let seed = async |db: PerfDb, n: usize| {
        size.store(n, Ordering::SeqCst);
        projects(db, n).await;
    };
    let create = async |db: PerfDb| {
        let n = size.load(Ordering::SeqCst);
        let created = post(&user(&db), "/api/v1/projects/", &batch(n)).await;
        assert_eq!(created.json().as_array().unwrap().len(), n);
    };
    assert_constant_queries!(db.record_at([10, 100, 500], seed, create).await?);
    Ok(())
}

/// What the tests above ask of the tuned way, asked of the naive one.
#[test]
fn the_naive_way_costs_a_statement_each() {
    let broken = PerfTest::new("naive_batches_break_every_budget")
        .template(hundred_owners)
        .run(async |db: PerfDb| {
            let app = user(&db);
            let created = db
                .record(post(&app, "/naive/api/v1/projects/", &batch(50)))
                .await;
            assert_eq!(created.output().json().as_array().unwrap().len(), 50);
            assert_max_queries!(created, 2);
            assert_no_n_plus_one!(created);
            assert_no_untransacted_writes!(created);
        })
        .unwrap_err();
    let told = broken.to_string();
    // The token, and each project.
    assert!(told.contains("actual    51 queries"), "{told}");
    assert!(told.contains("create_projects"), "{told}");
}

#[perf_test(template = hundred_projects)]
async fn projects_are_answered_in_the_order_of_the_input(db: PerfDb) {
    let app = user(&db);
    for path in WAYS {
        let created = post(&app, path, &batch(500)).await.json();
        let created = created.as_array().unwrap();
        for (number, project) in created.iter().enumerate() {
            assert_eq!(project["name"], format!("New {number}"), "{path}");
        }
        let ids: Vec<_> = created
            .iter()
            .map(|project| project["id"].as_i64().unwrap())
            .collect();
        assert!(ids.is_sorted_by(|one, next| one < next), "{path}: {ids:?}");
        // And each id is of the project that it is answered with.
        for place in [0, 1, 250, 499] {
            let stored = app
                .get(&format!("/api/v1/projects/{}/", ids[place]))
                .await
                .json();
            for field in [
                "name",
                "description",
                "status",
                "created_at",
                "updated_at",
                "owner",
            ] {
                assert_eq!(
                    stored[field], created[place][field],
                    "{path} {place} {field}"
                );
            }
        }
    }
}

#[perf_test(template = hundred_projects)]
async fn a_new_project_is_shown_with_its_defaults_and_its_owner(db: PerfDb) {
    let app = user(&db);
    let inputs = [
        json!({"name": " Zürich \"1\" ", "id": 1, "owner": 3}),
        json!({"name": "b", "description": " c ", "status": "archived"}),
        json!({"name": 1.5, "description": ""}),
    ];
    let expected = [
        ("Zürich \"1\"", "", "active"),
        ("b", "c", "archived"),
        ("1.5", "", "active"),
    ];
    for path in WAYS {
        for (input, (name, description, status)) in inputs.iter().zip(expected) {
            let answer = post(&app, path, input).await;
            assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
            let created = answer.json();
            assert_eq!(created["name"], name);
            assert_eq!(created["description"], description);
            assert_eq!(created["status"], status);
            assert_eq!(created["owner"], json!({"id": 7, "username": "user7"}));
            let order = [
                "id",
                "name",
                "description",
                "status",
                "created_at",
                "updated_at",
                "owner",
            ];
            let places = order.map(|field| answer.body.find(&format!("\"{field}\":")).unwrap());
            assert!(places.is_sorted(), "{}", answer.body);
        }
    }
}

async fn count(app: &App) -> Value {
    app.get("/naive/api/v1/projects/").await.json()["count"].clone()
}

/// The right-hand side is what the Django original answers.
#[perf_test(template = hundred_projects)]
async fn a_wrong_input_creates_nothing_and_is_told(db: PerfDb) {
    let app = user(&db);
    let too_many = batch(501).to_string();
    for (body, expected) in [
        ("", r#"{"name":["This field is required."]}"#),
        ("null", r#"{"non_field_errors":["No data provided"]}"#),
        (
            "3",
            r#"{"non_field_errors":["Invalid data. Expected a dictionary, but got int."]}"#,
        ),
        (
            r#"[{"name":"n"},{},3,null,{"name":""}]"#,
            concat!(
                r#"{"1":{"name":["This field is required."]},"#,
                r#""2":{"non_field_errors":["Invalid data. Expected a dictionary, but got int."]},"#,
                r#""3":["This field may not be null."],"4":{"name":["This field may not be blank."]}}"#,
            ),
        ),
        (
            too_many.as_str(),
            r#"{"non_field_errors":["Ensure this field has no more than 500 elements."]}"#,
        ),
    ] {
        for path in WAYS {
            let answer = app.send("POST", path, Some(body)).await;
            assert_eq!(
                (answer.status.as_u16(), answer.body.as_str()),
                (400, expected),
                "{path}"
            );
        }
    }
    for path in WAYS {
        let answer = app.send("POST", path, Some("{")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(
            answer.body.starts_with(r#"{"detail":"JSON parse error - "#),
            "{}",
            answer.body
        );
    }
    assert_eq!(count(&app).await, 100);
}

#[perf_test(template = hundred_projects)]
async fn a_refused_batch_costs_no_query_beside_the_token(db: PerfDb) {
    let app = user(&db);
    assert_eq!(app.get("/api/v1/projects/1/").await.status, StatusCode::OK);
    for (path, queries) in [("/api/v1/projects/", 0), ("/naive/api/v1/projects/", 1)] {
        let bad = json!([{"name": "a"}, {}]);
        let refused = db.record(post(&app, path, &bad)).await;
        assert_eq!(refused.output().status, StatusCode::BAD_REQUEST);
        assert_queries!(refused, queries);
    }
}

#[perf_test(template = hundred_projects)]
async fn who_has_no_token_creates_nothing(db: PerfDb) {
    let app = App::on(&db);
    let wrong = app.with_token("zzz");
    let user = user(&db);
    for path in WAYS {
        let answer = post(&app, path, &json!({"name": "a"})).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.headers["www-authenticate"], "Token");
        // Of a wrong token nobody reads either.
        for answer in [
            wrong.get(path).await,
            post(&wrong, path, &json!({"name": "a"})).await,
        ] {
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
            assert_eq!(answer.body, r#"{"detail":"Invalid token."}"#);
        }
        let answer = user.send("PUT", path, Some("{}")).await;
        let expected = r#"{"detail":"Method \"PUT\" not allowed."}"#;
        assert_eq!(
            (answer.status.as_u16(), answer.body.as_str()),
            (405, expected)
        );
    }
    assert_eq!(count(&app).await, 100);
}

/// A text is a parameter, whatever it says, and a NUL is no text for Postgres.
#[perf_test(template = hundred_projects)]
async fn no_text_is_sql_or_an_array(db: PerfDb) {
    let app = user(&db);
    let texts = [
        "'); DROP TABLE projects_project; --",
        "{a,b}",
        "NULL",
        "\\",
        "\"",
        "$1",
        "🦀",
    ];
    let input: Value = texts
        .iter()
        .map(|text| json!({"name": text, "description": text}))
        .collect();
    for path in WAYS {
        let created = post(&app, path, &input).await.json();
        for (project, text) in created.as_array().unwrap().iter().zip(texts) {
            let stored = app
                .get(&format!("/api/v1/projects/{}/", project["id"]))
                .await
                .json();
            assert_eq!(
                (stored["name"].as_str(), stored["description"].as_str()),
                (Some(text), Some(text))
            );
        }
    }
    let answer = post(&app, "/api/v1/projects/", &json!({"name": "a\0"})).await;
    assert_eq!(
        answer.body,
        r#"{"name":["Null characters are not allowed."]}"#
    );
}
