//! What an assertion about plans costs: to ask for the plans of a recording's queries, by their number.
//!
//! `cargo bench --bench plan_assertions`. Each way in turn, in one run.
#![expect(clippy::print_stdout, reason = "a bench prints")]
#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

mod extent;

use std::time::{Duration, Instant};

use perf_harness::{PerfDb, PerfTest, Recording, Rows};
use sqlx::PgPool;

/// How many queries, each with another value.
const QUERIES: [i32; 3] = [1, 10, 100];

const SCHEMA: &str = "CREATE TABLE numbers (id int PRIMARY KEY, name text NOT NULL);
     INSERT INTO numbers SELECT n, 'the row ' || n FROM generate_series(1, 300) n;
     ANALYZE numbers";

/// A way of asking, and how long it takes.
type Way = (&'static str, fn(Recording<()>));

const WAYS: [Way; 3] = [
    ("as tables are", |list| drop(list.plans().unwrap())),
    ("as if there were 1,000,000 rows", |list| {
        let list = list.at_rows(Rows::of([("numbers", 1_000_000)]));
        drop(list.plans().unwrap());
    }),
    ("run again, for rows and blocks", |list| {
        drop(list.executed_plans().unwrap());
    }),
];

fn main() {
    let run = PerfTest::new("plan_assertions_bench").run(async |db: PerfDb| measure(&db).await);
    if let Err(failure) = run {
        print!("{failure}");
        std::process::exit(1);
    }
}

async fn measure(db: &PerfDb) {
    let pool = db.pool();
    sqlx::raw_sql(SCHEMA).execute(&pool).await.unwrap();
    println!("| median, ms | 1 query | 10 queries | 100 queries |\n| --- | --- | --- | --- |");
    let mut times = vec![vec![Vec::new(); QUERIES.len()]; WAYS.len()];
    for _ in 0..extent::of(25, 1) {
        for (at, queries) in QUERIES.into_iter().enumerate() {
            for (way, (_, ask)) in WAYS.iter().enumerate() {
                let list = recorded(db, &pool, queries).await;
                let begun = Instant::now();
                ask(list);
                times[way][at].push(begun.elapsed());
            }
        }
    }
    for ((told, _), times) in WAYS.iter().zip(times) {
        let medians = times
            .into_iter()
            .map(|times| format!("{:.1}", median(times)));
        println!("| {told} | {} |", medians.collect::<Vec<_>>().join(" | "));
    }
}

async fn recorded(db: &PerfDb, pool: &PgPool, queries: i32) -> Recording<()> {
    let work = async {
        for id in 1..=queries {
            let query = sqlx::query("SELECT name FROM numbers WHERE id = $1");
            query.bind(id).execute(pool).await.unwrap();
        }
    };
    db.record(work).await
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e3
}
