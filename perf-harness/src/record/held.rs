//! Which connections were in use at the same time, and by what.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::class::Class;
use super::query::Query;
use super::recording::Traffic;

/// A connection in use: by one statement, or by a transaction from its first statement to its last.
#[derive(Clone, Debug)]
pub(crate) struct Hold<'t> {
    /// Its statements, in the order sent.
    pub(crate) statements: Vec<&'t Query>,
    from: Duration,
    /// None: it was in use when the recording ended.
    to: Option<Duration>,
}

impl<'t> Hold<'t> {
    fn of(statements: Vec<&'t Query>, is_open: bool) -> Self {
        let ends = statements
            .iter()
            .map(|query| Some(query.started + query.elapsed?));
        let ends: Option<Vec<Duration>> = ends.collect();
        let starts = statements.iter().map(|query| query.started);
        Self {
            from: starts.min().unwrap_or_default(),
            to: ends
                .and_then(|ends| ends.into_iter().max())
                .filter(|_| !is_open),
            statements,
        }
    }

    /// What ends at a moment is over before something else begins at it.
    fn covers(&self, at: Duration) -> bool {
        self.from <= at
            && self
                .to
                .is_none_or(|to| at < to || to == self.from && at == to)
    }

    pub(crate) fn connection(&self) -> u64 {
        self.statements[0].connection
    }

    /// Is it a transaction that the program began?
    pub(crate) fn is_transaction(&self) -> bool {
        self.statements[0].block.is_explicit
    }

    /// The latest of its statements that had begun by then.
    pub(crate) fn latest(&self, at: Duration) -> &'t Query {
        let begun = self.statements.iter().rev();
        let latest = begun.copied().find(|query| query.started <= at);
        latest.unwrap_or(self.statements[0])
    }
}

impl Traffic {
    /// Is it certain that none of its statements was in a transaction that the program began?
    pub(crate) fn is_without_transaction(&self) -> bool {
        let mut statements = self.statements.iter();
        self.counts.unsampled == 0
            && self.idle_in_transaction.is_zero()
            && !statements.any(|query| query.block.is_explicit)
    }

    /// What used connections when the most of them were in use at once, and when that was. A connection is in use while it runs
    /// a statement, and from the beginning of a transaction to its end. What drivers ask for themselves is no use.
    pub(crate) fn most_held(&self) -> (Duration, Vec<Hold<'_>>) {
        let holds = self.holds();
        let at = fullest(&holds);
        let mut then: Vec<Hold<'_>> = holds.into_iter().filter(|hold| hold.covers(at)).collect();
        // A pipeline has several statements of one connection.
        then.dedup_by_key(|hold| hold.connection());
        (at, then)
    }

    /// What transactions waited for the program after, and how long: each statement that another one followed or that left its
    /// transaction open, the longest first.
    pub(crate) fn waits(&self) -> Vec<(Duration, &Query)> {
        let holds = self.holds().into_iter();
        let transactions = holds.filter(Hold::is_transaction);
        let mut waits: Vec<(Duration, &Query)> = transactions
            .flat_map(|hold| {
                let next = hold.statements.iter().skip(1).map(|query| query.started);
                // What is late is none of the work's.
                let end = self.time.elapsed;
                let open = hold.to.is_none().then_some(end);
                let next: Vec<Duration> = next.chain(open).map(|next| next.min(end)).collect();
                hold.statements
                    .into_iter()
                    .zip(next)
                    .filter_map(|(query, next)| {
                        let ended = query.started + query.elapsed?;
                        Some((next.saturating_sub(ended), query))
                    })
                    .collect::<Vec<_>>()
            })
            .collect();
        waits.sort_by_key(|(wait, _)| std::cmp::Reverse(*wait));
        waits
    }

    fn holds(&self) -> Vec<Hold<'_>> {
        let mut blocks: BTreeMap<(u64, u64), Vec<&Query>> = BTreeMap::new();
        let mut holds = Vec::new();
        for query in &self.statements {
            match query.class {
                Class::Driver => {}
                _ if query.block.is_explicit => {
                    let block = (query.connection, query.block.number);
                    blocks.entry(block).or_default().push(query);
                }
                _ => holds.push(Hold::of(vec![query], false)),
            }
        }
        let last_of = |connection| blocks.keys().rev().find(|(of, _)| *of == connection);
        let open: Vec<(u64, u64)> = self
            .open_transactions
            .iter()
            .filter_map(|connection| last_of(*connection).copied())
            .collect();
        let blocks = blocks.into_iter();
        holds.extend(blocks.map(|(block, all)| Hold::of(all, open.contains(&block))));
        holds.sort_by_key(|hold| (hold.connection(), hold.from));
        holds
    }
}

