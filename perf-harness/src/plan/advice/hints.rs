//! What about a statement keeps indexes from serving it. Pure.

use super::super::catalog::Table;
use super::super::kind::NodeKind;
use super::super::tree::Plan;
use super::demand::Demand;
use super::facts::Hint;
use super::term::{Key, KeyKind, Named, Term, Use};

/// Of the conditions on a table.
pub(super) fn of(demands: &[Demand], table: &Table, has_trigrams: bool) -> Vec<Hint> {
    let named = Named { alias: "", table };
    let mut seen: Vec<&Key> = Vec::new();
    let mut hints = Vec::new();
    for term in demands.iter().flat_map(|demand| &demand.terms.all) {
        // The plan for all values says the same again.
        if !seen.contains(&term.key()) {
            seen.push(term.key());
            hints.extend(of_term(term, named, has_trigrams));
        }
    }
    hints
}

fn of_term(term: &Term, named: Named<'_>, has_trigrams: bool) -> Option<Hint> {
    let condition = term.condition.clone();
    if matches!(term.used, Use::Pattern { .. }) && !has_trigrams {
        return Some(Hint::LeadingWildcard(condition));
    }
    let key = term.key();
    if is_of_time(key, named) {
        return Some(Hint::Range(condition));
    }
    (key.kind == KeyKind::Cast).then_some(Hint::Type(condition))
}

/// A day, a month or a year of a point in time.
fn is_of_time(key: &Key, named: Named<'_>) -> bool {
    let mut columns = key.columns.iter();
    let is_time = columns.any(|column| {
        named
            .type_of(column)
            .is_some_and(|name| name.starts_with("timestamp"))
    });
    let text = key.sql.to_lowercase();
    let cuts = ["::date", "date_trunc(", "extract(", "date_part("];
    is_time && key.kind != KeyKind::Column && cuts.iter().any(|cut| text.contains(cut))
}

/// Most of what is read is thrown away, before the first row that is wanted.
pub(super) fn offset(plan: &Plan, sql: &str) -> Option<Hint> {
    const MOST_OF_IT: f64 = 5.0;
    let mut words = crate::plan::token::tokens(sql).into_iter();
    if !words.any(|token| token.is_word("OFFSET")) {
        return None;
    }
    let limit = plan.nodes().find(|node| *node.kind() == NodeKind::Limit)?;
    let child = limit.children().first()?;
    let thrown = limit.estimate().startup_cost - child.estimate().startup_cost;
    let taken = limit.estimate().total_cost - limit.estimate().startup_cost;
    (thrown > taken * MOST_OF_IT).then_some(Hint::Offset)
}
