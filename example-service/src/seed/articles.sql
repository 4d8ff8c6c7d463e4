-- A title and five sentences, made of words that are drawn by the article's number: the cube of an even
-- distribution, so that the first of each list is common and the last is not.
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
