//! Why an index that is there is not used. Pure.

use super::super::catalog::Index;
use super::demand::Demand;
use super::expression::bare;
use super::facts::WhyUnused;
use super::term::{Key, KeyKind, Term, Use};

/// Why an index does not serve what is asked of its table. `is_walked` says that the plan reads all of it.
pub(super) fn why(index: &Index, demands: &[Demand], is_walked: bool) -> WhyUnused {
    let Some(first) = index.keys.first().filter(|_| index.is_valid) else {
        return WhyUnused::Invalid;
    };
    let terms: Vec<&Term> = demands
        .iter()
        .flat_map(|demand| &demand.terms.all)
        .collect();
    let on = |key: &str| {
        let mut own = terms.iter().filter(|term| !term.joins);
        own.find(|term| term.keys.iter().any(|asked| asked.is(key)))
    };
    if let Some(term) = on(first) {
        return of_term(index, term);
    }
    if let Some(condition) = either(demands, first) {
        return WhyUnused::Either { condition };
    }
    let mut made = terms.iter().flat_map(|term| &term.keys);
    if let Some(key) = made.find(|key| is_made_of(key, first)) {
        return of_key(key, first);
    }
    if let Some(term) = index.keys[1..].iter().find_map(|key| on(key)) {
        return WhyUnused::LeadingColumn {
            leading: bare(first).to_owned(),
            asked: term.condition.clone(),
        };
    }
    if is_walked {
        return WhyUnused::Walked;
    }
    let sorts = demands.iter().find(|demand| {
        let mut keys = demand.sort.iter();
        keys.any(|sort| index.keys.iter().any(|key| sort.key.is(key)))
    });
    match sorts {
        Some(demand) => WhyUnused::Order {
            keys: sorted_by(demand),
        },
        None => WhyUnused::Unrelated,
    }
}

fn of_term(index: &Index, term: &Term) -> WhyUnused {
    let condition = term.condition.clone();
    match &term.used {
        Use::Prefix if index.is_ordered() => WhyUnused::Collation { condition },
        Use::Pattern { operator, anchored } if index.is_ordered() && operator == "~~" => {
            if *anchored == Some(true) {
                WhyUnused::Collation { condition }
            } else {
                WhyUnused::LeadingWildcard { condition }
            }
        }
        Use::Pattern { .. } | Use::Words | Use::Holds(_) if index.is_ordered() => {
            method(index, condition)
        }
        Use::Equal | Use::Any | Use::Range
            if matches!(index.method.as_str(), "gin" | "gist" | "brin") =>
        {
            method(index, condition)
        }
        _ => match &index.predicate {
            Some(predicate) => WhyUnused::Partial {
                predicate: predicate.clone(),
            },
            None => WhyUnused::Unknown,
        },
    }
}

fn method(index: &Index, condition: String) -> WhyUnused {
    WhyUnused::Method {
        method: index.method.clone(),
        condition,
    }
}

/// The text of an `OR` one side of which the index would serve.
fn either(demands: &[Demand], first: &str) -> Option<String> {
    demands.iter().find_map(|demand| {
        let sides = demand.terms.either.iter().zip(&demand.terms.either_texts);
        let names = |term: &Term| term.keys.iter().any(|key| key.is(first));
        let mut found =
            sides.filter(|(sides, _)| sides.iter().any(|side| side.all.iter().any(names)));
        found.next().map(|(_, text)| text.clone())
    })
}

/// Something else than the column, made of it.
fn is_made_of(key: &Key, column: &str) -> bool {
    key.kind != KeyKind::Column && key.columns.iter().any(|name| name == column)
}

fn of_key(key: &Key, first: &str) -> WhyUnused {
    let (asked, first) = (bare(&key.sql).to_owned(), first.to_owned());
    match key.kind {
        KeyKind::Cast => WhyUnused::Cast { key: first, asked },
        _ => WhyUnused::Function { key: first, asked },
    }
}

fn sorted_by(demand: &Demand) -> String {
    let keys = demand.sort.iter();
    let keys: Vec<String> = keys
        .map(|sort| format!("{}{}", sort.key.sql, sort.order))
        .collect();
    keys.join(", ")
}
