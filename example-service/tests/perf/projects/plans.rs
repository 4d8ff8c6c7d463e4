//! How the planner answers for projects, as if there were a million of them.

use perf_harness::{
    Failure, PerfDb, PerfTest, PlanGrowth, Recording, Rows, Scale, assert_index_used,
    assert_no_full_scan, assert_plan_scales, assert_sorted_by_index, perf_test,
};
use sea_orm::ConnectionTrait;

use super::hundred_projects;
use crate::app::{Answer, App};

/// A million projects of so many users, with 120 files and so many checks each.
fn production(users: u64, checks: u64) -> Rows {
    Rows::of([
        ("projects_project", 1_000_000),
        ("projects_file", 120_000_000),
        ("projects_check", 1_000_000 * checks),
        ("auth_user", users),
    ])
}

async fn list(db: &PerfDb, query: &str) -> Recording<Answer> {
    let app = App::on(db);
    let path = format!("/api/v1/projects/?{query}");
    let list = db.record(app.get(&path)).await;
    assert!(!list.output().results().is_empty(), "{query}");
    list.at_rows(production(2_000, 12))
}

#[perf_test(template = hundred_projects)]
async fn files_come_out_of_their_index_from_the_top(db: PerfDb) {
    let list = list(&db, "").await;
    assert_index_used!(list.on_table("projects_file"), "projects_file_newest_idx");
    assert_no_full_scan!(list, "projects_file");
    assert_no_full_scan!(list, "projects_project");
    assert_no_full_scan!(list, "auth_user");
}

#[perf_test(template = hundred_projects)]
async fn an_owners_projects_in_a_state_come_out_of_an_index_in_order(db: PerfDb) {
    let list = list(&db, "owner=7&status=active").await;
    let projects = list.on_table("projects_project");
    assert_index_used!(projects, "projects_owner_status_idx");
    assert_sorted_by_index!(projects);
    assert_no_full_scan!(list, "projects_project");
}

#[perf_test(template = hundred_projects)]
async fn active_projects_come_out_of_an_index_of_their_own(db: PerfDb) {
    let list = list(&db, "status=active").await;
    let projects = list.on_table("projects_project");
    assert_index_used!(projects, "projects_active_newest_idx");
    assert_sorted_by_index!(projects);
    assert_no_full_scan!(list, "projects_project");
}

#[perf_test(template = hundred_projects)]
async fn failed_checks_are_sought_in_an_index_of_their_own(db: PerfDb) {
    let list = list(&db, "checks=failed").await;
    assert_index_used!(list, "projects_check_failed_idx");
    assert_no_full_scan!(list, "projects_check");
    assert_no_full_scan!(list, "projects_project");
}

#[perf_test(template = hundred_projects)]
async fn an_owners_projects_are_sought(db: PerfDb) {
    let list = list(&db, "owner=7").await;
    assert_no_full_scan!(list, "projects_project");
}

#[perf_test(template = hundred_projects)]
async fn a_project_is_all_seeks(db: PerfDb) {
    // More checks than are shown.
    let statement = "INSERT INTO projects_check (name, state, created_at, project_id, author_id)
        SELECT name, state, created_at, project_id, author_id
        FROM generate_series(1, 9) AS more CROSS JOIN projects_check ORDER BY more, id";
    let connection = db.connection();
    connection.execute_unprepared(statement).await.unwrap();
    connection.execute_unprepared("ANALYZE").await.unwrap();
    let app = App::on(&db);
    let project = db.record(app.get("/api/v1/projects/7/")).await;
    let project = project.at_rows(production(50_000, 120));
    assert_index_used!(project, "projects_file_newest_idx");
    assert_index_used!(project, "projects_check_newest_idx");
    for table in [
        "projects_project",
        "projects_file",
        "projects_check",
        "auth_user",
    ] {
        assert_no_full_scan!(project, table);
    }
}

#[perf_test(template = hundred_projects)]
async fn a_page_costs_the_same_at_any_depth(db: PerfDb) {
    let app = App::on(&db);
    let first = app.get("/api/v1/projects/").await.json();
    let second = db.record(app.get(first["next"].as_str().unwrap())).await;
    let scale = Scale::of(1_000..=10_000_000).table("projects_project");
    assert_plan_scales!(second, scale.at_most(PlanGrowth::Constant));
}

/// What a test of the naive endpoint says.
fn naive(path: &'static str, check: fn(&Recording<()>)) -> Failure {
    PerfTest::new("naive")
        .template(hundred_projects)
        .rows(production(2_000, 12))
        .run(async move |db: PerfDb| {
            let app = App::on(&db);
            check(&db.record(async { drop(app.get(path).await) }).await);
        })
        .expect_err("the naive endpoint holds no such budget")
}

#[test]
fn the_naive_list_counts_all_projects() {
    let failure = naive("/naive/api/v1/projects/", |list| {
        assert_no_full_scan!(list, "projects_project");
    });
    let told = failure.to_string();
    assert!(told.contains("all of projects_project is read"), "{told}");
}

#[test]
fn the_naive_pages_grow_with_their_depth() {
    let failure = naive("/naive/api/v1/projects/?page=3", |list| {
        let offset = list.choose(|query| query.sql().contains("OFFSET"));
        assert_plan_scales!(
            offset,
            Scale::of(1_000..=10_000_000).table("projects_project")
        );
    });
    let told = failure.to_string();
    assert!(told.contains("OFFSET reads what it skips"), "{told}");
}
