//! `GET /api/users/` and its line-by-line port.

use axum::http::StatusCode;
use perf_harness::{
    Frame, PerfDb, Repetition, TemplateDb, assert_efficient, assert_max_queries, assert_queries,
    perf_test,
};
use sea_orm::{ConnectionTrait, DbErr};

use crate::{app::App, seed};

#[perf_test(template = seed::hundred_users)]
async fn the_user_list_costs_one_query(db: PerfDb) {
    let app = App::on(&db);
    let list = db.record(app.get("/api/users/")).await;
    assert_eq!(list.output().results().len(), 100);
    assert_max_queries!(list, 1);
}

#[perf_test(template = seed::hundred_users)]
async fn the_cost_of_the_user_list_does_not_depend_on_its_length(db: PerfDb) {
    let app = App::on(&db);
    for limit in [1, 10, 100] {
        let list = db
            .record(app.get(&format!("/api/users/?limit={limit}")))
            .await;
        assert_eq!(list.output().results().len(), limit);
        assert_queries!(list, 1);
    }
}

#[perf_test(template = seed::hundred_users)]
async fn the_naive_user_list_costs_a_query_per_user(db: PerfDb) {
    let app = App::on(&db);
    let list = db.record(app.get("/naive/api/users/")).await;
    assert_eq!(list.output().results().len(), 100);
    assert_queries!(list, 101);
    let repeated = list.repeated();
    assert_eq!((repeated.len(), repeated[0].count()), (1, 100));
    assert_eq!(repeated[0].repetition(), Repetition::DifferentValues);
    // The line to change.
    let path = repeated[0].path().expect("sea-orm tells of its queries");
    let functions = path.frames().iter().take(2).map(Frame::function);
    assert_eq!(
        functions.collect::<Vec<_>>(),
        [Some("load_profile"), Some("list_users")]
    );
    assert!(path.site().file().ends_with("src/users/naive.rs"));
    assert!(path.frames()[1].in_loop().is_some());
    // And the rows that it goes through.
    let parent = list.traffic().parent(&repeated[0]).expect("the users");
    assert_eq!(parent.query().tables(), ["auth_user"]);
    assert_eq!(parent.column(), Some((1, "id")));
}

#[perf_test(template = seed::hundred_users)]
async fn the_user_list_wastes_nothing(db: PerfDb) {
    let app = App::on(&db);
    assert_efficient!(db.record(app.get("/api/users/")).await);
}

#[perf_test(template = seed::hundred_users)]
async fn both_user_lists_say_the_same(db: PerfDb) {
    let app = App::on(&db);
    let naive = app.get("/naive/api/users/").await;
    let eager = app.get("/api/users/").await;
    assert_eq!(naive.results().len(), 100);
    assert_eq!(naive.body, eager.body);
}

#[perf_test(template = seed::hundred_users)]
async fn a_user_without_a_profile_is_listed_with_null(db: PerfDb) {
    let statement = "DELETE FROM profiles WHERE user_id = 2";
    db.connection().execute_unprepared(statement).await.unwrap();
    let app = App::on(&db);
    for path in ["/naive/api/users/?limit=2", "/api/users/?limit=2"] {
        let results = app.get(path).await.results();
        assert!(results[0]["profile"].is_object(), "{path}");
        assert!(results[1]["profile"].is_null(), "{path}");
    }
}

async fn no_users(db: TemplateDb) -> Result<(), DbErr> {
    example_service::seed::migrate(&db.connection()).await
}

#[perf_test(template = no_users)]
async fn an_empty_list_costs_one_query(db: PerfDb) {
    let app = App::on(&db);
    let list = db.record(app.get("/naive/api/users/")).await;
    assert!(list.output().results().is_empty());
    assert_queries!(list, 1);
}

#[perf_test(template = seed::hundred_users)]
async fn a_refused_limit_costs_no_query(db: PerfDb) {
    let app = App::on(&db);
    let refused = db.record(app.get("/api/users/?limit=1001")).await;
    assert_eq!(refused.output().status, StatusCode::BAD_REQUEST);
    assert_queries!(refused, 0);
}
