//! The grammar of one option, `name = value` or a name alone, and the names there are.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::token::Paren;
use syn::{Error, Ident, Result, Token, parenthesized};

use crate::sizes::listed;

/// `name = value`, or `name` for what is only switched on.
pub(crate) struct Assignment {
    pub(crate) name: Name,
    pub(crate) written: Ident,
    value: TokenStream,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    Template,
    ReadOnly,
    Plans,
    Rows,
    Distinct,
    Statistics,
    Flavor,
    WorkerThreads,
    Budget,
}

impl Assignment {
    pub(crate) fn value<T: Parse>(&self) -> Result<T> {
        syn::parse2(self.value.clone()).map_err(|_| self.refused())
    }

    /// The error of a value that the option cannot have.
    pub(crate) fn refused(&self) -> Error {
        let (kind, usage) = (self.name.kind(), self.name.usage());
        let message = format!("`{}` takes {kind}: {usage}", self.written);
        Error::new_spanned(&self.value, message)
    }
}

impl Assignment {
    /// `name(..)`
    fn list(name: Name, written: Ident, input: ParseStream<'_>) -> Result<Self> {
        if !input.peek(Paren) {
            let message = format!("`{written}` takes {}: {}", name.kind(), name.usage());
            return Err(Error::new(written.span(), message));
        }
        let content;
        parenthesized!(content in input);
        let value: TokenStream = content.parse()?;
        if value.is_empty() {
            let message = format!("`{written}` names nothing: {}", name.usage());
            return Err(Error::new(written.span(), message));
        }
        Ok(Self {
            name,
            written,
            value,
        })
    }

    /// What stands in its brackets.
    pub(crate) fn each<T: Parse>(&self, key: impl Fn(&T) -> (String, Span)) -> Result<Vec<T>> {
        let parse = |input: ParseStream<'_>| listed(input, &key);
        parse.parse2(self.value.clone())
    }
}

impl Parse for Assignment {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let written = Ident::parse_any(input)
            .map_err(|error| Error::new(error.span(), format!("this is no option: {}", known())))?;
        let name = Name::of(&written)?;
        if name.is_list() {
            return Self::list(name, written, input);
        }
        let equals: Option<Token![=]> = input.parse()?;
        let value = if equals.is_some() {
            up_to_comma(input)?
        } else {
            TokenStream::new()
        };
        if name.is_switch() {
            if equals.is_some() {
                let message = format!("`{written}` takes no value: {}", name.without());
                return Err(Error::new(written.span(), message));
            }
        } else if value.is_empty() {
            let message = format!("`{written}` needs a value: {}", name.usage());
            return Err(Error::new(written.span(), message));
        }
        Ok(Self {
            name,
            written,
            value,
        })
    }
}

/// Whatever it is: the option itself knows best what is wrong with its value.
fn up_to_comma(input: ParseStream<'_>) -> Result<TokenStream> {
    let mut value = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        if !value.is_empty() && input.peek(Ident) && input.peek2(Token![=]) {
            return Err(input.error("a comma is missing before this option"));
        }
        value.extend([input.parse::<TokenTree>()?]);
    }
    Ok(value)
}

impl Name {
    const ALL: [Self; 9] = [
        Self::Template,
        Self::ReadOnly,
        Self::Plans,
        Self::Rows,
        Self::Distinct,
        Self::Statistics,
        Self::Flavor,
        Self::WorkerThreads,
        Self::Budget,
    ];

    /// Switched on by its name alone.
    fn is_switch(self) -> bool {
        matches!(self, Self::ReadOnly | Self::Plans)
    }

    /// Its value stands in brackets.
    fn is_list(self) -> bool {
        matches!(self, Self::Rows | Self::Distinct)
    }

    /// What a test has that leaves it out.
    fn without(self) -> &'static str {
        match self {
            Self::Plans => "leave it out for a test that asks for no plan",
            _ => "leave it out for a database of the test's own",
        }
    }

    fn of(written: &Ident) -> Result<Self> {
        let text = written.to_string();
        let known = Self::ALL.into_iter().find(|name| name.text() == text);
        known.ok_or_else(|| Error::new(written.span(), unknown(&text)))
    }

    fn text(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::ReadOnly => "read_only",
            Self::Plans => "plans",
            Self::Rows => "rows",
            Self::Distinct => "distinct",
            Self::Statistics => "statistics",
            Self::Flavor => "flavor",
            Self::WorkerThreads => "worker_threads",
            Self::Budget => "budget",
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Template => {
                "the path of an async function, or of one that gives a `Template`, without a call"
            }
            Self::ReadOnly | Self::Plans => "no value",
            Self::Rows => "tables with their rows, in brackets",
            Self::Distinct => "columns with their numbers of different values, in brackets",
            Self::Statistics => "a path in quotes",
            Self::Flavor => "a name in quotes",
            Self::WorkerThreads => "a whole number",
            Self::Budget => "the name of an entry of perf-budgets.toml, in quotes",
        }
    }

    fn usage(self) -> &'static str {
        match self {
            Self::Template => "`template = path::to::async_fn`",
            Self::ReadOnly => "`read_only`",
            Self::Plans => "`plans`",
            Self::Rows => "`rows(articles = 1_000_000)`",
            Self::Distinct => "`distinct(articles.category = 200)`",
            Self::Statistics => "`statistics = \"production.sql\"`",
            Self::Flavor => "`flavor = \"multi_thread\"`",
            Self::WorkerThreads => "`worker_threads = 2`",
            Self::Budget => "`budget = \"GET /api/users/\"`",
        }
    }

    /// The option that was probably meant.
    fn guess(written: &str) -> Option<Self> {
        let same_start = |name: &Self| name.text().get(..4) == written.get(..4);
        match written {
            "threads" => Some(Self::WorkerThreads),
            _ => Self::ALL.into_iter().find(same_start),
        }
    }
}

/// Why there is no option of this name, and what there is in its place.
fn unknown(written: &str) -> String {
    let known = known();
    let there_are = match written {
        "start_paused" => {
            return "`start_paused` cannot be used in a perf test: under a paused clock tokio skips ahead whenever \
                    the test waits for the database, so every time-out fires at once"
                .to_owned();
        }
        // Options of `#[sqlx::test]`.
        "migrations" | "migrator" | "fixtures" => {
            format!("a template function migrates and seeds, and {known}")
        }
        "max_queries" | "queries" => format!("budgets are asserted in the function, and {known}"),
        _ => known,
    };
    let guess = Name::guess(written).map_or_else(String::new, |name| {
        format!(" (did you mean `{}`?)", name.text())
    });
    format!("no option is called `{written}`{guess}: {there_are}")
}

fn known() -> String {
    let usages = Name::ALL.map(Name::usage);
    let (last, others) = usages
        .split_last()
        .unwrap_or_else(|| unreachable!("there are some"));
    format!("the options are {} and {last}", others.join(", "))
}
