//! What `pg_stat_statements` counts, by its rules and those of the server's portals.
//!
//! Sources: `pgss_ExecutorEnd` and `pgss_ProcessUtility` in `pg_stat_statements.c`; `PortalCleanup`, `AtAbort_Portals` and
//! `AtSubAbort_Portals` in `portalcmds.c` and `portalmem.c`.

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::ask::{Kind, Statement};
use crate::conversation::End;

/// The portals of one connection, and what was counted of them.
#[derive(Default)]
pub(crate) struct Portals {
    /// The server's major version.
    version: u32,
    pub(crate) counted: Counted,
    by_name: HashMap<String, Portal>,
    /// The savepoints of the transaction, by name.
    savepoints: Vec<String>,
}

/// Sums over statements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) calls: u64,
    pub(crate) rows: u64,
    /// Completed, and yet no call.
    pub(crate) lost: u64,
    /// Never completed, or not even executed, and yet a call.
    pub(crate) cut_short: u64,
}

/// A statement that was parsed.
#[derive(Clone)]
pub(crate) struct Prepared {
    statement: Statement,
    /// A utility statement was run. From then on it has no identity for `pg_stat_statements`, which takes it away for the
    /// time that it runs, and takes it from the plan that is kept.
    spent: Rc<Cell<bool>>,
}

impl Prepared {
    pub(crate) fn of(statement: Statement) -> Self {
        let spent = Rc::default();
        Self { statement, spent }
    }
}

struct Portal {
    statement: Statement,
    spent: Rc<Cell<bool>>,
    /// How many savepoints there were when it was made.
    depth: usize,
    /// Its place among the executed statements, once it was executed.
    begun: Option<usize>,
    completed: bool,
    /// Of the last `Execute`, and of all.
    rows: (u64, u64),
}

impl Portals {
    pub(crate) fn of(version: u32) -> Self {
        Self {
            version,
            ..Self::default()
        }
    }

    pub(crate) fn statement(&self, name: &str) -> Option<Statement> {
        self.by_name
            .get(name)
            .map(|portal| portal.statement.clone())
    }

    pub(crate) fn begun(&self, name: &str) -> Option<usize> {
        self.by_name.get(name)?.begun
    }

    /// A portal is made. The one without a name takes the place of the one before.
    pub(crate) fn bind(&mut self, name: &str, prepared: Prepared) {
        self.close(name);
        let portal = Portal {
            statement: prepared.statement,
            spent: prepared.spent,
            depth: self.savepoints.len(),
            begun: None,
            completed: false,
            rows: (0, 0),
        };
        self.by_name.insert(name.to_owned(), portal);
    }

    /// In good order: it counts, executed or not.
    pub(crate) fn close(&mut self, name: &str) {
        if let Some(portal) = self.by_name.remove(name) {
            self.end(&portal, true);
        }
    }

    /// `executor_end` is reached in good order alone.
    fn end(&mut self, portal: &Portal, in_order: bool) {
        if portal.statement.kind != Kind::Select {
            return;
        }
        if !in_order {
            self.counted.lost += u64::from(portal.completed);
            return;
        }
        self.counted.calls += 1;
        self.counted.cut_short += u64::from(!portal.completed);
        let (last, all) = portal.rows;
        self.counted.rows += if self.version < 16 { last } else { all };
    }

    pub(crate) fn executed(&mut self, name: &str, at: usize, end: &End, rows: u64, command: &str) {
        let Some(portal) = self.by_name.get_mut(name) else {
            return self.fail();
        };
        if let End::Failed(sqlstate) = end {
            // What was refused before it ran is still whole.
            let whole = matches!(sqlstate.as_str(), "25P02" | "55000");
            portal.spent.set(portal.spent.get() || !whole);
            if !whole && let Some(portal) = self.by_name.remove(name) {
                self.end(&portal, false);
            }
            return self.fail();
        }
        let first = portal.begun.is_none();
        let statement = portal.statement.clone();
        portal.begun.get_or_insert(at);
        let was_completed = portal.completed;
        portal.completed |= *end == End::Completed;
        portal.rows = (rows, portal.rows.1 + rows);
        if statement.kind == Kind::Select {
            return;
        }
        // Completed at once, whatever is still to be fetched.
        let spent = portal.spent.replace(true)
            && matches!(statement.kind, Kind::Utility | Kind::Deallocate);
        if first && spent {
            self.counted.lost += 1;
        } else if first {
            self.count(&statement, command);
            self.counted.cut_short += u64::from(*end == End::Suspended);
        } else if *end == End::Completed && !was_completed {
            self.counted.cut_short -= 1;
        }
        self.control(&statement.sql, command);
    }

    /// A statement of a simple query, or a copy: its portal came and went.
    pub(crate) fn ran(&mut self, statement: &Statement, command: &str) {
        self.close("");
        self.count(statement, command);
        self.control(&statement.sql, command);
    }

    fn count(&mut self, statement: &Statement, command: &str) {
        let told = command
            .rsplit(' ')
            .next()
            .and_then(|count| count.parse().ok());
        let told: u64 = told.unwrap_or(0);
        let tells = ["COPY", "FETCH", "SELECT"];
        let rows = match statement.kind {
            Kind::Prepare => None,
            Kind::Deallocate => (self.version >= 17).then_some(0),
            Kind::Returning(rows) => Some(rows),
            Kind::Utility if !tells.iter().any(|tag| command.starts_with(tag)) => Some(0),
            Kind::Select | Kind::Write | Kind::Prepared | Kind::Utility | Kind::Empty => Some(told),
        };
        match rows {
            Some(rows) => {
                self.counted.calls += 1;
                self.counted.rows += rows;
            }
            None => self.counted.lost += 1,
        }
    }

    /// What a statement does to the transaction and its portals.
    fn control(&mut self, sql: &str, command: &str) {
        let name = sql.rsplit(' ').next().unwrap_or_default();
        let place = self
            .savepoints
            .iter()
            .rposition(|savepoint| savepoint == name);
        match (command, place) {
            ("SAVEPOINT", _) => self.savepoints.push(name.to_owned()),
            ("RELEASE", Some(place)) => {
                self.savepoints.truncate(place);
                for portal in self.by_name.values_mut() {
                    portal.depth = portal.depth.min(place);
                }
            }
            ("ROLLBACK", Some(place)) if sql.contains(" TO ") => {
                self.lose(place + 1);
                self.savepoints.truncate(place + 1);
            }
            ("ROLLBACK", _) => {
                self.lose(0);
                self.savepoints.clear();
            }
            ("COMMIT", _) => self.ready(true),
            _ => {}
        }
    }

    /// An error ends the transaction, or what came after its last savepoint.
    pub(crate) fn fail(&mut self) {
        self.lose(self.savepoints.len());
    }

    /// Those of this depth and deeper end with their transaction.
    fn lose(&mut self, depth: usize) {
        let gone: Vec<Portal> = self
            .by_name
            .extract_if(|_, portal| portal.depth >= depth)
            .map(|(_, portal)| portal)
            .collect();
        for portal in gone {
            self.end(&portal, false);
        }
    }

    /// At the end of a transaction all are closed.
    pub(crate) fn ready(&mut self, idle: bool) {
        if !idle {
            return;
        }
        self.savepoints.clear();
        for name in self.by_name.keys().cloned().collect::<Vec<_>>() {
            self.close(&name);
        }
    }
}
