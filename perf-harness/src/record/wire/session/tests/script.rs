//! A script of messages, one line for each write, and the events that a session makes of it.
//!
//! `>` is the program's write, `<` the server's; `|` stands between messages. `-` is the empty name.
//!
//! ```text
//! > parse s1 [23] SELECT $1 | bind - s1 7 NULL | describe portal - | execute - | sync
//! < parsed | bound | columns | row | done | ready
//! ```

use std::time::Duration;

use super::super::{Event, Session};
use crate::record::wire::Direction::{self, Received, Sent};
use crate::record::wire::captures::hex;
use crate::record::wire::startup::Startup;
use crate::record::{Class, Outcome};

/// The bytes of a script, write by write.
pub(super) type Writes = Vec<(Direction, Vec<u8>)>;

/// What a connection of trust authentication begins with, after its start-up packet.
pub(super) const CONNECTED: &str = "< authentication | parameter | key | ready";

/// Plays the script on a connection that is open. It must give these events, however its bytes arrive.
pub(super) fn check(script: &str, expected: &str) {
    let script = format!("{CONNECTED}\n{script}");
    check_from_start(&script, &format!("connected\n{expected}"));
}

/// Plays the script on a connection that has sent its start-up packet.
pub(super) fn check_from_start(script: &str, expected: &str) {
    check_opened_for(Startup::Session, script, expected);
}

/// Plays the script on a connection that has sent its start-up packet, which asked for this.
pub(super) fn check_opened_for(startup: Startup, script: &str, expected: &str) {
    let expected: Vec<_> = expected.lines().map(str::trim).collect();
    let writes = writes(script);
    for piece in [usize::MAX, 1, 7] {
        let mut session = Session::opened_for(startup);
        let events = play(&mut session, &writes, piece);
        // What each of these carries is told by `check_work`.
        let of_note = events.iter().filter(|event| **event != Event::Work);
        let told: Vec<_> = of_note.map(tell).collect();
        assert_eq!(told, expected, "in pieces of {piece}: {script}");
        if script.trim_end().ends_with("ready") {
            assert_settled(&session);
        }
    }
}

/// Plays the script on a connection that is open. So many of its round trips must carry work, however its bytes arrive.
pub(super) fn check_work(script: &str, expected: usize) {
    let writes = writes(&format!("{CONNECTED}\n{script}"));
    for piece in [usize::MAX, 1, 7] {
        let mut session = Session::opened_for(Startup::Session);
        let events = play(&mut session, &writes, piece);
        let work = events.iter().filter(|event| **event == Event::Work);
        assert_eq!(work.count(), expected, "in pieces of {piece}: {script}");
    }
}

/// Every answer came, so nothing may be owed and no portal kept.
fn assert_settled(session: &Session) {
    let (_, portals, pending) = session.state.held();
    assert_eq!((portals, pending), (0, 0), "{session:?}");
    assert!(!session.state.waiting, "{session:?}");
}

/// The events of some writes, cut into pieces. Rows of one query are added up.
pub(super) fn play(session: &mut Session, writes: &Writes, piece: usize) -> Vec<Event> {
    let mut events = Vec::new();
    for (direction, bytes) in writes {
        for piece in bytes.chunks(piece) {
            session.feed(*direction, piece, Duration::ZERO, |event| {
                add(&mut events, event);
            });
        }
    }
    events
}

pub(super) fn add(events: &mut Vec<Event>, event: Event) {
    match (events.last_mut(), event) {
        (
            Some(Event::Rows {
                id: last,
                count: sum,
                kept: all,
            }),
            Event::Rows { id, count, kept },
        ) if *last == id => {
            *sum += count;
            all.extend(&kept);
        }
        (_, event) => events.push(event),
    }
}

