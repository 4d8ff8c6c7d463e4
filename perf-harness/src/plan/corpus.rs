//! Plans of servers from 14 to 18, as they gave them: `corpus/schema.sql` and `corpus/statements.sql`, captured by
//! `tests/plan_corpus.rs`, which tells how to do it again.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::*;

const CAPTURED: [(u32, &str); 5] = [
    (14, include_str!("corpus/14.json")),
    (15, include_str!("corpus/15.json")),
    (16, include_str!("corpus/16.json")),
    (17, include_str!("corpus/17.json")),
    (18, include_str!("corpus/18.json")),
];
const STATEMENTS: &str = include_str!("corpus/statements.sql");
const SCHEMA: &str = include_str!("corpus/schema.sql");

type Captured = BTreeMap<String, Plan>;

/// All of them, read once.
static PLANS: LazyLock<Vec<(u32, Captured)>> = LazyLock::new(|| {
    CAPTURED
        .iter()
        .map(|(major, json)| (*major, read(json)))
        .collect()
});

fn read(json: &str) -> Captured {
    let plans: BTreeMap<String, serde_json::Value> = serde_json::from_str(json).unwrap();
    let parsed = plans.into_iter().map(|(name, plan)| {
        let plan = Plan::parse(&plan.to_string()).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, plan)
    });
    parsed.collect()
}

fn all() -> impl Iterator<Item = (u32, &'static Captured)> {
    PLANS.iter().map(|(major, plans)| (*major, plans))
}

fn captured(major: u32) -> &'static Captured {
    let (_, plans) = all().find(|(of, _)| *of == major).unwrap();
    plans
}

/// The names in the order of the statements.
fn names() -> impl Iterator<Item = &'static str> {
    STATEMENTS
        .lines()
        .filter_map(|line| line.strip_prefix("-- name: "))
}

#[test]
fn every_statement_is_captured_and_every_node_is_known() {
    for (major, plans) in all() {
        for name in names().filter(|name| major > 14 || *name != "merge") {
            let plan = plans
                .get(name)
                .unwrap_or_else(|| panic!("{major} has no {name}"));
            for node in plan.nodes() {
                assert!(
                    !matches!(node.kind(), NodeKind::Other(_)),
                    "{major} {name}: {node:?}"
                );
                assert!(
                    node.estimate().total_cost >= node.estimate().startup_cost,
                    "{major} {name}"
                );
            }
        }
    }
}

#[test]
fn the_corpus_has_every_kind_of_node_that_a_program_can_ask_for() {
    let plans: Vec<&Plan> = all().flat_map(|(_, plans)| plans.values()).collect();
    let has = |kind: &NodeKind| {
        plans
            .iter()
            .any(|plan| plan.nodes().any(|node| node.kind() == kind))
    };
    let missing: Vec<&str> = kind::NAMES
        .iter()
        .filter(|(_, kind)| !has(kind))
        .map(|(name, _)| *name)
        .collect();
    // A trigger's table of changed rows, and what an extension brings.
    assert_eq!(missing, ["Named Tuplestore Scan", "Custom Scan"]);
}

#[test]
fn every_table_and_index_of_a_plan_is_one_of_the_schema() {
    let mut indexes = 0;
    for (major, plans) in all() {
        for (name, node) in plans
            .iter()
            .flat_map(|(name, plan)| plan.nodes().map(move |node| (name, node)))
        {
            if let Some(relation) = node.relation() {
                assert!(SCHEMA.contains(relation), "{major} {name}: {relation}");
                assert!(
                    matches!(node.schema(), Some("public" | "Other Place")),
                    "{major} {name}"
                );
            }
            if let Some(index) = node.index() {
                let made_by_the_server =
                    index.ends_with("_pkey") || index.ends_with("_key") || index.ends_with("_idx");
                assert!(
                    made_by_the_server || SCHEMA.contains(index),
                    "{major} {name}: {index}"
                );
                indexes += 1;
            }
            let reads = matches!(
                node.kind(),
                NodeKind::SeqScan
                    | NodeKind::IndexScan
                    | NodeKind::IndexOnlyScan
                    | NodeKind::BitmapHeapScan
            );
            assert!(!reads || node.relation().is_some(), "{major} {name}");
            let by_index = matches!(
                node.kind(),
                NodeKind::IndexScan | NodeKind::IndexOnlyScan | NodeKind::BitmapIndexScan
            );
            assert_eq!(by_index, node.index().is_some(), "{major} {name}");
        }
    }
    assert!(indexes > 200, "only {indexes}");
}

