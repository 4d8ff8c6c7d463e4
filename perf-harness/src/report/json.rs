//! A failure for programs: the same findings, with every query that was recorded.

use serde_json::{Value, json};

use super::improvement::improvement_json;
use super::latency::latency_json;
use super::{Subject, Values};
use crate::budget::{Excuse, Finding, Held, Problem, Violation, Within};
use crate::plan::{Plan, PlanOf, Plans, QueryPlans, Refusal, Scaling};
use crate::record::{
    CallPath, FINGERPRINT_VERSION, Frame, Outcome, Query, STORED_FINGERPRINT_VERSION, Sample,
    Shape, Traffic,
};
use crate::units::micros;

/// The form of what follows. It changes when a reader would have to.
const SCHEMA: &str = "perf-harness/failure/2";

/// All findings of a test, as pretty JSON with a line end.
pub(crate) fn failure_json(subject: &Subject<'_>, findings: &[Finding]) -> String {
    let findings: Vec<Value> = findings
        .iter()
        .map(|found| finding(found, subject.values))
        .collect();
    let document = json!({
        "schema": SCHEMA,
        "fingerprint_version": FINGERPRINT_VERSION,
        "stored_fingerprint_version": STORED_FINGERPRINT_VERSION,
        "test": subject.test,
        "baseline": { "file": subject.baseline, "test": subject.known_as },
        "values": match subject.values { Values::Shown => "shown", Values::Masked => "masked" },
        "findings": findings,
    });
    format!("{document:#}\n")
}

fn finding(found: &Finding, values: Values) -> Value {
    let traffic = &found.traffic;
    let location = format!("{}:{}", found.location.file(), found.location.line());
    let mut document = json!({
        "location": location,
        "assertion": found.assertion.written(&found.form),
        "occurrences": found.occurrences(),
        "counts": traffic.counts(),
        "elapsed_us": micros(traffic.elapsed()),
        "wire_time_us": micros(traffic.wire_time()),
        "open_transactions": traffic.open_transactions(),
        "kinds": traffic.kinds(),
        "tables": traffic.tables(),
        "shapes": traffic.shapes().iter().map(shape).collect::<Vec<_>>(),
        "repeated": traffic.repeated().iter().map(|repeated| with_parent(traffic, repeated)).collect::<Vec<_>>(),
        "statements": traffic.statements.iter().map(|query| statement(query, values)).collect::<Vec<_>>(),
    });
    let problem = match &found.problem {
        Problem::Violation(violation) => violated(*violation),
        Problem::Unmeasured(error) => json!({
            "kind": "unmeasured",
            "cause": error.to_string(),
            "hint": error.hint(),
        }),
    };
    document["problem"] = problem;
    if !found.excuses.is_empty() {
        let excuse = |excuse: &Excuse| json!({ "part": &*excuse.part, "reason": &*excuse.reason });
        document["excuses"] = found.excuses.iter().map(excuse).collect();
    }
    if let Some(allocated) = found.allocated {
        document["allocated"] =
            json!({ "allocations": allocated.allocations, "bytes": allocated.bytes });
    }
    if let Some(plans) = &found.plans {
        document["plans"] = plans_of(plans, values);
    }
    if let Some(scaling) = &found.scaling {
        document["scaling"] = scaling_of(scaling);
    }
    if let Some(compared) = &found.compared {
        document["improvement"] = improvement_json(compared);
    }
    if let Some(sampled) = &found.latency {
        document["latency"] = latency_json(sampled);
    }
    if let Some(within) = &found.within {
        document["budget"] = budget_of(within);
    }
    if !found.samples.is_empty() {
        document["samples"] = found.samples.iter().map(sample).collect();
    }
    document
}

