-- What the captured plans are of. `tests/plan_corpus.rs` loads it, and tells how the captures are made again.
CREATE TABLE teams (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE users (
    id int PRIMARY KEY, team_id int REFERENCES teams, name text NOT NULL, email text NOT NULL UNIQUE,
    status text NOT NULL, score numeric NOT NULL, joined timestamptz NOT NULL
);
CREATE TABLE articles (
    id int PRIMARY KEY, author_id int NOT NULL REFERENCES users, title text NOT NULL, body text NOT NULL,
    category int NOT NULL, published timestamptz NOT NULL, words tsvector NOT NULL
);
CREATE TABLE comments (
    id int PRIMARY KEY, article_id int NOT NULL REFERENCES articles ON DELETE CASCADE, author_id int NOT NULL,
    body text NOT NULL
);
-- A few rows in each of its many blocks.
CREATE TABLE sparse (id int PRIMARY KEY, kind int NOT NULL, body text NOT NULL) WITH (fillfactor = 10);
CREATE TABLE documents (id int PRIMARY KEY, content xml);
CREATE SCHEMA "Other Place";
CREATE TABLE "Other Place"."Mixed Case" (id int PRIMARY KEY, "Group" int NOT NULL, "it's" text);
CREATE TABLE events (id int NOT NULL, at date NOT NULL, kind int NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE events_2023 PARTITION OF events FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

INSERT INTO teams SELECT n, 'team ' || n FROM generate_series(1, 10) n;
INSERT INTO users
    SELECT n, 1 + n % 10, 'user ' || n, 'user' || n || '@example.com', (ARRAY['active', 'idle', 'gone'])[1 + n % 3],
           n * 1.5, timestamptz '2024-01-01 00:00:00Z' + n * interval '1 hour'
      FROM generate_series(1, 1000) n;
INSERT INTO articles
    SELECT n, 1 + (n * 7) % 1000, 'article ' || n, repeat('body ', 20), n % 50,
           timestamptz '2024-01-01 00:00:00Z' + n * interval '1 minute',
           to_tsvector('simple', 'article number word' || n % 500)
      FROM generate_series(1, 10000) n;
INSERT INTO comments SELECT n, 1 + (n * 13) % 10000, 1 + n % 1000, 'comment ' || n FROM generate_series(1, 20000) n;
INSERT INTO sparse SELECT n, n % 100, repeat('body ', 50) FROM generate_series(1, 6000) n;
INSERT INTO documents SELECT n, NULL FROM generate_series(1, 10) n;
INSERT INTO "Other Place"."Mixed Case" SELECT n, n % 100, 'it' || n FROM generate_series(1, 2000) n;
INSERT INTO events SELECT n, date '2023-01-01' + n % 1090, n % 20 FROM generate_series(1, 6000) n;

CREATE INDEX users_team_id ON users (team_id);
CREATE INDEX users_lower_name ON users (lower(name));
CREATE INDEX articles_author_id ON articles (author_id);
CREATE INDEX articles_category_published ON articles (category, published);
CREATE INDEX articles_published ON articles (published DESC);
CREATE INDEX articles_words ON articles USING gin (words);
CREATE INDEX sparse_kind ON sparse (kind);
CREATE INDEX comments_article_id ON comments (article_id);
CREATE INDEX "Mixed Case_Group" ON "Other Place"."Mixed Case" ("Group");
CREATE INDEX events_at ON events (at);
CREATE INDEX events_kind ON events (kind);

CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER comments_noted BEFORE UPDATE ON comments FOR EACH ROW EXECUTE FUNCTION noted();

DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'file_fdw') THEN
        CREATE EXTENSION file_fdw;
        CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
        CREATE FOREIGN TABLE nothing_foreign (id int, name text) SERVER files OPTIONS (filename '/dev/null');
    END IF;
END $$;
