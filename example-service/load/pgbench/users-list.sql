-- The three statements of `GET /api/users/`: users with profiles, their groups, their permissions.
SELECT "auth_user"."id", "auth_user"."username", "auth_user"."first_name", "auth_user"."last_name", "auth_user"."email", "auth_user"."date_joined", "auth_user"."is_active", "auth_user"."is_superuser", "profiles"."bio", "profiles"."location", "profiles"."website", "profiles"."birth_date"
FROM "auth_user" LEFT JOIN "profiles" ON "auth_user"."id" = "profiles"."user_id"
ORDER BY "auth_user"."id" ASC LIMIT 21;
SELECT "auth_user_groups"."user_id", array_agg("auth_group"."name") AS "names"
FROM "auth_user_groups"
    INNER JOIN "auth_group" ON "auth_group"."id" = "auth_user_groups"."group_id"
WHERE "auth_user_groups"."user_id" = ANY('{1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20}'::integer[])
GROUP BY "auth_user_groups"."user_id";
SELECT "granted"."user_id", array_agg("django_content_type"."app_label" || '.' || "auth_permission"."codename") AS "names"
FROM (
        SELECT "auth_user_user_permissions"."user_id", "auth_user_user_permissions"."permission_id"
        FROM "auth_user_user_permissions"
        WHERE "auth_user_user_permissions"."user_id" = ANY('{1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20}'::integer[])
        UNION
        SELECT "auth_user_groups"."user_id", "auth_group_permissions"."permission_id"
        FROM "auth_user_groups"
            INNER JOIN "auth_group_permissions" ON "auth_group_permissions"."group_id" = "auth_user_groups"."group_id"
        WHERE "auth_user_groups"."user_id" = ANY('{1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20}'::integer[])
    ) AS "granted"
    INNER JOIN "auth_permission" ON "auth_permission"."id" = "granted"."permission_id"
    INNER JOIN "django_content_type" ON "django_content_type"."id" = "auth_permission"."content_type_id"
GROUP BY "granted"."user_id";
