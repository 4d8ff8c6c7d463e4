//! An index that is not there, as SQL. Pure.

use super::super::catalog::Table;
use super::super::scale::identifier;
use super::term::{Key, KeyKind};

/// What is tried: one index, or one for each side of an `OR`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) indexes: Vec<NewIndex>,
    /// What it needs besides.
    pub(super) extension: Option<&'static str>,
    /// Taken only where it is much better than a simpler one.
    pub(super) is_special: bool,
}

/// An index to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewIndex {
    pub(super) method: &'static str,
    pub(super) keys: Vec<Part>,
    pub(super) include: Vec<String>,
    /// Of a partial index.
    pub(super) predicate: Option<String>,
}

/// One column of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) key: Key,
    /// ` text_pattern_ops`
    pub(super) class: &'static str,
    /// ` DESC`
    pub(super) order: String,
}

impl Part {
    pub(super) fn plain(key: &Key) -> Self {
        Self {
            key: key.clone(),
            class: "",
            order: String::new(),
        }
    }

    fn sql(&self) -> String {
        format!("{}{}{}", self.key.sql, self.class, self.order)
    }
}

impl Candidate {
    pub(super) fn of(index: NewIndex) -> Self {
        Self {
            indexes: vec![index],
            extension: None,
            is_special: false,
        }
    }

    /// How much there is to it: what is simpler is better, all else being nearly equal.
    pub(super) fn size(&self) -> usize {
        let of = |index: &NewIndex| {
            index.keys.len() + 2 * index.include.len() + 2 * usize::from(index.predicate.is_some())
        };
        self.indexes.iter().map(of).sum()
    }

    /// Expressions in it: the server knows nothing of their values before it has looked.
    pub(super) fn expressions(&self) -> impl Iterator<Item = String> {
        let parts = self.indexes.iter().flat_map(|index| &index.keys);
        let made = parts.filter(|part| part.key.kind != KeyKind::Column);
        made.map(|part| part.key.sql.clone())
    }

    /// Both.
    pub(super) fn and(&self, other: &Self) -> Self {
        let more = other
            .indexes
            .iter()
            .filter(|index| !self.indexes.contains(index));
        Self {
            indexes: self.indexes.iter().chain(more).cloned().collect(),
            extension: self.extension.or(other.extension),
            is_special: self.is_special || other.is_special,
        }
    }
}

impl NewIndex {
    pub(super) fn btree(keys: Vec<Part>) -> Self {
        Self {
            method: "btree",
            keys,
            include: Vec::new(),
            predicate: None,
        }
    }

    /// The statement that makes it. Without a name the server finds one.
    pub(super) fn sql(&self, name: Option<&str>, table: &str) -> String {
        let keys: Vec<String> = self.keys.iter().map(Part::sql).collect();
        let mut sql = "CREATE INDEX".to_owned();
        if let Some(name) = name {
            sql = format!("{sql} {}", written(name));
        }
        sql = format!("{sql} ON {table}");
        if self.method != "btree" {
            sql = format!("{sql} USING {}", self.method);
        }
        sql = format!("{sql} ({})", keys.join(", "));
        if !self.include.is_empty() {
            sql = format!("{sql} INCLUDE ({})", self.include.join(", "));
        }
        if let Some(predicate) = &self.predicate {
            sql = format!("{sql} WHERE {predicate}");
        }
        sql
    }
}

/// A table's name, as a person would write it: without the schema that is looked in anyway.
pub(super) fn table_name(table: &Table) -> String {
    if table.schema == "public" {
        written(&table.name)
    } else {
        format!("{}.{}", written(&table.schema), written(&table.name))
    }
}

/// A name, in quotes where it needs some.
pub(super) fn written(name: &str) -> String {
    let mut characters = name.chars();
    let begins = characters
        .next()
        .is_some_and(|c| c.is_ascii_lowercase() || c == '_');
    let is_plain =
        begins && characters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    // A word of SQL's own would be one, too: tables are rarely called so.
    let is_reserved = [
        "all", "and", "as", "check", "desc", "end", "from", "group", "limit", "offset", "order",
        "select", "table", "to", "union", "user", "using", "when", "where", "window", "with",
    ];
    if is_plain && !is_reserved.contains(&name) {
        name.to_owned()
    } else {
        identifier(name)
    }
}
