//! One bench on both sides: pairs of processes, as many as it takes to decide.
//!
//! `by_sample` is lockstep: both processes of a pair alive, one sample of each in turn. `by_process` runs them whole, one after the
//! other: for a bench whose body is divan's own. `amount` has how much of a bench either runs.

mod amount;
mod by_process;
mod by_sample;
mod series;

use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::callgrind;
use crate::counts;
use crate::interrupt;
use crate::lockstep::{Facts, Pair, Which};
use crate::outcome::{Change, Compared, Mode, Verdict, Witness};
use amount::Pairs;
use by_process::ByProcess;
use by_sample::{BySample, NotProbed};
use series::Series;

/// What is too little to matter, if nobody says.
pub(crate) const THRESHOLD: f64 = 0.03;
/// The same where whole processes are compared, whose times differ more.
pub(crate) const THRESHOLD_BY_PROCESS: f64 = 0.05;

/// How long it may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The whole of it. The first pairs and those that confirm are run in any case.
    pub(crate) max_time: Duration,
    /// That nothing happens.
    pub(crate) deadline: Duration,
}

/// What is told while it runs.
pub(crate) trait Watch {
    fn pairs(&mut self, pairs: usize, so_far: Option<Change>);
}

/// Why there is no verdict.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) which: Which,
    pub(crate) reason: String,
}

/// What one pair of processes took.
struct Took {
    /// An iteration, in nanoseconds.
    base: f64,
    head: f64,
    /// The logarithm of head by base.
    change: f64,
    base_facts: Facts,
    head_facts: Facts,
}

/// How a pair is run.
trait Way {
    /// None where the bench is for one number of them.
    fn threads(&self) -> Option<usize> {
        None
    }
    fn mode(&self) -> Mode;
    fn threshold(&self) -> f64;
    fn pairs(&self) -> Pairs;
    /// Of each process, and iterations in each.
    fn samples(&self) -> (u32, u32);
    /// Why its instructions are not to be counted, if they are not.
    fn uncountable(&self) -> Option<&'static str>;
    fn pair(&self, pair: &Pair<'_>, rng: &mut Rng) -> Result<Took, Failure>;
}

/// What came of a bench: of each number of threads that it is for, by name.
pub(crate) struct Found {
    pub(crate) each: Vec<(String, Result<Compared, Failure>)>,
    pub(crate) only_base: Vec<String>,
    pub(crate) only_head: Vec<String>,
}

/// A bench on both sides, under one name.
pub(crate) struct Match<'a> {
    pub(crate) name: &'a str,
    pub(crate) pair: Pair<'a>,
    pub(crate) threshold: Option<f64>,
    pub(crate) counts_instructions: bool,
    /// What costs more of something that is counted is slower.
    pub(crate) judges_counts: bool,
}

impl Match<'_> {
    pub(crate) fn compare(
        &self,
        limits: Limits,
        rng: &mut Rng,
        watch: &mut dyn Watch,
    ) -> Result<Found, Failure> {
        let mut found = Found {
            each: Vec::new(),
            only_base: Vec::new(),
            only_head: Vec::new(),
        };
        let mut ways: Vec<Box<dyn Way>> = Vec::new();
        match BySample::probe(&self.pair, limits) {
            Ok(way) => ways.push(Box::new(way)),
            Err(NotProbed::Ungated) => {
                let probed = ByProcess::probe(&self.pair, limits)?;
                let named = |number| self.named(Some(number));
                found.only_base = probed.only_base.into_iter().map(named).collect();
                found.only_head = probed.only_head.into_iter().map(named).collect();
                let boxed = |way| -> Box<dyn Way> { Box::new(way) };
                ways.extend(probed.ways.into_iter().map(boxed));
            }
            Err(NotProbed::Failed(failure)) => return Err(failure),
        }
        for way in ways {
            let decided = self.decide(&*way, limits, rng, watch);
            found.each.push((self.named(way.threads()), decided));
            if interrupt::came() {
                break;
            }
        }
        Ok(found)
    }

    /// As divan has it.
    fn named(&self, threads: Option<usize>) -> String {
        match threads {
            Some(number) => format!("{}::t={number}", self.name),
            None => self.name.to_owned(),
        }
    }

    fn decide(
        &self,
        way: &dyn Way,
        limits: Limits,
        rng: &mut Rng,
        watch: &mut dyn Watch,
    ) -> Result<Compared, Failure> {
        let started = Instant::now();
        let numbers = way.pairs();
        let threshold = self.threshold.unwrap_or_else(|| way.threshold());
        let mut series = Series::default();
        let mut run = |series: &mut Series, pairs| self.run(way, series, pairs, rng, watch);
        run(&mut series, numbers.first)?;
        if series.pairs() == 0 {
            return Err(Failure {
                which: Which::Base,
                reason: "it was stopped before its first pair".to_owned(),
            });
        }
        while series.verdict(threshold) == Verdict::Undecided
            && series.pairs() < numbers.most
            && started.elapsed() < limits.max_time
            && !interrupt::came()
        {
            run(&mut series, numbers.more)?;
        }
        let mut verdict = series.verdict(threshold);
        let mut is_confirmed = false;
        if matches!(verdict, Verdict::Slower | Verdict::Faster) {
            let mut again = Series::default();
            run(&mut again, numbers.again)?;
            is_confirmed = again.verdict(threshold) == verdict;
            series.take(again);
            if !is_confirmed {
                verdict = Verdict::Undecided;
            }
        }
        let counts = series.counts();
        if self.judges_counts && counts::became_more(&counts) {
            verdict = Verdict::Slower;
            is_confirmed = true;
        }
        let (samples_per_pair, iterations_per_sample) = way.samples();
        let (base_ns, head_ns) = series.times();
        let instructions = self.instructions(way, base_ns.zip(head_ns), limits);
        Ok(Compared {
            name: self.named(way.threads()),
            mode: way.mode(),
            verdict,
            threshold,
            change: series.change(),
            base_ns,
            head_ns,
            samples_per_pair,
            iterations_per_sample,
            pairs: series.into_pairs(),
            is_confirmed,
            counts,
            instructions,
            allowed: None,
            required: None,
            seconds: started.elapsed().as_secs_f64(),
        })
    }

    fn instructions(
        &self,
        way: &dyn Way,
        times: Option<(f64, f64)>,
        limits: Limits,
    ) -> Option<Witness> {
        let (base, head) = times.filter(|_| self.counts_instructions && !interrupt::came())?;
        if let Some(reason) = way.uncountable() {
            let reason = reason.to_owned();
            return Some(Witness::LeftOut { reason });
        }
        let one = nanoseconds(base.max(head));
        Some(callgrind::count(&self.pair, one, limits.deadline))
    }

    fn run(
        &self,
        way: &dyn Way,
        series: &mut Series,
        pairs: usize,
        rng: &mut Rng,
        watch: &mut dyn Watch,
    ) -> Result<(), Failure> {
        for _ in 0..pairs {
            match way.pair(&self.pair, rng) {
                Ok(took) => series.add(&took),
                // The pairs before are known.
                Err(_) if interrupt::came() => break,
                Err(failure) => return Err(failure),
            }
            watch.pairs(series.pairs(), series.change());
            if interrupt::came() {
                break;
            }
        }
        Ok(())
    }
}

fn nanoseconds(time: f64) -> Duration {
    Duration::try_from_secs_f64(time / 1e9).unwrap_or_default()
}
