-- The two statements of `GET /api/v1/projects/`: projects with their owners, and the newest files of each. The ids of the
-- second are asked for in it, as a parameter is not to be had of the first.
SELECT "projects_project"."id" AS "id", "projects_project"."name" AS "name", "projects_project"."status" AS "status", "projects_project"."created_at" AS "created_at", "auth_user"."id" AS "owner_id", "auth_user"."username" AS "owner_username"
FROM "projects_project" INNER JOIN "auth_user" ON "projects_project"."owner_id" = "auth_user"."id"
ORDER BY "projects_project"."id" DESC LIMIT 21;
SELECT "file"."project_id", "file"."id", "file"."path", "file"."size", "file"."uploaded_at"
FROM
    unnest(ARRAY(SELECT "id" FROM "projects_project" ORDER BY "id" DESC LIMIT 20)) AS "page" ("id")
    CROSS JOIN LATERAL (
        SELECT * FROM "projects_file"
        WHERE "projects_file"."project_id" = "page"."id" AND "projects_file"."kind" = 'source'
        ORDER BY "projects_file"."uploaded_at" DESC, "projects_file"."id" DESC
        LIMIT 10
    ) AS "file"
ORDER BY "file"."uploaded_at" DESC, "file"."id" DESC;
