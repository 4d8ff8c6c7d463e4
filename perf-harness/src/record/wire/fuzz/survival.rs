//! A session may be fed with anything: it does not panic, it holds no more than it must, and what it tells makes sense.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use proptest::prelude::*;

use super::cases;
use super::messages::{self, Write};
use crate::record::returned::Returned;
use crate::record::wire::session::{Event, QueryId, Session};
use crate::record::wire::startup::Startup;
use crate::record::{Class, Outcome, SharedLog};

/// What a message is at least long.
const SHORTEST: usize = 5;

/// Plays the writes in these pieces. Gives what was told, and fails when too much is held at any time.
fn play(startup: Startup, writes: &[Write], pieces: &[usize]) -> Vec<Event> {
    let mut session = Session::opened_for(startup);
    session.keep_rows(true);
    let mut events = Vec::new();
    let mut fed = 0;
    for (direction, bytes) in writes {
        for piece in messages::cut(bytes, pieces) {
            session.feed(*direction, piece, Duration::ZERO, |event| {
                events.push(event);
            });
            fed += piece.len();
            let (bytes, things) = session.held();
            assert!(bytes <= 4 * fed.max(64), "{bytes} bytes are held of {fed}");
            assert!(
                things <= 1 + 2 * (fed / SHORTEST),
                "{things} things are held of {fed} bytes"
            );
        }
    }
    events
}

/// Only what started has rows and ends, and only once unless it pauses.
fn assert_sense(events: &[Event]) {
    let (mut started, mut over) = (HashSet::new(), HashSet::new());
    for event in events {
        match event {
            Event::Started { id, .. } => assert!(started.insert(*id), "{id} starts twice"),
            Event::Rows { id, count, .. } => {
                assert!(started.contains(id) && *count > 0, "rows of nothing: {id}");
            }
            Event::Finished { id, outcome, .. } => {
                assert!(started.contains(id), "{id} never started");
                if *outcome != Outcome::Suspended {
                    over.insert(*id);
                }
            }
            Event::Retracted { id } => {
                assert!(
                    started.contains(id) && over.insert(*id),
                    "{id} does not run"
                );
            }
            _ => {}
        }
    }
}

/// What the events come to, however often the session told of rows and of being lost.
fn gist(events: Vec<Event>) -> (Vec<Event>, HashMap<QueryId, (u64, Returned)>) {
    let mut rows: HashMap<QueryId, (u64, Returned)> = HashMap::new();
    let mut lost = false;
    let mut rest = events;
    rest.retain(|event| match event {
        Event::Rows { id, count, kept } => {
            let (counted, all) = rows.entry(*id).or_default();
            *counted += count;
            all.extend(kept);
            false
        }
        Event::Undecoded => !std::mem::replace(&mut lost, true),
        _ => true,
    });
    (rest, rows)
}

/// A window may open at any moment. Whatever it then hears of, its counters and its samples agree.
fn assert_window(events: &[Event], from: usize) {
    let log = SharedLog::default();
    let mut log = log.lock();
    let from = from % (events.len() + 1);
    let window = log.open(Duration::ZERO);
    for event in &events[from..] {
        log.event(1, event);
    }
    let traffic = log.close(window, Duration::ZERO).expect("an open window");
    for (class, counted) in [
        (Class::Query, traffic.counts.queries),
        (
            Class::TransactionControl,
            traffic.counts.transaction_control,
        ),
        (Class::Driver, traffic.counts.driver),
    ] {
        assert_eq!(traffic.of_class(class).count(), counted, "{class:?}");
    }
}

fn startup() -> impl Strategy<Value = Startup> {
    prop_oneof![
        8 => Just(Startup::Session),
        2 => Just(Startup::Replication),
        1 => Just(Startup::Unknown),
    ]
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn any_stream_is_survived_and_means_the_same_however_it_arrives(
        startup in startup(),
        writes in messages::writes(),
        pieces in messages::pieces(),
        from in any::<usize>(),
    ) {
        let whole = play(startup, &writes, &[usize::MAX]);
        assert_sense(&whole);
        assert_window(&whole, from);
        let cut = play(startup, &writes, &pieces);
        assert_sense(&cut);
        prop_assert_eq!(gist(cut), gist(whole));
    }
}
