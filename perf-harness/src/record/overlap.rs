//! From where on a recording's order is chance: the first statement that another connection's ran beside.
//!
//! Of two tasks that run at once it is chance which one's statement passes first, and even whether the two statements
//! overlap. So a query is taken to begin with what led to it on its connection: the connecting, a pool's ping, the
//! preparing, the `BEGIN`. One task alone never overlaps with itself, unless it holds one connection and uses another.

use std::collections::{HashMap, VecDeque};

use super::class::Class;
use super::sql::tokens;
use super::wire::QueryId;

/// What is seen of one window.
#[derive(Debug, Default)]
pub(super) struct Overlap {
    connections: HashMap<u64, Connection>,
    /// Connections that knocked and have no number yet, in their order.
    arrived: VecDeque<Stir>,
    /// The queries, in the order sent.
    queries: Vec<Span>,
    /// How many statements are kept.
    kept: usize,
    from: Option<usize>,
}

#[derive(Debug, Default)]
struct Connection {
    running: HashMap<QueryId, Option<usize>>,
    /// What may lead to its next query.
    stir: Option<Stir>,
    /// It was used, and is not back in its pool as far as one can tell.
    used: bool,
    /// It was opened in this window, and not used yet.
    new: bool,
}

/// One query: its connection, and the place of the first statement that belongs to it.
#[derive(Clone, Copy, Debug)]
struct Span {
    connection: u64,
    first: usize,
}

/// The moment at which a connection became busy.
#[derive(Clone, Copy, Debug)]
struct Stir {
    /// How many queries had begun.
    queries: usize,
    /// Where the first query began that ran on another connection then.
    beside: Option<usize>,
    /// The place of the first statement since.
    first: Option<usize>,
}

impl Overlap {
    /// The place of the first statement whose order is chance.
    pub(super) fn from(&self) -> Option<usize> {
        self.from
    }

    /// A program connects. Under load it takes a while until more is known of it.
    pub(super) fn arrived(&mut self) {
        // No connection has this number.
        let stir = self.stir(0);
        self.arrived.push_back(stir);
    }

    /// It only wanted to cancel a query.
    pub(super) fn departed(&mut self) {
        self.arrived.pop_front();
    }

    pub(super) fn opened(&mut self, connection: u64) {
        let arrived = self.arrived.pop_front();
        let stir = arrived.unwrap_or_else(|| self.stir(connection));
        let opened = self.connections.entry(connection).or_default();
        opened.stir = Some(stir);
        opened.new = true;
    }

    pub(super) fn round_trip(&mut self, connection: u64) {
        let stir = self.stir(connection);
        let asked = self.connections.entry(connection).or_default();
        // Of a statement's own round trip this one is a part.
        if asked.running.is_empty() {
            asked.stir.get_or_insert(stir);
        }
    }

    /// A round trip that was announced turns out to carry nothing.
    pub(super) fn ping(&mut self, connection: u64) {
        let stir = self.stir(connection);
        let pinged = self.connections.entry(connection).or_default();
        if pinged.new {
            return;
        }
        // The first one after a use is how a pool takes it back. The next one is for who gets it.
        pinged.stir = (!pinged.used).then_some(stir);
        pinged.used = false;
    }

    /// A statement that is kept at the next place.
    pub(super) fn started(&mut self, connection: u64, id: QueryId, class: Class, sql: &str) {
        let place = self.kept;
        self.kept += 1;
        let now = self.stir(connection);
        let asked = self.connections.entry(connection).or_default();
        let query = (class == Class::Query).then_some(self.queries.len());
        asked.running.insert(id, query);
        if class == Class::Driver {
            return;
        }
        (asked.used, asked.new) = (true, false);
        let mut stir = asked.stir.take().unwrap_or(now);
        stir.first.get_or_insert(place);
        if query.is_some() {
            self.judge(connection, stir, now);
        } else if leads_on(sql) {
            asked.stir = Some(stir);
        }
    }

    pub(super) fn finished(&mut self, connection: u64, id: QueryId) {
        if let Some(asked) = self.connections.get_mut(&connection) {
            asked.running.remove(&id);
        }
    }

    /// A statement that was kept at this place is none.
    pub(super) fn retracted(&mut self, connection: u64, id: QueryId, place: usize) {
        self.finished(connection, id);
        self.kept -= 1;
        let moved = |at: &mut usize| *at -= usize::from(*at > place);
        self.queries
            .iter_mut()
            .for_each(|span| moved(&mut span.first));
        self.from.iter_mut().for_each(moved);
    }

    fn judge(&mut self, connection: u64, stir: Stir, now: Stir) {
        let since = self.queries[stir.queries..].iter();
        let others = since.filter(|span| span.connection != connection);
        let beside = others
            .map(|span| span.first)
            .chain(stir.beside)
            .chain(now.beside)
            .min();
        let first = stir
            .first
            .unwrap_or_else(|| unreachable!("the query itself is one"));
        if let Some(beside) = beside {
            let from = beside.min(first);
            self.from = Some(self.from.map_or(from, |earlier| earlier.min(from)));
        }
        self.queries.push(Span { connection, first });
    }

