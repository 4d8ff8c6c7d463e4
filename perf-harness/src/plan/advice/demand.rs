//! What a plan asks of one table: by which conditions its rows are chosen, and in which order they are wanted. Pure.

use super::super::catalog::{Catalog, Index, Table};
use super::super::kind::NodeKind;
use super::super::node::Node;
use super::super::tree::Plan;
use super::expression::{Expression, Form};
use super::term::{Key, Named, Terms, key};

/// A column that rows are sorted by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct SortKey {
    pub(super) key: Key,
    /// As `CREATE INDEX` takes it: nothing, ` DESC`, ` NULLS FIRST`, ..
    pub(super) order: String,
}

/// What the steps of a plan that read one table, under one name, ask of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Demand {
    pub(super) terms: Terms,
    pub(super) sort: Vec<SortKey>,
    /// The columns that are read at all, as far as that is known.
    pub(super) columns: Vec<String>,
}

const OWN_CONDITIONS: [&str; 3] = ["Filter", "Index Cond", "Recheck Cond"];
const JOIN_CONDITIONS: [&str; 3] = ["Hash Cond", "Merge Cond", "Join Filter"];

/// What a plan asks of a table, for each name that it reads the table by.
pub(super) fn demands(plan: &Plan, catalog: &Catalog, table: &Table) -> Vec<Demand> {
    let mut aliases: Vec<&str> = Vec::new();
    for scan in scans(plan, table) {
        let alias = scan.alias().unwrap_or(&table.name);
        if !aliases.contains(&alias) {
            aliases.push(alias);
        }
    }
    let of = |alias| demand(plan, catalog, Named { alias, table });
    aliases.into_iter().map(of).collect()
}

/// The steps that read a table's rows.
pub(super) fn scans<'p>(plan: &'p Plan, table: &'p Table) -> impl Iterator<Item = &'p Node> {
    plan.nodes().filter(|node| {
        node.relation() == Some(&table.name)
            && node.schema().is_none_or(|schema| schema == table.schema)
            && *node.kind() != NodeKind::ModifyTable
    })
}

fn demand(plan: &Plan, catalog: &Catalog, of: Named<'_>) -> Demand {
    let mut demand = Demand::default();
    for node in plan.nodes() {
        let is_scan = node.relation() == Some(&of.table.name) && node.alias() == Some(of.alias);
        if is_scan {
            let below = node.walk().filter(|below| {
                std::ptr::eq(*below, node) || below.relation().is_none() && below.index().is_some()
            });
            for part in below {
                let conditions = OWN_CONDITIONS.iter().filter_map(|name| part.text(name));
                conditions.for_each(|text| demand.terms.extend(Terms::read(text, of)));
            }
        }
        let conditions = JOIN_CONDITIONS.iter().filter_map(|name| node.text(name));
        for text in conditions.filter(|text| names(text, of)) {
            let mut terms = Terms::read(text, of);
            terms.all.retain(|term| term.joins);
            terms.other.clear();
            demand.terms.extend(terms);
        }
        if demand.sort.is_empty() {
            demand.sort = order(node, of)
                .or_else(|| walked(node, catalog, of))
                .unwrap_or_default();
        }
    }
    demand.columns = columns(plan, of);
    demand
}

fn names(text: &str, of: Named<'_>) -> bool {
    let read = Expression::read(text, of.alias);
    read.is_some_and(|read| read.columns().iter().any(|(table, _)| *table == of.alias))
}

/// What a step sorts by, if that is all of this table; or of which it takes the smallest or the largest.
fn order(node: &Node, of: Named<'_>) -> Option<Vec<SortKey>> {
    match node.kind() {
        NodeKind::Sort | NodeKind::IncrementalSort => {
            let keys = node.texts("Sort Key").into_iter();
            keys.map(|text| sort_key(text, of))
                .collect::<Option<Vec<_>>>()
        }
        NodeKind::Aggregate if node.texts("Group Key").is_empty() => {
            let [output] = node.texts("Output")[..] else {
                return None;
            };
            let Form::Call(function, arguments) = Expression::read(output, of.alias)?.form else {
                return None;
            };
            let [argument] = &arguments[..] else {
                return None;
            };
            let is_end = matches!(function.as_str(), "min" | "max");
            let key = key(argument, of).filter(|_| is_end)?;
            Some(vec![SortKey {
                key,
                order: String::new(),
            }])
        }
        _ => None,
    }
}

/// `a.created_at DESC NULLS LAST`. `None` where it is of another table, or of a collation of its own.
fn sort_key(text: &str, of: Named<'_>) -> Option<SortKey> {
    let (text, nulls) = match text.strip_suffix(" NULLS FIRST") {
        Some(rest) => (rest, " NULLS FIRST"),
        None => match text.strip_suffix(" NULLS LAST") {
            Some(rest) => (rest, " NULLS LAST"),
            None => (text, ""),
        },
    };
    let (text, direction) = match text.strip_suffix(" DESC") {
        Some(rest) => (rest, " DESC"),
        None => (text, ""),
    };
    let expression = Expression::read(text, of.alias)?;
    if matches!(expression.form, Form::Other(_)) {
        return None;
    }
    Some(SortKey {
        key: key(&expression, of)?,
        order: format!("{direction}{nulls}"),
    })
}

/// A whole index is read for its order alone: that is what rows are wanted in.
fn walked(node: &Node, catalog: &Catalog, of: Named<'_>) -> Option<Vec<SortKey>> {
    let is_walk = matches!(node.kind(), NodeKind::IndexScan | NodeKind::IndexOnlyScan)
        && node.relation() == Some(&of.table.name)
        && node.alias() == Some(of.alias)
        && node.index_condition().is_none();
    let name = node.index().filter(|_| is_walk)?;
    let is_it = |index: &&Index| index.name == name && index.is_ordered();
    let index = catalog.indexes_of(of.table).find(is_it)?;
    let is_backward = node.text("Scan Direction") == Some("Backward");
    // How the index itself is directed is not known here: only plain ones are taken.
    if index.definition.contains(" DESC") || index.definition.contains(" NULLS ") {
        return None;
    }
    let keys = index.keys.iter().map(|written| {
        let expression = Expression::read(&format!("({written})"), "")?;
        Some(SortKey {
            key: key(
                &expression,
                Named {
                    alias: "",
                    table: of.table,
                },
            )?,
            order: if is_backward { " DESC" } else { "" }.to_owned(),
        })
    });
    keys.collect()
}

/// The columns that the result and the steps above the scan name. A scan itself may give all, wanted or not.
fn columns(plan: &Plan, of: Named<'_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let root = plan.root();
    let mut texts: Vec<&str> = root.texts("Output");
    for node in plan.nodes() {
        let one = OWN_CONDITIONS.iter().chain(&JOIN_CONDITIONS);
        texts.extend(one.filter_map(|name| node.text(name)));
        for name in ["Sort Key", "Group Key"] {
            texts.extend(node.texts(name));
        }
    }
    for text in texts {
        let text = text
            .trim_end_matches(" NULLS FIRST")
            .trim_end_matches(" NULLS LAST");
        let Some(read) = Expression::read(text.trim_end_matches(" DESC"), of.alias) else {
            continue;
        };
        for (table, name) in read.columns() {
            if table == of.alias && !found.iter().any(|known| known == name) {
                found.push(name.to_owned());
            }
        }
    }
    found
}
