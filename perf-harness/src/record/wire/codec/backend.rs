//! What a server answers.

use super::body::Body;
use super::framer::Frame;

/// A message of the server, as far as counting needs it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    ParseComplete,
    /// `BindComplete` or `CloseComplete`.
    StepComplete,
    ParameterDescription(Vec<u32>),
    /// `RowDescription` or `NoData`: the end of a `Describe`, or the head of a simple query's result.
    Rows,
    DataRow,
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

impl Backend {
    pub(crate) fn wants(tag: u8) -> bool {
        matches!(tag, b't' | b'E' | b'Z')
    }

    pub(crate) fn decode(frame: Frame<'_>) -> Self {
        let mut body = Body(frame.body);
        match frame.tag {
            b'1' => Self::ParseComplete,
            b'2' | b'3' => Self::StepComplete,
            b't' => Self::ParameterDescription(body.list(Body::u32).unwrap_or_default()),
            b'T' | b'n' => Self::Rows,
            b'D' => Self::DataRow,
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

/// Fields of an `ErrorResponse`: a type byte and a text each, `C` the code, `M` the message.
fn error(body: &mut Body<'_>) -> Backend {
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
