//! The grammar of `assert_improves!`, and what is made of it.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Error, Expr, Ident, Lit, Result, Token};

use crate::duration;
use crate::timed::{self, Options};

/// What can improve, with its name in the library.
const MEASURES: [(&str, &str); 5] = [
    ("latency", "Latency"),
    ("queries", "Queries"),
    ("round_trips", "RoundTrips"),
    ("rows", "Rows"),
    ("bytes", "Bytes"),
];

/// `db, before, after, 50%, queries 90%`
pub(crate) struct ImprovementAssertion {
    db: Expr,
    before: Expr,
    after: Expr,
    gains: Vec<Gain>,
    options: Options,
}

struct Gain {
    measure: Ident,
    percent: f64,
}

impl Parse for ImprovementAssertion {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let db = input.parse()?;
        input.parse::<Token![,]>()?;
        let before = timed::work(input)?;
        input.parse::<Token![,]>()?;
        let after = timed::work(input)?;
        let mut assertion = Self {
            db,
            before,
            after,
            gains: Vec::new(),
            options: Options::default(),
        };
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            assertion.part(input)?;
        }
        if assertion.gains.is_empty() {
            return Err(Error::new_spanned(
                &assertion.db,
                "no gain is asked for: say by how much the second must be better, as in `50%`",
            ));
        }
        Ok(assertion)
    }
}

impl ImprovementAssertion {
    fn part(&mut self, input: ParseStream<'_>) -> Result<()> {
        if input.peek(Ident) && input.peek2(Token![=]) {
            return self.option(input);
        }
        let gain: Gain = input.parse()?;
        if self
            .gains
            .iter()
            .any(|before| before.measure == gain.measure)
        {
            return Err(Error::new(
                gain.measure.span(),
                "there are two gains of this: remove one",
            ));
        }
        self.gains.push(gain);
        Ok(())
    }

    fn option(&mut self, input: ParseStream<'_>) -> Result<()> {
        let name = self.options.name(input)?;
        let value = match name.to_string().as_str() {
            "time" | "time_out" => duration::parse(input)?,
            "pairs" | "warm_up" => input.parse::<Expr>()?.into_token_stream(),
            other => {
                return Err(Error::new(
                    name.span(),
                    format!(
                        "no option is called `{other}`: there are `pairs = 160`, `warm_up = 10`, `time = 20s` and \
                         `time_out = 5s`"
                    ),
                ));
            }
        };
        self.options.set(name, value);
        Ok(())
    }

    /// One call.
    pub(crate) fn emit(&self) -> TokenStream {
        let Self {
            db,
            before,
            after,
            gains,
            options,
        } = self;
        let name = db.to_token_stream().to_string();
        let gains = gains.iter().map(|Gain { measure, percent }| {
            quote! { .by(::perf_harness::Measure::#measure, #percent) }
        });
        let options = options.calls();
        let failure = timed::failure();
        quote! {
            ::perf_harness::__private::check_improvement(
                &#db,
                ::perf_harness::Improvement::new() #(#gains)* #options,
                #name,
                (#before, #failure),
                (#after, #failure),
            )
            .await
        }
    }
}

impl Parse for Gain {
    /// `50%` is one of latency.
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let measure = if input.peek(Ident) {
            measure(input)?
        } else {
            Ident::new("Latency", input.span())
        };
        let literal: Lit = input.parse().map_err(|error| {
            Error::new(error.span(), "a gain is written `50%`, or `queries 90%`")
        })?;
        let number: f64 = match &literal {
            Lit::Int(int) if int.suffix().is_empty() => int.base10_parse()?,
            Lit::Float(float) if float.suffix().is_empty() => float.base10_parse()?,
            other => {
                return Err(Error::new(other.span(), "a gain is a percentage: `50%`"));
            }
        };
        if !input.peek(Token![%]) {
            return Err(Error::new(
                literal.span(),
                format!("a gain is a percentage: `{}%`", literal.to_token_stream()),
            ));
        }
        input.parse::<Token![%]>()?;
        if number <= 0.0 || number >= 100.0 {
            return Err(Error::new(
                literal.span(),
                "a gain is more than 0 % and less than 100 %: nothing gets faster than no time",
            ));
        }
        Ok(Self {
            measure,
            percent: number,
        })
    }
}

fn measure(input: ParseStream<'_>) -> Result<Ident> {
    let written: Ident = input.parse()?;
    let text = written.to_string();
    let known = MEASURES.iter().find(|(known, _)| *known == text);
    known.map(|(_, name)| Ident::new(name, written.span())).ok_or_else(|| {
        Error::new(
            written.span(),
            format!(
                "nothing called `{text}` can improve: there are `latency`, `queries`, `round_trips`, `rows` and `bytes`"
            ),
        )
    })
}
