//! What a test waits for, told when it takes long: a bar on a terminal, a line now and then elsewhere.

use std::io::{IsTerminal as _, Write as _};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::clock;
use crate::progress::{self, Unit, Work};
use crate::report::grouped;

/// What takes less is not worth a word.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often a terminal is drawn, and how often a line is written elsewhere.
const DRAWN: Duration = Duration::from_millis(200);
const WRITTEN: Duration = Duration::from_secs(15);

/// Tells what is waited for while this lives.
pub(super) struct Waiting {
    end: Option<Sender<()>>,
    teller: Option<JoinHandle<()>>,
}

impl Waiting {
    pub(super) fn begin() -> Self {
        let (end, ended) = channel::<()>();
        let teller = thread::Builder::new()
            .name("perf-harness waiting".to_owned())
            .spawn(move || {
                let mut teller = Teller::default();
                let mut pause = PATIENCE;
                while ended.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                    pause = teller.tell();
                }
                teller.clear();
            });
        // Without the thread nothing is told, and nothing is lost.
        Self {
            end: Some(end),
            teller: teller.ok(),
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(teller) = self.teller.take() {
            drop(teller.join());
        }
    }
}

#[derive(Default)]
struct Teller {
    drawn: bool,
}

impl Teller {
    /// Writes the line and says when to do so again. It goes past the test harness, which would keep it to itself
    /// until the test has ended.
    fn tell(&mut self) -> Duration {
        let mut stderr = std::io::stderr();
        let is_terminal = stderr.is_terminal();
        let Some(work) = progress::latest() else {
            return DRAWN;
        };
        let waited = clock::now().saturating_sub(work.since);
        let line = line(&work, work.done(), waited);
        let written = if is_terminal {
            self.drawn = true;
            write!(stderr, "\r\x1b[2K{line}").and_then(|()| stderr.flush())
        } else {
            writeln!(stderr, "{line}")
        };
        // There may be no one to tell.
        drop(written);
        if is_terminal { DRAWN } else { WRITTEN }
    }

    fn clear(&self) {
        if self.drawn {
            drop(write!(std::io::stderr(), "\r\x1b[2K"));
        }
    }
}

/// `perf-harness is downloading PostgreSQL 18.4: 12.3 of 23.7 MB [#####.....] 4 s`
fn line(work: &Work, done: u64, waited: Duration) -> String {
    let (what, seconds) = (&work.what, waited.as_secs());
    let name = match work.unit {
        Unit::Bytes => "MB",
        Unit::Rows => "rows",
        Unit::Nothing => return format!("perf-harness is {what} {seconds} s"),
    };
    let told = amount(work.unit, done);
    match work.total {
        Some(total) => {
            let (total, bar) = (amount(work.unit, total), bar(done, total));
            format!("perf-harness is {what}: {told} of {total} {name} {bar} {seconds} s")
        }
        None => format!("perf-harness is {what}: {told} {name} {seconds} s"),
    }
}

fn amount(unit: Unit, number: u64) -> String {
    match unit {
        Unit::Bytes => format!("{}.{}", number / 1_000_000, number / 100_000 % 10),
        Unit::Rows | Unit::Nothing => grouped(number),
    }
}

fn bar(done: u64, total: u64) -> String {
    const WIDTH: u64 = 20;
    let full = (done.min(total) * WIDTH)
        .checked_div(total)
        .unwrap_or(WIDTH);
    let mark = |from, to, mark: char| (from..to).map(|_| mark).collect::<String>();
    format!("[{}{}]", mark(0, full, '#'), mark(full, WIDTH, '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_what_how_much_and_how_long() {
        let check = |unit, total, done, expected: &str| {
            let work = Work::new("seeding articles", unit, total);
            assert_eq!(line(&work, done, Duration::from_millis(4_900)), expected);
        };
        check(
            Unit::Nothing,
            None,
            0,
            "perf-harness is seeding articles 4 s",
        );
        check(
            Unit::Rows,
            Some(1_000_000),
            250_000,
            "perf-harness is seeding articles: 250,000 of 1,000,000 rows [#####...............] 4 s",
        );
        check(
            Unit::Bytes,
            Some(23_732_346),
            23_732_346,
            "perf-harness is seeding articles: 23.7 of 23.7 MB [####################] 4 s",
        );
        check(
            Unit::Rows,
            None,
            1_234,
            "perf-harness is seeding articles: 1,234 rows 4 s",
        );
    }

    #[test]
    fn an_empty_total_is_done() {
        assert_eq!(bar(0, 0), "[####################]");
    }
}
