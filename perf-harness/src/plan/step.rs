//! What a node does, in words: those of EXPLAIN's own text, and its conditions.

use serde_json::Value;

use super::expression::{Literals, told};
use super::kind::NodeKind;
use super::node::Node;

/// A node in words.
pub(super) struct Step {
    /// `Index Scan using articles_pkey on articles a`
    pub(super) head: String,
    /// `for id = 7 where title LIKE 'x%'`
    pub(super) clauses: String,
}

/// `own` is the alias that conditions need not tell.
pub(super) fn step(node: &Node, own: Option<&str>, literals: Literals) -> Step {
    let is_shape = literals == Literals::Left;
    let mut head = String::new();
    if !is_shape && node.is_parallel() {
        head += "Parallel ";
    }
    let mode = node.text("Partial Mode").filter(|mode| *mode != "Simple");
    if let (false, Some(mode)) = (is_shape, mode) {
        head += mode;
        head += " ";
    }
    head += &name(node);
    head += &target(node);
    Step {
        head,
        clauses: Clauses {
            node,
            own,
            literals,
        }
        .all()
        .join(" "),
    }
}

/// The alias that conditions of a node need not tell: that of what it reads itself.
pub(super) fn own_alias<'p>(node: &'p Node, above: Option<&'p str>) -> Option<&'p str> {
    match node.kind() {
        NodeKind::BitmapIndexScan | NodeKind::BitmapAnd | NodeKind::BitmapOr => above,
        _ => node.alias().or(node.relation()),
    }
}

fn name(node: &Node) -> String {
    let text = |name| node.text(name).unwrap_or_default();
    let join = |method: &str, inner: &str| match text("Join Type") {
        "Inner" | "" => inner.to_owned(),
        kind => format!("{method} {kind} Join"),
    };
    match node.kind() {
        NodeKind::NestedLoop => join("Nested Loop", "Nested Loop"),
        NodeKind::HashJoin => join("Hash", "Hash Join"),
        NodeKind::MergeJoin => join("Merge", "Merge Join"),
        NodeKind::ModifyTable => text("Operation").to_owned(),
        NodeKind::ForeignScan => match text("Operation") {
            "Select" | "" => "Foreign Scan".to_owned(),
            operation => format!("Foreign {operation}"),
        },
        NodeKind::Aggregate => match text("Strategy") {
            "Sorted" => "GroupAggregate".to_owned(),
            "Plain" | "" => "Aggregate".to_owned(),
            strategy => format!(
                "{}Aggregate",
                strategy.trim_end_matches("ed").replace("Mix", "Mixed")
            ),
        },
        NodeKind::SetOp => {
            let method = if text("Strategy") == "Hashed" {
                "Hash"
            } else {
                ""
            };
            format!("{method}SetOp {}", text("Command"))
        }
        kind => kind.name().to_owned(),
    }
}

/// `using an_index on a_table its_alias`
fn target(node: &Node) -> String {
    let backward = node.text("Scan Direction") == Some("Backward");
    let mut target = if backward {
        " Backward".to_owned()
    } else {
        String::new()
    };
    if let Some(index) = node.index() {
        let word = if node.relation().is_some() {
            "using"
        } else {
            "on"
        };
        target += &[" ", word, " ", &identifier(index)].concat();
    }
    let names = [
        "Relation Name",
        "Function Name",
        "CTE Name",
        "Table Function Name",
    ];
    let read = names.iter().find_map(|name| node.text(name));
    let alias = node.alias().filter(|alias| *alias != "*VALUES*");
    if let Some(read) = read {
        let schema = node
            .schema()
            .filter(|schema| !matches!(*schema, "public" | "pg_catalog"));
        let schema = schema.map(|schema| identifier(schema) + ".");
        target += &[" on ", &schema.unwrap_or_default(), &identifier(read)].concat();
        let alias = alias.filter(|alias| *alias != read);
        target += &alias.map_or_else(String::new, |alias| format!(" {}", identifier(alias)));
    } else if let Some(alias) = alias {
        target += &[" on ", &identifier(alias)].concat();
    }
    target
}

