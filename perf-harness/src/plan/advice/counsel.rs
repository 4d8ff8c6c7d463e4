//! The story of one piece of advice: look, explain what is there, try what is not, prove the best.

use url::Url;

use super::super::access::Access;
use super::super::catalog::{Index, Table};
use super::super::explain::{Planner, Rights};
use super::super::question::Question;
use super::super::rows::Rows;
use super::candidate::{Candidate, table_name};
use super::choice::{Good, Round, best};
use super::demand::{Demand, demands, scans};
use super::facts::{
    Advice, Existing, Goal, Hint, Named, Outcome, Proposal, Serving, Side, WhyUnused,
};
use super::generate::{MOST, candidates};
use super::goal::{Seen, tables};
use super::hints;
use super::unused;
use super::workbench::{Figures, NotMade, Workbench, cost, statements};
use crate::error::SetupError;

/// More indexes of one table are not asked about.
const MOST_EXISTING: usize = 8;

/// What keeps the plan of a statement from being as wanted, and what would help: at the rows that are told.
pub(crate) async fn advise(
    database: &Url,
    question: &Question,
    rows: &Rows,
    goal: &Goal,
) -> Result<Advice, SetupError> {
    let mut planner = Planner::connect(database).await?;
    let trial = planner.begin(Rights::Undone).await?;
    let mut bench = Workbench::set_up(trial, question, rows).await?;
    let advice = match bench.as_it_is().await? {
        Ok(seen) => {
            Counsel::new(&mut bench, goal, rows, seen)
                .advice(question)
                .await?
        }
        Err(refusal) => nothing(Outcome::NoPlan(refusal.to_string())),
    };
    bench.clear().await?;
    planner.close().await;
    Ok(advice)
}

fn nothing(outcome: Outcome) -> Advice {
    Advice {
        table: None,
        matched: None,
        only_for_all_values: false,
        serving: None,
        existing: Vec::new(),
        outcome,
        tried: 0,
        hints: Vec::new(),
    }
}

/// A table and what the plans ask of it.
struct Wanted {
    table: Table,
    demands: Vec<Demand>,
}

struct Counsel<'b, 'a, 't> {
    bench: &'b mut Workbench<'a, 't>,
    goal: &'a Goal,
    rows: &'a Rows,
    before: Seen,
    has_trigrams: bool,
    tried: usize,
    hints: Vec<Hint>,
}

impl<'b, 'a, 't> Counsel<'b, 'a, 't> {
    fn new(bench: &'b mut Workbench<'a, 't>, goal: &'a Goal, rows: &'a Rows, before: Seen) -> Self {
        Self {
            bench,
            goal,
            rows,
            before,
            has_trigrams: true,
            tried: 0,
            hints: Vec::new(),
        }
    }

    async fn advice(mut self, question: &Question) -> Result<Advice, SetupError> {
        let wanted = self.wanted();
        let Some(first) = wanted.first() else {
            return Ok(nothing(Outcome::NothingToTry));
        };
        let has = self.bench.extension(super::special::TRIGRAMS).await?;
        self.has_trigrams = has.0;
        let only_for_all_values = self.only_for_all_values();
        let serving = self.serving(&first.table).await?;
        let existing = self.existing(first, only_for_all_values).await?;
        let outcome = self.outcome(&wanted, has.1).await?;
        for wanted in &wanted {
            self.hints
                .extend(hints::of(&wanted.demands, &wanted.table, self.has_trigrams));
        }
        self.hints
            .extend(hints::offset(&self.before.custom, &question.sql));
        self.hints.dedup();
        Ok(Advice {
            table: Some(table_name(&first.table)),
            matched: self.matched(&first.table),
            only_for_all_values,
            serving,
            existing,
            outcome,
            tried: self.tried,
            hints: self.hints,
        })
    }

    fn wanted(&self) -> Vec<Wanted> {
        let catalog = &self.before.catalog;
        let of = |table: Table| {
            // Partitions have the same columns: what is asked of the first that is read is asked of all.
            let parts = catalog.with_partitions(&table);
            let asked = self.before.plans().flat_map(|plan| {
                let read = parts.iter().find(|part| scans(plan, part).next().is_some());
                read.map_or_else(Vec::new, |part| demands(plan, catalog, part))
            });
            Wanted {
                demands: asked.collect(),
                table,
            }
        };
        tables(self.goal, &self.before)
            .into_iter()
            .map(of)
            .collect()
    }

