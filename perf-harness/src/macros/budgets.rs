//! The macro that holds work against the file of budgets.

/// Asserts that work is within all limits of a budget of `perf-budgets.toml`: of an endpoint, `"GET /api/users/"`, or of any
/// other name. All that is over is told together.
///
/// ```no_run
/// use perf_harness::{PerfDb, assert_within_budget, perf_test};
///
/// # struct App;
/// # impl App { async fn get(&self, _: &str) -> String { String::new() } }
/// # fn app(db: &PerfDb) -> App { App }
/// #[perf_test]
/// async fn the_user_list_is_within_its_budget(db: PerfDb) {
///     let app = app(&db);
///     assert_within_budget!(db, "GET /api/users/", || app.get("/api/users/"));
/// }
///
/// // The same budget, named once; its `rows` are the sizes of the test's tables.
/// #[perf_test(budget = "GET /api/users/")]
/// async fn so_is_its_second_page(db: PerfDb) {
///     let app = app(&db);
///     let page = assert_within_budget!(db, || app.get("/api/users/?page=2"));
///     assert!(page.starts_with('{'));
/// }
/// ```
///
/// The work is recorded once. It is a closure that gives a future each time, or a future; only what can be done again has a
/// latency to be judged. A recording can be held against the limits on work: `assert_within_budget!(list, "GET /api/users/")`.
///
/// A name that the file does not have is an error, and so is a recording without any query. With an output that implements
/// [`HasStatus`](crate::HasStatus), so is a response of 400 or more: what was refused costs less. An output that implements
/// [`ResponseSize`](crate::ResponseSize) can be held against `max_response_bytes`.
#[macro_export]
macro_rules! assert_within_budget {
    ($recording:expr $(,)?) => {
        $crate::__check_within!($recording, $crate::__private::None)
    };
    ($recording:expr, $budget:literal $(,)?) => {
        $crate::__check_within!($recording, $crate::__private::Some($budget))
    };
    ($db:expr, $work:expr $(,)?) => {
        $crate::__record_within!($db, $crate::__private::None, $work)
    };
    ($db:expr, $budget:expr, $work:expr $(,)?) => {
        $crate::__record_within!(
            $db,
            $crate::__private::Some(::core::convert::AsRef::<str>::as_ref(&$budget)),
            $work
        )
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __check_within {
    ($recording:expr, $budget:expr) => {
        match &$recording {
            recording => {
                #[allow(unused_imports, reason = "where both are known it is not needed")]
                use $crate::__private::OfUnknown as _;
                let probe = $crate::__private::Probe(recording);
                probe.note_size();
                $crate::__private::check_within(
                    recording,
                    $budget,
                    probe.status(),
                    $crate::__private::stringify!($recording),
                )
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __record_within {
    ($db:expr, $budget:expr, $work:expr) => {{
        #[allow(unused_imports, reason = "where both are known it is not needed")]
        use $crate::__private::OfUnknown as _;
        let held = $crate::__private::record_within(
            &$db,
            $budget,
            $crate::__private::stringify!($db),
            $work,
        )
        .await;
        let probe = $crate::__private::Probe(held.recording());
        probe.note_size();
        let status = probe.status();
        held.judge(status, |output| {
            #[allow(unused_imports, reason = "of a type that has both one is enough")]
            use $crate::__private::{AnyOutput as _, OfNoStatus as _, ResultOutput as _};
            let output = &$crate::__private::Output(output);
            output.failure().or_else(|| output.refusal())
        })
        .await
    }};
}
