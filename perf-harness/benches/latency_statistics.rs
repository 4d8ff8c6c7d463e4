//! How often the verdicts on times are wrong: the tables of docs/latency-statistics.md.
//!
//! `cargo bench --bench latency_statistics`. Independent samples are accounted for without chance, where a share is tested;
//! the rest is simulated, from seeds, so that it prints the same each time. Takes a minute.
#![expect(clippy::print_stdout, reason = "a bench prints")]

mod extent;

// The module is pure and not public, so it is taken in as it is.
#[path = "../src/stats/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the library asks for more")]
mod stats;

use stats::simulation::{
    Fate, Latent, Random, Runs, Shape, above, mean_trial, normal_quantile, share_trial,
};
use stats::{
    ErrorRates, Interval, quantile_interval, samples_needed, samples_needed_to_fail,
    wilcoxon_interval,
};

const QUANTILES: [f64; 4] = [0.5, 0.9, 0.95, 0.99];

fn trials() -> u32 {
    extent::of(10_000, 20)
}

/// Where one in a thousand counts.
fn many_trials() -> u32 {
    extent::of(30_000, 20)
}

fn main() {
    needed();
    shares();
    budgets();
    dependence();
    means();
    intervals();
}

fn row(cells: impl IntoIterator<Item = String>) {
    let cells: Vec<_> = cells.into_iter().collect();
    println!("| {} |", cells.join(" | "));
}

fn header(title: &str, columns: &[&str]) {
    println!("\n{title}\n");
    row(columns.iter().map(ToString::to_string));
    row(columns.iter().map(|_| "---".to_owned()));
}

fn percent(share: f64) -> String {
    match share * 100.0 {
        percent if percent < 0.0005 => "0".to_owned(),
        percent if percent < 1.0 => format!("{percent:.3}"),
        percent => format!("{percent:.1}"),
    }
}

fn told(fate: Fate) -> String {
    let Fate {
        over,
        within,
        samples,
    } = fate;
    format!("{} / {} ({samples:.0})", percent(over), percent(within))
}

fn name(quantile: f64) -> String {
    format!("p{}", quantile * 100.0)
}

fn needed() {
    header("Samples needed", &["", "to pass", "to fail"]);
    let rates = ErrorRates::default();
    for quantile in QUANTILES.into_iter().chain([0.999]) {
        let pass = samples_needed(quantile, rates).to_string();
        let fail = samples_needed_to_fail(quantile, rates).to_string();
        row([name(quantile), pass, fail]);
    }
}

/// By how many samples are over: so many times the odds of what is allowed.
fn shares() {
    let columns = [
        "",
        "most samples",
        "1/4",
        "1/2",
        "1/1.25",
        "1",
        "1.25",
        "2",
        "4",
    ];
    header(
        "By the odds of being over, exactly: fail / pass % (samples)",
        &columns,
    );
    for quantile in QUANTILES {
        for most in [600, 3000] {
            let cells = [0.25, 0.5, 0.8, 1.0, 1.25, 2.0, 4.0].map(|times| {
                let odds = times * (1.0 - quantile) / quantile;
                told(Fate::of(
                    quantile,
                    ErrorRates::default(),
                    odds / (1.0 + odds),
                    most,
                ))
            });
            row([name(quantile), most.to_string()].into_iter().chain(cells));
        }
    }
}

/// By the budget: so many times the true percentile of lognormal times.
fn budgets() {
    let columns = ["", "sigma", "0.75", "0.9", "1", "1.1", "1.25", "1.5", "2"];
    header(
        "By the budget, lognormal, 600 samples, exactly: fail / pass % (samples)",
        &columns,
    );
    for quantile in QUANTILES {
        for sigma in [0.2_f64, 0.5, 1.0] {
            let cells = [0.75_f64, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0].map(|budget| {
                let share = above(normal_quantile(quantile) + budget.ln() / sigma);
                told(Fate::of(quantile, ErrorRates::default(), share, 600))
            });
            row([name(quantile), sigma.to_string()].into_iter().chain(cells));
        }
    }
}

