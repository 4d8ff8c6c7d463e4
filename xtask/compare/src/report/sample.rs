//! A made-up comparison that holds every case.

use std::collections::BTreeMap;

use crate::estimate;
use crate::outcome::{
    Compared, Comparison, Counted, Kind, LeftOut, Machine, Mode, Required, Side, Verdict, Witness,
};

/// How pairs differ from their middle: some of it to one side, one far out.
const SPREAD: [f64; 10] = [-0.4, 0.3, -0.1, 0.9, 0.0, -1.0, 0.2, 2.5, -0.2, 0.1];

pub(crate) fn every_case() -> Comparison {
    Comparison {
        schema_version: Comparison::SCHEMA_VERSION,
        kind: Kind::Versions,
        base: side("main", Some("1a2b3c4d5e6f7a8b9c0d"), false),
        head: side("working tree", Some("5d6e7f8a9b0c1d2e3f4a"), true),
        benchmarks: benchmarks(),
        only_base: vec!["users::by│name".to_owned()],
        only_head: vec!["users::<new>".to_owned(), "users::other".to_owned()],
        left_out: vec![
            left_out(
                "example-service: benches/load.rs",
                "it is no divan bench",
                false,
            ),
            left_out(
                "users::panics",
                "it panicked: called `Option::unwrap()` on a `None` value\nat src/users.rs:12 | \u{1b}[1mnote\u{1b}[0m",
                true,
            ),
        ],
        control: vec![bench("recorder::forward", 1_204.0, 0.001, 0.004, 10)],
        machine: machine(),
        seed: 8_472,
        seconds: 31.42,
        is_partial: false,
    }
}

/// Nothing was found to compare.
pub(crate) fn empty() -> Comparison {
    Comparison {
        benchmarks: Vec::new(),
        only_base: Vec::new(),
        only_head: Vec::new(),
        left_out: Vec::new(),
        control: Vec::new(),
        seconds: 0.0,
        ..every_case()
    }
}

/// It was stopped after three.
pub(crate) fn partial() -> Comparison {
    let mut comparison = every_case();
    comparison.benchmarks.retain(|one| {
        ["memory::walk", "recorder::forward", "pages::depth::100"].contains(&one.name.as_str())
    });
    comparison.is_partial = true;
    comparison.left_out.clear();
    comparison
}

/// The base is slower than itself, in the few that were run.
pub(crate) fn noisy() -> Comparison {
    Comparison {
        control: vec![bench("recorder::forward", 1_204.0, 0.06, 0.02, 15)],
        is_partial: false,
        ..partial()
    }
}

/// Two ways, of which the second is much faster; in one of the benches not as much as was asked for, unless it is.
pub(crate) fn variants(is_met: bool) -> Comparison {
    let mut second = bench(
        "dashboard",
        2_310_000.0,
        if is_met { -2.8 } else { -0.1 },
        0.01,
        10,
    );
    second.required = Some(Required {
        gain: 0.5,
        is_met,
        reason: None,
    });
    let mut first = bench("users", 12_300_000.0, -2.6, 0.02, 10);
    first.required = Some(Required {
        gain: 0.5,
        is_met: true,
        reason: None,
    });
    first.counts = counts(&[("queries", 101.0, 2.0)]);
    Comparison {
        kind: Kind::Variants,
        base: side("naive", None, false),
        head: side("optimised", None, false),
        benchmarks: vec![first, second],
        ..empty()
    }
}

/// So many that are slower, and as many that are not, with names so long.
pub(crate) fn large(each: usize, length: usize) -> Comparison {
    let mut comparison = every_case();
    for at in 0..each {
        let name = format!("{}|`<{at}", "long::".repeat(length / 6));
        let mut slower = bench(&name, 1_000.0, 0.1, 0.01, 10);
        slower.counts = counts(&[("queries", 1.0, 2.0)]);
        comparison.benchmarks.push(slower);
        let same = bench(&format!("{name}::same"), 1_000.0, 0.0, 0.01, 10);
        comparison.benchmarks.push(same);
        comparison.only_head.push(name);
    }
    comparison
}

