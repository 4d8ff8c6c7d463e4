//! `?search=`, and how an article comes to match it. The text of a client is only ever a bound parameter.

use axum::{extract::FromRequestParts, http::request::Parts};
use sea_orm::sea_query::Expr;

use crate::{error::ApiError, query_params::QueryParams};

/// As long as a title may be. Longer texts would cost more to parse than to search for.
const MAX_CHARACTERS: usize = 200;

/// What to search for: trimmed, and not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SearchText(String);

/// The text of a request, if it has one.
#[derive(Debug, Clone)]
pub(super) struct Search(pub(super) Option<SearchText>);

/// By which of its indexes an article is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Matching {
    /// All words, in the title or the content, in any of their forms: full text.
    Words,
    /// A part of the title that is nearly the text: trigrams.
    SimilarTitle,
}

impl SearchText {
    fn parse(value: &str) -> Result<Option<Self>, ApiError> {
        let value = value.trim();
        if value.contains('\0') {
            return Err(bad("Null characters are not allowed."));
        }
        match value.chars().count() {
            0 => Ok(None),
            1..=MAX_CHARACTERS => Ok(Some(Self(value.to_owned()))),
            length => Err(bad(&format!(
                "search has {length} characters: at most {MAX_CHARACTERS} are allowed."
            ))),
        }
    }

    /// The condition for articles that match.
    ///
    /// `websearch_to_tsquery` takes any text for a query, as search engines do: quotes for a phrase, `or`, `-` for
    /// not, and never a syntax error. As a query of its own it is parsed once: a prepared statement that is planned for any
    /// text would parse it again for each article that is ranked.
    pub(super) fn matches(&self, matching: Matching) -> Expr {
        let condition = match matching {
            Matching::Words => {
                r#""articles_article"."search" @@ (SELECT websearch_to_tsquery('english'::regconfig, $1))"#
            }
            Matching::SimilarTitle => r#""articles_article"."title" %> $1"#,
        };
        Expr::cust_with_values(condition, [self.0.as_str()])
    }

    /// How well an article matches, the most first: in millionths, as a whole number. The functions give a `real`, which
    /// comes back from a cursor as another number than it went in.
    pub(super) fn rank(&self, matching: Matching) -> Expr {
        let rank = match matching {
            Matching::Words => {
                r#"(ts_rank("articles_article"."search", (SELECT websearch_to_tsquery('english'::regconfig, $1))) * 1000000)::integer"#
            }
            Matching::SimilarTitle => {
                r#"(word_similarity($1, "articles_article"."title") * 1000000)::integer"#
            }
        };
        Expr::cust_with_values(rank, [self.0.as_str()])
    }

    /// Whether there is anything in it to be similar to. Without a letter or digit there is no trigram, and the index
    /// would be read whole to find nothing.
    pub(super) fn has_trigrams(&self) -> bool {
        self.0.chars().any(char::is_alphanumeric)
    }

    /// The pattern of Django's `icontains`: the text itself, wherever it is.
    pub(super) fn like_pattern(&self) -> String {
        let escaped = self.0.replace('\\', r"\\");
        let escaped = escaped.replace('%', r"\%").replace('_', r"\_");
        format!("%{escaped}%")
    }
}

fn bad(detail: &str) -> ApiError {
    ApiError::BadRequest(detail.to_owned())
}

impl<S: Sync> FromRequestParts<S> for Search {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let params = QueryParams::of(parts);
        SearchText::parse(params.get("search").unwrap_or_default()).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(value: &str) -> Result<Option<String>, String> {
        match SearchText::parse(value) {
            Ok(text) => Ok(text.map(|SearchText(text)| text)),
            Err(ApiError::BadRequest(detail)) => Err(detail),
            Err(other) => panic!("a wrong search is a bad request, not {other:?}"),
        }
    }

    #[test]
    fn a_search_is_trimmed_and_an_empty_one_is_none() {
        assert_eq!(parse(""), Ok(None));
        assert_eq!(parse(" \t "), Ok(None));
        assert_eq!(parse(" in Zürich "), Ok(Some("in Zürich".to_owned())));
    }

    #[test]
    fn a_search_is_refused_when_it_is_long_or_no_text_for_postgres() {
        let long = "ü".repeat(200);
        assert_eq!(parse(&long), Ok(Some(long.clone())));
        assert_eq!(
            parse(&format!("{long}x")).unwrap_err(),
            "search has 201 characters: at most 200 are allowed."
        );
        assert_eq!(
            parse("a\0b").unwrap_err(),
            "Null characters are not allowed."
        );
    }

    #[test]
    fn the_wildcards_of_like_are_escaped_as_django_does() {
        let pattern = |text: &str| SearchText(text.to_owned()).like_pattern();
        assert_eq!(pattern("index"), "%index%");
        assert_eq!(pattern(r"50%_\o/"), r"%50\%\_\\o/%");
    }
}
