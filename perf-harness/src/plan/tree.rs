//! EXPLAIN's JSON as a tree. Pure: no server is asked.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::kind::NodeKind;
use super::node::{Actual, Buffers, Estimate, Node};

/// The plan of one statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    root: Node,
    triggers: Vec<Trigger>,
    json: Arc<str>,
}

/// A trigger that the statement fired: of a foreign key, or of the schema's own.
#[derive(Clone, Debug, PartialEq)]
pub struct Trigger {
    name: String,
    relation: String,
    calls: f64,
}

impl Trigger {
    /// Its name, or that of its constraint.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The table that it belongs to.
    #[must_use]
    pub fn relation(&self) -> &str {
        &self.relation
    }

    /// How often it was called.
    #[must_use]
    pub fn calls(&self) -> f64 {
        self.calls
    }
}

impl Plan {
    /// Reads what `EXPLAIN (FORMAT JSON)` gives, or what `auto_explain` tells. An error says what is missing.
    pub(crate) fn parse(json: &str) -> Result<Self, String> {
        let document: Value = serde_json::from_str(json).map_err(|error| error.to_string())?;
        let document = match document {
            Value::Array(mut all) if all.len() == 1 => all.remove(0),
            other => other,
        };
        let Value::Object(mut document) = document else {
            return Err("it is no object".to_owned());
        };
        let Some(Value::Object(root)) = document.remove("Plan") else {
            return Err("it has no \"Plan\"".to_owned());
        };
        let triggers = document.get("Triggers").and_then(Value::as_array);
        Ok(Self {
            root: node(root)?,
            triggers: triggers.map_or_else(Vec::new, |all| all.iter().map(trigger).collect()),
            json: Arc::from(json),
        })
    }

    /// Its last step: what gives the result.
    #[must_use]
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// All its nodes, each before what feeds it.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.root.walk()
    }

    /// The triggers that were fired, if it ran.
    #[must_use]
    pub fn triggers(&self) -> &[Trigger] {
        &self.triggers
    }

    /// As the server gave it.
    #[must_use]
    pub fn json(&self) -> &str {
        &self.json
    }

    /// Did it run? Then its nodes have [actual](Node::actual) figures.
    #[must_use]
    pub fn has_run(&self) -> bool {
        self.root.actual.is_some()
    }

    /// Rows that its scans have looked at. `None` if it did not run.
    #[must_use]
    pub fn rows_examined(&self) -> Option<f64> {
        self.root.actual?;
        let scans = self.nodes().filter(|node| reads_rows(node));
        Some(scans.filter_map(Node::rows_examined).sum())
    }
}

/// Does it look at a table's rows itself? An index that only makes a bitmap gives no rows yet.
fn reads_rows(node: &Node) -> bool {
    node.relation().is_some() && *node.kind() != NodeKind::ModifyTable
}

fn node(mut properties: Map<String, Value>) -> Result<Node, String> {
    let Some(kind) = properties.get("Node Type").and_then(Value::as_str) else {
        return Err("a node has no \"Node Type\"".to_owned());
    };
    let kind = NodeKind::of(kind);
    let children = match properties.remove("Plans") {
        Some(Value::Array(children)) => children,
        Some(_) => return Err("\"Plans\" is no list".to_owned()),
        None => Vec::new(),
    };
    let children = children.into_iter().map(|child| match child {
        Value::Object(child) => node(child),
        _ => Err("a node is no object".to_owned()),
    });
    let children = children.collect::<Result<_, _>>()?;
    let number = |name: &str| properties.get(name).and_then(Value::as_f64);
    let estimate = Estimate {
        startup_cost: number("Startup Cost").unwrap_or_default(),
        total_cost: number("Total Cost").unwrap_or_default(),
        rows: number("Plan Rows").unwrap_or_default(),
        width: number("Plan Width").unwrap_or_default(),
    };
    let actual = number("Actual Rows").map(|rows| Actual {
        rows,
        loops: number("Actual Loops").unwrap_or_default(),
    });
    let buffers = buffers(&properties);
    Ok(Node {
        kind,
        estimate,
        actual,
        buffers,
        children,
        properties,
    })
}

fn buffers(properties: &Map<String, Value>) -> Option<Buffers> {
    let blocks = |name: &str| properties.get(name).and_then(Value::as_u64);
    let hit = blocks("Shared Hit Blocks")?;
    let blocks = |name: &str| blocks(name).unwrap_or_default();
    Some(Buffers {
        hit,
        read: blocks("Shared Read Blocks"),
        local: blocks("Local Hit Blocks") + blocks("Local Read Blocks"),
        temp_read: blocks("Temp Read Blocks"),
        temp_written: blocks("Temp Written Blocks"),
    })
}

