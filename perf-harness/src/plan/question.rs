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
    /// By the first word of a statement, in upper case.
    pub(crate) fn of(first_word: &str) -> Self {
        match first_word {
            "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "MERGE" | "VALUES" | "TABLE" | "WITH"
            | "(" => Self::Prepared,
            "DECLARE" | "CREATE" | "REFRESH" | "EXECUTE" => Self::AsItIs,
            other => Self::Planless(other.to_owned()),
        }
    }
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
