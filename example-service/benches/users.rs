//! Users through the whole service, on a real Postgres: a page of a hundred, a page of a hundred names, a user alone, each
//! among 100, 1,000 and 10,000 users.
//!
//! `cargo bench -p example-service --bench users`. Allocations are those of the thread that asks.

#[expect(dead_code, reason = "users are read only")]
mod service;

use std::error::Error;
use std::process::ExitCode;
use std::sync::{Mutex, MutexGuard, PoisonError};

use divan::{AllocProfiler, Bencher};
use example_service::seed;

use self::service::Service;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

const USERS: [u32; 3] = [100, 1_000, 10_000];

/// For each of `USERS`: divan's functions take nothing of ours along.
static SERVICES: Mutex<Vec<Service>> = Mutex::new(Vec::new());

fn main() -> ExitCode {
    service::exit_code(bench())
}

fn bench() -> Result<(), Box<dyn Error>> {
    for users in USERS {
        let service = Service::start(async |db| seed::users(db, users).await)?;
        services().push(service);
    }
    divan::main();
    services().drain(..).try_for_each(Service::stop)
}

fn services() -> MutexGuard<'static, Vec<Service>> {
    SERVICES.lock().unwrap_or_else(PoisonError::into_inner)
}

fn get(bencher: Bencher<'_, '_>, users: u32, path: &str) {
    let place = USERS.iter().position(|known| *known == users);
    let services = services();
    let service = &services[place.expect("one of the sizes")];
    bencher.bench_local(|| service.get(path));
}

#[divan::bench(args = USERS)]
fn list_naive(bencher: Bencher<'_, '_>, users: u32) {
    get(bencher, users, "/naive/api/users/?page_size=100");
}

#[divan::bench(args = USERS)]
fn list_tuned(bencher: Bencher<'_, '_>, users: u32) {
    get(bencher, users, "/api/users/?page_size=100");
}

#[divan::bench(args = USERS)]
fn names_naive(bencher: Bencher<'_, '_>, users: u32) {
    let path = "/naive/api/users/?page_size=100&fields=id,username";
    get(bencher, users, path);
}

#[divan::bench(args = USERS)]
fn names_tuned(bencher: Bencher<'_, '_>, users: u32) {
    get(
        bencher,
        users,
        "/api/users/?page_size=100&fields=id,username",
    );
}

#[divan::bench(args = USERS)]
fn user_naive(bencher: Bencher<'_, '_>, users: u32) {
    get(bencher, users, "/naive/api/users/7/");
}

#[divan::bench(args = USERS)]
fn user_tuned(bencher: Bencher<'_, '_>, users: u32) {
    get(bencher, users, "/api/users/7/");
}
