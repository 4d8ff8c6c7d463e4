//! Which indexes a database could do without, and which it lacks. Pure: facts in, facts out.

use std::collections::BTreeSet;

use super::catalog::{Catalog, ForeignKey, Index};
use super::node::Node;
use super::tree::Plan;

/// The indexes of one database, and those that queries are planned with.
pub(crate) struct Judged<'a> {
    pub(crate) indexes: &'a [Index],
    pub(crate) foreign_keys: &'a [ForeignKey],
    /// By full name.
    pub(crate) used: &'a BTreeSet<String>,
}

/// The indexes that a plan reads, by full name. That of a partition stands for that of its table.
pub(crate) fn used(plan: &Plan, catalog: &Catalog) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    visit(plan.root(), None, catalog, &mut used);
    used
}

fn visit<'p>(
    node: &'p Node,
    above: Option<&'p str>,
    catalog: &Catalog,
    used: &mut BTreeSet<String>,
) {
    // What makes a bitmap does not tell of which table: it is below the node that does.
    let schema = node.schema().or(above);
    if let Some(name) = node.index() {
        let found = catalog.indexes.iter();
        let found = found.filter(|index| {
            index.name == name && schema.is_none_or(|schema| schema == index.schema)
        });
        used.extend(found.map(|index| of_table(index, &catalog.indexes)));
    }
    for child in node.children() {
        visit(child, schema, catalog, used);
    }
}

/// The index itself, or that of the partitioned table that it is a part of.
fn of_table(index: &Index, indexes: &[Index]) -> String {
    let parent = index.parent.as_ref();
    let parent =
        parent.and_then(|parent| indexes.iter().find(|index| index.full_name() == *parent));
    parent.map_or_else(|| index.full_name(), |parent| of_table(parent, indexes))
}

impl<'a> Judged<'a> {
    /// No query is planned with it. One that enforces a constraint has another purpose, and so has the only one that serves a
    /// foreign key: the server looks rows up by it when the row that they refer to goes.
    pub(crate) fn unused(&self) -> Vec<&'a Index> {
        let unused = self.own().filter(|index| {
            let enforces = index.is_unique || index.is_constraint;
            !enforces && !self.used.contains(&index.full_name()) && !self.serves_alone(index)
        });
        unused.collect()
    }

    /// What another one does as well, each with that.
    pub(crate) fn redundant(&self) -> Vec<(&'a Index, &'a Index)> {
        let with_another = self.own().filter_map(|index| {
            let mut others = self.own().filter(|other| does_as_well(other, index));
            // The one that is not redundant itself is the one to keep.
            let by = others
                .clone()
                .find(|other| !self.own().any(|third| does_as_well(third, other)));
            Some((index, by.or_else(|| others.next())?))
        });
        with_another.collect()
    }

    /// The foreign keys by whose columns no index finds rows.
    pub(crate) fn unindexed(&self) -> Vec<&'a ForeignKey> {
        let keys = self.foreign_keys.iter();
        keys.filter(|key| !self.own().any(|index| serves(index, key)))
            .collect()
    }

    /// Those of partitions are made with their tables' and go with them.
    fn own(&self) -> impl Iterator<Item = &'a Index> + Clone {
        self.indexes.iter().filter(|index| index.parent.is_none())
    }

    fn serves_alone(&self, index: &Index) -> bool {
        self.foreign_keys.iter().any(|key| {
            let mut serving = self.own().filter(|other| serves(other, key));
            serving
                .next()
                .is_some_and(|only| only.full_name() == index.full_name())
                && serving.next().is_none()
        })
    }
}

/// A b-tree over all rows whose first columns are those of the key, in any order.
fn serves(index: &Index, key: &ForeignKey) -> bool {
    let of_table = index.table_schema == key.table_schema && index.table == key.table;
    let is_whole = index.method == "btree" && index.predicate.is_none() && index.is_valid;
    let first = index.keys.get(..key.columns.len());
    let has = |first: &[String]| {
        key.columns
            .iter()
            .all(|column| first.iter().any(|key| unquoted(key) == *column))
    };
    of_table && is_whole && first.is_some_and(has)
}

fn unquoted(key: &str) -> String {
    let inner = key.strip_prefix('"').and_then(|key| key.strip_suffix('"'));
    inner.map_or_else(|| key.to_owned(), |inner| inner.replace("\"\"", "\""))
}

