//! The number of queries: a list of users under a budget.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use perf_harness::{Counts, Failure, PerfDb, PerfTest, assert_max_queries};
use sea_orm::Database;

use super::app::App;
use super::{indented, seed};

const NAIVE: &str = "/naive/api/users/?page_size=100";
const TUNED: &str = "/api/users/?page_size=100";
/// Timed requests of each endpoint, in turn.
const SAMPLES: usize = 30;

/// Red, green, and what it brought.
pub(super) fn tell() -> Result<(), String> {
    println!("{INTRODUCTION}");
    let red = budget_test("red", NAIVE)
        .err()
        .ok_or("the naive endpoint held its budget")?;
    println!("{}", indented(&red.to_string()));
    if !red.to_string().contains("actual    402 queries") {
        return Err("the naive endpoint did not cost 402 queries".to_owned());
    }
    println!("{CURE}");
    budget_test("green", TUNED)
        .map_err(|failure| format!("the tuned endpoint broke its budget\n{failure}"))?;
    println!("    test the_user_list_costs_three_queries ... ok\n");
    let measured = measure()?;
    println!(
        "3. What it brought, for 100 users (median of {SAMPLES} requests each, in turn, unrecorded)\n"
    );
    println!("{}", table(&measured));
    Ok(())
}

const INTRODUCTION: &str = "\
1. Red: a Django list of users with profile, groups and permissions, ported line by line, under a budget

    #[perf_test(template = seed::hundred_users)]
    async fn the_user_list_costs_three_queries(db: PerfDb) {
        let list = db.record(App::on(&db).get(\"/naive/api/users/?page_size=100\")).await;
        assert_max_queries!(list, 3);
    }
";

const CURE: &str = "\
2. Green: select_related('profile') and two prefetches, as sea-orm says them

    - for user in users { let profile = user.find_related(profile::Entity).one(db).await?; .. }
    + user::Entity::find().left_join(profile::Entity)
    + prefetch::groups(db, ids), prefetch::permissions(db, ids): WHERE user_id = ANY($1)
";

/// The test of the story, on one of the two endpoints.
fn budget_test(act: &str, path: &'static str) -> Result<(), Failure> {
    PerfTest::new(format!("{act}::the_user_list_costs_three_queries"))
        .template(seed::hundred_users)
        .run(async |db: PerfDb| {
            let list = db.record(App::on(&db).get(path)).await;
            assert_max_queries!(list, 3);
        })
}

/// One endpoint in numbers.
struct Measured {
    counts: Counts,
    median: Duration,
}

/// The naive endpoint first.
fn measure() -> Result<[Measured; 2], String> {
    let mut measured = None;
    let run = PerfTest::new("what_it_brought")
        .template(seed::hundred_users)
        .run(async |db: PerfDb| {
            measured = Some(compare(&db).await);
        });
    run.map_err(|failure| failure.to_string())?;
    measured.ok_or("nothing was measured")?
}

async fn compare(db: &PerfDb) -> Result<[Measured; 2], String> {
    let recorded = App::on(db);
    let direct = Database::connect(db.direct_url())
        .await
        .map_err(|error| error.to_string())?;
    let direct = App::new(example_service::router(direct));
    let (naive, tuned) = (
        samples(&recorded, db, NAIVE).await?,
        samples(&recorded, db, TUNED).await?,
    );
    if results(&naive.1) != results(&tuned.1) {
        return Err("the two endpoints do not say the same".to_owned());
    }
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..SAMPLES {
        for (path, times) in [NAIVE, TUNED].iter().zip(&mut times) {
            let begun = Instant::now();
            let answer = direct.get(path).await;
            times.push(begun.elapsed());
            expect_ok(answer.status, path)?;
        }
    }
    let [naive_times, tuned_times] = times;
    Ok([
        Measured {
            counts: naive.0,
            median: median(naive_times),
        },
        Measured {
            counts: tuned.0,
            median: median(tuned_times),
        },
    ])
}

/// Counters of a second request: the first one also opens connections and prepares. With the body.
async fn samples(app: &App, db: &PerfDb, path: &str) -> Result<(Counts, String), String> {
    expect_ok(app.get(path).await.status, path)?;
    let again = db.record(app.get(path)).await;
    match again.output().results().len() {
        100 => Ok((*again.counts(), again.into_output().body)),
        other => Err(format!("{path} listed {other} users, not 100")),
    }
}

/// Of a page without its links, which are by number here and by cursor there.
fn results(body: &str) -> Option<&str> {
    let (_, results) = body.split_once("\"results\":")?;
    Some(results)
}

fn expect_ok(status: StatusCode, path: &str) -> Result<(), String> {
    if status == StatusCode::OK {
        Ok(())
    } else {
        Err(format!("{path} answered {status}"))
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn table(measured: &[Measured; 2]) -> String {
    let [naive, tuned] = measured;
    let counted = |name: &str, count: fn(&Counts) -> u64| {
        row(
            name,
            &count(&naive.counts).to_string(),
            &count(&tuned.counts).to_string(),
        )
    };
    let latency = |measured: &Measured| format!("{:.1} ms", measured.median.as_secs_f64() * 1e3);
    [
        row("", "naive", "tuned"),
        counted("queries", |counts| counts.queries as u64),
        counted("round trips (*)", |counts| {
            (counts.round_trips - counts.pings) as u64
        }),
        counted("rows", |counts| counts.rows),
        counted("bytes received", |counts| counts.bytes_received),
        row("median latency", &latency(naive), &latency(tuned)),
        "    (*) without the pool's pings: sqlx sends one before and one after each query"
            .to_owned(),
    ]
    .join("\n")
        + "\n"
}

fn row(name: &str, naive: &str, tuned: &str) -> String {
    format!("    {name:<18} {naive:>10} {tuned:>10}")
}
