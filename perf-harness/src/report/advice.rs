//! Advice on indexes in words: why a plan is what it is, and what to do.

use super::number::grouped;
use crate::plan::{Advice, Existing, Hint, Outcome, Proposal, Side, WhyUnused};

/// More indexes are not told of.
const MOST_EXISTING: usize = 3;
/// Steps of a plan, from the table up.
const MOST_STEPS: usize = 3;

/// All of it, for the parts "because" and "next".
pub(crate) fn lines(advice: &Advice) -> Vec<String> {
    let mut lines = because(advice);
    lines.extend(next(advice));
    lines
}

/// Why the plan is what it is.
pub(crate) fn because(advice: &Advice) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(summary(advice));
    let related = advice
        .existing
        .iter()
        .filter(|existing| is_telling(existing) && !is_told(advice, existing));
    lines.extend(related.take(MOST_EXISTING).map(existing));
    lines
}

/// What to do.
pub(crate) fn next(advice: &Advice) -> Vec<String> {
    let mut lines = match &advice.outcome {
        Outcome::Proposal(proposal) => proposed(proposal),
        Outcome::NoneHelps { cost, best } => vec![none_helps(advice, *cost, *best)],
        Outcome::NothingToTry => vec![nothing_to_try(advice)],
        Outcome::Locked => vec![
            "no index was tried: the program holds the table in a transaction that is open"
                .to_owned(),
        ],
        Outcome::NotAllowed(why) => vec![format!("no index was tried: the server says: {why}")],
        Outcome::NoPlan(why) => vec![format!("no index was tried: {why}")],
    };
    lines.extend(advice.hints.iter().map(hint));
    lines
}

fn is_telling(existing: &Existing) -> bool {
    !matches!(existing.why, WhyUnused::Unrelated | WhyUnused::Unknown)
}

/// The summary says of this index that it could serve, and at what cost.
fn is_told(advice: &Advice, existing: &Existing) -> bool {
    let serving = advice.serving.as_ref();
    let is_it = serving.is_some_and(|serving| serving.index == existing.index);
    is_it && matches!(existing.why, WhyUnused::Estimate { .. })
}

fn summary(advice: &Advice) -> Option<String> {
    let table = advice.table.as_ref()?;
    if advice.only_for_all_values {
        return Some(format!(
            "the plan for these values is as wanted: the one for all values, which the server comes to take, is not ({table})"
        ));
    }
    let matched = match advice.matched {
        Some((rows, of)) if rows < of => {
            format!(": {} of its {} rows", rounded(rows), rounded(of))
        }
        Some((_, of)) => format!(": all of its {} rows", rounded(of)),
        None => String::new(),
    };
    Some(match &advice.serving {
        Some(serving) => format!(
            "`{}` could serve what is asked of {table}{matched}: at cost {} against {}",
            serving.index,
            costs(serving.cost),
            costs(serving.chosen)
        ),
        None if advice.existing.is_empty() => format!("{table} has no other index{matched}"),
        None => format!("no index that is there serves what is asked of {table}{matched}"),
    })
}

fn existing(existing: &Existing) -> String {
    format!("`{}` {}", existing.index, why(&existing.why))
}

fn why(why: &WhyUnused) -> String {
    match why {
        WhyUnused::Estimate { cost, chosen } => format!(
            "would serve, and the plan that is taken is expected to cost less: {} against {}",
            costs(*chosen),
            costs(*cost)
        ),
        WhyUnused::AllValues => {
            "serves these values, and not a plan that does not know them".to_owned()
        }
        WhyUnused::Invalid => {
            "is invalid: it was not finished, so drop it and make it again".to_owned()
        }
        WhyUnused::Partial { predicate } => {
            format!("holds only rows with {predicate}, and the statement does not say so")
        }
        WhyUnused::Function { key, asked } => {
            format!("holds {key}, and the statement asks for {asked}")
        }
        WhyUnused::Cast { key, asked } => {
            format!("holds {key}, and the statement compares it as another type: {asked}")
        }
        WhyUnused::LeadingWildcard { condition } => {
            format!(
                "is in the order of the text's beginning, which the pattern does not say: {condition}"
            )
        }
        WhyUnused::Collation { condition } => {
            format!("is in the order of a language, and a pattern needs that of bytes: {condition}")
        }
        WhyUnused::LeadingColumn { leading, asked } => {
            format!("begins with {leading}, and the statement only says {asked}")
        }
        WhyUnused::Either { condition } => {
            format!("serves one side only: {condition}")
        }
        WhyUnused::Method { method, condition } => {
            format!("is of the method {method}, which does not serve {condition}")
        }
        WhyUnused::Order { keys } => format!("is in another order than {keys}"),
        WhyUnused::Walked => "is read whole: nothing says where in it to begin".to_owned(),
        WhyUnused::Unrelated => {
            "begins with a column that the statement says nothing of".to_owned()
        }
        WhyUnused::Unknown => "does not serve".to_owned(),
    }
}

