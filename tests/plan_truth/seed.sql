-- The same generator at any size: `{users}`, `{articles}` .. are numbers of rows. All is spread over the year 2025.
CREATE FUNCTION pick(i bigint, salt bigint, among bigint) RETURNS bigint IMMUTABLE LANGUAGE sql
    AS 'SELECT (hashint8extended(i, salt) & 9223372036854775807) % among';
-- Of a hundred, how far along is this one?
CREATE FUNCTION percent(i bigint, salt bigint) RETURNS bigint IMMUTABLE LANGUAGE sql
    AS 'SELECT (hashint8extended(i, salt) & 9223372036854775807) % 100';
-- One among many, the first ones more often.
CREATE FUNCTION skewed(i bigint, salt bigint, among bigint) RETURNS bigint IMMUTABLE LANGUAGE sql
    AS 'SELECT floor(among * power(((hashint8extended(i, salt) & 9223372036854775807) % 1000003) / 1000003.0::float8, 2))::bigint';

INSERT INTO categories SELECT i, 'category ' || i FROM generate_series(1, 12) i;

INSERT INTO users
SELECT i, 'user' || i || '@example.org', 'User ' || pick(i, 1, {users}),
       (ARRAY['DE','DE','DE','DE','DE','FR','FR','FR','AT','NL'])[1 + pick(i, 2, 10)],
       percent(i, 3) = 0, '2025-01-01'::timestamptz + i * interval '365 days' / {users},
       md5('user' || i)::uuid
  FROM generate_series(1, {users}) i;

INSERT INTO profiles SELECT i, 'City ' || pick(i, 4, 40), repeat('about ', 5) || i FROM generate_series(1, {users}) i;

INSERT INTO articles (id, author_id, category_id, slug, title, body, status, score, created_at)
SELECT i, 1 + pick(i, 5, {users}), 1 + skewed(i, 6, 12), 'article-' || i,
       'Title ' || md5('t' || i) || ' number ' || i,
       concat_ws(' ', 'every',
           CASE WHEN percent(i, 7) < 50 THEN 'half' END,
           CASE WHEN percent(i, 8) < 20 THEN 'fifth' END,
           CASE WHEN percent(i, 9) < 5 THEN 'twentieth' END,
           CASE WHEN percent(i, 10) < 1 THEN 'hundredth' END,
           CASE WHEN i % 150 = 0 THEN 'seldom' END,
           'w' || skewed(i, 11, 500), 'w' || skewed(i, 12, 500)),
       CASE WHEN percent(i, 13) < 80 THEN 'published' WHEN percent(i, 13) < 95 THEN 'draft' ELSE 'archived' END,
       pick(i, 14, 1000), '2025-01-01'::timestamptz + i * interval '365 days' / {articles}
  FROM generate_series(1, {articles}) i;

INSERT INTO comments
SELECT i, 1 + skewed(i, 15, {articles}), 1 + pick(i, 16, {users}), 'comment ' || i || ' says ' || md5('c' || i),
       percent(i, 17) < 2, '2025-01-01'::timestamptz + pick(i, 18, 31536000) * interval '1 second'
  FROM generate_series(1, {comments}) i;

INSERT INTO tags SELECT i, 'tag ' || i FROM generate_series(1, {tags}) i;

INSERT INTO article_tags
SELECT DISTINCT 1 + pick(i, 19, {articles}), 1 + skewed(i, 20, {tags}) FROM generate_series(1, {article_tags}) i;

INSERT INTO orders
SELECT i, 1 + skewed(i, 21, {users}),
       CASE WHEN percent(i, 22) < 70 THEN 'paid' WHEN percent(i, 22) < 90 THEN 'shipped'
            WHEN percent(i, 22) < 99 THEN 'open' ELSE 'failed' END,
       (ARRAY['EUR','EUR','EUR','USD','CHF'])[1 + pick(i, 23, 5)], pick(i, 24, 100000) / 100.0,
       '2025-01-01'::timestamptz + i * interval '365 days' / ({orders} + 1)
  FROM generate_series(1, {orders}) i;

INSERT INTO events
SELECT i, '2025-01-01'::timestamptz + i * interval '365 days' / ({events} + 1),
       (ARRAY['view','view','view','view','view','view','click','click','buy','error'])[1 + pick(i, 25, 10)],
       1 + pick(i, 26, {users}), jsonb_build_object('page', pick(i, 27, 50))
  FROM generate_series(1, {events}) i;

INSERT INTO sessions
SELECT md5('s' || i), 1 + pick(i, 28, {users}),
       '2025-01-01'::timestamptz + pick(i, 29, 31536000) * interval '1 second', repeat('x', 40)
  FROM generate_series(1, {sessions}) i;

DROP FUNCTION pick, percent, skewed;
