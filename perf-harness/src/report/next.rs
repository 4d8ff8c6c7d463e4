//! What to do about a violation: one edit, and how to allow it instead.

use super::Subject;
use super::sql_line::unquoted;
use super::values::varying_parameter;
use crate::budget::{Finding, Violation};
use crate::record::sql::{Kind, Token, tokens};
use crate::record::{Repetition, Shape};

/// The edit, the way to allow it, and where to read more.
pub(super) fn advice(
    subject: &Subject<'_>,
    finding: &Finding,
    violation: Violation,
) -> Vec<String> {
    let shapes = finding.traffic.shapes();
    let over = violation
        .allowed
        .max
        .is_some_and(|max| violation.actual > max);
    let edit = if over { edit(&shapes) } else { None };
    let allow = finding.budget.loosened(&finding.form, violation.actual);
    let or = if edit.is_some() {
        "or allow it"
    } else {
        "allow it"
    };
    let mut lines: Vec<String> = edit.into_iter().collect();
    lines.push(format!("{or}: {allow}"));
    lines.extend(
        subject
            .artefact
            .map(|path| format!("everything recorded: {path}")),
    );
    lines.extend(
        subject
            .kept
            .map(|url| format!("its database, kept: psql '{url}'")),
    );
    lines
}

/// The edit that would remove most queries.
fn edit(shapes: &[Shape<'_>]) -> Option<String> {
    let biggest = shapes.iter().find(|shape| shape.count() > 1)?;
    Some(match biggest.repetition() {
        Repetition::SameValues => {
            "ask once and keep the answer: it is the same each time".to_owned()
        }
        _ => match looked_up_column(biggest) {
            Some(column) => {
                format!(
                    "load them at once: WHERE {column} = ANY($1)  (sea-orm: load_one, find_also_related)"
                )
            }
            None => "send it once for all values: a join, = ANY($1), or one INSERT of many rows"
                .to_owned(),
        },
    })
}

/// The column that each of the queries looked another value up in: `column = $n` of a `SELECT`.
fn looked_up_column(shape: &Shape<'_>) -> Option<String> {
    let sql = shape.queries()[0].sql();
    let all: Vec<Token<'_>> = tokens(sql).collect();
    if !all.first()?.is("SELECT") {
        return None;
    }
    let parameter = format!("${}", varying_parameter(shape)? + 1);
    let at = all
        .iter()
        .position(|token| token.kind == Kind::Parameter && token.text == parameter)?;
    let compared = at >= 2 && all[at - 1].is_symbol("=");
    let column = all.get(at.checked_sub(2)?)?;
    (compared && column.name().is_some()).then(|| unquoted(column.text))
}
