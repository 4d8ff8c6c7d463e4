//! Pages that a list does not have, and cursors that it did not write: the same ones of every list.

use super::{Case, Cases, Way};

/// A list with pages.
#[derive(Debug, Clone, Copy)]
pub(super) struct List {
    pub(super) name: &'static str,
    /// Up to where a parameter can be added.
    pub(super) path: &'static str,
    /// Whose it is, if not everybody's.
    pub(super) owner: Option<i32>,
}

pub(super) fn wrong_pages(list: List, cases: &mut Cases) {
    match cases.way {
        Way::Naive => by_number(list, cases),
        Way::Tuned => by_cursor(list, cases),
    }
}

impl List {
    fn get(self, cases: &mut Cases, name: &str, parameters: &str) {
        let name = format!("{}, {name}", self.name);
        let case = Case::get(cases.way, name, &format!("{}{parameters}", self.path));
        cases.push(match self.owner {
            Some(owner) => case.by(owner),
            None => case,
        });
    }
}

/// Pages by number that do not exist, and the last one.
fn by_number(list: List, cases: &mut Cases) {
    for (name, page) in [
        ("page: last", "last"),
        ("page: beyond the last", "99"),
        ("page: 0", "0"),
        ("page: -1", "-1"),
        ("page: no number", "x"),
        ("page: blank", ""),
        ("page: with a fraction", "1.5"),
        ("page: beyond 64 bits", "99999999999999999999"),
    ] {
        list.get(cases, name, &format!("page={page}"));
    }
}

/// Cursors that nobody wrote, and some that anybody could have.
fn by_cursor(list: List, cases: &mut Cases) {
    for (name, cursor) in [
        ("cursor: not base 64", "x"),
        ("cursor: nonsense", "bm9uc2Vuc2U%3D"),
        ("cursor: empty", ""),
        ("cursor: no position", "cD1hYmM%3D"),   // p=abc
        ("cursor: a high position", "cD05OTk5"), // p=9999
        ("cursor: back from there", "cj0xJnA9OTk5OQ%3D%3D"), // r=1&p=9999
        ("cursor: back from 0", "cj0xJnA9MA%3D%3D"), // r=1&p=0
        ("cursor: an offset", "bz01"),           // o=5
        ("cursor: an offset back", "bz01JnI9MQ%3D%3D"), // o=5&r=1
        ("cursor: an offset from a position", "bz01JnA9MTA%3D"), // o=5&p=10
        (
            "cursor: beyond 64 bits",
            "cD05OTk5OTk5OTk5OTk5OTk5OTk5OQ%3D%3D",
        ), // p=99999999999999999999
        ("cursor: with a stranger in it", "cD0x%20MA%3D%3D"), // p=10
        ("cursor: a negative offset", "bz0tMQ%3D%3D"), // o=-1
    ] {
        list.get(cases, name, &format!("page_size=10&cursor={cursor}"));
    }
}