#[test]
fn rows_examined_are_those_given_and_those_thrown_away_of_all_processes() {
    let check = |name: &str, expected: f64, off: f64| {
        for (major, plans) in all() {
            let found = plans[name]
                .rows_examined()
                .unwrap_or_else(|| panic!("{major} {name} did not run"));
            assert!((found - expected).abs() <= off, "{major} {name}: {found}");
        }
    };
    check("seq_scan", 1_000.0, 0.0);
    check("index_scan", 1.0, 0.0);
    check("index_only_scan", 142.0, 0.0);
    check("bitmap_or", 210.0, 0.0);
    check("append", 6.0, 0.0);
    // All of a table, by however many processes. Up to version 17 the server rounds what one of them does.
    check("gather", 20_000.0, 3.0);
    check("parallel_hash_join", 30_000.0, 3.0);
    // Lossy blocks: what else they hold is thrown away.
    check("bitmap_lossy", 5_460.0, 0.0);
    // 2,999 rows, and for each of 1,000 authors one.
    check("memoize", 3_999.0, 0.0);
}

/// Up to version 17 the rows of one loop are whole numbers.
#[test]
fn from_version_18_on_a_part_of_a_row_counts() {
    let examined = |major: u32| captured(major)["lateral"].rows_examined().unwrap();
    assert!(
        (examined(18) - 10.0 - 155.0 - 155.0 * 1.13).abs() < 0.5,
        "{}",
        examined(18)
    );
    assert!((examined(17) - examined(18)).abs() > 1.0);
}

#[test]
fn what_went_to_disk_is_told_with_its_size() {
    for (major, plans) in all() {
        let spills = |name: &str| {
            plans[name]
                .spills()
                .map(|(_, spill)| spill)
                .collect::<Vec<_>>()
        };
        for (name, what) in [
            ("sort_spills", Spilled::Sort),
            ("gather_spills", Spilled::Sort),
            ("incremental_sort_spills", Spilled::Sort),
            ("hash_join_spills", Spilled::Hash),
            ("aggregate_spills", Spilled::Groups),
            ("cte_spills", Spilled::Rows),
        ] {
            let found = spills(name);
            let [spill] = &found[..] else {
                panic!("{major} {name}: {found:?}");
            };
            assert_eq!(spill.what, what, "{major} {name}");
            assert!(spill.kilobytes.unwrap() > 40.0, "{major} {name}: {spill}");
            assert_eq!(
                spill.batches.is_some(),
                what == Spilled::Hash,
                "{major} {name}"
            );
        }
        for name in plans.keys().filter(|name| !name.ends_with("_spills")) {
            assert_eq!(spills(name), [], "{major} {name}");
        }
    }
}

#[test]
fn a_sort_is_told_with_who_wants_it() {
    for (major, plans) in all() {
        let check = |name: &str, expected: &[SortedFor]| {
            let sorts = plans[name].sorts();
            let purposes: Vec<SortedFor> = sorts.iter().map(|sort| sort.purpose).collect();
            assert_eq!(purposes, expected, "{major} {name}");
        };
        check("sort", &[SortedFor::Result]);
        check("sort_top", &[SortedFor::Result]);
        check("gather_merge", &[SortedFor::Result]);
        check("incremental_sort", &[SortedFor::Result]);
        check("array_sub_plan", &[SortedFor::Result]);
        check(
            "merge_join_sorted",
            &[SortedFor::Result, SortedFor::Join, SortedFor::Join],
        );
        check("window", &[SortedFor::Window]);
        check("aggregate_sorted", &[SortedFor::Groups]);
        check("page_by_cursor", &[]);
        check("hash_join", &[]);
    }
    let plans = captured(15);
    assert_eq!(
        plans["sort"].sorts()[0].keys(),
        ["users.status", "users.score DESC NULLS LAST"]
    );
    let incremental = plans["incremental_sort"].sorts()[0];
    assert_eq!(incremental.presorted(), ["articles.category"]);
}

