//! Windows, with a clock that only the test moves.

mod plans;
mod time;

use super::*;
use crate::record::query::DatabaseError;
use crate::record::wire::Block;
use crate::record::{Class, Counts};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn started(id: QueryId, at: u64) -> Event {
    classed(id, Class::Query, at)
}

fn classed(id: QueryId, class: Class, at: u64) -> Event {
    Event::Started {
        id,
        sql: Arc::from(format!("SELECT {id}")),
        class,
        parameters: Arc::from([]),
        is_prepared: false,
        settings: Arc::from([]),
        block: Block::default(),
        at: ms(at),
    }
}

fn rows(id: QueryId, count: u64) -> Event {
    Event::Rows {
        id,
        count,
        kept: Returned::default(),
    }
}

fn finished(id: QueryId, at: u64) -> Event {
    ended(id, Outcome::Completed, at)
}

fn ended(id: QueryId, outcome: Outcome, at: u64) -> Event {
    Event::Finished {
        id,
        outcome,
        at: ms(at),
    }
}

/// What one connection's events leave in a window.
fn recorded(events: &[Event]) -> Traffic {
    let mut log = Log::default();
    let window = log.open(Duration::ZERO);
    tell(&mut log, events);
    log.close(window, ms(1_000)).expect("an open window")
}

fn tell(log: &mut Log, events: &[Event]) {
    for event in events {
        log.event(1, event);
    }
}

fn texts(traffic: &Traffic) -> Vec<&str> {
    traffic.statements.iter().map(Query::sql).collect()
}

#[test]
fn each_event_has_its_counter() {
    let counts = |event: Event| {
        let counts = recorded(&[event]).counts;
        // A statement has a connection, too.
        Counts {
            connections: 0,
            at_once: 0,
            ..counts
        }
    };
    let mut none = Counts::default();
    let mut check = |event: Event, counter: fn(&mut Counts) -> &mut usize| {
        let counted = counts(event);
        *counter(&mut none) = 1;
        assert_eq!(counted, none);
        *counter(&mut none) = 0;
    };
    check(Event::Connected, |counts| &mut counts.connects);
    check(Event::Prepared { again: false }, |counts| {
        &mut counts.prepares
    });
    check(Event::RoundTrip, |counts| &mut counts.round_trips);
    check(Event::Ping, |counts| &mut counts.pings);
    check(Event::Work, |counts| &mut counts.work_round_trips);
    check(Event::Error, |counts| &mut counts.errors);
    check(Event::Undecoded, |counts| &mut counts.undecoded);
    check(started(1, 0), |counts| &mut counts.queries);
    check(classed(1, Class::TransactionControl, 0), |counts| {
        &mut counts.transaction_control
    });
    check(classed(1, Class::Driver, 0), |counts| &mut counts.driver);
}

#[test]
fn nothing_is_kept_when_no_window_is_open() {
    let mut log = Log::default();
    tell(
        &mut log,
        &[Event::Connected, Event::RoundTrip, started(1, 1)],
    );
    log.bytes(Direction::Sent, 10);
    let window = log.open(ms(2));
    let traffic = log.close(window, ms(3)).expect("an open window");
    assert_eq!(traffic.counts, Counts::default());
    assert!(traffic.statements.is_empty());
}

#[test]
fn a_query_started_before_a_window_does_not_count_in_it() {
    let mut log = Log::default();
    tell(&mut log, &[started(1, 1)]);
    let window = log.open(ms(2));
    tell(
        &mut log,
        &[
            rows(1, 5),
            finished(1, 3),
            started(2, 4),
            rows(2, 2),
            finished(2, 5),
        ],
    );
    let traffic = log.close(window, ms(6)).expect("an open window");
    assert_eq!(texts(&traffic), ["SELECT 2"]);
    assert_eq!((traffic.counts.queries, traffic.counts.rows), (1, 2));
    tell(&mut log, &[Event::Retracted { id: 1 }]);
}

#[test]
fn times_are_told_from_the_start_of_the_window() {
    let mut log = Log::default();
    let window = log.open(ms(100));
    tell(&mut log, &[started(1, 110), finished(1, 135)]);
    let traffic = log.close(window, ms(150)).expect("an open window");
    let query = &traffic.statements[0];
    assert_eq!((query.started, query.elapsed), (ms(10), Some(ms(25))));
    assert_eq!(traffic.elapsed, ms(50));
    assert_eq!(query.outcome, Outcome::Completed);
}

#[test]
fn a_query_that_runs_when_the_window_closes_is_running() {
    let traffic = recorded(&[started(1, 1), rows(1, 3)]);
    let query = &traffic.statements[0];
    assert_eq!((&query.outcome, query.elapsed), (&Outcome::Running, None));
    assert_eq!(
        (query.rows, traffic.counts.queries, traffic.counts.rows),
        (3, 1, 3)
    );
}

