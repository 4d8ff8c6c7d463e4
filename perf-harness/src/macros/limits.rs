//! Limits on what a piece of work costs: the same grammar for all.

/// Makes one limit's macro of three lines: on a recording, and in one step with a database and work.
///
/// Each is written out, so that its documentation shows its arms.
#[doc(hidden)]
#[macro_export]
macro_rules! __check_limit {
    ($recording:expr, $limit:expr) => {
        $crate::__private::check_limit(
            &$recording,
            $limit,
            $crate::__private::stringify!($recording),
        )
    };
    ($db:expr, $limit:expr, $work:expr) => {
        $crate::__private::record_and_check_limit(
            &$db,
            $limit,
            $crate::__private::stringify!($db),
            $work,
        )
        .await
    };
}

/// Asserts that a recording makes at most so many round trips that carry work: what a network's latency multiplies.
///
/// A round trip is one exchange that the program waits for: a pipeline is one, a transaction's `BEGIN` and `COMMIT` are one
/// each. Pings, preparing, connecting and the look-ups of drivers are not the same each time with a pool: they are told beside,
/// and judged with `in all`, where a connect counts as one. Leave room for them then.
///
/// A recording without any query is an error. What does not hold is told when the test ends, together with all other findings.
/// With a [`PerfDb`](crate::PerfDb) and a future it records and asserts in one step, and gives the future's output. So do all
/// limits.
///
/// ```no_run
/// # use perf_harness::{PerfDb, Recording, assert_max_round_trips};
/// # async fn check(db: PerfDb, list: Recording<()>) {
/// assert_max_round_trips!(list, 3);
/// assert_max_round_trips!(list, 12 in all);
/// let answer = assert_max_round_trips!(db, 3, async { 42 });
/// # }
/// ```
#[macro_export]
macro_rules! assert_max_round_trips {
    ($recording:expr, $most:tt in all $(, $work:expr)? $(,)?) => {
        $crate::__check_limit!(
            $recording,
            $crate::Limit::new($crate::Metric::RoundTripsInAll, $most)
            $(, $work)?
        )
    };
    ($recording:expr, $most:expr $(, $work:expr)? $(,)?) => {
        $crate::__check_limit!(
            $recording,
            $crate::Limit::new($crate::Metric::RoundTrips, $most)
            $(, $work)?
        )
    };
}

/// Asserts that the server sends at most so many rows for a recording's queries; or so many for each item that is returned to
/// the client, which finds what is fetched and thrown away.
///
/// Of chosen queries only theirs count: `list.on_table("articles")`. Everything else is as with
/// [`assert_max_round_trips!`](crate::assert_max_round_trips).
///
/// ```no_run
/// # use perf_harness::{Recording, assert_max_rows};
/// # fn check(list: Recording<Vec<String>>) {
/// assert_max_rows!(list, 100);
/// assert_max_rows!(list, 2 per list.output().len());      // two rows for each item of the page
/// # }
/// ```
#[macro_export]
macro_rules! assert_max_rows {
    ($recording:expr, $most:tt per $items:expr $(, $work:expr)? $(,)?) => {
        $crate::__check_limit!(
            $recording,
            $crate::Limit::new($crate::Metric::Rows, $most).per_item($items)
            $(, $work)?
        )
    };
    ($recording:expr, $most:expr $(, $work:expr)? $(,)?) => {
        $crate::__check_limit!(
            $recording,
            $crate::Limit::new($crate::Metric::Rows, $most)
            $(, $work)?
        )
    };
}

/// Asserts that at most so many bytes cross the wire, both ways together.
///
/// Everything counts, connecting, preparing and pings too: leave room for some thousand bytes where a pool may connect.
/// Everything else is as with [`assert_max_round_trips!`](crate::assert_max_round_trips).
#[macro_export]
macro_rules! assert_max_bytes {
    ($recording:expr, $most:expr $(, $work:expr)? $(,)?) => {
        $crate::__check_limit!(
            $recording,
            $crate::Limit::new($crate::Metric::Bytes, $most)
            $(, $work)?
        )
    };
}

/// Asserts that at most so many queries read all of a table. How they read it is asked for as by
/// [`assert_no_full_scan!`](crate::assert_no_full_scan), which allows none, and says which index would help.
#[macro_export]
macro_rules! assert_max_full_scans {
    ($recording:expr, $most:expr $(, $work:expr)? $(,)?) => {
        $crate::__check_limit!(
            $recording,
            $crate::Limit::new($crate::Metric::FullScans, $most)
            $(, $work)?
        )
    };
}

