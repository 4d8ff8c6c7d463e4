//! A place in the list of articles, newest first: beside which article a page begins, and which way it goes.

use std::ops::RangeInclusive;

use axum::{extract::FromRequestParts, http::request::Parts};
use sea_orm::{
    Order,
    prelude::DateTimeUtc,
    sea_query::{Expr, ExprTrait as _},
};

use super::{
    entity::article::{Column, Entity},
    search::Matching,
    serializer::ArticleSerializer,
};
use crate::{
    error::ApiError,
    pagination::{
        RequestUrl,
        cursor::{self, CursorPage},
    },
    query_params::QueryParams,
};

/// What Python's `datetime` can hold, in microseconds: years 1 to 9999. Postgres takes all of them.
const TIMES: RangeInclusive<i64> = -62_135_596_800_000_000..=253_402_300_799_999_999;

/// The `?cursor=` of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cursor {
    position: Position,
    direction: Direction,
    /// The pages that follow a first one are found as it was found.
    pub(super) matching: Matching,
}

/// Where an article is in the list. Its id tells it from others of the same moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Position {
    created_at: DateTimeUtc,
    id: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    /// `next`.
    Older,
    /// `previous`.
    Newer,
}

impl Cursor {
    /// The condition for articles beyond the cursor: one comparison of rows, which is one seek in
    /// `articles_article_newest_idx`. sea-orm's own `cursor_by` writes an `OR` of two columns, for which
    /// Postgres reads all articles before the place, as it does for an `OFFSET`.
    pub(super) fn beyond(&self) -> Expr {
        let columns = Expr::tuple([
            Expr::col((Entity, Column::CreatedAt)),
            Expr::col((Entity, Column::Id)),
        ]);
        let Position { created_at, id } = self.position;
        let position = Expr::tuple([Expr::val(created_at), Expr::val(id)]);
        match self.direction {
            Direction::Older => columns.lt(position),
            Direction::Newer => columns.gt(position),
        }
    }

    /// The order to read in, from the cursor on. Without one from the newest.
    pub(super) fn order(cursor: Option<&Self>) -> Order {
        match direction(cursor) {
            Direction::Older => Order::Desc,
            Direction::Newer => Order::Asc,
        }
    }

    /// `None` for what [`encode`](Self::encode) does not write.
    fn decode(text: &str) -> Option<Self> {
        let pairs = cursor::decode(text)?;
        let get = |name| {
            let (_, value) = pairs.iter().find(|(known, _)| known == name)?;
            Some(value.as_str())
        };
        let created_at = get("p")?.parse().ok().filter(|time| TIMES.contains(time))?;
        Some(Self {
            position: Position {
                created_at: DateTimeUtc::from_timestamp_micros(created_at)?,
                id: get("i")?.parse().ok()?,
            },
            direction: match get("r") {
                None => Direction::Older,
                Some("1") => Direction::Newer,
                Some(_) => return None,
            },
            matching: match get("m") {
                None => Matching::Words,
                Some("title") => Matching::SimilarTitle,
                Some(_) => return None,
            },
        })
    }

    fn encode(&self) -> String {
        let mut pairs = Vec::new();
        if self.direction == Direction::Newer {
            pairs.push(("r", "1".to_owned()));
        }
        if self.matching == Matching::SimilarTitle {
            pairs.push(("m", "title".to_owned()));
        }
        let created_at = self.position.created_at.timestamp_micros();
        pairs.push(("p", created_at.to_string()));
        pairs.push(("i", self.position.id.to_string()));
        cursor::encode(&pairs)
    }
}

/// Without a cursor a list goes from the newest article on.
fn direction(cursor: Option<&Cursor>) -> Direction {
    cursor.map_or(Direction::Older, |cursor| cursor.direction)
}

impl Position {
    fn of(article: &ArticleSerializer) -> Self {
        Self {
            created_at: article.created_at,
            id: article.id,
        }
    }

    /// As little further on that who turns round here finds the article of this place again.
    fn past(self, direction: Direction) -> Self {
        let id = match direction {
            Direction::Older => self.id.saturating_sub(1),
            Direction::Newer => self.id.saturating_add(1),
        };
        Self { id, ..self }
    }
}

/// The page that was read, with its links. `rows` are in the order they were read in; one more than `size` says
/// that the list goes on.
pub(super) fn page(
    mut rows: Vec<ArticleSerializer>,
    size: usize,
    cursor: Option<&Cursor>,
    matching: Matching,
    url: &RequestUrl,
) -> CursorPage<ArticleSerializer> {
    let goes_on = rows.len() > size;
    rows.truncate(size);
    let (older, newer) = match direction(cursor) {
        Direction::Older => (goes_on, cursor.is_some()),
        Direction::Newer => {
            rows.reverse();
            (true, goes_on)
        }
    };
    let link = |exists: bool, edge: Option<&ArticleSerializer>, direction| {
        let turned = cursor.map(|cursor| cursor.position.past(cursor.direction));
        let position = edge.map(Position::of).or(turned).filter(|_| exists)?;
        let to = Cursor {
            position,
            direction,
            matching,
        };
        Some(url.with("cursor", &to.encode()))
    };
    CursorPage {
        next: link(older, rows.last(), Direction::Older),
        previous: link(newer, rows.first(), Direction::Newer),
        results: rows,
    }
}

/// The cursor of a request. An empty one is none; a broken one is a 404, as in REST framework.
#[derive(Debug, Clone, Copy)]
pub(super) struct AtCursor(pub(super) Option<Cursor>);

impl<S: Sync> FromRequestParts<S> for AtCursor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        match QueryParams::of(parts).get("cursor").unwrap_or_default() {
            "" => Ok(Self(None)),
            text => match Cursor::decode(text) {
                Some(cursor) => Ok(Self(Some(cursor))),
                None => Err(cursor::INVALID),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(direction: Direction, matching: Matching) -> Cursor {
        Cursor {
            position: Position {
                created_at: "2026-01-02T03:04:05.123456Z".parse().unwrap(),
                id: 42,
            },
            direction,
            matching,
        }
    }

    fn decoded(pairs: &[(&str, &str)]) -> Option<Cursor> {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        Cursor::decode(&cursor::encode(&pairs))
    }

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        for direction in [Direction::Older, Direction::Newer] {
            for matching in [Matching::Words, Matching::SimilarTitle] {
                let cursor = cursor(direction, matching);
                assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
            }
        }
    }

    #[test]
    fn what_is_missing_or_out_of_range_makes_no_cursor() {
        let (time, id) = (("p", "0"), ("i", "7"));
        assert!(decoded(&[time, id]).is_some());
        for pairs in [
            &[][..],
            &[time],
            &[id],
            &[("p", "yesterday"), id],
            &[time, ("i", "9223372036854775808")],
            &[time, ("i", "1.5")],
            &[("p", "253402300800000000"), id],
            &[("p", "-62135596800000001"), id],
            &[time, id, ("r", "2")],
            &[time, id, ("m", "content")],
        ] {
            assert_eq!(decoded(pairs), None, "{pairs:?}");
        }
    }
}
