//! Projects through the whole service, on a real Postgres: a page of twenty, a page of those with a failed check, a project by
//! itself, each among 100, 1,000 and 10,000 projects with 120 files and 12 checks each; and batches of 5, 50 and 500 new ones.
//!
//! `cargo bench -p example-service --bench projects`. Allocations are those of the thread that asks.

mod service;

use divan::{AllocProfiler, Bencher};
use example_service::seed;
use perf_harness::TemplateDb;
use sea_orm::DbErr;

use self::service::{App, Service};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

const PROJECTS: [u32; 3] = [100, 1_000, 10_000];
const BATCHES: [usize; 3] = [5, 50, 500];

fn main() {
    divan::main();
}

async fn projects<const PROJECTS: u32>(db: TemplateDb) -> Result<(), DbErr> {
    let db = db.connection();
    seed::migrate(&db).await?;
    seed::users(&db, 100).await?;
    seed::tokens(&db).await?;
    seed::projects(&db, PROJECTS).await?;
    service::settle(&db).await
}

fn get<const PROJECTS: u32>(bencher: Bencher<'_, '_>, path: &str) {
    let service = Service::of(projects::<PROJECTS>);
    service.bench(bencher, async |app| drop(app.get(path).await));
}

fn create(bencher: Bencher<'_, '_>, batch: usize, path: &str) {
    let body = format!("[{}]", vec![r#"{"name": "New"}"#; batch].join(","));
    let service = Service::of(projects::<0>);
    let none = async |app: &App| app.execute("TRUNCATE projects_project CASCADE").await;
    let token = seed::token_of(1);
    service.bench_write(bencher, none, async |app| {
        app.post(path, &token, &body).await;
    });
}

mod naive {
    use super::{BATCHES, Bencher, PROJECTS, get};

    #[divan::bench(consts = PROJECTS)]
    fn list<const N: u32>(bencher: Bencher<'_, '_>) {
        get::<N>(bencher, "/naive/api/v1/projects/");
    }

    #[divan::bench(consts = PROJECTS)]
    fn list_failed<const N: u32>(bencher: Bencher<'_, '_>) {
        get::<N>(bencher, "/naive/api/v1/projects/?checks=failed");
    }

    #[divan::bench(consts = PROJECTS)]
    fn project<const N: u32>(bencher: Bencher<'_, '_>) {
        get::<N>(bencher, "/naive/api/v1/projects/7/");
    }

    #[divan::bench(args = BATCHES)]
    fn create(bencher: Bencher<'_, '_>, batch: usize) {
        super::create(bencher, batch, "/naive/api/v1/projects/");
    }
}

mod optimised {
    use super::{BATCHES, Bencher, PROJECTS, get};

    #[divan::bench(consts = PROJECTS)]
    fn list<const N: u32>(bencher: Bencher<'_, '_>) {
        get::<N>(bencher, "/api/v1/projects/");
    }

    #[divan::bench(consts = PROJECTS)]
    fn list_failed<const N: u32>(bencher: Bencher<'_, '_>) {
        get::<N>(bencher, "/api/v1/projects/?checks=failed");
    }

    #[divan::bench(consts = PROJECTS)]
    fn project<const N: u32>(bencher: Bencher<'_, '_>) {
        get::<N>(bencher, "/api/v1/projects/7/");
    }

    #[divan::bench(args = BATCHES)]
    fn create(bencher: Bencher<'_, '_>, batch: usize) {
        super::create(bencher, batch, "/api/v1/projects/");
    }
}
