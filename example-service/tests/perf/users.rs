//! `GET /api/users/`, `GET /api/users/{id}/` and their line-by-line ports: what they cost.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod limits;
mod pages;
mod permissions;
mod plans;
mod sparse;

use axum::http::StatusCode;
use perf_harness::{
    Frame, PerfDb, PerfTest, Repetition, SetupError, TemplateDb, assert_constant_queries,
    assert_efficient, assert_max_queries, assert_no_n_plus_one, assert_queries, perf_test,
};
use sea_orm::{ConnectionTrait, DbErr};

use crate::{app::App, seed::hundred_users};

async fn no_users(db: TemplateDb) -> Result<(), DbErr> {
    example_service::seed::migrate(&db.connection()).await
}

async fn users(db: PerfDb, n: usize) {
    let n = u32::try_from(n).unwrap();
    let db = db.connection();
    example_service::seed::users(&db, n).await.unwrap();
}

async fn execute(db: &PerfDb, statements: &str) {
    let db = db.connection();
    db.execute_unprepared(statements).await.unwrap();
}

#[perf_test(template = hundred_users)]
async fn the_user_list_costs_three_queries(db: PerfDb) {
    let app = App::on(&db);
    let list = db.record(app.get("/api/users/?page_size=100")).await;
    assert_eq!(list.output().results().len(), 100);
    assert_max_queries!(list, 3);
    assert_no_n_plus_one!(list);
    assert_efficient!(list);
}

#[perf_test(template = hundred_users)]
async fn a_user_costs_three_queries(db: PerfDb) {
    let app = App::on(&db);
    let user = db.record(app.get("/api/users/7/")).await;
    assert_eq!(user.output().status, StatusCode::OK);
    assert_max_queries!(user, 3);
    assert_efficient!(user);
}

#[perf_test(template = no_users)]
async fn the_cost_of_a_page_and_of_a_user_does_not_depend_on_the_users(
    db: PerfDb,
) -> Result<(), SetupError> {
    let sizes = [10, 100, 1_000];
    for path in [
        "/api/users/?page_size=100",
        "/api/users/?fields=username,groups",
        "/api/users/7/",
    ] {
        let page = async |db: PerfDb| {
            let answer = App::on(&db).get(path).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        };
        assert_constant_queries!(db.record_at(sizes, users, page).await?);
    }
    Ok(())
}

#[perf_test(template = hundred_users)]
async fn the_naive_user_list_costs_four_queries_per_user(db: PerfDb) {
    let app = App::on(&db);
    let list = db.record(app.get("/naive/api/users/?page_size=100")).await;
    assert_eq!(list.output().results().len(), 100);
    // The count, the page; profile, groups, own permissions and those of the groups.
    assert_queries!(list, 402);
    assert_queries!(list.on_table("profiles"), 100);
    let repeated = list.repeated();
    let counts: Vec<_> = repeated.iter().map(|group| group.count()).collect();
    assert_eq!(counts, [100; 4]);
    let lines = ["load_profile", "load_groups", "load_labels", "load_labels"];
    for (group, line) in repeated.iter().zip(lines) {
        assert_eq!(group.repetition(), Repetition::DifferentValues);
        // The line to change, and the loop around it.
        let path = group.path().expect("sea-orm tells of its queries");
        assert_eq!(path.frames()[0].function(), Some(line));
        assert!(path.site().file().ends_with("src/users/naive.rs"));
        let functions: Vec<_> = path.frames().iter().filter_map(Frame::function).collect();
        assert!(functions.contains(&"list_users"), "{functions:?}");
        // And the rows that it goes through.
        let parent = list.traffic().parent(group).expect("the users");
        assert_eq!(parent.query().tables(), ["auth_user"]);
        assert_eq!(parent.column(), Some((1, "id")));
    }
}

/// What the tests above ask of the tuned list, asked of the naive one.
#[test]
fn the_naive_user_list_breaks_every_budget() {
    let broken = PerfTest::new("naive_users_break_every_budget")
        .template(no_users)
        .run(async |db: PerfDb| {
            let list = async |db: PerfDb| App::on(&db).get("/naive/api/users/").await;
            let growth = db.record_at([10, 20], users, async |db| drop(list(db).await));
            assert_constant_queries!(growth.await.unwrap());
            users(db.clone(), 20).await;
            let page = db.record(list(db.clone())).await;
            assert_max_queries!(page, 3);
            assert_no_n_plus_one!(page);
        })
        .unwrap_err();
    let told = broken.to_string();
    assert!(told.contains("actual    82 queries"), "{told}");
    assert!(told.contains("load_profile"), "{told}");
}

#[perf_test(template = no_users)]
async fn an_empty_list_costs_one_query(db: PerfDb) {
    let app = App::on(&db);
    for path in ["/naive/api/users/", "/api/users/"] {
        let list = db.record(app.get(path)).await;
        assert!(list.output().results().is_empty());
        assert_queries!(list, 1);
    }
}

#[perf_test(template = hundred_users)]
async fn who_is_not_there_costs_one_query_and_what_is_refused_none(db: PerfDb) {
    let app = App::on(&db);
    for (path, queries) in [
        ("/api/users/101/", 1),
        ("/naive/api/users/101/", 1),
        ("/api/users/2147483648/", 0),
        ("/naive/api/users/2147483648/", 0),
        ("/api/users/one/", 0),
        ("/api/users/?cursor=x", 0),
        ("/naive/api/users/?page=x", 0),
        // The number of pages must be known.
        ("/naive/api/users/?page=6", 1),
    ] {
        let refused = db.record(app.get(path)).await;
        assert_eq!(refused.output().status, StatusCode::NOT_FOUND, "{path}");
        assert_queries!(refused, queries);
    }
}
