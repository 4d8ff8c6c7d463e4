//! Projects through the whole service, on a real Postgres: a page of twenty, a page of those with a failed check, a project by
//! itself, each among 100, 1,000 and 10,000 projects with 120 files and 12 checks each; and batches of 5, 50 and 500 new ones.
//!
//! `cargo bench -p example-service --bench projects`. Allocations are those of the thread that asks.

mod service;

use std::error::Error;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use divan::{AllocProfiler, Bencher};
use example_service::seed;

use self::service::Service;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

const PROJECTS: [u32; 3] = [100, 1_000, 10_000];
const BATCHES: [usize; 3] = [5, 50, 500];

/// For each of `PROJECTS`, and one more for new ones, which would be the newest of a list. divan's functions take nothing of ours along.
static SERVICES: Mutex<Vec<Service>> = Mutex::new(Vec::new());

fn main() -> ExitCode {
    service::exit_code(bench())
}

fn bench() -> Result<(), Box<dyn Error>> {
    for projects in PROJECTS.into_iter().chain([0]) {
        let service = Service::start(async |db| {
            seed::users(db, 100).await?;
            seed::tokens(db).await?;
            seed::projects(db, projects).await
        })?;
        services().push(service);
    }
    divan::main();
    services().drain(..).try_for_each(Service::stop)
}

fn services() -> std::sync::MutexGuard<'static, Vec<Service>> {
    SERVICES.lock().unwrap_or_else(PoisonError::into_inner)
}

fn get(bencher: Bencher<'_, '_>, projects: u32, path: &str) {
    let place = PROJECTS.iter().position(|known| *known == projects);
    let services = services();
    let service = &services[place.expect("one of the sizes")];
    bencher.bench_local(|| service.get(path));
}

fn create(bencher: Bencher<'_, '_>, batch: usize, path: &str) {
    let body = format!("[{}]", vec![r#"{"name": "New"}"#; batch].join(","));
    let services = services();
    let service = &services[PROJECTS.len()];
    bencher.bench_local(|| service.post(path, &seed::token_of(1), &body));
}

#[divan::bench(args = PROJECTS)]
fn list_naive(bencher: Bencher<'_, '_>, projects: u32) {
    get(bencher, projects, "/naive/api/v1/projects/");
}

#[divan::bench(args = PROJECTS)]
fn list_tuned(bencher: Bencher<'_, '_>, projects: u32) {
    get(bencher, projects, "/api/v1/projects/");
}

#[divan::bench(args = PROJECTS)]
fn list_failed_naive(bencher: Bencher<'_, '_>, projects: u32) {
    get(bencher, projects, "/naive/api/v1/projects/?checks=failed");
}

#[divan::bench(args = PROJECTS)]
fn list_failed_tuned(bencher: Bencher<'_, '_>, projects: u32) {
    get(bencher, projects, "/api/v1/projects/?checks=failed");
}

#[divan::bench(args = PROJECTS)]
fn project_naive(bencher: Bencher<'_, '_>, projects: u32) {
    get(bencher, projects, "/naive/api/v1/projects/7/");
}

#[divan::bench(args = PROJECTS)]
fn project_tuned(bencher: Bencher<'_, '_>, projects: u32) {
    get(bencher, projects, "/api/v1/projects/7/");
}

#[divan::bench(args = BATCHES)]
fn create_naive(bencher: Bencher<'_, '_>, batch: usize) {
    create(bencher, batch, "/naive/api/v1/projects/");
}

#[divan::bench(args = BATCHES)]
fn create_tuned(bencher: Bencher<'_, '_>, batch: usize) {
    create(bencher, batch, "/api/v1/projects/");
}
