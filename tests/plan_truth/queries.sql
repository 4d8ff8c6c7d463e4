-- primary key
-- with: 42
SELECT title FROM articles WHERE id = $1

-- unique text
-- with: article-42
SELECT title FROM articles WHERE slug = $1

-- unique uuid
-- with: 35c3a4bb-d9a1-2b2d-e28a-7d1a0e4a6ba1
SELECT name FROM users WHERE external_id = $1

-- list of keys
-- with: {3,5,8,13,21}
SELECT name FROM users WHERE id = ANY($1)

-- long list of keys
SELECT name FROM users WHERE id IN (1,2,3,5,8,13,21,34,55,89,10,11,12,14,15,16,17,18,19,20)

-- foreign key
-- with: 7
SELECT title FROM articles WHERE author_id = $1 ORDER BY created_at DESC LIMIT 10

-- foreign key without an index
-- with: 7
SELECT body FROM comments WHERE author_id = $1

-- foreign key with an index
-- with: 7
SELECT body FROM comments WHERE article_id = $1 ORDER BY created_at

-- composite index, both columns
-- with: 7 | 2025-06-01
SELECT total FROM orders WHERE user_id = $1 AND placed_at > $2

-- composite index, leading column missing
-- with: 2025-12-30
SELECT id FROM orders WHERE placed_at > $1

-- composite index, a second column alone with an order
-- with: 2025-12-30
SELECT id, total FROM orders WHERE placed_at > $1 ORDER BY placed_at LIMIT 20

-- one percent by an index
SELECT id, title FROM articles WHERE created_at >= '2025-12-28'

-- five percent by an index
SELECT id, title FROM articles WHERE created_at >= '2025-12-13'

-- twenty percent by an index
SELECT id, title FROM articles WHERE created_at >= '2025-10-20'

-- half by an index
SELECT id, title FROM articles WHERE created_at >= '2025-07-02'

-- scattered, one percent
SELECT id, title FROM articles WHERE score < 10

-- scattered, five percent
SELECT id, title FROM articles WHERE score < 50

-- scattered, twenty percent
SELECT id, title FROM articles WHERE score < 200

-- scattered, two fifths
SELECT id, title FROM articles WHERE score < 400

-- a category, thirty percent
-- with: 1
SELECT id, title FROM articles WHERE category_id = $1

-- a country, half of all
-- with: DE
SELECT id, name FROM users WHERE country = $1

-- a country, a tenth of all
-- with: NL
SELECT id, name FROM users WHERE country = $1

-- column without an index, rare
-- with: archived
SELECT id, title FROM articles WHERE status = $1

-- column without an index, ordered by the key
-- with: archived
SELECT id, title FROM articles WHERE status = $1 ORDER BY id

-- column without an index, ordered and limited
-- with: archived
SELECT id, title FROM articles WHERE status = $1 ORDER BY id LIMIT 20

-- text search, seldom
SELECT id, title FROM articles WHERE search @@ to_tsquery('simple', 'seldom')

-- text search, one percent
SELECT id, title FROM articles WHERE search @@ to_tsquery('simple', 'hundredth')

-- text search, five percent
SELECT id, title FROM articles WHERE search @@ to_tsquery('simple', 'twentieth')

-- text search, twenty percent
SELECT id, title FROM articles WHERE search @@ to_tsquery('simple', 'fifth')

-- text search, half
SELECT id, title FROM articles WHERE search @@ to_tsquery('simple', 'half')

-- text search, every one
SELECT id, title FROM articles WHERE search @@ to_tsquery('simple', 'every')

-- text search with a limit
SELECT id, title FROM articles WHERE search @@ to_tsquery('simple', 'twentieth') ORDER BY created_at DESC LIMIT 20

-- text search of two words
SELECT id, title FROM articles WHERE search @@ to_tsquery('simple', 'fifth & twentieth')

-- trigram, rare
SELECT id, slug FROM articles WHERE title ILIKE '%number 77%'

-- trigram, too short to be searched
SELECT id, slug FROM articles WHERE title ILIKE '%a1%'

