//! A time as it is written in source: `200ms`, `1.5s`, `250us`; or an expression that is a `Duration`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote};
use syn::parse::ParseStream;
use syn::{Error, Expr, Lit, Result};

/// The units, and how many microseconds each is.
const UNITS: [(&str, f64); 3] = [("us", 1.0), ("ms", 1e3), ("s", 1e6)];

/// An expression of the type `Duration`.
pub(crate) fn parse(input: ParseStream<'_>) -> Result<TokenStream> {
    if !input.peek(Lit) {
        return input.parse::<Expr>().map(Expr::into_token_stream);
    }
    let literal: Lit = input.parse()?;
    let micros = micros(&literal)?;
    Ok(quote! { ::core::time::Duration::from_micros(#micros) })
}

/// A literal with its unit, in microseconds, and not zero.
pub(crate) fn micros(literal: &Lit) -> Result<u64> {
    let (digits, suffix, span) = parts(literal)?;
    let Some((_, factor)) = UNITS.into_iter().find(|(unit, _)| *unit == suffix) else {
        return Err(Error::new(span, no_unit(&digits, &suffix)));
    };
    let number: f64 = digits
        .parse()
        .map_err(|_| Error::new(span, format!("`{digits}` is no number")))?;
    let micros = (number * factor).round();
    if micros < 1.0 {
        let message = format!("`{digits}{suffix}` is no time that can be kept: the least is `1us`");
        return Err(Error::new(span, message));
    }
    // 31 years, far below what a whole number in a double can be.
    if micros > 1e15 {
        return Err(Error::new(span, format!("`{digits}{suffix}` is too long")));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is a whole number between one and 1e15"
    )]
    Ok(micros as u64)
}

fn parts(literal: &Lit) -> Result<(String, String, Span)> {
    match literal {
        Lit::Int(int) => Ok((
            int.base10_digits().to_owned(),
            int.suffix().to_owned(),
            int.span(),
        )),
        Lit::Float(float) => Ok((
            float.base10_digits().to_owned(),
            float.suffix().to_owned(),
            float.span(),
        )),
        other => Err(Error::new(
            other.span(),
            "a time is a number with its unit: `200ms`, `1.5s`, `250us`",
        )),
    }
}

fn no_unit(digits: &str, suffix: &str) -> String {
    let units = "the units are `us`, `ms` and `s`";
    match suffix {
        "" => format!("`{digits}` has no unit: write `{digits}ms`; {units}"),
        // A number with an exponent swallows it.
        "ns" => format!("`{digits}ns` is too fine: {units}"),
        "m" | "min" => format!("`{digits}{suffix}` is too coarse: {units}"),
        _ => format!("`{suffix}` is no unit of time: {units}"),
    }
}
