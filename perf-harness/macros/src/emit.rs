//! The test function that a test runner calls, around the user's.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote};
use syn::ext::IdentExt as _;
use syn::{Error, FnArg, Ident, Pat, PatType, Visibility};

use crate::attribute::{is_expect, is_lint, is_plain, is_should_panic};
use crate::function::Function;
use crate::options::{Flavor, Options};
use crate::shape::TestFn;
use crate::sizes::{DistinctValues, TableRows};

/// The user's function stays as it was, inside the one that the test runner calls.
pub(crate) fn test(options: &Options, test: &TestFn) -> TokenStream {
    let Function {
        attributes,
        visibility,
        signature,
        ..
    } = &test.function;
    let (name, output) = (test.name(), &signature.output);
    let has_cases = test.has_cases;
    // Attributes that make cases add the test attribute themselves.
    let test_attribute = (!has_cases).then(|| quote! { #[::core::prelude::v1::test] });
    let attributes = attributes.iter().filter(|it| !(has_cases && is_expect(it)));
    let values = values(test);
    let arguments = test.cases.iter().zip(&values).map(argument);
    let inner = inner(test);
    let builder = builder(options, test);
    let call = call(name, &values);
    quote! {
        #test_attribute
        #(#attributes)*
        #visibility fn #name(#(#arguments),*) #output {
            #inner
            ::perf_harness::__private::run(#builder, #call)
        }
    }
}

/// The mistakes, and the function without what would make more errors of them.
pub(crate) fn mistakes(errors: impl Iterator<Item = Error>, function: TokenStream) -> TokenStream {
    let errors = errors.map(Error::into_compile_error);
    let function = match syn::parse2::<Function>(function.clone()) {
        Ok(mut function) => {
            function.attributes.retain(is_plain);
            keep_only_lints_of_arguments(&mut function);
            function.into_token_stream()
        }
        Err(_) => function,
    };
    quote! { #(#errors)* #function }
}

/// The lint levels of the outer function hold in here, unless what makes cases takes its attributes away.
fn inner(test: &TestFn) -> Function {
    let mut inner = test.function.clone();
    inner.attributes.retain(|it| test.has_cases && is_lint(it));
    inner.visibility = Visibility::Inherited;
    keep_only_lints_of_arguments(&mut inner);
    inner
}

fn keep_only_lints_of_arguments(function: &mut Function) {
    for argument in &mut function.signature.inputs {
        if let FnArg::Typed(typed) = argument {
            typed.attrs.retain(is_lint);
        }
    }
}

/// The names of the outer function's arguments. Fixtures are found and cases are told by them: the user's, if possible.
fn values(test: &TestFn) -> Vec<Ident> {
    let name = |(case, position): (&PatType, usize)| match &*case.pat {
        // One with the function's own name could not be told from the function.
        Pat::Ident(pattern) if pattern.ident != *test.name() => generated(&pattern.ident),
        _ => Ident::new(&format!("argument_{position}"), Span::mixed_site()),
    };
    test.cases.iter().zip(2..).map(name).collect()
}

/// The same name in code of ours: that `_name` is used there is no slip of the user.
fn generated(name: &Ident) -> Ident {
    let mut name = name.clone();
    name.set_span(name.span().resolved_at(Span::call_site()));
    name
}

fn argument((case, value): (&PatType, &Ident)) -> TokenStream {
    let attributes = case.attrs.iter().filter(|it| !is_lint(it));
    let ty = &case.ty;
    quote! { #(#attributes)* #value: #ty }
}

fn builder(options: &Options, test: &TestFn) -> TokenStream {
    let name = test.name().unraw().to_string();
    let mut attributes = test.function.attributes.iter();
    let should_panic = attributes
        .any(is_should_panic)
        .then(|| quote! { .should_panic() });
    let template = options.template.iter();
    let read_only = options.read_only.then(|| quote! { .read_only() });
    let plans = options.plans.then(|| quote! { .plans() });
    let rows = rows(options);
    let rtt = options.rtt.iter();
    let flavor = (options.flavor == Flavor::MultiThread).then(|| quote! { .multi_thread() });
    let threads = options.worker_threads.iter();
    let budget = options.budget.iter();
    quote! {
        ::perf_harness::__private::test(::core::module_path!(), #name)
            #(.template(#template))*
            #read_only
            #plans
            #rows
            #(.rtt(::core::time::Duration::from_nanos(#rtt)))*
            #should_panic
            #flavor
            #(.worker_threads(#threads))*
            #(.budget(#budget))*
    }
}

/// How large tables are taken to be, if that is told.
fn rows(options: &Options) -> Option<TokenStream> {
    if options.rows.is_empty() && options.statistics.is_none() {
        return None;
    }
    let tables = options.rows.iter().map(|TableRows { table, rows }| {
        quote! { (#table, #rows) }
    });
    let distinct = options.distinct.iter().map(|one| {
        let DistinctValues {
            table,
            column,
            values,
        } = one;
        quote! { .distinct(#table, #column, #values) }
    });
    let statistics = options.statistics.iter();
    let first = if options.rows.is_empty() {
        quote! { ::perf_harness::Rows::default() }
    } else {
        quote! { ::perf_harness::Rows::of([#(#tables),*]) }
    };
    Some(quote! { .rows(#first #(#distinct)* #(.statistics(#statistics))*) })
}

/// The function itself, or with cases a closure that fills the rest of its arguments.
fn call(name: &Ident, values: &[Ident]) -> TokenStream {
    if values.is_empty() {
        return name.into_token_stream();
    }
    // A name that no argument of the user can have.
    let db = Ident::new("db", Span::mixed_site());
    quote! { move |#db| #name(#db, #(#values),*) }
}

#[cfg(test)]
mod tests;
