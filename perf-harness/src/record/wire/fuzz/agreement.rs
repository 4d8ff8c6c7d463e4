//! Whatever a program asks, however it pipelines, and whatever fails: what is counted is what the server executed.

use std::collections::VecDeque;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::cases;
use super::messages::welcome_bytes;
use super::model::{Control, End, Name, Ran, Server, Step};
use crate::record::wire::Direction::{Received, Sent};
use crate::record::wire::session::Session;
use crate::record::{Outcome, Query, SharedLog, Traffic};

const NAMES: [Name; 3] = ["", "a", "b"];

fn step() -> impl Strategy<Value = Step> {
    let name = || select(&NAMES[..]);
    let mostly = || prop_oneof![6 => Just(true), 1 => Just(false)];
    prop_oneof![
        4 => (name(), mostly()).prop_map(|(name, readable)| Step::Parse { name, readable }),
        4 => (name(), name(), mostly())
            .prop_map(|(portal, statement, fits)| Step::Bind { portal, statement, fits }),
        5 => (name(), 0..5usize, mostly())
            .prop_map(|(portal, most, well)| Step::Execute { portal, most, fails: !well }),
        1 => name().prop_map(Step::Describe),
        1 => name().prop_map(Step::Close),
        3 => Just(Step::Sync),
        2 => vec((0..3usize, mostly().prop_map(|well| !well)), 0..4).prop_map(Step::Query),
        1 => Just(Step::Unreadable),
        3 => select(&[Control::Begin, Control::Begin, Control::Commit, Control::Rollback][..])
            .prop_map(Step::Control),
        1 => Just(Step::Copy),
        1 => Just(Step::Call),
    ]
}

/// Some steps that belong together, or any one.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    let name = || select(&NAMES[..]);
    let ready = (name(), name()).prop_map(|(portal, statement)| {
        let (readable, fits, name) = (true, true, statement);
        let parse = Step::Parse { name, readable };
        let bind = Step::Bind {
            portal,
            statement,
            fits,
        };
        vec![Step::Close(name), parse, bind]
    });
    prop_oneof![
        4 => step().prop_map(|step| vec![step]),
        2 => ready,
        1 => (name(), 0..3usize).prop_map(|(portal, most)| {
            vec![Step::Execute { portal, most, fails: false }, Step::Sync]
        }),
    ]
}

/// A program executes portals that are there, and ends its transaction and its last exchange.
fn program() -> impl Strategy<Value = Vec<Step>> {
    vec(steps(), 0..25).prop_map(|steps| {
        let mut steps = steps.concat();
        let mut server = Server::default();
        let mut extended = false;
        steps.retain(|step| {
            let sense = match step {
                Step::Execute { portal, .. } => server.can_execute(portal),
                Step::Sync => true,
                // A simple query or a call amid extended messages would end their transaction.
                step => !(extended && step.ends_exchange()),
            };
            if sense {
                server.exchange(step);
                extended = !step.ends_exchange();
            }
            sense
        });
        steps.extend([Step::Sync, Step::Control(Control::Rollback)]);
        steps
    })
}

/// Plays the steps. How far the program is ahead of the answers is what `ahead` says, over and over. But it waits for all
/// of them before it binds a statement that it did not prepare in the same exchange: it has to know that it is there.
fn record(steps: &[Step], server: &mut Server, ahead: &[usize]) -> (Traffic, Session) {
    let log = SharedLog::default();
    let mut log = log.lock();
    let window = log.open(Duration::ZERO);
    let mut session = Session::new();
    let mut feed = |direction, bytes: &[u8]| {
        session.feed(direction, bytes, Duration::ZERO, |event| {
            log.event(1, &event);
        });
    };
    feed(Received, &welcome_bytes());
    let mut owed = VecDeque::new();
    let mut parsed = Vec::new();
    for (step, ahead) in steps.iter().zip(ahead.iter().cycle()) {
        match step {
            Step::Parse { name, .. } => parsed.push(*name),
            Step::Bind { statement, .. } if !parsed.contains(statement) => {
                owed.drain(..)
                    .for_each(|answer: Vec<u8>| feed(Received, &answer));
            }
            step if step.ends_exchange() => parsed.clear(),
            _ => {}
        }
        let (sent, answer) = server.exchange(step);
        feed(Sent, &sent);
        owed.push_back(answer);
        let late = owed.len().saturating_sub(*ahead);
        owed.drain(..late)
            .for_each(|answer| feed(Received, &answer));
    }
    for answer in owed {
        feed(Received, &answer);
    }
    let traffic = log.close(window, Duration::ZERO);
    (traffic.expect("an open window"), session)
}

fn ran(query: &Query) -> Ran {
    Ran {
        text: query.sql().to_owned(),
        rows: usize::try_from(query.rows()).expect("few rows"),
        end: match query.outcome() {
            Outcome::Completed => End::Completed,
            Outcome::Suspended => End::Suspended,
            Outcome::Failed(_) => End::Failed,
            Outcome::Running => panic!("all is answered: {query:?}"),
        },
    }
}

fn sorted(mut all: Vec<Ran>) -> Vec<Ran> {
    all.sort();
    all
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn what_is_counted_is_what_the_server_executed(
        steps in program(),
        ahead in vec(0..12usize, 1..8),
    ) {
        let mut server = Server::default();
        let (traffic, session) = record(&steps, &mut server, &ahead);
        let recorded = traffic.statements.iter().map(ran).collect();
        prop_assert_eq!(sorted(recorded), sorted(server.ran));
        let counts = traffic.counts;
        let counted = (counts.connects, counts.prepares, counts.errors, counts.undecoded);
        prop_assert_eq!(counted, (1, server.prepared, server.errors, 0));
        let exchanges = steps.iter().filter(|step| step.ends_exchange()).count();
        prop_assert!((1..=exchanges).contains(&counts.round_trips), "{counts:?}");
        if ahead == [0] {
            prop_assert_eq!(counts.round_trips, exchanges);
        }
        prop_assert_eq!(session.owed(), 0);
    }
}
