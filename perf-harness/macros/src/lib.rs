//! The attribute of perf-harness. Parse, check, emit: the work is done by functions of `perf_harness`.

mod assignment;
mod attribute;
mod emit;
mod function;
mod options;
mod shape;
mod sizes;

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

/// A mistake gives its error and the function: one mistake, one error.
fn expand(options: Tokens, function: Tokens) -> Tokens {
    let options = options::Options::parse(options);
    let test = shape::TestFn::parse(function.clone());
    match (options, test) {
        (Ok(options), Ok(test)) => emit::test(&options, &test),
        (options, test) => emit::mistakes(options.err().into_iter().chain(test.err()), function),
    }
}
