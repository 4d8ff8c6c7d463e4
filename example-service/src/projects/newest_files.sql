SELECT "file"."project_id", "file"."id", "file"."path", "file"."size", "file"."uploaded_at"
FROM
    unnest($1::bigint[]) AS "page" ("id")
    CROSS JOIN LATERAL (
        SELECT * FROM "projects_file"
        WHERE "projects_file"."project_id" = "page"."id" AND "projects_file"."kind" = $2
        ORDER BY "projects_file"."uploaded_at" DESC, "projects_file"."id" DESC
        LIMIT 10
    ) AS "file"
ORDER BY "file"."uploaded_at" DESC, "file"."id" DESC
