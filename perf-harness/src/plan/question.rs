//! A statement whose plan is asked for, and why one may not be had.

use std::fmt;
use std::sync::Arc;

/// One statement as a program sent it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Question {
    pub(crate) sql: Arc<str>,
    pub(crate) form: Form,
    pub(crate) values: Vec<Value>,
    /// Statements that bring a session to where the program's was.
    pub(crate) settings: Arc<[Arc<str>]>,
    /// A statement with a name: from its sixth run on the server may use one plan for all values.
    pub(crate) is_prepared: bool,
}

/// How a plan can be asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    /// `SELECT`, `INSERT`, `UPDATE`, `DELETE`, `MERGE`, `VALUES`, `TABLE`, `WITH`: it can be prepared.
    Prepared,
    /// `DECLARE .. CURSOR`, `CREATE TABLE .. AS`, ..: only as it is.
    AsItIs,
    /// By its first word: it has no plan.
    Planless(String),
}

impl Form {
    /// By the words of a statement, in upper case.
    pub(crate) fn of(words: &[String]) -> Self {
        let first_word = words.first().map_or("", String::as_str);
        match first_word {
            "CREATE" if !makes_rows(words) => Self::Planless(first_word.to_owned()),
            "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "MERGE" | "VALUES" | "TABLE" | "WITH"
            | "(" => Self::Prepared,
            "DECLARE" | "CREATE" | "REFRESH" | "EXECUTE" => Self::AsItIs,
            other => Self::Planless(other.to_owned()),
        }
    }
}

/// `CREATE TABLE .. AS SELECT ..` and `CREATE MATERIALIZED VIEW .. AS ..`: what else is created is made of no query's rows.
fn makes_rows(words: &[String]) -> bool {
    let is = |word: &String, any: &[&str]| any.contains(&word.as_str());
    let is_kept = words
        .iter()
        .take(4)
        .any(|word| is(word, &["TABLE", "MATERIALIZED"]));
    let mut pairs = words.windows(2);
    let queries = ["SELECT", "WITH", "VALUES", "TABLE", "EXECUTE", "("];
    let column = |at: usize| {
        words
            .get(at.wrapping_sub(1))
            .is_some_and(|word| word == "ALWAYS")
    };
    let from = pairs.position(|pair| pair[0] == "AS" && is(&pair[1], &queries));
    is_kept && from.is_some_and(|at| !column(at))
}

/// A value as it was bound.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Value {
    /// 0 where the driver left the type to the server.
    pub(crate) type_oid: u32,
    pub(crate) is_binary: bool,
    /// `None` is `NULL`.
    pub(crate) bytes: Option<Arc<[u8]>>,
    /// It was too long to be kept.
    pub(crate) is_cut: bool,
}

impl Value {
    /// Its value, if it is a whole number of four or eight bytes, or a text of digits.
    pub(crate) fn whole_number(&self) -> Option<i64> {
        let bytes = self.bytes.as_deref()?;
        if !self.is_binary {
            return std::str::from_utf8(bytes).ok()?.parse().ok();
        }
        match bytes.len() {
            4 => Some(i64::from(i32::from_be_bytes(bytes.try_into().ok()?))),
            8 => Some(i64::from_be_bytes(bytes.try_into().ok()?)),
            _ => None,
        }
    }

    /// Another value in its place, as a text.
    pub(crate) fn replaced(&self, text: &str) -> Self {
        Self {
            type_oid: self.type_oid,
            is_binary: false,
            bytes: Some(Arc::from(text.as_bytes())),
            is_cut: false,
        }
    }
}

/// Which plans are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The one for all values, too, where the statement has a name.
    pub(crate) generic: bool,
    /// Run it, to see what comes of it. Only for what writes nothing: the transaction is read-only then.
    pub(crate) run: bool,
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Statements of this kind have none.
    Planless(String),
    /// A value was too long to be kept: its number, from 1.
    Cut(usize),
    /// A value is no text that could be sent again: its number, from 1.
    Unreadable(usize),
    /// What the server said to it.
    Server(String),
    /// What the server gave is no plan that is understood: why, and its JSON.
    Unparsed(String, Arc<str>),
}

impl Refusal {
    /// Statements of this kind read no table's rows: there is nothing to be known of them.
    pub(crate) fn is_harmless(&self) -> bool {
        let Self::Planless(word) = self else {
            return false;
        };
        !matches!(word.as_str(), "COPY" | "CALL" | "DO" | "FETCH" | "MOVE")
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Planless(word) => write!(f, "{word} has no plan"),
            Self::Cut(number) => write!(f, "the value of ${number} was too long to be kept"),
            Self::Unreadable(number) => write!(f, "the value of ${number} cannot be sent again"),
            Self::Server(message) => write!(f, "the server says: {message}"),
            Self::Unparsed(why, _) => write!(f, "its plan cannot be read: {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_makes_rows_of_a_query_has_a_plan() {
        let check = |sql: &str, expected: Form| {
            let words: Vec<String> = sql.split(' ').map(str::to_owned).collect();
            assert_eq!(Form::of(&words), expected, "{sql}");
        };
        let planless = |word: &str| Form::Planless(word.to_owned());
        check("SELECT 1", Form::Prepared);
        check("( SELECT 1 )", Form::Prepared);
        check("DECLARE C CURSOR FOR SELECT 1", Form::AsItIs);
        check("CREATE TABLE A AS SELECT 1", Form::AsItIs);
        check("CREATE TEMP TABLE A ( X ) AS WITH B AS ( ..", Form::AsItIs);
        check("CREATE MATERIALIZED VIEW A AS ( SELECT 1 )", Form::AsItIs);
        check(
            "CREATE TABLE A ( X INT GENERATED ALWAYS AS ( Y ) STORED )",
            planless("CREATE"),
        );
        check("CREATE VIEW A AS SELECT 1", planless("CREATE"));
        check("CREATE INDEX A ON B ( C )", planless("CREATE"));
        check("COPY A TO STDOUT", planless("COPY"));
        assert_eq!(Form::of(&[]), planless(""));
    }
}
