//! Asks for the plans of many statements at once.

use url::Url;

use super::catalog::Catalog;
use super::explain::{Answer, Planner, Rights};
use super::plans::is_taken;
use super::question::{Asked, Question};
use super::rows::Rows;
use crate::error::SetupError;

/// The plans of statements, as if tables had these rows, and the database as it was taken for.
pub(crate) async fn plans(
    database: &Url,
    questions: &[Question],
    rows: &Rows,
) -> Result<(Catalog, Vec<Answer>), SetupError> {
    let mut planner = Planner::connect(database).await?;
    let mut trial = planner.begin(Rights::Undone).await?;
    let catalog = trial.catalog().await?;
    let mut catalog = trial.refreshed(catalog).await?;
    if !rows.is_empty() {
        trial.scale(&catalog, rows).await?;
        catalog = trial.catalog().await?;
    }
    let asked = Asked {
        generic: true,
        run: false,
    };
    let mut answers = Vec::new();
    for question in questions {
        answers.push(taken(trial.explain(question, asked).await?));
    }
    trial.end().await?;
    planner.close().await;
    Ok((catalog, answers))
}

/// The database as it is, with statistics that are of its state.
pub(crate) async fn catalog(database: &Url) -> Result<Catalog, SetupError> {
    let mut planner = Planner::connect(database).await?;
    let mut trial = planner.begin(Rights::Undone).await?;
    let catalog = trial.catalog().await?;
    let catalog = trial.refreshed(catalog).await?;
    trial.end().await?;
    planner.close().await;
    Ok(catalog)
}

/// What comes of statements that only read, by running each again. What writes is refused by the server.
pub(crate) async fn figures(
    database: &Url,
    questions: &[Question],
) -> Result<Vec<Answer>, SetupError> {
    let mut planner = Planner::connect(database).await?;
    let mut trial = planner.begin(Rights::ReadOnly).await?;
    let asked = Asked {
        generic: false,
        run: true,
    };
    let mut answers = Vec::new();
    for question in questions {
        answers.push(trial.explain(question, asked).await?);
    }
    trial.end().await?;
    planner.close().await;
    Ok(answers)
}

/// The plan for all values counts where the server would come to take it.
fn taken(answer: Answer) -> Answer {
    match answer {
        Answer::Plans { custom, generic } => {
            let generic = generic.filter(|generic| is_taken(generic, &custom));
            Answer::Plans { custom, generic }
        }
        refused @ Answer::Refused(_) => refused,
    }
}
