//! The JSON schema of the file, for editors: what is known, in which unit, and what it means.
//!
//! `perf-harness budgets schema` prints [`text`]. A test holds `docs/perf-budgets.schema.json` against it.

use serde_json::{Map, Value, json};

use super::key::ROWS;
use crate::budget::{Measured, Metric, Statistic};

/// The schema, as pretty JSON with a line end.
#[must_use]
pub fn text() -> String {
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "perf-budgets.toml",
        "description": "What each endpoint or piece of work may cost. Read by perf-harness.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "defaults": {
                "description": "What holds for a budget that does not say otherwise. Where nothing is said: max_queries = 5, latency_p95_ms = 200.",
                "type": "object",
                "additionalProperties": false,
                "properties": limits(),
            },
            "budgets": {
                "description": "A budget for each endpoint, by its method and route, or for any other piece of work: [budgets.\"GET /api/users/\"], [budgets.nightly_report].",
                "type": "object",
                "additionalProperties": entry(),
            },
            "frontend": {
                "description": "Reserved for the budgets of bundles and pages: read and kept, not judged yet.",
                "type": "object",
                "additionalProperties": false,
                "properties": { "bundles": tables("bundle"), "pages": tables("page") },
            },
        },
    });
    format!("{schema:#}\n")
}

fn entry() -> Value {
    let mut properties = limits();
    let rows = json!({
        "description": "How large tables are taken to be where plans are asked for: a table, with its schema in quotes, and its rows.",
        "type": "object",
        "minProperties": 1,
        "additionalProperties": { "type": "integer", "minimum": 1 },
    });
    properties.insert(ROWS.to_owned(), rows);
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

fn tables(what: &str) -> Value {
    json!({
        "description": format!("A table for each {what}, by its name."),
        "type": "object",
        "additionalProperties": { "type": "object" },
    })
}

fn limits() -> Map<String, Value> {
    let limit = |measured: Measured| {
        let value = match measured {
            _ if measured.is_time() => json!({ "type": "number", "exclusiveMinimum": 0 }),
            _ => json!({ "type": "integer", "minimum": i32::from(!measured.may_be_zero()) }),
        };
        let limit = json!({
            "description": format!("{} `false` switches it off.", meaning(measured)),
            "oneOf": [value, { "const": false }],
        });
        (measured.key().to_owned(), limit)
    };
    Measured::all().map(limit).collect()
}

/// What a limit is about, for who writes it.
fn meaning(measured: Measured) -> &'static str {
    match measured {
        Measured::Work(metric) => meaning_of_work(metric),
        Measured::Latency(statistic) => match statistic {
            Statistic::P50 => "The median of its latency, in milliseconds.",
            Statistic::P90 => "The latency that 90 % of it stays within, in milliseconds.",
            Statistic::P95 => "The latency that 95 % of it stays within, in milliseconds.",
            Statistic::P99 => "The latency that 99 % of it stays within, in milliseconds.",
            Statistic::P999 => "The latency that 99.9 % of it stays within, in milliseconds.",
            Statistic::Max => "Its longest latency, in milliseconds.",
            Statistic::Mean => "The mean of its latency, in milliseconds.",
        },
    }
}

fn meaning_of_work(metric: Metric) -> &'static str {
    match metric {
        Metric::Queries => {
            "The most queries: the program's own, no transaction control and no look-ups of the driver."
        }
        Metric::RoundTrips => {
            "The most exchanges with the server that carry work: no pings, prepares and connects."
        }
        Metric::RoundTripsInAll => {
            "The most exchanges with the server, pings, prepares and connects among them."
        }
        Metric::Rows => "The most rows that the server sends.",
        Metric::Bytes => "The most bytes on the wire, both ways, connecting included.",
        Metric::RowsExamined => "The most rows that the server looks at.",
        Metric::Buffers => "The most blocks of 8 KiB that the server touches.",
        Metric::FullScans => {
            "The most queries that read all of a table, with tables as large as `rows` says."
        }
        Metric::Connections => "The most connections in use at once.",
        Metric::IdleInTransaction => {
            "The longest that connections sit idle in a transaction, together, in milliseconds."
        }
        Metric::Allocations => "The most allocations, with an allocator that counts.",
        Metric::AllocatedBytes => "The most bytes allocated, with an allocator that counts.",
        Metric::ResponseBytes => "The most bytes of the response.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs");

    #[test]
    fn the_schema_in_the_docs_is_the_one_of_the_code() {
        let file = format!("{DOCS}/perf-budgets.schema.json");
        let written = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(
            written == text(),
            "write it anew: cargo run -p perf-harness -- budgets schema > docs/perf-budgets.schema.json\n{}",
            text()
        );
    }

    #[test]
    fn the_reference_has_each_key() {
        let reference = std::fs::read_to_string(format!("{DOCS}/budgets.md")).unwrap();
        for key in Measured::all().map(Measured::key).chain([ROWS]) {
            assert!(reference.contains(&format!("`{key}`")), "{key}");
        }
    }

    #[test]
    fn zero_is_allowed_by_the_schema_where_the_file_allows_it() {
        let schema: Value = serde_json::from_str(&text()).unwrap();
        let properties = &schema["properties"]["budgets"]["additionalProperties"]["properties"];
        for measured in Measured::all().filter(|one| !one.is_time()) {
            let key = measured.key();
            let zero = format!("[budgets.a]\n{key} = 0\n");
            let is_read = super::super::budgets(&zero, "f".as_ref()).is_ok();
            let least = properties[key]["oneOf"][0]["minimum"].as_i64();
            assert_eq!(least, Some(i64::from(!is_read)), "{key}");
        }
    }
}
