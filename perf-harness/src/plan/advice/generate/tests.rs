//! Plans as data, and the indexes that are tried for them.

use serde_json::{Value, json};

use super::super::super::catalog::Catalog;
use super::super::super::tree::Plan;
use super::super::demand::demands;
use super::*;

/// A table of articles, with a status of few values, and the indexes that are there.
fn catalog(indexes: &[(&str, &[&str])]) -> Catalog {
    let column = |(name, type_name, distinct): (&str, &str, f64)| json!({"name": name, "type": type_name, "not_null": true, "distinct": distinct});
    let columns = [
        ("id", "bigint", -1.0),
        ("status", "text", 3.0),
        ("slug", "character varying(80)", -1.0),
        ("title", "text", -1.0),
        ("views", "integer", -0.5),
        ("author_id", "bigint", -0.1),
        ("is_new", "boolean", 2.0),
        ("created_at", "timestamp with time zone", -1.0),
        ("tags", "text[]", -0.5),
        ("data", "jsonb", -0.5),
        ("during", "tstzrange", -1.0),
    ];
    let index = |(name, keys): &(&str, &[&str])| {
        json!({"schema": "public", "name": name, "table_schema": "public", "table": "articles", "method": "btree",
            "keys": keys, "included": [], "predicate": null, "is_unique": false, "is_primary": false,
            "is_constraint": false, "is_valid": true, "definition": "", "parent": null, "pages": 2})
    };
    let table = json!({"schema": "public", "name": "articles", "kind": "r", "pages": 9, "rows": 300.0,
        "analyzed_pages": 9, "parent": null, "columns": columns.map(column)});
    let indexes: Vec<Value> = indexes.iter().map(index).collect();
    serde_json::from_value(json!({"tables": [table], "indexes": indexes, "foreign_keys": []}))
        .unwrap()
}

fn scan(filter: &str) -> Value {
    json!({"Node Type": "Seq Scan", "Relation Name": "articles", "Schema": "public", "Alias": "a",
        "Filter": filter, "Output": ["a.id"]})
}

fn above(kind: &str, more: &[(&str, Value)], child: &Value) -> Value {
    let mut node = json!({"Node Type": kind, "Plans": [child]});
    for (name, value) in more {
        node[*name] = value.clone();
    }
    node
}

fn sorted(filter: &str, keys: &[&str]) -> Value {
    above("Sort", &[("Sort Key", json!(keys))], &scan(filter))
}

/// What is tried, as SQL, each candidate on a line of its own.
fn tried(plan: &Value, indexes: &[(&str, &[&str])]) -> Vec<String> {
    let plan = Plan::parse(&json!([{"Plan": plan}]).to_string()).unwrap();
    let catalog = catalog(indexes);
    let table = &catalog.tables[0];
    let existing: Vec<&Index> = catalog.indexes.iter().collect();
    let all = demands(&plan, &catalog, table);
    let all = all
        .iter()
        .flat_map(|demand| candidates(demand, table, &existing));
    let sql = |candidate: Candidate| {
        let each = candidate.indexes.iter().map(|index| index.sql(None, ""));
        each.collect::<Vec<_>>()
            .join("; ")
            .replace("CREATE INDEX ON  ", "")
    };
    all.map(sql).collect()
}

fn check(plan: &Value, expected: &[&str]) {
    assert_eq!(tried(plan, &[]), expected, "{plan}");
}

#[test]
fn columns_that_are_equal_come_first_then_one_range_or_the_order() {
    check(&scan("(a.views = 7)"), &["(views)", "(views) INCLUDE (id)"]);
    check(
        &scan("((a.created_at > $1) AND (a.author_id = $2))"),
        &[
            "(author_id, created_at)",
            "(author_id)",
            "(created_at)",
            "(author_id, created_at) INCLUDE (id)",
        ],
    );
    check(
        &sorted(
            "(a.author_id = 7)",
            &["a.created_at DESC NULLS LAST", "a.id"],
        ),
        &[
            "(author_id, created_at DESC NULLS LAST, id)",
            "(author_id)",
            "(created_at DESC NULLS LAST, id)",
        ],
    );
    check(
        &scan("((a.author_id = ANY ('{1,2}'::bigint[])) AND (a.views > 3))"),
        &[
            "(author_id, views)",
            "(author_id)",
            "(views)",
            "(author_id, views) INCLUDE (id)",
        ],
    );
    // What is equal is in order already.
    check(
        &sorted("(a.views = 7)", &["a.views", "a.id"]),
        &["(views, id)", "(views)", "(id)"],
    );
    check(
        &scan("(ROW(a.created_at, a.id) < ROW($1, $2))"),
        &["(created_at, id)"],
    );
}

