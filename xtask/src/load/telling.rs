//! The tables: what was measured in, Markdown out.

use super::contest::Contender;
use super::generator::{Answers, Times};
use super::rounds::{Measured, Step, crowd};

/// From here on the processors count as all in use.
const FULL: f64 = 0.9;

/// From here on the generator takes so much of full processors that the service could have done more without it.
const MUCH: f64 = 1.0 / 3.0;

/// What `docs/load.md` shows.
pub(super) fn page(measured: &Measured) -> String {
    let mut parts = vec![
        skipped(measured),
        steps(measured),
        alone(measured),
        ceilings(measured),
    ];
    parts.retain(|part| !part.is_empty());
    parts.join("\n")
}

fn skipped(measured: &Measured) -> String {
    let lines = measured
        .skipped
        .iter()
        .map(|what| format!("skipped: {what}\n"));
    lines.collect()
}

/// A line for each contender under each load.
fn steps(measured: &Measured) -> String {
    if measured.steps.is_empty() {
        return String::new();
    }
    let heads = [
        "load",
        "service",
        "requests/s",
        "p50",
        "p95",
        "p99 (ms)",
        "errors",
        "peak memory",
        "CPU of a request: service",
        "Postgres (ms)",
        "processors: service + Postgres + generator",
    ];
    let mut loads: Vec<(u32, bool)> = Vec::new();
    for step in &measured.steps {
        if !loads.contains(&(step.users, step.think)) {
            loads.push((step.users, step.think));
        }
    }
    let of = |load: &(u32, bool)| {
        let load = *load;
        measured
            .steps
            .iter()
            .filter(move |step| (step.users, step.think) == load)
    };
    let rows: Vec<_> = loads.iter().flat_map(of).map(step).collect();
    let mark = rows
        .iter()
        .any(|row| row.iter().any(|cell| cell.ends_with('*')));
    let mut told = table(&heads, &rows);
    if mark {
        told += "\n\\* the processors were full, and the generator took a third of them or more: the service could have done more.\n";
    }
    told
}

fn step(step: &Step) -> Vec<String> {
    let answers = &step.answers;
    let all = answers.of("all").unwrap_or_default();
    let [p50, p95, p99] = [all.p50, all.p95, all.p99].map(milliseconds);
    let cost = |seconds: Option<f64>| {
        let each = seconds? * 1e3 / super::float(answers.sent.max(1));
        Some(short(each))
    };
    vec![
        crowd(step.users, step.think),
        step.contender.label().to_owned(),
        short(answers.rate()),
        p50,
        p95,
        p99,
        errors(answers),
        step.peak_memory
            .map_or_else(unknown, |bytes| format!("{} MB", bytes >> 20)),
        cost(step.service).unwrap_or_else(unknown),
        cost(step.postgres).unwrap_or_else(unknown),
        shares(step).unwrap_or_else(unknown),
    ]
}

/// How the processors were shared out; a star where the generator was the limit.
fn shares(step: &Step) -> Option<String> {
    let shares = [step.service, step.postgres, step.generator];
    let shares: Option<Vec<f64>> = shares
        .iter()
        .map(|used| Some((*used)? / step.available))
        .collect();
    let shares = shares?;
    let is_limit = shares.iter().sum::<f64>() >= FULL && shares[2] >= MUCH;
    let told: Vec<_> = shares
        .iter()
        .map(|share| format!("{:.0} %", share * 100.0))
        .collect();
    let mark = if is_limit { " \\*" } else { "" };
    Some(told.join(" + ") + mark)
}

/// `12 (503: 10, none: 2)`
fn errors(answers: &Answers) -> String {
    if answers.bad.is_empty() {
        return "0".to_owned();
    }
    let by_status = answers
        .bad
        .iter()
        .map(|(status, count)| format!("{status}: {count}"));
    format!(
        "{} ({})",
        answers.errors(),
        by_status.collect::<Vec<_>>().join(", ")
    )
}

/// A line for each endpoint, a column for each contender, and how many times faster the tuned port is than the tuned original.
fn alone(measured: &Measured) -> String {
    let Some((_, first)) = measured.alone.first() else {
        return String::new();
    };
    let mut heads = vec!["one client, ms: p50 / p95".to_owned()];
    heads.extend(measured.alone.iter().map(|(of, _)| of.label().to_owned()));
    let tuned = |contender, name: &str| {
        let found = measured.alone.iter().find(|(of, _)| *of == contender);
        found.and_then(|(_, answers)| answers.of(name))
    };
    let is_ratio = tuned(Contender::DjangoTuned, "all").is_some()
        && tuned(Contender::RustTuned, "all").is_some();
    if is_ratio {
        heads.push("Django tuned : Rust tuned".to_owned());
    }
    let most = measured
        .alone
        .iter()
        .flat_map(|(_, answers)| answers.times());
    let most = most
        .filter(|(name, _)| name != "all")
        .map(|(_, times)| times.count)
        .max();
    let rows = in_order(first).into_iter().map(|name| {
        let mut row = vec![endpoint(name)];
        let cells = measured.alone.iter().map(|(_, answers)| answers.of(name));
        row.extend(cells.map(|times| pair(times, most.unwrap_or(0))));
        if is_ratio {
            let both = (
                tuned(Contender::DjangoTuned, name),
                tuned(Contender::RustTuned, name),
            );
            row.push(ratio(both).unwrap_or_else(unknown));
        }
        row
    });
    table(&heads, &rows.collect::<Vec<_>>())
}

