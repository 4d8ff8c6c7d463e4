//! What the attribute makes of a function, token by token.
#![expect(
    clippy::needless_pass_by_value,
    reason = "tokens are quoted where they are passed"
)]

mod cases;

use proc_macro2::TokenStream;
use quote::quote;

use crate::expand;

fn check(options: TokenStream, function: TokenStream, expected: TokenStream) {
    let emitted = expand(options, function);
    assert_eq!(emitted.to_string(), expected.to_string());
}

/// A function without options, and its expansion.
fn check_plain(function: TokenStream, expected: TokenStream) {
    check(TokenStream::new(), function, expected);
}

fn builder() -> TokenStream {
    quote! { ::perf_harness::__private::test(::core::module_path!(), "t") }
}

#[test]
fn the_function_stays_as_it_was_inside_the_one_that_the_runner_calls() {
    check_plain(
        quote! {
            async fn list(db: PerfDb) -> Result<(), sqlx::Error> {
                let pool = db.pool();
                list_users(&pool).await
            }
        },
        quote! {
            #[::core::prelude::v1::test]
            fn list() -> Result<(), sqlx::Error> {
                async fn list(db: PerfDb) -> Result<(), sqlx::Error> {
                    let pool = db.pool();
                    list_users(&pool).await
                }
                ::perf_harness::__private::run(
                    ::perf_harness::__private::test(::core::module_path!(), "list"),
                    list
                )
            }
        },
    );
}

#[test]
fn options_become_calls_of_the_builder() {
    let check_builder = |options, calls: TokenStream| {
        let builder = builder();
        check(
            options,
            quote! { async fn t(db: PerfDb) {} },
            quote! {
                #[::core::prelude::v1::test]
                fn t() {
                    async fn t(db: PerfDb) {}
                    ::perf_harness::__private::run(#builder #calls, t)
                }
            },
        );
    };
    check_builder(quote! {}, quote! {});
    check_builder(
        quote! { template = seed::hundred_users },
        quote! { .template(seed::hundred_users) },
    );
    check_builder(
        quote! { template = seed, read_only },
        quote! { .template(seed).read_only() },
    );
    check_builder(quote! { plans }, quote! { .plans() });
    check_builder(
        quote! { rows(articles = 1_000_000, "blog.users" = 5u64) },
        quote! { .rows(::perf_harness::Rows::of([("articles", 1_000_000), ("blog.users", 5u64)])) },
    );
    check_builder(
        quote! { rows(a = 9), distinct(a.b = 3, "s.a"."B c" = 4), statistics = "p.sql" },
        quote! { .rows(::perf_harness::Rows::of([("a", 9)])
        .distinct("a", "b", 3).distinct("s.a", "B c", 4).statistics("p.sql")) },
    );
    check_builder(
        quote! { statistics = "p.sql" },
        quote! { .rows(::perf_harness::Rows::default().statistics("p.sql")) },
    );
    check_builder(
        quote! { plans, template = seed, read_only },
        quote! { .template(seed).read_only().plans() },
    );
    check_builder(
        quote! { template = seed::users::<100>, },
        quote! { .template(seed::users::<100>) },
    );
    check_builder(quote! { flavor = "current_thread" }, quote! {});
    check_builder(
        quote! { flavor = "multi_thread" },
        quote! { .multi_thread() },
    );
    check_builder(
        quote! { budget = "GET /api/users/", plans },
        quote! { .plans().budget("GET /api/users/") },
    );
    check_builder(
        quote! { worker_threads = 2, flavor = "multi_thread", template = seed },
        quote! { .template(seed).multi_thread().worker_threads(2) },
    );
}

#[test]
fn the_outer_function_has_the_attributes_and_the_visibility() {
    let attributes = r#"
        /// One query.
        #[cfg(unix)]
        #[should_panic(expected = "budget")]
        #[ignore = "slow"]
        #[expect(clippy::too_many_lines)]
    "#;
    let attributes: TokenStream = attributes.parse().unwrap();
    let builder = builder();
    check_plain(
        quote! { #attributes pub(crate) async fn t(db: PerfDb) {} },
        quote! {
            #[::core::prelude::v1::test]
            #attributes
            pub(crate) fn t() {
                async fn t(db: PerfDb) {}
                ::perf_harness::__private::run(#builder.should_panic(), t)
            }
        },
    );
}

#[test]
fn the_database_may_stand_in_any_pattern() {
    let check_database = |database: TokenStream, bare: TokenStream| {
        let builder = builder();
        check_plain(
            quote! { async fn t(#database) {} },
            quote! {
                #[::core::prelude::v1::test]
                fn t() {
                    async fn t(#bare) {}
                    ::perf_harness::__private::run(#builder, t)
                }
            },
        );
    };
    let same = |database: TokenStream| check_database(database.clone(), database);
    same(quote! { mut db: PerfDb });
    same(quote! { _db: PerfDb });
    same(quote! { _: PerfDb });
    same(quote! { perf_harness::PerfDb { .. }: perf_harness::PerfDb });
    same(quote! { #[expect(unused_variables)] db: PerfDb });
    check_database(quote! { #[ignore] db: PerfDb }, quote! { db: PerfDb });
}

#[test]
fn a_raw_name_is_told_as_the_word_it_is() {
    check_plain(
        quote! { async fn r#match(db: PerfDb) {} },
        quote! {
            #[::core::prelude::v1::test]
            fn r#match() {
                async fn r#match(db: PerfDb) {}
                ::perf_harness::__private::run(
                    ::perf_harness::__private::test(::core::module_path!(), "match"),
                    r#match
                )
            }
        },
    );
}

#[test]
fn only_paths_from_the_root_are_named() {
    let emitted = expand(
        quote! { template = self::seed, flavor = "multi_thread" },
        quote! { #[rstest] async fn t(db: PerfDb, n: u32) {} },
    );
    let text = emitted.to_string();
    for (at, _) in text
        .match_indices("perf_harness")
        .chain(text.match_indices("core "))
    {
        assert!(text[..at].trim_end().ends_with("::"), "{text}");
    }
}

/// The function without what would make an error of its own out of the mistake.
#[test]
fn a_mistake_leaves_a_function_that_is_no_test() {
    let check_rest = |options: TokenStream, function: TokenStream, rest: TokenStream| {
        let emitted = expand(options, function).to_string();
        assert!(emitted.contains("compile_error !"), "{emitted}");
        assert!(emitted.ends_with(&format!("}} {rest}")), "{emitted}");
    };
    check_rest(
        quote! {},
        quote! { #[test] async fn t(db: PerfDb) { body } },
        quote! { async fn t(db: PerfDb) { body } },
    );
    check_rest(
        quote! { templat = seed },
        quote! { #[cfg(unix)] #[rstest] #[case(1)] #[allow(x)] pub async fn t(db: PerfDb, #[case] n: u32) {} },
        quote! { #[cfg(unix)] #[allow(x)] pub async fn t(db: PerfDb, n: u32) {} },
    );
    check_rest(quote! {}, quote! { struct T; }, quote! { struct T; });
}

#[test]
fn mistakes_of_options_and_function_are_told_together() {
    let emitted = expand(quote! { templat = seed }, quote! { fn t(db: PerfDb) {} }).to_string();
    assert_eq!(emitted.matches("compile_error !").count(), 2, "{emitted}");
}
