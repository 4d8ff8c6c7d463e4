-- A shop with a blog. `seed.sql` fills it at any size.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE categories (id int PRIMARY KEY, name text NOT NULL UNIQUE);

CREATE TABLE users (
    id bigint PRIMARY KEY,
    email text NOT NULL UNIQUE,
    name text NOT NULL,
    country text NOT NULL,
    is_staff boolean NOT NULL,
    created_at timestamptz NOT NULL,
    external_id uuid NOT NULL UNIQUE
);

CREATE TABLE profiles (
    user_id bigint PRIMARY KEY REFERENCES users,
    city text NOT NULL,
    bio text NOT NULL
);

CREATE TABLE articles (
    id bigint PRIMARY KEY,
    author_id bigint NOT NULL REFERENCES users,
    category_id int NOT NULL REFERENCES categories,
    slug text NOT NULL UNIQUE,
    title text NOT NULL,
    body text NOT NULL,
    status text NOT NULL,
    score int NOT NULL,
    created_at timestamptz NOT NULL,
    search tsvector GENERATED ALWAYS AS (to_tsvector('simple', title || ' ' || body)) STORED
);

CREATE TABLE comments (
    id bigint PRIMARY KEY,
    article_id bigint NOT NULL REFERENCES articles,
    author_id bigint NOT NULL REFERENCES users,
    body text NOT NULL,
    is_spam boolean NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE tags (id int PRIMARY KEY, name text NOT NULL UNIQUE);

CREATE TABLE article_tags (
    article_id bigint NOT NULL REFERENCES articles,
    tag_id int NOT NULL REFERENCES tags,
    PRIMARY KEY (article_id, tag_id)
);

CREATE TABLE orders (
    id bigint PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users,
    status text NOT NULL,
    currency text NOT NULL,
    total numeric(10, 2) NOT NULL,
    placed_at timestamptz NOT NULL
);

CREATE TABLE events (
    id bigint NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    user_id bigint NOT NULL,
    payload jsonb NOT NULL,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE TABLE events_q1 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2025-04-01');
CREATE TABLE events_q2 PARTITION OF events FOR VALUES FROM ('2025-04-01') TO ('2025-07-01');
CREATE TABLE events_q3 PARTITION OF events FOR VALUES FROM ('2025-07-01') TO ('2025-10-01');
CREATE TABLE events_q4 PARTITION OF events FOR VALUES FROM ('2025-10-01') TO ('2026-01-01');

CREATE TABLE sessions (
    token text PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users,
    expires_at timestamptz NOT NULL,
    data text NOT NULL
);
