//! Which statements become durable together: those of one transaction, whether the program began it or the server did.

use super::Event;
use super::state::State;
use crate::record::sql::{Token, tokens};

/// A transaction of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Block {
    /// Its number within the connection.
    pub(crate) number: u64,
    /// The program began it. Otherwise it is the server's own, around one simple query or all up to a `Sync`.
    pub(crate) is_explicit: bool,
}

impl Block {
    fn next(&mut self, is_explicit: bool) {
        self.number += 1;
        self.is_explicit = is_explicit;
    }
}

/// Where a connection stands between its transactions.
#[derive(Debug, Default)]
pub(super) struct Transaction {
    /// What is sent next belongs to this one.
    pub(super) block: Block,
    /// The server said that one of the program's is open.
    pub(super) is_open: bool,
}

impl Transaction {
    /// Transaction control passes, and is itself a part of the transaction that it begins or ends.
    pub(super) fn begin(&mut self, sql: &str) {
        if let Some(Control::Begin) = Control::of(sql)
            && !self.block.is_explicit
        {
            self.block.next(true);
        }
    }

    pub(super) fn end(&mut self, sql: &str) {
        match Control::of(sql) {
            Some(Control::End) => self.block.next(false),
            Some(Control::Chain) => self.block.next(true),
            Some(Control::Begin) | None => {}
        }
    }

    /// Everything up to here is a transaction of the server's, unless the program has begun one.
    pub(super) fn end_implicit(&mut self) {
        if !self.block.is_explicit {
            self.block.next(false);
        }
    }
}

impl State {
    /// The server says where it stands. With nothing under way it knows better than we do.
    pub(super) fn learn_transaction(&mut self, open: bool, on_event: &mut impl FnMut(Event)) {
        let transaction = &mut self.transaction;
        if self.pending.is_empty() && transaction.block.is_explicit != open {
            transaction.block.next(open);
        }
        if transaction.is_open != open {
            transaction.is_open = open;
            on_event(Event::Transaction { open });
        }
    }
}

/// What transaction control does to a transaction as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Control {
    Begin,
    End,
    /// It ends one and begins the next: `COMMIT AND CHAIN`.
    Chain,
}

impl Control {
    fn of(sql: &str) -> Option<Self> {
        let words: Vec<Token<'_>> = tokens(sql).take(5).collect();
        let is = |at: usize, word: &str| words.get(at).is_some_and(|token| token.is(word));
        if is(0, "BEGIN") || is(0, "START") {
            return Some(Self::Begin);
        }
        let ends = ["COMMIT", "END", "ABORT", "ROLLBACK"]
            .iter()
            .any(|word| is(0, word));
        let about = if is(1, "WORK") || is(1, "TRANSACTION") {
            2
        } else {
            1
        };
        if is(0, "PREPARE") && is(1, "TRANSACTION") {
            Some(Self::End)
        } else if !ends || is(1, "PREPARED") || is(about, "TO") {
            None
        } else if is(about, "AND") && is(about + 1, "CHAIN") {
            Some(Self::Chain)
        } else {
            Some(Self::End)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_and_ends_a_transaction_is_known() {
        use Control::{Begin, Chain, End};
        for (sql, expected) in [
            ("BEGIN", Some(Begin)),
            ("start transaction read only", Some(Begin)),
            ("COMMIT", Some(End)),
            ("/* a */ END WORK", Some(End)),
            ("ROLLBACK", Some(End)),
            ("ABORT", Some(End)),
            ("PREPARE TRANSACTION 'a'", Some(End)),
            ("COMMIT AND CHAIN", Some(Chain)),
            ("ROLLBACK WORK AND CHAIN", Some(Chain)),
            ("COMMIT AND NO CHAIN", Some(End)),
            ("ROLLBACK TO SAVEPOINT a", None),
            ("ROLLBACK WORK TO a", None),
            ("COMMIT PREPARED 'a'", None),
            ("SAVEPOINT a", None),
            ("RELEASE a", None),
            ("SET TRANSACTION READ ONLY", None),
            ("", None),
        ] {
            assert_eq!(Control::of(sql), expected, "{sql}");
        }
    }
}
