-- Each with 30 files of each kind, two of each moment and not in the order of their ids, and 12 checks. Files and checks come
-- from all projects in turn, as time brings them: those of one project lie far from each other.
WITH author AS (
    SELECT array_agg(id ORDER BY id) AS ids FROM auth_user
),
new_project AS (
    INSERT INTO projects_project (name, description, status, created_at, updated_at, owner_id)
    SELECT
        'Project ' || number,
        CASE WHEN number % 3 <> 0 THEN 'What project ' || number || ' is for, in a few words.' ELSE '' END,
        CASE WHEN number % 4 = 0 THEN 'archived' ELSE 'active' END,
        timestamptz '2026-01-01 00:00:00+00' + number * interval '90.5 seconds',
        timestamptz '2026-06-01 00:00:00+00' + number * interval '90.25 seconds',
        ids[1 + (number - 1) % cardinality(ids)]
    FROM
        author,
        (SELECT coalesce(max(id), 0) AS taken FROM projects_project) AS existing,
        generate_series(taken + 1, taken + $1) AS number
    ORDER BY number
    RETURNING id, created_at
),
new_file AS (
    INSERT INTO projects_file (kind, path, size, uploaded_at, project_id)
    SELECT
        kind,
        kind || '/' || number || '.txt',
        new_project.id * 1000 + number,
        created_at + number * 7 % 30 / 2 * interval '61.5 seconds',
        new_project.id
    FROM
        new_project,
        generate_series(1, 30) AS number,
        unnest(ARRAY['source', 'test', 'document', 'data']) AS kind
    ORDER BY number, kind, new_project.id
)
INSERT INTO projects_check (name, state, created_at, project_id, author_id)
SELECT
    'Check ' || number,
    CASE
        WHEN new_project.id % 7 = 0 AND number IN (4, 9) THEN 'failed'
        WHEN number = 12 THEN 'running'
        ELSE 'passed'
    END,
    created_at + number * interval '1 hour',
    new_project.id,
    ids[1 + (new_project.id * 5 + number) % cardinality(ids)]
FROM author, new_project, generate_series(1, 12) AS number
ORDER BY number, new_project.id
