//! The assertion macros: each a line over a function that a user can call.

mod budgets;
mod limits;
mod plans;

/// Asserts that a recording holds at most so many queries.
///
/// Only the program's own queries count: transaction control and driver queries are told beside them.
/// A recording without any query is an error, not a success: say [`assert_queries!(recording,
/// 0)`](crate::assert_queries) where none is meant.
///
/// What does not hold is told when the test ends, together with all other findings.
///
/// With a [`PerfDb`](crate::PerfDb) and a future it records and asserts in one step, and gives the future's
/// output, as `with self.assertNumQueries(3):` does.
///
/// ```no_run
/// use perf_harness::{PerfDb, assert_max_queries, perf_test};
///
/// #[perf_test]
/// async fn one_query_is_enough(db: PerfDb) -> Result<(), sqlx::Error> {
///     let pool = db.pool();
///     let one = db.record(sqlx::query("SELECT 1").execute(&pool)).await.transpose()?;
///     assert_max_queries!(one, 1);
///
///     assert_max_queries!(db, 1, sqlx::query("SELECT 1").execute(&pool))?;
///     Ok(())
/// }
/// ```
#[macro_export]
macro_rules! assert_max_queries {
    ($recording:expr, $max:expr $(,)?) => {
        $crate::__private::check(
            &$recording,
            $crate::Queries::at_most($max),
            $crate::__private::stringify!($recording),
        )
    };
    ($db:expr, $max:expr, $work:expr $(,)?) => {
        $crate::__private::record_and_check(
            &$db,
            $crate::Queries::at_most($max),
            $crate::__private::stringify!($db),
            $work,
        )
        .await
    };
}

/// Asserts that a recording holds exactly so many queries, or a number within a range:
/// `3`, `1..=3`, `..=3`, `2..`.
///
/// `assert_queries!(recording, 0)` says that no query is meant. Everything else is as with
/// [`assert_max_queries!`](crate::assert_max_queries).
///
/// ```no_run
/// use perf_harness::{PerfDb, assert_queries, perf_test};
///
/// #[perf_test]
/// async fn the_answer_comes_from_the_cache(db: PerfDb) {
///     let answer = db.record(async { 42 }).await;
///     assert_queries!(answer, 0);
/// }
/// ```
#[macro_export]
macro_rules! assert_queries {
    ($recording:expr, $allowed:expr $(,)?) => {
        $crate::__private::check(
            &$recording,
            $crate::Queries::within($allowed),
            $crate::__private::stringify!($recording),
        )
    };
    ($db:expr, $allowed:expr, $work:expr $(,)?) => {
        $crate::__private::record_and_check(
            &$db,
            $crate::Queries::within($allowed),
            $crate::__private::stringify!($db),
            $work,
        )
        .await
    };
}

/// Asserts that no place in the code asks one question for each of many values: an N+1.
///
/// One is queries of one shape (literals, values and the width of lists left out) that one path of calls sent with
/// different values. A helper that two places call once each is none, and neither are the pages of a list and the chunks
/// of a batch. A recording without any query is an error.
///
/// Where a query came from is known of sqlx, and so of sea-orm, on the threads of the test's own runtime. Queries of other
/// drivers and threads are grouped by their shape alone.
///
/// ```no_run
/// use perf_harness::{PerfDb, assert_no_n_plus_one, perf_test};
///
/// #[perf_test]
/// async fn the_names_are_loaded_at_once(db: PerfDb) -> Result<(), sqlx::Error> {
///     let pool = db.pool();
///     let names = db.record(sqlx::query("SELECT 1").fetch_all(&pool)).await.transpose()?;
///     assert_no_n_plus_one!(names);
///
///     assert_no_n_plus_one!(db, sqlx::query("SELECT 1").fetch_all(&pool))?;
///     Ok(())
/// }
/// ```
#[macro_export]
macro_rules! assert_no_n_plus_one {
    ($recording:expr $(,)?) => {
        $crate::__private::check_no(
            &$recording,
            $crate::Defect::NPlusOne,
            $crate::__private::stringify!($recording),
        )
    };
    ($db:expr, $work:expr $(,)?) => {
        $crate::__private::record_and_check_no(
            &$db,
            $crate::Defect::NPlusOne,
            $crate::__private::stringify!($db),
            $work,
        )
        .await
    };
}

