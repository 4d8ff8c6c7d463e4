//! Each way to reach a table, by plans as EXPLAIN writes them.

use super::*;

const CATALOG: &str = r#"{"tables": [
    {"schema": "public", "name": "a", "kind": "r", "pages": 100, "rows": 10000, "analyzed_pages": 100, "parent": null,
     "columns": [{"name": "b", "type": "bigint", "not_null": true, "distinct": 100}]},
    {"schema": "public", "name": "tags", "kind": "r", "pages": 1, "rows": 20, "analyzed_pages": 1, "parent": null, "columns": []}],
  "indexes": [
    {"schema": "public", "name": "a_b_c", "table_schema": "public", "table": "a", "method": "btree", "keys": ["b", "c"], "included": [],
     "predicate": null, "is_unique": false, "is_primary": false, "is_constraint": false, "is_valid": true, "definition": "", "parent": null, "pages": 9},
    {"schema": "public", "name": "a_open", "table_schema": "public", "table": "a", "method": "btree", "keys": ["id"], "included": [],
     "predicate": "open", "is_unique": false, "is_primary": false, "is_constraint": false, "is_valid": true, "definition": "", "parent": null, "pages": 9},
    {"schema": "public", "name": "a_words", "table_schema": "public", "table": "a", "method": "gin", "keys": ["x", "words"], "included": [],
     "predicate": null, "is_unique": false, "is_primary": false, "is_constraint": false, "is_valid": true, "definition": "", "parent": null, "pages": 9}],
  "foreign_keys": []}"#;

fn check(plan: &str, expected: &[Access]) {
    check_scaled(plan, false, expected);
}

fn check_scaled(plan: &str, is_scaled: bool, expected: &[Access]) {
    let catalog: Catalog = serde_json::from_str(CATALOG).unwrap();
    let parsed = Plan::parse(&format!("{{\"Plan\": {plan}}}")).unwrap();
    let found = reaches(&parsed, &catalog, &|_| is_scaled);
    let found: Vec<Access> = found.iter().map(|reach| reach.access).collect();
    assert_eq!(found, expected, "{plan}");
}

fn index_scan(index: &str, more: &str) -> String {
    format!(
        r#"{{"Node Type": "Index Scan", "Relation Name": "a", "Alias": "a", "Index Name": "{index}",
            "Startup Cost": 0, "Total Cost": 1000, "Plan Rows": 10000 {more}}}"#
    )
}

fn limit(rows: u32, cost: f64, child: &str) -> String {
    format!(
        r#"{{"Node Type": "Limit", "Startup Cost": 0, "Total Cost": {cost}, "Plan Rows": {rows}, "Plans": [{child}]}}"#
    )
}

