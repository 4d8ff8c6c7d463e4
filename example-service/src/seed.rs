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
    insert(db, USERS, n).await
}

/// Adds `n` articles in one statement, written by all the users in turn, of which there must be one at least.
///
/// In a fresh database their ids are 1 to `n`, and what an article says depends on its number only. One in ten is a
/// draft, two are never of the same moment, and a later one is newer. There is a word for every taste:
/// `database` and `quick` are in nearly all of them, `bitmap` in some, `heisenbug` in one of a hundred (37, 137, ..),
/// `zugzwang` in one of a thousand (137, 1137, ..), and `case37` in that one alone. Some happen in Zürich.
pub async fn articles(db: &DatabaseConnection, n: u32) -> Result<(), DbErr> {
    insert(db, ARTICLES, n).await
}

async fn insert(db: &DatabaseConnection, statement: &str, n: u32) -> Result<(), DbErr> {
    let values = [i64::from(n).into()];
    db.execute_raw(Statement::from_sql_and_values(
        DbBackend::Postgres,
        statement,
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

/// A title and five sentences, made of words that are drawn by the article's number: the cube of an even
/// distribution, so that the first of each list is common and the last is not.
const ARTICLES: &str = r"
WITH phrase AS (
    SELECT
        ARRAY[
            'quick', 'small', 'modern', 'careful', 'distributed', 'patient', 'honest', 'stubborn', 'forgotten', 'elegant',
            'fragile', 'tireless', 'curious', 'nocturnal', 'baroque', 'improbable'
        ] AS adjectives,
        ARRAY[
            'database', 'query', 'index', 'service', 'migration', 'planner', 'cache', 'schema', 'transaction', 'pipeline',
            'replica', 'deadlock', 'cursor', 'trigger', 'partition', 'sequence', 'backup', 'dashboard', 'checkpoint', 'lexeme',
            'bitmap', 'trigram', 'tablespace', 'watermark'
        ] AS nouns,
        ARRAY[
            'explains', 'replaces', 'measures', 'breaks', 'locks', 'rewrites', 'outgrows', 'survives', 'remembers', 'audits',
            'shadows', 'unmasks'
        ] AS verbs,
        ARRAY[
            'in production', 'under load', 'at midnight', 'after the release', 'without warning', 'on a small budget',
            'before breakfast', 'in Zürich', 'across three continents', 'by coincidence', 'for the last time', 'beyond recognition'
        ] AS endings,
        (SELECT array_agg(id ORDER BY id) FROM auth_user) AS authors
)
INSERT INTO articles_article (title, slug, content, status, created_at, view_count, author_id)
SELECT
    title,
    lower(replace(title, ' ', '-')) || '-' || number,
    content
        || CASE WHEN number % 100 = 37 THEN ' It was a heisenbug.' ELSE '' END
        || CASE WHEN number % 1000 = 137 THEN ' The last move was a zugzwang.' ELSE '' END
        || ' Filed as case' || number || '.',
    CASE WHEN number % 10 = 0 THEN 'draft' ELSE 'published' END,
    timestamptz '2026-01-01 00:00:00+00' + number * interval '211.5 seconds',
    number * 31 % 1000,
    authors[1 + number % cardinality(authors)]
FROM
    phrase,
    (SELECT coalesce(max(id), 0) AS taken FROM articles_article) AS existing,
    generate_series(taken + 1, taken + $1) AS number,
    LATERAL (
        SELECT
            max('The ' || adjective || ' ' || noun || ' that ' || verb || ' the ' || object) FILTER (WHERE part = 0) AS title,
            string_agg('The ' || noun || ' ' || verb || ' the ' || adjective || ' ' || object || ' ' || ending || '.', ' ' ORDER BY part)
                FILTER (WHERE part > 0) AS content
        FROM
            generate_series(0, 5) AS part,
            LATERAL (SELECT number * 6 + part AS step) AS steps,
            LATERAL (
                SELECT
                    step * 2654435761 % 4294967296 / 4294967296::float8 AS a,
                    step * 2246822519 % 4294967296 / 4294967296::float8 AS b,
                    step * 3266489917 % 4294967296 / 4294967296::float8 AS c,
                    step * 668265263 % 4294967296 / 4294967296::float8 AS d,
                    step * 374761393 % 4294967296 / 4294967296::float8 AS e
            ) AS chance,
            LATERAL (
                SELECT
                    adjectives[1 + floor(a * a * a * cardinality(adjectives))::int] AS adjective,
                    nouns[1 + floor(b * b * b * cardinality(nouns))::int] AS noun,
                    nouns[1 + floor(c * c * c * cardinality(nouns))::int] AS object,
                    verbs[1 + floor(d * d * d * cardinality(verbs))::int] AS verb,
                    endings[1 + floor(e * e * e * cardinality(endings))::int] AS ending
            ) AS word
    ) AS text
ORDER BY number
";