-- trigram, all match
SELECT id, slug FROM articles WHERE title ILIKE '%title%'

-- prefix by a pattern index
SELECT id, title FROM articles WHERE slug LIKE 'article-27%'

-- prefix without a pattern index
SELECT id, name FROM users WHERE email LIKE 'user7%'

-- function on an indexed column
SELECT id, name FROM users WHERE lower(email) = 'user7@example.org'

-- expression index
SELECT id, name FROM users WHERE lower(name) = 'user 7'

-- expression index on a day
SELECT id, total FROM orders WHERE (placed_at AT TIME ZONE 'UTC')::date = '2025-05-05'

-- the same day by a cast that no index has
SELECT id, total FROM orders WHERE date_trunc('day', placed_at) = '2025-05-05'

-- a number where the column is a bigint
SELECT title FROM articles WHERE id = 42::numeric

-- partial index
SELECT id, placed_at FROM orders WHERE status = 'open' ORDER BY placed_at LIMIT 50

-- partial index, all of it
SELECT id, placed_at, total FROM orders WHERE status = 'open'

-- partial index that does not fit
SELECT id, placed_at FROM orders WHERE status = 'shipped' AND placed_at > '2025-12-01'

-- partial index, drafts of a week
SELECT id, title FROM articles WHERE status = 'draft' AND created_at > '2025-12-24'

-- partial index on a flag
SELECT id, body FROM comments WHERE is_spam AND created_at > '2025-12-01'

-- staff
SELECT id, name FROM users WHERE is_staff

-- index-only, rare
SELECT id, total FROM orders WHERE status = 'failed' ORDER BY id

-- index-only count of most
SELECT count(*) FROM orders WHERE status = 'paid'

-- index-only sum of a fifth
SELECT sum(total) FROM orders WHERE status = 'shipped'

-- count of all
SELECT count(*) FROM articles

-- newest ones
SELECT id, title FROM articles ORDER BY created_at DESC LIMIT 20

-- newest ones of a status
SELECT id, title FROM articles WHERE status = 'published' ORDER BY created_at DESC LIMIT 20

-- deep offset
SELECT id, title FROM articles ORDER BY created_at DESC LIMIT 20 OFFSET 150000

-- keyset
SELECT id, title FROM articles WHERE created_at < '2025-06-01' ORDER BY created_at DESC LIMIT 20

-- ordered without an index
SELECT id, title FROM articles ORDER BY title LIMIT 20

-- all in the order of an index
SELECT id, title FROM articles ORDER BY created_at

-- either of two indexes
SELECT id, title FROM articles WHERE author_id = 7 OR score = 3

-- one index and none
SELECT id, title FROM articles WHERE author_id = 7 OR status = 'archived'

-- two indexes at once
SELECT id, title FROM articles WHERE score < 30 AND category_id = 11

-- a value or none
-- with: 7
SELECT id, title FROM articles WHERE $1::bigint IS NULL OR author_id = $1

-- join of one
SELECT a.title, u.name FROM articles a JOIN users u ON u.id = a.author_id WHERE a.id = 42

-- join of a page
SELECT a.title, u.name FROM articles a JOIN users u ON u.id = a.author_id ORDER BY a.created_at DESC LIMIT 20

-- join of one percent
SELECT a.title, u.name FROM articles a JOIN users u ON u.id = a.author_id WHERE a.score < 10

-- join of all
SELECT a.title, u.name FROM articles a JOIN users u ON u.id = a.author_id

-- children of some
SELECT a.id, c.body FROM articles a JOIN comments c ON c.article_id = a.id WHERE a.author_id = 7

-- children of five percent
SELECT a.id, c.body FROM articles a JOIN comments c ON c.article_id = a.id WHERE a.score < 50

-- left join and group
SELECT u.id, count(o.id) FROM users u LEFT JOIN orders o ON o.user_id = u.id WHERE u.id < 20 GROUP BY u.id

-- many to many, one article
SELECT t.name FROM tags t JOIN article_tags x ON x.tag_id = t.id WHERE x.article_id = 42

