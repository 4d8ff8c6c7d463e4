//! How large tables are taken to be: `rows(articles = 1_000_000)`, `distinct(articles.author_id = 50_000)`.

use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Error, Ident, LitInt, LitStr, Result, Token};

/// `articles = 1_000_000`; a table of a schema is written as `"blog.articles" = 1_000_000`.
pub(crate) struct TableRows {
    pub(crate) table: String,
    pub(crate) rows: LitInt,
}

/// `articles.author_id = 50_000`, or `"blog.articles"."author_id" = 50_000`.
pub(crate) struct DistinctValues {
    pub(crate) table: String,
    pub(crate) column: String,
    pub(crate) values: LitInt,
}

/// What stands in the brackets, and what must not stand there twice.
pub(crate) fn listed<T: Parse>(
    input: ParseStream<'_>,
    key: impl Fn(&T) -> (String, proc_macro2::Span),
) -> Result<Vec<T>> {
    let all: Vec<T> = Punctuated::<T, Token![,]>::parse_terminated(input)?
        .into_iter()
        .collect();
    for (at, one) in all.iter().enumerate() {
        let (name, span) = key(one);
        if all[..at].iter().any(|before| key(before).0 == name) {
            return Err(Error::new(
                span,
                format!("`{name}` is told twice: remove one"),
            ));
        }
    }
    Ok(all)
}

impl Parse for TableRows {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let table = name(input)?;
        if input.peek(Token![.]) {
            return Err(input
                .error("a table of a schema goes into quotes: `\"blog.articles\" = 1_000_000`"));
        }
        let _: Token![=] = input.parse()?;
        Ok(Self {
            table,
            rows: number(input)?,
        })
    }
}

impl Parse for DistinctValues {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let table = name(input)?;
        if !input.peek(Token![.]) {
            return Err(input.error("a column is named here: `articles.category = 200`"));
        }
        let _: Token![.] = input.parse()?;
        let column = name(input)?;
        let _: Token![=] = input.parse()?;
        Ok(Self {
            table,
            column,
            values: number(input)?,
        })
    }
}

fn name(input: ParseStream<'_>) -> Result<String> {
    if input.peek(LitStr) {
        return Ok(input.parse::<LitStr>()?.value());
    }
    Ok(Ident::parse_any(input)?.unraw().to_string())
}

/// A number as it was written, which is at least one.
fn number(input: ParseStream<'_>) -> Result<LitInt> {
    if !input.peek(LitInt) {
        return Err(input.error("this is to be a whole number"));
    }
    let number: LitInt = input.parse()?;
    if !matches!(number.suffix(), "" | "u64") {
        return Err(Error::new(
            number.span(),
            "this is to be a plain number, or a `u64`",
        ));
    }
    match number.base10_parse::<u64>() {
        Ok(0) => Err(Error::new(number.span(), "this must be at least 1")),
        Ok(_) => Ok(number),
        Err(error) => Err(error),
    }
}