fn proposed(proposal: &Proposal) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(extension) = proposal.extension {
        lines.push(format!("CREATE EXTENSION IF NOT EXISTS {extension};"));
    }
    lines.extend(proposal.sql.iter().map(|sql| format!("{sql};")));
    lines.push(format!("before: {}", side(&proposal.before)));
    lines.push(format!("after:  {}", side(&proposal.after)));
    lines.extend(proposal.migration());
    lines
}

fn side(side: &Side) -> String {
    let from = side.steps.len().saturating_sub(MOST_STEPS);
    let above = if from > 0 { ".. > " } else { "" };
    let mut text = format!(
        "{above}{}, cost {}",
        side.steps[from..].join(" > "),
        costs(side.cost)
    );
    if let (Some(rows), Some(buffers)) = (side.rows_examined, side.buffers) {
        text = format!(
            "{text}; in the test {} row{} examined, {} block{}",
            rounded(rows),
            plural(rows),
            grouped(buffers),
            if buffers == 1 { "" } else { "s" }
        );
    }
    text
}

fn none_helps(advice: &Advice, cost: f64, best: Option<f64>) -> String {
    let tried = match advice.tried {
        1 => "one index was tried, and it does not help".to_owned(),
        many => format!("{many} indexes were tried, and none helps"),
    };
    match best {
        Some(best) if best < cost => {
            format!(
                "{tried}: with the best the cost is {} instead of {}",
                costs(best),
                costs(cost)
            )
        }
        _ => format!("{tried}: the cost stays {}", costs(cost)),
    }
}

fn nothing_to_try(advice: &Advice) -> String {
    let serves = |existing: &Existing| {
        matches!(
            existing.why,
            WhyUnused::Estimate { .. } | WhyUnused::AllValues
        )
    };
    let why = if advice.existing.iter().any(serves) {
        "what could serve is there already"
    } else {
        "the statement has no condition and no order that one could serve"
    };
    format!("no index was tried: {why}")
}

fn hint(hint: &Hint) -> String {
    match hint {
        Hint::LeadingWildcard(condition) => format!(
            "the pattern says nothing of the beginning, and the server has no pg_trgm: {condition}. Search for words (to_tsvector), or install it"
        ),
        Hint::Range(condition) => format!(
            "or ask for a range of the column itself (>= the first moment and < the next one): {condition}"
        ),
        Hint::NotImmutable(key) => format!(
            "no index can hold {key}: its value depends on the session, as a day depends on its time zone"
        ),
        Hint::Type(condition) => {
            format!("or bind a value of the column's own type, so that it is not cast: {condition}")
        }
        Hint::Offset => {
            "OFFSET reads what it leaves out: ask for the rows after the last one seen instead, \
             WHERE (sort columns) < (its values)"
                .to_owned()
        }
    }
}

fn plural(number: f64) -> &'static str {
    if (number - 1.0).abs() < 0.5 { "" } else { "s" }
}

/// Whole numbers, as people read them.
fn rounded(number: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "rows and costs are not below zero, and far from the end"
    )]
    let whole = number.max(0.0).round() as u64;
    grouped(whole)
}

/// Small costs with a digit behind the point.
fn costs(cost: f64) -> String {
    if cost < 100.0 {
        format!("{cost:.1}")
    } else {
        rounded(cost)
    }
}
