//! Which indexes the queries of a test are planned with, written at its end where the environment asks for it.

mod collected;
pub mod command;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Mutex, PoisonError};

use url::Url;

use super::artefacts::Files;
use super::origin::Origin;
use super::{plans, tell};
use crate::config;
use crate::database::in_background_waiting;
use crate::error::SetupError;
use crate::plan::{self, Answer, Catalog, Question, Rows, Table};
use crate::record::Traffic;
use collected::{Collected, OfDatabase, SCHEMA};

/// What every table with rows is taken to have, unless the test says otherwise: so many that an index is worth its while.
const LARGE: u64 = 1_000_000;

/// What is to be asked about the databases of one test: nothing, unless the environment says where to write it.
#[derive(Debug, Default)]
pub(super) struct Wanted(Mutex<BTreeMap<Url, OfOne>>);

#[derive(Clone, Debug, Default)]
struct OfOne {
    questions: HashSet<Question>,
    rows: Rows,
}

impl Wanted {
    /// Keeps what a recording's queries ask.
    pub(super) fn add(&self, origin: &Origin, traffic: &Traffic) {
        if !matches!(config::indexes(), Ok(Some(_))) {
            return;
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let one = all.entry(origin.direct.clone()).or_default();
        one.rows = origin.rows.clone();
        one.questions.extend(plans::questions(traffic));
    }

    fn take(&self) -> BTreeMap<Url, OfOne> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Asks for the plans and writes what they use. A test is not failed by what is asked about it afterwards: it is told.
pub(super) fn write(wanted: &Wanted, files: &Files) {
    let wanted = wanted.take();
    let Ok(Some(directory)) = config::indexes() else {
        return;
    };
    if wanted.is_empty() {
        return;
    }
    let of_databases = wanted
        .into_iter()
        .map(|(direct, one)| of_database(direct, one));
    let written = of_databases
        .collect::<Result<Vec<_>, _>>()
        .and_then(|databases| {
            let collected = Collected {
                schema: SCHEMA.to_owned(),
                test: files.known_as.clone(),
                databases,
            };
            let failed = |error: &dyn ToString| {
                SetupError::system("it cannot be written", &error.to_string())
            };
            let json = serde_json::to_string(&collected).map_err(|error| failed(&error))?;
            files
                .write_below(&directory, &json)
                .map_err(|error| failed(&error))
        });
    if let Err(error) = written {
        let test = &files.known_as;
        tell::warning(&format!(
            "{test}: which indexes it uses is not known: {error}"
        ));
    }
}

fn of_database(direct: Url, one: OfOne) -> Result<OfDatabase, SetupError> {
    let questions: Vec<Question> = one.questions.into_iter().collect();
    let asked = questions.len();
    let (catalog, answers) = in_background_waiting(async move {
        let (catalog, _) = plan::plans(&direct, &[], &Rows::default()).await?;
        let rows = large(&catalog, &one.rows);
        plan::plans(&direct, &questions, &rows).await
    })?;
    let mut used = BTreeSet::new();
    let mut unplanned = 0;
    for answer in answers {
        match answer {
            Answer::Plans { custom, generic } => {
                let plans = [Some(custom), generic].into_iter().flatten();
                used.extend(plans.flat_map(|plan| plan::used(&plan, &catalog)));
            }
            Answer::Refused(_) => unplanned += 1,
        }
    }
    Ok(OfDatabase {
        tables: catalog.tables.iter().map(Table::full_name).collect(),
        indexes: catalog.indexes,
        foreign_keys: catalog.foreign_keys,
        used,
        asked,
        unplanned,
    })
}

/// The rows that the test tells, and many for each other table that has any.
fn large(catalog: &Catalog, told: &Rows) -> Rows {
    let is_told = |table: &Table| {
        told.tables().any(|(name, _)| {
            let mut called = catalog.tables_called(name);
            called.any(|one| one.full_name() == table.full_name())
        })
    };
    let rows = |table: &Table| -> f64 {
        let parts = catalog.with_partitions(table).into_iter();
        parts
            .filter(|part| part.kind != 'p')
            .map(|part| part.rows.max(0.0))
            .sum()
    };
    let others = catalog.tables.iter().filter(|table| {
        let has = rows(table);
        #[expect(clippy::cast_precision_loss, reason = "it is a million")]
        let is_small = (1.0..LARGE as f64).contains(&has);
        table.parent.is_none()
            && matches!(table.kind, 'r' | 'p' | 'm')
            && is_small
            && !is_told(table)
    });
    let others = others.map(|table| (table.full_name(), LARGE));
    let tables = told.tables().map(|(name, rows)| (name.to_owned(), rows));
    let mut large = Rows::of(tables.chain(others));
    for (table, column, values) in told.distinct_values() {
        large = large.distinct(table, column, values);
    }
    large
}
