//! Byte streams of real drivers: `captures/README.md` says what each is.

use super::Direction;
use super::session::Session;
use super::startup;

/// One connection, from its start-up packet to its end.
pub(super) struct Capture {
    pub(super) name: &'static str,
    /// What the server logged: the statements that it executed, and its errors.
    pub(super) server_log: Vec<(String, String)>,
    pub(super) startup: Vec<u8>,
    /// What passed, write by write, without the start-up packet.
    pub(super) writes: Vec<(Direction, Vec<u8>)>,
}

macro_rules! captures {
    ($($name:literal,)*) => {
        /// All of them.
        pub(super) fn all() -> Vec<Capture> {
            vec![$(read($name, include_str!(concat!("captures/", $name, ".capture"))),)*]
        }
    };
}

captures![
    "asyncpg",
    "libpq-3.2",
    "libpq-copy-extended",
    "pg_receivewal",
    "pg_recvlogical",
    "pgbench-extended",
    "pgbench-pipeline",
    "pgbench-pipeline-error",
    "pgbench-prepared",
    "pgbench-simple",
    "psql-copy",
    "psql-large-object",
    "psql-refused",
    "psql-replication",
    "psql-simple",
    "psycopg-cursor",
    "psycopg-deferred",
    "psycopg-evict",
    "psycopg-pipeline",
    "psycopg-prepared",
    "psycopg-terminated",
    "sqlx",
    "sqlx-copy",
    "sqlx-enum",
    "tokio-postgres",
    "tokio-postgres-copy",
];

impl Capture {
    pub(super) fn session(&self) -> Session {
        Session::opened_for(startup::read(&self.startup))
    }
}

pub(super) fn named(name: &str) -> Capture {
    let found = all().into_iter().find(|capture| capture.name == name);
    found.unwrap_or_else(|| panic!("no capture {name}"))
}

fn read(name: &'static str, text: &str) -> Capture {
    let mut capture = Capture {
        name,
        server_log: Vec::new(),
        startup: Vec::new(),
        writes: Vec::new(),
    };
    for line in text.lines() {
        match line.split_once(' ') {
            Some((">", rest)) => capture.writes.push((Direction::Sent, bytes(rest))),
            Some(("<", rest)) => capture.writes.push((Direction::Received, bytes(rest))),
            Some(("=", rest)) => capture.server_log.push(logged(rest)),
            _ => panic!("{name}: {line}"),
        }
    }
    take_startup(&mut capture);
    capture
}

/// `length digits`
fn bytes(rest: &str) -> Vec<u8> {
    let (length, digits) = rest.split_once(' ').expect("a length and digits");
    let bytes = hex(digits);
    assert_eq!(length.parse(), Ok(bytes.len()));
    bytes
}

/// `kind: text`, newlines written `\n`.
fn logged(rest: &str) -> (String, String) {
    let (kind, text) = rest.split_once(": ").expect("a kind and a text");
    (kind.to_owned(), text.replace("\\n", "\n"))
}

fn take_startup(capture: &mut Capture) {
    let (direction, first) = capture.writes.remove(0);
    assert_eq!(direction, Direction::Sent);
    let prefix = first[..4].try_into().expect("four bytes");
    assert_eq!(startup::length(prefix), Some(first.len()));
    capture.startup = first;
}

/// Bytes as hexadecimal digits. Blanks between them are passed over.
pub(super) fn hex(digits: &str) -> Vec<u8> {
    let digit = |c: u8| char::from(c).to_digit(16).expect("a hexadecimal digit");
    let digits: Vec<u32> = digits.bytes().filter(|c| *c != b' ').map(digit).collect();
    let pairs = digits.chunks(2);
    pairs
        .map(|pair| u8::try_from(pair[0] << 4 | pair[1]).expect("two digits"))
        .collect()
}
