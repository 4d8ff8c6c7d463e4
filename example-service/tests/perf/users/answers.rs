//! What the endpoints say of users: naive and tuned alike.

use axum::http::StatusCode;
use perf_harness::{PerfDb, perf_test};
use serde_json::{Value, json};

use super::{execute, hundred_users};
use crate::app::{Answer, App};

/// The same page by its number and by a cursor, and each user by both details, to the byte.
async fn check_same(app: &App, users: u32) {
    let results = |page: &Answer| {
        let (_, results) = page.body.split_once(r#""results":"#).unwrap();
        results.to_owned()
    };
    let naive = app.get("/naive/api/users/?page_size=100").await;
    let tuned = app.get("/api/users/?page_size=100").await;
    assert_eq!(naive.results().len(), users as usize);
    assert_eq!(results(&naive), results(&tuned));
    for id in 1..=users.min(12) {
        let naive = app.get(&format!("/naive/api/users/{id}/")).await;
        let tuned = app.get(&format!("/api/users/{id}/")).await;
        assert_eq!(tuned.status, StatusCode::OK, "{}", tuned.body);
        assert_eq!(naive.body, tuned.body);
        assert!(naive.body.starts_with(&format!(r#"{{"id":{id},"#)));
    }
}

#[perf_test(template = hundred_users)]
async fn naive_and_tuned_say_the_same(db: PerfDb) {
    check_same(&App::on(&db), 100).await;
}

#[perf_test(template = hundred_users)]
async fn a_user_is_told_with_all_that_belongs_to_it(db: PerfDb) {
    let user = App::on(&db).get("/api/users/8/").await;
    assert_eq!(
        user.body,
        concat!(
            r#"{"id":8,"username":"user8","first_name":"First8","last_name":"Last8","email":"user8@example.com","#,
            r#""is_active":true,"date_joined":"2026-01-01T00:00:04Z","#,
            r#""profile":{"bio":"The life of user 8, in a few words.","location":"Osaka","#,
            r#""website":"https://example.com/user/8","birth_date":"1970-01-09"},"#,
            // By code points: capitals first.
            r#""groups":["Operators","Zürich desk","editors"],"#,
            r#""permissions":["articles.view_article","auth.add_permission","auth.add_user","auth.change_permission","#,
            r#""auth.view_group","authtoken.change_tokenproxy","contenttypes.delete_contenttype","#,
            r#""dashboard.add_item","projects.delete_file"]}"#,
        )
    );
}

#[perf_test(template = hundred_users)]
async fn who_has_nothing_has_null_and_empty_lists(db: PerfDb) {
    execute(
        &db,
        "DELETE FROM profiles WHERE user_id = 2; DELETE FROM auth_user_groups WHERE user_id = 2",
    )
    .await;
    let app = App::on(&db);
    check_same(&app, 100).await;
    for path in ["/naive/api/users/?page_size=3", "/api/users/?page_size=3"] {
        let results = app.get(path).await.results();
        assert!(results[0]["profile"].is_object(), "{path}");
        assert_eq!(results[1]["profile"], Value::Null, "{path}");
        assert_eq!(results[1]["groups"], json!([]), "{path}");
        assert_eq!(results[1]["permissions"], json!([]), "{path}");
    }
}

/// An empty profile is a profile.
#[perf_test(template = hundred_users)]
async fn a_profile_without_a_word_is_no_null(db: PerfDb) {
    let statement = "UPDATE profiles SET bio = '', location = '', website = '', birth_date = NULL WHERE user_id = 1";
    execute(&db, statement).await;
    let app = App::on(&db);
    check_same(&app, 100).await;
    let user: Value = serde_json::from_str(&app.get("/api/users/1/").await.body).unwrap();
    let empty = json!({"bio": "", "location": "", "website": "", "birth_date": null});
    assert_eq!(user["profile"], empty);
}

#[perf_test(template = hundred_users)]
async fn who_is_not_there_is_404_in_the_words_of_rest_framework(db: PerfDb) {
    let app = App::on(&db);
    for prefix in ["", "/naive"] {
        for (id, detail) in [
            ("101", "No User matches the given query."),
            ("0", "No User matches the given query."),
            ("2147483648", "No User matches the given query."),
            ("99999999999999999999", "No User matches the given query."),
            ("one", "Not found."),
            ("-1", "Not found."),
            ("1.0", "Not found."),
            ("%00", "Not found."),
            ("%FF", "Not found."),
        ] {
            let path = format!("{prefix}/api/users/{id}/");
            let answer = app.get(&path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(answer.body, format!(r#"{{"detail":"{detail}"}}"#), "{path}");
        }
        // Django's `int` reads it.
        let zeros = app.get(&format!("{prefix}/api/users/007/?fields=id")).await;
        assert_eq!(zeros.body, r#"{"id":7}"#);
    }
}