/// Asserts that no place in the code asks a question again with the same values: a duplicate.
///
/// Only what has an answer to keep counts: `SELECT`, `WITH`, `VALUES`, `TABLE`. Everything else is as with
/// [`assert_no_n_plus_one!`](crate::assert_no_n_plus_one).
#[macro_export]
macro_rules! assert_no_duplicate_queries {
    ($recording:expr $(,)?) => {
        $crate::__private::check_no(
            &$recording,
            $crate::Defect::Duplicate,
            $crate::__private::stringify!($recording),
        )
    };
    ($db:expr, $work:expr $(,)?) => {
        $crate::__private::record_and_check_no(
            &$db,
            $crate::Defect::Duplicate,
            $crate::__private::stringify!($db),
            $work,
        )
        .await
    };
}

/// Asserts that no `IN ($1, $2, ..)` has another width each time.
///
/// To the server and to the driver's cache each width is another statement, to be parsed, planned and kept for itself.
/// `= ANY($1)` with an array is one. A batch in chunks of one width is fine, although its last chunk may be smaller.
/// Everything else is as with [`assert_no_n_plus_one!`](crate::assert_no_n_plus_one).
#[macro_export]
macro_rules! assert_no_changing_lists {
    ($recording:expr $(,)?) => {
        $crate::__private::check_no(
            &$recording,
            $crate::Defect::ChangingList,
            $crate::__private::stringify!($recording),
        )
    };
    ($db:expr, $work:expr $(,)?) => {
        $crate::__private::record_and_check_no(
            &$db,
            $crate::Defect::ChangingList,
            $crate::__private::stringify!($db),
            $work,
        )
        .await
    };
}

/// Asserts that no place in the code writes values into the text, where parameters belong.
///
/// It is found where one place sends one shape with other literals each time: the server parses and plans each text anew,
/// drivers cannot keep it prepared, and a value from outside could become SQL. What a text holds alike each time is a
/// constant, and fine. Everything else is as with [`assert_no_n_plus_one!`](crate::assert_no_n_plus_one).
#[macro_export]
macro_rules! assert_no_literals {
    ($recording:expr $(,)?) => {
        $crate::__private::check_no(
            &$recording,
            $crate::Defect::Literal,
            $crate::__private::stringify!($recording),
        )
    };
    ($db:expr, $work:expr $(,)?) => {
        $crate::__private::record_and_check_no(
            &$db,
            $crate::Defect::Literal,
            $crate::__private::stringify!($db),
            $work,
        )
        .await
    };
}

/// Asserts that no two writes are each a transaction of their own.
///
/// The server makes each of them durable for itself, which takes a flush of its log, and when the work stops between two it is
/// half done. Writes are what changes rows, also within a `WITH`. Several statements of one simple query are one transaction,
/// and so is a pipeline up to its `Sync`. Everything else is as with
/// [`assert_no_n_plus_one!`](crate::assert_no_n_plus_one).
#[macro_export]
macro_rules! assert_no_untransacted_writes {
    ($recording:expr $(,)?) => {
        $crate::__private::check_no(
            &$recording,
            $crate::Defect::UntransactedWrites,
            $crate::__private::stringify!($recording),
        )
    };
    ($db:expr, $work:expr $(,)?) => {
        $crate::__private::record_and_check_no(
            &$db,
            $crate::Defect::UntransactedWrites,
            $crate::__private::stringify!($db),
            $work,
        )
        .await
    };
}

/// Asserts that every transaction that begins during the work is over when it ends.
///
/// One that is left open holds its locks, its connection and the server's clean-up back. Everything else is as with
/// [`assert_no_n_plus_one!`](crate::assert_no_n_plus_one).
#[macro_export]
macro_rules! assert_no_open_transactions {
    ($recording:expr $(,)?) => {
        $crate::__private::check_no(
            &$recording,
            $crate::Defect::OpenTransaction,
            $crate::__private::stringify!($recording),
        )
    };
    ($db:expr, $work:expr $(,)?) => {
        $crate::__private::record_and_check_no(
            &$db,
            $crate::Defect::OpenTransaction,
            $crate::__private::stringify!($db),
            $work,
        )
        .await
    };
}

