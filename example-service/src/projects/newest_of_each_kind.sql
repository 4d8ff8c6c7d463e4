SELECT "file"."id", "file"."kind", "file"."path", "file"."size", "file"."uploaded_at"
FROM
    (VALUES ('data'), ('document'), ('source'), ('test')) AS "of" ("kind")
    CROSS JOIN LATERAL (
        SELECT * FROM "projects_file"
        WHERE "projects_file"."project_id" = $1 AND "projects_file"."kind" = "of"."kind"
        ORDER BY "projects_file"."uploaded_at" DESC, "projects_file"."id" DESC
        LIMIT 10
    ) AS "file"
ORDER BY "file"."kind", "file"."uploaded_at" DESC, "file"."id" DESC