/// With the number of requests where there were fewer than elsewhere: it was too slow for more.
fn pair(times: Option<Times>, most: u64) -> String {
    let Some(times) = times.filter(|times| times.count > 0) else {
        return unknown();
    };
    let told = format!("{} / {}", milliseconds(times.p50), milliseconds(times.p95));
    if times.count < most {
        return format!("{told} ({} requests)", times.count);
    }
    told
}

fn ratio((longer, shorter): (Option<Times>, Option<Times>)) -> Option<String> {
    let (longer, shorter) = (longer?, shorter?);
    let times = |longer: u64, shorter: u64| {
        let ratio = super::float(longer) / super::float(shorter.max(1));
        format!("{ratio:.1} ×")
    };
    Some(format!(
        "{} / {}",
        times(longer.p50, shorter.p50),
        times(longer.p95, shorter.p95)
    ))
}

/// What the statements alone reach, and who comes how near.
fn ceilings(measured: &Measured) -> String {
    let mut heads = vec![
        "one endpoint alone, per second".to_owned(),
        "pgbench".to_owned(),
    ];
    let mut tuned: Vec<Contender> = Vec::new();
    for (contender, _, _) in &measured.single {
        if !tuned.contains(contender) {
            tuned.push(*contender);
        }
    }
    if measured.ceilings.is_empty() && tuned.is_empty() {
        return String::new();
    }
    heads.extend(tuned.iter().map(|contender| contender.label().to_owned()));
    let rows = super::ceiling::ENDPOINTS.into_iter().map(|name| {
        let mut row = vec![endpoint(name)];
        let ceiling = measured.ceilings.iter().find(|(of, _)| *of == name);
        row.push(ceiling.map_or_else(unknown, |(_, rate)| short(*rate)));
        for contender in &tuned {
            let mut single = measured.single.iter();
            let found = single.find(|(of, at, _)| of == contender && *at == name);
            row.push(found.map_or_else(unknown, |(_, _, answers)| rate(answers)));
        }
        row
    });
    table(&heads, &rows.collect::<Vec<_>>())
}

fn rate(answers: &Answers) -> String {
    let rate = short(answers.rate());
    if answers.bad.is_empty() {
        return rate;
    }
    format!("{rate}, errors {}", errors(answers))
}

/// The endpoints in the order of the table, each as a reader knows it.
const ENDPOINTS: [(&str, &str); 14] = [
    ("users-list", "`GET /api/users/`"),
    ("users-detail", "`GET /api/users/{id}/`"),
    ("dashboard", "`GET /api/dashboard/`, as it was before"),
    ("dashboard-known", "`GET /api/dashboard/`, `If-None-Match`"),
    (
        "dashboard-after-write",
        "`GET /api/dashboard/`, after a write",
    ),
    ("item-new", "`POST /api/dashboard/`"),
    ("item-changed", "`PATCH /api/dashboard/{id}/`"),
    ("articles-list", "`GET /api/articles/`"),
    ("articles-next", "`GET /api/articles/`, the next page"),
    ("search-rare", "`GET /api/articles/?search=`, a rare word"),
    (
        "search-common",
        "`GET /api/articles/?search=`, a common word",
    ),
    ("search-misspelt", "`GET /api/articles/?search=`, misspelt"),
    ("projects-list", "`GET /api/v1/projects/`"),
    ("projects-detail", "`GET /api/v1/projects/{id}/`"),
];

fn endpoint(name: &str) -> String {
    let found = ENDPOINTS.iter().find(|(known, _)| *known == name);
    found.map_or(name, |(_, label)| label).to_owned()
}

/// Those that the generator told of, in the order of the table; what the table does not know is last.
fn in_order(answers: &Answers) -> Vec<&str> {
    let mut names: Vec<&str> = answers
        .times()
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    names.retain(|name| *name != "all");
    let place = |name: &str| ENDPOINTS.iter().position(|(known, _)| *known == name);
    names.sort_by_key(|name| place(name).unwrap_or(ENDPOINTS.len()));
    names
}

fn table(heads: &[impl AsRef<str>], rows: &[Vec<String>]) -> String {
    let heads: Vec<_> = heads.iter().map(AsRef::as_ref).collect();
    let mut lines = vec![
        format!("| {} |", heads.join(" | ")),
        format!("|{}", " --- |".repeat(heads.len())),
    ];
    lines.extend(rows.iter().map(|row| format!("| {} |", row.join(" | "))));
    lines.join("\n") + "\n"
}

