//! What is asked, and what must come back.

use std::fmt::{self, Write as _};
use std::io;

use crate::client::{Answer, Client, message};

/// Rows of the table `numbers`.
pub(crate) const MANY: u64 = 1_000_000;

/// One thing to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// `SELECT 1` by the simple protocol.
    SelectOne,
    /// `SELECT $1` of a prepared statement: `Bind`, `Execute` and `Sync` in one packet, as drivers send it.
    Prepared,
    HundredRows,
    MillionRows,
    CopyOut,
    CopyIn,
}

pub(crate) fn query(sql: &str) -> Vec<u8> {
    message(b'Q', &text(sql))
}

fn text(text: &str) -> Vec<u8> {
    [text.as_bytes(), b"\0"].concat()
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SelectOne => "select-1",
            Self::Prepared => "prepared",
            Self::HundredRows => "100-rows",
            Self::MillionRows => "1000000-rows",
            Self::CopyOut => "copy-out",
            Self::CopyIn => "copy-in",
        })
    }
}

impl Work {
    pub(crate) fn rows(self) -> u64 {
        match self {
            Self::SelectOne | Self::Prepared => 1,
            Self::HundredRows => 100,
            Self::MillionRows | Self::CopyOut | Self::CopyIn => MANY,
        }
    }

    /// Rows as the recorder counts them: those of results.
    pub(crate) fn result_rows(self) -> u64 {
        match self {
            Self::CopyOut | Self::CopyIn => 0,
            _ => self.rows(),
        }
    }

    pub(crate) fn request(self) -> Request {
        Request {
            work: self,
            before: match self {
                Self::CopyIn => query("TRUNCATE copied"),
                _ => Vec::new(),
            },
            bytes: match self {
                Self::SelectOne => query("SELECT 1"),
                Self::Prepared => execute(7),
                Self::HundredRows => query("SELECT id, name FROM numbers WHERE id <= 100"),
                Self::MillionRows => query("SELECT id, name FROM numbers"),
                Self::CopyOut => query("COPY numbers TO STDOUT"),
                Self::CopyIn => query("COPY copied FROM STDIN"),
            },
            data: match self {
                Self::CopyIn => copy_data(),
                _ => Vec::new(),
            },
        }
    }

    /// What a connection needs to have done before.
    pub(crate) fn prepare(self, client: &mut Client) -> io::Result<()> {
        if self == Self::Prepared {
            let parse = [text("one"), text("SELECT $1::int"), vec![0, 0]].concat();
            client.exchange(&[message(b'P', &parse), sync()].concat())?;
        }
        Ok(())
    }
}

fn sync() -> Vec<u8> {
    message(b'S', b"")
}

fn execute(value: i32) -> Vec<u8> {
    // The unnamed portal of `one`; one parameter, binary, of four bytes; one column, binary.
    let bind = [
        &b"\0one\0"[..],
        &[0, 1, 0, 1, 0, 1, 0, 0, 0, 4],
        &value.to_be_bytes(),
        &[0, 1, 0, 1],
    ];
    let execute = [0, 0, 0, 0, 0];
    [
        message(b'B', &bind.concat()),
        message(b'E', &execute),
        sync(),
    ]
    .concat()
}

/// The rows of `numbers`, in pieces of 64 KiB, and the end.
fn copy_data() -> Vec<u8> {
    let mut all = Vec::new();
    let mut piece = String::new();
    for number in 1..=MANY {
        let written = writeln!(piece, "{number}\tthe row with the number {number}");
        written.expect("a String takes every write");
        if piece.len() > 64 << 10 || number == MANY {
            all.extend(message(b'd', piece.as_bytes()));
            piece.clear();
        }
    }
    all.extend(message(b'c', b""));
    all
}

/// The bytes of a work, made before the clock starts.
pub(crate) struct Request {
    pub(crate) work: Work,
    before: Vec<u8>,
    bytes: Vec<u8>,
    data: Vec<u8>,
}

impl Request {
    /// What has to be undone, outside of the time measured.
    pub(crate) fn clear(&self, client: &mut Client) -> io::Result<()> {
        if !self.before.is_empty() {
            client.exchange(&self.before)?;
        }
        Ok(())
    }

    pub(crate) fn ask(&self, client: &mut Client) -> io::Result<Answer> {
        if self.data.is_empty() {
            client.exchange(&self.bytes)
        } else {
            client.copy_in(&self.bytes, &self.data)
        }
    }

    /// Bytes of payload, sent or received, where an answer is so long.
    pub(crate) fn payload(&self, answer: Answer) -> u64 {
        answer.bytes + self.data.len() as u64
    }
}
