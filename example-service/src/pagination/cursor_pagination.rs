//! `?cursor=` over one column that tells all rows apart: REST framework's `CursorPagination`, to the byte of its links.
//!
//! The order is descending or ascending by that column. As in REST framework a cursor holds a position, a direction and
//! an offset; the offset is written where a page has no row to point at, and read wherever it comes from.

use axum::{extract::FromRequestParts, http::request::Parts};
use sea_orm::{ColumnTrait, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect, Select};

use super::{
    RequestUrl,
    cursor::{self, CursorPage},
};
use crate::{error::ApiError, query_params::QueryParams};

/// As far as an offset reaches in REST framework.
const OFFSET_CUTOFF: u64 = 1000;

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Cursor {
    offset: u64,
    reverse: bool,
    position: Option<i64>,
}

/// The `?cursor=` of a request. `None` is the first page; what is no cursor is a 404.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AtPosition(pub(crate) Option<Cursor>);

impl<S: Sync> FromRequestParts<S> for AtPosition {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        match QueryParams::of(parts).get("cursor") {
            None => Ok(Self(None)),
            Some(text) => match Cursor::decode(text) {
                Some(cursor) => Ok(Self(Some(cursor))),
                None => Err(cursor::INVALID),
            },
        }
    }
}

impl Cursor {
    fn decode(text: &str) -> Option<Self> {
        let pairs = cursor::decode(text)?;
        let get = |name| {
            let (_, value) = pairs.iter().find(|(known, _)| known == name)?;
            Some(value.trim())
        };
        let offset = get("o").map_or(Some(0), |offset| offset.parse().ok())?;
        Some(Self {
            offset: OFFSET_CUTOFF.min(offset),
            reverse: get("r").map_or(Some(0), |reverse| reverse.parse::<i64>().ok())? != 0,
            position: get("p")
                .map(|position| position.parse().ok())
                .map_or(Some(None), |position| position.map(Some))?,
        })
    }

    fn encode(self) -> String {
        let mut pairs = Vec::new();
        if self.offset > 0 {
            pairs.push(("o", self.offset.to_string()));
        }
        if self.reverse {
            pairs.push(("r", "1".to_owned()));
        }
        if let Some(position) = self.position {
            pairs.push(("p", position.to_string()));
        }
        cursor::encode(&pairs)
    }
}

/// One page to be read, of a list in the order of `column`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CursorPagination<C> {
    pub(crate) column: C,
    /// The newest first.
    pub(crate) descending: bool,
    pub(crate) cursor: Option<Cursor>,
    pub(crate) size: u64,
}

impl<C: ColumnTrait> CursorPagination<C> {
    /// The rows of the page, and one more to know whether the list goes on: a seek in the column's index.
    pub(crate) fn select<E: EntityTrait>(&self, rows: Select<E>) -> Select<E> {
        let cursor = self.cursor.unwrap_or_default();
        let order = self.order();
        let rows = match cursor.position {
            Some(position) if order == Order::Desc => rows.filter(self.column.lt(position)),
            Some(position) => rows.filter(self.column.gt(position)),
            None => rows,
        };
        let offset = (cursor.offset > 0).then_some(cursor.offset);
        rows.order_by(self.column, order)
            .offset(offset)
            .limit(self.size + 1)
    }

    /// The order that the rows are read in: of a page before a cursor the reverse of the list's.
    pub(crate) fn order(&self) -> Order {
        let reverse = self.cursor.is_some_and(|cursor| cursor.reverse);
        if self.descending == reverse {
            Order::Asc
        } else {
            Order::Desc
        }
    }

    /// The page of the rows that [`select`](Self::select) found, with its links.
    pub(crate) fn page<T>(
        &self,
        rows: Vec<T>,
        position: impl Fn(&T) -> i64,
        url: &RequestUrl,
    ) -> CursorPage<T> {
        let positions = rows.iter().map(&position).collect();
        let page = Page::of(positions, self.cursor, self.size);
        let mut rows = rows;
        rows.truncate(page.positions.len());
        if page.cursor.reverse {
            rows.reverse();
        }
        let link = |to: Option<Cursor>| to.map(|cursor| url.with("cursor", &cursor.encode()));
        CursorPage {
            next: link(page.next()),
            previous: link(page.previous()),
            results: rows,
        }
    }
}

/// What REST framework's `paginate_queryset` leaves in its paginator, by the names that it has there.
struct Page {
    cursor: Cursor,
    size: u64,
    /// Of the rows of the page, as they are shown.
    positions: Vec<i64>,
    has_next: bool,
    has_previous: bool,
    next_position: Option<i64>,
    previous_position: Option<i64>,
}

impl Page {
    fn of(mut positions: Vec<i64>, cursor: Option<Cursor>, size: u64) -> Self {
        let cursor = cursor.unwrap_or_default();
        let length = usize::try_from(size).unwrap_or(usize::MAX);
        let following = positions.get(length).copied();
        positions.truncate(length);
        let behind = cursor.position.is_some() || cursor.offset > 0;
        let (ahead, here) = (following.is_some(), cursor.position);
        if cursor.reverse {
            positions.reverse();
        }
        let (next, previous) = if cursor.reverse {
            ((behind, here), (ahead, following))
        } else {
            ((ahead, following), (behind, here))
        };
        Self {
            cursor,
            size,
            positions,
            has_next: next.0,
            next_position: next.1,
            has_previous: previous.0,
            previous_position: previous.1,
        }
    }

