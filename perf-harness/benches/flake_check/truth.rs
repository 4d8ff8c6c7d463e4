//! What the percentile really is: of the work in a process that no other one takes the processor from.

use std::env;
use std::process::{Command, Stdio};

use crate::table::quantile;
use crate::work::Work;

/// What makes this program tell the truth of one work: `truth=in process`.
pub(crate) const WORD: &str = "truth=";

const RUNS: usize = 3_000;

/// A block of runs of this many is quiet, or it is not.
const BLOCK: usize = 500;

/// Prints the p95 in seconds: of the quietest block, on the wall.
#[expect(clippy::print_stdout, reason = "the other process reads it")]
pub(crate) async fn tell(work: &Work) {
    let runs = work.runs(RUNS).await;
    let of_block = |block: &[perf_harness::__private::latency::Run]| {
        let walls = block.iter().map(|run| run.wall.as_secs_f64());
        quantile(walls.collect(), 0.95)
    };
    let p95 = runs
        .chunks(BLOCK)
        .map(of_block)
        .fold(f64::INFINITY, f64::min);
    println!("p95 {p95}");
}

/// The p95, and how it was found: under real-time priority where that is allowed, and otherwise as all else.
pub(crate) fn of(work: &Work) -> (f64, &'static str) {
    let program =
        env::current_exe().unwrap_or_else(|error| panic!("where is this program: {error}"));
    let asks = format!("{WORD}{}", work.name);
    let program = program.to_string_lossy().into_owned();
    let first: [&str; 3] = ["chrt", "--fifo", "10"];
    let real_time = first.into_iter().chain([program.as_str(), asks.as_str()]);
    let plain = [program.as_str(), asks.as_str()].into_iter();
    if let Some(p95) = asked(&real_time.collect::<Vec<_>>()) {
        return (p95, "under real-time priority");
    }
    let p95 = asked(&plain.collect::<Vec<_>>());
    (
        p95.unwrap_or_else(|| panic!("the truth is not known")),
        "in the quietest of six stretches",
    )
}

fn asked(words: &[&str]) -> Option<f64> {
    let output = Command::new(words[0])
        .args(&words[1..])
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find_map(|line| line.strip_prefix("p95 "))?;
    line.parse().ok()
}
