//! Assertions about plans: what the server did, or would do, with the very queries that ran.

/// Asserts that at least one of a recording's queries goes through an index: by a seek, or in its order up to a limit.
///
/// The index is named with or without its schema; that of a partitioned table stands for those of its partitions. An index that
/// is only read whole is not used. Where a prepared statement's plan for all values is another one than that for these values,
/// both must go through it.
///
/// The plan is asked for with the very values that were bound, as if tables had the rows that the test or
/// [`Recording::at_rows`](crate::Recording::at_rows) says. Nothing is executed. A query that the server refuses is an error,
/// and so is a recording whose queries do not read the index's table.
///
/// ```no_run
/// use perf_harness::{PerfDb, Rows, assert_index_used, assert_no_full_scan, perf_test};
///
/// #[perf_test]
/// async fn the_search_seeks(db: PerfDb) -> Result<(), sqlx::Error> {
///     let pool = db.pool();
///     let search = sqlx::query("SELECT id FROM articles WHERE slug = $1").bind("rust");
///     let search = db.record(search.fetch_all(&pool)).await.transpose()?;
///     let search = search.at_rows(Rows::of([("articles", 1_000_000)]));
///     assert_index_used!(search, "articles_slug_idx");
///     assert_no_full_scan!(search, "articles");
///     Ok(())
/// }
/// ```
#[macro_export]
macro_rules! assert_index_used {
    ($recording:expr, $index:expr $(,)?) => {
        $crate::__private::check_plans(
            &$recording,
            $crate::PlanRule::IndexUsed($crate::__private::text($index)),
            $crate::__private::stringify!($recording),
        )
    };
    ($db:expr, $index:expr, $work:expr $(,)?) => {
        $crate::__private::record_and_check_plans(
            &$db,
            $crate::PlanRule::IndexUsed($crate::__private::text($index)),
            $crate::__private::stringify!($db),
            $work,
        )
        .await
    };
}

/// Asserts that no query reads all of a table: neither from its first block to its last, nor through a whole index.
///
/// `assert_no_full_scan!(list, "articles")` is about one table and its partitions, `assert_no_full_scan!(list)` about all. A
/// table of one or two blocks may be read whole, unless it is taken for larger; so may what a limit ends early: after a tenth,
/// or a thousand rows. Everything else is as with [`assert_index_used!`](crate::assert_index_used).
#[macro_export]
macro_rules! assert_no_full_scan {
    ($recording:expr $(,)?) => {
        $crate::__private::check_plans(
            &$recording,
            $crate::PlanRule::NoFullScan($crate::__private::None),
            $crate::__private::stringify!($recording),
        )
    };
    ($recording:expr, $table:expr $(,)?) => {
        $crate::__private::check_plans(
            &$recording,
            $crate::PlanRule::NoFullScan($crate::__private::Some($crate::__private::text($table))),
            $crate::__private::stringify!($recording),
        )
    };
    ($db:expr, $table:expr, $work:expr $(,)?) => {
        $crate::__private::record_and_check_plans(
            &$db,
            $crate::PlanRule::NoFullScan($crate::__private::Some($crate::__private::text($table))),
            $crate::__private::stringify!($db),
            $work,
        )
        .await
    };
}

/// Asserts that no query reads a table from its first block to its last.
///
/// An index that is read whole passes here, and not with [`assert_no_full_scan!`](crate::assert_no_full_scan), which is as with
/// that assertion otherwise.
#[macro_export]
macro_rules! assert_no_seq_scan {
    ($recording:expr $(,)?) => {
        $crate::__private::check_plans(
            &$recording,
            $crate::PlanRule::NoSeqScan($crate::__private::None),
            $crate::__private::stringify!($recording),
        )
    };
    ($recording:expr, $table:expr $(,)?) => {
        $crate::__private::check_plans(
            &$recording,
            $crate::PlanRule::NoSeqScan($crate::__private::Some($crate::__private::text($table))),
            $crate::__private::stringify!($recording),
        )
    };
    ($db:expr, $table:expr, $work:expr $(,)?) => {
        $crate::__private::record_and_check_plans(
            &$db,
            $crate::PlanRule::NoSeqScan($crate::__private::Some($crate::__private::text($table))),
            $crate::__private::stringify!($db),
            $work,
        )
        .await
    };
}

/// Asserts that all queries of a recording together look at no more rows than so many: those that scans give and those that
/// they throw away.
///
/// It is counted by the server, at the size that the test's data has: when the query runs, in a test with `plans`. In another
/// test what only reads is run again for it, in a transaction that may not write, and a write is an error.
#[macro_export]
macro_rules! assert_max_rows_examined {
    ($recording:expr, $most:expr $(,)?) => {
        $crate::__private::check_plans(
            &$recording,
            $crate::PlanRule::MaxRowsExamined($most),
            $crate::__private::stringify!($recording),
        )
    };
    ($db:expr, $most:expr, $work:expr $(,)?) => {
        $crate::__private::record_and_check_plans(
            &$db,
            $crate::PlanRule::MaxRowsExamined($most),
            $crate::__private::stringify!($db),
            $work,
        )
        .await
    };
}