/// Asserts that at most so many connections are in use at once: each from the beginning of a statement, or of a transaction, to
/// its end.
///
/// Work that asks one thing after the other uses one. Where it asks several at once, how many of them overlap is chance, but
/// never more than there are: allow as many. Everything else is as with
/// [`assert_max_round_trips!`](crate::assert_max_round_trips).
#[macro_export]
macro_rules! assert_max_connections {
    ($recording:expr, $most:expr $(, $work:expr)? $(,)?) => {
        $crate::__check_limit!(
            $recording,
            $crate::Limit::new($crate::Metric::Connections, $most)
            $(, $work)?
        )
    };
}

/// Asserts that connections sit idle in a transaction for at most so long: `5ms`, `500us`, `1s`, or a `Duration`. That is the
/// time in which a transaction is open and the server waits for the program, of all connections together.
///
/// Of all limits this is the one that depends on the machine: on a busy one the program comes to its next statement later. So
/// allow many times what you see. What it is to find, a call to another service or a slow computation between `BEGIN` and
/// `COMMIT`, is larger still. Everything else is as with [`assert_max_round_trips!`](crate::assert_max_round_trips).
///
/// ```no_run
/// # use perf_harness::{Recording, assert_max_idle_in_transaction};
/// # fn check(order: Recording<()>) {
/// assert_max_idle_in_transaction!(order, 200ms);
/// # }
/// ```
#[macro_export]
macro_rules! assert_max_idle_in_transaction {
    ($recording:expr, $most:literal $(, $work:expr)? $(,)?) => {
        $crate::__check_limit!(
            $recording,
            $crate::Limit::idle_in_transaction($crate::__private::duration!($most))
            $(, $work)?
        )
    };
    ($recording:expr, $most:expr $(, $work:expr)? $(,)?) => {
        $crate::__check_limit!(
            $recording,
            $crate::Limit::idle_in_transaction($most)
            $(, $work)?
        )
    };
}

/// Asserts that the work allocates at most so often. An allocation that grows counts again; what is freed is not taken away.
///
/// Counted is what the threads of the test's runtime allocate while it is recorded: the work, and tasks that it has spawned. What
/// the harness does meanwhile is not, nor are other tests. The test program needs an allocator that counts:
///
/// ```
/// #[global_allocator]
/// static ALLOCATOR: perf_harness::CountingAllocator = perf_harness::CountingAllocator::system();
/// # fn main() {}
/// ```
///
/// The first time work is done it connects, prepares and fills caches: record it once before, and limit the second time. A
/// recording waits until a pool has its connections back, so then it is the same number each time, as long as nothing runs
/// beside it. Everything else is as with
/// [`assert_max_round_trips!`](crate::assert_max_round_trips), but a recording without any query is no error.
///
/// ```no_run
/// # use perf_harness::{PerfDb, assert_max_allocations};
/// # async fn list() {}
/// # async fn check(db: PerfDb) {
/// let _first = db.record(list()).await;
/// let second = db.record(list()).await;
/// assert_max_allocations!(second, 1_000);
/// # }
/// ```
#[macro_export]
macro_rules! assert_max_allocations {
    ($recording:expr, $most:expr $(, $work:expr)? $(,)?) => {
        $crate::__check_limit!(
            $recording,
            $crate::Limit::new($crate::Metric::Allocations, $most)
            $(, $work)?
        )
    };
}

/// Asserts that the work allocates at most so many bytes, one after the other or at once: what is freed is not taken away.
/// Everything else is as with [`assert_max_allocations!`](crate::assert_max_allocations).
#[macro_export]
macro_rules! assert_max_allocated_bytes {
    ($recording:expr, $most:expr $(, $work:expr)? $(,)?) => {
        $crate::__check_limit!(
            $recording,
            $crate::Limit::new($crate::Metric::AllocatedBytes, $most)
            $(, $work)?
        )
    };
}

/// Asserts that what the work returned has at most so many bytes: [`ResponseSize`](crate::ResponseSize) says how many.
///
/// A response without any byte is an error: it is often that of a request that failed.
///
/// ```no_run
/// # use perf_harness::{Recording, assert_max_response_bytes};
/// # fn check(list: Recording<String>) {
/// assert_max_response_bytes!(list, 10_000);
/// # }
/// ```
#[macro_export]
macro_rules! assert_max_response_bytes {
    ($recording:expr, $most:expr $(,)?) => {
        $crate::__private::check_response(
            &$recording,
            $most,
            $crate::__private::stringify!($recording),
        )
    };
    ($db:expr, $most:expr, $work:expr $(,)?) => {
        $crate::__private::record_and_check_response(
            &$db,
            $most,
            $crate::__private::stringify!($db),
            $work,
        )
        .await
    };
}