pub(super) fn tell(event: &Event) -> String {
    match event {
        Event::Connected => "connected".to_owned(),
        Event::Prepared { again: false } => "prepared".to_owned(),
        Event::Prepared { again: true } => "prepared again".to_owned(),
        Event::Resumed { id, .. } => format!("{id} goes on"),
        Event::Dropped { id } => format!("{id} stays where it is"),
        Event::Transaction { open: true } => "transaction opens".to_owned(),
        Event::Transaction { open: false } => "transaction closes".to_owned(),
        Event::RoundTrip => "round trip".to_owned(),
        Event::Ping => "ping".to_owned(),
        Event::Work => "work".to_owned(),
        Event::Error => "error".to_owned(),
        Event::Undecoded => "undecoded".to_owned(),
        Event::Rows { id, count, .. } => format!("{id} has {count} rows"),
        Event::Retracted { id } => format!("{id} is taken back"),
        Event::Plan { id, is_own, plan } => {
            let whose = if *is_own { "its plan" } else { "a plan within" };
            let text = plan.as_ref().map_or("too long", |_| "told");
            format!("{id} has {whose}: {text}")
        }
        Event::Finished { id, outcome, .. } => match outcome {
            Outcome::Completed => format!("{id} ends"),
            Outcome::Suspended => format!("{id} pauses"),
            Outcome::Failed(error) => format!("{id} fails: {}", error.sqlstate()),
            Outcome::Running => unreachable!("what ended does not run"),
        },
        Event::Started {
            id,
            sql,
            class,
            parameters,
            ..
        } => {
            let values: Vec<_> = parameters.iter().map(ToString::to_string).collect();
            let with = if values.is_empty() { "" } else { " with " };
            format!("{id} {}: {sql}{with}{}", verb(*class), values.join(", "))
        }
    }
}

fn verb(class: Class) -> &'static str {
    match class {
        Class::Query => "starts",
        Class::TransactionControl => "controls",
        Class::Driver => "looks up",
    }
}

pub(super) fn writes(script: &str) -> Writes {
    let lines = script
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    lines.map(write).collect()
}

fn write(line: &str) -> (Direction, Vec<u8>) {
    let (direction, messages) = line.split_at(1);
    let (direction, encode): (_, fn(&str, &str) -> Vec<u8>) = match direction {
        ">" => (Sent, program),
        "<" => (Received, server),
        other => panic!("a line starts with > or <, not {other}"),
    };
    let messages = messages.split(" | ").map(str::trim);
    let bytes = messages.flat_map(|message| {
        let (word, rest) = message.split_once(' ').unwrap_or((message, ""));
        encode(word, rest)
    });
    (direction, bytes.collect())
}

fn program(word: &str, rest: &str) -> Vec<u8> {
    match word {
        "query" => message(b'Q', &[&text(rest)]),
        "parse" => parse(rest),
        "bind" => bind(rest),
        "execute" => message(b'E', &[&name(rest), &[0; 4]]),
        "describe" => message(b'D', &[&target(rest)]),
        "close" => message(b'C', &[&target(rest)]),
        "sync" => message(b'S', &[]),
        "flush" => message(b'H', &[]),
        "call" => message(b'F', &[&[0; 10]]),
        "terminate" => message(b'X', &[]),
        "password" => message(b'p', &[&text(rest)]),
        "copy-data" => message(b'd', &[rest.as_bytes()]),
        "copy-done" => message(b'c', &[]),
        "copy-fail" => message(b'f', &[&text(rest)]),
        "bytes" => hex(rest),
        other => panic!("a program sends no {other}"),
    }
}

fn server(word: &str, rest: &str) -> Vec<u8> {
    match word {
        "authentication" => message(b'R', &[&[0; 4]]),
        "parameter" => message(b'S', &[&text("TimeZone"), &text("UTC")]),
        "key" => message(b'K', &[&[0; 8]]),
        "parsed" => message(b'1', &[]),
        "bound" => message(b'2', &[]),
        "closed" => message(b'3', &[]),
        "types" => message(b't', &[&types(rest)]),
        "columns" => message(b'T', &[&columns(rest)]),
        "nodata" => message(b'n', &[]),
        "row" => message(b'D', &[&row(rest)]),
        "done" => message(b'C', &[&text("SELECT 1")]),
        "empty" => message(b'I', &[]),
        "suspended" => message(b's', &[]),
        "copy-in" => message(b'G', &[&[0; 3]]),
        "copy-both" => message(b'W', &[&[0; 3]]),
        "copy-out" => message(b'H', &[&[0; 3]]),
        "copy-data" => message(b'd', &[rest.as_bytes()]),
        "copy-done" => message(b'c', &[]),
        "version" => message(b'v', &[&[0, 3, 0, 0, 0, 0, 0, 1], &text("_pq_.sugar")]),
        "long-key" => message(b'K', &[&[0; 36]]),
        "result" => message(b'V', &[&[0xff; 4]]),
        "ready" => message(b'Z', &[b"I"]),
        "ready-in-transaction" => message(b'Z', &[b"T"]),
        "error" => message(b'E', &[&error("ERROR", rest)]),
        "fatal" => message(b'E', &[&error("FATAL", rest)]),
        "notice" => message(b'N', &[&error("NOTICE", "00000")]),
        "notification" => message(b'A', &[&[0; 4], &text("channel"), &text("payload")]),
        "bytes" => hex(rest),
        other => panic!("a server sends no {other}"),
    }
}

