//! Where a connection stands between two pieces of bytes: what its server owes, and whether a transaction waits.

use super::Session;
use super::pending::Pending;
use super::state::{Language, Mode, State};

/// What one connection's server is at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// It has let the program in, or nobody can tell.
    pub(crate) is_connected: bool,
    /// Exchanges that it has not answered in full.
    pub(crate) owed: usize,
    /// It said that a transaction of the program's is open.
    pub(crate) in_transaction: bool,
}

impl Session {
    /// As of the last piece.
    pub(in crate::record::wire) fn standing(&self) -> Standing {
        self.state.standing()
    }
}

impl State {
    fn standing(&self) -> Standing {
        if self.mode == Mode::Lost || self.language != Language::Sql {
            // To a program that replicates `ReadyForQuery` may never come.
            return Standing {
                is_connected: true,
                ..Standing::default()
            };
        }
        Standing {
            is_connected: self.connected,
            owed: self.owed + usize::from(self.is_asking()),
            in_transaction: self.transaction.is_open,
        }
    }

    /// Something was sent since the last `Sync`, and is not answered: `Parse` and `Flush`, say.
    fn is_asking(&self) -> bool {
        let last = self.pending.back();
        last.is_some_and(|last| !last.ends_exchange() && !matches!(last, Pending::CopyEnd))
    }

    /// One of what was awaited goes.
    pub(super) fn no_longer_owed(&mut self, pending: &Pending) {
        match pending {
            Pending::Startup => self.connected = true,
            Pending::Simple(_) | Pending::Call | Pending::Sync => self.owed -= 1,
            _ => {}
        }
    }

    /// The counter is what would be counted.
    #[cfg(test)]
    pub(super) fn assert_owed(&self) {
        let awaited = self.pending.iter().filter(|pending| {
            matches!(pending, Pending::Simple(_) | Pending::Call | Pending::Sync)
        });
        assert_eq!(self.owed, awaited.count());
    }
}
