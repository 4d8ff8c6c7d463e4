//! Plans that are told of queries: of which, when, and how many are kept.

use super::*;

fn plan(id: QueryId, is_own: bool, plan: &str) -> Event {
    Event::Plan {
        id,
        is_own,
        plan: Some(Arc::from(plan)),
    }
}

fn own(traffic: &Traffic) -> Vec<Option<&str>> {
    traffic
        .statements
        .iter()
        .map(Query::executed_plan)
        .collect()
}

#[test]
fn a_plan_is_kept_with_its_query_also_when_that_is_over_and_others_have_begun() {
    let traffic = recorded(&[
        plan(1, true, "before the recording"),
        started(2, 1),
        finished(2, 2),
        started(4, 3),
        started(5, 3),
        plan(2, true, "two"),
        plan(4, true, "four"),
        plan(4, false, "within four"),
        plan(3, true, "nobody's"),
        Event::Retracted { id: 4 },
        plan(5, true, "five"),
        plan(4, true, "nobody's"),
    ]);
    assert_eq!(own(&traffic), [Some("two"), Some("five")]);
}

#[test]
fn statements_within_are_kept_up_to_a_number_and_a_second_plan_of_a_query_is_one_of_them() {
    let mut events = vec![started(1, 1), plan(1, true, "its own")];
    events.extend((0..1_000).map(|_| plan(1, true, "of a rule")));
    events.push(plan(1, false, "one too many"));
    events.push(Event::Plan {
        id: 1,
        is_own: false,
        plan: None,
    });
    let traffic = recorded(&events);
    let query = &traffic.statements[0];
    assert_eq!(query.executed_plan(), Some("its own"));
    assert_eq!(query.inner_plans().count(), 1_000);
    assert_eq!(query.plans_not_kept(), 2);
}

#[test]
fn plans_are_kept_up_to_a_number_of_bytes_and_take_no_room_from_statements() {
    let long = "x".repeat(MOST_BYTES / 2);
    let mut events = Vec::new();
    for id in 1..=3 {
        events.extend([started(id, 1), plan(id, true, &long), finished(id, 2)]);
    }
    let traffic = recorded(&events);
    let kept: Vec<bool> = own(&traffic).iter().map(Option::is_some).collect();
    assert_eq!(kept, [true, true, false]);
    assert_eq!(traffic.statements[2].plans_not_kept(), 1);
    assert_eq!((traffic.counts.queries, traffic.counts.unsampled), (3, 0));
}

#[test]
fn a_connection_that_may_not_tell_is_told_of_where_it_sent_something() {
    let mut log = Log::default();
    log.without_plans(1, "permission denied");
    let quiet = log.open(Duration::ZERO);
    let traffic = log.close(quiet, ms(1)).expect("an open window");
    assert_eq!(traffic.without_plans(), None);
    let asks = log.open(Duration::ZERO);
    tell(&mut log, &[started(1, 1), finished(1, 2)]);
    let traffic = log.close(asks, ms(3)).expect("an open window");
    assert_eq!(traffic.without_plans(), Some("permission denied"));
}