/// How each query reaches its tables. A plan's own JSON holds values.
fn plans_of(plans: &Plans, values: Values) -> Value {
    let rows: Vec<Value> = plans
        .rows()
        .tables()
        .map(|(table, rows)| json!({ "table": table, "rows": rows }))
        .collect();
    let queries: Vec<Value> = plans
        .queries
        .iter()
        .map(|query| {
            let judged = query.judged(plans.rows());
            let judged = judged.iter().map(|(of, plan)| judged_plan(plans, *of, plan, values));
            json!({
                "query": query.at,
                "times": query.times,
                "refused": query.refusal(),
                "unparsed": unparsed(query, values),
                "rows_examined": query.ran().and_then(Plan::rows_examined),
                "buffers": query.ran().and_then(|plan| plan.root().buffers()).map(|buffers| buffers.touched()),
                "plans": judged.collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({ "rows": rows, "unasked": plans.unasked, "queries": queries })
}

/// A plan that cannot be read, as the server gave it. It holds values.
fn unparsed(query: &QueryPlans, values: Values) -> Option<&str> {
    match &query.refusal {
        Some(Refusal::Unparsed(_, json)) if values == Values::Shown => Some(json),
        _ => None,
    }
}

/// Counts, bytes, or microseconds.
fn budget_of(within: &Within) -> Value {
    let held = |held: &Held| {
        json!({
            "limit": held.of,
            "written": held.place,
            "most": held.most,
            "actual": held.actual.as_ref().ok(),
            "unmeasured": held.actual.as_ref().err().map(ToString::to_string),
        })
    };
    let limits: Vec<Value> = within.held.iter().map(held).collect();
    json!({ "entry": within.entry, "place": within.place, "limits": limits })
}

fn scaling_of(scaling: &Scaling) -> Value {
    let queries: Vec<Value> = scaling
        .queries
        .iter()
        .map(|query| {
            json!({
                "query": query.at,
                "growth": query.growth(&scaling.sizes),
                "costs": query.costs,
                "plans": query.plans,
                "offset": query.is_offset,
            })
        })
        .collect();
    json!({ "tables": scaling.tables, "sizes": scaling.sizes, "queries": queries })
}

fn judged_plan(plans: &Plans, of: PlanOf, plan: &Plan, values: Values) -> Value {
    let reaches: Vec<Value> = plans
        .reaches(plan)
        .iter()
        .map(|reach| {
            json!({
                "table": reach.table.full_name(),
                "access": reach.access,
                "indexes": reach.indexes.iter().map(|index| index.full_name()).collect::<Vec<_>>(),
            })
        })
        .collect();
    let text = match values {
        Values::Shown => plan.text(),
        Values::Masked => plan.masked_text(),
    };
    let text: Vec<&str> = text.lines().collect();
    let mut document = json!({ "of": of, "reaches": reaches, "text": text });
    if values == Values::Shown {
        document["json"] = serde_json::from_str(plan.json()).unwrap_or_default();
    }
    document
}

fn sample(sample: &Sample) -> Value {
    json!({
        "size": sample.size(),
        "rows": sample.rows(),
        "counts": sample.traffic().counts(),
        "shapes": sample.traffic().shapes().iter().map(shape).collect::<Vec<_>>(),
    })
}

fn violated(violation: Violation) -> Value {
    match violation {
        Violation::Queries { allowed, actual } => {
            json!({ "kind": "violation", "expected": allowed, "actual": actual })
        }
        Violation::Defects { defect, found } => json!({ "kind": defect, "found": found }),
        Violation::Budget { over, of } => {
            json!({ "kind": "budget", "over": over, "of": of })
        }
        Violation::Growth { found } => json!({ "kind": "growth", "found": found }),
        Violation::Scaling { found } => json!({ "kind": "scaling", "found": found }),
        Violation::Improvement { missed, undecided } => {
            json!({ "kind": "improvement", "missed": missed, "undecided": undecided })
        }
        Violation::Latency { broken, undecided } => {
            json!({ "kind": "latency", "broken": broken, "undecided": undecided })
        }
        Violation::Plans { found } => json!({ "kind": "plans", "found": found }),
        Violation::Limit {
            metric,
            allowed,
            actual,
        } => {
            json!({ "kind": "limit", "metric": metric, "allowed": allowed, "actual": actual })
        }
    }
}

/// The innermost place first: `src/users.rs:58 app::users::load_profile`.
fn path(path: &CallPath) -> Vec<String> {
    let place = |frame: &Frame| {
        let function = frame.function().unwrap_or_default();
        let place = format!("{}:{} {function}", frame.file().display(), frame.line());
        place.trim_end().to_owned()
    };
    path.frames().iter().map(place).collect()
}

fn shape(shape: &Shape<'_>) -> Value {
    json!({
        "fingerprint": shape.fingerprint(),
        "kind": shape.queries()[0].kind(),
        "tables": shape.queries()[0].tables(),
        "call_path": shape.path().map(path),
        "count": shape.count(),
        "at_once": shape.at_once(),
        "connections": shape.connections(),
        "distinct_values": shape.distinct_values(),
        "repetition": shape.repetition(),
        "rows": shape.queries().iter().map(|query| query.rows()).sum::<u64>(),
    })
}

/// With the query whose rows it went through, if that was found.
fn with_parent(traffic: &Traffic, repeated: &Shape<'_>) -> Value {
    let mut document = shape(repeated);
    if let Some(parent) = traffic.parent(repeated) {
        let column = parent.column();
        document["parent"] = json!({
            "fingerprint": parent.query().fingerprint(),
            "proven": column.is_some(),
            "parameter": column.map(|(parameter, _)| parameter),
            "column": column.map(|(_, column)| column),
        });
    }
    document
}

/// The text of a query can hold values too, and so can an error's message.
fn statement(query: &Query, values: Values) -> Value {
    let shown = values == Values::Shown;
    let mut document = json!({
        "class": query.class(),
        "fingerprint": query.fingerprint(),
        "connection": query.connection(),
        "in_transaction": query.is_in_transaction(),
        "late": query.is_late(),
        "rows": query.rows(),
        "elapsed_us": query.elapsed().map(micros),
        "outcome": outcome(query.outcome(), shown),
        "parameter_count": query.parameters().len(),
    });
    if shown {
        let parameters: Vec<String> = query.parameters().iter().map(ToString::to_string).collect();
        document["sql"] = query.sql().into();
        document["parameters"] = parameters.into();
    }
    document
}

fn outcome(outcome: &Outcome, shown: bool) -> Value {
    match outcome {
        Outcome::Running => "running".into(),
        Outcome::Completed => "completed".into(),
        Outcome::Suspended => "suspended".into(),
        Outcome::Failed(error) if shown => {
            json!({ "failed": error.sqlstate(), "message": error.message() })
        }
        Outcome::Failed(error) => json!({ "failed": error.sqlstate() }),
    }
}
