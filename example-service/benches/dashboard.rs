//! The dashboard of one user among a hundred, with 100, 1,000 and 10,000 items of the user's: the first page, a page of as many items
//! as it may hold; and a change of an item, a new one, and one that goes.
//!
//! `cargo bench -p example-service --bench dashboard`. `optimised` is what most requests get: it is remembered. `read` is not: each time it
//! is asked for by another URL.

#[expect(dead_code, reason = "others need more of it")]
mod service;

use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use axum::http::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use divan::{AllocProfiler, Bencher};
use example_service::seed;
use perf_harness::TemplateDb;
use sea_orm::DbErr;

use self::service::Service;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

/// As many items have user 1, user 2 and user 3.
const ITEMS: [u32; 3] = [100, 1_000, 10_000];

fn main() {
    divan::main();
}

async fn dashboards(db: TemplateDb) -> Result<(), DbErr> {
    let db = db.connection();
    seed::migrate(&db).await?;
    seed::users(&db, 100).await?;
    seed::tokens(&db).await?;
    // A hundred each.
    seed::items(&db, 10_000).await?;
    for (user, items) in (1..).zip(ITEMS) {
        seed::items_of(&db, user, items - 100).await?;
    }
    service::settle(&db).await
}

/// As the user.
fn request(method: &str, path: &str, user: i32, body: &'static str) -> Request<Body> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(AUTHORIZATION, format!("Token {}", seed::token_of(user)))
        .header(CONTENT_TYPE, "application/json")
        .body(Body::from(body));
    request.expect("a method and a path")
}

/// What the user is shown who has so many items.
fn show(bencher: Bencher<'_, '_>, items: u32, path: impl Fn() -> String) {
    let user = (1..).zip(ITEMS).find(|(_, known)| *known == items);
    let (user, _) = user.expect("one of `ITEMS`");
    let service = Service::of(dashboards);
    service.bench(bencher, async |app| {
        app.send(request("GET", &path(), user, "")).await;
    });
}

/// A URL that was never asked for.
fn another(path: &str) -> String {
    static LAST: AtomicU64 = AtomicU64::new(0);
    format!("{path}?unknown={}", LAST.fetch_add(1, Ordering::Relaxed))
}

/// Of the user who has so many.
fn change(bencher: Bencher<'_, '_>, items: u32, path: &str) {
    let user = (1..).zip(ITEMS).find(|(_, known)| *known == items);
    let (user, _) = user.expect("one of `ITEMS`");
    let service = Service::of(dashboards);
    let first = request("GET", "/naive/api/dashboard/?page_size=1", user, "");
    let page = service.ask(async |app| app.send(first).await);
    let page: serde_json::Value = serde_json::from_slice(&page).expect("a page");
    let path = format!("{path}{}/", page["results"][0]["id"]);
    service.bench(bencher, async |app| {
        let done = request("PATCH", &path, user, r#"{"status":"done"}"#);
        app.send(done).await;
    });
}

/// One that comes and goes.
fn create_and_delete(bencher: Bencher<'_, '_>, path: &str) {
    let service = Service::of(dashboards);
    service.bench(bencher, async |app| {
        let new = request("POST", path, 10, r#"{"title":"New"}"#);
        let new: serde_json::Value = serde_json::from_slice(&app.send(new).await).expect("an item");
        let gone = request("DELETE", &format!("{path}{}/", new["id"]), 10, "");
        app.send(gone).await;
    });
}

mod naive {
    use super::{Bencher, ITEMS, show};

    #[divan::bench(args = ITEMS)]
    fn first_page(bencher: Bencher<'_, '_>, items: u32) {
        show(bencher, items, || "/naive/api/dashboard/".to_owned());
    }

    #[divan::bench(args = ITEMS)]
    fn largest_page(bencher: Bencher<'_, '_>, items: u32) {
        let path = "/naive/api/dashboard/?page_size=1000";
        show(bencher, items, || path.to_owned());
    }

    #[divan::bench(args = ITEMS)]
    fn change(bencher: Bencher<'_, '_>, items: u32) {
        super::change(bencher, items, "/naive/api/dashboard/");
    }

    #[divan::bench]
    fn create_and_delete(bencher: Bencher<'_, '_>) {
        super::create_and_delete(bencher, "/naive/api/dashboard/");
    }
}

mod optimised {
    use super::{Bencher, ITEMS, show};

    #[divan::bench(args = ITEMS)]
    fn first_page(bencher: Bencher<'_, '_>, items: u32) {
        show(bencher, items, || "/api/dashboard/".to_owned());
    }

    #[divan::bench(args = ITEMS)]
    fn largest_page(bencher: Bencher<'_, '_>, items: u32) {
        let path = "/api/dashboard/?page_size=1000";
        show(bencher, items, || path.to_owned());
    }

    #[divan::bench(args = ITEMS)]
    fn change(bencher: Bencher<'_, '_>, items: u32) {
        super::change(bencher, items, "/api/dashboard/");
    }

    #[divan::bench]
    fn create_and_delete(bencher: Bencher<'_, '_>) {
        super::create_and_delete(bencher, "/api/dashboard/");
    }
}

/// What is not remembered: `bench-compare --variants naive,read`.
mod read {
    use super::{Bencher, ITEMS, another, show};

    #[divan::bench(args = ITEMS)]
    fn first_page(bencher: Bencher<'_, '_>, items: u32) {
        show(bencher, items, || another("/api/dashboard/"));
    }

    #[divan::bench(args = ITEMS)]
    fn largest_page(bencher: Bencher<'_, '_>, items: u32) {
        show(bencher, items, || {
            another("/api/dashboard/") + "&page_size=1000"
        });
    }
}
