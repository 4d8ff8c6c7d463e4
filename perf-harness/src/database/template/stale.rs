//! Templates that nobody uses any more: of older builds of a program, half built, or unused for a week.
//!
//! Each template says in its comment what it is made from and on which day, by the server's clock, it was last used.
//! One that a living process holds is never dropped, whatever the clock says.

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Row as _};

use super::obtain;
use super::plan::Builds;
use crate::database::admin::{Admin, failed};
use crate::database::name;
use crate::error::SetupError;

/// `COMMENT ON DATABASE`: this, what it is made from, [`LAST_USED`], the day.
const COMMENT: &str = "perf-harness template: ";
const LAST_USED: &str = ", last used ";

/// A template, as it is found on the server.
pub(super) struct Found {
    name: String,
    pub(super) is_finished: bool,
    comment: Option<String>,
    today: String,
    week_ago: String,
}

/// Drops what nobody uses. Called by who builds a template: `builds` are the names of the one that is built.
pub(super) async fn collect(admin: &Admin, builds: Option<&Builds>) -> Result<(), SetupError> {
    let prefix = name::templates(&admin.place);
    let found = find(admin, &prefix).await;
    let found = found.map_err(|error| failed(&prefix, "looked for", &error))?;
    // A lock does not keep out the process that holds it. Asked only now: what was found is known by then.
    let ours = obtain::ours();
    for template in found.iter().filter(|found| !ours.contains(&found.name)) {
        match judge(template, builds) {
            Fate::Drop => admin.drop_unused_template(&template.name).await?,
            Fate::Stamp => template.stamp(admin).await,
            Fate::Keep => {}
        }
    }
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
enum Fate {
    Keep,
    /// Its day cannot be true, or it has none: counted from today.
    Stamp,
    Drop,
}

fn judge(found: &Found, builds: Option<&Builds>) -> Fate {
    let is_old_build = builds.is_some_and(|names| {
        found.name.starts_with(&names.all) && !found.name.starts_with(&names.this)
    });
    if is_old_build || !found.is_finished {
        return Fate::Drop;
    }
    match found.comment.as_deref().and_then(day) {
        Some(day) if day > found.today.as_str() => Fate::Stamp,
        Some(day) if day < found.week_ago.as_str() => Fate::Drop,
        Some(_) => Fate::Keep,
        None => Fate::Stamp,
    }
}

async fn find(admin: &Admin, prefix: &str) -> sqlx::Result<Vec<Found>> {
    let asked = format!(
        "SELECT datname::text, datistemplate,
             (SELECT description FROM pg_shdescription WHERE objoid = d.oid AND classoid = 'pg_database'::regclass),
             ((now() AT TIME ZONE 'UTC')::date)::text, ((now() AT TIME ZONE 'UTC')::date - 7)::text
         FROM pg_database d WHERE starts_with(datname::text, '{prefix}') AND pg_has_role(datdba, 'USAGE')"
    );
    let rows = sqlx::raw_sql(AssertSqlSafe(asked))
        .fetch_all(&mut *admin.at_hand().await)
        .await?;
    let found = |row: &PgRow| {
        Ok(Found {
            name: row.try_get(0)?,
            is_finished: row.try_get(1)?,
            comment: row.try_get(2)?,
            today: row.try_get(3)?,
            week_ago: row.try_get(4)?,
        })
    };
    rows.iter().map(found).collect()
}

/// The template of this name, whether finished or not.
pub(super) async fn look(admin: &Admin, name: &str) -> Result<Option<Found>, SetupError> {
    let found = find(admin, name).await;
    let found = found.map_err(|error| failed(name, "looked for", &error))?;
    Ok(found.into_iter().find(|found| found.name == name))
}

/// Says in its comment what a new template is made from, and that it is used today.
pub(super) async fn remember(admin: &Admin, name: &str, made_from: &str) -> sqlx::Result<()> {
    let query = sqlx::query_scalar("SELECT ((now() AT TIME ZONE 'UTC')::date)::text");
    let today: String = query.fetch_one(&mut *admin.at_hand().await).await?;
    comment(admin, name, made_from, &today).await
}

impl Found {
    /// Has it been used today already?
    pub(super) fn is_stamped(&self) -> bool {
        let said = self.comment.as_deref().unwrap_or_default();
        day(said) == Some(self.today.as_str())
    }

    /// Says that it is used today. What cannot be said keeps no test from its work: another process may be saying the
    /// same.
    pub(super) async fn stamp(&self, admin: &Admin) {
        let said = self.comment.as_deref().unwrap_or_default();
        drop(comment(admin, &self.name, made_from(said), &self.today).await);
    }
}

async fn comment(admin: &Admin, name: &str, made_from: &str, day: &str) -> sqlx::Result<()> {
    let text = format!("{COMMENT}{made_from}{LAST_USED}{day}");
    admin.comment(name, &text).await
}

/// `2026-11-22` in what a template says of itself.
fn day(comment: &str) -> Option<&str> {
    let (_, day) = comment.strip_prefix(COMMENT)?.rsplit_once(LAST_USED)?;
    let is_day = day.len() == 10
        && day
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'-');
    is_day.then_some(day)
}

fn made_from(comment: &str) -> &str {
    let text = comment.strip_prefix(COMMENT).unwrap_or(comment);
    text.rsplit_once(LAST_USED)
        .map_or(text, |(made_from, _)| made_from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, is_finished: bool, comment: Option<&str>) -> Found {
        Found {
            name: name.to_owned(),
            is_finished,
            comment: comment.map(str::to_owned),
            today: "2026-11-22".to_owned(),
            week_ago: "2026-11-15".to_owned(),
        }
    }

    #[test]
    fn a_template_is_kept_for_a_week_after_its_last_use() {
        let check = |comment: Option<&str>, expected: Fate| {
            assert_eq!(
                judge(&found("t", true, comment), None),
                expected,
                "{comment:?}"
            );
        };
        let used = "perf-harness template: SQL of a, last used b + c, last used ";
        check(Some(&format!("{used}2026-11-22")), Fate::Keep);
        check(Some(&format!("{used}2026-11-15")), Fate::Keep);
        check(Some(&format!("{used}2026-11-14")), Fate::Drop);
        // The clock was wrong then, or is now.
        check(Some(&format!("{used}2031-01-01")), Fate::Stamp);
        check(Some("of another tool"), Fate::Stamp);
        check(None, Fate::Stamp);
    }

    #[test]
    fn older_builds_and_half_built_ones_go_at_once() {
        let builds = Builds {
            all: "ph_a_".to_owned(),
            this: "ph_a_2_".to_owned(),
        };
        let comment = Some("perf-harness template: x, last used 2026-11-22");
        let check = |name: &str, is_finished: bool, expected: Fate| {
            assert_eq!(
                judge(&found(name, is_finished, comment), Some(&builds)),
                expected,
                "{name}"
            );
        };
        check("ph_a_1_k", true, Fate::Drop);
        check("ph_a_2_k", true, Fate::Keep);
        check("ph_b_1_k", true, Fate::Keep);
        check("ph_b_1_k", false, Fate::Drop);
    }

    #[test]
    fn what_it_is_made_from_is_kept_when_the_day_changes() {
        let comment = "perf-harness template: sqlx migrations + seed, last used 2026-11-20";
        assert_eq!(made_from(comment), "sqlx migrations + seed");
        assert_eq!(day(comment), Some("2026-11-20"));
    }
}
