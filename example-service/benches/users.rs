//! Users through the whole service, on a real Postgres: a page of a hundred, a page of a hundred names, a user alone, each
//! among 100, 1,000 and 10,000 users.
//!
//! `cargo bench -p example-service --bench users`. Allocations are those of the thread that asks.

#[expect(dead_code, reason = "users are read only")]
mod service;

use divan::{AllocProfiler, Bencher};
use example_service::seed;
use perf_harness::TemplateDb;
use sea_orm::DbErr;

use self::service::Service;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

const USERS: [u32; 3] = [100, 1_000, 10_000];

fn main() {
    divan::main();
}

async fn users<const USERS: u32>(db: TemplateDb) -> Result<(), DbErr> {
    let db = db.connection();
    seed::migrate(&db).await?;
    seed::users(&db, USERS).await?;
    service::settle(&db).await
}

fn get<const USERS: u32>(bencher: Bencher<'_, '_>, path: &str) {
    let service = Service::of(users::<USERS>);
    service.bench(bencher, async |app| drop(app.get(path).await));
}

mod naive {
    use super::{Bencher, USERS, get};

    #[divan::bench(consts = USERS)]
    fn list<const N: u32>(bencher: Bencher<'_, '_>) {
        get::<N>(bencher, "/naive/api/users/?page_size=100");
    }

    #[divan::bench(consts = USERS)]
    fn names<const N: u32>(bencher: Bencher<'_, '_>) {
        get::<N>(
            bencher,
            "/naive/api/users/?page_size=100&fields=id,username",
        );
    }

    #[divan::bench(consts = USERS)]
    fn user<const N: u32>(bencher: Bencher<'_, '_>) {
        get::<N>(bencher, "/naive/api/users/7/");
    }
}

mod optimised {
    use super::{Bencher, USERS, get};

    #[divan::bench(consts = USERS)]
    fn list<const N: u32>(bencher: Bencher<'_, '_>) {
        get::<N>(bencher, "/api/users/?page_size=100");
    }

    #[divan::bench(consts = USERS)]
    fn names<const N: u32>(bencher: Bencher<'_, '_>) {
        get::<N>(bencher, "/api/users/?page_size=100&fields=id,username");
    }

    #[divan::bench(consts = USERS)]
    fn user<const N: u32>(bencher: Bencher<'_, '_>) {
        get::<N>(bencher, "/api/users/7/");
    }
}
