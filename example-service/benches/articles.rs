//! Articles through the whole service, on a real Postgres: the first page of twenty and a deep one, by number and by cursor; and
//! a search for a rare word, by letters, by words, and by words without the index, and for a common one; each among 1,000, 10,000
//! and 25,000 articles.
//!
//! `cargo bench -p example-service --bench articles`. The deep page is the 1,001st, or one of the last where there are not so many.
//! Allocations are those of the thread that asks.

#[expect(dead_code, reason = "nothing is written here")]
mod service;

use divan::{AllocProfiler, Bencher};
use example_service::seed;
use perf_harness::TemplateDb;
use sea_orm::{ConnectionTrait as _, DbErr};

use self::service::Service;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

const ARTICLES: [u32; 3] = [1_000, 10_000, 25_000];
const RARE: &str = "?search=zugzwang";
/// In one of six articles.
const COMMON: &str = "?search=bitmap";

fn main() {
    divan::main();
}

async fn articles<const ARTICLES: u32>(db: TemplateDb) -> Result<(), DbErr> {
    let db = db.connection();
    seed::migrate(&db).await?;
    seed::users(&db, 100).await?;
    seed::articles(&db, ARTICLES).await?;
    service::settle(&db).await
}

async fn unindexed<const ARTICLES: u32>(db: TemplateDb) -> Result<(), DbErr> {
    let statement = "DROP INDEX articles_article_search_idx";
    let connection = db.connection();
    articles::<ARTICLES>(db).await?;
    connection.execute_unprepared(statement).await.map(drop)
}

fn get<const ARTICLES: u32>(bencher: Bencher<'_, '_>, path: &str) {
    let service = Service::of(articles::<ARTICLES>);
    service.bench(bencher, async |app| drop(app.get(path).await));
}

/// Nine of ten are published, and 20 are on a page. Five of them are one step to the deep page.
fn deep_number(articles: u32) -> u32 {
    let last = articles * 9 / 10 / 20;
    (last.min(1_001) - 1) / 5 * 5 + 1
}

/// A cursor knows no numbers: it is found by going there, five pages at a time.
fn deep_cursor(service: &Service, number: u32) -> String {
    let mut path = "/api/articles/?page_size=100".to_owned();
    for _ in 0..(number - 1) / 5 {
        let page: serde_json::Value =
            serde_json::from_slice(&service.ask(async |app| app.get(&path).await)).expect("a page");
        let next = page["next"].as_str().expect("the list is longer");
        next.clone_into(&mut path);
    }
    path.replace("page_size=100", "page_size=20")
}

mod naive {
    use super::{ARTICLES, Bencher, COMMON, RARE, deep_number, get};

    #[divan::bench(consts = ARTICLES)]
    fn first_page<const N: u32>(bencher: Bencher<'_, '_>) {
        get::<N>(bencher, "/naive/api/articles/");
    }

    #[divan::bench(consts = ARTICLES)]
    fn deep_page<const N: u32>(bencher: Bencher<'_, '_>) {
        let path = format!("/naive/api/articles/?page={}", deep_number(N));
        get::<N>(bencher, &path);
    }

    #[divan::bench(consts = ARTICLES)]
    fn rare_word<const N: u32>(bencher: Bencher<'_, '_>) {
        get::<N>(bencher, &format!("/naive/api/articles/{RARE}"));
    }

    #[divan::bench(consts = ARTICLES)]
    fn common_word<const N: u32>(bencher: Bencher<'_, '_>) {
        get::<N>(bencher, &format!("/naive/api/articles/{COMMON}"));
    }
}

mod optimised {
    use super::{
        ARTICLES, Bencher, COMMON, RARE, Service, articles, deep_cursor, deep_number, get,
    };

    #[divan::bench(consts = ARTICLES)]
    fn first_page<const N: u32>(bencher: Bencher<'_, '_>) {
        get::<N>(bencher, "/api/articles/");
    }

    #[divan::bench(consts = ARTICLES)]
    fn deep_page<const N: u32>(bencher: Bencher<'_, '_>) {
        let service = Service::of(articles::<N>);
        let path = deep_cursor(&service, deep_number(N));
        service.bench(bencher, async |app| drop(app.get(&path).await));
    }

    #[divan::bench(consts = ARTICLES)]
    fn rare_word<const N: u32>(bencher: Bencher<'_, '_>) {
        get::<N>(bencher, &format!("/api/articles/{RARE}"));
    }

    #[divan::bench(consts = ARTICLES)]
    fn common_word<const N: u32>(bencher: Bencher<'_, '_>) {
        get::<N>(bencher, &format!("/api/articles/{COMMON}"));
    }
}

/// What the GIN index is worth: `bench-compare --variants unindexed,optimised`.
mod unindexed {
    use super::{ARTICLES, Bencher, RARE, Service, unindexed};

    #[divan::bench(consts = ARTICLES)]
    fn rare_word<const N: u32>(bencher: Bencher<'_, '_>) {
        let service = Service::of(unindexed::<N>);
        let path = format!("/api/articles/{RARE}");
        service.bench(bencher, async |app| drop(app.get(&path).await));
    }
}
