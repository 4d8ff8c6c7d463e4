//! The grammar of `assert_latency!`, and what is made of it.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Expr, Ident, Result, Token};

use crate::duration;
use crate::timed::{self, Options};

/// The statistics, with their names in the library.
const STATISTICS: [(&str, &str); 7] = [
    ("p50", "P50"),
    ("p90", "P90"),
    ("p95", "P95"),
    ("p99", "P99"),
    ("p999", "P999"),
    ("max", "Max"),
    ("mean", "Mean"),
];

/// The options, with what each takes.
const OPTIONS: [(&str, &str); 7] = [
    ("inputs", "`inputs = async || make_one()`"),
    ("warm_up", "`warm_up = 20`"),
    ("samples", "`samples = 1_000`"),
    ("time", "`time = 20s`"),
    ("time_out", "`time_out = 5s`"),
    ("concurrency", "`concurrency = 4`"),
    ("undecided", "`undecided = fail`"),
];

/// `db, p95 < 200ms, samples = 1_000, || work()`
pub(crate) struct LatencyAssertion {
    db: Expr,
    rules: Vec<Rule>,
    options: Options,
    inputs: Option<Expr>,
    work: Expr,
}

struct Rule {
    statistic: Ident,
    most: TokenStream,
}

impl Parse for LatencyAssertion {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let db = input.parse()?;
        let mut assertion = Self {
            db,
            rules: Vec::new(),
            options: Options::default(),
            inputs: None,
            work: Expr::Verbatim(TokenStream::new()),
        };
        loop {
            comma(input)?;
            if input.peek(Ident) && input.peek2(Token![<]) {
                assertion.rules.push(input.parse()?);
            } else if input.peek(Ident) && is_comparison(input) {
                return Err(input.error("a rule is written `p95 < 200ms`"));
            } else if input.peek(Ident) && input.peek2(Token![=]) && !input.peek2(Token![=>]) {
                assertion.set(input)?;
            } else {
                break;
            }
        }
        assertion.work = last(input)?;
        assertion.agree()?;
        Ok(assertion)
    }
}

fn is_comparison(input: ParseStream<'_>) -> bool {
    input.peek2(Token![>]) || input.peek2(Token![==])
}

fn comma(input: ParseStream<'_>) -> Result<()> {
    if input.is_empty() {
        return Err(input.error(
            "the work is missing: the last argument is a closure that gives a future, as in \
             `assert_latency!(db, p95 < 200ms, || app.get(\"/\"))`",
        ));
    }
    input.parse::<Token![,]>().map(drop)
}

/// The last argument.
fn last(input: ParseStream<'_>) -> Result<Expr> {
    if input.is_empty() {
        return comma(input).map(|()| unreachable!("nothing is left"));
    }
    let work = timed::work(input)?;
    input.parse::<Option<Token![,]>>()?;
    if !input.is_empty() {
        return Err(input.error("the work is the last argument: rules and options stand before it"));
    }
    Ok(work)
}

impl Parse for Rule {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let written = Ident::parse_any(input)?;
        let text = written.to_string();
        let Some((_, name)) = STATISTICS.into_iter().find(|(known, _)| *known == text) else {
            let known = listed(&STATISTICS.map(|(known, _)| format!("`{known}`")));
            let message = format!("no statistic is called `{text}`: there are {known}");
            return Err(Error::new(written.span(), message));
        };
        if input.peek(Token![<=]) {
            return Err(input.error("a rule is written with `<`: `p95 < 200ms`"));
        }
        input.parse::<Token![<]>()?;
        Ok(Self {
            statistic: Ident::new(name, written.span()),
            most: duration::parse(input)?,
        })
    }
}

impl LatencyAssertion {
    fn set(&mut self, input: ParseStream<'_>) -> Result<()> {
        let name = self.options.name(input)?;
        let text = name.to_string();
        let value = match text.as_str() {
            "inputs" if self.inputs.is_some() => return Err(timed::twice(&name)),
            "inputs" => {
                self.inputs = Some(input.parse()?);
                return Ok(());
            }
            "time" | "time_out" => duration::parse(input)?,
            "undecided" => undecided(input)?,
            "warm_up" | "samples" | "concurrency" => input.parse::<Expr>()?.into_token_stream(),
            _ => {
                let known = listed(&OPTIONS.map(|(_, usage)| usage.to_owned()));
                let message = format!("no option is called `{text}`: there are {known}");
                return Err(Error::new(name.span(), message));
            }
        };
        self.options.set(name, value);
        Ok(())
    }

    fn agree(&self) -> Result<()> {
        if self.rules.is_empty() {
            return Err(Error::new_spanned(
                &self.db,
                "no rule is given: write what it must be below, as in `p95 < 200ms`",
            ));
        }
        for (at, rule) in self.rules.iter().enumerate() {
            if self.rules[..at]
                .iter()
                .any(|before| before.statistic == rule.statistic)
            {
                return Err(Error::new(
                    rule.statistic.span(),
                    "there are two rules for this statistic: remove one",
                ));
            }
        }
        Ok(())
    }

    /// One call.
    pub(crate) fn emit(&self) -> TokenStream {
        let Self {
            db,
            rules,
            options,
            inputs,
            work,
        } = self;
        let name = db.to_token_stream().to_string();
        let rules = rules.iter().map(|Rule { statistic, most }| {
            quote! { .below(::perf_harness::Statistic::#statistic, #most) }
        });
        let options = options.calls();
        let failure = timed::failure();
        // What makes inputs gives none where none is asked for.
        let (inputs, work) = match inputs {
            Some(inputs) => (inputs.to_token_stream(), work.to_token_stream()),
            None => (
                quote! { async || () },
                quote! { ::perf_harness::__private::no_input(#work) },
            ),
        };
        quote! {
            ::perf_harness::__private::check_latency(
                &#db,
                ::perf_harness::Latency::new() #(#rules)* #options,
                #name,
                #inputs,
                #work,
                #failure,
            )
            .await
        }
    }
}

fn undecided(input: ParseStream<'_>) -> Result<TokenStream> {
    let word: Ident = input.parse()?;
    match word.to_string().as_str() {
        "warn" => Ok(quote! { ::perf_harness::Undecided::Warn }),
        "fail" => Ok(quote! { ::perf_harness::Undecided::Fail }),
        _ => Err(Error::new(word.span(), "`undecided` is `warn` or `fail`")),
    }
}

fn listed<const N: usize>(words: &[String; N]) -> String {
    let (last, others) = words
        .split_last()
        .unwrap_or_else(|| unreachable!("there are some"));
    format!("{} and {last}", others.join(", "))
}