    /// `get_next_link`. Positions differ from each other, so the last row is the mark, unless it is where the cursor is.
    fn next(&self) -> Option<Cursor> {
        if !self.has_next {
            return None;
        }
        let shown = self.positions.iter().rev();
        let turned = self.cursor.reverse && self.cursor.offset != 0;
        let (offset, position) = match mark(shown, turned, self.next_position) {
            Some(mark) => mark,
            None if self.positions.is_empty() => (0, self.next_position),
            None if !self.has_previous => (self.size, None),
            None if self.cursor.reverse => (0, self.previous_position),
            None => (self.cursor.offset + self.size, self.previous_position),
        };
        Some(Cursor {
            offset,
            reverse: false,
            position,
        })
    }

    /// `get_previous_link`, the mirror of [`next`](Self::next).
    fn previous(&self) -> Option<Cursor> {
        if !self.has_previous {
            return None;
        }
        let shown = self.positions.iter();
        let turned = !self.cursor.reverse && self.cursor.offset != 0;
        let (offset, position) = match mark(shown, turned, self.previous_position) {
            Some(mark) => mark,
            None if self.positions.is_empty() => (0, self.previous_position),
            None if !self.has_next => (self.size, None),
            None if self.cursor.reverse => (self.cursor.offset + self.size, self.next_position),
            None => (0, self.next_position),
        };
        Some(Cursor {
            offset,
            reverse: true,
            position,
        })
    }
}

/// The nearest row to the edge whose position is not that of the row beyond it, and how many are between.
fn mark<'a>(
    mut shown: impl Iterator<Item = &'a i64> + Clone,
    turned: bool,
    beyond: Option<i64>,
) -> Option<(u64, Option<i64>)> {
    let mut compare = if turned {
        shown.clone().next().copied()
    } else {
        beyond
    };
    let mut offset = 0;
    shown.find_map(|position| {
        if Some(*position) != compare {
            return Some((offset, Some(*position)));
        }
        compare = Some(*position);
        offset += 1;
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `offset`, `reverse`, `position`.
    type Parts = (u64, bool, Option<i64>);

    fn cursor((offset, reverse, position): Parts) -> Cursor {
        Cursor {
            offset,
            reverse,
            position,
        }
    }

    #[test]
    fn a_cursor_is_the_text_that_rest_framework_writes() {
        for (parts, text) in [
            ((0, false, Some(20)), "cD0yMA=="),
            ((0, true, Some(21)), "cj0xJnA9MjE="),
            ((20, true, None), "bz0yMCZyPTE="),
            ((3, false, Some(-1)), "bz0zJnA9LTE="),
            ((0, false, None), ""),
        ] {
            assert_eq!(cursor(parts).encode(), text);
            assert_eq!(Cursor::decode(text), Some(cursor(parts)), "{text}");
        }
    }

    #[test]
    fn an_offset_is_cut_and_what_is_no_number_is_no_cursor() {
        let decode = |pairs: &[(&str, &str)]| {
            let pairs: Vec<_> = pairs
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned()))
                .collect();
            Cursor::decode(&cursor::encode(&pairs))
        };
        assert_eq!(decode(&[("o", "1001")]), Some(cursor((1000, false, None))));
        for pairs in [
            ("o", "-1"),
            ("o", "x"),
            ("r", "x"),
            ("p", "x"),
            ("p", ""),
            ("p", "9223372036854775808"),
        ] {
            assert_eq!(decode(&[pairs]), None, "{pairs:?}");
        }
        assert_eq!(Cursor::decode("!"), None);
    }

    /// What REST framework 3.16 answers for a list of 1 to 5 in pages of two: the rows that it reads, and the links.
    #[test]
    fn the_links_are_those_of_rest_framework() {
        for (at, read, next, previous) in [
            (None, vec![1, 2, 3], Some((0, false, Some(2))), None),
            (
                Some((0, false, Some(2))),
                vec![3, 4, 5],
                Some((0, false, Some(4))),
                Some((0, true, Some(3))),
            ),
            (
                Some((0, false, Some(4))),
                vec![5],
                None,
                Some((0, true, Some(5))),
            ),
            (
                Some((0, true, Some(3))),
                vec![2, 1],
                Some((0, false, Some(2))),
                None,
            ),
            (
                Some((0, true, Some(5))),
                vec![4, 3, 2],
                Some((0, false, Some(4))),
                Some((0, true, Some(3))),
            ),
            // Beyond the end, and before the beginning.
            (
                Some((0, false, Some(9))),
                vec![],
                None,
                Some((0, true, Some(9))),
            ),
            (
                Some((0, true, Some(0))),
                vec![],
                Some((0, false, Some(0))),
                None,
            ),
            // By an offset alone.
            (
                Some((2, false, None)),
                vec![3, 4, 5],
                Some((0, false, Some(4))),
                Some((1, true, Some(4))),
            ),
        ] {
            let page = Page::of(read, at.map(cursor), 2);
            assert_eq!(page.next(), next.map(cursor), "next of {at:?}");
            assert_eq!(page.previous(), previous.map(cursor), "previous of {at:?}");
        }
    }
}
