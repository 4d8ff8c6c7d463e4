//! What `assert_latency!` and `assert_improves!` share: work that runs many times, and options.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::ParseStream;
use syn::{Error, Expr, Ident, Result, Token};

/// What is run many times.
pub(crate) fn work(input: ParseStream<'_>) -> Result<Expr> {
    let work: Expr = input.parse()?;
    if matches!(work, Expr::Async(_)) {
        return Err(Error::new_spanned(
            work,
            "the work runs many times, and a future only once: write a closure, `|| async { .. }`",
        ));
    }
    Ok(work)
}

/// What tells of an output whether it is an error: by traits, as far as its type has them.
pub(crate) fn failure() -> TokenStream {
    quote! {
        |output| {
            use ::perf_harness::__private::{AnyOutput as _, OfNoStatus as _, ResultOutput as _};
            let output = &::perf_harness::__private::Output(output);
            output.failure().or_else(|| output.refusal())
        }
    }
}

/// What is said of options, each as a call of a builder.
#[derive(Default)]
pub(crate) struct Options(Vec<(Ident, TokenStream)>);

impl Options {
    /// `name =`, of one that was not set before.
    pub(crate) fn name(&self, input: ParseStream<'_>) -> Result<Ident> {
        let name: Ident = input.parse()?;
        input.parse::<Token![=]>()?;
        if self.0.iter().any(|(set, _)| *set == name) {
            return Err(twice(&name));
        }
        Ok(name)
    }

    pub(crate) fn set(&mut self, name: Ident, value: TokenStream) {
        self.0.push((name, value));
    }

    pub(crate) fn calls(&self) -> TokenStream {
        self.0
            .iter()
            .map(|(name, value)| quote! { .#name(#value) })
            .collect()
    }
}

pub(crate) fn twice(name: &Ident) -> Error {
    Error::new(name.span(), format!("`{name}` is set twice: remove one"))
}
