//! The attribute of perf-harness. Parse, check, emit: the work is done by functions of `perf_harness`.

mod emit;
mod options;
mod shape;

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
/// The function takes a `perf_harness::PerfDb`, a fresh database of its own, and returns `()` or `Result<(), E>`.
///
/// | option | meaning |
/// | --- | --- |
/// | `template = path::to::async_fn` | start from a copy of the database that this function migrates and seeds, once for all tests: `async fn(TemplateDb) -> Result<(), E>` |
/// | `flavor = "multi_thread"` | tokio's multi-thread runtime; the default is `"current_thread"` |
/// | `worker_threads = 2` | its number of threads |
///
/// `start_paused` is refused: under a paused clock every wait for the database times out at once.
///
/// # With rstest and test-case
///
/// Above the other attribute, it takes the function's first argument and leaves the rest to the cases:
///
/// ```ignore
/// #[perf_test]
/// #[test_case(10)]
/// #[test_case(100)]
/// async fn the_list_costs_one_query(db: PerfDb, users: u32) { /* .. */ }
/// ```
///
/// Below rstest's attributes it works under the name `#[perf_harness::test]`, with `#[ignore]` on the `PerfDb`.
#[proc_macro_attribute]
pub fn perf_test(options: TokenStream, function: TokenStream) -> TokenStream {
    expand(options.into(), function.into()).into()
}

/// A mistake gives its error and the function as it was: one mistake, one error.
fn expand(options: Tokens, function: Tokens) -> Tokens {
    let parsed = options::Options::parse(options).and_then(|options| {
        let test = shape::TestFn::parse(function.clone())?;
        Ok(emit::test(&options, &test))
    });
    parsed.unwrap_or_else(|error| {
        let error = error.into_compile_error();
        quote::quote! { #error #function }
    })
}
