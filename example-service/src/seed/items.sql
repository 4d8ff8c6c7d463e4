-- Of all users in turn, or of the one of $2. Of ten items of a user six are open, three done and one archived; every third
-- has no day to be done by.
WITH owner AS (
    SELECT array_agg(id ORDER BY id) AS ids FROM auth_user WHERE $2::integer IS NULL OR id = $2
)
INSERT INTO dashboard_item (title, notes, status, priority, due_on, created_at, updated_at, owner_id)
SELECT
    (ARRAY['Answer', 'Book', 'Call', 'Read', 'Review', 'Write'])[1 + number % 6] || ' number ' || number,
    CASE WHEN number % 4 = 0 THEN '' ELSE 'What is to be done for item ' || number || ', in a few words. In Zürich.' END,
    CASE WHEN turn < 6 THEN 'open' WHEN turn < 9 THEN 'done' ELSE 'archived' END,
    1 + number % 5,
    CASE WHEN number % 3 <> 0 THEN date '2026-01-01' + (number % 1000)::integer END,
    timestamptz '2026-01-01 00:00:00+00' + number * interval '61.5 seconds',
    timestamptz '2026-01-01 00:00:00+00' + number * interval '61.5 seconds' + number % 7 * interval '1 hour',
    ids[1 + number % cardinality(ids)]
FROM
    owner,
    (SELECT coalesce(max(id), 0) AS taken FROM dashboard_item) AS existing,
    generate_series(taken + 1, taken + $1) AS number,
    LATERAL (SELECT (number / cardinality(ids) + number % cardinality(ids)) % 10 AS turn) AS turns
ORDER BY number
