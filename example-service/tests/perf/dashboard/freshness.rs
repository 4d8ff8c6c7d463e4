//! Who has been told that something is written sees it from then on, whatever is remembered and whoever reads meanwhile.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::http::StatusCode;
use example_service::{Settings, router_with, seed};
use perf_harness::{PerfDb, perf_test};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, TransactionTrait as _};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::{hundred_dashboards, signed_in};
use crate::app::{Answer, App};

/// An item of user 1, on the first page.
const ITEM: i64 = 3_000;
const PATH: &str = "/api/dashboard/";

/// Far beyond what any of this takes.
const DEADLINE: Duration = Duration::from_secs(30);

async fn within_the_deadline(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !holds().await {
        assert!(start.elapsed() < DEADLINE, "never: {what}");
        tokio::task::yield_now().await;
    }
}

async fn page(app: &App) -> Vec<Value> {
    app.get("/api/dashboard/?page_size=100").await.results()
}

/// What the dashboard says of the item; `None` where it is not on it.
async fn title(app: &App, id: &Value) -> Option<String> {
    let item = page(app).await.into_iter().find(|item| item["id"] == *id)?;
    Some(item["title"].as_str().unwrap().to_owned())
}

/// A change of the item's title that waits for whoever holds the item.
async fn change_that_waits(app: &App, db: &DatabaseConnection, title: &str) -> JoinHandle<Answer> {
    let (app, body) = (app.clone(), json!({ "title": title }).to_string());
    let change = tokio::spawn(async move {
        app.send("PATCH", &format!("{PATH}{ITEM}/"), Some(&body))
            .await
    });
    let waits = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    within_the_deadline("the change waits for the lock", async || {
        db.execute_unprepared(waits).await.unwrap().rows_affected() == 1
    })
    .await;
    change
}

const HOLD: &str = "SELECT FROM dashboard_item WHERE id = 3000 FOR UPDATE";

/// What is read between the beginning of a write and its commit is remembered until then, and no longer.
#[perf_test(template = hundred_dashboards)]
async fn what_was_read_while_a_write_was_under_way_is_not_shown_after_it(db: PerfDb) {
    let app = signed_in(&db).await;
    let direct = db.unrecorded().connection();
    let holder = direct.begin().await.unwrap();
    holder.execute_unprepared(HOLD).await.unwrap();
    let change = change_that_waits(&app, &direct, "new").await;
    for _ in 0..2 {
        assert_ne!(title(&app, &json!(ITEM)).await.unwrap(), "new");
    }
    holder.commit().await.unwrap();
    assert_eq!(change.await.unwrap().status, StatusCode::OK);
    assert_eq!(title(&app, &json!(ITEM)).await.unwrap(), "new");
}

/// The statement is on its way to the database when its client goes, and is carried out after the page was read again.
#[perf_test(template = hundred_dashboards)]
async fn a_write_whose_client_has_gone_is_shown_once_it_is_committed(db: PerfDb) {
    let app = signed_in(&db).await;
    let direct = db.unrecorded().connection();
    let holder = direct.begin().await.unwrap();
    holder.execute_unprepared(HOLD).await.unwrap();
    let change = change_that_waits(&app, &direct, "new").await;
    change.abort();
    assert!(change.await.unwrap_err().is_cancelled());
    for _ in 0..2 {
        assert_ne!(title(&app, &json!(ITEM)).await.unwrap(), "new");
    }
    holder.commit().await.unwrap();
    within_the_deadline("the change is shown", async || {
        title(&app, &json!(ITEM)).await.unwrap() == "new"
    })
    .await;
}

const WRITERS: usize = 4;
const READERS: usize = 3;
const ROUNDS: usize = 20;

