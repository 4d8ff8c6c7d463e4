//! A place in a list of articles: beside which article a page begins, and which way it goes.
//!
//! REST framework's `CursorPagination` holds the first column of the order and counts those that have the same. Articles of one
//! rank are many, so this one holds all columns of the order, and an article's place is one comparison of rows.

use std::ops::RangeInclusive;

use axum::{extract::FromRequestParts, http::request::Parts};
use sea_orm::{
    Order,
    prelude::DateTimeUtc,
    sea_query::{Expr, ExprTrait as _},
};

use super::{
    entity::article::{Column, Entity},
    search::{Matching, SearchText},
    serializer::ArticleSerializer,
    tuned::Found,
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
    /// In a search.
    rank: Option<i32>,
    created_at: DateTimeUtc,
    id: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    /// `next`.
    Forward,
    /// `previous`.
    Back,
}

impl Cursor {
    /// The condition for articles beyond the cursor: one comparison of rows, which without a search is one seek in
    /// `articles_article_newest_idx`. sea-orm's own `cursor_by` writes an `OR` of two columns, for which
    /// Postgres reads all articles before the place, as it does for an `OFFSET`.
    pub(super) fn beyond(&self, search: Option<&SearchText>) -> Expr {
        let Position {
            rank,
            created_at,
            id,
        } = self.position;
        let ranks = search.zip(rank);
        let column = ranks.map(|(text, _)| text.rank(self.matching));
        let columns = column.into_iter().chain([
            Expr::col((Entity, Column::CreatedAt)),
            Expr::col((Entity, Column::Id)),
        ]);
        let value = ranks.map(|(_, rank)| Expr::val(rank));
        let values = value
            .into_iter()
            .chain([Expr::val(created_at), Expr::val(id)]);
        let (columns, values) = (Expr::tuple(columns), Expr::tuple(values));
        match self.direction {
            Direction::Forward => columns.lt(values),
            Direction::Back => columns.gt(values),
        }
    }

    /// The order to read in, from the cursor on. Without one from the first.
    pub(super) fn order(cursor: Option<&Self>) -> Order {
        match direction(cursor) {
            Direction::Forward => Order::Desc,
            Direction::Back => Order::Asc,
        }
    }

    /// A cursor of a search is none of the list, and the other way round.
    pub(super) fn is_of_search(&self) -> bool {
        self.position.rank.is_some()
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
                rank: get("k").map_or(Some(None), |rank| rank.parse().ok().map(Some))?,
                created_at: DateTimeUtc::from_timestamp_micros(created_at)?,
                id: get("i")?.parse().ok()?,
            },
            direction: match get("r") {
                None => Direction::Forward,
                Some("1") => Direction::Back,
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
        if self.direction == Direction::Back {
            pairs.push(("r", "1".to_owned()));
        }
        if self.matching == Matching::SimilarTitle {
            pairs.push(("m", "title".to_owned()));
        }
        if let Some(rank) = self.position.rank {
            pairs.push(("k", rank.to_string()));
        }
        let created_at = self.position.created_at.timestamp_micros();
        pairs.push(("p", created_at.to_string()));
        pairs.push(("i", self.position.id.to_string()));
        cursor::encode(&pairs)
    }
}

/// Without a cursor a list goes from its first article on.
fn direction(cursor: Option<&Cursor>) -> Direction {
    cursor.map_or(Direction::Forward, |cursor| cursor.direction)
}

impl Position {
    fn of(found: &Found) -> Self {
        Self {
            rank: found.rank,
            created_at: found.article.created_at,
            id: found.article.id,
        }
    }

    /// As little further on that who turns round here finds the article of this place again.
    fn past(self, direction: Direction) -> Self {
        let id = match direction {
            Direction::Forward => self.id.saturating_sub(1),
            Direction::Back => self.id.saturating_add(1),
        };
        Self { id, ..self }
    }
}

/// The page that was read, with its links. `rows` are in the order they were read in; one more than `size` says
/// that the list goes on.
pub(super) fn page(
    mut rows: Vec<Found>,
    size: usize,
    cursor: Option<&Cursor>,
    matching: Matching,
    url: &RequestUrl,
) -> CursorPage<ArticleSerializer> {
    let goes_on = rows.len() > size;
    rows.truncate(size);
    let (forward, back) = match direction(cursor) {
        Direction::Forward => (goes_on, cursor.is_some()),
        Direction::Back => {
            rows.reverse();
            (true, goes_on)
        }
    };
    let link = |exists: bool, edge: Option<&Found>, direction| {
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
        next: link(forward, rows.last(), Direction::Forward),
        previous: link(back, rows.first(), Direction::Back),
        results: rows.into_iter().map(|found| found.article).collect(),
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

    fn cursor(direction: Direction, matching: Matching, rank: Option<i32>) -> Cursor {
        Cursor {
            position: Position {
                rank,
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
        for direction in [Direction::Forward, Direction::Back] {
            for matching in [Matching::Words, Matching::SimilarTitle] {
                for rank in [None, Some(607_927)] {
                    let cursor = cursor(direction, matching, rank);
                    assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
                }
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
            &[time, id, ("k", "0.6")],
            &[time, id, ("k", "2147483648")],
        ] {
            assert_eq!(decoded(pairs), None, "{pairs:?}");
        }
    }
}
