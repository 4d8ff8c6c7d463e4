//! `/api/v1/projects/` and its line-by-line port: what a list and a project cost, and what they say.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod create;
mod growth;
mod pages;
mod plans;

use axum::http::StatusCode;
use example_service::seed;
use perf_harness::{
    Frame, PerfDb, PerfTest, Repetition, SetupError, TemplateDb, assert_constant_queries,
    assert_efficient, assert_max_allocated_bytes, assert_max_allocations, assert_max_bytes,
    assert_max_connections, assert_max_queries, assert_max_response_bytes, assert_max_round_trips,
    assert_max_rows, assert_no_n_plus_one, assert_queries, perf_test,
};
use sea_orm::DbErr;

use crate::app::App;

/// Of a hundred users with tokens; every fourth is archived, every seventh has checks that failed.
pub(crate) async fn hundred_projects(db: TemplateDb) -> Result<(), DbErr> {
    hundred_owners(db.clone()).await?;
    seed::projects(&db.connection(), 100).await
}

async fn hundred_owners(db: TemplateDb) -> Result<(), DbErr> {
    let db = db.connection();
    seed::migrate(&db).await?;
    seed::users(&db, 100).await?;
    seed::tokens(&db).await
}

async fn projects(db: PerfDb, n: usize) {
    let n = u32::try_from(n).unwrap();
    seed::projects(&db.connection(), n).await.unwrap();
}

#[perf_test(template = hundred_projects)]
async fn a_list_costs_two_queries_with_every_filter(db: PerfDb) {
    let app = App::on(&db);
    for (query, found) in [
        ("page_size=100", 100),
        ("owner=7", 1),
        ("status=active&page_size=100", 75),
        ("status=archived&page_size=100", 25),
        ("checks=failed", 14),
        ("file_kind=data", 20),
        ("owner=28&status=archived&checks=failed&file_kind=test", 1),
    ] {
        let path = format!("/api/v1/projects/?{query}");
        let list = db.record(app.get(&path)).await;
        assert_eq!(list.output().results().len(), found, "{query}");
        assert_queries!(list, 2);
        assert_no_n_plus_one!(list);
        assert_efficient!(list);
    }
}

#[perf_test(template = hundred_projects)]
async fn a_list_of_no_projects_costs_one_query(db: PerfDb) {
    let app = App::on(&db);
    for query in [
        "owner=0",
        "owner=99999999999999999999",
        "owner=1&checks=failed",
    ] {
        let list = db
            .record(app.get(&format!("/api/v1/projects/?{query}")))
            .await;
        assert!(list.output().results().is_empty(), "{query}");
        assert_queries!(list, 1);
    }
}

#[perf_test(template = hundred_projects)]
async fn a_project_costs_three_queries(db: PerfDb) {
    let app = App::on(&db);
    let project = db.record(app.get("/api/v1/projects/7/")).await;
    assert_eq!(project.output().status, StatusCode::OK);
    assert_queries!(project, 3);
    assert_no_n_plus_one!(project);
    assert_efficient!(project);
    let unknown = db.record(app.get("/api/v1/projects/101/")).await;
    assert_eq!(unknown.output().status, StatusCode::NOT_FOUND);
    assert_queries!(unknown, 1);
}

#[perf_test(template = hundred_owners)]
async fn the_cost_does_not_depend_on_the_projects(db: PerfDb) -> Result<(), SetupError> {
    let sizes = [10, 100, 1_000];
    for path in [
        "/api/v1/projects/?page_size=100",
        "/api/v1/projects/?checks=failed",
        "/api/v1/projects/1/",
    ] {
        let page = async |db: PerfDb| {
            let answer = App::on(&db).get(path).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        };
        assert_constant_queries!(db.record_at(sizes, projects, page).await?);
    }
    Ok(())
}

#[perf_test(template = hundred_projects)]
async fn a_page_reads_what_it_returns(db: PerfDb) {
    let app = App::on(&db);
    let page = db.record(app.get("/api/v1/projects/")).await;
    assert_max_round_trips!(page, 2);
    // Twenty and one more, which says whether there is a next page, and ten files of each of the twenty.
    assert_max_rows!(page, 221);
    assert_max_bytes!(page, 32_000);
    assert_max_connections!(page, 1);
    assert_max_response_bytes!(page, 32_000);
    let project = db.record(app.get("/api/v1/projects/7/")).await;
    assert_max_round_trips!(project, 3);
    assert_max_rows!(project, 1 + 4 * 10 + 12);
    assert_max_connections!(project, 1);
}

