//! Who builds a layer, and who waits: one process holds its name alone until the layer is finished.

use std::time::Duration;

use url::Url;

use super::plan::{Builds, Told};
use super::stale;
use crate::clock;
use crate::database::admin::{Admin, failed};
use crate::database::{name, pool};
use crate::error::SetupError;
use crate::postgres::with_database;
use crate::progress::{self, Unit};

/// How often it is looked whether another process has finished.
const SOONEST: Duration = Duration::from_millis(10);
const LATEST: Duration = Duration::from_millis(100);

/// A layer to be had: its database, and what it is made from.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) name: String,
    pub(super) builds: Option<Builds>,
    pub(super) told: Told,
    /// The database of the layer below.
    pub(super) below: String,
    pub(super) limit: Duration,
    /// When it began to be wanted, by [`clock::now`].
    pub(super) since: Duration,
}

impl Wanted {
    /// What is left of the time that the layer may take, waiting included.
    pub(super) fn left(&self) -> Duration {
        let spent = clock::now().saturating_sub(self.since);
        self.limit.saturating_sub(spent)
    }

    pub(super) fn timeout(&self) -> SetupError {
        SetupError::TemplateTimeout {
            template: self.told.subject(),
            limit_s: self.limit.as_secs(),
        }
    }

    /// `None` if the layer is finished, and a copy of the layer below if it has to be filled.
    ///
    /// Who gets the copy holds the layer alone until [`finish`]; who gets none shares it for as long as this process
    /// lives, so that nobody drops it. Who wants a layer holds those below it shared and finished: nobody ever waits
    /// for one who waits.
    pub(super) async fn claim(self) -> Result<Option<Unfinished>, SetupError> {
        let admin = Admin::get().await?;
        let mut wait = SOONEST;
        let mut told = None;
        loop {
            if share_finished(admin, &self.name).await? {
                return Ok(None);
            }
            if admin.try_lease(&self.name).await? {
                return self.prepare(admin).await;
            }
            if self.left().is_zero() {
                return Err(self.timeout());
            }
            if told.is_none() {
                told = Some(self.tell_of_waiting(admin).await);
            }
            tokio::time::sleep(wait.min(self.left())).await;
            wait = (wait * 2).min(LATEST);
        }
    }

    async fn tell_of_waiting(&self, admin: &Admin) -> progress::Guard {
        let builder = match builder(admin, &self.name).await {
            Some(process) => format!("process {process}"),
            None => "another process".to_owned(),
        };
        let what = format!(
            "waiting for template {}, which {builder} builds",
            self.told.subject()
        );
        progress::begin(what, Unit::Nothing, None)
    }

    /// Makes the database, unless someone was faster. Called with the layer held alone.
    async fn prepare(self, admin: &'static Admin) -> Result<Option<Unfinished>, SetupError> {
        let made = self.make(admin).await;
        if matches!(made, Ok(Some(_))) {
            return made;
        }
        if made.is_ok() {
            admin.try_share(&self.name).await?;
        }
        admin.release(&self.name).await?;
        made
    }

    async fn make(&self, admin: &'static Admin) -> Result<Option<Unfinished>, SetupError> {
        let found = stale::look(admin, &self.name).await?;
        if found.is_some_and(|found| found.is_finished) {
            return Ok(None);
        }
        // Its builder was killed before it could mark it.
        admin.drop_database(&self.name).await?;
        stale::collect(admin, self.builds.as_ref()).await?;
        let name = name::of_clone(&admin.place, &self.name);
        admin.try_lease(&name).await?;
        let created = admin.create_database(&name, &self.below).await;
        if created.is_err() {
            admin.release(&name).await?;
        }
        created?;
        let url = with_database(&admin.server.url, &name);
        Ok(Some(Unfinished { name, url }))
    }
}

/// A layer that is being filled, under a name that is used once: what a killed process left running cannot reach the
/// next one's, and the database goes as those of tests go.
#[derive(Clone, Debug)]
pub(super) struct Unfinished {
    name: String,
    pub(super) url: Url,
}

/// Shares the layer if it is finished, and remembers that it is used.
pub(super) async fn share_finished(admin: &'static Admin, name: &str) -> Result<bool, SetupError> {
    if !admin.try_share(name).await? {
        return Ok(false);
    }
    if let Some(found) = stale::look(admin, name).await?
        && found.is_finished
    {
        // Once a day.
        if !found.is_stamped() {
            tokio::spawn(async move { found.stamp(admin).await });
        }
        return Ok(true);
    }
    admin.release_share(name).await?;
    Ok(false)
}

/// The process that holds the name: each connection of the harness's that holds locks is named after its own.
async fn builder(admin: &Admin, name: &str) -> Option<u32> {
    let application: String = sqlx::query_scalar(
        "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
         WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' AND granted AND objsubid = 1
           AND classid = (($1 >> 32) & 4294967295)::oid AND objid = ($1 & 4294967295)::oid
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    )
    .bind(name::lock_key(name))
    .fetch_one(&mut *admin.at_hand().await)
    .await
    .ok()?;
    application.rsplit(' ').next()?.parse().ok()
}

/// Gives a filled layer its name and shares it, or drops one that could not be filled.
pub(super) async fn finish(
    name: &str,
    unfinished: &Unfinished,
    told: &Told,
    built: Result<(), SetupError>,
) -> Result<(), SetupError> {
    let admin = Admin::get().await?;
    let finished = match built {
        Ok(()) => seal(admin, name, unfinished, told).await,
        Err(error) => Err(error),
    };
    if finished.is_ok() {
        admin.try_share(name).await?;
    } else {
        // Should it stay, the next process drops it.
        drop(admin.drop_database(&unfinished.name).await);
    }
    admin.release(&unfinished.name).await?;
    admin.release(name).await?;
    finished
}

/// Fresh statistics and no dead rows for the planner, nobody connected, its name, and the mark.
async fn seal(
    admin: &Admin,
    name: &str,
    unfinished: &Unfinished,
    told: &Told,
) -> Result<(), SetupError> {
    let problem = |error: sqlx::Error| failed(name, "finished", &error);
    pool::vacuum(&unfinished.url).await.map_err(problem)?;
    let filled = &unfinished.name;
    stale::remember(admin, filled, &told.made_from)
        .await
        .map_err(problem)?;
    admin.shut(filled).await.map_err(problem)?;
    for statement in [
        format!("ALTER DATABASE \"{filled}\" RENAME TO \"{name}\""),
        format!("ALTER DATABASE \"{name}\" IS_TEMPLATE true"),
    ] {
        admin.execute(statement).await.map_err(problem)?;
    }
    Ok(())
}
