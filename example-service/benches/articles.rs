//! Articles through the whole service, on a real Postgres: the first page of twenty and a deep one, by number and by cursor; and
//! a search for a rare word, by letters, by words, and by words without the index, and for a common one; each among 1,000, 10,000
//! and 25,000 articles.
//!
//! `cargo bench -p example-service --bench articles`. The deep page is the 1,001st, or one of the last where there are not so many.
//! Allocations are those of the thread that asks.

#[expect(dead_code, reason = "nothing is written here")]
mod service;

use std::error::Error;
use std::process::ExitCode;
use std::sync::{Mutex, MutexGuard, PoisonError};

use divan::{AllocProfiler, Bencher};
use example_service::seed;
use sea_orm::ConnectionTrait as _;

use self::service::Service;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

const ARTICLES: [u32; 3] = [1_000, 10_000, 25_000];
const RARE: &str = "?search=zugzwang";
/// In one of six articles.
const COMMON: &str = "?search=bitmap";

/// One number of articles.
struct Library {
    service: Service,
    /// The same without the index of words.
    unindexed: Service,
    deep_number: u32,
    /// The path of the deep page by its cursor.
    deep_cursor: String,
}

/// For each of `ARTICLES`. divan's functions take nothing of ours along.
static LIBRARIES: Mutex<Vec<Library>> = Mutex::new(Vec::new());

fn main() -> ExitCode {
    service::exit_code(bench())
}

fn bench() -> Result<(), Box<dyn Error>> {
    for articles in ARTICLES {
        let library = Library::of(articles)?;
        libraries().push(library);
    }
    divan::main();
    libraries().drain(..).try_for_each(|library| {
        library.service.stop()?;
        library.unindexed.stop()
    })
}

fn libraries() -> MutexGuard<'static, Vec<Library>> {
    LIBRARIES.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Library {
    fn of(articles: u32) -> Result<Self, Box<dyn Error>> {
        let service = Service::start(async |db| {
            seed::users(db, 100).await?;
            seed::articles(db, articles).await
        })?;
        let unindexed = Service::start(async |db| {
            seed::users(db, 100).await?;
            seed::articles(db, articles).await?;
            let statement = "DROP INDEX articles_article_search_idx";
            db.execute_unprepared(statement).await?;
            Ok(())
        })?;
        // Nine of ten are published, and 20 are on a page. Five of them are one step to the deep page.
        let last = articles * 9 / 10 / 20;
        let deep_number = (last.min(1_001) - 1) / 5 * 5 + 1;
        let deep_cursor = deep_cursor(&service, deep_number)?;
        Ok(Self {
            service,
            unindexed,
            deep_number,
            deep_cursor,
        })
    }
}

/// A cursor knows no numbers: it is found by going there, five pages at a time.
fn deep_cursor(service: &Service, number: u32) -> Result<String, Box<dyn Error>> {
    let mut path = "/api/articles/?page_size=100".to_owned();
    for _ in 0..(number - 1) / 5 {
        let page: serde_json::Value = serde_json::from_slice(&service.get(&path))?;
        let next = page["next"].as_str().ok_or("the list ended early")?;
        next.clone_into(&mut path);
    }
    Ok(path.replace("page_size=100", "page_size=20"))
}

fn measure(bencher: Bencher<'_, '_>, articles: u32, work: impl Fn(&Library)) {
    let place = ARTICLES.iter().position(|known| *known == articles);
    let libraries = libraries();
    let library = &libraries[place.expect("one of the sizes")];
    bencher.bench_local(|| work(library));
}

fn get(bencher: Bencher<'_, '_>, articles: u32, path: &str) {
    measure(bencher, articles, |library| {
        library.service.get(path);
    });
}

#[divan::bench(args = ARTICLES)]
fn first_page_naive(bencher: Bencher<'_, '_>, articles: u32) {
    get(bencher, articles, "/naive/api/articles/");
}

#[divan::bench(args = ARTICLES)]
fn first_page_tuned(bencher: Bencher<'_, '_>, articles: u32) {
    get(bencher, articles, "/api/articles/");
}

#[divan::bench(args = ARTICLES)]
fn deep_page_naive(bencher: Bencher<'_, '_>, articles: u32) {
    measure(bencher, articles, |library| {
        let path = format!("/naive/api/articles/?page={}", library.deep_number);
        library.service.get(&path);
    });
}

#[divan::bench(args = ARTICLES)]
fn deep_page_tuned(bencher: Bencher<'_, '_>, articles: u32) {
    measure(bencher, articles, |library| {
        library.service.get(&library.deep_cursor);
    });
}

#[divan::bench(args = ARTICLES)]
fn rare_word_naive(bencher: Bencher<'_, '_>, articles: u32) {
    get(bencher, articles, &format!("/naive/api/articles/{RARE}"));
}

#[divan::bench(args = ARTICLES)]
fn rare_word_tuned(bencher: Bencher<'_, '_>, articles: u32) {
    get(bencher, articles, &format!("/api/articles/{RARE}"));
}

#[divan::bench(args = ARTICLES)]
fn common_word_naive(bencher: Bencher<'_, '_>, articles: u32) {
    get(bencher, articles, &format!("/naive/api/articles/{COMMON}"));
}

#[divan::bench(args = ARTICLES)]
fn common_word_tuned(bencher: Bencher<'_, '_>, articles: u32) {
    get(bencher, articles, &format!("/api/articles/{COMMON}"));
}

#[divan::bench(args = ARTICLES)]
fn rare_word_without_index(bencher: Bencher<'_, '_>, articles: u32) {
    measure(bencher, articles, |library| {
        library.unindexed.get(&format!("/api/articles/{RARE}"));
    });
}
