//! Bodies of [divan] benches that `bench-compare` can run in lockstep: two versions of a bench alive at once, one sample of
//! each in turn.
//!
//! ```
//! # use divan::{Bencher, black_box};
//! #[divan::bench(args = [10, 1_000])]
//! fn sum(bencher: Bencher<'_, '_>, numbers: u64) {
//!     perf_harness_bench::bench(bencher, || (0..black_box(numbers)).sum::<u64>());
//! }
//! ```
//!
//! Where nobody compares, that is `bencher.bench_local(..)` and nothing else: `cargo bench`, `cargo test --benches` and all of
//! divan's options are as they were. Where `bench-compare` started the program, each sample waits until it is its turn, and its time is
//! told. All by divan's public interface.
//!
//! | function | divan's method |
//! | --- | --- |
//! | [`bench()`] | `bench_local` |
//! | [`bench_values`] | `with_inputs(..).bench_local_values(..)` |
//! | [`bench_refs`] | `with_inputs(..).bench_local_refs(..)` |
//!
//! A bench of several threads (`threads = [..]`) stays divan's own: it is compared by whole processes.
//!
//! # What is counted
//!
//! Times are estimates. What a bench can count is not, and is compared exactly: [`count`]. `bench-compare --instructions` counts
//! the instructions of the same bodies, by callgrind.

#[cfg(unix)]
mod gate;
#[cfg(not(unix))]
#[path = "no_gate.rs"]
mod gate;
mod instructions;

use std::cell::{Cell, RefCell};
use std::time::Instant;

use divan::Bencher;
use gate::Gate;
use instructions::Iterations;

thread_local! {
    static COUNTS: RefCell<Vec<(String, u64)>> = const { RefCell::new(Vec::new()) };
}

/// Benches a function on the current thread.
pub fn bench<O>(bencher: Bencher<'_, '_>, mut work: impl FnMut() -> O) {
    match asked() {
        Asked::Nothing => bencher.bench_local(work),
        Asked::Instructions(iterations) => bencher.bench_local(|| iterations.run(&mut work)),
        Asked::Turns(samples) => bencher
            .with_inputs(|| samples.before())
            .bench_local_values(|()| samples.timed(&mut work)),
    }
}

/// Benches a function that takes what `make` made before, outside of the time that is measured.
pub fn bench_values<I, O>(
    bencher: Bencher<'_, '_>,
    mut make: impl FnMut() -> I,
    mut work: impl FnMut(I) -> O,
) {
    match asked() {
        Asked::Nothing => bencher.with_inputs(make).bench_local_values(work),
        Asked::Instructions(iterations) => bencher
            .with_inputs(make)
            .bench_local_values(|input| iterations.run(|| work(input))),
        Asked::Turns(samples) => bencher
            .with_inputs(|| samples.made(&mut make))
            .bench_local_values(|input| samples.timed(|| work(input))),
    }
}

/// Benches a function that changes what `make` made before, outside of the time that is measured.
pub fn bench_refs<I, O>(
    bencher: Bencher<'_, '_>,
    mut make: impl FnMut() -> I,
    mut work: impl FnMut(&mut I) -> O,
) {
    match asked() {
        Asked::Nothing => bencher.with_inputs(make).bench_local_refs(work),
        Asked::Instructions(iterations) => bencher
            .with_inputs(make)
            .bench_local_refs(|input| iterations.run(|| work(input))),
        Asked::Turns(samples) => bencher
            .with_inputs(|| samples.made(&mut make))
            .bench_local_refs(|input| samples.timed(|| work(input))),
    }
}

/// Says how many of something one operation of the bench needs: queries, rows, bytes. Belongs to the next bench of this thread.
///
/// It is compared exactly: one more is a regression, on any machine. `name` is a word or some, without a line break.
///
/// ```
/// # use divan::Bencher;
/// # fn recorded() -> u64 { 3 }
/// #[divan::bench]
/// fn users(bencher: Bencher<'_, '_>) {
///     perf_harness_bench::count("queries", recorded());
///     perf_harness_bench::bench(bencher, || ());
/// }
/// ```
pub fn count(name: &str, value: u64) {
    COUNTS.with_borrow_mut(|counts| counts.push((name.replace(['\n', '\r'], " "), value)));
}

/// What `bench-compare` wants to know, where that runs us.
enum Asked {
    Nothing,
    /// The time of each sample, when it is its turn.
    Turns(Samples),
    Instructions(Iterations),
}

fn asked() -> Asked {
    let counts = COUNTS.take();
    if let Some(iterations) = Iterations::asked_for() {
        return Asked::Instructions(iterations);
    }
    Gate::open(&counts).map_or(Asked::Nothing, |gate| Asked::Turns(Samples::new(gate)))
}

/// The samples of one bench, each with its turn.
struct Samples {
    gate: Gate,
    /// Of the sample: what was made, what has run, and when the first one started.
    made: Cell<u32>,
    ran: Cell<u32>,
    started: Cell<Instant>,
}

impl Samples {
    fn new(gate: Gate) -> Self {
        Self {
            gate,
            made: Cell::new(0),
            ran: Cell::new(0),
            started: Cell::new(Instant::now()),
        }
    }

    /// Divan makes all inputs of a sample before it starts its clock: the first one waits for the sample's turn.
    fn made<I>(&self, make: &mut impl FnMut() -> I) -> I {
        // What is made is made before the wait, so that the other version's sample follows without a pause.
        let input = make();
        self.before();
        input
    }

    fn before(&self) {
        let made = self.made.get() + 1;
        self.made.set(made);
        if made == self.gate.sample_size() {
            self.gate.wait();
        }
    }

    fn timed<O>(&self, work: impl FnOnce() -> O) -> O {
        if self.ran.get() == 0 {
            self.started.set(Instant::now());
        }
        let output = work();
        let ran = self.ran.get() + 1;
        self.ran.set(ran);
        if ran == self.gate.sample_size() {
            self.gate.tell(self.started.get().elapsed());
            self.made.set(0);
            self.ran.set(0);
        }
        output
    }
}
