//! The plans of a recording's queries at rising sizes.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::origin::Origin;
use super::plans::question;
use crate::budget::has_plan;
use crate::database::in_background_waiting;
use crate::error::SetupError;
use crate::plan::{
    self, Answer, Catalog, Plans, QueryScaling, Question, Rows, Scale, Scaling, the_table,
};
use crate::record::sql::{Kind, tokens};
use crate::record::{Query, Traffic};

/// Asks for the plan of each shape's first query at each size.
pub(super) fn scaling(
    traffic: &Traffic,
    origin: &Origin,
    rows: &Rows,
    now: &Plans,
    scale: &Scale,
) -> Result<Scaling, SetupError> {
    let sizes = scale.steps();
    if sizes.len() < 2 {
        return Err(SetupError::Scale {
            first: *scale.sizes.start(),
            last: *scale.sizes.end(),
        });
    }
    let tables = growing(now, scale)?;
    let direct = origin.direct.clone();
    let real = in_background_waiting(async move { plan::catalog(&direct).await })?;
    let all: Vec<&Query> = traffic.queries().collect();
    let queries = first_of_each_shape(&all, now)?;
    let mut found: Vec<QueryScaling> = queries
        .iter()
        .map(|at| QueryScaling {
            at: *at,
            costs: Vec::new(),
            plans: Vec::new(),
            is_offset: offset(all[*at].sql()).is_some(),
        })
        .collect();
    for size in &sizes {
        let rows = with_rows(rows, &tables, *size);
        let questions: Vec<Question> = queries
            .iter()
            .map(|at| deepened(question(all[*at]), &real, &tables, *size))
            .collect();
        let (direct, asked) = (origin.direct.clone(), rows.clone());
        let work = async move { plan::plans(&direct, &questions, &asked).await };
        let (catalog, answers) = in_background_waiting(work)?;
        let plans = Plans {
            catalog,
            rows,
            ..now.clone()
        };
        for (query, answer) in found.iter_mut().zip(answers) {
            match answer {
                Answer::Plans { custom, .. } => {
                    query.costs.push(custom.root().estimate().total_cost);
                    query.plans.push(plan::outline(&plans, &custom));
                }
                Answer::Refused(refusal) => {
                    return Err(SetupError::Unexplained {
                        query: all[query.at].fingerprint(),
                        cause: refusal.to_string(),
                        ran_only: false,
                    });
                }
            }
        }
    }
    Ok(Scaling {
        sizes,
        tables,
        queries: found,
    })
}

/// The tables that grow: those that are named, or all that are read.
fn growing(now: &Plans, scale: &Scale) -> Result<Vec<String>, SetupError> {
    if !scale.tables.is_empty() {
        let named = scale.tables.iter();
        let named = named.map(|name| the_table(&now.catalog, name).map(plan::Table::full_name));
        return named.collect();
    }
    let mut read = BTreeSet::new();
    for query in &now.queries {
        for (_, plan) in query.judged(&now.rows) {
            let reaches = now.reaches(plan).into_iter();
            read.extend(reaches.map(|reach| now.catalog.root_of(reach.table).full_name()));
        }
    }
    if read.is_empty() {
        return Err(SetupError::NothingGrows);
    }
    Ok(read.into_iter().collect())
}

/// Queries of one shape grow alike.
fn first_of_each_shape(all: &[&Query], now: &Plans) -> Result<Vec<usize>, SetupError> {
    let mut seen = BTreeSet::new();
    let mut queries = Vec::new();
    for plans in &now.queries {
        let query = all[plans.at];
        if has_plan(query, plans, false)? && seen.insert(query.fingerprint()) {
            queries.push(plans.at);
        }
    }
    Ok(queries)
}

/// The rows that the test tells, and these tables with so many.
fn with_rows(rows: &Rows, tables: &[String], size: u64) -> Rows {
    let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
    let is_grown = |name: &str| {
        tables
            .iter()
            .any(|table| table == name || last(table) == name)
    };
    rows.with(is_grown, tables.iter().map(|table| (table.clone(), size)))
}

/// The same question for a page that is as deep, in proportion, as it was: half-way through, where it was the first.
fn deepened(mut question: Question, real: &Catalog, tables: &[String], size: u64) -> Question {
    let sql = Arc::clone(&question.sql);
    let Some(written) = offset(&sql) else {
        return question;
    };
    let has: f64 = tables
        .iter()
        .filter_map(|name| the_table(real, name).ok())
        .map(|table| real.rows_of(table))
        .fold(0.0, f64::max);
    let before = match written.text.strip_prefix('$').map(str::parse::<usize>) {
        Some(Ok(number)) => question
            .values
            .get(number.wrapping_sub(1))
            .and_then(plan::Value::whole_number),
        _ => written.text.parse().ok(),
    };
    #[expect(clippy::cast_precision_loss, reason = "a share")]
    let share = match before {
        Some(before) if before > 0 && has >= 1.0 => (before as f64 / has).min(1.0),
        _ => 0.5,
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "so many rows of those"
    )]
    let depth = (share * size as f64) as u64;
    if let Some(Ok(number)) = written.text.strip_prefix('$').map(str::parse::<usize>) {
        if let Some(value) = question.values.get_mut(number.wrapping_sub(1)) {
            *value = value.replaced(&depth.to_string());
        }
    } else {
        let (start, end) = (written.start, written.start + written.text.len());
        question.sql = Arc::from(format!("{}{depth}{}", &sql[..start], &sql[end..]));
    }
    question
}

/// A number or a parameter in a text.
struct Written<'t> {
    text: &'t str,
    start: usize,
}

/// What stands behind the last `OFFSET`.
fn offset(sql: &str) -> Option<Written<'_>> {
    let all: Vec<_> = tokens(sql).collect();
    let at = all.iter().rposition(|token| token.is("OFFSET"))?;
    let token = all.get(at + 1)?;
    let is_value = matches!(token.kind, Kind::Parameter | Kind::Number);
    is_value.then(|| Written {
        text: token.text,
        // It is a part of this text.
        start: token.text.as_ptr() as usize - sql.as_ptr() as usize,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_found_where_it_is_written() {
        let check = |sql: &str, expected: Option<&str>| {
            let found = offset(sql);
            assert_eq!(found.as_ref().map(|found| found.text), expected, "{sql}");
            if let Some(found) = found {
                assert!(sql[found.start..].starts_with(found.text));
            }
        };
        check("SELECT 1 LIMIT 2 OFFSET 40", Some("40"));
        check("SELECT 1 OFFSET $2 LIMIT $1", Some("$2"));
        check("SELECT 'OFFSET 3' LIMIT 2", None);
        check("SELECT \"offset\" FROM a", None);
        check("SELECT 1 OFFSET (1 + 2)", None);
    }
}
