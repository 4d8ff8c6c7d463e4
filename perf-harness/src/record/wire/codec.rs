//! Bytes to messages. No IO, no state beyond one half-read message.
//!
//! Never fails: a message that is not understood is reported as such and skipped by its length.

use crate::record::Parameter;

/// The most of one message that is kept. What is longer is forwarded in full and read in part.
const MOST_KEPT: usize = 1 << 20;

/// Cuts one direction of a connection into messages, however its bytes arrive.
#[derive(Debug, Default)]
pub(super) struct Framer {
    header: [u8; 5],
    header_read: usize,
    body: Vec<u8>,
    body_left: usize,
    wanted: bool,
    lost: bool,
}

/// One message: its type byte and, where it was wanted, its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame<'a> {
    pub(super) tag: u8,
    pub(super) body: &'a [u8],
}

/// A length that no message can have: from here on nothing can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OutOfStep;

impl Framer {
    /// Feeds bytes and calls `on_frame` for each message that they complete.
    ///
    /// `wants` says of which message types the body is needed; the others are counted past.
    pub(super) fn feed(
        &mut self,
        mut bytes: &[u8],
        wants: impl Fn(u8) -> bool,
        mut on_frame: impl FnMut(Result<Frame<'_>, OutOfStep>),
    ) {
        while !bytes.is_empty() && !self.lost {
            if self.header_read < self.header.len() {
                bytes = self.feed_header(bytes, &wants);
            } else {
                bytes = self.feed_body(bytes);
            }
            if self.lost {
                on_frame(Err(OutOfStep));
            } else if self.header_read == self.header.len() && self.body_left == 0 {
                on_frame(Ok(Frame {
                    tag: self.header[0],
                    body: &self.body,
                }));
                self.header_read = 0;
                self.body.clear();
                self.body.shrink_to(MOST_KEPT / 16);
            }
        }
    }

    fn feed_header<'a>(&mut self, bytes: &'a [u8], wants: impl Fn(u8) -> bool) -> &'a [u8] {
        let taken = bytes.len().min(self.header.len() - self.header_read);
        self.header[self.header_read..][..taken].copy_from_slice(&bytes[..taken]);
        self.header_read += taken;
        if self.header_read == self.header.len() {
            let [tag, length @ ..] = self.header;
            self.wanted = wants(tag);
            // The length counts itself, but not the type byte.
            match u32::from_be_bytes(length).checked_sub(4) {
                Some(left) => self.body_left = left as usize,
                None => self.lost = true,
            }
        }
        &bytes[taken..]
    }

    fn feed_body<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let taken = bytes.len().min(self.body_left);
        if self.wanted {
            let kept = taken.min(MOST_KEPT.saturating_sub(self.body.len()));
            self.body.extend_from_slice(&bytes[..kept]);
        }
        self.body_left -= taken;
        &bytes[taken..]
    }
}

/// What a program sends.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frontend<'a> {
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
    },
    Execute {
        portal: &'a str,
    },
    Describe(Target<'a>),
    Close(Target<'a>),
    Sync,
    FunctionCall,
    /// Known, and of no account: `Flush`, `Terminate`, copy data, passwords.
    NoAccount,
    NotUnderstood,
}

/// A value of a `Bind`: its format and its bytes, `None` for `NULL`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Value<'a> {
    pub(super) binary: bool,
    pub(super) bytes: Option<&'a [u8]>,
}

impl Value<'_> {
    pub(super) fn parameter(&self, type_oid: u32) -> Parameter {
        Parameter::new(type_oid, self.binary, self.bytes)
    }
}

/// What `Describe` and `Close` are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target<'a> {
    Statement(&'a str),
    Portal(&'a str),
}

impl<'a> Frontend<'a> {
    pub(super) fn wants(tag: u8) -> bool {
        matches!(tag, b'Q' | b'P' | b'B' | b'E' | b'D' | b'C')
    }

    pub(super) fn decode(frame: Frame<'a>) -> Self {
        let mut body = Body(frame.body);
        let decoded = match frame.tag {
            b'Q' => body.text().map(Self::Query),
            b'P' => parse(&mut body),
            b'B' => bind(&mut body),
            b'E' => body.name().map(|portal| Self::Execute { portal }),
            b'D' => target(&mut body).map(Self::Describe),
            b'C' => target(&mut body).map(Self::Close),
            b'S' => Some(Self::Sync),
            b'F' => Some(Self::FunctionCall),
            b'H' | b'X' | b'p' | b'd' | b'c' | b'f' => Some(Self::NoAccount),
            _ => None,
        };
        decoded.unwrap_or(Self::NotUnderstood)
    }
}

fn parse<'a>(body: &mut Body<'a>) -> Option<Frontend<'a>> {
    let statement = body.name()?;
    let sql = body.text()?;
    // A text longer than what is kept has no types after it.
    let count = body.u16().unwrap_or(0);
    let types = (0..count).map_while(|_| body.u32()).collect();
    Some(Frontend::Parse {
        statement,
        sql,
        types,
    })
}

