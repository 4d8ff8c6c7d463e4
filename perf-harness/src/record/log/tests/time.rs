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
    let (first, second) = (log.next_connection(ms(0)), log.next_connection(ms(0)));
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
    let connection = log.next_connection(ms(0));
    let window = log.open(ms(10));
    log.stands(connection, standing(0, true), ms(20));
    let traffic = log.close(window, ms(50)).expect("an open window");
    assert_eq!(traffic.idle_in_transaction(), ms(30));
}
