INSERT INTO "projects_project" ("name", "description", "status", "created_at", "updated_at", "owner_id")
SELECT "name", "description", "status", $4, $4, $5
FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS "new" ("name", "description", "status", "place")
ORDER BY "place"
RETURNING "id"