/// Does one index all that another does? It begins with the same columns, in the same order and with the same operators.
fn does_as_well(one: &Index, other: &Index) -> bool {
    let same_table = one.table_schema == other.table_schema && one.table == other.table;
    let both = one.method == "btree" && other.method == "btree" && one.is_valid && other.is_valid;
    let enforces = other.is_unique || other.is_constraint;
    let is_itself = one.full_name() == other.full_name();
    if is_itself || !same_table || !both || enforces || one.predicate != other.predicate {
        return false;
    }
    let (keys, others) = (written_keys(one), written_keys(other));
    if !keys.starts_with(&others) {
        return false;
    }
    let carries = |column| one.keys.contains(column) || one.included.contains(column);
    if !other.included.iter().all(carries) {
        return false;
    }
    let is_same = keys.len() == others.len() && one.included.len() == other.included.len();
    // Of two that are the same, one is enough: the one that enforces something, or the first.
    !is_same || one.is_unique || one.is_constraint || one.name < other.name
}

/// The keys as they are written in the definition: with operator classes, collations and directions.
fn written_keys(index: &Index) -> Vec<String> {
    let list = index
        .definition
        .split_once(" USING btree (")
        .map_or("", |(_, list)| list);
    let mut keys = vec![String::new()];
    let (mut depth, mut quote) = (0_u32, None);
    for c in list.chars() {
        match (quote, c) {
            (Some(open), _) => quote = Some(open).filter(|open| *open != c),
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') if depth == 0 => break,
            (None, ')') => depth -= 1,
            (None, ',') if depth == 0 => {
                keys.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(key) = keys.last_mut() {
            key.push(c);
        }
    }
    keys.iter().map(|key| key.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(name: &str, keys: &str) -> Index {
        let rest = keys.split_once(" WHERE ");
        let (columns, predicate) = rest.map_or((keys, None), |(columns, predicate)| {
            (columns, Some(predicate))
        });
        let plain = |key: &str| key.split(' ').next().unwrap().to_owned();
        Index {
            schema: "public".to_owned(),
            name: name.to_owned(),
            table_schema: "public".to_owned(),
            table: "a".to_owned(),
            method: "btree".to_owned(),
            keys: columns.split(", ").map(plain).collect(),
            included: Vec::new(),
            predicate: predicate.map(str::to_owned),
            is_unique: false,
            is_primary: false,
            is_constraint: false,
            is_valid: true,
            definition: format!("CREATE INDEX {name} ON public.a USING btree ({columns})"),
            parent: None,
            rows: 0.0,
            pages: 2,
        }
    }

    fn unique(name: &str, keys: &str) -> Index {
        Index {
            is_unique: true,
            ..index(name, keys)
        }
    }

    fn key(columns: &[&str]) -> ForeignKey {
        ForeignKey {
            name: "fk".to_owned(),
            table_schema: "public".to_owned(),
            table: "a".to_owned(),
            columns: columns.iter().map(ToString::to_string).collect(),
            target_schema: "public".to_owned(),
            target: "b".to_owned(),
            target_columns: vec!["id".to_owned()],
        }
    }

    fn redundant(indexes: &[Index]) -> Vec<(String, String)> {
        let judged = Judged {
            indexes,
            foreign_keys: &[],
            used: &BTreeSet::new(),
        };
        let pairs = judged.redundant().into_iter();
        pairs
            .map(|(one, by)| (one.name.clone(), by.name.clone()))
            .collect()
    }

    fn check(indexes: &[Index], expected: &[(&str, &str)]) {
        let expected: Vec<_> = expected
            .iter()
            .map(|(one, by)| (one.to_string(), by.to_string()))
            .collect();
        let names: Vec<_> = indexes.iter().map(|index| &index.definition).collect();
        assert_eq!(redundant(indexes), expected, "{names:?}");
    }

    #[test]
    fn the_beginning_of_another_index_is_redundant() {
        check(&[index("x", "b"), index("y", "b, c")], &[("x", "y")]);
        check(&[index("x", "b, c"), index("y", "c, b")], &[]);
        check(&[index("x", "c"), index("y", "b, c")], &[]);
        check(
            &[index("x", "b"), index("y", "b, c"), index("z", "b, c, d")],
            &[("x", "z"), ("y", "z")],
        );
    }

    #[test]
    fn of_two_that_are_the_same_one_stays() {
        check(&[index("x", "b"), index("y", "b")], &[("y", "x")]);
        check(&[index("x", "b"), unique("y", "b")], &[("x", "y")]);
    }

    #[test]
    fn what_enforces_something_is_never_redundant() {
        check(&[unique("x", "b"), index("y", "b, c")], &[]);
        check(&[unique("x", "b"), unique("y", "b")], &[]);
    }

    #[test]
    fn another_order_operator_class_predicate_table_or_method_is_another_index() {
        check(&[index("x", "b"), index("y", "b DESC, c")], &[]);
        check(&[index("x", "b text_pattern_ops"), index("y", "b, c")], &[]);
        check(&[index("x", "b WHERE c"), index("y", "b, c")], &[]);
        check(
            &[index("x", "b WHERE c"), index("y", "b, d WHERE c")],
            &[("x", "y")],
        );
        let elsewhere = Index {
            table: "b".to_owned(),
            ..index("x", "b")
        };
        check(&[elsewhere, index("y", "b, c")], &[]);
        let hash = Index {
            method: "hash".to_owned(),
            ..index("x", "b")
        };
        check(&[hash, index("y", "b, c")], &[]);
    }

    #[test]
    fn columns_that_it_only_carries_must_be_there() {
        let carrying = Index {
            included: vec!["d".to_owned()],
            ..index("x", "b")
        };
        check(&[carrying.clone(), index("y", "b, c")], &[]);
        check(&[carrying, index("y", "b, c, d")], &[("x", "y")]);
    }

    #[test]
    fn an_expression_with_a_comma_is_one_key() {
        let (one, other) = (
            index("x", "coalesce(b, 'x,)'), c"),
            index("y", "\"odd, name\", d"),
        );
        assert_eq!(written_keys(&one), ["coalesce(b, 'x,)')", "c"]);
        assert_eq!(written_keys(&other), ["\"odd, name\"", "d"]);
    }

    fn unused(indexes: &[Index], keys: &[ForeignKey], used: &[&str]) -> Vec<String> {
        let used = used.iter().map(ToString::to_string).collect();
        let judged = Judged {
            indexes,
            foreign_keys: keys,
            used: &used,
        };
        judged
            .unused()
            .into_iter()
            .map(|index| index.name.clone())
            .collect()
    }

    #[test]
    fn unused_is_what_no_plan_reads_and_what_has_no_other_purpose() {
        let indexes = [index("x", "b"), unique("y", "c"), index("z", "d")];
        assert_eq!(unused(&indexes, &[], &["public.z"]), ["x"]);
        assert_eq!(unused(&indexes, &[key(&["b"])], &["public.z"]), [""; 0]);
        // Another one serves the key as well.
        let indexes = [index("x", "b"), index("y", "b, c")];
        assert_eq!(unused(&indexes, &[key(&["b"])], &[]), ["x", "y"]);
    }

    #[test]
    fn a_foreign_key_is_served_by_first_columns_in_any_order() {
        let check = |indexes: &[Index], columns: &[&str], expected: bool| {
            let keys = [key(columns)];
            let judged = Judged {
                indexes,
                foreign_keys: &keys,
                used: &BTreeSet::new(),
            };
            assert_eq!(judged.unindexed().is_empty(), expected, "{columns:?}");
        };
        check(&[index("x", "b, c")], &["b"], true);
        check(&[index("x", "c, b")], &["b"], false);
        check(&[index("x", "c, b, d")], &["b", "c"], true);
        check(&[index("x", "b WHERE c")], &["b"], false);
        check(&[index("x", "\"B\"")], &["B"], true);
        check(&[unique("x", "b")], &["b"], true);
        check(&[], &["b"], false);
    }

    #[test]
    fn an_index_of_a_partition_stands_for_that_of_its_table() {
        let part = Index {
            parent: Some("public.x".to_owned()),
            ..index("x_1", "b")
        };
        let catalog = Catalog {
            indexes: vec![index("x", "b"), part],
            ..Catalog::default()
        };
        let plan = r#"{"Plan": {"Node Type": "Bitmap Heap Scan", "Schema": "public",
            "Plans": [{"Node Type": "Bitmap Index Scan", "Index Name": "x_1"}]}}"#;
        let found = used(&Plan::parse(plan).unwrap(), &catalog);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["public.x"]);
        let elsewhere = plan.replace("public", "other");
        assert!(used(&Plan::parse(&elsewhere).unwrap(), &catalog).is_empty());
    }
}