#[test]
fn a_seek_has_a_condition_on_the_leading_column() {
    let seek = |condition: &str| index_scan("a_b_c", &format!(r#", "Index Cond": "{condition}""#));
    check(&seek("(a.b = 1)"), &[Access::Seek]);
    check(&seek("((a.c = 2) AND (a.b > 1))"), &[Access::Seek]);
    check(&seek("(a.c = 1)"), &[Access::IndexWalk]);
    check(&index_scan("a_b_c", ""), &[Access::IndexWalk]);
    check(
        &index_scan("a_b_c", r#", "Filter": "(a.b = 1)""#),
        &[Access::IndexWalk],
    );
}

#[test]
fn what_a_partial_or_an_inverted_index_holds_is_found_by_any_condition() {
    check(&index_scan("a_open", ""), &[Access::Seek]);
    check(
        &index_scan("a_words", r#", "Index Cond": "(a.words @@ 'x')""#),
        &[Access::Seek],
    );
}

#[test]
fn a_bitmap_seeks_where_its_parts_do() {
    let part = |index: &str, condition: &str| {
        format!(r#"{{"Node Type": "Bitmap Index Scan", "Index Name": "{index}" {condition}}}"#)
    };
    let bitmap = |below: &str| {
        format!(
            r#"{{"Node Type": "Bitmap Heap Scan", "Relation Name": "a", "Alias": "a", "Plans": [{below}]}}"#
        )
    };
    let seeks = part("a_b_c", r#", "Index Cond": "(b = 1)""#);
    let walks = part("a_b_c", "");
    let both = |kind: &str| format!(r#"{{"Node Type": "{kind}", "Plans": [{seeks}, {walks}]}}"#);
    check(&bitmap(&seeks), &[Access::Seek]);
    check(&bitmap(&walks), &[Access::IndexWalk]);
    check(&bitmap(&both("BitmapAnd")), &[Access::Seek]);
    check(&bitmap(&both("BitmapOr")), &[Access::IndexWalk]);
}

#[test]
fn a_limit_bounds_what_it_ends_early() {
    let walk = index_scan("a_b_c", "");
    check(&limit(20, 2.0, &walk), &[Access::Bounded]);
    check(&limit(5_000, 500.0, &walk), &[Access::IndexWalk]);
    // The limit is never reached.
    check(&limit(20_000, 1000.0, &walk), &[Access::IndexWalk]);
    let sorted = format!(
        r#"{{"Node Type": "Sort", "Startup Cost": 990, "Total Cost": 1000, "Plan Rows": 10000, "Plans": [{walk}]}}"#
    );
    check(&limit(20, 990.1, &sorted), &[Access::IndexWalk]);
}

#[test]
fn a_table_of_two_blocks_is_tiny_unless_it_is_taken_for_larger() {
    let scan = r#"{"Node Type": "Seq Scan", "Relation Name": "tags", "Alias": "tags"}"#;
    check(scan, &[Access::Tiny]);
    check_scaled(scan, true, &[Access::SequentialScan]);
    let large = r#"{"Node Type": "Seq Scan", "Relation Name": "a", "Alias": "a"}"#;
    check(large, &[Access::SequentialScan]);
}

#[test]
fn seeks_for_each_row_of_a_large_table_come_to_read_all_of_it() {
    let join = |outer: u32, inner: u32, filter: &str| {
        format!(
            r#"{{"Node Type": "Nested Loop", "Startup Cost": 0, "Total Cost": 1000, "Plan Rows": 10000, "Plans": [
                {{"Node Type": "Function Scan", "Parent Relationship": "Outer", "Plan Rows": {outer}}},
                {{"Node Type": "Index Scan", "Parent Relationship": "Inner", "Relation Name": "a", "Alias": "a",
                  "Index Name": "a_b_c", "Index Cond": "(a.b = f.f)", "Plan Rows": {inner} {filter}}}]}}"#
        )
    };
    check(&join(10, 100, ""), &[Access::Seek]);
    check(&join(300, 20, ""), &[Access::Pieces]);
    // What is thrown away is read, too: of 100 values each has 100 rows.
    let filter = r#", "Filter": "(a.words @@ 'x')""#;
    check(&join(100, 1, filter), &[Access::Pieces]);
    check(&join(30, 1, filter), &[Access::Seek]);
    // A limit ends it.
    check(&limit(20, 2.0, &join(100, 100, "")), &[Access::Seek]);
}

#[test]
fn each_part_of_a_join_is_judged_for_itself() {
    let inner = index_scan("a_b_c", r#", "Parent Relationship": "Inner""#);
    let outer = index_scan("a_b_c", r#", "Parent Relationship": "Outer""#);
    let join = format!(
        r#"{{"Node Type": "Nested Loop", "Startup Cost": 0, "Total Cost": 1000, "Plan Rows": 10000, "Plans": [{outer}, {inner}]}}"#
    );
    check(
        &limit(20, 2.0, &join),
        &[Access::Bounded, Access::IndexWalk],
    );
    let written =
        format!(r#"{{"Node Type": "ModifyTable", "Relation Name": "a", "Plans": [{outer}]}}"#);
    check(&written, &[Access::IndexWalk]);
}