/// The first moment at which the most connections were in use.
fn fullest(holds: &[Hold<'_>]) -> Duration {
    let mut changes: Vec<(Duration, Change, u64)> = holds
        .iter()
        .flat_map(|hold| {
            let end = if hold.to == Some(hold.from) {
                Change::EndAtOnce
            } else {
                Change::End
            };
            let end = hold.to.map(|to| (to, end, hold.connection()));
            [Some((hold.from, Change::Begin, hold.connection())), end]
        })
        .flatten()
        .collect();
    changes.sort();
    let mut in_use: HashMap<u64, usize> = HashMap::new();
    let (mut most, mut fullest) = (0, Duration::ZERO);
    for (at, change, connection) in changes {
        let uses = in_use.entry(connection).or_default();
        if change == Change::Begin {
            *uses += 1;
        } else {
            *uses -= 1;
        }
        if *uses == 0 {
            in_use.remove(&connection);
        }
        if in_use.len() > most {
            (most, fullest) = (in_use.len(), at);
        }
    }
    fullest
}

/// In the order in which they happen at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    End,
    Begin,
    /// The end of what began at the same moment.
    EndAtOnce,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::TimeSpent;
    use crate::record::wire::Block;

    /// A statement of a connection, from one millisecond to another; in a transaction of a number, if it has one.
    fn statement(connection: u64, from: u64, to: Option<u64>, block: Option<u64>) -> Query {
        Query {
            connection,
            started: Duration::from_millis(from),
            elapsed: to.map(|to| Duration::from_millis(to - from)),
            block: Block {
                number: block.unwrap_or_default(),
                is_explicit: block.is_some(),
            },
            ..Query::of(&format!("SELECT {from}"), vec![])
        }
    }

    fn check(statements: Vec<Query>, open: &[u64], expected: &[&str]) {
        let traffic = Traffic {
            statements,
            open_transactions: open.to_vec(),
            ..Traffic::default()
        };
        let (at, held) = traffic.most_held();
        let told: Vec<String> = held
            .iter()
            .map(|hold| {
                let latest = hold.latest(at);
                format!("{} {}", latest.connection, latest.sql())
            })
            .collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn statements_one_after_the_other_use_one_connection() {
        check(
            vec![
                statement(1, 0, Some(2), None),
                statement(2, 2, Some(4), None),
                statement(1, 4, Some(4), None),
            ],
            &[],
            &["1 SELECT 0"],
        );
        check(vec![], &[], &[]);
    }

    #[test]
    fn statements_at_once_use_several() {
        check(
            vec![
                statement(1, 0, Some(1), None),
                statement(1, 2, Some(9), None),
                statement(3, 3, None, None),
                statement(2, 4, Some(5), None),
                statement(1, 9, Some(10), None),
            ],
            &[],
            &["1 SELECT 2", "2 SELECT 4", "3 SELECT 3"],
        );
    }

    #[test]
    fn a_transaction_holds_its_connection_between_its_statements() {
        let ended = |open: &[u64], expected: &[&str]| {
            check(
                vec![
                    statement(1, 0, Some(1), Some(7)),
                    statement(1, 2, Some(3), Some(7)),
                    statement(2, 5, Some(6), None),
                ],
                open,
                expected,
            );
        };
        ended(&[], &["1 SELECT 0"]);
        ended(&[1], &["1 SELECT 2", "2 SELECT 5"]);
        check(
            vec![
                statement(1, 0, Some(1), Some(7)),
                statement(2, 2, Some(3), None),
                statement(1, 4, Some(5), Some(7)),
            ],
            &[],
            &["1 SELECT 0", "2 SELECT 2"],
        );
    }

    #[test]
    fn a_transaction_waits_between_its_statements_and_after_the_last_if_it_stays_open() {
        let waits = |open: &[u64]| -> Vec<(u128, String)> {
            let traffic = Traffic {
                statements: vec![
                    statement(1, 0, Some(1), Some(7)),
                    statement(2, 1, Some(2), None),
                    statement(1, 6, Some(8), Some(7)),
                ],
                open_transactions: open.to_vec(),
                // What comes later is late.
                elapsed: Duration::from_millis(90),
                time: TimeSpent {
                    elapsed: Duration::from_millis(20),
                    ..TimeSpent::default()
                },
                ..Traffic::default()
            };
            let told = traffic.waits().into_iter();
            told.map(|(wait, query)| (wait.as_millis(), query.sql().to_owned()))
                .collect()
        };
        let between = (5, "SELECT 0".to_owned());
        assert_eq!(waits(&[1]), [(12, "SELECT 6".to_owned()), between.clone()]);
        assert_eq!(waits(&[]), [between]);
    }

    #[test]
    fn what_is_late_is_waited_for_up_to_the_end_of_the_work() {
        let traffic = Traffic {
            statements: vec![
                statement(1, 0, Some(1), Some(7)),
                statement(1, 50, Some(51), Some(7)),
            ],
            time: TimeSpent {
                elapsed: Duration::from_millis(20),
                ..TimeSpent::default()
            },
            ..Traffic::default()
        };
        let waits = traffic.waits();
        assert_eq!(waits[0].0, Duration::from_millis(19));
    }

    #[test]
    fn a_pipeline_uses_one_connection() {
        check(
            vec![
                statement(1, 0, Some(3), None),
                statement(1, 1, Some(3), None),
            ],
            &[],
            &["1 SELECT 0"],
        );
    }
}
