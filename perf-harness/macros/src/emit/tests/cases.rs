//! What the attribute makes of a function whose other arguments the cases of rstest or test-case fill.

use proc_macro2::TokenStream;
use quote::quote;

use super::{builder, check_plain};

/// Some names are taken for cases only where there are arguments to fill: a test must not get lost.
#[test]
fn what_makes_cases_makes_the_tests_too() {
    let builder = builder();
    let test = quote! { #[::core::prelude::v1::test] };
    let check = |attribute: TokenStream, without_arguments: Option<&TokenStream>| {
        check_plain(
            quote! { #attribute async fn t(db: PerfDb) {} },
            quote! {
                #without_arguments
                #attribute
                fn t() {
                    async fn t(db: PerfDb) {}
                    ::perf_harness::__private::run(#builder, t)
                }
            },
        );
        check_plain(
            quote! { #attribute async fn t(db: PerfDb, n: u32) {} },
            quote! {
                #attribute
                fn t(n: u32) {
                    async fn t(db: PerfDb, n: u32) {}
                    ::perf_harness::__private::run(#builder, move |db| t(db, n))
                }
            },
        );
    };
    check(quote! { #[rstest] }, None);
    check(quote! { #[rstest::rstest] #[case(1)] }, None);
    check(quote! { #[test_case(1)] #[test_case(2; "two")] }, None);
    check(quote! { #[test_matrix([1, 2])] }, None);
    check(quote! { #[test_case::case(1)] }, Some(&test));
    check(quote! { #[apply(cases)] }, Some(&test));
    check(quote! { #[parameterized(one = { 1 })] }, Some(&test));
}

/// The function's arguments after the database, the outer function's, and what is passed on.
fn check_arguments(
    written: TokenStream,
    inner: TokenStream,
    outer: TokenStream,
    passed: TokenStream,
) {
    let builder = builder();
    check_plain(
        quote! { #[rstest] async fn t(db: PerfDb, #written) {} },
        quote! {
            #[rstest]
            fn t(#outer) {
                async fn t(db: PerfDb, #inner) {}
                ::perf_harness::__private::run(#builder, move |db| t(db, #passed))
            }
        },
    );
}

#[test]
fn arguments_of_cases_are_passed_on_under_their_names() {
    let check = |written: TokenStream, outer, passed| {
        check_arguments(written.clone(), written, outer, passed);
    };
    check(quote! { n: u32 }, quote! { n: u32 }, quote! { n });
    check(
        quote! { n: u32, text: &str },
        quote! { n: u32, text: &str },
        quote! { n, text },
    );
    check(quote! { mut n: u32 }, quote! { n: u32 }, quote! { n });
    check(quote! { ref n: u32 }, quote! { n: u32 }, quote! { n });
    check(quote! { n @ 0..: u32 }, quote! { n: u32 }, quote! { n });
    check(quote! { _n: u32 }, quote! { _n: u32 }, quote! { _n });
}

#[test]
fn arguments_without_a_name_of_their_own_get_one() {
    let check = |written: TokenStream, outer, passed| {
        check_arguments(written.clone(), written, outer, passed);
    };
    check(
        quote! { (a, b): (u8, u8) },
        quote! { argument_2: (u8, u8) },
        quote! { argument_2 },
    );
    check(
        quote! { n: u32, Point { x, .. }: Point, _: u32 },
        quote! { n: u32, argument_3: Point, argument_4: u32 },
        quote! { n, argument_3, argument_4 },
    );
    // Inside of the outer function, `t` is the user's.
    check(
        quote! { t: u32 },
        quote! { argument_2: u32 },
        quote! { argument_2 },
    );
}

#[test]
fn attributes_of_arguments_are_for_what_makes_the_cases_and_lints_for_the_user() {
    check_arguments(
        quote! { #[case] n: u32, #[values(1, 2)] #[expect(unused_mut)] mut m: u32, #[from(three)] (a, b): (u8, u8) },
        quote! { n: u32, #[expect(unused_mut)] mut m: u32, (a, b): (u8, u8) },
        quote! { #[case] n: u32, #[values(1, 2)] m: u32, #[from(three)] argument_4: (u8, u8) },
        quote! { n, m, argument_4 },
    );
}

/// What makes the cases takes the attributes from the function that it leaves, and gives them to the tests.
#[test]
fn lints_of_a_function_with_cases_are_on_both_and_expectations_where_they_are_met() {
    let builder = builder();
    check_plain(
        quote! {
            #[rstest]
            #[allow(clippy::a)]
            #[expect(clippy::b)]
            #[should_panic]
            async fn t(db: PerfDb) {}
        },
        quote! {
            #[rstest]
            #[allow(clippy::a)]
            #[should_panic]
            fn t() {
                #[allow(clippy::a)]
                #[expect(clippy::b)]
                async fn t(db: PerfDb) {}
                ::perf_harness::__private::run(#builder.should_panic(), t)
            }
        },
    );
}