/// At the true percentile every verdict is wrong.
fn dependence() {
    let columns = ["each sample depends on the one before", "p50", "p95", "p99"];
    header(
        "600 samples at the true percentile: false fails / false passes % (samples)",
        &columns,
    );
    let rates = ErrorRates::default();
    let quantiles = [0.5, 0.95, 0.99];
    for correlation in [0.0, 0.3, 0.6, 0.9] {
        let cells = quantiles.map(|quantile| {
            let mut random = Random::new(1);
            let limit = normal_quantile(quantile);
            told(Fate::seen(many_trials(), || {
                let mut latent = Latent::new(&mut random, correlation);
                share_trial(quantile, rates, 600, || latent.next() > limit)
            }))
        });
        row([format!("correlation {correlation}")]
            .into_iter()
            .chain(cells));
    }
    for length in [2.0, 5.0, 20.0] {
        let cells = quantiles.map(|quantile| {
            let mut random = Random::new(2);
            told(Fate::seen(many_trials(), || {
                let mut runs = Runs::new(&mut random, 1.0 - quantile, length);
                share_trial(quantile, rates, 600, || runs.next())
            }))
        });
        row([format!("over in runs of {length}")]
            .into_iter()
            .chain(cells));
    }
}

fn means() {
    let columns = ["times", "0.9", "1", "1.1", "1.25", "1.5", "2", "4"];
    header(
        "Mean, by the budget, 600 samples: fail / pass % (samples)",
        &columns,
    );
    let shapes = [
        Shape::Lognormal(0.2),
        Shape::Lognormal(0.5),
        Shape::Lognormal(1.0),
        Shape::Exponential,
        Shape::TwoPeaks,
        Shape::Pareto(2.5),
        Shape::Stalls,
    ];
    for shape in shapes {
        let cells = [0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 4.0].map(|budget| of_mean(shape, budget, 0.0));
        row([format!("{shape:?}")].into_iter().chain(cells));
    }
    let dependent = [0.3, 0.6, 0.9].map(|correlation| {
        let cell = of_mean(Shape::Lognormal(0.5), 1.0, correlation);
        format!("correlation {correlation}: {cell}")
    });
    println!(
        "\nLognormal(0.5) at the true mean: {}",
        dependent.join(", ")
    );
}

fn of_mean(shape: Shape, budget: f64, correlation: f64) -> String {
    let mut random = Random::new(3);
    let limit = budget * shape.mean();
    told(Fate::seen(trials() / 5, || {
        let mut latent = Latent::new(&mut random, correlation);
        mean_trial(limit, ErrorRates::default(), 600, || {
            shape.at(latent.next())
        })
    }))
}

fn intervals() {
    header(
        "Intervals, of percentiles at 98 % and of pairs at 99 %: misses %",
        &["", "independent", "correlation 0.6", "correlation 0.9"],
    );
    for (quantile, count) in [(0.5, 100), (0.95, 600)] {
        let cells = [0.0, 0.6, 0.9].map(|correlation| {
            let mut random = Random::new(4);
            missed(|| {
                let mut latent = Latent::new(&mut random, correlation);
                let mut times: Vec<_> = (0..count).map(|_| latent.next()).collect();
                times.sort_by(f64::total_cmp);
                (
                    quantile_interval(&times, quantile, 0.01),
                    normal_quantile(quantile),
                )
            })
        });
        row([format!("{} of {count}", name(quantile))]
            .into_iter()
            .chain(cells));
    }
    for count in [10, 40] {
        let cells = [0.0, 0.6, 0.9].map(|correlation| {
            let mut random = Random::new(5);
            missed(|| {
                let mut latent = Latent::new(&mut random, correlation);
                let ratios: Vec<_> = (0..count).map(|_| latent.next()).collect();
                (wilcoxon_interval(&ratios, 0.99), 0.0)
            })
        });
        row([format!("{count} pairs")].into_iter().chain(cells));
    }
}

fn missed(mut trial: impl FnMut() -> (Option<Interval>, f64)) -> String {
    let missed = (0..trials()).filter(|_| {
        let (interval, truth) = trial();
        interval.is_none_or(|interval| !interval.contains(truth))
    });
    let missed = u32::try_from(missed.count()).unwrap_or(u32::MAX);
    percent(f64::from(missed) / f64::from(trials()))
}