    /// This moment, as one connection has it.
    fn stir(&self, connection: u64) -> Stir {
        let others = self
            .connections
            .iter()
            .filter(|(other, _)| **other != connection);
        let running = others.flat_map(|(_, other)| other.running.values().flatten());
        Stir {
            queries: self.queries.len(),
            beside: running.map(|query| self.queries[*query].first).min(),
            first: None,
        }
    }
}

/// `BEGIN` and `SAVEPOINT` are there for what follows them. What ends a transaction can be sent whenever a pool likes.
fn leads_on(sql: &str) -> bool {
    let first = tokens(sql).next();
    first.is_some_and(|first| {
        ["BEGIN", "START", "SAVEPOINT"]
            .iter()
            .any(|word| first.is(word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays what happened, a line each: `2 ping`, `2 SELECT a`, `2 done`.
    fn check(story: &[&str], expected: Option<usize>) {
        let mut overlap = Overlap::default();
        let mut sent = 0;
        for line in story {
            let (connection, what) = line.split_once(' ').unwrap();
            let connection = connection.parse().unwrap();
            match what {
                "knock" => overlap.arrived(),
                "cancel" => overlap.departed(),
                "open" => overlap.opened(connection),
                "ping" => {
                    overlap.round_trip(connection);
                    overlap.ping(connection);
                }
                "prepare" => overlap.round_trip(connection),
                "done" => {
                    let running = &overlap.connections[&connection].running;
                    let ids: Vec<_> = running.keys().copied().collect();
                    for id in ids {
                        overlap.finished(connection, id);
                    }
                }
                sql => {
                    sent += 1;
                    overlap.started(connection, sent, Class::of(sql, false), sql);
                    overlap.round_trip(connection);
                }
            }
        }
        assert_eq!(overlap.from(), expected, "{story:?}");
    }

    #[test]
    fn one_task_overlaps_with_nothing() {
        check(&["1 a", "1 done", "1 b", "1 done"], None);
        // On whatever connections of a pool.
        check(
            &[
                "1 ping",
                "1 a",
                "1 done",
                "1 ping",
                "2 open",
                "2 b",
                "2 done",
                "1 ping",
                "1 c",
                "2 ping",
                "1 done",
                "1 ping",
                "2 ping",
                "2 d",
                "2 done",
                "2 ping",
                "1 ping",
                "1 prepare",
                "1 e",
                "1 done",
            ],
            None,
        );
        // A transaction that is dropped is rolled back when its pool likes.
        check(
            &[
                "1 BEGIN",
                "1 done",
                "1 a",
                "1 done",
                "1 ROLLBACK",
                "2 ping",
                "2 b",
                "1 done",
                "2 done",
            ],
            None,
        );
    }

    #[test]
    fn statements_that_run_at_once_overlap() {
        check(
            &["1 a", "1 done", "1 b", "2 c", "1 done", "2 done"],
            Some(1),
        );
        check(&["1 a", "2 b", "1 done", "1 c"], Some(0));
    }

    #[test]
    fn so_do_those_that_were_on_their_way_at_once() {
        check(&["1 a", "2 ping", "1 done", "2 b", "2 done"], Some(0));
        check(
            &["1 ping", "2 ping", "1 a", "1 done", "2 b", "2 done"],
            Some(0),
        );
        check(
            &["1 open", "2 open", "1 a", "1 done", "2 b", "2 done"],
            Some(0),
        );
        check(
            &[
                "1 a",
                "1 done",
                "1 prepare",
                "2 prepare",
                "2 b",
                "2 done",
                "1 c",
            ],
            Some(1),
        );
    }

    #[test]
    fn a_connection_begins_when_it_knocks() {
        check(
            &["2 knock", "1 a", "1 done", "2 open", "2 b", "2 done"],
            Some(0),
        );
        check(
            &["1 a", "1 done", "2 knock", "2 open", "2 b", "2 done"],
            None,
        );
        check(
            &[
                "9 knock", "9 cancel", "1 a", "1 done", "2 knock", "2 open", "2 b",
            ],
            None,
        );
    }

    #[test]
    fn a_query_begins_with_its_transaction() {
        check(
            &[
                "1 a", "1 done", "1 BEGIN", "1 done", "2 BEGIN", "2 done", "1 b", "1 done",
                "1 COMMIT", "1 done", "2 c", "2 done",
            ],
            Some(1),
        );
    }

    #[test]
    fn what_a_driver_asks_for_itself_is_beside_nothing() {
        let look_up = "1 SELECT typname FROM pg_type WHERE oid = $1";
        check(&[look_up, "2 a", "2 done", "1 done"], None);
    }

    #[test]
    fn a_statement_that_was_none_leaves_the_places_right() {
        let mut overlap = Overlap::default();
        overlap.started(1, 1, Class::Query, "a");
        overlap.retracted(1, 1, 0);
        overlap.started(1, 2, Class::Query, "b");
        overlap.started(2, 3, Class::Query, "c");
        assert_eq!(overlap.from(), Some(0));
    }
}
