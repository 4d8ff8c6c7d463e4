-- Each is explained in a transaction that is rolled back: `run` with what came of it, `with` these settings, `generic` as
-- prepared with these values and planned for all.

-- name: seq_scan
-- run
SELECT name FROM users u WHERE status = 'active' AND score > 750.5
-- name: seq_scan_of_all
SELECT * FROM teams
-- name: index_scan
-- run
SELECT title FROM articles WHERE id = 4711
-- name: index_scan_generic
-- generic: 4711
SELECT title FROM articles WHERE id = $1
-- name: index_scan_with_filter
-- run
SELECT a.title FROM articles AS a WHERE a.author_id = 7 AND a.title LIKE '%a secret%'
-- name: index_scan_of_list
-- run
SELECT name FROM users WHERE id IN (1, 5, 900)
-- name: index_scan_backward
-- run
SELECT id, published FROM articles ORDER BY category DESC, published DESC LIMIT 3
-- name: index_only_scan
-- run
-- with: enable_bitmapscan = off
SELECT published FROM articles WHERE category = 7 AND published > '2024-01-03'
-- name: index_on_expression
-- run
SELECT id FROM users WHERE lower(name) = 'user 77'
-- name: bitmap
-- run
-- with: enable_indexscan = off
SELECT title FROM articles WHERE author_id = 8
-- name: bitmap_and
-- run
-- with: enable_indexscan = off
SELECT title FROM articles WHERE author_id IN (71, 72, 73, 74) AND category = 3
-- name: bitmap_or
-- run
SELECT title FROM articles WHERE author_id = 8 OR category = 9
-- name: bitmap_lossy
-- run
-- with: work_mem = '64kB'
-- with: enable_seqscan = off
-- with: enable_indexscan = off
SELECT max(body) FROM sparse WHERE kind < 90
-- name: full_text
-- run
SELECT title FROM articles WHERE words @@ to_tsquery('simple', 'word77')
-- name: tid_scan
-- run
SELECT id FROM users WHERE ctid = '(0,3)'
-- name: tid_range_scan
-- run
SELECT id FROM users WHERE ctid < '(2,0)'
-- name: sample_scan
-- run
SELECT count(*) FROM articles TABLESAMPLE SYSTEM (10) REPEATABLE (7)
-- name: function_scan
-- run
SELECT n FROM generate_series(1, 10) AS n WHERE n > 3
-- name: table_function_scan
SELECT x.n FROM documents, XMLTABLE('/r' PASSING content COLUMNS n int) AS x
-- name: values_scan
-- run
SELECT * FROM (VALUES (1, 'a'), (2, 'b'), (3, 'c')) AS v (id, letter) WHERE id > 1
-- name: result
-- run
SELECT 1 + 1
-- name: result_one_time_filter
-- run
SELECT name FROM users WHERE current_setting('application_name') = 'nobody at all'
-- name: nothing
-- run
SELECT name FROM users WHERE false
-- name: project_set
-- run
SELECT generate_series(1, 3), id FROM teams
-- name: nested_loop
-- run
SELECT u.name, a.title FROM users u JOIN articles a ON a.author_id = u.id WHERE u.id = 15
-- name: nested_loop_join_filter
-- run
SELECT count(*) FROM teams a JOIN teams b ON a.id < b.id
-- name: nested_loop_materialize
-- run
-- with: enable_hashjoin = off
-- with: enable_mergejoin = off
-- with: enable_indexscan = off
-- with: enable_bitmapscan = off
-- with: enable_indexonlyscan = off
-- with: enable_memoize = off
SELECT count(*) FROM teams t JOIN users u ON u.team_id <> t.id
-- name: hash_join
-- run
SELECT t.name, u.name FROM users u JOIN teams t ON t.id = u.team_id
-- name: hash_join_outer
-- run
SELECT t.name, count(u.id) FROM teams t LEFT JOIN users u ON u.team_id = t.id AND u.status = 'idle' GROUP BY t.name
-- name: hash_join_full
SELECT count(*) FROM users u FULL JOIN articles a ON a.author_id = u.id
-- name: hash_join_spills
-- run
-- with: work_mem = '64kB'
-- with: enable_mergejoin = off
-- with: enable_nestloop = off
SELECT count(a.body), max(c.body) FROM articles a JOIN comments c ON c.article_id = a.id
-- name: semi_join
-- run
SELECT t.name FROM teams t WHERE EXISTS (SELECT FROM users u WHERE u.team_id = t.id AND u.status = 'gone')
-- name: anti_join
-- run
SELECT u.name FROM users u WHERE NOT EXISTS (SELECT FROM articles a WHERE a.author_id = u.id)
-- name: merge_join
-- run
-- with: enable_hashjoin = off
-- with: enable_nestloop = off
SELECT count(*) FROM articles a JOIN comments c ON c.article_id = a.id
-- name: merge_join_sorted
-- run
-- with: enable_hashjoin = off
-- with: enable_nestloop = off
SELECT u.name, a.title FROM users u JOIN articles a ON a.title = u.name ORDER BY u.score
-- name: memoize
-- run
-- with: enable_hashjoin = off
-- with: enable_mergejoin = off
SELECT count(u.name) FROM comments c JOIN users u ON u.id = c.author_id WHERE c.id < 3000
-- name: lateral
-- run
SELECT t.name, l.title FROM teams t, LATERAL (
    SELECT a.title FROM articles a JOIN users u ON u.id = a.author_id WHERE u.team_id = t.id ORDER BY a.published DESC LIMIT 2
) l
-- name: subquery_scan
SELECT * FROM (SELECT id, row_number() OVER (ORDER BY id DESC) AS place FROM users) AS numbered WHERE place % 2 = 0
-- name: init_plan
-- run
SELECT name FROM users WHERE score > (SELECT avg(score) FROM users)
-- name: init_plan_two
SELECT name FROM users WHERE score > (SELECT min(score) FROM users) AND score < (SELECT max(score) FROM users WHERE status = 'idle')
-- name: sub_plan
-- run
SELECT t.name, (SELECT count(*) FROM users u WHERE u.team_id = t.id) FROM teams t
-- name: sub_plan_hashed
-- run
SELECT name FROM users WHERE id NOT IN (SELECT author_id FROM articles WHERE category = 3)
-- name: sub_plan_of_both_kinds
SELECT name FROM users u WHERE status = 'active' OR EXISTS (SELECT FROM articles a WHERE a.author_id = u.id)
-- name: array_sub_plan
SELECT t.name, ARRAY(SELECT u.name FROM users u WHERE u.team_id = t.id ORDER BY u.name) FROM teams t
-- name: min_by_index
SELECT min(published), max(published) FROM articles
-- name: cte_inlined
WITH recent AS (SELECT * FROM articles WHERE category = 3) SELECT title FROM recent WHERE id = 3
-- name: cte_materialized
-- run
WITH recent AS MATERIALIZED (SELECT id, title, author_id FROM articles WHERE category = 3)
SELECT r.title FROM recent r JOIN recent s ON s.author_id = r.author_id AND s.id > r.id
-- name: cte_recursive
-- run
WITH RECURSIVE numbers (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM numbers WHERE n < 5) SELECT sum(n) FROM numbers
-- name: cte_that_writes
-- run
WITH gone AS (DELETE FROM comments WHERE id < 10 RETURNING article_id) SELECT count(*) FROM gone
-- name: append
-- run
SELECT id FROM users WHERE id < 4 UNION ALL SELECT id FROM articles WHERE id < 4
-- name: union
-- run
SELECT status FROM users UNION SELECT name FROM teams
-- name: intersect
-- run
SELECT id FROM users INTERSECT SELECT author_id FROM articles
-- name: except
SELECT id FROM users EXCEPT ALL SELECT author_id FROM articles
-- name: partitions
-- run
SELECT sum(id) FROM events WHERE kind = 3
-- name: partitions_pruned
-- run
SELECT id FROM events WHERE at = '2024-05-05'
-- name: partitions_pruned_at_start
-- generic: '2024-05-05'
-- run
SELECT id FROM events WHERE at = $1
-- name: merge_append
-- run
SELECT id, at FROM events ORDER BY at LIMIT 5
-- name: merge_append_by_key
-- run
-- with: enable_sort = off
SELECT id, kind FROM events ORDER BY kind LIMIT 5
-- name: aggregate
-- run
SELECT count(*) FROM users
-- name: aggregate_hashed
-- run
SELECT category, count(*) FROM articles GROUP BY category HAVING count(*) > 10
-- name: aggregate_sorted
-- run
-- with: enable_hashagg = off
SELECT status, count(*) FROM users GROUP BY status
-- name: aggregate_spills
-- run
-- with: work_mem = '64kB'
-- with: enable_sort = off
SELECT body, count(*) FROM comments GROUP BY body
-- name: grouping_sets
-- run
SELECT status, team_id, count(*) FROM users GROUP BY GROUPING SETS ((status), (team_id), ())
-- name: group
-- with: enable_hashagg = off
SELECT status FROM users GROUP BY status
-- name: distinct
-- run
-- with: enable_hashagg = off
SELECT DISTINCT category FROM articles
-- name: window
-- run
SELECT id, rank() OVER (PARTITION BY team_id ORDER BY score DESC) FROM users
-- name: sort
-- run
SELECT name, score FROM users ORDER BY status, score DESC NULLS LAST
-- name: sort_top
-- run
SELECT title FROM articles WHERE category < 20 ORDER BY title LIMIT 10 OFFSET 5
-- name: sort_spills
-- run
-- with: work_mem = '64kB'
SELECT body FROM comments ORDER BY body
-- name: incremental_sort
-- run
-- with: enable_seqscan = off
SELECT id FROM articles ORDER BY category, title LIMIT 300
-- name: incremental_sort_spills
-- run
-- with: enable_seqscan = off
-- with: enable_sort = off
-- with: work_mem = '64kB'
SELECT id, body || body || body || body FROM articles ORDER BY category, title
-- name: limit_only
-- run
SELECT id FROM comments LIMIT 5
-- name: lock_rows
-- run
SELECT name FROM users WHERE id = 9 FOR UPDATE
-- name: insert
-- run
INSERT INTO teams VALUES (11, 'eleven')
-- name: insert_select
-- run
INSERT INTO comments SELECT id + 100000, article_id, author_id, body FROM comments WHERE article_id = 9
-- name: insert_on_conflict
-- run
INSERT INTO users VALUES (1, 1, 'x', 'user1@example.com', 'idle', 1, now()) ON CONFLICT (email) DO UPDATE SET name = excluded.name WHERE users.status <> 'secret'
-- name: update
-- run
UPDATE comments SET body = 'changed' WHERE article_id = 14
-- name: update_from
UPDATE users u SET score = 0 FROM teams t WHERE t.id = u.team_id AND t.name = 'team 3'
-- name: delete
-- run
DELETE FROM articles WHERE id = 33
-- name: update_partitions
-- run
UPDATE events SET kind = 1 WHERE id = 7
-- name: merge
-- run
-- from: 15
MERGE INTO teams t USING (VALUES (1, 'one'), (99, 'new')) AS n (id, name) ON t.id = n.id
WHEN MATCHED THEN UPDATE SET name = n.name WHEN NOT MATCHED THEN INSERT VALUES (n.id, n.name)
-- name: gather
-- run
-- with: parallel_setup_cost = 0
-- with: parallel_tuple_cost = 0
-- with: min_parallel_table_scan_size = 0
SELECT id FROM comments WHERE body LIKE '%99'
-- name: gather_aggregate
-- run
-- with: parallel_setup_cost = 0
-- with: parallel_tuple_cost = 0
-- with: min_parallel_table_scan_size = 0
SELECT author_id % 7, count(*) FROM comments GROUP BY 1
-- name: gather_merge
-- run
-- with: parallel_setup_cost = 0
-- with: parallel_tuple_cost = 0
-- with: min_parallel_table_scan_size = 0
SELECT id, body FROM comments WHERE body LIKE '%9%' ORDER BY body
-- name: parallel_hash_join
-- run
-- with: parallel_setup_cost = 0
-- with: parallel_tuple_cost = 0
-- with: min_parallel_table_scan_size = 0
-- with: enable_mergejoin = off
-- with: enable_nestloop = off
SELECT count(*) FROM articles a JOIN comments c ON c.article_id = a.id AND c.body <> a.body
-- name: parallel_bitmap
-- run
-- with: parallel_setup_cost = 0
-- with: parallel_tuple_cost = 0
-- with: min_parallel_table_scan_size = 0
-- with: enable_seqscan = off
-- with: enable_indexscan = off
SELECT count(title) FROM articles WHERE category < 20
-- name: disabled
-- with: enable_seqscan = off
SELECT name FROM users WHERE score = 1
-- name: quoted_names
-- run
SELECT m.id FROM "Other Place"."Mixed Case" m WHERE m."Group" = 5 AND m."it's" <> 'it''s ('
-- name: quoted_alias
SELECT "An Alias".id FROM "Other Place"."Mixed Case" AS "An Alias" WHERE "An Alias"."Group" = 5
-- name: casts
SELECT id FROM users WHERE status = 'idle'::varchar AND joined > '2024-02-01'::timestamptz AND score BETWEEN 1.5 AND 2e3 AND id = ANY ('{1,2,3}'::int[])
-- name: casts_generic
-- generic: 'idle', '2024-02-01', 1.5, 2000, '{1,2,3}'
SELECT id FROM users WHERE status = $1::varchar AND joined > $2::timestamptz AND score BETWEEN $3 AND $4 AND id = ANY ($5::int[])
-- name: sorts_by_expression
SELECT id FROM users ORDER BY (score + 42.5), lower(name) DESC
-- name: foreign_scan
-- run
-- needs: file_fdw
SELECT f.name FROM nothing_foreign f JOIN teams t ON t.id = f.id WHERE f.name = 'a secret'
-- name: gather_spills
-- run
-- with: parallel_setup_cost = 0
-- with: parallel_tuple_cost = 0
-- with: min_parallel_table_scan_size = 0
-- with: work_mem = '64kB'
SELECT id, body FROM comments ORDER BY body, id
-- name: cte_spills
-- run
-- with: work_mem = '64kB'
WITH all_of_it AS MATERIALIZED (SELECT body, id FROM comments) SELECT count(*), max(body) FROM all_of_it
-- name: sub_plan_exists
-- with: enable_seqscan = off
SELECT name, EXISTS (SELECT FROM articles a WHERE a.author_id = u.id AND a.category = 2) FROM users u WHERE id < 5 AND NOT EXISTS (SELECT FROM teams t WHERE t.id = u.team_id OFFSET 0)
-- name: sub_plan_of_two_columns
SELECT name FROM users u WHERE (id, team_id) NOT IN (SELECT author_id, category FROM articles)
-- name: sub_plan_in_condition
SELECT name FROM users u WHERE score > ALL (SELECT a.category FROM articles a WHERE a.author_id = u.id)
-- name: sub_plan_scalar_in_condition
SELECT name FROM users u WHERE score > 2 * (SELECT count(*) FROM articles a WHERE a.author_id = u.id AND a.category <> 5)
-- name: full_text_generic
-- generic: 'word77'
SELECT title FROM articles WHERE words @@ to_tsquery('simple', $1)
-- name: full_text_ranked
-- run
SELECT title FROM articles WHERE words @@ to_tsquery('simple', 'word77 | word78') ORDER BY ts_rank(words, to_tsquery('simple', 'word77 | word78')) DESC LIMIT 10
-- name: page_by_cursor
-- run
SELECT id, title FROM articles WHERE (category, published) > (7, '2024-01-03') ORDER BY category, published LIMIT 20
-- name: page_by_offset
-- run
SELECT id, title FROM articles ORDER BY category, published LIMIT 20 OFFSET 2000
-- name: index_only_scan_after_writes
-- run
-- with: enable_bitmapscan = off
-- with: enable_seqscan = off
-- before: UPDATE articles SET category = category WHERE id < 2000
SELECT category FROM articles WHERE category = 7