fn trigger(value: &Value) -> Trigger {
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let name = text("Constraint Name").or_else(|| text("Trigger Name"));
    Trigger {
        name: name.unwrap_or_default(),
        relation: text("Relation").unwrap_or_default(),
        calls: value
            .get("Calls")
            .and_then(Value::as_f64)
            .unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOIN: &str = r#"[{"Plan": {
        "Node Type": "Nested Loop", "Startup Cost": 0.5, "Total Cost": 20.5, "Plan Rows": 3, "Plan Width": 8,
        "Actual Rows": 3, "Actual Loops": 1, "Rows Removed by Join Filter": 5,
        "Shared Hit Blocks": 7, "Shared Read Blocks": 2, "Temp Written Blocks": 1,
        "Plans": [
            {"Node Type": "Seq Scan", "Parent Relationship": "Outer", "Relation Name": "a", "Alias": "x",
             "Filter": "(x.b = 1)", "Rows Removed by Filter": 97, "Actual Rows": 3, "Actual Loops": 1,
             "Parallel Aware": true},
            {"Node Type": "Bitmap Heap Scan", "Parent Relationship": "Inner", "Relation Name": "c",
             "Rows Removed by Index Recheck": 1, "Rows Removed by Filter": 2, "Actual Rows": 2, "Actual Loops": 3,
             "Plans": [{"Node Type": "Bitmap Index Scan", "Index Name": "c_b", "Index Cond": "(c.b = x.b)",
                        "Actual Rows": 2, "Actual Loops": 3}]},
            {"Node Type": "Quantum Scan", "Sort Key": ["a", "b"]}
        ]},
        "Triggers": [{"Trigger Name": "RI", "Constraint Name": "a_fk", "Relation": "a", "Calls": 3}]}]"#;

    #[test]
    fn a_plan_is_read_with_all_its_nodes() {
        let plan = Plan::parse(JOIN).unwrap();
        let kinds: Vec<&str> = plan.nodes().map(|node| node.kind().name()).collect();
        let expected = [
            "Nested Loop",
            "Seq Scan",
            "Bitmap Heap Scan",
            "Bitmap Index Scan",
            "Quantum Scan",
        ];
        assert_eq!(kinds, expected);
        let [scan, bitmap, unknown] = plan.root().children() else {
            panic!("three children");
        };
        assert_eq!(scan.relation(), Some("a"));
        assert_eq!(scan.alias(), Some("x"));
        assert_eq!(scan.filter(), Some("(x.b = 1)"));
        assert_eq!(scan.relationship(), Some("Outer"));
        assert!(scan.is_parallel() && !bitmap.is_parallel());
        assert_eq!(bitmap.children()[0].index(), Some("c_b"));
        assert_eq!(unknown.texts("Sort Key"), ["a", "b"]);
        assert!((plan.root().estimate().total_cost - 20.5).abs() < f64::EPSILON);
        assert_eq!(plan.triggers()[0].name(), "a_fk");
        assert_eq!(plan.json(), JOIN);
    }

    #[test]
    fn what_ran_has_rows_and_blocks() {
        let plan = Plan::parse(JOIN).unwrap();
        assert!(plan.has_run());
        // 3 and 97 of the first table; three times 2, 1 and 2 of the second.
        assert_eq!(plan.rows_examined(), Some(115.0));
        let buffers = plan.root().buffers().unwrap();
        assert_eq!((buffers.touched(), buffers.temp_written), (9, 1));
    }

    #[test]
    fn what_did_not_run_has_none() {
        let plan = Plan::parse(r#"{"Plan": {"Node Type": "Result"}}"#).unwrap();
        assert!(!plan.has_run());
        assert_eq!(plan.rows_examined(), None);
        assert_eq!(plan.root().buffers(), None);
    }

    #[test]
    fn what_is_no_plan_says_why() {
        let check = |json: &str, expected: &str| {
            assert_eq!(Plan::parse(json).unwrap_err(), expected, "{json}");
        };
        check("[]", "it is no object");
        check("{}", "it has no \"Plan\"");
        check(r#"{"Plan": {}}"#, "a node has no \"Node Type\"");
        let child = r#"{"Plan": {"Node Type": "Limit", "Plans": [1]}}"#;
        check(child, "a node is no object");
        let children = r#"{"Plan": {"Node Type": "Limit", "Plans": {}}}"#;
        check(children, "\"Plans\" is no list");
        assert!(
            Plan::parse("SET")
                .unwrap_err()
                .starts_with("expected value")
        );
    }
}
