//! What to do about a violation: one edit, and how to allow it instead.

use super::Subject;
use super::known::renewal;
use super::sql_line::unquoted;
use super::values::varying_parameter;
use crate::budget::{Allowed, Assertion, Finding, Form};
use crate::record::sql::{Kind, Token, tokens};
use crate::record::{Repetition, Shape};

/// The edit, the way to allow it, and where to read more.
pub(super) fn advice(
    subject: &Subject<'_>,
    finding: &Finding,
    allowed: Allowed,
    actual: usize,
) -> Vec<String> {
    let shapes = finding.traffic.shapes();
    let over = allowed.max.is_some_and(|max| actual > max);
    let biggest = shapes.iter().find(|shape| over && shape.count() > 1);
    let mut lines: Vec<String> = biggest.map(edit_of).into_iter().collect();
    let or = if lines.is_empty() {
        "allow it"
    } else {
        "or allow it"
    };
    lines.extend(loosened(finding, actual).map(|allow| format!("{or}: {allow}")));
    lines.extend(renewal(subject, finding));
    lines.extend(further(subject));
    lines
}

/// How to let it stay: by the function that sent it, or a table that it names.
pub(super) fn excuse(form: &Form, shape: &Shape<'_>) -> Option<String> {
    let Form::OfRecording(recording) = form else {
        return None;
    };
    let function = shape.path().and_then(|path| path.site().function());
    let tables = shape.queries()[0].tables();
    let part = function.or(tables.first().map(String::as_str))?;
    Some(format!(
        "or say why it may stay: {recording}.excuse(\"{part}\", \"because ..\")"
    ))
}

/// Where to read more.
pub(super) fn further(subject: &Subject<'_>) -> Vec<String> {
    let artefact = subject.artefact;
    let kept = subject.kept;
    let lines = [
        artefact.map(|path| format!("everything recorded: {path}")),
        kept.map(|url| format!("its database, kept: psql '{url}'")),
    ];
    lines.into_iter().flatten().collect()
}

fn loosened(finding: &Finding, actual: usize) -> Option<String> {
    let Assertion::Queries(budget) = &finding.assertion else {
        return None;
    };
    Some(budget.loosened(&finding.form, actual))
}

/// The edit that would make one query of these.
pub(super) fn edit_of(shape: &Shape<'_>) -> String {
    if shape.repetition() == Repetition::SameValues {
        return "ask once and keep the answer: it is the same each time".to_owned();
    }
    match looked_up_column(shape) {
        Some(column) => format!(
            "load them at once: WHERE {column} = ANY($1)  (sea-orm: load_one, find_also_related)"
        ),
        None => {
            "send it once for all values: a join, = ANY($1), or one INSERT of many rows".to_owned()
        }
    }
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
