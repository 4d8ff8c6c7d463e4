//! `?fields=`: what is not asked for is not queried.

use perf_harness::{PerfDb, assert_queries, perf_test};

use super::hundred_users;
use crate::app::App;

const ALL: &str =
    "id,username,first_name,last_name,email,is_active,date_joined,profile,groups,permissions";

/// The names of the first result's fields, as they stand in the text: no name of them is a word elsewhere in it.
fn told(body: &str) -> String {
    let (_, results) = body.split_once(r#""results":[{"#).unwrap();
    let mut depth = 0;
    let user = results.find(|character| {
        depth += match character {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        depth < 0
    });
    let user = &results[..user.unwrap()];
    let mut names: Vec<_> = ALL.split(',').collect();
    names.retain(|name| user.contains(&format!("\"{name}\":")));
    names.sort_by_key(|name| user.find(&format!("\"{name}\":")));
    names.join(",")
}

#[perf_test(template = hundred_users)]
async fn only_what_is_asked_for_is_told_and_queried(db: PerfDb) {
    let app = App::on(&db);
    for (fields, expected, queries, naive_queries) in [
        ("id,username", "id,username", 1, 2),
        ("username,id,password", "id,username", 1, 2),
        ("email", "email", 1, 2),
        ("profile", "profile", 1, 7),
        ("groups,is_active", "is_active,groups", 2, 7),
        ("permissions", "permissions", 2, 12),
        ("permissions,groups", "groups,permissions", 3, 17),
        ("", ALL, 3, 22),
        ("nonsense", ALL, 3, 22),
    ] {
        for (prefix, queries) in [("", queries), ("/naive", naive_queries)] {
            let path = format!("{prefix}/api/users/?page_size=5&fields={fields}");
            let list = db.record(app.get(&path)).await;
            assert_eq!(list.output().results().len(), 5, "{path}");
            assert_eq!(told(&list.output().body), expected, "{path}");
            assert_queries!(list, queries);
        }
        let of = |prefix| format!("{prefix}/api/users/7/?fields={fields}");
        let (naive, tuned) = (app.get(&of("/naive")).await, app.get(&of("")).await);
        assert_eq!(naive.body, tuned.body, "{fields}");
    }
}

#[perf_test(template = hundred_users)]
async fn two_fields_are_two_columns(db: PerfDb) {
    let app = App::on(&db);
    for (path, expected) in [
        (
            "/api/users/?fields=id,username",
            r#"SELECT "auth_user"."id", "auth_user"."username" FROM "auth_user" ORDER BY "auth_user"."id" ASC LIMIT $1"#,
        ),
        (
            "/api/users/7/?fields=username,id",
            r#"SELECT "auth_user"."id", "auth_user"."username" FROM "auth_user" WHERE "auth_user"."id" = $1"#,
        ),
    ] {
        let page = db.record(app.get(path)).await;
        let queries: Vec<_> = page.queries().map(|query| query.sql()).collect();
        assert_eq!(queries, [expected]);
    }
}
