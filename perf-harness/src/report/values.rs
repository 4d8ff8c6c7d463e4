//! The values that queries of one shape were asked with.

use super::Values;
use crate::record::sql::{Kind, tokens};
use crate::record::{Parameter, Shape};

/// How many values are told.
const SHOWN: usize = 3;

/// Of how many they are chosen where they came at once.
const SORTED: usize = 100;

/// `$1 = 1, 2, 3, ... 100 distinct`, for the one parameter that varies, or the first.
pub(super) fn values_line(shape: &Shape<'_>, values: Values) -> Option<String> {
    let at = varying_parameter(shape).or_else(|| has_parameters(shape).then_some(0))?;
    let mut distinct: Vec<&Parameter> = Vec::new();
    let most = if shape.at_once() > 1 { SORTED } else { SHOWN };
    for parameter in shape
        .queries()
        .iter()
        .filter_map(|query| query.parameters().get(at))
    {
        if distinct.len() <= most && !distinct.contains(&parameter) {
            distinct.push(parameter);
        }
    }
    let count = distinct_at(shape, at);
    let number = told_number(shape, at);
    if values == Values::Masked {
        return Some(format!("${number} = {count} distinct values, masked"));
    }
    let mut shown: Vec<String> = distinct.iter().map(ToString::to_string).collect();
    if shape.at_once() > 1 {
        // They have no order of their own: shorter ones first puts numbers in theirs.
        shown.sort_by_key(|value| (value.len(), value.clone()));
    }
    shown.truncate(SHOWN);
    let more = if count > SHOWN {
        format!(", ... {count} distinct")
    } else {
        String::new()
    };
    Some(format!("${number} = {}{more}", shown.join(", ")))
}

fn has_parameters(shape: &Shape<'_>) -> bool {
    shape
        .queries()
        .iter()
        .all(|query| !query.parameters().is_empty())
}

/// The index of the parameter that differs between the queries, if it is one alone.
pub(super) fn varying_parameter(shape: &Shape<'_>) -> Option<usize> {
    let most = shape
        .queries()
        .iter()
        .map(|query| query.parameters().len())
        .max()?;
    let mut varying = (0..most).filter(|at| distinct_at(shape, *at) > 1);
    let only = varying.next()?;
    varying.next().is_none().then_some(only)
}

fn distinct_at(shape: &Shape<'_>, at: usize) -> usize {
    let values: std::collections::HashSet<Option<&Parameter>> = shape
        .queries()
        .iter()
        .map(|query| query.parameters().get(at))
        .collect();
    values.len()
}

/// The number that the parameter has in the fingerprint: there they are counted as they appear.
pub(super) fn told_number(shape: &Shape<'_>, at: usize) -> usize {
    let written = format!("${}", at + 1);
    let mut seen: Vec<&str> = Vec::new();
    for token in tokens(shape.queries()[0].sql()) {
        if token.kind == Kind::Parameter && !seen.contains(&token.text) {
            seen.push(token.text);
        }
    }
    seen.iter().position(|text| *text == written).unwrap_or(at) + 1
}
