//! What a program sends: messages, and the statements in them.

use std::fmt;

use crate::socket::message;

/// A statement, with what the server's statistics make of it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    pub(crate) sql: String,
    pub(crate) kind: Kind,
}

impl fmt::Debug for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}", self.kind, self.sql)
    }
}

/// How the server runs a statement, and how `pg_stat_statements` counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It runs for as long as its portal is asked, and is counted when the portal is closed in good order. Of rows, until
    /// version 15, those of the last `Execute` alone are counted.
    Select,
    /// It runs at once, and is counted with the rows that its command tag tells.
    Write,
    /// It runs at once, keeps what it returns for its portal, and is counted with all of these rows.
    Returning(u64),
    /// It is counted with the rows of its tag where that is `COPY`, `FETCH` or `SELECT`, and else without any.
    Utility,
    /// `EXECUTE`, which is not counted. What it runs is, with the rows that its command tag tells.
    Prepared,
    /// Not counted.
    Prepare,
    /// Not counted before version 17.
    Deallocate,
    /// Nothing at all.
    Empty,
}

impl Kind {
    /// Is it looked at only when it runs, in a portal of its own by then?
    pub(crate) fn is_utility(self) -> bool {
        matches!(
            self,
            Self::Utility | Self::Prepared | Self::Prepare | Self::Deallocate
        )
    }
}

impl Statement {
    pub(crate) fn new(kind: Kind, sql: impl Into<String>) -> Self {
        Self {
            sql: sql.into(),
            kind,
        }
    }
}

/// A message of the program, or a moment at which it waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    Query(Vec<Statement>),
    Parse(String, Statement),
    /// Portal, statement, its values.
    Bind(String, String, Vec<String>),
    DescribeStatement(String),
    DescribePortal(String),
    /// Portal, and how many rows at most. 0 is all.
    Execute(String, u32),
    CloseStatement(String),
    ClosePortal(String),
    Flush,
    Sync,
    /// The function's number, and its values.
    Call(u32, Vec<String>),
    CopyData(String),
    CopyDone,
    CopyFail,
    /// Reads until the server waits: for copy data, or after an error, or for the next query.
    Await,
}

impl Ask {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Query(statements) => {
                let texts: Vec<&str> = statements.iter().map(|one| one.sql.as_str()).collect();
                message(b'Q', &texts_of(&[&texts.join("; ")]))
            }
            Self::Parse(name, statement) => {
                let body = [texts_of(&[name, &statement.sql]), vec![0, 0]].concat();
                message(b'P', &body)
            }
            Self::Bind(portal, statement, given) => {
                let names = texts_of(&[portal, statement]);
                // No format codes: all as text, there and back.
                let body = [names, vec![0, 0], values(given), vec![0, 0]].concat();
                message(b'B', &body)
            }
            Self::DescribeStatement(name) => message(b'D', &texts_of(&[&format!("S{name}")])),
            Self::DescribePortal(name) => message(b'D', &texts_of(&[&format!("P{name}")])),
            Self::Execute(portal, most) => {
                let body = [&texts_of(&[portal])[..], &most.to_be_bytes()].concat();
                message(b'E', &body)
            }
            Self::CloseStatement(name) => message(b'C', &texts_of(&[&format!("S{name}")])),
            Self::ClosePortal(name) => message(b'C', &texts_of(&[&format!("P{name}")])),
            Self::Flush => message(b'H', &[]),
            Self::Sync => message(b'S', &[]),
            Self::Call(function, given) => {
                let head = [&function.to_be_bytes()[..], &[0, 0]].concat();
                message(b'F', &[head, values(given), vec![0, 0]].concat())
            }
            Self::CopyData(data) => message(b'd', data.as_bytes()),
            Self::CopyDone => message(b'c', &[]),
            Self::CopyFail => message(b'f', &texts_of(&["on purpose"])),
            Self::Await => Vec::new(),
        }
    }
}

/// Texts, each with its zero byte.
fn texts_of(texts: &[&str]) -> Vec<u8> {
    texts.iter().fold(Vec::new(), |mut body, text| {
        body.extend_from_slice(text.as_bytes());
        body.push(0);
        body
    })
}

/// A count, and a length and the bytes of each.
fn values(given: &[String]) -> Vec<u8> {
    let count = u16::try_from(given.len()).unwrap();
    let mut bytes = count.to_be_bytes().to_vec();
    for value in given {
        bytes.extend(u32::try_from(value.len()).unwrap().to_be_bytes());
        bytes.extend_from_slice(value.as_bytes());
    }
    bytes
}
