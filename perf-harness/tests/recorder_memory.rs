//! What the recorder may keep and allocate. Its allocator counts for the whole process: one test at a time.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../benches/recorder/client.rs"]
mod client;
#[path = "../benches/recorder/memory.rs"]
mod memory;
#[path = "../benches/recorder/work.rs"]
#[expect(dead_code, reason = "the bench of times asks for more")]
mod work;

use std::sync::{Mutex, PoisonError};

use perf_harness::{PerfDb, PerfTest};
use work::Work;

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn alone<F, Fut>(name: &str, test: F)
where
    F: FnOnce(PerfDb) -> Fut,
    Fut: Future<Output = ()>,
{
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    PerfTest::new(name).run(test).unwrap();
}

/// A hundred times the rows: what is allocated for one of ten of them would be 9,900.
fn assert_rows_are_free(few: usize, many: usize) {
    assert!(
        many < few + 100,
        "{few} allocations for 1,000 rows, {many} for 100,000"
    );
}

#[test]
fn a_row_costs_no_allocation_while_nobody_records() {
    alone("rows_outside", async |db| {
        let mut client = memory::recorded(&db).unwrap();
        let few = memory::allocations(&mut client, 1_000).unwrap();
        assert_rows_are_free(few, memory::allocations(&mut client, 100_000).unwrap());
    });
}

#[test]
fn a_row_costs_no_allocation_in_a_recording() {
    alone("rows_within", async |db| {
        let mut client = memory::recorded(&db).unwrap();
        let recording = db.record(async {
            let few = memory::allocations(&mut client, 1_000).unwrap();
            assert!(few > 0, "a query of a recording is kept");
            (few, memory::allocations(&mut client, 100_000).unwrap())
        });
        let recording = recording.await;
        assert_eq!(recording.counts().rows, 5 * 101_000);
        let (few, many) = *recording.output();
        assert_rows_are_free(few, many);
    });
}

#[test]
fn a_connection_costs_less_than_128_kib() {
    alone("connection", async |db| {
        let bytes = memory::of_connection(&db).unwrap();
        assert!((1..128 << 10).contains(&bytes), "{bytes}");
    });
}

#[test]
fn a_query_costs_less_than_a_kib_and_nothing_after_those_that_are_kept() {
    alone("query", async |db| {
        let mut client = memory::recorded(&db).unwrap();
        for work in [Work::SelectOne, Work::Prepared] {
            let [kept, counted] = memory::of_query(&db, &mut client, work).await.unwrap();
            assert!((1..1 << 10).contains(&kept), "{work}: {kept}");
            assert_eq!(counted, 0, "{work}");
        }
    });
}
