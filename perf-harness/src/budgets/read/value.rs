//! The values that a limit and the size of a table can have.

use serde_json::Value;

use crate::budget::{Measured, Metric};

pub(super) const ROWS_CURE: &str = "write tables with their rows: rows = { articles = 1_000_000 }";

/// What is wrong with a value: the second part of a sentence.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Objection {
    pub(super) cause: String,
    pub(super) cure: String,
}

impl Objection {
    fn new(cause: impl Into<String>, cure: impl Into<String>) -> Self {
        Self {
            cause: cause.into(),
            cure: cure.into(),
        }
    }
}

/// The most that is allowed: a count, bytes, or microseconds. None where the limit is switched off.
pub(super) fn most(measured: Measured, value: &Value) -> Result<Option<u64>, Objection> {
    match value {
        Value::Bool(false) => Ok(None),
        Value::Number(_) if measured.is_time() => micros(measured, value).map(Some),
        Value::Number(_) => count(measured, value).map(Some),
        _ => Err(no_number(measured, value)),
    }
}

fn micros(measured: Measured, value: &Value) -> Result<u64, Objection> {
    let key = measured.key();
    let milliseconds = value.as_f64().unwrap_or_default();
    if milliseconds <= 0.0 {
        let cure = format!(
            "write more than 0, or switch it off: {key} = {}, {key} = false",
            example(measured)
        );
        return Err(Objection::new("which nothing can hold", cure));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is positive, and what is too large becomes the largest"
    )]
    let micros = (milliseconds * 1000.0).round() as u64;
    if micros == 0 {
        let cure = format!("a microsecond is the least: {key} = 0.001");
        return Err(Objection::new("which is less than a clock can tell", cure));
    }
    Ok(micros)
}

fn count(measured: Measured, value: &Value) -> Result<u64, Objection> {
    let key = measured.key();
    let example = example(measured);
    match value.as_u64() {
        Some(0) if !measured.may_be_zero() => {
            let mut cure =
                format!("write more than 0, or switch it off: {key} = {example}, {key} = false");
            if measured == Measured::Work(Metric::Queries) {
                cure += "\nwork that asks nothing is asserted on in its test: assert_queries!(recording, 0)";
            }
            Err(Objection::new("which nothing can hold", cure))
        }
        Some(count) => Ok(count),
        None if value.as_i64().is_some() => {
            let cure =
                format!("write more than 0, or switch it off: {key} = {example}, {key} = false");
            Err(Objection::new("which nothing can hold", cure))
        }
        None => {
            let cure = format!("write a whole number: {key} = {example}");
            Err(Objection::new("which is no whole number", cure))
        }
    }
}

fn no_number(measured: Measured, value: &Value) -> Objection {
    let key = measured.key();
    let kind = if measured.is_time() {
        "a number of milliseconds"
    } else {
        "a whole number"
    };
    let meant = value.as_str().and_then(|text| meant(measured, text));
    let cure = match (value, meant) {
        (Value::Bool(_), _) => format!(
            "write {kind}, or switch it off: {key} = {}, {key} = false",
            example(measured)
        ),
        (_, Some(meant)) => format!("write {kind}, without quotes and unit: {key} = {meant}"),
        _ => format!("write {kind}: {key} = {}", example(measured)),
    };
    Objection::new("which is no number", cure)
}

/// The number that a text with a unit stands for: `200ms`, `64 kB`.
fn meant(measured: Measured, text: &str) -> Option<String> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '_' && c != '.');
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    let number: f64 = number.replace('_', "").parse().ok()?;
    let factor = match (measured.is_time(), unit.trim()) {
        (_, "") | (true, "ms") | (false, "B") => 1.0,
        (true, "s") | (false, "k" | "kB" | "KB") => 1000.0,
        (true, "us" | "µs") => 0.001,
        (false, "KiB") => 1024.0,
        (false, "MB" | "M") => 1_000_000.0,
        (false, "MiB") => 1_048_576.0,
        _ => return None,
    };
    let meant = number * factor;
    (measured.is_time() || meant.fract() == 0.0).then(|| meant.to_string())
}

/// A value that it could have.
fn example(measured: Measured) -> &'static str {
    match measured {
        Measured::Latency(_) => "200",
        Measured::Work(metric) => match metric {
            Metric::Bytes | Metric::AllocatedBytes | Metric::ResponseBytes => "64_000",
            Metric::Rows | Metric::RowsExamined | Metric::Buffers | Metric::Allocations => "300",
            Metric::Connections | Metric::FullScans => "1",
            _ => "5",
        },
    }
}

/// The rows of a table.
pub(super) fn rows(table: &str, value: &Value) -> Result<u64, Objection> {
    if table.trim().is_empty() {
        return Err(Objection::new("which names no table", ROWS_CURE));
    }
    if let Some((inner, _)) = value.as_object().and_then(|tables| tables.iter().next()) {
        let cure = format!(
            "a table of a schema stands in quotes: rows = {{ \"{table}.{inner}\" = 1_000_000 }}"
        );
        return Err(Objection::new("which is no number of rows", cure));
    }
    value
        .as_u64()
        .filter(|rows| *rows > 0)
        .ok_or_else(|| Objection::new("which is no number of rows", ROWS_CURE))
}