-- many to many, one tag
SELECT a.id, a.title FROM articles a JOIN article_tags x ON x.article_id = a.id WHERE x.tag_id = 35

-- many to many, by a tag's name
SELECT a.id, a.title FROM articles a JOIN article_tags x ON x.article_id = a.id JOIN tags t ON t.id = x.tag_id WHERE t.name = 'tag 35' ORDER BY a.created_at DESC LIMIT 20

-- three tables of a page
SELECT a.title, u.name, p.city FROM articles a JOIN users u ON u.id = a.author_id JOIN profiles p ON p.user_id = u.id ORDER BY a.id LIMIT 50

-- profile of a city
SELECT u.name FROM users u JOIN profiles p ON p.user_id = u.id WHERE p.city = 'City 7'

-- exists
SELECT u.id, u.name FROM users u WHERE u.country = 'NL' AND EXISTS (SELECT FROM orders o WHERE o.user_id = u.id AND o.status = 'failed')

-- in a subquery
SELECT id, title FROM articles WHERE author_id IN (SELECT id FROM users WHERE is_staff)

-- not in a subquery
SELECT id, title FROM articles WHERE author_id NOT IN (SELECT user_id FROM sessions)

-- not exists
SELECT u.id FROM users u WHERE NOT EXISTS (SELECT FROM articles a WHERE a.author_id = u.id)

-- count for each of a page
SELECT a.id, (SELECT count(*) FROM comments c WHERE c.article_id = a.id) FROM articles a ORDER BY a.created_at DESC LIMIT 20

-- newest of each of some
SELECT u.id, x.title FROM users u CROSS JOIN LATERAL (SELECT title FROM articles a WHERE a.author_id = u.id ORDER BY a.created_at DESC LIMIT 3) x WHERE u.id <= 20

-- first of each
SELECT DISTINCT ON (author_id) author_id, id, title FROM articles ORDER BY author_id, created_at DESC

-- common table expression
WITH recent AS (SELECT id, author_id FROM articles WHERE created_at > '2025-12-30') SELECT r.id, u.name FROM recent r JOIN users u ON u.id = r.author_id

-- materialised common table expression
WITH late AS MATERIALIZED (SELECT * FROM orders WHERE placed_at > '2025-06-01') SELECT count(*) FROM late WHERE user_id = 7

-- group of all
SELECT author_id, count(*) FROM articles GROUP BY author_id

-- window of one
SELECT id, rank() OVER (ORDER BY total DESC) FROM orders WHERE user_id = 7

-- window of all
SELECT id, row_number() OVER (PARTITION BY user_id ORDER BY placed_at) FROM orders

-- union of two
SELECT id FROM articles WHERE author_id = 7 UNION ALL SELECT id FROM comments WHERE article_id = 7

-- maximum by an index
SELECT max(created_at) FROM articles

-- maximum without an index
SELECT max(total) FROM orders

-- partition chosen by its key
SELECT id, kind FROM events WHERE at > '2025-12-30' AND kind = 'error'

-- one partition, all of it
SELECT count(*) FROM events WHERE at >= '2025-10-01'

-- all partitions by an index
SELECT id, kind FROM events WHERE user_id = 7

-- a kind over all partitions
SELECT id, user_id FROM events WHERE kind = 'error'

-- a document's field
SELECT id FROM events WHERE payload ->> 'page' = '7'

-- expired sessions
SELECT token FROM sessions WHERE expires_at < '2025-01-03'

-- sessions of a user
SELECT token FROM sessions WHERE user_id = 7

-- locked rows
SELECT id, total FROM orders WHERE status = 'open' ORDER BY placed_at LIMIT 10 FOR UPDATE SKIP LOCKED

-- category names
SELECT a.id, k.name FROM articles a JOIN categories k ON k.id = a.category_id WHERE a.author_id = 7

-- update one
UPDATE orders SET status = 'paid' WHERE id = 42

-- update by a column without an index
UPDATE orders SET total = total WHERE currency = 'CHF'

-- delete the expired
DELETE FROM sessions WHERE expires_at < '2025-01-02'

-- delete by an unindexed key
DELETE FROM sessions WHERE user_id = 7
