//! What a key of the file means, and what to say of one that means nothing.

use crate::budget::{Measured, Metric, Statistic};
use crate::nearest::nearest;

/// The key of an entry that limits nothing.
pub(super) const ROWS: &str = "rows";

/// Why a key means nothing, and what to write in its place.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unknown {
    pub(super) cause: String,
    pub(super) cure: String,
}

/// A name as TOML has it: in quotes where it needs them.
pub(super) fn written(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !name.is_empty() && name.chars().all(is_bare) {
        return name.to_owned();
    }
    format!("{name:?}")
}

/// The limit that a key sets.
pub(super) fn limit(key: &str, has_rows: bool) -> Result<Measured, Unknown> {
    Measured::of_key(key).ok_or_else(|| {
        no_percentile(key)
            .or_else(|| other_unit(key))
            .unwrap_or_else(|| meaningless(key, has_rows))
    })
}

/// `latency_p97_ms`
fn no_percentile(key: &str) -> Option<Unknown> {
    let rest = key.strip_prefix("latency_")?;
    let name = rest.split('_').next()?;
    let is_percentile = name.strip_prefix('p').is_some_and(|digits| {
        !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
    });
    let is_known = Statistic::ALL
        .iter()
        .any(|statistic| statistic.name() == name);
    if is_known || !is_percentile {
        return None;
    }
    let names = Statistic::ALL.map(Statistic::name).join(", ");
    Some(Unknown {
        cause: format!("`{key}`, and no `{name}` is judged"),
        cure: format!("latency is judged by {names}: for instance latency_p99_ms = 200"),
    })
}

/// `latency_p95_s`, `latency_p95`, `p95_ms`: what is meant is clear, and its unit is not the key's.
fn other_unit(key: &str) -> Option<Unknown> {
    let plain = without_unit(key);
    let is_it = |one: &Measured| one.is_time() && without_unit(one.key()) == plain;
    let meant = Measured::all()
        .find(is_it)
        .or_else(|| of_statistic(plain))?;
    let unit = key.strip_prefix(plain).unwrap_or_default();
    let cause = match unit {
        "" => format!("`{key}`, which does not say its unit"),
        "_ms" => format!("a key `{key}`, which means nothing"),
        _ => format!("`{key}`, and times are in milliseconds"),
    };
    let cure = format!("write milliseconds: {} = 200", meant.key());
    Some(Unknown { cause, cure })
}

fn without_unit(key: &str) -> &str {
    const UNITS: [&str; 9] = [
        "_ms", "_s", "_us", "_ns", "_secs", "_seconds", "_millis", "_micros", "_sec",
    ];
    let mut units = UNITS.iter();
    units.find_map(|unit| key.strip_suffix(unit)).unwrap_or(key)
}

/// `p95`, `max_latency`
fn of_statistic(plain: &str) -> Option<Measured> {
    let of = |statistic: &Statistic| {
        let name = statistic.name();
        [
            name.to_owned(),
            format!("{name}_latency"),
            format!("max_latency_{name}"),
        ]
        .iter()
        .any(|one| one == plain)
    };
    Statistic::ALL.into_iter().find(of).map(Measured::Latency)
}

fn meaningless(key: &str, has_rows: bool) -> Unknown {
    let known: Vec<&str> = Measured::all()
        .map(Measured::key)
        .chain(has_rows.then_some(ROWS))
        .collect();
    let bare = format!("max_{key}");
    let guess = known
        .contains(&bare.as_str())
        .then_some(bare.as_str())
        .or_else(|| nearest(key, known.iter().copied()));
    let guess = guess.map_or_else(String::new, |guess| format!("did you mean `{guess}`?\n"));
    let (of_work, others) = known.split_at(Metric::ALL.len());
    Unknown {
        cause: format!("a key `{key}`, which means nothing"),
        cure: format!(
            "{guess}known: {},\n{}",
            of_work.join(", "),
            others.join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_a_limit_or_says_what_was_meant() {
        assert_eq!(limit("max_rows", true), Ok(Measured::Work(Metric::Rows)));
        let check = |key: &str, cause: &str, cure: &str| {
            let unknown = limit(key, true).expect_err(key);
            assert_eq!(unknown.cause, cause);
            assert!(unknown.cure.starts_with(cure), "{unknown:?}");
        };
        let milliseconds = "write milliseconds: latency_p95_ms = 200";
        check(
            "latency_p95_s",
            "`latency_p95_s`, and times are in milliseconds",
            milliseconds,
        );
        check(
            "latency_p95",
            "`latency_p95`, which does not say its unit",
            milliseconds,
        );
        check(
            "p95_ms",
            "a key `p95_ms`, which means nothing",
            milliseconds,
        );
        check(
            "p95_us",
            "`p95_us`, and times are in milliseconds",
            milliseconds,
        );
        check(
            "max_idle_in_transaction",
            "`max_idle_in_transaction`, which does not say its unit",
            "write milliseconds: max_idle_in_transaction_ms = 200",
        );
        check(
            "latency_p97_ms",
            "`latency_p97_ms`, and no `p97` is judged",
            "latency is judged by p50, p90, p95, p99, p999, max, mean: for instance latency_p99_ms = 200",
        );
        check(
            "max_querys",
            "a key `max_querys`, which means nothing",
            "did you mean `max_queries`?\nknown: max_queries, ",
        );
        check(
            "queries",
            "a key `queries`, which means nothing",
            "did you mean `max_queries`?\n",
        );
        check(
            "row",
            "a key `row`, which means nothing",
            "did you mean `rows`?\n",
        );
        check(
            "colour",
            "a key `colour`, which means nothing",
            "known: max_queries, ",
        );
    }
}
