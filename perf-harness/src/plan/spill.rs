//! What did not fit into memory.

use std::fmt;

use serde_json::{Map, Value};

use super::figures::short;
use super::kind::NodeKind;
use super::node::Node;
use super::tree::Plan;

/// What of a node went to temporary files.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Spill {
    /// What it was.
    pub what: Spilled,
    /// How much, if the server tells: kilobytes of disk, of all processes.
    pub kilobytes: Option<f64>,
    /// In how many parts, where it was divided.
    pub batches: Option<f64>,
}

/// What can be too large for memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Spilled {
    /// What was sorted.
    Sort,
    /// The hash table of a join.
    Hash,
    /// The hash table of groups.
    Groups,
    /// Rows that were kept to be read again: of a common table expression, of a window, ..
    Rows,
}

/// `42 kB on disk`, `8 batches on disk`
impl fmt::Display for Spill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(batches) = self.batches {
            write!(f, "{} batches, ", short(batches))?;
        }
        match self.kilobytes {
            Some(kilobytes) => write!(f, "{} kB on disk", short(kilobytes)),
            None => f.write_str("on disk"),
        }
    }
}

impl Node {
    /// What of it went to temporary files, if it ran and something did.
    #[must_use]
    pub fn spilled(&self) -> Option<Spill> {
        self.actual()?;
        match self.kind() {
            NodeKind::Sort => self.sort_on_disk(),
            NodeKind::IncrementalSort => self.groups_on_disk(),
            NodeKind::Hash => self.hash_on_disk(),
            NodeKind::Aggregate => self.aggregate_on_disk(),
            // What a join writes belongs to its hash table, or to what is sorted below it.
            NodeKind::HashJoin => None,
            _ => self.rows_on_disk(),
        }
    }

    fn sort_on_disk(&self) -> Option<Spill> {
        let on_disk = self
            .processes()
            .filter(|one| one.get("Sort Space Type").and_then(Value::as_str) == Some("Disk"));
        let used: Vec<f64> = on_disk
            .filter_map(|one| one.get("Sort Space Used")?.as_f64())
            .collect();
        let kilobytes = Some(used.iter().sum());
        (!used.is_empty()).then_some(Spill {
            what: Spilled::Sort,
            kilobytes,
            batches: None,
        })
    }

    fn groups_on_disk(&self) -> Option<Spill> {
        let peaks = self.processes().flat_map(|one| {
            ["Full-sort Groups", "Pre-sorted Groups"].map(|groups| {
                one.get(groups)?
                    .get("Sort Space Disk")?
                    .get("Peak Sort Space Used")?
                    .as_f64()
            })
        });
        let most = peaks.flatten().fold(0.0, f64::max);
        (most > 0.0).then_some(Spill {
            what: Spilled::Sort,
            kilobytes: Some(most),
            batches: None,
        })
    }

    fn hash_on_disk(&self) -> Option<Spill> {
        let batches = self
            .number("Hash Batches")
            .filter(|batches| *batches > 1.0)?;
        Some(Spill {
            what: Spilled::Hash,
            kilobytes: self.own_files(),
            batches: Some(batches),
        })
    }

    fn aggregate_on_disk(&self) -> Option<Spill> {
        let of = |name: &str| -> f64 {
            self.processes()
                .filter_map(|one| one.get(name)?.as_f64())
                .sum()
        };
        let used = of("Disk Usage");
        (used > 0.0).then_some(Spill {
            what: Spilled::Groups,
            kilobytes: Some(used),
            batches: None,
        })
    }

    fn rows_on_disk(&self) -> Option<Spill> {
        Some(Spill {
            what: Spilled::Rows,
            kilobytes: Some(self.own_files()?),
            batches: None,
        })
    }

    /// Kilobytes of temporary files that it wrote itself. The server counts those of its children with them.
    fn own_files(&self) -> Option<f64> {
        let written = |node: &Self| node.buffers().map_or(0, |buffers| buffers.temp_written);
        let below: u64 = self.children().iter().map(written).sum();
        let own = written(self).saturating_sub(below);
        #[expect(clippy::cast_precision_loss, reason = "it is told to a person")]
        (own > 0).then_some((own * 8) as f64)
    }

    /// The leader and the workers, each by what EXPLAIN says of it.
    fn processes(&self) -> impl Iterator<Item = &Map<String, Value>> {
        let workers = self.properties().get("Workers").and_then(Value::as_array);
        let workers = workers.into_iter().flatten().filter_map(Value::as_object);
        std::iter::once(self.properties()).chain(workers)
    }
}

impl Plan {
    /// The nodes of which something went to temporary files, if it ran.
    pub fn spills(&self) -> impl Iterator<Item = (&Node, Spill)> {
        self.nodes()
            .filter_map(|node| Some((node, node.spilled()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spilled(node: &str) -> Option<String> {
        let plan = format!(r#"{{"Plan": {{"Actual Rows": 1, "Actual Loops": 1, {node}}}}}"#);
        let plan = Plan::parse(&plan).unwrap();
        plan.root().spilled().map(|spill| spill.to_string())
    }

    #[test]
    fn what_workers_have_on_disk_counts() {
        let sort = r#""Node Type": "Sort", "Sort Space Type": "Memory", "Sort Space Used": 25, "Workers": [
            {"Sort Space Type": "Disk", "Sort Space Used": 40}, {"Sort Space Type": "Disk", "Sort Space Used": 2}]"#;
        assert_eq!(spilled(sort).as_deref(), Some("42 kB on disk"));
        let groups =
            r#""Node Type": "Aggregate", "Disk Usage": 0, "Workers": [{"Disk Usage": 888}]"#;
        assert_eq!(spilled(groups).as_deref(), Some("888 kB on disk"));
    }

    #[test]
    fn what_is_below_a_node_is_not_its_own() {
        let below = r#"{"Node Type": "Sort", "Shared Hit Blocks": 0, "Temp Written Blocks": 10}"#;
        let limit = |written: u32| {
            format!(
                r#""Node Type": "Limit", "Shared Hit Blocks": 0, "Temp Written Blocks": {written}, "Plans": [{below}]"#
            )
        };
        assert_eq!(spilled(&limit(10)), None);
        assert_eq!(spilled(&limit(12)).as_deref(), Some("16 kB on disk"));
    }

    #[test]
    fn one_batch_is_in_memory() {
        assert_eq!(spilled(r#""Node Type": "Hash", "Hash Batches": 1"#), None);
        let four = spilled(r#""Node Type": "Hash", "Hash Batches": 4"#);
        assert_eq!(four.as_deref(), Some("4 batches, on disk"));
    }
}
