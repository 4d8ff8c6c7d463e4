//! Where sessions write what they see, and where recordings read it: a set of open windows.
//!
//! With no window open nothing is kept, so set-up work costs no memory.

mod activity;
mod course;
mod spent;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use self::activity::Activity;
use self::course::{Course, Stretch};
use self::spent::Spent;
use super::overlap::Overlap;
use super::parameter::Parameter;
use super::query::{Outcome, Query};
use super::recording::Traffic;
use super::returned::Returned;
use super::site::{Sighting, join};
use super::wire::{Direction, Event, QueryId, Standing};

/// How many statements of a window are kept in full. Counters go on.
const MOST_SAMPLES: usize = 10_000;

/// How many bytes of text and values a window keeps, and how many of plans. What is shared between statements counts for each.
const MOST_BYTES: usize = 64 << 20;

/// How many connections without plans are told apart.
const MOST_REASONS: usize = 100;

/// How many values of rows a window keeps.
const MOST_VALUES: usize = 2_000_000;

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
    /// Those that the server has not let in yet.
    connecting: HashSet<u64>,
    /// Those whose answer is not complete.
    answering: HashSet<u64>,
    /// Why connections tell no plans.
    without_plans: BTreeMap<u64, Arc<str>>,
    activity: Activity,
    /// What those that are open do.
    courses: HashMap<u64, Course>,
    root: Option<Arc<Path>>,
}

#[derive(Debug)]
struct Window {
    started: Duration,
    traffic: Traffic,
    kept_bytes: usize,
    /// Bytes of plans. They take no room from statements.
    kept_plans: usize,
    kept_values: usize,
    running: HashMap<(u64, QueryId), Slot>,
    activity: Activity,
    spent: Spent,
    /// Those that sent a statement.
    connections: HashSet<u64>,
    /// Those whose transaction began here and is not over.
    open: BTreeSet<u64>,
    /// The recorded work has ended, and what comes is late.
    work_ended: bool,
    sightings: Vec<Sighting>,
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

    /// A number for a new connection: 1, 2, ... It is being opened since then.
    pub(crate) fn next_connection(&mut self, since: Duration) -> u64 {
        self.connections += 1;
        let course = Course::new(since, Duration::ZERO);
        self.courses.insert(self.connections, course);
        self.connecting.insert(self.connections);
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
            kept_plans: 0,
            kept_values: 0,
            running: HashMap::new(),
            activity: Activity::default(),
            spent: Spent::since(now),
            connections: HashSet::new(),
            open: BTreeSet::new(),
            work_ended: false,
            sightings: Vec::new(),
            overlap: Overlap::default(),
        };
        self.windows.insert(self.next_window, window);
        self.next_window
    }

    /// Closes a window and takes what it saw: `None` if it was closed before.
    pub(crate) fn close(&mut self, window: u64, now: Duration) -> Option<Traffic> {
        let mut window = self.windows.remove(&window)?;
        for course in self.courses.values() {
            course.unfinished(now, |stretch| window.spent.add(stretch));
        }
        let mut traffic = window.traffic;
        traffic.elapsed = now.saturating_sub(window.started);
        traffic.wire_time = window.activity.busy(now);
        let idle = window.spent.idle();
        traffic.idle_in_transaction = idle.sum;
        traffic.longest_idle_in_transaction = idle.longest;
        traffic.counts.at_once = window.activity.most();
        traffic.counts.connections = window.connections.len();
        traffic.open_transactions = window.open.into_iter().collect();
        traffic.concurrent_from = window.overlap.from();
        let mut without_plans = self.without_plans.iter();
        traffic.without_plans = without_plans
            .find(|(connection, _)| window.connections.contains(connection))
            .map(|(_, why)| Arc::clone(why));
        join(&mut traffic.statements, &window.sightings);
        Some(traffic)
    }

    /// The recorded work has ended: what is sent from now on is late.
    pub(crate) fn work_ended(&mut self, window: u64, now: Duration) {
        if let Some(window) = self.windows.get_mut(&window) {
            window.spent.end(now);
            window.work_ended = true;
        }
    }

    /// Does no statement run, is no answer to come, and is no connection being opened?
    pub(crate) fn is_idle(&self) -> bool {
        self.activity.is_idle() && self.connecting.is_empty() && self.answering.is_empty()
    }

    /// How many bytes a window has seen, in both directions.
    pub(crate) fn seen(&self, window: u64) -> u64 {
        let counts = self
            .windows
            .get(&window)
            .map(|window| window.traffic.counts);
        counts.map_or(0, |counts| counts.bytes_sent + counts.bytes_received)
    }

    /// A connection is closed.
    pub(crate) fn closed(&mut self, connection: u64, at: Duration) {
        self.connecting.remove(&connection);
        self.answering.remove(&connection);
        self.activity.closed(connection, at);
        if let Some(course) = self.courses.remove(&connection) {
            course.unfinished(at, |stretch| spend(&mut self.windows, stretch));
        }
        for window in self.windows.values_mut() {
            window.activity.closed(connection, at);
            window.open.remove(&connection);
        }
    }

    /// Is there more to come of what the server answers?
    pub(crate) fn answering(&mut self, connection: u64, more: bool) {
        if more {
            self.answering.insert(connection);
        } else {
            self.answering.remove(&connection);
        }
    }

    /// A piece of bytes has passed, and this is where it leaves the connection.
    pub(crate) fn stands(&mut self, connection: u64, standing: Standing, at: Duration) {
        if let Some(course) = self.courses.get_mut(&connection) {
            course.stands(standing, at, |stretch| spend(&mut self.windows, stretch));
        }
    }

    /// A connection may not have its plans told, and why.
    pub(crate) fn without_plans(&mut self, connection: u64, why: &str) {
        if self.without_plans.len() < MOST_REASONS {
            self.without_plans.insert(connection, Arc::from(why));
        }
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
            if window.sightings.len() < MOST_SAMPLES {
                window.sightings.push(sighting.clone());
            }
        }
    }

    /// One thing that a session understood.
    pub(crate) fn event(&mut self, connection: u64, event: &Event) {
        act(&mut self.activity, connection, event);
        if *event == Event::Connected {
            self.connecting.remove(&connection);
        }
        for window in self.windows.values_mut() {
            window.event(connection, event);
        }
    }
}

