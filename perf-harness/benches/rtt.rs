//! How much later than it should an answer is heard over a simulated network: `cargo bench --bench rtt`.
//!
//! Of one and the same query directly through the recorder and over the network, in turns: the difference of the medians,
//! less the round-trip time.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program that prints a table"
)]

mod extent;

use std::time::{Duration, Instant};

use perf_harness::{PerfDb, PerfTest};
use sqlx::{Connection as _, Executor as _, PgConnection};

fn main() {
    let measured = PerfTest::new("rtt").run(async |db: PerfDb| {
        println!(
            "rtt_us near_p50_us far_p50_us late_p10_us late_p50_us late_p90_us late_p99_us early"
        );
        for micros in [100, 200, 500, 1_000, 5_000, 20_000] {
            row(&db, Duration::from_micros(micros)).await;
        }
    });
    if let Err(failure) = measured {
        println!("{failure}");
        std::process::exit(1);
    }
}

async fn row(db: &PerfDb, rtt: Duration) {
    let far = db.with_rtt(rtt).await.unwrap();
    let mut near = PgConnection::connect(db.url()).await.unwrap();
    let mut far = PgConnection::connect(far.url()).await.unwrap();
    let (mut near_took, mut far_took) = (Vec::new(), Vec::new());
    for _ in 0..extent::of(400, 3) {
        near_took.push(took(&mut near).await);
        far_took.push(took(&mut far).await);
    }
    near_took.sort_unstable();
    far_took.sort_unstable();
    let at = |times: &[Duration], percent: usize| times[times.len() * percent / 100].as_micros();
    let micros = rtt.as_micros();
    let usual = at(&near_took, 50);
    let late = |percent| at(&far_took, percent).cast_signed() - (usual + micros).cast_signed();
    let early = far_took.iter().filter(|took| **took < rtt).count();
    println!(
        "{micros} {usual} {} {} {} {} {} {early}",
        at(&far_took, 50),
        late(10),
        late(50),
        late(90),
        late(99),
    );
}

async fn took(connection: &mut PgConnection) -> Duration {
    let began = Instant::now();
    connection.execute("SELECT 1").await.unwrap();
    began.elapsed()
}
