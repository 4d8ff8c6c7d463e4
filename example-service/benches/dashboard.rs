//! The dashboard of one user among a hundred, naive and tuned, with 100, 1,000 and 10,000 items of the user's: the first page, a page of as
//! many items as it may hold, and a write.
//!
//! `cargo bench -p example-service --bench dashboard`. `read` is tuned and not remembered: each time it is asked for by another URL.
//! `remembered` is what most requests get.

#[expect(dead_code, reason = "others need more of it")]
mod service;

use std::error::Error;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::{Body, Bytes};
use axum::http::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use divan::{AllocProfiler, Bencher};
use example_service::seed;

use self::service::Service;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

/// As many items have user 1, user 2 and user 3.
const ITEMS: [u32; 3] = [100, 1_000, 10_000];

/// divan's functions take nothing of ours along.
static SERVICE: Mutex<Option<Service>> = Mutex::new(None);

fn main() -> ExitCode {
    service::exit_code(bench())
}

fn bench() -> Result<(), Box<dyn Error>> {
    let filled = Service::start(async |db| {
        seed::users(db, 100).await?;
        seed::tokens(db).await?;
        // A hundred each.
        seed::items(db, 10_000).await?;
        for (user, items) in (1..).zip(ITEMS) {
            seed::items_of(db, user, items - 100).await?;
        }
        Ok(())
    })?;
    *service() = Some(filled);
    divan::main();
    let filled = service().take();
    filled.map_or(Ok(()), Service::stop)
}

fn service() -> MutexGuard<'static, Option<Service>> {
    SERVICE.lock().unwrap_or_else(PoisonError::into_inner)
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

fn measure(bencher: Bencher<'_, '_>, request: impl Fn() -> Request<Body>) {
    let service = service();
    let service = service.as_ref().expect("`bench` has set the service up");
    bencher.bench_local(|| service.send(request()));
}

/// What the user is shown who has so many items.
fn show(bencher: Bencher<'_, '_>, items: u32, path: impl Fn() -> String) {
    let user = (1..).zip(ITEMS).find(|(_, known)| *known == items);
    let (user, _) = user.expect("one of `ITEMS`");
    measure(bencher, || request("GET", &path(), user, ""));
}

/// A URL that was never asked for.
fn another(path: &str) -> String {
    static LAST: AtomicU64 = AtomicU64::new(0);
    format!("{path}?unknown={}", LAST.fetch_add(1, Ordering::Relaxed))
}

#[divan::bench_group]
mod first_page {
    use super::{Bencher, ITEMS, another, show};

    #[divan::bench(args = ITEMS)]
    fn naive(bencher: Bencher<'_, '_>, items: u32) {
        show(bencher, items, || "/naive/api/dashboard/".to_owned());
    }

    #[divan::bench(args = ITEMS)]
    fn read(bencher: Bencher<'_, '_>, items: u32) {
        show(bencher, items, || another("/api/dashboard/"));
    }

    #[divan::bench(args = ITEMS)]
    fn remembered(bencher: Bencher<'_, '_>, items: u32) {
        show(bencher, items, || "/api/dashboard/".to_owned());
    }
}

#[divan::bench_group]
mod largest_page {
    use super::{Bencher, ITEMS, another, show};

    #[divan::bench(args = ITEMS)]
    fn naive(bencher: Bencher<'_, '_>, items: u32) {
        show(bencher, items, || {
            "/naive/api/dashboard/?page_size=1000".to_owned()
        });
    }

    #[divan::bench(args = ITEMS)]
    fn read(bencher: Bencher<'_, '_>, items: u32) {
        show(bencher, items, || {
            another("/api/dashboard/") + "&page_size=1000"
        });
    }

    #[divan::bench(args = ITEMS)]
    fn remembered(bencher: Bencher<'_, '_>, items: u32) {
        show(bencher, items, || {
            "/api/dashboard/?page_size=1000".to_owned()
        });
    }
}

/// Of an item of a user who does nothing else.
#[divan::bench_group]
mod change {
    use super::{Bencher, Bytes, measure, request, service};

    const USER: i32 = 10;

    fn change(bencher: Bencher<'_, '_>, path: &str) {
        let page = request("GET", "/naive/api/dashboard/?page_size=1", USER, "");
        let page: Option<Bytes> = service().as_ref().map(|service| service.send(page));
        let page = page.expect("`bench` has set the service up");
        let page: serde_json::Value = serde_json::from_slice(&page).expect("a page");
        let path = format!("{path}{}/", page["results"][0]["id"]);
        measure(bencher, || {
            request("PATCH", &path, USER, r#"{"status":"done"}"#)
        });
    }

    #[divan::bench]
    fn naive(bencher: Bencher<'_, '_>) {
        change(bencher, "/naive/api/dashboard/");
    }

    #[divan::bench]
    fn tuned(bencher: Bencher<'_, '_>) {
        change(bencher, "/api/dashboard/");
    }
}
