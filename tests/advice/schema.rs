//! Tables of a service of some age, small and large: the same rules make every row.

use perf_harness::{SeedError, TemplateDb};

/// Rows of the small database, and of the large one.
pub(crate) const SMALL: u32 = 300;
pub(crate) const LARGE: u32 = 200_000;

/// So many times fewer: an index on ranges takes long to make.
pub(crate) const BOOKINGS: u32 = 4;

/// Users are fewer: a tenth.
const TABLES: &str = "
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, name text NOT NULL, joined timestamptz NOT NULL);
CREATE TABLE articles (
    id bigint PRIMARY KEY, author_id bigint NOT NULL REFERENCES users (id), status text NOT NULL, slug varchar(80) NOT NULL,
    title text NOT NULL, body text NOT NULL, views int NOT NULL, is_featured boolean NOT NULL,
    created_at timestamptz NOT NULL, published_on timestamp, tags text[] NOT NULL, data jsonb NOT NULL);
CREATE TABLE comments (
    id bigint PRIMARY KEY, article_id bigint NOT NULL REFERENCES articles (id), author_id bigint NOT NULL,
    body text NOT NULL, created_at timestamptz NOT NULL, deleted_at timestamptz);
CREATE TABLE orders (
    id bigint PRIMARY KEY, customer_id bigint NOT NULL, state text NOT NULL, reference text NOT NULL, total numeric NOT NULL,
    placed_at timestamptz NOT NULL, paid_at timestamptz);
CREATE TABLE bookings (id bigint PRIMARY KEY, room int NOT NULL, during tstzrange NOT NULL);
";

/// Indexes that do not help, each for a reason of its own.
const INDEXES: &str = "
CREATE INDEX users_email_idx ON users (email);
CREATE INDEX articles_slug_idx ON articles (slug);
CREATE INDEX articles_author_created_idx ON articles (author_id, created_at);
CREATE INDEX articles_published_on_idx ON articles (published_on);
CREATE INDEX orders_reference_idx ON orders (reference);
CREATE INDEX orders_unpaid_idx ON orders (customer_id) WHERE paid_at IS NULL;
CREATE INDEX orders_state_idx ON orders (state);
";

fn rows(n: u32) -> String {
    let users = n / 10;
    let bookings = n / BOOKINGS;
    // Both sizes have the same years.
    let minutes = 400_000 / n;
    format!(
        "INSERT INTO users SELECT i, 'user' || i || '@example.org', 'User ' || i, '2020-01-01'::timestamptz + i * interval '1 hour'
           FROM generate_series(1, {users}) i;
         INSERT INTO articles SELECT i, 1 + i * 7919 % {users},
             CASE WHEN i % 100 = 0 THEN 'draft' WHEN i % 100 < 10 THEN 'archived' ELSE 'published' END,
             'slug-' || i, 'Title ' || i || ' ' || left(md5(i::text), 8), 'words ' || md5((i * 3)::text) || ' ' || md5((i * 5)::text),
             i * 31 % 10007, i % 50 = 0, '2024-01-01'::timestamptz + i * interval '{minutes} minutes',
             '2024-01-01'::timestamp + i * interval '{minutes} minutes',
             ARRAY['t' || i % 1000, 'u' || i % 7], jsonb_build_object('source', 's' || i % 500, 'kind', i % 3)
           FROM generate_series(1, {n}) i;
         INSERT INTO comments SELECT i, 1 + i * 104729::bigint % {n}, 1 + i * 31 % {users}, 'comment ' || md5(i::text),
             '2024-01-01'::timestamptz + i * interval '{minutes} minutes', CASE WHEN i % 40 = 0 THEN now() END
           FROM generate_series(1, {n}) i;
         INSERT INTO orders SELECT i, 1 + i * 7919 % {users}, CASE WHEN i % 100 = 7 THEN 'open' ELSE 'done' END,
             'R-' || lpad(i::text, 8, '0'), i % 977, '2024-01-01'::timestamptz + i * interval '{minutes} minutes',
             CASE WHEN i % 100 <> 7 THEN '2025-01-01'::timestamptz END
           FROM generate_series(1, {n}) i;
         INSERT INTO bookings SELECT i, i % 20, tstzrange('2024-01-01'::timestamptz + i * interval '1 hour',
             '2024-01-01'::timestamptz + i * interval '1 hour' + interval '3 hours')
           FROM generate_series(1, {bookings}) i;"
    )
}

async fn seed(db: TemplateDb, n: u32) -> Result<(), SeedError> {
    let sql = format!("{TABLES} {} {INDEXES}", rows(n));
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
        .execute(&db.pool())
        .await?;
    Ok(())
}

pub(crate) async fn small(db: TemplateDb) -> Result<(), SeedError> {
    seed(db, SMALL).await
}

pub(crate) async fn large(db: TemplateDb) -> Result<(), SeedError> {
    seed(db, LARGE).await
}
