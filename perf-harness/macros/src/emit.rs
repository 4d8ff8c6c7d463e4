//! The test function that the harness runs, around the user's.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, ItemFn, Pat, PatType};

use crate::options::{Flavor, Options};
use crate::shape::{TestFn, makes_cases};

/// The user's function stays as it was, inside a function that a test runner calls.
pub(crate) fn test(options: &Options, test: &TestFn) -> TokenStream {
    let ItemFn {
        attrs, vis, sig, ..
    } = &test.function;
    let inner = ItemFn {
        attrs: attrs
            .iter()
            .filter(|attribute| is_lint(attribute))
            .cloned()
            .collect(),
        vis: syn::Visibility::Inherited,
        ..test.function.clone()
    };
    let (name, output) = (&sig.ident, &sig.output);
    // Attributes that make cases add the test attribute themselves.
    let attribute =
        (!attrs.iter().any(makes_cases)).then(|| quote! { #[::core::prelude::v1::test] });
    let cases = &test.cases;
    let call = call(name, cases);
    let builder = builder(options, test);
    quote! {
        #attribute
        #(#attrs)*
        #vis fn #name(#(#cases),*) #output {
            #inner
            ::perf_harness::__private::run(#builder, #call)
        }
    }
}

fn is_lint(attribute: &syn::Attribute) -> bool {
    ["allow", "expect", "warn", "deny", "forbid"]
        .iter()
        .any(|lint| attribute.path().is_ident(lint))
}

fn builder(options: &Options, test: &TestFn) -> TokenStream {
    let name = test.name().to_string();
    let template = options.template.iter();
    let flavor = (options.flavor == Flavor::MultiThread).then(|| quote! { .multi_thread() });
    let threads = options.worker_threads.iter();
    quote! {
        ::perf_harness::__private::test(::core::module_path!(), #name)
            #(.template(#template))*
            #flavor
            #(.worker_threads(#threads))*
    }
}

/// The function itself, or with cases a closure that fills the rest of its arguments.
fn call(name: &Ident, cases: &[PatType]) -> TokenStream {
    if cases.is_empty() {
        return quote! { #name };
    }
    let values = cases.iter().map(|case| match &*case.pat {
        Pat::Ident(pattern) => &pattern.ident,
        _ => name,
    });
    quote! { move |db| #name(db, #(#values),*) }
}