#[perf_test(template = hundred_projects)]
async fn a_page_allocates_little_for_each_file(db: PerfDb) {
    let app = App::on(&db);
    let _first = db.record(app.get("/api/v1/projects/")).await;
    let page = db.record(app.get("/api/v1/projects/")).await;
    assert_max_allocations!(page, 2_000);
    assert_max_allocated_bytes!(page, 400_000);
}

#[perf_test(template = hundred_projects)]
async fn the_naive_list_costs_two_queries_per_project(db: PerfDb) {
    let app = App::on(&db);
    let list = db
        .record(app.get("/naive/api/v1/projects/?page_size=100"))
        .await;
    assert_eq!(list.output().results().len(), 100);
    // The count, the page, the owners, the files.
    assert_queries!(list, 202);
    assert_queries!(list.on_table("auth_user"), 100);
    assert_queries!(list.on_table("projects_file"), 100);
    let repeated = list.repeated();
    assert_eq!(repeated.len(), 2);
    for repeated in &repeated {
        assert_eq!(repeated.count(), 100);
        assert_eq!(repeated.repetition(), Repetition::DifferentValues);
        // The line to change.
        let path = repeated.path().expect("sea-orm tells of its queries");
        let functions: Vec<_> = path.frames().iter().take(2).map(Frame::function).collect();
        assert!(["load_user", "newest"].map(Some).contains(&functions[0]));
        assert_eq!(functions[1], Some("list_projects"));
        assert!(path.site().file().ends_with("src/projects/naive.rs"));
        assert!(path.frames()[1].in_loop().is_some());
    }
}

#[perf_test(template = hundred_projects)]
async fn the_naive_project_costs_a_query_per_kind_and_per_check(db: PerfDb) {
    let app = App::on(&db);
    let project = db.record(app.get("/naive/api/v1/projects/7/")).await;
    assert_eq!(project.output().status, StatusCode::OK);
    // Itself, its owner, the files of four kinds, the checks, their authors.
    assert_queries!(project, 1 + 1 + 4 + 1 + 12);
}

/// What the tests above ask of the tuned endpoints, asked of the naive ones.
#[test]
fn the_naive_projects_break_every_budget() {
    let broken = PerfTest::new("naive_projects_break_every_budget")
        .template(hundred_owners)
        .run(async |db: PerfDb| {
            let list = async |db: PerfDb| App::on(&db).get("/naive/api/v1/projects/").await;
            let growth = db.record_at([10, 20], projects, async |db| drop(list(db).await));
            assert_constant_queries!(growth.await.unwrap());
            projects(db.clone(), 20).await;
            let page = db.record(list(db.clone())).await;
            assert_max_queries!(page, 2);
            assert_no_n_plus_one!(page);
            let app = App::on(&db);
            let project = db.record(app.get("/naive/api/v1/projects/7/")).await;
            assert_max_queries!(project, 3);
        })
        .unwrap_err();
    let told = broken.to_string();
    assert!(told.contains("actual    42 queries"), "{told}");
    assert!(told.contains("actual    19 queries"), "{told}");
    assert!(told.contains("list_projects"), "{told}");
    assert!(told.contains("show_project"), "{told}");
}

#[perf_test(template = hundred_projects)]
async fn what_is_refused_costs_no_query(db: PerfDb) {
    let app = App::on(&db);
    for (path, status) in [
        ("/api/v1/projects/?owner=x", StatusCode::BAD_REQUEST),
        ("/naive/api/v1/projects/?status=x", StatusCode::BAD_REQUEST),
        ("/api/v1/projects/?cursor=x", StatusCode::NOT_FOUND),
        ("/naive/api/v1/projects/?page=x", StatusCode::NOT_FOUND),
        ("/api/v1/projects/x/", StatusCode::NOT_FOUND),
        (
            "/api/v1/projects/99999999999999999999/",
            StatusCode::NOT_FOUND,
        ),
    ] {
        let refused = db.record(app.get(path)).await;
        assert_eq!(refused.output().status, status, "{path}");
        assert_queries!(refused, 0);
    }
}