#[test]
fn a_condition_of_few_values_that_is_written_makes_a_predicate() {
    let partial = |filter: &str| {
        let all = tried(&sorted(filter, &["a.created_at"]), &[]);
        all.into_iter()
            .filter(|sql| sql.contains("WHERE"))
            .collect::<Vec<_>>()
    };
    let expected = ["(created_at) WHERE (status = 'draft'::text)"];
    assert_eq!(partial("(a.status = 'draft'::text)"), expected);
    assert_eq!(partial("a.is_new"), ["(created_at) WHERE is_new"]);
    assert_eq!(
        partial("(NOT a.is_new)"),
        ["(created_at) WHERE (NOT is_new)"]
    );
    assert_eq!(
        partial("(a.views IS NULL)"),
        ["(created_at) WHERE (views IS NULL)"]
    );
    assert_eq!(partial("(a.status = $1)"), [""; 0]);
    assert_eq!(partial("(a.views = 7)"), [""; 0]);
}

#[test]
fn what_no_plain_index_serves_gets_one_of_its_own() {
    let first = |filter: &str, expected: &str| {
        let all = tried(&scan(filter), &[]);
        assert_eq!(all.first().map(String::as_str), Some(expected), "{filter}");
    };
    first(
        "((a.slug)::text ~~ 'x%'::text)",
        "(slug varchar_pattern_ops)",
    );
    first("(a.title ~~ 'x%'::text)", "(title text_pattern_ops)");
    first("(a.title ~~ '%x%'::text)", "USING gin (title gin_trgm_ops)");
    first("(a.title ~~* 'x%'::text)", "USING gin (title gin_trgm_ops)");
    first("(a.data @> '{}'::jsonb)", "USING gin (data jsonb_path_ops)");
    first("(a.data ? 'x'::text)", "USING gin (data)");
    first("(a.tags && '{x}'::text[])", "USING gin (tags)");
    first("(a.during && '[1,2)'::tstzrange)", "USING gist (during)");
    first(
        "((a.data -> 'x'::text) @> '1'::jsonb)",
        "USING gin ((data -> 'x'::text))",
    );
    first("(lower(a.title) = 'x'::text)", "(lower(title))");
    first(
        "(to_tsvector('english'::regconfig, a.title) @@ '''x'''::tsquery)",
        "USING gin (to_tsvector('english'::regconfig, title))",
    );
    first(
        "((a.views = 3) AND (a.title ~~ 'x%'::text))",
        "(views, title text_pattern_ops)",
    );
}

#[test]
fn each_side_of_an_or_gets_an_index_but_not_a_second_one() {
    let either = scan("((a.views = 7) OR (lower(a.title) = 'x'::text))");
    check(&either, &["(views); (lower(title))"]);
    let there: &[(&str, &[&str])] = &[("views_idx", &["views"])];
    assert_eq!(tried(&either, there), ["(lower(title))"]);
    // One side that nothing serves: all rows are read anyway.
    check(&scan("((a.views = 7) OR (a.views <> a.id))"), &[]);
}

#[test]
fn the_column_of_a_join_is_tried_alone_and_with_the_conditions() {
    let joined = above(
        "Hash Join",
        &[("Hash Cond", json!("(a.author_id = u.id)"))],
        &scan("(a.views = 7)"),
    );
    let all = tried(&joined, &[]);
    for expected in ["(author_id)", "(author_id, views)", "(views)"] {
        assert!(all.iter().any(|sql| sql == expected), "{expected} {all:?}");
    }
}

#[test]
fn the_order_of_an_index_that_is_read_whole_is_kept() {
    let walk = json!({"Node Type": "Index Scan", "Relation Name": "articles", "Schema": "public", "Alias": "a",
        "Index Name": "articles_pkey", "Scan Direction": "Backward", "Filter": "(a.views = 7)", "Output": ["a.id"]});
    let there: &[(&str, &[&str])] = &[("articles_pkey", &["id"])];
    assert_eq!(tried(&walk, there)[0], "(views, id DESC)");
}

#[test]
fn the_smallest_and_the_largest_are_the_ends_of_an_order() {
    let largest = above(
        "Aggregate",
        &[("Output", json!(["max(a.views)"]))],
        &scan("(a.author_id = 7)"),
    );
    assert_eq!(tried(&largest, &[])[0], "(author_id, views)");
}

#[test]
fn what_is_there_or_is_not_understood_is_not_tried() {
    let there: &[(&str, &[&str])] = &[("views_idx", &["views"])];
    let all = tried(&scan("(a.views = 7)"), there);
    assert_eq!(all, ["(views) INCLUDE (id)"]);
    check(&scan("(a.views <> 7)"), &[]);
    check(&scan("((a.views"), &[]);
    check(&sorted("(a.views <> 7)", &["u.name", "a.id"]), &[]);
}

#[test]
fn no_more_than_a_dozen_are_tried() {
    let names = ["id", "views", "author_id", "created_at"];
    let ranges = names.map(|name| format!("(a.{name} > $1)"));
    let equal = ["status", "title", "slug"].map(|name| format!("(a.{name} = $2)"));
    let all = [ranges.join(" AND "), equal.join(" AND ")].join(" AND ");
    assert_eq!(
        tried(&sorted(&format!("({all})"), &["a.tags"]), &[]).len(),
        MOST
    );
}
