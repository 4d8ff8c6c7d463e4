-- The one statement of `GET /api/dashboard/`, of a user like any other, whose page nobody remembers.
\set owner random(1, :users)
SELECT * FROM (
    SELECT COUNT("status") AS "total", COUNT("status") FILTER (WHERE "status" = 'open') AS "open", COUNT("status") FILTER (WHERE "status" = 'done') AS "done", COUNT("status") FILTER (WHERE "status" = 'archived') AS "archived"
    FROM "dashboard_item" WHERE "owner_id" = :owner
) AS "counts" LEFT JOIN (
    SELECT "dashboard_item"."id", "dashboard_item"."title", "dashboard_item"."notes", "dashboard_item"."status", "dashboard_item"."priority", "dashboard_item"."due_on", "dashboard_item"."created_at", "dashboard_item"."updated_at"
    FROM "dashboard_item" WHERE "dashboard_item"."owner_id" = :owner
    ORDER BY "dashboard_item"."id" DESC LIMIT 21
) AS "page" ON TRUE;
