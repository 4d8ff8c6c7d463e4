//! The lines on stdout, for `cargo xtask load` to read: a word, then what belongs to it.

use std::fmt::Write as _;

use crate::recorder::{End, Seen};

/// `sent`, `seconds`, a `times` for everything and for each endpoint, `bad` for each status, `first-bad`.
pub(crate) fn lines(seen: &Seen, seconds: f64) -> String {
    let mut told = format!("sent {}\nseconds {seconds:.3}\n", seen.sent);
    let mut line = |line: String| writeln!(told, "{line}").expect("a String takes every write");
    let all: Vec<u32> = seen.times.values().flatten().copied().collect();
    line(times("all", &all));
    for (name, taken) in &seen.times {
        line(times(name, taken));
    }
    for (end, count) in &seen.bad {
        let status = match end {
            End::Status(status) => status.to_string(),
            End::None => "none".to_owned(),
        };
        line(format!("bad {status} {count}"));
    }
    if let Some(first) = &seen.first_bad {
        line(format!("first-bad {}", first.replace('\n', " ")));
    }
    told
}

/// `times NAME COUNT P50 P95 P99`, in microseconds.
fn times(name: &str, taken: &[u32]) -> String {
    let mut sorted = taken.to_vec();
    sorted.sort_unstable();
    let [p50, p95, p99] = [50, 95, 99].map(|hundredths| percentile(&sorted, hundredths));
    format!("times {name} {} {p50} {p95} {p99}", sorted.len())
}

/// The value that so many hundredths of all are not above: the nearest rank, one that was measured. 0 of nothing.
fn percentile(sorted: &[u32], hundredths: usize) -> u32 {
    let rank = (sorted.len() * hundredths).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_percentile_is_a_time_that_was_measured() {
        let hundred: Vec<u32> = (1..=100).collect();
        assert_eq!(
            [50, 95, 99].map(|of| percentile(&hundred, of)),
            [50, 95, 99]
        );
        assert_eq!([50, 95, 99].map(|of| percentile(&[7, 9], of)), [7, 9, 9]);
        assert_eq!(percentile(&[], 50), 0);
    }

    #[test]
    fn the_lines_tell_all_that_was_seen() {
        let seen = Seen {
            sent: 7,
            times: BTreeMap::from([("dashboard", vec![30, 10]), ("users-list", vec![20])]),
            bad: BTreeMap::from([(End::Status(503), 3), (End::None, 1)]),
            first_bad: Some("dashboard: 503\n{}".to_owned()),
        };
        let expected = "\
sent 7
seconds 2.500
times all 3 20 30 30
times dashboard 2 10 30 30
times users-list 1 20 20 20
bad 503 3
bad none 1
first-bad dashboard: 503 {}
";
        assert_eq!(lines(&seen, 2.5), expected);
    }
}