/// One of many: makes an item, changes it and removes it, and reads after each.
async fn write_and_read(app: App, writer: usize) {
    for round in 0..ROUNDS {
        let told = format!("writer {writer}, round {round}");
        let body = json!({ "title": told }).to_string();
        let made = app.send("POST", PATH, Some(&body)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        let id = made.json()["id"].clone();
        assert_eq!(title(&app, &id).await, Some(told.clone()), "made: {told}");
        let (path, changed) = (format!("{PATH}{id}/"), format!("{told}, changed"));
        let body = json!({ "title": changed }).to_string();
        let update = app.send("PATCH", &path, Some(&body)).await;
        assert_eq!(update.status, StatusCode::OK, "{}", update.body);
        assert_eq!(title(&app, &id).await, Some(changed), "changed: {told}");
        let delete = app.send("DELETE", &path, None).await;
        assert_eq!(delete.status, StatusCode::NO_CONTENT);
        assert_eq!(title(&app, &id).await, None, "removed: {told}");
    }
}

#[perf_test(template = hundred_dashboards, flavor = "multi_thread", worker_threads = 4)]
async fn no_stale_read_follows_a_write_among_many_readers_and_writers(db: PerfDb) {
    let app = signed_in(&db).await;
    let (over, reads) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let readers: Vec<_> = (0..READERS)
        .map(|_| {
            let (app, over, reads) = (app.clone(), Arc::clone(&over), Arc::clone(&reads));
            tokio::spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    assert!(page(&app).await.len() >= 30);
                    reads.fetch_add(1, Ordering::Relaxed);
                    // What is remembered is answered without a wait, and others want the thread, too.
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| tokio::spawn(write_and_read(app.clone(), writer)))
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    over.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.await.unwrap();
    }
    let reads = reads.load(Ordering::Relaxed);
    assert!(reads > ROUNDS, "the readers read {reads} times only");
    let counts = app.get(PATH).await.json()["counts"]["total"].clone();
    assert_eq!(counts, 30);
}

/// By another process: nothing tells this one.
async fn change_elsewhere(db: &PerfDb, title: &str) {
    let change = format!("UPDATE dashboard_item SET title = '{title}' WHERE id = {ITEM}");
    let direct = db.unrecorded().connection();
    assert_eq!(
        direct
            .execute_unprepared(&change)
            .await
            .unwrap()
            .rows_affected(),
        1
    );
}

#[perf_test(template = hundred_dashboards)]
async fn a_write_by_another_process_is_shown_when_the_time_to_live_is_over(db: PerfDb) {
    let settings = Settings {
        dashboard_ttl: Duration::from_millis(5),
        ..Settings::default()
    };
    let short_lived = App::new(router_with(db.connection(), &settings));
    let short_lived = short_lived.with_token(&seed::token_of(1));
    let app = signed_in(&db).await;
    for app in [&app, &short_lived] {
        assert_ne!(title(app, &json!(ITEM)).await.unwrap(), "elsewhere");
    }
    change_elsewhere(&db, "elsewhere").await;
    within_the_deadline("the change is shown", async || {
        title(&short_lived, &json!(ITEM)).await.unwrap() == "elsewhere"
    })
    .await;
    // The default is a minute.
    assert_ne!(title(&app, &json!(ITEM)).await.unwrap(), "elsewhere");
    // A write of the user's own ends it at once.
    let made = app.send("POST", PATH, Some(r#"{"title":"own"}"#)).await;
    assert_eq!(made.status, StatusCode::CREATED);
    assert_eq!(title(&app, &json!(ITEM)).await.unwrap(), "elsewhere");
}

#[perf_test(template = hundred_dashboards)]
async fn a_write_leaves_the_dashboards_of_others_remembered(db: PerfDb) {
    let app = signed_in(&db).await;
    let other = app.with_token(&seed::token_of(2));
    let before = other.get(PATH).await;
    let made = app.send("POST", PATH, Some(r#"{"title":"mine"}"#)).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let again = db.record(other.get(PATH)).await;
    assert_eq!(again.output().body, before.body);
    perf_harness::assert_queries!(again, 0);
}

#[perf_test(template = hundred_dashboards, flavor = "multi_thread")]
async fn many_who_ask_for_one_page_at_one_time_cost_one_query(db: PerfDb) {
    let app = signed_in(&db).await;
    let all = async {
        let asked: Vec<_> = (0..50)
            .map(|_| {
                let app = app.clone();
                tokio::spawn(async move { app.get(PATH).await.status })
            })
            .collect();
        for answer in asked {
            assert_eq!(answer.await.unwrap(), StatusCode::OK);
        }
    };
    let all = db.record(all).await;
    perf_harness::assert_queries!(all, 1);
}