fn milliseconds(microseconds: u64) -> String {
    short(super::float(microseconds) / 1e3)
}

/// Three digits, and no more than two after the point.
fn short(value: f64) -> String {
    let places = match value {
        _ if value < 9.995 => 2,
        _ if value < 99.95 => 1,
        _ => 0,
    };
    format!("{value:.places$}")
}

fn unknown() -> String {
    "-".to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::generator::sample;
    use super::*;

    fn one(contender: Contender, users: u32, think: bool, generator: f64) -> Step {
        Step {
            contender,
            users,
            think,
            answers: sample(1500),
            peak_memory: Some(150 << 20),
            service: Some(1.2),
            postgres: Some(0.6),
            generator: Some(generator),
            available: 4.0,
        }
    }

    #[test]
    fn the_loads_are_told_one_after_the_other_and_who_was_the_limit() {
        let mut slow = one(Contender::DjangoTuned, 8, false, 0.4);
        slow.answers.bad = vec![("503".to_owned(), 10), ("none".to_owned(), 2)];
        slow.postgres = None;
        let measured = Measured {
            steps: vec![
                one(Contender::DjangoTuned, 5, true, 0.4),
                slow,
                one(Contender::RustTuned, 5, true, 0.4),
                one(Contender::RustTuned, 8, false, 2.0),
            ],
            ..Measured::default()
        };
        let expected = "\
| load | service | requests/s | p50 | p95 | p99 (ms) | errors | peak memory | CPU of a request: service | Postgres (ms) | processors: service + Postgres + generator |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
| 5 users | Django tuned | 50.0 | 1.50 | 3.00 | 4.50 | 0 | 150 MB | 10.0 | 5.00 | 30 % + 15 % + 10 % |
| 5 users | Rust tuned | 50.0 | 1.50 | 3.00 | 4.50 | 0 | 150 MB | 10.0 | 5.00 | 30 % + 15 % + 10 % |
| 8 clients, no pause | Django tuned | 50.0 | 1.50 | 3.00 | 4.50 | 12 (503: 10, none: 2) | 150 MB | 10.0 | - | - |
| 8 clients, no pause | Rust tuned | 50.0 | 1.50 | 3.00 | 4.50 | 0 | 150 MB | 10.0 | 5.00 | 30 % + 15 % + 50 % \\* |

\\* the processors were full, and the generator took a third of them or more: the service could have done more.
";
        assert_eq!(page(&measured), expected);
    }

    #[test]
    fn one_client_is_told_by_endpoint_and_how_much_faster_the_port_is() {
        let measured = Measured {
            alone: vec![
                (Contender::DjangoTuned, sample(3000)),
                (Contender::RustTuned, sample(1200)),
            ],
            skipped: vec!["Django naive: no Python".to_owned()],
            ..Measured::default()
        };
        let expected = "\
skipped: Django naive: no Python

| one client, ms: p50 / p95 | Django tuned | Rust tuned | Django tuned : Rust tuned |
| --- | --- | --- | --- |
| `GET /api/users/` | 3.00 / 6.00 | 1.20 / 2.40 | 2.5 × / 2.5 × |
";
        assert_eq!(page(&measured), expected);
    }

    #[test]
    fn what_was_too_slow_for_all_its_requests_says_how_many_there_were() {
        let times = Times {
            count: 20,
            p50: 1_000_000,
            p95: 2_000_000,
            p99: 2_000_000,
        };
        assert_eq!(pair(Some(times), 200), "1000 / 2000 (20 requests)");
        assert_eq!(pair(Some(times), 20), "1000 / 2000");
        assert_eq!(pair(Some(Times::default()), 200), "-");
    }

    #[test]
    fn the_upper_bound_stands_beside_those_who_have_it() {
        let measured = Measured {
            ceilings: vec![("users-list", 1234.5), ("dashboard", 9000.0)],
            single: vec![(Contender::RustTuned, "users-list", sample(1500))],
            ..Measured::default()
        };
        let told = page(&measured);
        for expected in [
            "| one endpoint alone, per second | pgbench | Rust tuned |\n",
            "| `GET /api/users/` | 1234 | 50.0 |\n",
            "| `GET /api/dashboard/`, as it was before | 9000 | - |\n",
        ] {
            assert!(told.contains(expected), "{expected} in {told}");
        }
    }

    #[test]
    fn endpoints_of_one_app_are_together() {
        let text = "times all 0 0 0 0\ntimes dashboard 0 0 0 0\ntimes new 0 0 0 0\ntimes item-new 0 0 0 0\ntimes users-list 0 0 0 0\n";
        let answers = Answers::read(text).unwrap();
        assert_eq!(
            in_order(&answers),
            ["users-list", "dashboard", "item-new", "new"]
        );
    }

    #[test]
    fn numbers_have_three_digits() {
        let told = [0.0042, 1.5, 9.994, 9.996, 42.25, 99.96, 1234.4].map(short);
        assert_eq!(
            told,
            ["0.00", "1.50", "9.99", "10.0", "42.2", "100", "1234"]
        );
    }
}