/// A name as SQL takes it: quoted only where it must be.
pub(crate) fn identifier(name: &str) -> String {
    let is_plain = |c: char| c.is_lowercase() || c == '_' || c == '$' || c.is_ascii_digit();
    if !name.is_empty()
        && name.chars().all(is_plain)
        && !name.starts_with(|c: char| c.is_ascii_digit())
    {
        return name.to_owned();
    }
    super::scale::identifier(name)
}

struct Clauses<'p> {
    node: &'p Node,
    own: Option<&'p str>,
    literals: Literals,
}

impl Clauses<'_> {
    fn all(&self) -> Vec<String> {
        let having = if *self.node.kind() == NodeKind::Aggregate {
            "having"
        } else {
            "where"
        };
        let mut all = Vec::new();
        for (word, name) in [
            ("for", "Index Cond"),
            ("for", "TID Cond"),
            ("on", "Hash Cond"),
            ("on", "Merge Cond"),
        ] {
            all.extend(self.clause(word, name));
        }
        all.extend(self.keys());
        all.extend(self.conflict());
        for (word, name) in [
            ("on", "Join Filter"),
            (having, "Filter"),
            ("if", "One-Time Filter"),
        ] {
            all.extend(self.clause(word, name));
        }
        all
    }

    fn clause(&self, word: &str, name: &str) -> Option<String> {
        let condition = self.node.text(name)?;
        Some(format!(
            "{word} {}",
            told(condition, self.own, self.literals)
        ))
    }

    fn list<'k>(&self, keys: impl IntoIterator<Item = &'k str>) -> String {
        let told = keys
            .into_iter()
            .map(|key| told(key, self.own, self.literals));
        told.collect::<Vec<_>>().join(", ")
    }

    /// What it sorts, groups or remembers by.
    fn keys(&self) -> Option<String> {
        if let Some(key) = self.node.text("Cache Key") {
            return Some(format!("by {}", self.list([key])));
        }
        let keys = ["Sort Key", "Group Key"].map(|name| self.node.texts(name));
        let keys = keys.into_iter().find(|keys| !keys.is_empty());
        let sets = self.grouping_sets();
        let mut by = match keys {
            Some(keys) => self.list(keys),
            None if sets.is_empty() => return None,
            None => sets.join(", "),
        };
        let before = self.node.texts("Presorted Key");
        if !before.is_empty() {
            by += &[" presorted by ", &self.list(before)].concat();
        }
        Some(format!("by {by}"))
    }

    /// `(status)`, `(team_id)`, `()`
    fn grouping_sets(&self) -> Vec<String> {
        let sets = self
            .node
            .properties()
            .get("Grouping Sets")
            .and_then(Value::as_array);
        let keys = sets.into_iter().flatten().flat_map(|set| {
            let keys = ["Group Keys", "Hash Keys"].into_iter();
            keys.filter_map(|name| set.get(name)?.as_array()).flatten()
        });
        let keys = keys.map(|keys| {
            let keys = keys
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str);
            format!("({})", self.list(keys))
        });
        keys.collect()
    }

    fn conflict(&self) -> Option<String> {
        let resolution = self.node.text("Conflict Resolution")?.to_lowercase();
        let indexes = self.node.texts("Conflict Arbiter Indexes");
        let indexes: Vec<String> = indexes.into_iter().map(identifier).collect();
        let by = if indexes.is_empty() {
            String::new()
        } else {
            format!(" ({})", indexes.join(", "))
        };
        let only = self.clause("where", "Conflict Filter");
        let only = only.map_or_else(String::new, |only| format!(" {only}"));
        Some(format!("on conflict{by} do {resolution}{only}"))
    }
}
