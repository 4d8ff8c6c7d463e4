//! The ways to the server, and the one database that all of them lead to.

use std::fmt;
use std::io;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use perf_harness::PerfDb;
use tokio_postgres::Config;

use crate::client::Client;
use crate::pgbouncer::PgBouncer;
use crate::processor::Thread;
use crate::work::{Work, query};

/// How a client gets to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Direct,
    /// Through the recorder, while nobody records.
    Recorder,
    /// Through the recorder, within `db.record(..)`.
    Recording,
    PgBouncer,
}

pub(crate) const WAYS: [Way; 4] = [Way::Direct, Way::Recorder, Way::Recording, Way::PgBouncer];

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Direct => "direct",
            Self::Recorder => "recorder",
            Self::Recording => "recording",
            Self::PgBouncer => "pgbouncer",
        })
    }
}

/// What all measurements share.
pub(crate) struct Place {
    db: PerfDb,
    bouncer: Result<PgBouncer, String>,
    recorder: Option<Thread>,
}

impl Place {
    pub(crate) fn new(db: PerfDb) -> io::Result<Self> {
        let direct = config(db.direct_url())?;
        set_up(&mut Client::connect(&direct)?)?;
        Ok(Self {
            bouncer: PgBouncer::start(&direct),
            recorder: Thread::of_the_recorder(),
            db,
        })
    }

    /// Why there is no such way here.
    pub(crate) fn missing(&self, way: Way) -> Option<&str> {
        match way {
            Way::PgBouncer => self.bouncer.as_ref().err().map(String::as_str),
            _ => None,
        }
    }

    /// The processor time that the recorder has used, if this way is through it and the system tells.
    pub(crate) fn processor(&self, way: Way) -> Option<Duration> {
        let recorder = self.recorder.as_ref()?;
        matches!(way, Way::Recorder | Way::Recording).then(|| recorder.used())?
    }

    pub(crate) fn connect(&self, way: Way) -> io::Result<Client> {
        let to = match (way, &self.bouncer) {
            (Way::Direct, _) => config(self.db.direct_url())?,
            (Way::Recorder | Way::Recording, _) => config(self.db.url())?,
            (Way::PgBouncer, Ok(bouncer)) => bouncer.config(),
            (Way::PgBouncer, Err(why)) => return Err(io::Error::other(why.as_str())),
        };
        Client::connect(&to)
    }

    /// Lets `act` do a work so many times as it then says, within a recording if that is the way, and checks what was
    /// recorded.
    pub(crate) fn within(
        &self,
        way: Way,
        work: Work,
        act: impl FnOnce() -> io::Result<u64>,
    ) -> io::Result<()> {
        if way != Way::Recording {
            return act().map(drop);
        }
        let recording = at_once(self.db.record(async { act() })).transpose()?;
        let (counts, times) = (recording.counts(), *recording.output());
        assert_eq!(
            (counts.queries as u64, counts.rows, counts.undecoded),
            (times, times * work.result_rows(), 0),
            "queries, rows and undecoded of {times} times {work}"
        );
        Ok(())
    }
}

fn config(url: &str) -> io::Result<Config> {
    url.parse().map_err(io::Error::other)
}

/// The output of a future that waits for nothing but its turn, and that of the recorder's thread.
pub(crate) fn at_once<F: Future>(future: F) -> F::Output {
    // This blocks within one turn of a task, so nothing may be kept back until the next.
    let mut future = pin!(tokio::task::unconstrained(future));
    loop {
        if let Poll::Ready(output) = future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            return output;
        }
        std::thread::yield_now();
    }
}

/// The table that is read, and the one that is written.
fn set_up(client: &mut Client) -> io::Result<()> {
    for statement in [
        "CREATE UNLOGGED TABLE numbers (id int, name text NOT NULL)",
        "INSERT INTO numbers SELECT n, 'the row with the number ' || n FROM generate_series(1, 1000000) n",
        "CREATE UNIQUE INDEX ON numbers (id)",
        "VACUUM (FREEZE, ANALYZE) numbers",
        "CREATE UNLOGGED TABLE copied (id int, name text NOT NULL)",
    ] {
        client.exchange(&query(statement))?;
    }
    Ok(())
}
