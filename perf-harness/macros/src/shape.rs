//! The function that the attribute stands on, and whether it has the right shape.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Error, FnArg, Ident, PatType, Result, Safety, Signature, Type};

use crate::attribute::{awaits, makes_a_test, makes_cases, may_make_cases};
use crate::function::Function;

const SHAPE: &str = "a perf test is `async fn name(db: PerfDb)`, returning `()` or `Result<(), E>`";

/// A function of the right shape.
pub(crate) struct TestFn {
    pub(crate) function: Function,
    /// The arguments after the database: the cases of rstest or test-case fill them.
    pub(crate) cases: Vec<PatType>,
    /// Does an attribute of theirs make the tests?
    pub(crate) has_cases: bool,
}

impl TestFn {
    pub(crate) fn parse(tokens: TokenStream) -> Result<Self> {
        let function: Function = syn::parse2(tokens)
            .map_err(|error| Error::new(error.span(), format!("this is no function: {SHAPE}")))?;
        // First of all: another attribute may have changed the function already.
        is_one_test(&function)?;
        is_a_plain_async_fn(&function.signature)?;
        let cases = after_the_database(&function.signature)?;
        let has_cases = has_cases(&function, &cases)?;
        have_values_at_once(&function, &cases)?;
        Ok(Self {
            function,
            cases,
            has_cases,
        })
    }

    pub(crate) fn name(&self) -> &Ident {
        &self.function.signature.ident
    }
}

/// `#[test]` or `#[tokio::test]` beside this one would run the function twice.
fn is_one_test(function: &Function) -> Result<()> {
    match function.attributes.iter().find(|it| makes_a_test(it)) {
        Some(second) => Err(Error::new_spanned(
            second,
            "a second test attribute would run this function again: `#[perf_test]` is one already, remove this one",
        )),
        None => Ok(()),
    }
}

fn is_a_plain_async_fn(signature: &Signature) -> Result<()> {
    if let Some(receiver) = signature.receiver() {
        return Err(misshapen(receiver, "this function is a method"));
    }
    if signature.asyncness.is_none() {
        return Err(misshapen(signature.fn_token, "this function is not async"));
    }
    if let Safety::Unsafe(token) = &signature.safety {
        return Err(misshapen(token, "this function is unsafe"));
    }
    if !signature.generics.params.is_empty() {
        let what = "this function is generic, and nothing says what to test it with";
        return Err(misshapen(&signature.generics, what));
    }
    Ok(())
}

/// The arguments without the first one.
fn after_the_database(signature: &Signature) -> Result<Vec<PatType>> {
    let typed = |argument: &FnArg| match argument {
        FnArg::Typed(typed) => Some(typed.clone()),
        FnArg::Receiver(_) => None,
    };
    let mut arguments = signature.inputs.iter().filter_map(typed);
    let Some(database) = arguments.next() else {
        let message = format!(
            "this function takes no database: {SHAPE}. Below `#[rstest]` it is `#[ignore] db: PerfDb`; \
             `#[test_case]` goes below `#[perf_test]`"
        );
        return Err(Error::new_spanned(&signature.ident, message));
    };
    let cases: Vec<PatType> = arguments.collect();
    if is_one_of(&database.ty, &CONNECTIONS) {
        let what = "what is recorded is the `pool()` or `connection()` of a `PerfDb`";
        return Err(misshapen(&database.ty, what));
    }
    match cases.iter().find(|case| is_one_of(&case.ty, &["PerfDb"])) {
        Some(late) if !is_one_of(&database.ty, &["PerfDb"]) => {
            Err(misshapen(late, "the database is not the first argument"))
        }
        _ => Ok(cases),
    }
}

/// What `#[sqlx::test]` gives to a function, and what sea-orm calls it.
const CONNECTIONS: [&str; 4] = [
    "PgPool",
    "PgConnection",
    "PoolConnection",
    "DatabaseConnection",
];

fn is_one_of(ty: &Type, names: &[&str]) -> bool {
    let Type::Path(ty) = ty else { return false };
    let last = ty.path.segments.last();
    last.is_some_and(|last| names.iter().any(|name| last.ident == name))
}

/// Something must fill the arguments that are no database.
fn has_cases(function: &Function, cases: &[PatType]) -> Result<bool> {
    let attributes = &function.attributes;
    let makes = attributes.iter().any(makes_cases);
    match cases.first() {
        Some(extra) if !makes && !attributes.iter().any(may_make_cases) => Err(Error::new_spanned(
            extra,
            format!(
                "nothing fills this argument: {SHAPE}. With rstest or test-case, put `#[perf_test]` above their \
                 attributes"
            ),
        )),
        Some(_) => Ok(true),
        None => Ok(makes),
    }
}

/// The cases are made before the runtime of the test, and outside of it.
fn have_values_at_once(function: &Function, cases: &[PatType]) -> Result<()> {
    let of_cases = cases.iter().flat_map(|case| &case.attrs);
    match function
        .attributes
        .iter()
        .chain(of_cases)
        .find(|it| awaits(it))
    {
        Some(future) => Err(Error::new_spanned(
            future,
            "a future needs the runtime of the test: in place of `#[perf_test]` above `#[rstest]`, put \
             `#[perf_harness::test]` below it and `#[ignore]` on the `PerfDb`",
        )),
        None => Ok(()),
    }
}

fn misshapen(place: impl ToTokens, what: &str) -> Error {
    Error::new_spanned(place, format!("{what}: {SHAPE}"))
}
