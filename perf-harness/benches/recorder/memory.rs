//! What the recorder keeps and allocates. The allocator of the program that has this module counts, for all its threads.

use std::alloc::System;
use std::io;

use perf_harness::PerfDb;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use tokio_postgres::Config;

use crate::client::Client;
use crate::work::{Work, query};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How many statements of a recording are kept in full.
pub(crate) const KEPT: usize = 10_000;

/// Queries to take the mean of.
const QUERIES: usize = 1_000;

/// Connections to take the mean of.
const CONNECTIONS: usize = 50;

/// Whoever else allocates in this process does it seldom: the least of so many is without it.
const TRIES: usize = 5;

/// Bytes allocated and not given back.
fn live() -> i64 {
    let stats = INSTRUMENTED_SYSTEM.stats();
    stats.bytes_allocated.cast_signed() as i64 - stats.bytes_deallocated.cast_signed() as i64
}

fn client(url: &str) -> io::Result<Client> {
    let config: Config = url.parse().map_err(io::Error::other)?;
    Client::connect(&config)
}

/// Bytes for an open connection, over what a direct one costs its client.
pub(crate) fn of_connection(db: &PerfDb) -> io::Result<i64> {
    let cost = |url: &str| {
        let before = live();
        let mut clients = Vec::with_capacity(CONNECTIONS);
        for _ in 0..CONNECTIONS {
            clients.push(client(url)?);
        }
        Ok::<_, io::Error>(live() - before)
    };
    // What is made once is made by now.
    drop(client(db.url())?);
    let direct = cost(db.direct_url())?;
    let recorded = cost(db.url())?;
    Ok((recorded - direct) / CONNECTIONS.cast_signed() as i64)
}

/// Bytes for a query that is kept, and for one after those that are kept. No connection may end meanwhile: what it gives
/// back is counted too.
pub(crate) async fn of_query(db: &PerfDb, client: &mut Client, work: Work) -> io::Result<[i64; 2]> {
    let request = work.request();
    work.prepare(client)?;
    request.ask(client)?;
    let cost = |client: &mut Client| {
        let before = live();
        for _ in 0..QUERIES {
            request.ask(client)?;
        }
        Ok::<_, io::Error>((live() - before) / QUERIES.cast_signed() as i64)
    };
    let recording = db.record(async {
        let kept = cost(client)?;
        // A text of many statements is as many queries.
        client.exchange(&query(&"SELECT 1;".repeat(KEPT)))?;
        Ok([kept, cost(client)?])
    });
    recording.await.into_output()
}

/// How often memory is asked for while so many rows are read.
pub(crate) fn allocations(client: &mut Client, rows: u64) -> io::Result<usize> {
    let request = query(&format!("SELECT n FROM generate_series(1, {rows}) n"));
    let mut least = usize::MAX;
    for _ in 0..TRIES {
        let asked_for = || {
            let stats = INSTRUMENTED_SYSTEM.stats();
            stats.allocations + stats.reallocations
        };
        let before = asked_for();
        let answer = client.exchange(&request)?;
        least = least.min(asked_for() - before);
        assert_eq!(answer.rows, rows);
    }
    Ok(least)
}

/// A connection through the recorder.
pub(crate) fn recorded(db: &PerfDb) -> io::Result<Client> {
    client(db.url())
}
