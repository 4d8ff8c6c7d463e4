//! What a server answers.

use super::body::Body;
use super::framer::Frame;
use crate::record::Column;

/// A message of the server, as far as counting needs it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Backend<'a> {
    ParseComplete,
    /// `BindComplete` or `CloseComplete`.
    StepComplete,
    ParameterDescription(Vec<u32>),
    /// The end of a `Describe`, or the head of a simple query's result.
    RowDescription(Vec<Column>),
    /// The end of a `Describe` of what returns no rows.
    NoData,
    /// A row, and its values where they were wanted.
    DataRow(&'a [u8]),
    CommandComplete,
    EmptyQuery,
    PortalSuspended,
    /// The server waits for copy data.
    CopyIn,
    /// `CopyOutResponse`, `CopyBothResponse`: the head of a result.
    CopyOut,
    ReadyForQuery {
        in_transaction: bool,
    },
    Error {
        sqlstate: String,
        message: String,
    },
    /// Known, and of no account: notices, notifications, parameters, copy data, authentication, and the
    /// result of a function call, which is no SQL statement.
    NoAccount,
    NotUnderstood,
}

impl<'a> Backend<'a> {
    /// Which bodies are needed. Those of rows only while someone keeps them.
    pub(crate) fn wants(tag: u8, rows: bool) -> bool {
        matches!(tag, b't' | b'T' | b'E' | b'Z') || tag == b'D' && rows
    }

    pub(crate) fn decode(frame: Frame<'a>) -> Self {
        let mut body = Body(frame.body);
        match frame.tag {
            b'1' => Self::ParseComplete,
            b'2' | b'3' => Self::StepComplete,
            b't' => Self::ParameterDescription(body.list(Body::u32).unwrap_or_default()),
            b'T' => Self::RowDescription(body.list(column).unwrap_or_default()),
            b'n' => Self::NoData,
            b'D' => Self::DataRow(frame.body),
            b'C' => Self::CommandComplete,
            b'I' => Self::EmptyQuery,
            b's' => Self::PortalSuspended,
            b'G' => Self::CopyIn,
            b'H' | b'W' => Self::CopyOut,
            b'Z' => Self::ReadyForQuery {
                in_transaction: body.u8() != Some(b'I'),
            },
            b'E' => error(&mut body),
            b'N' | b'A' | b'V' | b'S' | b'K' | b'R' | b'v' | b'd' | b'c' => Self::NoAccount,
            _ => Self::NotUnderstood,
        }
    }
}

/// Of a `RowDescription`: name, table, attribute, type, its length, its modifier, format.
fn column(body: &mut Body<'_>) -> Option<Column> {
    let name = body.text()?;
    let (_table, _attribute) = (body.u32()?, body.u16()?);
    let type_oid = body.u32()?;
    let (_length, _modifier) = (body.u16()?, body.u32()?);
    Some(Column {
        name,
        type_oid,
        binary: body.u16()? == 1,
    })
}

/// Fields of an `ErrorResponse`: a type byte and a text each, `C` the code, `M` the message.
fn error<'a>(body: &mut Body<'_>) -> Backend<'a> {
    let (mut sqlstate, mut message) = (String::new(), String::new());
    while let Some(field @ 1..) = body.u8() {
        let text = body.text().unwrap_or_default();
        match field {
            b'C' => sqlstate = text,
            b'M' => message = text,
            _ => {}
        }
    }
    Backend::Error { sqlstate, message }
}
