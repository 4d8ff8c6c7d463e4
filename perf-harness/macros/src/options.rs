//! What stands in the attribute's brackets.

use proc_macro2::{Span, TokenStream};
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Ident, LitInt, LitStr, Path, Result, Token};

/// The options of a test, checked.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) template: Option<Path>,
    pub(crate) flavor: Flavor,
    pub(crate) worker_threads: Option<LitInt>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Flavor {
    #[default]
    CurrentThread,
    MultiThread,
}

/// `name = value`
struct Assignment {
    name: Ident,
    value: Value,
}

enum Value {
    Path(Path),
    Text(LitStr),
    Number(LitInt),
}

impl Parse for Assignment {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let name: Ident = input.parse()?;
        if !KNOWN.iter().any(|known| name == known) {
            return Err(unknown(&name));
        }
        if !input.peek(Token![=]) {
            return Err(syn::Error::new(
                name.span(),
                format!("`{name}` needs a value: {}", usage(&name)),
            ));
        }
        input.parse::<Token![=]>()?;
        let lookahead = input.lookahead1();
        let value = if lookahead.peek(LitStr) {
            Value::Text(input.parse()?)
        } else if lookahead.peek(LitInt) {
            Value::Number(input.parse()?)
        } else if input.peek(syn::LitBool) {
            return Err(refused(&name, input.parse::<syn::LitBool>()?.span()));
        } else {
            Value::Path(
                input
                    .parse()
                    .map_err(|error| refused(&name, error.span()))?,
            )
        };
        Ok(Self { name, value })
    }
}

/// `start_paused` is known in order to be refused with the reason.
const KNOWN: [&str; 4] = ["template", "flavor", "worker_threads", "start_paused"];

impl Options {
    pub(crate) fn parse(tokens: TokenStream) -> Result<Self> {
        let assignments = Punctuated::<Assignment, Token![,]>::parse_terminated.parse2(tokens)?;
        let mut options = Self::default();
        let mut seen: Vec<Ident> = Vec::new();
        for Assignment { name, value } in assignments {
            if seen.contains(&name) {
                return Err(syn::Error::new(
                    name.span(),
                    format!("`{name}` is set twice"),
                ));
            }
            options.set(&name, value)?;
            seen.push(name);
        }
        options.agree()
    }

    fn set(&mut self, name: &Ident, value: Value) -> Result<()> {
        match (name.to_string().as_str(), value) {
            ("template", Value::Path(path)) => self.template = Some(path),
            ("flavor", Value::Text(text)) => self.flavor = flavor(&text)?,
            ("worker_threads", Value::Number(number)) => {
                self.worker_threads = Some(threads(number)?)
            }
            (_, value) => return Err(refused(name, value.span())),
        }
        Ok(())
    }

    /// Options that only make sense together.
    fn agree(self) -> Result<Self> {
        match &self.worker_threads {
            Some(threads) if self.flavor == Flavor::CurrentThread => Err(syn::Error::new(
                threads.span(),
                "`worker_threads` needs `flavor = \"multi_thread\"`",
            )),
            _ => Ok(self),
        }
    }
}

impl Value {
    fn span(&self) -> Span {
        match self {
            Self::Path(path) => path
                .segments
                .first()
                .map_or_else(Span::call_site, |segment| segment.ident.span()),
            Self::Text(text) => text.span(),
            Self::Number(number) => number.span(),
        }
    }
}

fn flavor(text: &LitStr) -> Result<Flavor> {
    match text.value().as_str() {
        "current_thread" => Ok(Flavor::CurrentThread),
        "multi_thread" => Ok(Flavor::MultiThread),
        other => Err(syn::Error::new(
            text.span(),
            format!(
                "no flavor is called \"{other}\": there are \"current_thread\" and \"multi_thread\""
            ),
        )),
    }
}

fn threads(number: LitInt) -> Result<LitInt> {
    if number.base10_parse::<usize>()? == 0 {
        return Err(syn::Error::new(
            number.span(),
            "`worker_threads` must be at least 1",
        ));
    }
    Ok(number)
}

fn unknown(name: &Ident) -> syn::Error {
    let known = "the options are `template`, `flavor` and `worker_threads`";
    syn::Error::new(
        name.span(),
        format!("no option is called `{name}`: {known}"),
    )
}

/// A value that the option cannot have.
fn refused(name: &Ident, value: Span) -> syn::Error {
    if name == "start_paused" {
        return syn::Error::new(
            name.span(),
            "`start_paused` cannot be used in a perf test: under a paused clock tokio skips ahead whenever the test \
             waits for the database, so every time-out fires at once",
        );
    }
    syn::Error::new(
        value,
        format!("`{name}` cannot have this value: {}", usage(name)),
    )
}

fn usage(name: &Ident) -> &'static str {
    match name.to_string().as_str() {
        "template" => "`template = path::to::async_fn`",
        "flavor" => "`flavor = \"multi_thread\"`",
        _ => "`worker_threads = 2`",
    }
}