    fn only_for_all_values(&self) -> bool {
        let failing = self.before.failing(self.goal, self.rows);
        failing.is_some_and(|plan| !std::ptr::eq(plan, &raw const self.before.custom))
    }

    /// How many rows the first step that reads the table expects to find.
    fn matched(&self, table: &Table) -> Option<(f64, f64)> {
        let known = self.before.catalog.table(&table.schema, &table.name)?;
        let scan = scans(&self.before.custom, known).next()?;
        let is_known = known.rows > 0.0 && !scan.is_parallel();
        is_known.then_some((scan.estimate().rows, known.rows))
    }

    async fn serving(&mut self, table: &Table) -> Result<Option<Serving>, SetupError> {
        let Some(pressed) = self.bench.pressed(self.goal, None).await? else {
            return Ok(None);
        };
        let indexes: Vec<&Index> = self.before.catalog.indexes_of(table).collect();
        let serves = indexes.iter().find(|index| {
            self.is_searched(&pressed, index, table)
                && !self.is_searched(&self.before, index, table)
        });
        Ok(serves.map(|index| Serving {
            index: index.name.clone(),
            cost: cost(&pressed),
            chosen: self.before.cost(),
        }))
    }

    /// Why the indexes of the table are not used. Those that are stay out of it.
    async fn existing(
        &mut self,
        wanted: &Wanted,
        only_for_all_values: bool,
    ) -> Result<Vec<Existing>, SetupError> {
        let table = &wanted.table;
        let before = self.before.clone();
        let unused = before
            .catalog
            .indexes_of(table)
            .filter(|index| only_for_all_values || !self.is_searched(&before, index, table));
        let unused: Vec<&Index> = unused.take(MOST_EXISTING).collect();
        let mut all = Vec::new();
        for index in unused {
            let why = match self.cost_by(index, table).await? {
                Some(_) if only_for_all_values => WhyUnused::AllValues,
                Some(cost) => WhyUnused::Estimate {
                    cost,
                    chosen: before.cost(),
                },
                None => unused::why(index, &wanted.demands, self.is_walked(&index.name)),
            };
            all.push(Existing {
                index: index.name.clone(),
                why,
            });
        }
        all.sort_by_key(|existing| matches!(existing.why, WhyUnused::Unrelated));
        Ok(all)
    }

    /// The cost of a plan by this index alone, if it serves.
    async fn cost_by(&mut self, index: &Index, table: &Table) -> Result<Option<f64>, SetupError> {
        if !index.is_valid {
            return Ok(None);
        }
        let Some(pressed) = self.bench.pressed(self.goal, Some((index, table))).await? else {
            return Ok(None);
        };
        let serves = match self.goal {
            Goal::Sorted => {
                pressed.failing(self.goal, self.rows).is_none() && pressed.reads(&index.name)
            }
            _ => self.is_searched(&pressed, index, table),
        };
        Ok(serves.then(|| cost(&pressed)))
    }

    /// By the plan for the very values, or by the other one where that is not as wanted.
    fn is_searched(&self, seen: &Seen, index: &Index, table: &Table) -> bool {
        let mut plans = seen
            .plans()
            .take(if self.only_for_all_values() { 2 } else { 1 });
        plans.any(|plan| seen.seeks(plan, &index.name, table, self.rows))
    }

    fn is_walked(&self, index: &str) -> bool {
        let mut plans = self.before.plans();
        plans.any(|plan| {
            let reaches = self.before.reaches(plan, self.rows);
            reaches.iter().any(|reach| {
                reach.access == Access::IndexWalk
                    && reach.indexes.iter().any(|read| read.name == index)
            })
        })
    }

