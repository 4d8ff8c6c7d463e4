-- The one statement of `GET /api/dashboard/`, of a user like any other, whose page nobody remembers.
\set owner random(1, :users)
SELECT * FROM (
    SELECT COUNT("status") AS "total", COUNT("status") FILTER (WHERE "status" = 'open') AS "open", COUNT("status") FILTER (WHERE "status" = 'done') AS "done", COUNT("status") FILTER (WHERE "status" = 'archived') AS "archived"
    FROM "dashboard_item" WHERE "owner_id" = :owner
) AS "counts" LEFT JOIN (
    SELECT "dashboard_item"."id" AS "id", "dashboard_item"."title" AS "title", "dashboard_item"."notes" AS "notes", "dashboard_item"."status" AS "status", "dashboard_item"."priority" AS "priority", "dashboard_item"."due_on" AS "due_on", "dashboard_item"."created_at" AS "created_at", "dashboard_item"."updated_at" AS "updated_at"
    FROM "dashboard_item" WHERE "dashboard_item"."owner_id" = :owner
    ORDER BY "dashboard_item"."id" DESC LIMIT 21
) AS "page" ON TRUE;
