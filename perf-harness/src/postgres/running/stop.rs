//! The end of servers that someone asks for: those that nobody uses, or all.

use std::time::Duration;

use sqlx::{AssertSqlSafe, PgConnection};

use super::entry::{Entry, Kind, all as entries};
use crate::clock;
use crate::config::Config;
use crate::postgres::local::Postmaster;
use crate::postgres::{cause, idle};

/// How long a server may take to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long what a process sent before its end may take.
const LAST_STATEMENT: Duration = Duration::from_secs(2);

/// What became of a server that was to be stopped.
#[derive(Debug)]
pub struct Ended {
    /// The directory of its socket, or its address.
    pub place: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a server that was to be stopped.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It is gone.
    Stopped,
    /// It runs on, for someone uses it.
    InUse(String),
    /// It runs on, although it should not.
    Failed(String),
}

/// Stops every server that runs.
pub(super) async fn all(config: &Config, force: bool) -> Vec<Ended> {
    let mut ended = Vec::new();
    for entry in entries(config) {
        if let Some(outcome) = stop(&entry, force).await {
            let place = entry.place();
            ended.push(Ended { place, outcome });
        }
    }
    ended
}

/// `None` for what has ended before.
async fn stop(entry: &Entry, force: bool) -> Option<Outcome> {
    // With the lock held, nobody starts another one meanwhile.
    let Some(_lock) = entry.base.try_lock(&entry.key) else {
        return Some(Outcome::InUse("it is being started".to_owned()));
    };
    let mut connection = entry.connect().await;
    if connection.is_err() && !entry.is_alive().await {
        forget(entry);
        return None;
    }
    if !force {
        let users = match &mut connection {
            Ok(connection) => used(connection).await,
            Err(cause) => Some(does_not_answer(cause)),
        };
        if let Some(users) = users {
            return Some(Outcome::InUse(users));
        }
    }
    Some(match end(entry, connection).await {
        Ok(()) => Outcome::Stopped,
        Err(cause) => Outcome::Failed(cause),
    })
}

/// Who uses it, told for a person. A process that has just ended may have left a last statement behind: it is given a
/// moment.
async fn used(connection: &mut PgConnection) -> Option<String> {
    let begun = clock::now();
    loop {
        let users = users(connection).await?;
        if clock::now().saturating_sub(begun) > LAST_STATEMENT {
            return Some(users);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Those who use it now. When there is no one, no one can join it any more.
async fn users(connection: &mut PgConnection) -> Option<String> {
    let asked = sqlx::query_as::<_, (Option<String>, bool)>(
        "WITH told AS (
             SELECT string_agg(told, ', ') AS users FROM
             (SELECT format('%s (%s)', coalesce(nullif(application_name, ''), 'a program without a name'), count(*)) AS told
              FROM pg_stat_activity
              WHERE backend_type = 'client backend' AND NOT starts_with(application_name, $2)
              GROUP BY application_name ORDER BY application_name) AS each)
         SELECT users, CASE WHEN users IS NULL THEN pg_try_advisory_lock($1) ELSE false END FROM told",
    );
    let asked = asked.bind(idle::IN_USE).bind(idle::NO_USER);
    match asked.fetch_one(connection).await {
        Ok((None, true)) => None,
        Ok((Some(users), _)) => Some(format!("connections: {users}")),
        Ok((None, false)) => Some("it is about to stop by itself".to_owned()),
        Err(error) => Some(does_not_answer(&cause(&error))),
    }
}

fn does_not_answer(cause: &str) -> String {
    format!("it does not answer: {cause}")
}

async fn end(entry: &Entry, connection: Result<PgConnection, String>) -> Result<(), String> {
    let postmaster = match &entry.kind {
        Kind::Cluster(cluster) => cluster.quit(),
        Kind::Container(_) => None,
    };
    if postmaster.is_none() {
        end_by_itself(&mut connection?).await?;
    }
    let is_alive = || postmaster.as_ref().is_some_and(Postmaster::is_alive);
    let begun = clock::now();
    while is_alive() || entry.is_alive().await {
        if clock::now().saturating_sub(begun) > PATIENCE {
            return Err(format!("it still runs after {} s", PATIENCE.as_secs()));
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    match &entry.kind {
        Kind::Cluster(cluster) => cluster.give_up(),
        Kind::Container(_) => forget(entry),
    }
    Ok(())
}

/// Takes back the announcement of a container that is gone.
fn forget(entry: &Entry) {
    if let Kind::Container(_) = entry.kind {
        // Whoever finds it there finds nothing to join: it need not succeed.
        drop(std::fs::remove_file(entry.base.file(&entry.key, "docker")));
    }
}

/// A server whose processes this one cannot see ends itself.
async fn end_by_itself(connection: &mut PgConnection) -> Result<(), String> {
    let data: String = sqlx::query_scalar("SELECT current_setting('data_directory')")
        .fetch_one(&mut *connection)
        .await
        .map_err(|error| cause(&error))?;
    let command = idle::stop_command(&format!("{data}/postmaster.pid"), "true");
    let copy = format!("COPY (SELECT 1) TO PROGRAM {}", idle::literal(&command));
    // It may be cut off before it can answer.
    drop(sqlx::raw_sql(AssertSqlSafe(copy)).execute(connection).await);
    Ok(())
}
