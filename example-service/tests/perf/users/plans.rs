//! How the planner answers for users, as if there were a million of them.

use example_service::seed;
use perf_harness::{
    PerfDb, PerfTest, PlanGrowth, Rows, Scale, TemplateDb, assert_index_used, assert_no_full_scan,
    assert_plan_scales, assert_sorted_by_index, perf_test,
};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DbErr};

use super::hundred_users;
use crate::app::{App, link};

#[perf_test(template = hundred_users, rows(auth_user = 1_000_000, profiles = 1_000_000, auth_user_groups = 2_000_000, auth_user_user_permissions = 250_000))]
async fn a_page_seeks_in_every_table_that_grows(db: PerfDb) {
    let app = App::on(&db);
    let first = app.get("/api/users/").await;
    let next = link(&first, "next").expect("a second page");
    let page = db.record(app.get(&next)).await;
    assert_eq!(page.output().results().len(), 20);
    let users = page.on_table("auth_user");
    assert_index_used!(users, "auth_user_pkey");
    assert_sorted_by_index!(users);
    for table in [
        "auth_user",
        "profiles",
        "auth_user_groups",
        "auth_user_user_permissions",
    ] {
        assert_no_full_scan!(page, table);
    }
}

#[perf_test(template = hundred_users, rows(auth_user = 1_000_000, profiles = 1_000_000, auth_user_groups = 2_000_000, auth_user_user_permissions = 250_000))]
async fn a_user_is_found_by_seeks(db: PerfDb) {
    let app = App::on(&db);
    let user = db.record(app.get("/api/users/7/")).await;
    assert_index_used!(user, "auth_user_pkey");
    assert_index_used!(user, "profiles_user_id_key");
    for table in [
        "auth_user",
        "profiles",
        "auth_user_groups",
        "auth_user_user_permissions",
    ] {
        assert_no_full_scan!(user, table);
    }
}

/// Analysed: the planner knows how large the tables are.
async fn thousand_users(db: TemplateDb) -> Result<(), DbErr> {
    let db = db.connection();
    seed::migrate(&db).await?;
    seed::users(&db, 1_000).await?;
    db.execute_unprepared("VACUUM ANALYZE").await?;
    Ok(())
}

#[perf_test(template = thousand_users, plans)]
async fn a_user_is_not_planned_anew_each_time(db: PerfDb) {
    // Each connection has plans of its own, and a larger pool may hand out a new one at any time.
    let mut one = ConnectOptions::new(db.url());
    one.max_connections(1);
    let one = Database::connect(one).await.expect("the test's database");
    let app = App::new(example_service::router(one));
    let user = async || app.get("/api/users/7/").await;
    // From the sixth time on the server may keep a plan.
    for _ in 0..10 {
        user().await;
    }
    let after_many = db.record(user()).await;
    assert_eq!(after_many.queries().count(), 3);
    for query in after_many.queries() {
        // The plan for all values has the parameter in it; one for these values has the values.
        let plan = query.executed_plan().expect("it ran");
        assert!(plan.contains("= $1)"), "{}\n{plan}", query.sql());
    }
}

#[perf_test(template = hundred_users)]
async fn a_page_costs_the_same_at_any_depth(db: PerfDb) {
    let app = App::on(&db);
    let first = app.get("/api/users/").await;
    let next = link(&first, "next").expect("a second page");
    let second = db.record(app.get(&next)).await;
    let scale = Scale::of(1_000..=10_000_000).table("auth_user");
    assert_plan_scales!(
        second.on_table("auth_user"),
        scale.at_most(PlanGrowth::Constant)
    );
}

#[test]
fn the_naive_pages_grow_with_their_depth() {
    let failure = PerfTest::new("naive_users_at_scale")
        .template(hundred_users)
        .rows(Rows::of([("auth_user", 1_000_000)]))
        .run(async |db: PerfDb| {
            let app = App::on(&db);
            let path = "/naive/api/users/?page=3&fields=id";
            let list = db.record(async { drop(app.get(path).await) }).await;
            let offset = list.choose(|query| query.sql().contains("OFFSET"));
            assert_plan_scales!(offset, Scale::of(1_000..=10_000_000).table("auth_user"));
        })
        .expect_err("the naive endpoint holds no such budget");
    let told = failure.to_string();
    assert!(told.contains("OFFSET reads what it skips"), "{told}");
}
