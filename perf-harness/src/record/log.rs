//! Where sessions write what they see, and where recordings read it: a set of open windows.
//!
//! With no window open nothing is kept, so set-up work costs no memory.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::overlap::Overlap;
use super::parameter::Parameter;
use super::query::{Outcome, Query};
use super::recording::Traffic;
use super::site::Sighting;
use super::wire::{Direction, Event, QueryId};

/// How many statements of a window are kept in full. Counters go on.
const MOST_SAMPLES: usize = 10_000;

/// How many bytes of text and values a window keeps. What is shared between statements counts for each.
const MOST_BYTES: usize = 64 << 20;

/// The log of one database, shared by all its connections.
#[derive(Clone, Debug, Default)]
pub(crate) struct SharedLog(Arc<Mutex<Log>>);

impl SharedLog {
    /// A log whose queries come from code below `root`, as far as it is a user's.
    pub(crate) fn of_code_below(root: Option<PathBuf>) -> Self {
        Self(Arc::new(Mutex::new(Log {
            root: root.map(Arc::from),
            ..Log::default()
        })))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Log> {
        // Every change is complete before the lock is given back, so a poisoned log is a whole one.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Open windows by number.
#[derive(Debug, Default)]
pub(crate) struct Log {
    windows: HashMap<u64, Window>,
    next_window: u64,
    connections: u64,
    root: Option<Arc<Path>>,
}

#[derive(Debug)]
struct Window {
    started: Duration,
    traffic: Traffic,
    kept_bytes: usize,
    running: HashMap<(u64, QueryId), Slot>,
    overlap: Overlap,
}

/// Where a running query stands in its window.
#[derive(Clone, Copy, Debug)]
enum Slot {
    Kept(usize),
    CountedOnly(super::Class),
}

impl Log {
    /// A program connects.
    pub(crate) fn arrived(&mut self) {
        for window in self.windows.values_mut() {
            window.overlap.arrived();
        }
    }

    /// It only wanted to cancel a query.
    pub(crate) fn departed(&mut self) {
        for window in self.windows.values_mut() {
            window.overlap.departed();
        }
    }

    /// A number for a new connection: 1, 2, ...
    pub(crate) fn next_connection(&mut self) -> u64 {
        self.connections += 1;
        for window in self.windows.values_mut() {
            window.overlap.opened(self.connections);
        }
        self.connections
    }

    /// From now on what happens is kept, until the window is closed.
    pub(crate) fn open(&mut self, now: Duration) -> u64 {
        self.next_window += 1;
        let window = Window {
            started: now,
            traffic: Traffic {
                root: self.root.clone(),
                ..Traffic::default()
            },
            kept_bytes: 0,
            running: HashMap::new(),
            overlap: Overlap::default(),
        };
        self.windows.insert(self.next_window, window);
        self.next_window
    }

    /// Closes a window and takes what it saw: `None` if it was closed before.
    pub(crate) fn close(&mut self, window: u64, now: Duration) -> Option<Traffic> {
        let Window {
            started,
            mut traffic,
            overlap,
            ..
        } = self.windows.remove(&window)?;
        traffic.elapsed = now.saturating_sub(started);
        traffic.concurrent_from = overlap.from();
        Some(traffic)
    }

    /// Bytes that crossed the wire.
    pub(crate) fn bytes(&mut self, direction: Direction, count: usize) {
        for window in self.windows.values_mut() {
            let counts = &mut window.traffic.counts;
            match direction {
                Direction::Sent => counts.bytes_sent += count as u64,
                Direction::Received => counts.bytes_received += count as u64,
            }
        }
    }

    /// Does anyone want to know?
    pub(crate) fn is_open(&self) -> bool {
        !self.windows.is_empty()
    }

    /// A query that a driver told of, with who sent it.
    pub(crate) fn sighted(&mut self, sighting: &Sighting) {
        for window in self.windows.values_mut() {
            let sightings = &mut window.traffic.sightings;
            if sightings.len() < MOST_SAMPLES {
                sightings.push(sighting.clone());
            }
        }
    }

    /// One thing that a session understood.
    pub(crate) fn event(&mut self, connection: u64, event: &Event) {
        for window in self.windows.values_mut() {
            window.event(connection, event);
        }
    }
}

impl Window {
    fn event(&mut self, connection: u64, event: &Event) {
        let counts = &mut self.traffic.counts;
        match event {
            Event::Connected => counts.connects += 1,
            Event::Prepared => counts.prepares += 1,
            Event::RoundTrip => {
                counts.round_trips += 1;
                self.overlap.round_trip(connection);
            }
            Event::Ping => {
                counts.pings += 1;
                self.overlap.ping(connection);
            }
            Event::Undecoded => counts.undecoded += 1,
            Event::Error => counts.errors += 1,
            Event::Started { id, .. } => self.start(connection, *id, event),
            Event::Rows { id, count } => self.rows((connection, *id), *count),
            Event::Finished { id, outcome, at } => self.finish((connection, *id), outcome, *at),
            Event::Retracted { id } => self.retract((connection, *id)),
        }
    }

    fn start(&mut self, connection: u64, id: QueryId, event: &Event) {
        let Event::Started {
            sql,
            class,
            parameters,
            at,
            ..
        } = event
        else {
            unreachable!("only a start starts a query");
        };
        *self.traffic.counts.of_class(*class) += 1;
        let slot = if self.has_room(sql, parameters) {
            self.overlap.started(connection, id, *class, sql);
            self.traffic.statements.push(Query {
                sql: Arc::clone(sql),
                class: *class,
                parameters: Arc::clone(parameters),
                connection,
                rows: 0,
                started: at.saturating_sub(self.started),
                elapsed: None,
                outcome: Outcome::Running,
            });
            Slot::Kept(self.traffic.statements.len() - 1)
        } else {
            self.traffic.counts.unsampled += 1;
            Slot::CountedOnly(*class)
        };
        self.running.insert((connection, id), slot);
    }

    /// Is there room for one statement more? If so, it is taken.
    fn has_room(&mut self, sql: &str, parameters: &[Parameter]) -> bool {
        let values = parameters.iter().filter_map(Parameter::bytes);
        let size = sql.len() + values.map(<[u8]>::len).sum::<usize>();
        let room =
            self.traffic.statements.len() < MOST_SAMPLES && self.kept_bytes + size <= MOST_BYTES;
        if room {
            self.kept_bytes += size;
        }
        room
    }

    fn rows(&mut self, query: (u64, QueryId), count: u64) {
        let class = match self.running.get(&query) {
            Some(Slot::Kept(at)) => {
                self.traffic.statements[*at].rows += count;
                self.traffic.statements[*at].class
            }
            Some(Slot::CountedOnly(class)) => *class,
            None => return,
        };
        if class == super::Class::Query {
            self.traffic.counts.rows += count;
        }
    }

    /// A suspended query may go on, so it stays among the running ones.
    fn finish(&mut self, query: (u64, QueryId), outcome: &Outcome, at: Duration) {
        if let Some(Slot::Kept(index)) = self.running.get(&query) {
            let kept = &mut self.traffic.statements[*index];
            kept.outcome = outcome.clone();
            kept.elapsed = Some(at.saturating_sub(self.started + kept.started));
        }
        if *outcome != Outcome::Suspended {
            self.overlap.finished(query.0, query.1);
            self.running.remove(&query);
        }
    }

    /// The server skipped it: it never was a query.
    fn retract(&mut self, query: (u64, QueryId)) {
        match self.running.remove(&query) {
            Some(Slot::Kept(index)) => {
                let skipped = self.traffic.statements.remove(index);
                self.overlap.retracted(query.0, query.1, index);
                *self.traffic.counts.of_class(skipped.class) -= 1;
                for slot in self.running.values_mut() {
                    if let Slot::Kept(at) = slot
                        && *at > index
                    {
                        *at -= 1;
                    }
                }
            }
            Some(Slot::CountedOnly(class)) => {
                *self.traffic.counts.of_class(class) -= 1;
                self.traffic.counts.unsampled -= 1;
            }
            None => {}
        }
    }
}

#[cfg(test)]
mod tests;