    async fn outcome(
        &mut self,
        wanted: &[Wanted],
        has_extension: bool,
    ) -> Result<Outcome, SetupError> {
        let before = self.before.cost();
        let mut round = Round::default();
        if let Some(stopped) = self.try_each(self.all(wanted), &mut round).await? {
            return Ok(stopped);
        }
        if round.good.is_empty() {
            let pairs = round.pairs(before);
            if let Some(stopped) = self.try_each(pairs, &mut round).await? {
                return Ok(stopped);
            }
        }
        match best(round.good, before) {
            Some(best) => {
                let proposal = self.proven(best, has_extension).await?;
                if proposal.is_refuted() {
                    return Ok(Outcome::NoneHelps {
                        cost: before,
                        best: Some(proposal.after.cost),
                    });
                }
                Ok(Outcome::Proposal(Box::new(proposal)))
            }
            None if self.tried == 0 => Ok(Outcome::NothingToTry),
            None => Ok(Outcome::NoneHelps {
                cost: before,
                best: round.lowest,
            }),
        }
    }

    /// Something that keeps all of them from being tried ends it.
    async fn try_each(
        &mut self,
        candidates: Vec<(Candidate, Table)>,
        round: &mut Round,
    ) -> Result<Option<Outcome>, SetupError> {
        for (candidate, table) in candidates {
            match self.bench.with(&candidate, &table).await? {
                Ok(made) => {
                    self.tried += 1;
                    let (seen, names) = (made.seen, made.names);
                    let is_read = names.iter().all(|name| seen.reads(name));
                    let helps =
                        is_read && seen.is_better(&self.before, self.goal, &table, self.rows);
                    let tried = Good {
                        candidate,
                        table,
                        names,
                        seen,
                    };
                    round.add(tried, helps);
                }
                Err(NotMade::Locked) => return Ok(Some(Outcome::Locked)),
                Err(NotMade::NotAllowed(why)) => return Ok(Some(Outcome::NotAllowed(why))),
                Err(NotMade::NotImmutable) => self
                    .hints
                    .extend(candidate.expressions().map(Hint::NotImmutable)),
                Err(NotMade::Unfit) => {}
            }
        }
        Ok(None)
    }

    fn all(&self, wanted: &[Wanted]) -> Vec<(Candidate, Table)> {
        let mut all: Vec<(Candidate, Table)> = Vec::new();
        for wanted in wanted {
            let existing: Vec<&Index> = self.before.catalog.indexes_of(&wanted.table).collect();
            for demand in &wanted.demands {
                let new = candidates(demand, &wanted.table, &existing).into_iter();
                let new = new.filter(|new| new.extension.is_none() || self.has_trigrams);
                for candidate in new {
                    let is_known = all.iter().any(|(known, table)| {
                        known.indexes == candidate.indexes
                            && table.full_name() == wanted.table.full_name()
                    });
                    if !is_known {
                        all.push((candidate, wanted.table.clone()));
                    }
                }
            }
        }
        all.truncate(MOST);
        all
    }

    async fn proven(&mut self, best: Good, has_extension: bool) -> Result<Proposal, SetupError> {
        let Good {
            candidate,
            table,
            names,
            seen,
        } = best;
        let before = self.bench.figures(None).await?;
        let after = self.bench.figures(Some((&candidate, &table))).await?;
        let failing = self
            .before
            .failing(self.goal, self.rows)
            .unwrap_or(&self.before.custom);
        let is_custom = std::ptr::eq(failing, &raw const self.before.custom);
        // What ran is the plan for the very values: it says nothing of the other one.
        let (before, after) = if is_custom {
            (before, after)
        } else {
            (None, None)
        };
        let schema = (table.schema != "public").then(|| table.schema.clone());
        let with = if is_custom {
            &seen.custom
        } else {
            seen.generic.as_ref().unwrap_or(&seen.custom)
        };
        Ok(Proposal {
            sql: statements(&candidate.indexes, &names, &table_name(&table)),
            indexes: names
                .into_iter()
                .zip(candidate.indexes)
                .map(|(name, index)| Named {
                    name,
                    table: (schema.clone(), table.name.clone()),
                    index,
                })
                .collect(),
            extension: candidate.extension.filter(|_| !has_extension),
            before: side(failing, &self.before, &table, before),
            after: side(with, &seen, &table, after),
        })
    }
}

fn side(
    plan: &super::super::tree::Plan,
    seen: &Seen,
    table: &Table,
    figures: Option<Figures>,
) -> Side {
    Side {
        steps: super::steps::steps(plan, &seen.catalog.with_partitions(table)),
        cost: plan.root().estimate().total_cost,
        rows_examined: figures.map(|figures| figures.rows_examined),
        buffers: figures.map(|figures| figures.buffers),
    }
}