/// Asserts all that needs no number: that there is no [`Defect`](crate::Defect) of any kind.
///
/// Each kind that is found is told for itself. Everything else is as with
/// [`assert_no_n_plus_one!`](crate::assert_no_n_plus_one).
///
/// ```no_run
/// use perf_harness::{PerfDb, assert_efficient, perf_test};
///
/// #[perf_test]
/// async fn the_page_wastes_nothing(db: PerfDb) -> Result<(), sqlx::Error> {
///     let pool = db.pool();
///     let page = db.record(sqlx::query("SELECT 1").fetch_all(&pool)).await.transpose()?;
///     assert_efficient!(page);
///     Ok(())
/// }
/// ```
#[macro_export]
macro_rules! assert_efficient {
    ($recording:expr $(,)?) => {
        $crate::__private::check_efficient(&$recording, $crate::__private::stringify!($recording))
    };
    ($db:expr, $work:expr $(,)?) => {
        $crate::__private::record_and_check_efficient(
            &$db,
            $crate::__private::stringify!($db),
            $work,
        )
        .await
    };
}

/// Asserts that work asks as much at every size of its data: every shape as often, whatever the number.
///
/// It takes what [`PerfDb::record_at`](crate::PerfDb::record_at) gives. A shape that is asked more often the more there is
/// breaks it, and so does one that is asked less often: that is a cache that happened to be filled. Data that did not grow is
/// an error, and so is a size without any query.
///
/// A slope can be allowed: `assert_constant_queries!(list, +1 per 100)` lets each shape be asked once more for each hundred of
/// size, as a batch in chunks of a hundred is.
#[macro_export]
macro_rules! assert_constant_queries {
    ($growth:expr $(,)?) => {
        $crate::__private::check_growth(&$growth, (0, 1), $crate::__private::stringify!($growth))
    };
    ($growth:expr, + $more:literal per $size:literal $(,)?) => {
        $crate::__private::check_growth(
            &$growth,
            ($more, $size),
            $crate::__private::stringify!($growth),
        )
    };
}

/// Asserts that a recording's queries are those of a snapshot that [insta](https://insta.rs) keeps: their loose fingerprints,
/// one a line, in the order sent, transaction control included. The list is what Django's inline-snapshot-django has.
///
/// The snapshot is insta's in all else: its name or place, `INSTA_UPDATE`, `cargo insta review`, `insta::Settings`.
///
/// ```text
/// assert_query_snapshot!(list);                          // a file, named after the test
/// assert_query_snapshot!(list, "the_list");              // a file of this name
/// assert_query_snapshot!(list, @"SELECT ... FROM a");    // in the source: insta writes what stands between the quotes
/// assert_query_snapshot!(list.with_call_sites());        // with the functions that led to each query
/// assert_query_snapshot!(list.in_any_order());           // in the order of the texts
/// ```
///
/// Another list panics at once, as insta's own assertions do; what other assertions found before is told beside it. So let it
/// be the last one of a test. A recording without any query is an error, and no snapshot is made of it.
///
/// Where statements ran beside each other, as in a `join_all`, their order is chance: from the first of them on the list is in
/// the order of its texts. A busy machine can run them one after the other all the same: `in_any_order` is for them.
#[cfg(feature = "snapshot")]
#[macro_export]
macro_rules! assert_query_snapshot {
    ($recording:expr, @$snapshot:literal $(,)?) => {
        if let $crate::__private::Some(queries) = $crate::__private::query_snapshot(
            &$recording,
            $crate::__private::stringify!($recording),
        ) {
            $crate::__private::insta::assert_snapshot!(queries, @$snapshot);
        }
    };
    ($recording:expr, $name:expr $(,)?) => {
        if let $crate::__private::Some(queries) = $crate::__private::query_snapshot(
            &$recording,
            $crate::__private::stringify!($recording),
        ) {
            $crate::__private::insta::assert_snapshot!($name, queries);
        }
    };
    ($recording:expr $(,)?) => {
        if let $crate::__private::Some(queries) = $crate::__private::query_snapshot(
            &$recording,
            $crate::__private::stringify!($recording),
        ) {
            $crate::__private::insta::assert_snapshot!(queries);
        }
    };
}
