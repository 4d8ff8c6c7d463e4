-- Newer than all that are there, a second apart.
INSERT INTO projects_file (kind, path, size, uploaded_at, project_id)
SELECT
    $3,
    $3 || '/more/' || number || '.txt',
    number,
    latest + number * interval '1 second',
    $2
FROM
    (
        SELECT coalesce(max(uploaded_at), timestamptz '2026-01-01 00:00:00+00') AS latest
        FROM projects_file
        WHERE project_id = $2 AND kind = $3
    ) AS existing,
    generate_series(1, $1) AS number
ORDER BY number