#[test]
fn a_query_that_failed_keeps_its_error() {
    let failed = Outcome::Failed(DatabaseError {
        sqlstate: "22012".to_owned(),
        message: "division by zero".to_owned(),
    });
    let traffic = recorded(&[started(1, 1), ended(1, failed.clone(), 4)]);
    assert_eq!(traffic.statements[0].outcome, failed);
    assert_eq!(traffic.statements[0].elapsed, Some(ms(3)));
}

#[test]
fn a_suspended_query_goes_on_or_stays_suspended() {
    let mut events = vec![started(1, 1), rows(1, 2), ended(1, Outcome::Suspended, 3)];
    let traffic = recorded(&events);
    assert_eq!(traffic.statements[0].outcome, Outcome::Suspended);
    assert_eq!(traffic.statements[0].elapsed, Some(ms(2)));

    events.extend([rows(1, 1), finished(1, 9)]);
    let traffic = recorded(&events);
    assert_eq!(traffic.statements[0].outcome, Outcome::Completed);
    assert_eq!(traffic.statements[0].elapsed, Some(ms(8)));
    assert_eq!((traffic.counts.queries, traffic.counts.rows), (1, 3));
}

#[test]
fn what_is_taken_back_leaves_the_others_as_they_are() {
    let traffic = recorded(&[
        started(1, 1),
        classed(2, Class::TransactionControl, 1),
        started(3, 1),
        started(4, 1),
        Event::Retracted { id: 2 },
        rows(4, 1),
        Event::Retracted { id: 1 },
        rows(4, 1),
        finished(3, 2),
        finished(4, 3),
        Event::Retracted { id: 9 },
    ]);
    assert_eq!(texts(&traffic), ["SELECT 3", "SELECT 4"]);
    assert_eq!(traffic.statements[0].elapsed, Some(ms(1)));
    assert_eq!(
        (traffic.statements[1].rows, traffic.statements[1].elapsed),
        (2, Some(ms(2)))
    );
    let expected = Counts {
        queries: 2,
        rows: 2,
        connections: 1,
        at_once: 1,
        ..Counts::default()
    };
    assert_eq!(traffic.counts, expected);
}

#[test]
fn the_same_number_on_two_connections_is_two_queries() {
    let mut log = Log::default();
    assert_eq!(
        (log.next_connection(ms(0)), log.next_connection(ms(0))),
        (1, 2)
    );
    let window = log.open(Duration::ZERO);
    log.event(1, &started(1, 1));
    log.event(2, &started(1, 1));
    log.event(2, &rows(1, 7));
    log.event(1, &Event::Retracted { id: 1 });
    let traffic = log.close(window, ms(9)).expect("an open window");
    let left: Vec<_> = traffic
        .statements
        .iter()
        .map(|it| (it.connection, it.rows))
        .collect();
    assert_eq!(left, [(2, 7)]);
}

#[test]
fn windows_overlap_and_nest_without_knowing_of_each_other() {
    let mut log = Log::default();
    let outer = log.open(ms(0));
    tell(&mut log, &[started(1, 1)]);
    let inner = log.open(ms(2));
    tell(&mut log, &[finished(1, 3), started(2, 3)]);
    log.bytes(Direction::Sent, 5);
    let overlapping = log.open(ms(4));
    let inner = log.close(inner, ms(5)).expect("an open window");
    tell(&mut log, &[finished(2, 6), started(3, 6)]);
    log.bytes(Direction::Received, 7);
    let outer = log.close(outer, ms(7)).expect("an open window");
    tell(&mut log, &[Event::Retracted { id: 3 }]);
    let overlapping = log.close(overlapping, ms(8)).expect("an open window");

    let seen = |traffic: &Traffic| {
        let counts = traffic.counts;
        (counts.queries, counts.bytes_sent, counts.bytes_received)
    };
    assert_eq!(seen(&outer), (3, 5, 7));
    assert_eq!(seen(&inner), (1, 5, 0));
    assert_eq!(seen(&overlapping), (0, 0, 7));
    assert_eq!(inner.statements[0].outcome, Outcome::Running);
    assert_eq!(outer.statements[1].elapsed, Some(ms(3)));
}

#[test]
fn a_window_is_closed_once() {
    let mut log = Log::default();
    let window = log.open(ms(0));
    assert!(log.close(window, ms(1)).is_some());
    assert!(log.close(window, ms(2)).is_none());
}

