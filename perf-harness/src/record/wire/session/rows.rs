//! The rows of results: how many, and the values of the first, while somebody keeps them.

use std::sync::Arc;

use super::pending::Pending;
use super::state::State;
use super::{Event, QueryId};
use crate::record::Column;
use crate::record::returned::{MOST_ROWS, Returned, token};
use crate::record::wire::codec::{Body, Whole, is_binary};

/// Rows that passed since they were last told.
#[derive(Debug)]
pub(super) struct Rows {
    id: QueryId,
    count: u64,
    kept: Returned,
}

/// The columns of a result, and in which formats the program wants them.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) columns: Arc<[Column]>,
    /// As in a `Bind`. `None` where the server has described the result as it comes.
    pub(super) formats: Option<Arc<[u16]>>,
}

/// What is known of the results that come.
#[derive(Debug, Default)]
pub(super) struct Results {
    /// Someone wants the values of rows.
    pub(super) wanted: bool,
    /// Of how many rows of which query values were kept.
    kept: Option<(QueryId, u64)>,
    /// The result that the server described last.
    pub(super) described: Option<Layout>,
    /// Rows seen since they were last told.
    rows: Option<Rows>,
}

impl State {
    /// Is the body of the row that may come next wanted?
    pub(super) fn keeps_next_row(&self) -> bool {
        let full = |(_, kept): (QueryId, u64)| kept >= MOST_ROWS;
        self.results.wanted && !self.results.kept.is_some_and(full)
    }

    pub(super) fn row(&mut self, body: &[u8], on_event: &mut impl FnMut(Event)) {
        let Some(id) = self.running(on_event) else {
            return;
        };
        if self.results.rows.as_ref().is_none_or(|rows| rows.id != id) {
            self.tell_rows(on_event);
        }
        if self.results.kept.is_none_or(|(of, _)| of != id) {
            self.results.kept = Some((id, 0));
        }
        let keeps = self.keeps_next_row();
        let layout = keeps.then(|| self.layout()).flatten();
        let rows = self.results.rows.get_or_insert_with(|| Rows {
            id,
            count: 0,
            kept: Returned::default(),
        });
        rows.count += 1;
        if let Some(layout) = layout
            && keep(&mut rows.kept, &layout, body)
            && let Some((_, kept)) = &mut self.results.kept
        {
            *kept += 1;
        }
    }

    /// How the rows that come now are laid out, if the server ever said.
    fn layout(&self) -> Option<Layout> {
        match self.pending.front() {
            Some(Pending::Execute { layout, .. }) => {
                layout.clone().or(self.results.described.clone())
            }
            _ => self.results.described.clone(),
        }
    }

    pub(super) fn tell_rows(&mut self, on_event: &mut impl FnMut(Event)) {
        if let Some(Rows { id, count, kept }) = self.results.rows.take() {
            on_event(Event::Rows { id, count, kept });
        }
    }
}

/// Adds a row, if it is one of this layout.
fn keep(kept: &mut Returned, layout: &Layout, body: &[u8]) -> bool {
    let mut body = Body(body);
    let columns = &layout.columns;
    if body.u16().map(usize::from) != Some(columns.len()) {
        return false;
    }
    if kept.columns.is_empty() {
        kept.columns = Arc::clone(columns);
    }
    let before = kept.values.len();
    for (at, column) in columns.iter().enumerate() {
        let formats = layout.formats.as_deref();
        let binary = formats.map_or(column.binary, |formats| is_binary(formats, at));
        // What was cut is not whole, so it is no value.
        let Some((bytes, Whole::Yes)) = body.value() else {
            kept.values.truncate(before);
            return false;
        };
        kept.values.push(token(column.type_oid, binary, bytes));
    }
    true
}
