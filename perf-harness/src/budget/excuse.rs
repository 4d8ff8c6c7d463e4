//! Defects that someone has said why they may stay.

use std::cell::Cell;
use std::sync::Arc;

use super::defect::Found;
use crate::error::SetupError;
use crate::record::{CallPath, Frame, Shape};

/// A defect that may stay, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Excuse {
    /// A part of its query's shape, a table, or a function on the way to it.
    pub(crate) part: Arc<str>,
    pub(crate) reason: Arc<str>,
}

impl Excuse {
    /// A name alone is that of a function on the way to it, or of one of its tables: a column may be called the same.
    fn is_for(&self, shape: &Shape<'_>) -> bool {
        if self.part.chars().all(is_of_a_name) {
            let functions = shape.path().into_iter().flat_map(CallPath::frames);
            let mut functions = functions.filter_map(Frame::function);
            return functions.any(|name| name == &*self.part)
                || shape.queries()[0].statement().names_table(&self.part);
        }
        holds(shape.fingerprint(), &self.part)
    }
}

fn is_of_a_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.')
}

/// Is it a part of the shape, as messages show it: quotes may be missing, and `...` stands for anything?
fn holds(fingerprint: &str, part: &str) -> bool {
    let plain = |text: &str| text.replace('"', "");
    let fingerprint = plain(fingerprint);
    let mut rest = fingerprint.as_str();
    plain(part).split("...").map(str::trim).all(|piece| {
        let found = rest.find(piece);
        found.is_some_and(|at| {
            rest = &rest[at + piece.len()..];
            true
        })
    })
}

/// The excuses of one assertion, and which of them were needed.
pub(crate) struct Excuses<'a> {
    all: Vec<(&'a Excuse, Cell<bool>)>,
}

impl<'a> Excuses<'a> {
    pub(crate) fn of(all: &'a [Excuse]) -> Self {
        Self {
            all: all
                .iter()
                .map(|excuse| (excuse, Cell::new(false)))
                .collect(),
        }
    }

    /// What is left of the defects of one kind.
    pub(crate) fn apply<'f>(&self, mut found: Found<'f>) -> Found<'f> {
        found.retain(|shape| {
            let excuse = self.all.iter().find(|(excuse, _)| excuse.is_for(shape));
            excuse.inspect(|(_, used)| used.set(true)).is_none()
        });
        found
    }

    /// An excuse that nothing needed is a mistake: what it was for is gone, or is called otherwise.
    pub(crate) fn must_be_used(&self) -> Result<(), SetupError> {
        let unused = self.all.iter().find(|(_, used)| !used.get());
        unused.map_or(Ok(()), |(excuse, _)| {
            Err(SetupError::ExcuseUnused {
                part: excuse.part.to_string(),
                reason: excuse.reason.to_string(),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Query;

    fn check(sql: &str, part: &str, expected: bool) {
        let queries = [Query::of(sql, Vec::new())];
        let shapes = Shape::group(queries.iter());
        let excuse = Excuse {
            part: part.into(),
            reason: "a reason".into(),
        };
        assert_eq!(excuse.is_for(&shapes[0]), expected, "{part} of {sql}");
    }

    #[test]
    fn a_part_is_written_as_messages_show_it() {
        let sql = r#"SELECT "a"."id", "a"."name" FROM "avatars" AS "a" WHERE "a"."user_id" = $1"#;
        for part in [
            "FROM avatars",
            r#"FROM "avatars""#,
            "SELECT ... FROM avatars AS a WHERE a.user_id = $1",
            "WHERE a.user_id =",
        ] {
            check(sql, part, true);
        }
        for part in ["FROM users", "WHERE ... FROM avatars", "FROM avatar WHERE"] {
            check(sql, part, false);
        }
    }

    #[test]
    fn a_name_alone_is_a_tables_and_no_columns() {
        let sql = "SELECT name FROM shop.avatars WHERE user_id = $1";
        check(sql, "avatars", true);
        check(sql, "shop.avatars", true);
        for part in ["name", "user_id", "avatar", "SELECT"] {
            check(sql, part, false);
        }
    }
}
