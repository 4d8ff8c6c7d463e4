//! The plans of a recording as the text that a snapshot keeps: their shapes, without costs, rows and values.

use std::collections::HashSet;

use super::sql_line::one_line;
use crate::plan::{Plan, Plans, QueryPlans};
use crate::record::{Query, Traffic};

/// Each shape of query once, in the order sent, and how it is planned below it.
pub(crate) fn plan_list(traffic: &Traffic, plans: &Plans) -> String {
    let all: Vec<&Query> = traffic.queries().collect();
    let mut seen = HashSet::new();
    let entries = plans.queries.iter().filter_map(|plans| {
        let query = one_line(&all[plans.at].fingerprint());
        let entry = format!("{query}\n{}", shapes(plans));
        seen.insert(entry.clone()).then_some(entry)
    });
    let text = entries.collect::<Vec<_>>().join("\n");
    text.trim_end().to_owned()
}

/// The plan for the values, and the one for all values where that is another one.
fn shapes(plans: &QueryPlans) -> String {
    let Some(custom) = plans.custom.as_ref().or(plans.ran.as_ref()) else {
        let why = plans.refusal().unwrap_or_default();
        return format!("  no plan: {why}\n");
    };
    let shape = custom.shape();
    let generic = plans.generic.as_ref().map(Plan::shape);
    match generic.filter(|generic| *generic != shape) {
        Some(generic) => format!(
            "{}  for all values:\n{}",
            indented(&shape),
            indented(&generic)
        ),
        None => indented(&shape),
    }
}

fn indented(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("  {line}\n")).collect();
    lines.concat()
}
