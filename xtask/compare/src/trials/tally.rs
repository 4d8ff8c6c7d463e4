//! How often which way said what, and the table of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use super::ways::{Said, Way};

/// What a head does, in percent of its base.
pub(super) const PERCENT: [u32; 4] = [100, 103, 105, 110];

#[derive(Default)]
pub(super) struct Tally(BTreeMap<(usize, Way, u32), Cell>);

#[derive(Clone, Copy, Default)]
struct Cell {
    trials: u32,
    slower: u32,
    faster: u32,
    took: Duration,
}

impl Tally {
    pub(super) fn add(&mut self, bench: usize, way: Way, percent: u32, said: Said, took: Duration) {
        let cell = self.0.entry((bench, way, percent)).or_default();
        cell.trials += 1;
        cell.slower += u32::from(said == Said::Slower);
        cell.faster += u32::from(said == Said::Faster);
        cell.took += took;
    }

    /// A row for each bench and way: of identical ones how many were called different, of slower ones how many were found.
    pub(super) fn table(&self, benches: &[&str]) -> String {
        let mut text = "| bench | way | identical, called different | 3 % found | 5 % found | 10 % found | seconds |\n\
                        | --- | --- | --- | --- | --- | --- | --- |\n"
            .to_owned();
        for (at, bench) in benches.iter().enumerate() {
            for way in Way::ALL {
                let cells = PERCENT
                    .map(|percent| self.0.get(&(at, way, percent)).copied().unwrap_or_default());
                if cells.iter().all(|cell| cell.trials == 0) {
                    continue;
                }
                let [same, three, five, ten] = cells;
                let wrong = share(same.slower + same.faster, same.trials);
                let found = [three, five, ten].map(|cell| share(cell.slower, cell.trials));
                let seconds = seconds(&cells);
                let _ = writeln!(
                    text,
                    "| {bench} | {} | {wrong} | {} | {seconds:.2} |",
                    way.label(),
                    found.join(" | ")
                );
            }
        }
        text
    }
}

/// `3 of 100`.
fn share(part: u32, all: u32) -> String {
    if all == 0 {
        "-".to_owned()
    } else {
        format!("{part} of {all}")
    }
}

/// Of one comparison, over all of them.
fn seconds(cells: &[Cell]) -> f64 {
    let trials: u32 = cells.iter().map(|cell| cell.trials).sum();
    let took: Duration = cells.iter().map(|cell| cell.took).sum();
    took.as_secs_f64() / f64::from(trials.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_tells_what_was_wrong_and_what_was_found() {
        let mut tally = Tally::default();
        let second = Duration::from_secs(1);
        for said in [Said::Neither, Said::Slower, Said::Faster] {
            tally.add(0, Way::Lockstep, 100, said, second);
            tally.add(0, Way::Lockstep, 105, said, second * 2);
        }
        tally.add(1, Way::Tango, 110, Said::Slower, second);
        let rows: Vec<String> = tally
            .table(&["chain", "json"])
            .lines()
            .skip(2)
            .map(str::to_owned)
            .collect();
        let expected = [
            "| chain | lockstep | 2 of 3 | - | 1 of 3 | - | 1.50 |",
            "| json | tango 0.9 | - | - | - | 1 of 1 | 1.00 |",
        ];
        assert_eq!(rows, expected);
    }
}