fn benchmarks() -> Vec<Compared> {
    let mut page = bench("users::page", 12_345_678.0, 0.115, 0.02, 15);
    page.counts = counts(&[
        ("queries", 3.0, 4.0),
        ("allocations", 1_200.0, 1_450.0),
        ("rows", 20.0, 20.0),
    ]);
    let mut allowed = bench("articles::rank", 845_000.0, 0.06, 0.01, 15);
    allowed.allowed = Some("ranking is exact now, <see> #12".to_owned());
    let mut counted = bench("dashboard::load", 2_310_000.0, 0.002, 0.01, 10);
    counted.verdict = Verdict::Slower;
    counted.counts = counts(&[("round trips", 2.0, 3.0)]);
    let mut few = bench("startup::cold", 1_450_000_000.0, 0.02, 0.01, 3);
    few.verdict = Verdict::Undecided;
    let mut leaner = bench("text::parse", 43_100.0, -0.004, 0.01, 10);
    leaner.counts = counts(&[
        ("allocations", 12.5, 10.0),
        ("bytes of input", 4_096.0, 4_096.0),
    ]);
    let mut old = bench("old::style", 96.4, 0.001, 0.02, 12);
    old.mode = Mode::Process;
    old.threshold = 0.05;
    old.instructions = Some(Witness::LeftOut {
        reason: "its body is not one of perf-harness-bench".to_owned(),
    });
    let mut moved = bench("names::a│b c|d`e`<f>&\"g\"\\", 0.85, 0.05, 0.01, 15);
    moved.instructions = Some(Witness::Counted {
        base: 12.0,
        head: 12.0,
    });
    let mut deep = bench("pages::depth::100", 5_020_000.0, -0.45, 0.03, 15);
    deep.instructions = Some(Witness::Counted {
        base: 41_234_567.25,
        head: 26_500_123.5,
    });
    vec![
        bench("recorder::forward", 1_204.0, -0.002, 0.01, 10),
        page,
        old,
        allowed,
        counted,
        few,
        leaner,
        moved,
        deep,
        bench("memory::walk", 1_700_000.0, 0.012, 0.09, 40),
        identical("fingerprint::long"),
    ]
}

/// One whose pairs are about so far from no change.
fn bench(name: &str, base_ns: f64, logarithm: f64, spread: f64, pairs: usize) -> Compared {
    let around = SPREAD
        .iter()
        .cycle()
        .map(|share| logarithm + share * spread);
    let pairs: Vec<f64> = around.take(pairs).collect();
    let change = estimate::change(&pairs);
    let threshold = 0.03;
    let verdict = change.map_or(Verdict::Undecided, |change| change.verdict(threshold));
    Compared {
        name: name.to_owned(),
        mode: Mode::Lockstep,
        verdict,
        threshold,
        change,
        base_ns: Some(base_ns),
        head_ns: Some(base_ns * logarithm.exp()),
        pairs,
        samples_per_pair: 40,
        iterations_per_sample: 8,
        is_confirmed: matches!(verdict, Verdict::Slower | Verdict::Faster),
        counts: BTreeMap::new(),
        instructions: None,
        allowed: None,
        required: None,
        seconds: 0.61,
    }
}

fn identical(name: &str) -> Compared {
    Compared {
        mode: Mode::Identical,
        verdict: Verdict::Same,
        change: None,
        base_ns: None,
        head_ns: None,
        pairs: Vec::new(),
        samples_per_pair: 0,
        iterations_per_sample: 0,
        seconds: 0.0,
        ..bench(name, 1.0, 0.0, 0.0, 10)
    }
}

fn counts(all: &[(&str, f64, f64)]) -> BTreeMap<String, Counted> {
    let counted = |&(name, base, head): &(&str, f64, f64)| {
        let counted = Counted {
            base,
            head,
            is_cost: name != "bytes of input",
        };
        (name.to_owned(), counted)
    };
    all.iter().map(counted).collect()
}

fn side(name: &str, commit: Option<&str>, is_dirty: bool) -> Side {
    Side {
        name: name.to_owned(),
        commit: commit.map(str::to_owned),
        is_dirty,
    }
}

fn left_out(name: &str, reason: &str, is_failure: bool) -> LeftOut {
    LeftOut {
        name: name.to_owned(),
        reason: reason.to_owned(),
        is_failure,
    }
}

fn machine() -> Machine {
    Machine {
        processor: "AMD EPYC 7B13".to_owned(),
        processors: 2,
        system: "Linux 6.1.0 x86_64".to_owned(),
        toolchain: "rustc 1.95.0".to_owned(),
        profile: "bench".to_owned(),
        load: Some((0.4, 1.2)),
        steal_percent: Some(0.3),
        throttled: Some(0),
    }
}