/// Each shape once, with the versions that have it.
#[test]
fn shapes_are_the_same_on_each_version_as_far_as_the_plans_are() {
    let mut told = String::new();
    for name in names() {
        let mut shapes: Vec<(Vec<u32>, String)> = Vec::new();
        for (major, plans) in all() {
            let Some(plan) = plans.get(name) else {
                continue;
            };
            let shape = plan.shape();
            match shapes.iter_mut().find(|(_, known)| *known == shape) {
                Some((majors, _)) => majors.push(major),
                None => shapes.push((vec![major], shape)),
            }
        }
        for (majors, shape) in shapes {
            let majors: Vec<String> = majors.iter().map(ToString::to_string).collect();
            told += &["-- ", name, ", ", &majors.join(" "), "\n", &shape, "\n"].concat();
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn a_shape_has_no_values() {
    for (major, plans) in all() {
        for (name, plan) in plans {
            // A column's name.
            let shape = plan.shape().replace("it's", "");
            assert!(!shape.contains('\''), "{major} {name}: {shape}");
            assert!(!shape.contains('$'), "{major} {name}: {shape}");
            assert!(!shape.contains("::text"), "{major} {name}: {shape}");
        }
    }
}

#[test]
fn one_statement_has_one_shape_for_the_values_and_for_all() {
    for (major, plans) in all() {
        for name in ["index_scan", "casts", "full_text"] {
            let generic = &plans[format!("{name}_generic").as_str()];
            assert_eq!(plans[name].shape(), generic.shape(), "{major}");
        }
    }
}

#[test]
fn texts_of_version_15() {
    insta::assert_snapshot!(texts(15, Plan::text));
}

#[test]
fn texts_of_version_18() {
    insta::assert_snapshot!(texts(18, Plan::text));
}

fn texts(major: u32, text: impl Fn(&Plan) -> String) -> String {
    let plans = captured(major);
    let told = names().filter_map(|name| Some(format!("-- {name}\n{}\n", text(plans.get(name)?))));
    told.collect()
}

#[test]
fn a_masked_text_tells_nothing_of_the_values() {
    for (major, plans) in all() {
        for (name, plan) in plans {
            let masked = plan.masked_text().replace("it's", "");
            for secret in [
                "secret", "active", "idle", "2024-", "4711", "'", "word77", "nobody",
            ] {
                assert!(!masked.contains(secret), "{major} {name}: {masked}");
            }
            assert_eq!(masked.lines().count(), plan.text().lines().count());
        }
    }
    insta::assert_snapshot!(captured(18)["insert_on_conflict"].masked_text());
}

#[test]
fn no_line_is_longer_than_told_but_for_names() {
    for (major, plans) in all() {
        for (name, plan) in plans {
            for width in [80, 100] {
                for line in plan.told(Literals::Shown, width).lines() {
                    // Of a condition that is cut, what is left is as short as it may be.
                    let is_short = line.chars().count() <= width;
                    let cut = line.find('…').map(|end| &line[..end]);
                    let begins = |cut: &str| {
                        [" for ", " where ", " by ", " on "].iter().any(|word| {
                            cut.rfind(word)
                                .is_some_and(|from| cut[from..].chars().count() <= 24)
                        })
                    };
                    assert!(is_short || cut.is_none_or(begins), "{major} {name}: {line}");
                }
            }
        }
    }
}
