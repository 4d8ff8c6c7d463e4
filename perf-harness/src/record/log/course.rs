//! What a connection's time goes into, as stretches that are told when they end.
//!
//! With a delay on the wire what the program sends reaches the server later than it passes here, and what the server says
//! left it earlier.

use std::collections::VecDeque;
use std::time::Duration;

use crate::record::wire::Standing;

/// A piece of time, and what a connection did in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) doing: Doing,
    pub(super) from: Duration,
    pub(super) to: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    /// The connection was being opened.
    Opening,
    /// The program waited for an answer.
    Waiting,
    /// The server was at it: a part of the waiting.
    Serving,
    /// The server waited for the program, within a transaction.
    IdleInTransaction,
}

/// One connection.
#[derive(Debug)]
pub(super) struct Course {
    /// How long bytes are under way, each way.
    one_way: Duration,
    opening: Option<Duration>,
    /// When the program sent what is not answered yet, the oldest first.
    asked: VecDeque<Duration>,
    idle: Option<Duration>,
}

impl Course {
    /// The program has been connecting since then.
    pub(super) fn new(since: Duration, one_way: Duration) -> Self {
        Self {
            one_way,
            opening: Some(since),
            asked: VecDeque::new(),
            idle: None,
        }
    }

    /// A piece of bytes has passed: in this direction only, so either more is owed now or less.
    pub(super) fn stands(
        &mut self,
        standing: Standing,
        at: Duration,
        mut tell: impl FnMut(Stretch),
    ) {
        if standing.is_connected
            && let Some(from) = self.opening.take()
        {
            tell(stretch(Doing::Opening, from, at));
        }
        while self.asked.len() < standing.owed {
            self.asked.push_back(at);
        }
        while self.asked.len() > standing.owed
            && let Some(sent) = self.asked.pop_front()
        {
            self.answered(sent, at, at.saturating_sub(self.one_way), &mut tell);
        }
        let is_idle = standing.is_connected && standing.in_transaction && standing.owed == 0;
        if is_idle {
            let left = at.saturating_sub(self.one_way);
            self.idle.get_or_insert(left);
        } else if let Some(from) = self.idle.take() {
            tell(stretch(Doing::IdleInTransaction, from, at + self.one_way));
        }
    }

    /// What is not over yet, as if it were now.
    pub(super) fn unfinished(&self, now: Duration, mut tell: impl FnMut(Stretch)) {
        if let Some(from) = self.opening {
            tell(stretch(Doing::Opening, from, now));
        }
        for sent in &self.asked {
            self.answered(*sent, now, now, &mut tell);
        }
        if let Some(from) = self.idle {
            tell(stretch(Doing::IdleInTransaction, from, now));
        }
    }

    fn answered(
        &self,
        sent: Duration,
        heard: Duration,
        left: Duration,
        tell: &mut impl FnMut(Stretch),
    ) {
        tell(stretch(Doing::Waiting, sent, heard));
        tell(stretch(Doing::Serving, sent + self.one_way, left));
    }
}

fn stretch(doing: Doing, from: Duration, to: Duration) -> Stretch {
    Stretch { doing, from, to }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// `(at, owed, in a transaction)`, of a connection that is open.
    fn told(one_way: u64, steps: &[(u64, usize, bool)]) -> Vec<(Doing, u128, u128)> {
        let mut told = Vec::new();
        let mut keep = |one: Stretch| {
            if one.from < one.to {
                told.push((one.doing, one.from.as_millis(), one.to.as_millis()));
            }
        };
        let mut course = Course::new(ms(0), ms(one_way));
        for (at, owed, in_transaction) in steps {
            let standing = Standing {
                is_connected: true,
                owed: *owed,
                in_transaction: *in_transaction,
            };
            course.stands(standing, ms(*at), &mut keep);
        }
        course.unfinished(ms(1_000), &mut keep);
        told
    }

    #[test]
    fn each_exchange_is_waited_for_and_served() {
        use Doing::{Opening, Serving, Waiting};
        let steps = [
            (5, 0, false),
            (10, 1, false),
            (12, 2, false),
            (20, 1, false),
            (25, 0, false),
        ];
        let expected = [
            (Opening, 0, 5),
            (Waiting, 10, 20),
            (Serving, 10, 20),
            (Waiting, 12, 25),
            (Serving, 12, 25),
        ];
        assert_eq!(told(0, &steps), expected);
    }

    #[test]
    fn what_is_under_way_is_not_with_the_server() {
        use Doing::{Opening, Serving, Waiting};
        let steps = [
            (1, 0, false),
            (10, 1, false),
            (40, 0, false),
            (50, 1, false),
        ];
        let expected = [
            (Opening, 0, 1),
            (Waiting, 10, 40),
            (Serving, 20, 30),
            (Waiting, 50, 1_000),
            (Serving, 60, 1_000),
        ];
        assert_eq!(told(10, &steps), expected);
    }

    #[test]
    fn the_server_waits_in_a_transaction_from_its_answer_to_the_next_message() {
        use Doing::{IdleInTransaction, Opening, Serving, Waiting};
        let steps = [
            (1, 1, false),
            (4, 0, true),
            (9, 1, true),
            (11, 0, true),
            (12, 1, true),
            (20, 0, false),
        ];
        let idle: Vec<_> = [(4, 9), (11, 12)]
            .map(|(from, to)| (IdleInTransaction, from, to))
            .into();
        let of = |doing: Doing, one_way: u64| -> Vec<_> {
            let told = told(one_way, &steps).into_iter();
            told.filter(|(told, ..)| *told == doing).collect()
        };
        assert_eq!(of(IdleInTransaction, 0), idle);
        // As the server sees it: its answer left earlier, and what comes next is there later.
        let idle = [(3, 10), (10, 13)].map(|(from, to)| (IdleInTransaction, from, to));
        assert_eq!(of(IdleInTransaction, 1), idle);
        assert_eq!(of(Opening, 0), [(Opening, 0, 1)]);
        assert_eq!(of(Waiting, 0).len(), 3);
        assert_eq!(of(Serving, 0).len(), 3);
    }

    #[test]
    fn a_transaction_left_open_is_idle_to_the_end() {
        let idle = told(0, &[(1, 1, false), (4, 0, true)]);
        assert_eq!(idle.last(), Some(&(Doing::IdleInTransaction, 4, 1_000)));
    }
}
