//! What the recorder adds to a round trip: directly, through the recorder while nobody records, and while somebody does.
//!
//! `cargo bench -p perf-harness --bench round_trip`. The client is as cheap as there can be. `cargo xtask bench-recorder` has more
//! works, all ways in turn, and pgbouncer beside them.

#[path = "recorder/client.rs"]
#[expect(dead_code, reason = "the other bench asks for more")]
mod client;

use client::{Client, message};
use divan::Bencher;
use perf_harness::ScratchDb;
use tokio::runtime::Runtime;

const QUERIES: [(&str, &str); 2] = [
    ("one row", "SELECT 1"),
    (
        "100 rows",
        "SELECT n, 'row ' || n FROM generate_series(1, 100) n",
    ),
];

const NAMES: [&str; 2] = [QUERIES[0].0, QUERIES[1].0];

fn main() {
    divan::main();
}

/// Which way a query goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Direct,
    Recorder,
    Recording,
}

fn round_trip(bencher: Bencher<'_, '_>, name: &str, way: Way) {
    let (_, sql) = QUERIES
        .into_iter()
        .find(|(known, _)| *known == name)
        .expect("one of `QUERIES`");
    let request = message(b'Q', format!("{sql}\0").as_bytes());
    let runtime = Runtime::new().expect("a runtime");
    let scratch = runtime.block_on(ScratchDb::create());
    let scratch = scratch.unwrap_or_else(|error| panic!("{error}"));
    let url = match way {
        Way::Direct => scratch.url(),
        Way::Recorder | Way::Recording => scratch.recorded_url(),
    };
    let to = url.parse().expect("a URL");
    let mut client = Client::connect(&to).expect("a connection");
    let measure = || {
        perf_harness_bench::bench(bencher, || client.exchange(&request).expect("an answer"));
    };
    if way == Way::Recording {
        // The recorder has a thread of its own, so this one may wait for it.
        runtime.block_on(scratch.record(async { measure() }));
    } else {
        measure();
    }
    drop(client);
    let removed = runtime.block_on(scratch.remove());
    removed.unwrap_or_else(|error| panic!("{error}"));
}

#[divan::bench(args = NAMES)]
fn direct(bencher: Bencher<'_, '_>, name: &str) {
    round_trip(bencher, name, Way::Direct);
}

#[divan::bench(args = NAMES)]
fn recorder(bencher: Bencher<'_, '_>, name: &str) {
    round_trip(bencher, name, Way::Recorder);
}

#[divan::bench(args = NAMES)]
fn recording(bencher: Bencher<'_, '_>, name: &str) {
    round_trip(bencher, name, Way::Recording);
}