/// Asserts that all queries of a recording together touch no more blocks of 8 KiB than so many, whether they were in memory or
/// not. Counted as with [`assert_max_rows_examined!`](crate::assert_max_rows_examined).
#[macro_export]
macro_rules! assert_max_buffers {
    ($recording:expr, $most:expr $(,)?) => {
        $crate::__private::check_plans(
            &$recording,
            $crate::PlanRule::MaxBuffers($most),
            $crate::__private::stringify!($recording),
        )
    };
    ($db:expr, $most:expr, $work:expr $(,)?) => {
        $crate::__private::record_and_check_plans(
            &$db,
            $crate::PlanRule::MaxBuffers($most),
            $crate::__private::stringify!($db),
            $work,
        )
        .await
    };
}

/// Asserts that no sort, hash or aggregate of a recording's queries needs temporary files. Counted as with
/// [`assert_max_rows_examined!`](crate::assert_max_rows_examined), so at the size that the test's data has.
#[macro_export]
macro_rules! assert_no_disk_spill {
    ($recording:expr $(,)?) => {
        $crate::__private::check_plans(
            &$recording,
            $crate::PlanRule::NoDiskSpill,
            $crate::__private::stringify!($recording),
        )
    };
    ($db:expr, $work:expr $(,)?) => {
        $crate::__private::record_and_check_plans(
            &$db,
            $crate::PlanRule::NoDiskSpill,
            $crate::__private::stringify!($db),
            $work,
        )
        .await
    };
}

/// Asserts that what a query is ordered by comes out of an index in that order, and is not sorted.
///
/// Only the order of a result counts: what is sorted for a merge join, a group or a window is not looked at. A recording in
/// which nothing has an `ORDER BY` is an error. Everything else is as with [`assert_index_used!`](crate::assert_index_used).
#[macro_export]
macro_rules! assert_sorted_by_index {
    ($recording:expr $(,)?) => {
        $crate::__private::check_plans(
            &$recording,
            $crate::PlanRule::SortedByIndex,
            $crate::__private::stringify!($recording),
        )
    };
    ($db:expr, $work:expr $(,)?) => {
        $crate::__private::record_and_check_plans(
            &$db,
            $crate::PlanRule::SortedByIndex,
            $crate::__private::stringify!($db),
            $work,
        )
        .await
    };
}

/// Asserts that the work of a recording's queries grows no faster with their tables than it may: by default it is constant or
/// grows with the logarithm.
///
/// The plan of each shape's first query is asked for at rising sizes, by tens, and its growth is told by the planner's own
/// estimate of the work, with the size at which the plan becomes another one. A query with an `OFFSET` is asked for a page that
/// is as deep, in proportion, at each size: half-way through, where it was the first one.
///
/// `1_000..=10_000_000` takes all tables that are read for so large; [`Scale`](crate::Scale) names tables, and says what is allowed.
///
/// ```no_run
/// # use perf_harness::{PlanGrowth, Recording, Scale, assert_plan_scales};
/// # fn check(page: Recording<()>, report: Recording<()>) {
/// assert_plan_scales!(page, 1_000..=10_000_000);
/// assert_plan_scales!(report, Scale::of(1_000..=10_000_000).table("articles").at_most(PlanGrowth::Linear));
/// # }
/// ```
#[macro_export]
macro_rules! assert_plan_scales {
    ($recording:expr, $scale:expr $(,)?) => {
        $crate::__private::check_scale(
            &$recording,
            $scale,
            $crate::__private::stringify!($recording),
        )
    };
    ($db:expr, $scale:expr, $work:expr $(,)?) => {
        $crate::__private::record_and_check_scale(
            &$db,
            $scale,
            $crate::__private::stringify!($db),
            $work,
        )
        .await
    };
}

/// Asserts that the plans of a recording's queries are those of a snapshot that [insta](https://insta.rs) keeps: their shapes,
/// with tables, indexes and conditions, and without costs, rows and values.
///
/// Each shape of query stands once, with its plan below it, and with the one for all values where that is another one. Shapes
/// are the same on each major version as long as the planner does the same. Everything else is as with
/// [`assert_query_snapshot!`](crate::assert_query_snapshot): another text panics at once.
///
/// ```text
/// assert_plan_snapshot!(list);                  // a file, named after the test
/// assert_plan_snapshot!(list, "the_list");      // a file of this name
/// assert_plan_snapshot!(list, @"");             // in the source: insta writes what stands between the quotes
/// ```
#[cfg(feature = "snapshot")]
#[macro_export]
macro_rules! assert_plan_snapshot {
    ($recording:expr, @$snapshot:literal $(,)?) => {
        if let $crate::__private::Some(plans) = $crate::__private::plan_snapshot(
            &$recording,
            $crate::__private::stringify!($recording),
        ) {
            $crate::__private::insta::assert_snapshot!(plans, @$snapshot);
        }
    };
    ($recording:expr, $name:expr $(,)?) => {
        if let $crate::__private::Some(plans) = $crate::__private::plan_snapshot(
            &$recording,
            $crate::__private::stringify!($recording),
        ) {
            $crate::__private::insta::assert_snapshot!($name, plans);
        }
    };
    ($recording:expr $(,)?) => {
        if let $crate::__private::Some(plans) = $crate::__private::plan_snapshot(
            &$recording,
            $crate::__private::stringify!($recording),
        ) {
            $crate::__private::insta::assert_snapshot!(plans);
        }
    };
}