fn bind<'a>(body: &mut Body<'a>) -> Option<Frontend<'a>> {
    let portal = body.name()?;
    let statement = body.name()?;
    let formats: Vec<u16> = (0..body.u16()?).map_while(|_| body.u16()).collect();
    let values = (0..body.u16()?)
        .map_while(|at| {
            let binary = is_binary(&formats, at.into());
            let bytes = body.value()?;
            Some(Value { binary, bytes })
        })
        .collect();
    Some(Frontend::Bind {
        portal,
        statement,
        values,
    })
}

/// No format code means text for all, one is for all, several are one for each.
fn is_binary(formats: &[u16], at: usize) -> bool {
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

/// What a server answers.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Backend {
    ParseComplete,
    BindComplete,
    CloseComplete,
    ParameterDescription(Vec<u32>),
    /// `RowDescription` or `NoData`: the end of a `Describe`, or the start of a result.
    Rows,
    NoData,
    DataRow,
    CommandComplete,
    EmptyQuery,
    PortalSuspended,
    /// `CopyInResponse`, `CopyOutResponse`, `CopyBothResponse`.
    Copy,
    FunctionResult,
    ReadyForQuery,
    Error {
        sqlstate: String,
        message: String,
    },
    /// Known, and of no account: notices, notifications, parameters, copy data, authentication.
    NoAccount,
    NotUnderstood,
}

impl Backend {
    pub(super) fn wants(tag: u8) -> bool {
        matches!(tag, b't' | b'E')
    }

    pub(super) fn decode(frame: Frame<'_>) -> Self {
        match frame.tag {
            b'1' => Self::ParseComplete,
            b'2' => Self::BindComplete,
            b'3' => Self::CloseComplete,
            b't' => parameter_types(frame.body),
            b'T' => Self::Rows,
            b'n' => Self::NoData,
            b'D' => Self::DataRow,
            b'C' => Self::CommandComplete,
            b'I' => Self::EmptyQuery,
            b's' => Self::PortalSuspended,
            b'G' | b'H' | b'W' => Self::Copy,
            b'V' => Self::FunctionResult,
            b'Z' => Self::ReadyForQuery,
            b'E' => error(frame.body),
            b'N' | b'A' | b'S' | b'K' | b'R' | b'v' | b'd' | b'c' => Self::NoAccount,
            _ => Self::NotUnderstood,
        }
    }
}

fn parameter_types(body: &[u8]) -> Backend {
    let mut body = Body(body);
    let count = body.u16().unwrap_or(0);
    Backend::ParameterDescription((0..count).map_while(|_| body.u32()).collect())
}

/// Fields of an `ErrorResponse`: a type byte and a text each, `C` the code, `M` the message.
fn error(body: &[u8]) -> Backend {
    let mut body = Body(body);
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

/// What is left of a message's body.
struct Body<'a>(&'a [u8]);

impl<'a> Body<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    /// A value's length, -1 for `NULL`, and its bytes.
    fn value(&mut self) -> Option<Option<&'a [u8]>> {
        match self.u32()? {
            u32::MAX => Some(None),
            length => self.take(length as usize).map(Some),
        }
    }

    /// A name: ends with a zero byte, and names are what programs say they are.
    fn name(&mut self) -> Option<&'a str> {
        let end = self.0.iter().position(|byte| *byte == 0)?;
        let name = std::str::from_utf8(self.take(end)?).ok()?;
        self.take(1)?;
        Some(name)
    }

    /// A text: ends with a zero byte, or where the message was cut. Other encodings lose letters.
    fn text(&mut self) -> Option<String> {
        let end = self.0.iter().position(|byte| *byte == 0);
        let text = self.take(end.unwrap_or(self.0.len()))?;
        if end.is_some() {
            self.take(1)?;
        }
        Some(String::from_utf8_lossy(text).into_owned())
    }
}

#[cfg(test)]
mod tests;
