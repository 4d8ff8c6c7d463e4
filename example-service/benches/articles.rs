//! Pages of 20,000 articles through the whole service, on a real Postgres: the first and a deep one, by number and by
//! cursor; a search for a rare word by letters and by words.
//!
//! `cargo bench -p example-service --bench articles`. Both lists are recorded by nobody. The numbered one also counts and
//! asks for each author: what depth costs is the difference between its two pages.
#![expect(clippy::print_stderr, reason = "a bench says why it could not")]

use std::error::Error;
use std::process::ExitCode;
use std::sync::OnceLock;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Request, StatusCode};
use divan::Bencher;
use example_service::seed;
use perf_harness::ScratchDb;
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, DbErr};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

const ARTICLES: u32 = 20_000;
/// Of 900, at 20 articles a page.
const DEEP: usize = 851;

/// divan's functions take nothing of ours along.
static SERVICE: OnceLock<Service> = OnceLock::new();

struct Service {
    runtime: Runtime,
    router: Router,
    /// The deep page by its cursor.
    deep: String,
}

fn main() -> ExitCode {
    match bench() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn bench() -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::new()?;
    let scratch = runtime.block_on(ScratchDb::create())?;
    let db = runtime.block_on(filled(scratch.url()))?;
    let router = example_service::router(db.clone());
    let deep = runtime.block_on(deep(&router))?;
    let service = SERVICE.get_or_init(|| Service {
        runtime,
        router,
        deep,
    });
    divan::main();
    service.runtime.block_on(async {
        db.close().await?;
        scratch.remove().await?;
        Ok(())
    })
}

async fn filled(url: &str) -> Result<DatabaseConnection, DbErr> {
    let db = Database::connect(url).await?;
    seed::migrate(&db).await?;
    seed::users(&db, 1_000).await?;
    seed::articles(&db, ARTICLES).await?;
    db.execute_unprepared("VACUUM ANALYZE").await?;
    Ok(db)
}

/// A cursor knows no numbers: it is found by going there.
async fn deep(router: &Router) -> Result<String, Box<dyn Error>> {
    let mut path = "/api/articles/?page_size=100".to_owned();
    for _ in 0..(DEEP - 1) / 5 {
        let page: serde_json::Value = serde_json::from_slice(&get(router, &path).await)?;
        page["next"]
            .as_str()
            .ok_or("the list ended early")?
            .clone_into(&mut path);
    }
    Ok(path.replace("page_size=100", "page_size=20"))
}

async fn get(router: &Router, path: &str) -> Bytes {
    let request = Request::get(path).body(Body::empty()).expect("a path");
    let Ok(answer) = router.clone().oneshot(request).await;
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    let body = to_bytes(answer.into_body(), usize::MAX).await;
    body.expect("a whole body")
}

fn measure(bencher: Bencher<'_, '_>, path: &str) {
    let service = SERVICE.get().expect("`bench` has set the service up");
    bencher.bench_local(|| service.runtime.block_on(get(&service.router, path)));
}

#[divan::bench]
fn first_page_by_number(bencher: Bencher<'_, '_>) {
    measure(bencher, "/naive/api/articles/");
}

#[divan::bench]
fn deep_page_by_number(bencher: Bencher<'_, '_>) {
    measure(bencher, &format!("/naive/api/articles/?page={DEEP}"));
}

#[divan::bench]
fn first_page_by_cursor(bencher: Bencher<'_, '_>) {
    measure(bencher, "/api/articles/");
}

#[divan::bench]
fn deep_page_by_cursor(bencher: Bencher<'_, '_>) {
    let service = SERVICE.get().expect("`bench` has set the service up");
    measure(bencher, &service.deep);
}

#[divan::bench]
fn rare_word_by_letters(bencher: Bencher<'_, '_>) {
    measure(bencher, "/naive/api/articles/?search=zugzwang");
}

#[divan::bench]
fn rare_word_by_words(bencher: Bencher<'_, '_>) {
    measure(bencher, "/api/articles/?search=zugzwang");
}
