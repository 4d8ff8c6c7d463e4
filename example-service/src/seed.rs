//! A database to measure against: the schema, and rows that are the same on every machine and every day.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};
use sea_orm_migration::MigratorTrait;

use crate::migrations::Migrator;

/// Brings the schema up to date, as `manage.py migrate` does.
pub async fn migrate(db: &DatabaseConnection) -> Result<(), DbErr> {
    Migrator::up(db, None).await
}

/// Adds `n` users, each with a profile, in one statement however many they are.
///
/// In a fresh database their ids are 1 to `n`. What a row says depends on its number only. Nobody can log in
/// as one of them: a password that starts with `!` is what Django's `set_unusable_password` writes.
pub async fn users(db: &DatabaseConnection, n: u32) -> Result<(), DbErr> {
    let values = [i64::from(n).into()];
    db.execute_raw(Statement::from_sql_and_values(
        DbBackend::Postgres,
        USERS,
        values,
    ))
    .await?;
    Ok(())
}

/// Half a second per user, so that whole seconds and fractions both occur; every third birth date is unknown.
const USERS: &str = r"
WITH new_user AS (
    INSERT INTO auth_user (password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined)
    SELECT
        '!' || lpad(number::text, 40, '0'),
        false,
        'user' || number,
        'First' || number,
        'Last' || number,
        'user' || number || '@example.com',
        false,
        true,
        timestamptz '2026-01-01 00:00:00+00' + number * interval '0.5 seconds'
    FROM
        (SELECT coalesce(max(id), 0) AS taken FROM auth_user) AS existing,
        generate_series(taken + 1, taken + $1) AS number
    ORDER BY number
    RETURNING id, date_joined
)
INSERT INTO profiles (bio, location, website, birth_date, created_at, updated_at, user_id)
SELECT
    'The life of user ' || id || ', in a few words.',
    (ARRAY['Berlin', 'Lagos', 'Lima', 'Osaka', 'Oslo'])[1 + id % 5],
    'https://example.com/user/' || id,
    CASE WHEN id % 3 <> 0 THEN date '1970-01-01' + id % 10000 END,
    date_joined,
    date_joined,
    id
FROM new_user
ORDER BY id
";
