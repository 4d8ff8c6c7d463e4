//! All ways in turn, in one run: what disturbs one disturbs all. Prints what it saw, a line each; `cargo xtask
//! bench-recorder` makes tables of them.
//!
//! ```text
//! server PostgreSQL 15.18 ..
//! skipped <way> <why>
//! payload <work> <bytes>
//! time <work> <way> <nanoseconds>
//! processor <work> <way> <nanoseconds>      of the recorder's thread
//! ```

use std::io;
use std::time::{Duration, Instant};

use crate::client::Client;
use crate::ways::{Place, WAYS, Way};
use crate::work::{Request, Work};

const ROUND_TRIPS: [Work; 3] = [Work::SelectOne, Work::Prepared, Work::HundredRows];

const BULK: [Work; 3] = [Work::MillionRows, Work::CopyOut, Work::CopyIn];

/// Round trips of one way before the next has its turn: a program does not send a query and then wait for three others.
const BLOCK: usize = 20;

/// How often each way has its turn.
#[derive(Clone, Copy)]
pub(crate) struct Rounds {
    /// Blocks of round trips.
    pub(crate) blocks: usize,
    pub(crate) bulk: usize,
}

pub(crate) const FULL: Rounds = Rounds {
    blocks: 500,
    bulk: 15,
};

pub(crate) const QUICK: Rounds = Rounds {
    blocks: 50,
    bulk: 2,
};

/// Whether all of it works.
pub(crate) const LEAST: Rounds = Rounds { blocks: 1, bulk: 1 };

/// One way's connection.
struct Lane {
    way: Way,
    client: Client,
    times: Vec<Duration>,
    /// What the recorder's thread used, for each of a turn.
    processor: Vec<Duration>,
}

pub(crate) fn run(place: &Place, rounds: Rounds) -> io::Result<()> {
    for way in WAYS {
        if let Some(why) = place.missing(way) {
            println!("skipped {way} {why}");
        }
    }
    for work in ROUND_TRIPS {
        contest(place, work, rounds.blocks, BLOCK)?;
    }
    for work in BULK {
        contest(place, work, rounds.bulk, 1)?;
    }
    Ok(())
}

fn contest(place: &Place, work: Work, blocks: usize, block: usize) -> io::Result<()> {
    let request = work.request();
    let mut lanes = Vec::new();
    for way in WAYS {
        if place.missing(way).is_none() {
            let mut client = place.connect(way)?;
            work.prepare(&mut client)?;
            let times = Vec::with_capacity(blocks * block);
            lanes.push(Lane {
                way,
                client,
                times,
                processor: Vec::with_capacity(blocks),
            });
        }
    }
    let expected = warm(&mut lanes, &request, block)?;
    println!("payload {work} {expected}");
    for _ in 0..blocks {
        for lane in &mut lanes {
            lane.turn(place, &request, block, expected)?;
        }
        // Who was first is last next time: whatever the end of a round does to the next way, it does to each.
        lanes.rotate_left(1);
    }
    for lane in &lanes {
        for time in &lane.times {
            println!("time {work} {} {}", lane.way, time.as_nanos());
        }
        for time in &lane.processor {
            println!("processor {work} {} {}", lane.way, time.as_nanos());
        }
    }
    Ok(())
}

/// Fills caches, and finds out how long the answer is: of each way it must be as long as the first.
fn warm(lanes: &mut [Lane], request: &Request, times: usize) -> io::Result<u64> {
    let mut expected = None;
    for lane in lanes {
        for _ in 0..times {
            request.clear(&mut lane.client)?;
            let payload = request.payload(request.ask(&mut lane.client)?);
            let expected = *expected.get_or_insert(payload);
            assert_eq!(
                payload, expected,
                "bytes of {} by {}",
                request.work, lane.way
            );
        }
    }
    Ok(expected.unwrap_or_default())
}

impl Lane {
    fn turn(
        &mut self,
        place: &Place,
        request: &Request,
        times: usize,
        expected: u64,
    ) -> io::Result<()> {
        let (way, work) = (self.way, request.work);
        request.clear(&mut self.client)?;
        let before = place.processor(way);
        place.within(way, work, || {
            for _ in 0..times {
                let begun = Instant::now();
                let answer = request.ask(&mut self.client)?;
                self.times.push(begun.elapsed());
                assert_eq!(answer.rows, work.rows(), "rows of {work} by {way}");
                assert_eq!(
                    request.payload(answer),
                    expected,
                    "bytes of {work} by {way}"
                );
            }
            Ok(times as u64)
        })?;
        if let (Some(before), Some(after)) = (before, place.processor(way)) {
            let used = after.saturating_sub(before) / u32::try_from(times).unwrap_or(u32::MAX);
            self.processor.push(used);
        }
        Ok(())
    }
}
