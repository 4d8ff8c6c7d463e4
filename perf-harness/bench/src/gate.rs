//! What `bench-compare` and a bench say to each other, over a unix socket.
//!
//! `PERF_HARNESS_BENCH_GATE` is the socket, `PERF_HARNESS_BENCH_SAMPLE_SIZE` how many iterations divan was told to put into a sample.
//! The bench connects and tells, in lines: `perf-harness-bench 1`, a line `count <number> <name>` for each count, and `ready`. Then
//! for each sample: a byte from the comparer, which is its turn, and 8 bytes back, the nanoseconds that it took, least first. When
//! the comparer has enough it hangs up, and the bench goes on without it to its end.

use std::cell::Cell;
use std::env;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::time::Duration;

const SOCKET: &str = "PERF_HARNESS_BENCH_GATE";
const SAMPLE_SIZE: &str = "PERF_HARNESS_BENCH_SAMPLE_SIZE";

pub(crate) struct Gate {
    comparer: UnixStream,
    sample_size: u32,
    is_open: Cell<bool>,
}

impl Gate {
    /// None where nobody compares, or nobody listens any more.
    pub(crate) fn open(counts: &[(String, u64)]) -> Option<Self> {
        let socket = env::var_os(SOCKET)?;
        let sample_size = env::var(SAMPLE_SIZE).ok()?.parse().ok()?;
        let mut comparer = UnixStream::connect(socket).ok()?;
        let mut hello = "perf-harness-bench 1\n".to_owned();
        for (name, value) in counts {
            writeln!(hello, "count {value} {name}").ok()?;
        }
        hello += "ready\n";
        comparer.write_all(hello.as_bytes()).ok()?;
        Some(Self {
            comparer,
            sample_size,
            is_open: Cell::new(true),
        })
    }

    pub(crate) fn sample_size(&self) -> u32 {
        self.sample_size
    }

    /// Until it is this sample's turn.
    pub(crate) fn wait(&self) {
        if self.is_open.get() {
            let came = (&self.comparer).read_exact(&mut [0]);
            self.is_open.set(came.is_ok());
        }
    }

    /// Within the time that divan measures: so it allocates nothing.
    pub(crate) fn tell(&self, took: Duration) {
        if self.is_open.get() {
            let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
            let told = (&self.comparer).write_all(&nanoseconds.to_le_bytes());
            self.is_open.set(told.is_ok());
        }
    }
}
