//! Writes of both ends, by chance: messages as the protocol has them, messages that lie, and bytes of any kind.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::record::wire::Direction::{self, Received, Sent};

/// What one end wrote at once.
pub(super) type Write = (Direction, Vec<u8>);

/// A connection after its start-up packet, as a rule one that was let in.
pub(super) fn writes() -> impl Strategy<Value = Vec<Write>> {
    let welcome = prop_oneof![9 => Just(true), 1 => Just(false)];
    (welcome, vec(write(), 0..40)).prop_map(|(welcome, mut writes)| {
        if welcome {
            writes.insert(0, (Received, welcome_bytes()));
        }
        writes
    })
}

/// Lengths of the pieces in which something arrives, over and over. One is long, so that a long stream has an end.
pub(super) fn pieces() -> impl Strategy<Value = Vec<usize>> {
    let short = vec(prop_oneof![1..8usize, 8..200usize], 0..6);
    short.prop_map(|short| [short, Vec::from([40_000])].concat())
}

/// The same bytes, in pieces of these lengths.
pub(super) fn cut<'a>(bytes: &'a [u8], pieces: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = bytes;
    pieces.iter().cycle().map_while(move |length| {
        let (piece, later) = rest.split_at(rest.len().min(*length));
        rest = later;
        (!piece.is_empty()).then_some(piece)
    })
}

fn write() -> impl Strategy<Value = Write> {
    prop_oneof![
        8 => vec(program(), 1..6).prop_map(|all| (Sent, all.concat())),
        8 => vec(server(), 1..6).prop_map(|all| (Received, all.concat())),
        1 => (select(&[Sent, Received][..]), liar()),
        1 => (select(&[Sent, Received][..]), vec(any::<u8>(), 0..60)),
    ]
}

pub(super) fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).expect("a short body");
    [&[tag], length.to_be_bytes().as_slice(), body].concat()
}

/// What a program hears when it is let in.
pub(super) fn welcome_bytes() -> Vec<u8> {
    [
        message(b'R', &[0; 4]),
        message(b'K', &[0; 8]),
        message(b'Z', b"I"),
    ]
    .concat()
}

/// A message with a body that is not its own, or a length that is not its body's.
fn liar() -> impl Strategy<Value = Vec<u8>> {
    let length = prop_oneof![any::<u32>(), 0..40u32, Just(0x3fff_fffe), Just(0x3fff_ffff)];
    prop_oneof![
        3 => (any::<u8>(), vec(any::<u8>(), 0..40)).prop_map(|(tag, body)| message(tag, &body)),
        1 => (any::<u8>(), length, vec(any::<u8>(), 0..40)).prop_map(|(tag, length, body)| {
            [&[tag], length.to_be_bytes().as_slice(), &body].concat()
        }),
    ]
}

/// A message of the program's.
fn program() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => sql().prop_map(|sql| message(b'Q', &sql)),
        3 => (name(), sql(), oids()).prop_map(|it| message(b'P', &[it.0, it.1, it.2].concat())),
        3 => bind().prop_map(|body| message(b'B', &body)),
        3 => (name(), any::<[u8; 4]>()).prop_map(|it| message(b'E', &[&it.0, &it.1[..]].concat())),
        2 => (select(&b"DC"[..]), select(&b"SPX"[..]), name())
            .prop_map(|(tag, of, name)| message(tag, &[&[of], &name[..]].concat())),
        3 => Just(message(b'S', &[])),
        1 => (select(&b"HFXpdcf"[..]), vec(any::<u8>(), 0..20)).prop_map(|it| message(it.0, &it.1)),
        1 => long().prop_map(|body| message(b'd', &body)),
    ]
}

/// A message of the server's.
fn server() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => select(&b"123nsI"[..]).prop_map(|tag| message(tag, &[])),
        3 => select(&b"ITE"[..]).prop_map(|state| message(b'Z', &[state])),
        3 => (select(&b"TD"[..]), vec(any::<u8>(), 2..20)).prop_map(|it| message(it.0, &it.1)),
        3 => Just(message(b'C', b"SELECT 1\0")),
        2 => (select(&[b"42601", b"57014", b"57P01"][..])).prop_map(|code| {
            message(b'E', &[b"SERROR\0C", &code[..], b"\0Mno\0\0"].concat())
        }),
        1 => oids().prop_map(|body| message(b't', &body)),
        1 => select(&b"GHW"[..]).prop_map(|tag| message(tag, &[0; 3])),
        1 => (select(&b"NAVSKRvdc"[..]), vec(any::<u8>(), 0..20)).prop_map(|it| message(it.0, &it.1)),
        1 => long().prop_map(|body| message(b'D', &body)),
    ]
}

/// A name with its zero byte. There are few, so that they meet.
fn name() -> impl Strategy<Value = Vec<u8>> {
    const NAMES: [&str; 4] = ["\0", "a\0", "b\0", "é\0"];
    select(&NAMES[..]).prop_map(|name| name.as_bytes().to_vec())
}

fn sql() -> impl Strategy<Value = Vec<u8>> {
    const PARTS: [&str; 14] = [
        "SELECT 1",
        ";",
        " ",
        "BEGIN",
        "COMMIT",
        "DEALLOCATE a",
        "DISCARD ALL",
        "'",
        "$$",
        "--",
        "\n",
        "COPY t FROM STDIN",
        "START_REPLICATION",
        "é",
    ];
    vec(select(&PARTS[..]), 0..6).prop_map(|parts| [parts.concat().as_bytes(), b"\0"].concat())
}

/// A list of type numbers.
fn oids() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<[u8; 4]>(), 0..4).prop_map(|oids| {
        let count = u16::try_from(oids.len()).expect("a short list");
        [&count.to_be_bytes()[..], &oids.concat()].concat()
    })
}

fn bind() -> impl Strategy<Value = Vec<u8>> {
    const FORMATS: [&[u8]; 3] = [&[0, 0], &[0, 1, 0, 0], &[0, 1, 0, 1]];
    let value = prop_oneof![
        Just(u32::MAX.to_be_bytes().to_vec()),
        vec(any::<u8>(), 0..9).prop_map(|bytes| {
            let length = u32::try_from(bytes.len()).expect("a short value");
            [&length.to_be_bytes()[..], &bytes].concat()
        }),
    ];
    let formats = select(&FORMATS[..]);
    (name(), name(), formats, vec(value, 0..4)).prop_map(|(portal, statement, formats, values)| {
        let count = u16::try_from(values.len()).expect("a short list");
        let count = count.to_be_bytes();
        [
            &portal,
            &statement,
            formats,
            &count[..],
            &values.concat(),
            &[0, 0],
        ]
        .concat()
    })
}

/// Longer than what is read at once.
fn long() -> impl Strategy<Value = Vec<u8>> {
    (any::<u8>(), 30_000..100_000usize).prop_map(|(byte, count)| vec![byte; count])
}
