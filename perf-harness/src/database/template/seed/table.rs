//! Names of tables and columns, as SQL takes them.

/// A table: its name, or its schema and name.
///
/// Names are taken as they are: `"Articles"` has a capital letter, and a dot is part of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    schema: Option<String>,
    name: String,
}

impl Table {
    /// Quoted, for SQL.
    pub(super) fn sql(&self) -> String {
        let parts = self.schema.iter().chain([&self.name]);
        parts.map(|part| quoted(part)).collect::<Vec<_>>().join(".")
    }
}

/// As it is told to a person.
impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

impl From<&str> for Table {
    fn from(name: &str) -> Self {
        Self {
            schema: None,
            name: name.to_owned(),
        }
    }
}

impl From<(&str, &str)> for Table {
    fn from((schema, name): (&str, &str)) -> Self {
        Self {
            schema: Some(schema.to_owned()),
            name: name.to_owned(),
        }
    }
}

/// PostgreSQL documentation, "Identifiers and Key Words".
pub(in crate::database::template) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The columns of a statement.
pub(super) fn list<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    names.into_iter().map(quoted).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_as_they_are() {
        assert_eq!(Table::from("a.b").sql(), "\"a.b\"");
        assert_eq!(Table::from(("My", "t\"x")).sql(), "\"My\".\"t\"\"x\"");
        assert_eq!(Table::from(("s", "t")).to_string(), "s.t");
        assert_eq!(list(["a", "B"]), "\"a\", \"B\"");
    }
}
