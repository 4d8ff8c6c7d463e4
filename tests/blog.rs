//! A blog's tables, small: what plans are asserted on.

use perf_harness::TemplateDb;

pub(crate) async fn blog(db: TemplateDb) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(
        "CREATE TABLE authors (id bigint PRIMARY KEY, name text NOT NULL);
         CREATE TABLE articles (
             id bigint PRIMARY KEY, author_id bigint NOT NULL REFERENCES authors, slug text NOT NULL,
             title text NOT NULL, content text NOT NULL, status text NOT NULL, created_at timestamptz NOT NULL);
         CREATE UNIQUE INDEX articles_slug_idx ON articles (slug);
         CREATE INDEX articles_newest_idx ON articles (created_at DESC, id DESC);
         CREATE INDEX articles_author_idx ON articles (author_id, created_at DESC);
         CREATE INDEX articles_drafts_idx ON articles (created_at) WHERE status = 'draft';
         CREATE INDEX articles_search_idx ON articles
             USING gin (to_tsvector('english', title || ' ' || content));
         CREATE TABLE tags (id bigint PRIMARY KEY, name text NOT NULL);
         CREATE TABLE drafts (id bigint PRIMARY KEY, title text NOT NULL);
         CREATE SCHEMA archive;
         CREATE TABLE archive.tags (id bigint PRIMARY KEY, name text NOT NULL);
         CREATE TABLE visits (at timestamptz NOT NULL, article_id bigint NOT NULL) PARTITION BY RANGE (at);
         CREATE TABLE visits_1 PARTITION OF visits FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
         CREATE TABLE visits_2 PARTITION OF visits FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
         CREATE INDEX visits_article_idx ON visits (article_id);
         INSERT INTO visits SELECT timestamptz '2026-01-01' + n * interval '1 hour', n % 100 FROM generate_series(1, 1000) n;
         CREATE FUNCTION count_drafts() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN
             RETURN (SELECT count(*) FROM articles WHERE content LIKE '%draft%');
         END $$;
         INSERT INTO authors SELECT n, 'author ' || n FROM generate_series(1, 20) n;
         INSERT INTO articles SELECT n, n % 20 + 1, 'slug-' || n, 'title ' || n,
             'on rust and ' || CASE WHEN n % 100 = 0 THEN 'borrowing' ELSE 'other things' END || repeat(' and more', 40),
             CASE WHEN n % 10 = 0 THEN 'draft' ELSE 'published' END, timestamptz '2026-01-01' + n * interval '1 hour'
           FROM generate_series(1, 300) n;
         INSERT INTO tags SELECT n, 'tag ' || n FROM generate_series(1, 20) n;
         INSERT INTO archive.tags SELECT n, 'tag ' || n FROM generate_series(1, 20) n;",
    )
    .execute(&db.pool())
    .await?;
    Ok(())
}