pub(super) fn message(tag: u8, fields: &[&[u8]]) -> Vec<u8> {
    let body = fields.concat();
    let length = u32::try_from(body.len() + 4).expect("a short body");
    [&[tag], length.to_be_bytes().as_slice(), &body].concat()
}

/// `s1 [23 25] SELECT ..`: the types may be left out.
fn parse(rest: &str) -> Vec<u8> {
    let (statement, sql) = rest.split_once(' ').unwrap_or((rest, ""));
    let typed = sql.strip_prefix('[').and_then(|sql| sql.split_once("] "));
    let (oids, sql) = typed.unwrap_or(("", sql));
    message(b'P', &[&name(statement), &text(sql), &types(oids)])
}

/// `portal statement value ..`, values as text.
fn bind(rest: &str) -> Vec<u8> {
    let mut words = rest.split_whitespace();
    let portal = name(words.next().expect("a portal"));
    let statement = name(words.next().expect("a statement"));
    let values: Vec<_> = words.map(value).collect();
    let fields = [&[0; 2], count(values.len()).as_slice()].concat();
    message(
        b'B',
        &[&portal, &statement, &fields, &values.concat(), &[0; 2]],
    )
}

/// `name:type ..`, in text format.
fn columns(rest: &str) -> Vec<u8> {
    let words: Vec<_> = rest.split_whitespace().collect();
    let columns = words.iter().flat_map(|word| {
        let (name, oid) = word.split_once(':').expect("name:type");
        let oid: u32 = oid.parse().expect("an object id");
        [&text(name), &[0; 6][..], &oid.to_be_bytes(), &[0; 8]].concat()
    });
    count(words.len()).into_iter().chain(columns).collect()
}

/// Values as text.
fn row(rest: &str) -> Vec<u8> {
    let values: Vec<_> = rest.split_whitespace().map(value).collect();
    [count(values.len()).as_slice(), &values.concat()].concat()
}

fn value(word: &str) -> Vec<u8> {
    match word {
        "NULL" => vec![0xff; 4],
        word => {
            let length = u32::try_from(word.len()).expect("a short value");
            [length.to_be_bytes().as_slice(), word.as_bytes()].concat()
        }
    }
}

fn target(rest: &str) -> Vec<u8> {
    match rest.split_once(' ') {
        Some(("statement", statement)) => [b"S", name(statement).as_slice()].concat(),
        Some(("portal", portal)) => [b"P", name(portal).as_slice()].concat(),
        _ => panic!("`statement NAME` or `portal NAME`, not {rest}"),
    }
}

fn types(oids: &str) -> Vec<u8> {
    let oids: Vec<u32> = oids
        .split_whitespace()
        .map(|oid| oid.parse().expect("an object id"))
        .collect();
    let bytes = oids.iter().flat_map(|oid| oid.to_be_bytes());
    count(oids.len()).into_iter().chain(bytes).collect()
}

fn count(items: usize) -> [u8; 2] {
    u16::try_from(items).expect("a short list").to_be_bytes()
}

fn error(severity: &str, sqlstate: &str) -> Vec<u8> {
    format!("S{severity}\0C{sqlstate}\0Mit failed\0\0").into_bytes()
}

fn name(word: &str) -> Vec<u8> {
    text(if word == "-" { "" } else { word })
}

fn text(text: &str) -> Vec<u8> {
    [text.as_bytes(), b"\0"].concat()
}
