//! What a program sends.

use super::body::{Body, Whole};
use super::framer::Frame;
use crate::record::Parameter;

/// A message of the program, as far as counting needs it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frontend<'a> {
    Query(String),
    Parse {
        statement: &'a str,
        sql: String,
        types: Vec<u32>,
    },
    Bind {
        portal: &'a str,
        statement: &'a str,
        values: Vec<Value<'a>>,
        /// The formats of the result's columns: none is text for all, one is for all, several are one for each.
        results: Vec<u16>,
    },
    Execute {
        portal: &'a str,
    },
    Describe(Target<'a>),
    Close(Target<'a>),
    Sync,
    FunctionCall,
    /// `CopyDone` or `CopyFail`: the program has no more data.
    CopyEnd,
    /// Known, and of no account: `Flush`, `Terminate`, copy data, passwords.
    NoAccount,
    NotUnderstood,
}

/// A value of a `Bind`: its format and its bytes, `None` for `NULL`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Value<'a> {
    pub(super) binary: bool,
    pub(super) bytes: Option<&'a [u8]>,
    /// Where bytes are missing, a hash of those that are.
    pub(super) beyond: Option<u64>,
}

impl Value<'_> {
    pub(crate) fn parameter(&self, type_oid: u32) -> Parameter {
        Parameter::new(type_oid, self.binary, self.bytes).cut(self.beyond)
    }
}

/// What `Describe` and `Close` are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target<'a> {
    Statement(&'a str),
    Portal(&'a str),
}

impl<'a> Frontend<'a> {
    pub(crate) fn wants(tag: u8) -> bool {
        matches!(tag, b'Q' | b'P' | b'B' | b'E' | b'D' | b'C')
    }

    pub(crate) fn decode(frame: Frame<'a>) -> Self {
        let mut body = Body(frame.body);
        let decoded = match frame.tag {
            b'Q' => body.text().map(Self::Query),
            b'P' => parse(&mut body),
            b'B' => bind(&mut body, frame.beyond),
            b'E' => body.name().map(|portal| Self::Execute { portal }),
            b'D' => target(&mut body).map(Self::Describe),
            b'C' => target(&mut body).map(Self::Close),
            b'S' => Some(Self::Sync),
            b'F' => Some(Self::FunctionCall),
            b'c' | b'f' => Some(Self::CopyEnd),
            b'H' | b'X' | b'p' | b'd' => Some(Self::NoAccount),
            _ => None,
        };
        decoded.unwrap_or(Self::NotUnderstood)
    }
}

fn parse<'a>(body: &mut Body<'a>) -> Option<Frontend<'a>> {
    Some(Frontend::Parse {
        statement: body.name()?,
        sql: body.text()?,
        // A text longer than what is kept has no types after it.
        types: body.list(Body::u32).unwrap_or_default(),
    })
}

fn bind<'a>(body: &mut Body<'a>, beyond: Option<u64>) -> Option<Frontend<'a>> {
    let portal = body.name()?;
    let statement = body.name()?;
    let formats = body.list(Body::u16)?;
    let count = body.u16()?;
    let values = (0..count).map_while(|at| {
        let binary = is_binary(&formats, at.into());
        value(body, binary, beyond)
    });
    let values: Vec<_> = values.collect();
    let results = body.list(Body::u16).unwrap_or_default();
    // What has neither all its values nor missing bytes that hold them is no `Bind`.
    (values.len() == usize::from(count)).then_some(Frontend::Bind {
        portal,
        statement,
        values,
        results,
    })
}

fn value<'a>(body: &mut Body<'a>, binary: bool, beyond: Option<u64>) -> Option<Value<'a>> {
    let (bytes, whole) = body
        .value()
        .or(beyond.map(|_| (Some(&[][..]), Whole::No)))?;
    if whole == Whole::No && beyond.is_none() {
        return None;
    }
    Some(Value {
        binary,
        bytes,
        beyond: beyond.filter(|_| whole == Whole::No),
    })
}

/// No format code means text for all, one is for all, several are one for each.
pub(crate) fn is_binary(formats: &[u16], at: usize) -> bool {
    match formats {
        [] => false,
        [all] => *all == 1,
        each => each.get(at) == Some(&1),
    }
}

fn target<'a>(body: &mut Body<'a>) -> Option<Target<'a>> {
    match body.u8()? {
        b'S' => body.name().map(Target::Statement),
        b'P' => body.name().map(Target::Portal),
        _ => None,
    }
}
