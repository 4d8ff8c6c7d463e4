//! The function that the attribute stands on, and whether it has the right shape.

use proc_macro2::TokenStream;
use syn::spanned::Spanned as _;
use syn::{Attribute, FnArg, Ident, ItemFn, PatType, Result};

const SHAPE: &str = "a perf test is `async fn name(db: PerfDb)`, returning `()` or `Result<(), E>`";

/// A function of the right shape.
pub(crate) struct TestFn {
    /// As the user wrote it, without the attributes of its arguments.
    pub(crate) function: ItemFn,
    /// The arguments after the database: cases of rstest or test-case fill them.
    pub(crate) cases: Vec<PatType>,
}

impl TestFn {
    pub(crate) fn parse(tokens: TokenStream) -> Result<Self> {
        let function: ItemFn =
            syn::parse2(tokens).map_err(|error| syn::Error::new(error.span(), SHAPE))?;
        let signature = &function.sig;
        let problem = if signature.asyncness.is_none() {
            Some((signature.fn_token.span(), "is not async"))
        } else if !signature.generics.params.is_empty() {
            Some((
                signature.generics.span(),
                "has generic parameters, and nothing says which types to test with",
            ))
        } else {
            None
        };
        if let Some((span, what)) = problem {
            return Err(syn::Error::new(
                span,
                format!("this function {what}: {SHAPE}"),
            ));
        }
        let mut arguments = arguments(&function)?;
        if arguments.is_empty() {
            return Err(syn::Error::new(
                signature.ident.span(),
                format!(
                    "this function takes no database: {SHAPE}. With test-case, put #[perf_test] above #[test_case]"
                ),
            ));
        }
        only_test_attribute(&function)?;
        let cases = arguments.split_off(1);
        has_cases(&function, &cases)?;
        Ok(Self {
            function: bare(function),
            cases,
        })
    }

    pub(crate) fn name(&self) -> &Ident {
        &self.function.sig.ident
    }
}

fn arguments(function: &ItemFn) -> Result<Vec<PatType>> {
    let typed = |argument: &FnArg| match argument {
        FnArg::Typed(typed) => Ok(typed.clone()),
        FnArg::Receiver(receiver) => Err(syn::Error::new(
            receiver.span(),
            format!("this function is a method: {SHAPE}"),
        )),
    };
    function.sig.inputs.iter().map(typed).collect()
}

/// `#[test]` or `#[tokio::test]` beside this one would run the function twice.
fn only_test_attribute(function: &ItemFn) -> Result<()> {
    let is_test = |attribute: &&Attribute| {
        let path: Vec<String> = attribute
            .path()
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        matches!(
            path[..],
            ["test"] | ["tokio" | "sqlx" | "perf_harness", "test"] | [.., "perf_test"]
        )
    };
    match function.attrs.iter().find(is_test) {
        Some(second) => Err(syn::Error::new(
            second.span(),
            "a second test attribute would run this function again: #[perf_test] is one already, remove this one",
        )),
        None => Ok(()),
    }
}

/// More arguments than the database need someone to fill them.
fn has_cases(function: &ItemFn, cases: &[PatType]) -> Result<()> {
    let Some(extra) = cases.first() else {
        return Ok(());
    };
    if function.attrs.iter().any(makes_cases) {
        return Ok(());
    }
    Err(syn::Error::new(
        extra.span(),
        format!(
            "nothing fills this argument: {SHAPE}. With rstest or test-case, put #[perf_test] above their attributes"
        ),
    ))
}

/// Does this attribute make tests of its own of the function below it?
pub(crate) fn makes_cases(attribute: &Attribute) -> bool {
    let last = attribute.path().segments.last();
    last.is_some_and(|segment| {
        ["rstest", "test_case", "test_matrix", "parametrize"]
            .iter()
            .any(|name| segment.ident == name)
    })
}

/// The inner function's arguments have no attributes: those are for the outer one.
fn bare(mut function: ItemFn) -> ItemFn {
    for argument in &mut function.sig.inputs {
        if let FnArg::Typed(typed) = argument {
            typed.attrs.clear();
        }
    }
    function
}
