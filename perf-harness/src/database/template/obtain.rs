//! From what a user says a template is made of to a finished database that tests get copies of.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use super::claim::{Wanted, finish, share_finished};
use super::db::TemplateDb;
use super::failure::BoxError;
use super::ground::Ground;
use super::layers::Template;
use super::plan::{Step, plan};
use super::source::Source;
use crate::clock;
use crate::config;
use crate::database::admin::Admin;
use crate::database::background::in_background;
use crate::error::{SetupError, SharedError};
use crate::progress::{self, Unit};

/// What a first layer is a copy of.
const EMPTY: &str = "template0";

/// The name of the finished template, built now or before, here or in another process.
pub(crate) async fn obtain(template: Template) -> Result<String, SetupError> {
    let ground = in_background(Ground::get()).await?;
    let mut steps = plan(template, &ground)?;
    // Where the top is there, what is below it is not needed.
    if let [.., _, top] = &steps[..]
        && (is_ours(&top.name) || is_there(top.name.clone()).await?)
    {
        let top = steps.pop().map_or_else(String::new, |top| top.name);
        // Known from now on: to be asked and shared once is enough.
        drop(cell(&top).set(Ok(top.clone())));
        return Ok(top);
    }
    let mut below = EMPTY.to_owned();
    for step in steps {
        let cell = cell(&step.name);
        let result = cell.get_or_init(|| find_or_build(step, below)).await;
        below = result.clone().map_err(|error| SetupError::clone(&error))?;
    }
    Ok(below)
}

type Cell = Arc<OnceCell<Result<String, SharedError>>>;

static CELLS: Mutex<Option<HashMap<String, Cell>>> = Mutex::new(None);

/// Once per process and layer, its failure included: a hundred tests need not fail a hundred migrations.
fn cell(name: &str) -> Cell {
    let mut cells = CELLS.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(
        cells
            .get_or_insert_default()
            .entry(name.to_owned())
            .or_default(),
    )
}

/// The layers that this process uses, or is building: each is in here before its database is.
pub(super) fn ours() -> Vec<String> {
    let mut cells = CELLS.lock().unwrap_or_else(PoisonError::into_inner);
    cells.get_or_insert_default().keys().cloned().collect()
}

fn is_ours(name: &str) -> bool {
    matches!(cell(name).get(), Some(Ok(_)))
}

/// Shares the layer if it is finished.
async fn is_there(name: String) -> Result<bool, SetupError> {
    in_background(async move { share_finished(Admin::get().await?, &name).await }).await
}

async fn find_or_build(step: Step, below: String) -> Result<String, SharedError> {
    let wanted = Wanted {
        name: step.name,
        builds: step.builds,
        told: step.told,
        below,
        limit: config::config()?.template_timeout,
        since: clock::now(),
    };
    let claim = wanted.clone().claim();
    let Some(unfinished) = in_background(claim).await? else {
        return Ok(wanted.name);
    };
    let _told = progress::begin(
        format!("building template {}", wanted.told.subject()),
        Unit::Nothing,
        None,
    );
    let built = fill(
        step.source,
        TemplateDb::new(unfinished.url.clone()),
        &wanted,
    )
    .await;
    let (name, told) = (wanted.name.clone(), wanted.told);
    in_background(async move { finish(&name, &unfinished, &told, built).await }).await?;
    Ok(wanted.name)
}

/// Runs the user's code on the test's runtime, for as long as it may take. Its panic fails the test with a word on
/// where it came from.
async fn fill(source: Box<dyn Source>, db: TemplateDb, wanted: &Wanted) -> Result<(), SetupError> {
    let work = tokio::task::LocalSet::new();
    let task = work.spawn_local(source.fill(db));
    // When time is up, all that it holds is dropped: connections, and programs that it waits for.
    let Ok(ended) = tokio::time::timeout(wanted.left(), work.run_until(task)).await else {
        return Err(wanted.timeout());
    };
    let result = ended.unwrap_or_else(|stopped| Err(panicked(stopped)));
    result.map_err(|error| wanted.told.explained(&error))
}

fn panicked(stopped: tokio::task::JoinError) -> BoxError {
    let Ok(payload) = stopped.try_into_panic() else {
        return "it was cancelled".into();
    };
    let text = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied());
    format!("it panicked: {}", text.unwrap_or("no message")).into()
}
