//! A time as it is written in source, `200ms`, `1.5s`, `250us`: the only place that reads one.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote};
use syn::parse::ParseStream;
use syn::{Error, Expr, Lit, Result};

/// The units, and how many nanoseconds each is.
const UNITS: [(&str, f64); 3] = [("us", 1e3), ("ms", 1e6), ("s", 1e9)];

/// 31 years, and a whole number in a double.
const LONGEST: f64 = 1e18;

/// A literal with its unit, and not zero.
pub(crate) struct Time {
    pub(crate) nanoseconds: u64,
    pub(crate) span: Span,
}

/// An expression of the type `Duration`: a literal with its unit, or any other expression.
pub(crate) fn parse(input: ParseStream<'_>) -> Result<TokenStream> {
    if !input.peek(Lit) {
        return input.parse::<Expr>().map(Expr::into_token_stream);
    }
    let nanoseconds = Time::of(&input.parse()?)?.nanoseconds;
    Ok(quote! { ::core::time::Duration::from_nanos(#nanoseconds) })
}

impl Time {
    pub(crate) fn of(literal: &Lit) -> Result<Self> {
        let (digits, suffix, span) = parts(literal)?;
        let wrong = |message: String| Err(Error::new(span, message));
        let Some((_, factor)) = UNITS.into_iter().find(|(unit, _)| *unit == suffix) else {
            return wrong(no_unit(&digits, &suffix));
        };
        let Ok(number) = digits.parse::<f64>() else {
            return wrong(format!("`{digits}` is no number"));
        };
        let nanoseconds = (number * factor).round();
        if nanoseconds < 1.0 {
            return wrong(format!(
                "`{digits}{suffix}` is no time: it must be more than nothing"
            ));
        }
        if nanoseconds > LONGEST {
            return wrong(format!("`{digits}{suffix}` is too long"));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is a whole number between one and the longest"
        )]
        let nanoseconds = nanoseconds as u64;
        Ok(Self { nanoseconds, span })
    }
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
        "ns" => format!("`{digits}ns` is too fine: {units}"),
        "m" | "min" => format!("`{digits}{suffix}` is too coarse: {units}"),
        _ => format!("`{suffix}` is no unit of time: {units}"),
    }
}
