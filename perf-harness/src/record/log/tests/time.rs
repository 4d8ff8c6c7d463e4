//! What the time of a window went into.

use super::*;

fn standing(owed: usize, in_transaction: bool) -> Standing {
    Standing {
        is_connected: true,
        owed,
        in_transaction,
    }
}

#[test]
fn connections_that_sit_idle_in_a_transaction_are_added_up_until_the_work_ends() {
    let mut log = Log::default();
    let (first, second) = (
        log.next_connection(ms(0), ms(0)),
        log.next_connection(ms(0), ms(0)),
    );
    log.stands(first, standing(1, false), ms(1));
    // Its transaction waits since before the window.
    log.stands(first, standing(0, true), ms(5));
    let window = log.open(ms(10));
    log.stands(second, standing(0, true), ms(20));
    log.stands(first, standing(1, true), ms(30));
    log.stands(first, standing(0, true), ms(40));
    log.closed(first, ms(45));
    log.work_ended(window, ms(60));
    log.stands(second, standing(1, true), ms(80));
    log.stands(second, standing(0, true), ms(85));
    let traffic = log.close(window, ms(100)).expect("an open window");
    // 10 to 30 and 40 to 45 of the first, 20 to 60 of the second.
    assert_eq!(traffic.idle_in_transaction(), ms(20 + 5 + 40));
    assert_eq!(traffic.longest_idle_in_transaction(), ms(40));
}

#[test]
fn a_transaction_that_is_still_open_has_been_idle_until_the_window_is_closed() {
    let mut log = Log::default();
    let connection = log.next_connection(ms(0), ms(0));
    let window = log.open(ms(10));
    log.stands(connection, standing(0, true), ms(20));
    let traffic = log.close(window, ms(50)).expect("an open window");
    assert_eq!(traffic.idle_in_transaction(), ms(30));
}

/// Milliseconds: in the database, on the wire, connecting, waiting for a pool, in the service.
fn parts(traffic: &Traffic) -> [u128; 5] {
    let time = traffic.time();
    let parts = [
        time.in_database,
        time.on_wire,
        time.connecting,
        time.waiting_for_pool.unwrap_or_default(),
        time.in_service,
    ];
    assert_eq!(parts.iter().sum::<Duration>(), time.elapsed);
    parts.map(|part| part.as_millis())
}

#[test]
fn the_time_of_the_work_is_split_among_what_its_connections_did() {
    let mut log = Log::default();
    let window = log.open(ms(100));
    // A wire of 2 ms each way.
    let connection = log.next_connection(ms(105), ms(2));
    log.stands(connection, standing(0, false), ms(115));
    log.acquired(ms(20), ms(120));
    log.stands(connection, standing(1, false), ms(130));
    log.stands(connection, standing(2, false), ms(132));
    log.stands(connection, standing(1, false), ms(140));
    log.stands(connection, standing(0, false), ms(142));
    log.work_ended(window, ms(150));
    log.stands(connection, standing(1, false), ms(151));
    let traffic = log.close(window, ms(160)).expect("an open window");
    // At the server from 132 to 138 and from 134 to 140; 10 ms of the pool's 20 were the connecting.
    assert_eq!(parts(&traffic), [8, 4, 10, 10, 18]);
}

#[test]
fn what_another_connection_does_meanwhile_is_not_waiting() {
    let mut log = Log::default();
    let (first, second) = (
        log.next_connection(ms(0), ms(0)),
        log.next_connection(ms(0), ms(0)),
    );
    log.stands(first, standing(0, false), ms(1));
    log.stands(second, standing(0, false), ms(1));
    // It runs when the window is opened, and when it is closed.
    log.stands(first, standing(1, false), ms(5));
    let window = log.open(ms(10));
    log.stands(first, standing(0, false), ms(20));
    log.acquired(ms(20), ms(30));
    log.stands(second, standing(1, false), ms(40));
    let traffic = log.close(window, ms(50)).expect("an open window");
    assert_eq!(parts(&traffic), [20, 0, 0, 10, 10]);
}

#[test]
fn connections_that_never_open_were_being_opened_until_they_are_closed() {
    let mut log = Log::default();
    let window = log.open(ms(0));
    let refused = log.next_connection(ms(5), ms(1));
    log.closed(refused, ms(15));
    let traffic = log.close(window, ms(20)).expect("an open window");
    assert_eq!(parts(&traffic), [0, 0, 10, 0, 10]);
    assert_eq!(traffic.time().waiting_for_pool, None);
}
