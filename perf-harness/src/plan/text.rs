//! A plan as a person likes to read it.

use std::fmt;

use super::expression::Literals;
use super::figures::{counted, figures, short};
use super::node::Node;
use super::outline::{Twig, lines};
use super::shape::Aliases;
use super::step::{own_alias, step};
use super::tree::{Plan, Trigger};
use super::weight::{Heaviest, heaviest};

/// No line is longer, but for names.
const WIDTH: usize = 100;

/// Figures begin here at the latest, where they fit.
const FIGURES: usize = 60;

/// Of conditions so much is told at least.
const LEAST: usize = 24;

impl Plan {
    /// A tree of its steps, one a line: how each is done, on which table, by which index, with which condition; then rows,
    /// `~` before those that are only expected, blocks with those of the steps below, and what else is worth telling. The
    /// step that costs most by itself is marked.
    ///
    /// Values in conditions are shown: see [`masked_text`](Self::masked_text).
    #[must_use]
    pub fn text(&self) -> String {
        self.told(Literals::Shown, WIDTH)
    }

    /// The same with `..` for each value in a condition.
    #[must_use]
    pub fn masked_text(&self) -> String {
        self.told(Literals::Masked, WIDTH)
    }

    /// The same in lines of a width.
    pub(crate) fn told(&self, literals: Literals, width: usize) -> String {
        let aliases = Aliases::of(self);
        let telling = Telling {
            literals,
            only: aliases.only,
            heaviest: heaviest(self),
        };
        let rows = lines(telling.twig(self.root(), aliases.only));
        let lefts = rows
            .iter()
            .map(|(branches, row)| length(branches) + length(&row.head) + 1 + length(&row.clauses));
        let column = lefts
            .max()
            .unwrap_or_default()
            .min(FIGURES.min(width * 3 / 5));
        let mut text = String::new();
        for (branches, row) in &rows {
            text += &line(branches, row, column, width);
            text.push('\n');
        }
        for trigger in self.triggers() {
            text += &told_trigger(trigger);
            text.push('\n');
        }
        text
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

struct Row {
    head: String,
    clauses: String,
    figures: String,
}

struct Telling<'p> {
    literals: Literals,
    only: Option<&'p str>,
    heaviest: Option<Heaviest<'p>>,
}

impl<'p> Telling<'p> {
    fn twig(&self, node: &'p Node, above: Option<&'p str>) -> Twig<Row> {
        let own = own_alias(node, above).or(self.only);
        let step = step(node, own, self.literals);
        let name = node
            .subplan()
            .map(|name| name.split(" (returns").next().unwrap_or(name));
        let head = name.map_or_else(
            || step.head.clone(),
            |name| format!("{name}: {}", step.head),
        );
        let mut figures = figures(node);
        if let Some(heaviest) = self
            .heaviest
            .as_ref()
            .filter(|heaviest| std::ptr::eq(heaviest.node, node))
        {
            let share = short((heaviest.share * 100.0).round());
            figures += &["  <- ", &share, " % of the ", heaviest.scale.word()].concat();
        }
        let row = Row {
            head,
            clauses: step.clauses,
            figures,
        };
        let below = node.children().iter().map(|child| self.twig(child, own));
        Twig {
            value: row,
            below: below.collect(),
        }
    }
}

fn line(branches: &str, row: &Row, column: usize, width: usize) -> String {
    let mut line = format!("{branches}{}", row.head);
    if !row.clauses.is_empty() {
        let taken = length(&line) + 1 + 2 + length(&row.figures);
        let room = width.saturating_sub(taken).max(LEAST);
        line += " ";
        line += &shortened(&row.clauses, room);
    }
    let blanks = column.saturating_sub(length(&line)) + 2;
    // A column that would make the line too long is no help.
    let most = width.saturating_sub(length(&line) + length(&row.figures));
    line += &" ".repeat(blanks.min(most).max(2));
    line += &row.figures;
    line.trim_end().to_owned()
}

/// Its beginning, and `…` for the rest.
fn shortened(text: &str, length_of_all: usize) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if length(&text) <= length_of_all {
        return text;
    }
    let kept: String = text.chars().take(length_of_all.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

fn length(text: &str) -> usize {
    text.chars().count()
}

fn told_trigger(trigger: &Trigger) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a trigger is called a whole number of times"
    )]
    let calls = counted(trigger.calls().max(0.0) as u64, "call");
    format!(
        "Trigger {} on {}: {calls}",
        trigger.name(),
        trigger.relation()
    )
}
