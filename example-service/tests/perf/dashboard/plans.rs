//! How the planner answers for dashboards, as if there were a million items.

use perf_harness::{
    NodeKind, PerfDb, Plan, PlanGrowth, Recording, Scale, assert_no_full_scan, assert_plan_scales,
    assert_sorted_by_index, perf_test,
};
use sea_orm::ConnectionTrait as _;

use super::{hundred_dashboards, signed_in};

#[perf_test(template = hundred_dashboards, rows(dashboard_item = 1_000_000))]
async fn the_page_is_a_seek_in_order_and_the_counts_are_read_in_an_index_alone(db: PerfDb) {
    // Which pages all may see: as autovacuum does, so that an index is enough.
    db.connection()
        .execute_unprepared("VACUUM dashboard_item")
        .await
        .unwrap();
    let app = signed_in(&db).await;
    let page = db.record(app.get("/api/dashboard/")).await;
    assert_eq!(page.output().results().len(), 20);
    assert_no_full_scan!(page, "dashboard_item");
    assert_sorted_by_index!(page);
    for plan in plans_of(&page) {
        assert_eq!(
            indexes(&plan),
            [
                (NodeKind::IndexOnlyScan, "dashboard_item_status_idx"),
                (NodeKind::IndexScan, "dashboard_item_newest_idx"),
            ],
            "{}",
            plan.text()
        );
    }
}

/// For the values of the request, and for all values.
fn plans_of<T>(recording: &Recording<T>) -> Vec<Plan> {
    let plans = recording.plans().unwrap();
    assert_eq!(plans.queries().len(), 1);
    let plans = &plans.queries()[0];
    let both: Vec<_> = [plans.custom(), plans.generic()]
        .into_iter()
        .flatten()
        .collect();
    assert!(!both.is_empty());
    both.into_iter().cloned().collect()
}

/// The indexes that a plan reads, and how, from its root on.
fn indexes(plan: &Plan) -> Vec<(NodeKind, &str)> {
    let nodes = plan.nodes();
    nodes
        .filter_map(|node| Some((node.kind().clone(), node.index()?)))
        .collect()
}

#[perf_test(template = hundred_dashboards)]
async fn a_page_costs_the_same_however_many_users_there_are(db: PerfDb) {
    let app = signed_in(&db).await;
    let first = app.get("/api/dashboard/?page_size=10").await;
    let next = first.json()["next"].as_str().unwrap().to_owned();
    let page = db.record(app.get(&next)).await;
    let scale = Scale::of(1_000..=10_000_000)
        .table("dashboard_item")
        .table("auth_user");
    assert_plan_scales!(page, scale.at_most(PlanGrowth::Constant));
}

#[perf_test(template = hundred_dashboards, rows(dashboard_item = 1_000_000))]
async fn a_write_seeks_its_item(db: PerfDb) {
    let app = signed_in(&db).await;
    let page = app.get("/api/dashboard/?page_size=1").await;
    let path = format!("/api/dashboard/{}/", page.results()[0]["id"]);
    for (method, body) in [("PATCH", Some(r#"{"status":"done"}"#)), ("DELETE", None)] {
        let write = db.record(app.send(method, &path, body)).await;
        assert!(write.output().status.is_success(), "{method}");
        // Either tells the item from all others.
        for plan in plans_of(&write) {
            let indexes = indexes(&plan);
            let [(_, index)] = indexes[..] else {
                panic!("one seek: {}", plan.text());
            };
            assert!(
                ["dashboard_item_pkey", "dashboard_item_newest_idx"].contains(&index),
                "{}",
                plan.text()
            );
        }
        assert_no_full_scan!(write, "dashboard_item");
    }
}
