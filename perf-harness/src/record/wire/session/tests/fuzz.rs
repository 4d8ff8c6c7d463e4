//! Bytes that no driver sends: they must neither break a session nor swell it.

use std::collections::HashSet;
use std::time::Duration;

use super::super::{Event, Session};
use super::script::{CONNECTED, Writes, play, writes};
use crate::record::Outcome;
use crate::record::noise::Noise;
use crate::record::wire::Direction::{Received, Sent};
use crate::record::wire::captures;

/// A message is at least so long, and owes at most one answer, one statement and one portal.
const SHORTEST_MESSAGE: usize = 5;

/// Plays bytes of any kind. Whatever they are, the events must make sense and the memory must be bounded.
fn survive(writes: &Writes, noise: &mut Noise) {
    let mut session = Session::new();
    let mut events = Vec::new();
    let mut fed = 0;
    for (direction, bytes) in writes {
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let (piece, later) = rest.split_at(1 + noise.below(rest.len()));
            session.feed(*direction, piece, Duration::ZERO, |event| {
                events.push(event);
            });
            rest = later;
            fed += piece.len();
        }
    }
    assert_sense(&events);
    let (statements, portals, pending) = session.state.held();
    let most = 1 + fed / SHORTEST_MESSAGE;
    assert!(statements.max(portals).max(pending) <= most, "{session:?}");
    assert!(session.sent.held().max(session.received.held()) <= 2 * fed.max(64));
}

/// Only what started has rows and ends, and only once unless it pauses.
fn assert_sense(events: &[Event]) {
    let mut running = HashSet::new();
    let mut started = HashSet::new();
    for event in events {
        match event {
            Event::Started { id, .. } => {
                assert!(started.insert(*id), "{id} starts twice");
                running.insert(*id);
            }
            Event::Rows { id, count, .. } => assert!(started.contains(id) && *count > 0),
            Event::Retracted { id } => assert!(running.remove(id), "{id} does not run"),
            Event::Finished { id, outcome, .. } => {
                assert!(started.contains(id), "{id} never started");
                if *outcome != Outcome::Suspended {
                    running.remove(id);
                }
            }
            _ => {}
        }
    }
}

#[test]
fn random_bytes_are_survived() {
    let mut noise = Noise::new(5);
    for size in (1..400).cycle().take(3_000) {
        let mut all = writes(CONNECTED);
        for _ in 0..noise.below(4) {
            all.push((noise.pick(&[Sent, Received]), noise.bytes(size)));
        }
        survive(&all, &mut noise);
    }
}

#[test]
fn random_messages_are_survived() {
    let mut noise = Noise::new(6);
    for count in (1..60).cycle().take(3_000) {
        let mut all = writes(CONNECTED);
        for _ in 0..count {
            all.push(message(&mut noise));
        }
        survive(&all, &mut noise);
    }
}

/// One message of a known type, with a body of any bytes or of a few names.
fn message(noise: &mut Noise) -> (super::super::Direction, Vec<u8>) {
    let direction = noise.pick(&[Sent, Received]);
    let tag = noise.pick(match direction {
        Sent => b"QPBEDCSFHcdf",
        Received => b"123tTnDCIsGHVZEN",
    });
    let names: &[&[u8]] = &[
        b"\0\0\0\0\0\0\0\0",
        b"a\0b\0\0\0\0\0",
        b"Sa\0",
        b"Pb\0",
        b"I",
        b"T",
    ];
    let size = noise.below(20);
    let body = match noise.below(3) {
        0 => noise.bytes(size),
        1 => [noise.sql(size).as_bytes(), b"\0\0\0\0\0\0"].concat(),
        _ => noise.pick(names).to_vec(),
    };
    (direction, super::script::message(tag, &[&body]))
}

#[test]
fn captures_with_mistakes_are_survived() {
    let mut noise = Noise::new(7);
    for capture in captures::all() {
        for _ in 0..60 {
            let mut all = capture.writes.clone();
            for _ in 0..=noise.below(5) {
                spoil(&mut all, &mut noise);
            }
            survive(&all, &mut noise);
        }
    }
}

/// A byte changed, lost or inserted; a write lost, doubled or moved to the other side.
fn spoil(all: &mut Writes, noise: &mut Noise) {
    let at = noise.below(all.len());
    let (direction, bytes) = &mut all[at];
    let inner = noise.below(bytes.len().max(1));
    let spoilt = noise.below(6);
    match spoilt {
        0 if !bytes.is_empty() => bytes[inner] = noise.byte(),
        1 if !bytes.is_empty() => drop(bytes.remove(inner)),
        2 => bytes.insert(inner, noise.byte()),
        3 => *direction = if *direction == Sent { Received } else { Sent },
        4 => all.insert(at, all[at].clone()),
        _ if all.len() > 1 => drop(all.remove(at)),
        _ => {}
    }
}

/// Only what the server remembers, too, may be remembered: a thousand rounds hold no more than one.
#[test]
fn a_long_connection_holds_no_more_than_a_short_one() {
    let mut session = Session::new();
    play(&mut session, &writes(CONNECTED), usize::MAX);
    for round in 0..1_000 {
        let script = format!(
            "> parse - SELECT {round} | bind p{round} - | execute p{round} | sync
             < parsed | bound | suspended | ready
             > parse bad{round} SELEC | bind p{round} bad{round} | execute p{round} | sync
             < error 42601 | ready
             > parse s{round} SELECT 1 | close statement s{round} | sync
             < parsed | closed | ready
             > parse t{round} SELECT 1 | sync | query DEALLOCATE t{round}
             < parsed | ready | done | ready
             > bind - s | execute - | flush
             < error 26000
             > parse u{round} SELECT 1 | execute - | sync
             < ready
             > query BEGIN; SELECT 1; COMMIT
             < done | columns | row | done | done | ready"
        );
        play(&mut session, &writes(&script), usize::MAX);
        let (statements, portals, pending) = session.state.held();
        assert_eq!((statements, portals, pending), (1, 0, 0), "round {round}");
    }
}
