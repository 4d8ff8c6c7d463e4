//! What a running server says of itself.

use sqlx::PgConnection;

use super::entry::Entry;
use crate::postgres::{cause, idle, with_database};

/// What a server says.
#[derive(Debug)]
pub struct Facts {
    /// `15.18`
    pub version: String,
    /// How long it runs, in seconds.
    pub up_s: i64,
    /// The size of all its databases.
    pub bytes: i64,
    /// How many processes use it.
    pub users: i64,
    /// For how long nobody used it and for how long that may be, in seconds. `None` while no one watches.
    pub idle_s: Option<(i64, i64)>,
    /// The finished templates.
    pub templates: Vec<Template>,
    /// How many databases tests have, or will have.
    pub tests: usize,
    /// The URLs of databases that failed tests left, passwords included.
    pub kept: Vec<String>,
}

/// A template.
#[derive(Debug)]
pub struct Template {
    /// The database's name.
    pub name: String,
    /// What it was made from, if it says so.
    pub made_from: Option<String>,
    /// Its size.
    pub bytes: i64,
}

/// Name, whether it is a template, comment, size.
type Database = (String, bool, Option<String>, i64);

pub(super) async fn ask(connection: &mut PgConnection, entry: &Entry) -> Result<Facts, String> {
    asked(connection, entry)
        .await
        .map_err(|error| cause(&error))
}

async fn asked(connection: &mut PgConnection, entry: &Entry) -> sqlx::Result<Facts> {
    let (version, up_s, bytes, users, watch): (String, i64, i64, i64, Option<String>) =
        sqlx::query_as(
            "SELECT split_part(current_setting('server_version'), ' ', 1),
                    extract(epoch FROM now() - pg_postmaster_start_time())::bigint,
                    (SELECT sum(pg_database_size(oid))::bigint FROM pg_database),
                    (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock'
                     AND granted AND objsubid = 1 AND (classid::bigint << 32) | objid::bigint = $1),
                    (SELECT max(application_name) FROM pg_stat_activity WHERE starts_with(application_name, $2))",
        )
        .bind(idle::IN_USE)
        .bind(idle::NAME)
        .fetch_one(&mut *connection)
        .await?;
    let mut facts = Facts {
        version,
        up_s,
        bytes,
        users,
        idle_s: watch.as_deref().and_then(idle_of),
        templates: Vec::new(),
        tests: 0,
        kept: Vec::new(),
    };
    for database in databases(connection).await? {
        facts.add(database, entry);
    }
    Ok(facts)
}

async fn databases(connection: &mut PgConnection) -> sqlx::Result<Vec<Database>> {
    sqlx::query_as(
        "SELECT datname::text, datistemplate, shobj_description(oid, 'pg_database'), pg_database_size(oid)
         FROM pg_database WHERE starts_with(datname::text, 'ph_') ORDER BY datname",
    )
    .fetch_all(connection)
    .await
}

impl Facts {
    fn add(&mut self, (name, is_template, made_from, bytes): Database, entry: &Entry) {
        if is_template {
            self.templates.push(Template {
                name,
                made_from,
                bytes,
            });
        } else if !name.contains("_failed_") {
            self.tests += 1;
        } else if let Ok(url) = entry.url() {
            self.kept.push(with_database(&url, &name).to_string());
        }
    }
}

/// What the watch calls itself: `..: idle 12 of 300 s`.
fn idle_of(watch: &str) -> Option<(i64, i64)> {
    let times = watch.strip_prefix(idle::NAME)?.strip_suffix(" s")?;
    let (idle, enough) = times.split_once(" of ")?;
    Some((idle.trim().parse().ok()?, enough.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_watch_tells_how_long_nobody_used_it() {
        let told = format!("{} 12 of 300 s", idle::NAME);
        assert_eq!(idle_of(&told), Some((12, 300)));
        assert_eq!(idle_of(idle::NAME), None);
    }
}
