//! How deep a statement's tree can be at most, told without building it.
//!
//! The parser bounds brackets, but not chains: `a + b + c` is a tree as deep as it is long, and what walks, prints and
//! drops it would use up any stack.

use crate::record::sql::{Kind, tokens};

/// Deeper statements are not read.
pub(crate) const MOST: usize = 4_000;

/// One bracket that is open, or the statement itself.
#[derive(Default)]
struct Level {
    /// Tokens since the last comma: a chain has none.
    chain: usize,
    /// `UNION` and its like: they chain across commas.
    sets: usize,
}

/// Never less than the depth of the statement's tree.
pub(crate) fn most(sql: &str) -> usize {
    let mut open = vec![Level::default()];
    let (mut now, mut most) = (0, 0);
    for token in tokens(sql) {
        match (token.kind, token.text) {
            (Kind::Symbol, "(" | "[") => open.push(Level::default()),
            (Kind::Symbol, ")" | "]") if open.len() > 1 => {
                now -= open.pop().map_or(0, |level| level.chain + level.sets);
            }
            (Kind::Symbol, "," | ";") => {
                let level = open
                    .last_mut()
                    .unwrap_or_else(|| unreachable!("one is left"));
                now -= std::mem::take(&mut level.chain);
            }
            _ => {}
        }
        let level = open
            .last_mut()
            .unwrap_or_else(|| unreachable!("one is left"));
        let sets = ["UNION", "EXCEPT", "INTERSECT", "MINUS"];
        if sets.iter().any(|word| token.is(word)) {
            level.sets += 1;
        } else {
            level.chain += 1;
        }
        now += 1;
        most = most.max(now);
    }
    most
}