/// As many queries as are kept, and three more.
fn over_the_bound() -> (Vec<Event>, [QueryId; 3]) {
    let most = MOST_SAMPLES as u64;
    let events = (1..=most + 3).map(|id| started(id, 1)).collect();
    (events, [most + 1, most + 2, most + 3])
}

#[test]
fn over_the_bound_queries_are_counted_and_said_to_be_unsampled() {
    let (mut events, [first, second, third]) = over_the_bound();
    events.extend([
        rows(first, 4),
        finished(first, 2),
        ended(second, Outcome::Suspended, 2),
        rows(second, 1),
        Event::Retracted { id: third },
    ]);
    let traffic = recorded(&events);
    assert_eq!(traffic.statements.len(), MOST_SAMPLES);
    let expected = Counts {
        queries: MOST_SAMPLES + 2,
        rows: 5,
        unsampled: 2,
        connections: 1,
        at_once: 1,
        ..Counts::default()
    };
    assert_eq!(traffic.counts, expected);
}

#[test]
fn values_are_kept_up_to_a_number_of_bytes() {
    let value = Parameter::new(17, true, Some(&vec![0; MOST_BYTES / 4]));
    let big = |id| Event::Started {
        id,
        sql: Arc::from("INSERT"),
        class: Class::Query,
        parameters: Arc::from([value.clone()]),
        is_prepared: false,
        settings: Arc::from([]),
        block: Block::default(),
        at: ms(1),
    };
    let mut events: Vec<_> = (1..=5).map(big).collect();
    events.push(started(6, 1));
    let traffic = recorded(&events);
    // Three of a quarter each; with its text the fourth is too much; the small one has room again.
    assert_eq!((traffic.statements.len(), traffic.counts.unsampled), (4, 2));
    assert_eq!(traffic.counts.queries, 6);
}

#[test]
fn what_is_sent_after_the_work_has_ended_is_late() {
    let mut log = Log::default();
    let window = log.open(Duration::ZERO);
    log.event(1, &started(1, 1));
    log.work_ended(window, ms(50));
    log.event(1, &finished(1, 2));
    log.event(2, &started(1, 3));
    assert!(!log.is_idle());
    log.event(2, &finished(1, 4));
    assert!(log.is_idle());
    let traffic = log.close(window, ms(9)).expect("an open window");
    let late: Vec<_> = traffic.statements.iter().map(Query::is_late).collect();
    assert_eq!(late, [false, true]);
}

#[test]
fn a_connection_that_is_being_opened_is_not_idle() {
    let mut log = Log::default();
    let window = log.open(Duration::ZERO);
    let (first, second) = (log.next_connection(ms(0)), log.next_connection(ms(0)));
    log.bytes(Direction::Sent, 7);
    log.bytes(Direction::Received, 5);
    assert!(!log.is_idle() && log.seen(window) == 12);
    log.event(first, &Event::Connected);
    assert!(!log.is_idle());
    log.closed(second, ms(1));
    assert!(log.is_idle());
}

#[test]
fn a_transaction_that_began_and_is_not_over_is_open() {
    let opens = Event::Transaction { open: true };
    let closes = Event::Transaction { open: false };
    let open = |events: &[Event]| recorded(events).open_transactions();
    assert_eq!(open(std::slice::from_ref(&opens)), 1);
    assert_eq!(open(&[opens.clone(), closes.clone()]), 0);
    assert_eq!(open(&[closes]), 0, "it began before the window");
    let mut log = Log::default();
    let window = log.open(Duration::ZERO);
    log.event(1, &opens);
    log.closed(1, ms(5));
    let traffic = log.close(window, ms(9)).expect("an open window");
    assert_eq!(traffic.open_transactions(), 0, "its connection is closed");
}

#[test]
fn connections_are_told_with_how_many_were_used_at_once() {
    let mut log = Log::default();
    let window = log.open(Duration::ZERO);
    for connection in [1, 2, 3] {
        log.event(connection, &started(1, connection));
        if connection < 3 {
            continue;
        }
        log.event(1, &finished(1, 10));
        log.event(2, &finished(1, 12));
        log.event(3, &finished(1, 15));
    }
    log.event(1, &started(2, 30));
    log.event(1, &finished(2, 31));
    let traffic = log.close(window, ms(99)).expect("an open window");
    let counts = traffic.counts();
    assert_eq!((counts.connections, counts.at_once), (3, 3));
    assert_eq!(traffic.wire_time(), ms(15));
}

#[test]
fn a_text_that_is_prepared_again_is_counted_as_such() {
    let again = |again| Event::Prepared { again };
    let counts = recorded(&[again(false), again(true)]).counts;
    assert_eq!((counts.prepares, counts.reprepares), (2, 1));
}
