//! Messages up to 1 GiB: read as they pass, and never held.

use std::time::Duration;

use super::super::{Direction, Event, Session};
use super::script::{CONNECTED, play, writes};
use crate::record::wire::Direction::{Received, Sent};

/// The longest message that there is: `PQ_LARGE_MESSAGE_LIMIT` in the server's source.
const LONGEST: usize = 0x3fff_fffe;

/// What arrives at once.
const PIECE: usize = 1 << 16;

/// The most that may be held of any message, each way.
const MOST_HELD: usize = 2 << 20;

/// Feeds a message of this length, as much of its body as is asked for: ones, and a zero byte now and then.
fn feed(session: &mut Session, direction: Direction, tag: u8, length: usize, fed: usize) {
    let told = u32::try_from(length).expect("a length of 4 bytes");
    let start = [&[tag], told.to_be_bytes().as_slice()].concat();
    session.feed(direction, &start, Duration::ZERO, drop);
    let (held, _) = session.held();
    assert!(held <= PIECE, "{held} bytes for a promise");
    let mut piece = vec![1; PIECE];
    piece[9] = 0;
    let mut left = fed;
    while left > 0 {
        let count = left.min(PIECE);
        session.feed(direction, &piece[..count], Duration::ZERO, drop);
        left -= count;
        let (held, _) = session.held();
        assert!(held <= MOST_HELD, "{held} bytes are held");
    }
}

fn connected() -> Session {
    let mut session = Session::new();
    play(&mut session, &writes(CONNECTED), usize::MAX);
    session
}

/// The session still knows where messages begin.
fn assert_in_step(session: &mut Session) {
    let script = writes("> query SELECT 1\n< row | done | ready");
    let events = play(session, &script, usize::MAX);
    let queries = events.iter().filter(|event| {
        let Event::Started { sql, .. } = event else {
            return false;
        };
        sql.as_ref() == "SELECT 1"
    });
    assert_eq!(queries.count(), 1, "{events:?}");
    assert!(!events.contains(&Event::Undecoded), "{events:?}");
}

#[test]
fn a_gibibyte_of_rows_and_copy_data_is_counted_past() {
    for (direction, tag) in [(Sent, b'd'), (Received, b'd'), (Received, b'D')] {
        let mut session = connected();
        feed(&mut session, direction, tag, LONGEST, LONGEST - 4);
        let (held, _) = session.held();
        assert!(held <= PIECE, "{held} bytes are held when it has passed");
        assert_in_step(&mut session);
    }
}

#[test]
fn a_gibibyte_of_sql_or_of_values_is_held_in_part() {
    for tag in [b'Q', b'P', b'B'] {
        feed(&mut connected(), Sent, tag, LONGEST, 8 << 20);
    }
    feed(&mut connected(), Received, b'E', LONGEST, 8 << 20);
}

#[test]
fn what_was_held_of_a_long_message_is_given_back_when_it_has_passed() {
    for (direction, tag) in [(Sent, b'P'), (Sent, b'B'), (Received, b'E')] {
        let mut session = connected();
        feed(&mut session, direction, tag, 4 << 20, (4 << 20) - 4);
        let (held, _) = session.held();
        assert!(
            held <= 2 * PIECE,
            "{held} bytes are held when it has passed"
        );
    }
}
