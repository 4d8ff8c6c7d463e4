//! A database to measure against: the schema, and rows that are the same on every machine and every day.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement, Value};
use sea_orm_migration::MigratorTrait;

use crate::{migrations::Migrator, projects::entity::file::Kind};

/// Brings the schema up to date, as `manage.py migrate` does.
pub async fn migrate(db: &DatabaseConnection) -> Result<(), DbErr> {
    Migrator::up(db, None).await
}

/// Adds `n` users, each with a profile and in one to three groups, in one statement however many they are.
///
/// In a fresh database their ids are 1 to `n`. What a row says depends on its number only. The first ones found the groups,
/// five of them with three to six permissions each; every fourth user has one of its own, too. All are active, none is a
/// superuser, and nobody can log in as one of them: a password that starts with `!` is what Django's `set_unusable_password` writes.
pub async fn users(db: &impl ConnectionTrait, n: u32) -> Result<(), DbErr> {
    insert(db, include_str!("users.sql"), n).await
}

/// Adds `n` articles in one statement, written by all the users in turn, of which there must be one at least.
///
/// In a fresh database their ids are 1 to `n`, and what an article says depends on its number only. One in ten is a
/// draft, two are never of the same moment, and a later one is newer. There is a word for every taste:
/// `database` and `quick` are in nearly all of them, `bitmap` in some, `heisenbug` in one of a hundred (37, 137, ..),
/// `zugzwang` in one of a thousand (137, 1137, ..), and `case37` in that one alone. Some happen in Zürich.
pub async fn articles(db: &impl ConnectionTrait, n: u32) -> Result<(), DbErr> {
    insert(db, include_str!("articles.sql"), n).await
}

/// Adds a token for every user without one, in one statement. For tests only: such keys can be guessed.
pub async fn tokens(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    execute(db, include_str!("tokens.sql"), []).await
}

/// The key of a user's token, as [`tokens`] makes it.
#[must_use]
pub fn token_of(user_id: i32) -> String {
    format!("{user_id:040x}")
}

/// Adds `n` items in one statement, of all the users in turn, of which there must be one at least.
///
/// In a fresh database their ids are 1 to `n`, and what an item says depends on its number only. Of ten items of a
/// user six are open, three are done and one is archived.
pub async fn items(db: &impl ConnectionTrait, n: u32) -> Result<(), DbErr> {
    let values = [i64::from(n).into(), None::<i32>.into()];
    execute(db, include_str!("items.sql"), values).await
}

/// Adds `n` items of one user, as [`items`] does.
pub async fn items_of(db: &impl ConnectionTrait, user_id: i32, n: u32) -> Result<(), DbErr> {
    let values = [i64::from(n).into(), Some(user_id).into()];
    execute(db, include_str!("items.sql"), values).await
}

/// Adds `n` projects in one statement, owned by all the users in turn, of which there must be one at least.
///
/// In a fresh database their ids are 1 to `n`, and what is said of a project depends on its number only. Every fourth is
/// archived. Each has 30 files of each kind and 12 checks by various authors; in one project of seven (7, 14, ..) two of
/// them failed.
pub async fn projects(db: &impl ConnectionTrait, n: u32) -> Result<(), DbErr> {
    insert(db, include_str!("projects.sql"), n).await
}

/// Adds `n` files of that kind to a project, newer than those it has, in one statement.
pub async fn files_of(
    db: &impl ConnectionTrait,
    project_id: i64,
    kind: Kind,
    n: u32,
) -> Result<(), DbErr> {
    let values = [i64::from(n).into(), project_id.into(), kind.into()];
    execute(db, include_str!("files_of.sql"), values).await
}

async fn insert(db: &impl ConnectionTrait, statement: &str, n: u32) -> Result<(), DbErr> {
    execute(db, statement, [i64::from(n).into()]).await
}

async fn execute<const N: usize>(
    db: &impl ConnectionTrait,
    statement: &str,
    values: [Value; N],
) -> Result<(), DbErr> {
    db.execute_raw(Statement::from_sql_and_values(
        DbBackend::Postgres,
        statement,
        values,
    ))
    .await?;
    Ok(())
}
