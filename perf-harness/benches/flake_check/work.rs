//! The work that is judged: in the process alone, and an endpoint that asks Postgres twice.

use std::hint::black_box;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use perf_harness::__private::latency::{Run, times};
use perf_harness::PerfDb;
use sqlx::PgPool;
use tokio::time::sleep;

pub(crate) const NAMES: [&str; 2] = ["in process", "with Postgres"];

/// One of them.
pub(crate) struct Work {
    pub(crate) name: &'static str,
    db: PerfDb,
    pool: Option<PgPool>,
    /// So many rounds of arithmetic are a millisecond here.
    rounds: f64,
    random: Mutex<u64>,
}

impl Work {
    pub(crate) async fn named(name: &str, db: &PerfDb) -> Self {
        let pool = db.unrecorded().pool();
        let name = NAMES
            .into_iter()
            .find(|known| *known == name)
            .unwrap_or(NAMES[0]);
        let rows = "CREATE TABLE IF NOT EXISTS numbers AS SELECT n, n * 7 % 1000 AS m FROM generate_series(1, 2000) n";
        sqlx::raw_sql(rows)
            .execute(&pool)
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        Self {
            name,
            db: db.clone(),
            pool: (name == NAMES[1]).then_some(pool),
            rounds: rounds_of_a_millisecond(),
            random: Mutex::new(0x2545_f491_4f6c_dd1d),
        }
    }

    /// So many runs: how long each took on the wall, and at least.
    pub(crate) async fn runs(&self, count: usize) -> Vec<Run> {
        let times = times(&self.db, count, || self.once()).await;
        times.unwrap_or_else(|error| panic!("{error}"))
    }

    async fn once(&self) {
        match &self.pool {
            None => {
                sleep(Duration::from_millis(1)).await;
                // Lognormal: a median of 0.3 ms, and a long tail.
                spin(self.rounds * 0.3 * (0.6 * self.normal()).exp());
            }
            Some(pool) => {
                for _ in 0..2 {
                    let most = 1_000.0 * (0.5 * self.normal()).exp();
                    let query = sqlx::query(
                        "SELECT count(*) FROM numbers a, generate_series(1, 20) WHERE m < $1",
                    );
                    let rows = query.bind(most).fetch_all(pool).await;
                    black_box(rows.unwrap_or_else(|error| panic!("{error}")));
                    spin(self.rounds * 0.1);
                }
            }
        }
    }

    /// The sum of twelve even numbers, but for their mean: near enough to normal.
    fn normal(&self) -> f64 {
        let mut random = self
            .random
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut even = || {
            *random ^= *random << 13;
            *random ^= *random >> 7;
            *random ^= *random << 17;
            f64::from(u32::try_from(*random >> 32).unwrap_or_default()) / f64::from(u32::MAX)
        };
        (0..12).map(|_| even()).sum::<f64>() - 6.0
    }
}

/// Arithmetic that takes as long each time.
fn spin(rounds: f64) {
    let mut number = 1_u64;
    let mut round = 0.0;
    while round < rounds {
        number = black_box(
            number
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1),
        );
        round += 1.0;
    }
}

/// The fastest of many tries.
fn rounds_of_a_millisecond() -> f64 {
    const ROUNDS: f64 = 100_000.0;
    let once = || {
        let began = Instant::now();
        spin(ROUNDS);
        began.elapsed().as_secs_f64() * 1e3
    };
    let fastest = (0..50).map(|_| once()).fold(f64::INFINITY, f64::min);
    ROUNDS / fastest
}
