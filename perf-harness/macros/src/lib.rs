//! The attribute of perf-harness. Parse, check, emit: the work is done by functions of `perf_harness`.

mod assignment;
mod attribute;
mod duration;
mod emit;
mod function;
mod improvement;
mod latency;
mod options;
mod shape;
mod sizes;
mod timed;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;

/// Makes a perf test of an async function.
///
/// ```ignore
/// #[perf_test(template = seed::hundred_users)]
/// async fn the_user_list_costs_one_query(db: PerfDb) -> Result<(), sqlx::Error> {
///     let pool = db.pool();
///     assert_max_queries!(db, 1, list_users(&pool))?;
///     Ok(())
/// }
/// ```
///
/// The function takes a `perf_harness::PerfDb`, a fresh database of its own, and returns `()` or `Result<(), E>`
/// where `E` is `Debug`. It is a test as it stands: `#[ignore]` and `#[should_panic]` go beside this attribute, a
/// second `#[test]` does not.
///
/// | option | meaning |
/// | --- | --- |
/// | `template = path::to::function` | start from a copy of the database that this function migrates and seeds, once for all tests: an `async fn(TemplateDb)`, returning `()` or `Result<(), E>`, or a `fn() -> Template` |
/// | `read_only` | share one copy of the template with all other read-only tests; the server refuses writes |
/// | `plans` | keep the plans that really ran: a server that lets the role load `auto_explain` tells of each query while it is recorded |
/// | `rows(articles = 1_000_000)` | have assertions about plans take tables for so large: `"blog.articles"` in quotes with a schema |
/// | `distinct(articles.category = 200)` | beside `rows`: how many different values a column has at that size |
/// | `statistics = "production.sql"` | production's statistics, from `pg_dump --statistics-only`, by a path from the package's directory |
/// | `rtt = 1ms` | each round trip to the database takes so much longer, as on the network of production: `us`, `ms` or `s`, up to 10 seconds |
/// | `flavor = "multi_thread"` | tokio's multi-thread runtime; the default is `"current_thread"` |
/// | `worker_threads = 2` | how many threads the multi-thread runtime has |
/// | `budget = "GET /api/users/"` | the entry of `perf-budgets.toml` that the test holds its work against, by `assert_within_budget!(db, \|\| work())`; a test that holds nothing against it fails. The entry's `rows` are the test's, where it has none |
///
/// `start_paused` is refused: under a paused clock every time-out fires as soon as the test waits for the database.
///
/// # With rstest and test-case
///
/// Above the attributes of rstest or test-case, this one takes the function's first argument and leaves the others to
/// the cases:
///
/// ```ignore
/// #[perf_test]
/// #[test_case(10)]
/// #[test_case(100)]
/// async fn the_list_costs_one_query(db: PerfDb, users: u32) { /* .. */ }
///
/// #[perf_test]
/// #[rstest]
/// #[case(10)]
/// #[case(100)]
/// async fn the_page_costs_two_queries(db: PerfDb, #[case] users: u32) { /* .. */ }
/// ```
///
/// The cases are made outside of the test's runtime. What must be awaited first, as rstest's `#[future]`, needs this
/// attribute below rstest's, under the name that rstest knows a test by, and `#[ignore]` on the `PerfDb`:
///
/// ```ignore
/// #[rstest]
/// #[case(10)]
/// #[perf_harness::test]
/// async fn the_list_costs_one_query(
///     #[ignore] db: PerfDb,
///     #[case] users: u32,
///     #[future(awt)] token: Token,
/// ) { /* .. */ }
/// ```
#[proc_macro_attribute]
pub fn perf_test(options: TokenStream, function: TokenStream) -> TokenStream {
    expand(options.into(), function.into()).into()
}

/// Asserts that a piece of work is fast enough: a statistical verdict on what it cost, and not on what else the machine did.
///
/// ```ignore
/// assert_latency!(db, p95 < 200ms, || app.get("/api/users/"));
/// assert_latency!(db, p50 < 20ms, p99 < 80ms, samples = 2_000, || app.get("/api/users/"));
/// assert_latency!(db, p95 < 50ms, inputs = async || new_user(&db).await, |user| app.post("/api/users/", user));
/// ```
///
/// First stands the `PerfDb`, then rules, then options, and last the work: a closure that gives a future. It is run with
/// the same input again and again, until each rule is decided.
///
/// | rule | holds when |
/// | --- | --- |
/// | `p50`, `p90`, `p95`, `p99`, `p999` | no more than that share of the work takes longer |
/// | `mean` | the mean is below it |
/// | `max` | no run of the work took longer, of as many as make it certain that no more than 1 % do |
///
/// Times are literals with the unit `us`, `ms` or `s`, or expressions of the type `Duration`.
///
/// | option | meaning |
/// | --- | --- |
/// | `inputs = async \|\| ..` | makes the input of each run; it is not timed, and the work is a closure with an argument |
/// | `warm_up = 10` | so many runs come before the first that counts |
/// | `samples = 600` | the most runs, for each rule at least as many as it needs |
/// | `time = 10s` | how long is sampled at most; where it is not said, as long as the rules take and 10 s at least |
/// | `time_out = 60s` | how long one run may take |
/// | `concurrency = 1` | how many runs are under way at once |
/// | `undecided = warn` | whether a rule that cannot be decided `fail`s the test or is told as a warning |
///
/// What does not hold is told when the test ends, together with all other findings.
#[proc_macro]
pub fn assert_latency(assertion: TokenStream) -> TokenStream {
    let parsed = syn::parse2::<latency::LatencyAssertion>(assertion.into());
    parsed
        .map_or_else(syn::Error::into_compile_error, |assertion| assertion.emit())
        .into()
}

/// `5ms` as a `Duration`: for macros of the library that take a time.
#[doc(hidden)]
#[proc_macro]
pub fn duration(literal: TokenStream) -> TokenStream {
    let parsed = syn::parse::Parser::parse2(duration::parse, literal.into());
    parsed.unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Asserts that one piece of work is better than another, by so much: the proof of an optimisation.
///
/// ```ignore
/// assert_improves!(db, || naive.get("/api/users/"), || tuned.get("/api/users/"), 50%);
/// assert_improves!(db, || naive.get("/"), || tuned.get("/"), 50%, queries 90%, rows 0.1%);
/// ```
///
/// First stands the `PerfDb`, then the work as it was and as it is now, both closures that give a future, and then by how
/// much of the first the second must be less: `50%` of its time, and `queries`, `round_trips`, `rows` or `bytes` of its traffic.
///
/// Both are run in pairs, in random order, so what the machine does besides meets both. A gain of time is shown when it is
/// within the interval's lower end, with 1 % of doubt; counts are compared once, exactly.
///
/// Options are `pairs = 160` (the most), `warm_up = 10`, `time = 20s` and `time_out = 60s`.
#[proc_macro]
pub fn assert_improves(assertion: TokenStream) -> TokenStream {
    let parsed = syn::parse2::<improvement::ImprovementAssertion>(assertion.into());
    parsed
        .map_or_else(syn::Error::into_compile_error, |assertion| assertion.emit())
        .into()
}

/// A mistake gives its error and the function: one mistake, one error.
fn expand(options: Tokens, function: Tokens) -> Tokens {
    let options = options::Options::parse(options);
    let test = shape::TestFn::parse(function.clone());
    match (options, test) {
        (Ok(options), Ok(test)) => emit::test(&options, &test),
        (options, test) => emit::mistakes(options.err().into_iter().chain(test.err()), function),
    }
}