fn spend(windows: &mut HashMap<u64, Window>, stretch: Stretch) {
    for window in windows.values_mut() {
        window.spent.add(stretch);
    }
}

fn act(activity: &mut Activity, connection: u64, event: &Event) {
    match event {
        Event::Started { id, at, .. } | Event::Resumed { id, at } => {
            activity.start(connection, *id, *at);
        }
        Event::Finished { id, at, .. } => activity.end(connection, *id, Some(*at)),
        Event::Retracted { id } | Event::Dropped { id } => activity.end(connection, *id, None),
        _ => {}
    }
}

impl Window {
    fn event(&mut self, connection: u64, event: &Event) {
        act(&mut self.activity, connection, event);
        let counts = &mut self.traffic.counts;
        match event {
            Event::Connected => counts.connects += 1,
            Event::Prepared { again } => {
                counts.prepares += 1;
                counts.reprepares += usize::from(*again);
            }
            Event::RoundTrip => {
                counts.round_trips += 1;
                self.overlap.round_trip(connection);
            }
            Event::Work => counts.work_round_trips += 1,
            Event::Ping => {
                counts.pings += 1;
                self.overlap.ping(connection);
            }
            Event::Undecoded => counts.undecoded += 1,
            Event::Error => counts.errors += 1,
            Event::Started { id, .. } => self.start(connection, *id, event),
            Event::Rows { id, count, kept } => self.rows((connection, *id), *count, kept),
            Event::Resumed { .. } | Event::Dropped { .. } => {}
            Event::Transaction { open: true } => drop(self.open.insert(connection)),
            Event::Transaction { open: false } => drop(self.open.remove(&connection)),
            Event::Finished { id, outcome, at } => self.finish((connection, *id), outcome, *at),
            Event::Retracted { id } => self.retract((connection, *id)),
            Event::Plan { id, is_own, plan } => {
                self.plan(connection, *id, *is_own, plan.as_ref());
            }
        }
    }

    fn start(&mut self, connection: u64, id: QueryId, event: &Event) {
        let Event::Started {
            sql,
            class,
            parameters,
            is_prepared,
            settings,
            block,
            at,
            ..
        } = event
        else {
            unreachable!("only a start starts a query");
        };
        *self.traffic.counts.of_class(*class) += 1;
        self.connections.insert(connection);
        let slot = if self.has_room(sql, parameters) {
            self.overlap.started(connection, id, *class, sql);
            self.traffic.statements.push(Query {
                sql: Arc::clone(sql),
                class: *class,
                parameters: Arc::clone(parameters),
                is_prepared: *is_prepared,
                settings: Arc::clone(settings),
                connection,
                id,
                rows: 0,
                started: at.saturating_sub(self.started),
                elapsed: None,
                outcome: Outcome::Running,
                block: *block,
                is_late: self.work_ended,
                returned: Returned::default(),
                executed: None,
                stack: None,
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

    /// A plan may be told when its query is finished. Queries of one connection have rising numbers.
    fn plan(&mut self, connection: u64, id: QueryId, is_own: bool, plan: Option<&Arc<str>>) {
        let mut latest = self.traffic.statements.iter_mut().rev();
        let Some(query) = latest.find(|query| query.connection == connection && query.id <= id)
        else {
            return;
        };
        if query.id != id {
            return;
        }
        let room = MOST_BYTES - self.kept_plans;
        let plan = plan.filter(|plan| plan.len() <= room);
        self.kept_plans += plan.map_or(0, |plan| plan.len());
        let executed = query.executed.get_or_insert_default();
        Arc::make_mut(executed).add(is_own, plan.cloned());
    }

    fn rows(&mut self, query: (u64, QueryId), count: u64, kept: &Returned) {
        let class = match self.running.get(&query) {
            Some(Slot::Kept(at)) => {
                self.traffic.statements[*at].rows += count;
                if self.kept_values + kept.values.len() <= MOST_VALUES {
                    self.kept_values += kept.values.len();
                    self.traffic.statements[*at].returned.extend(kept);
                }
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
