-- What an app has added since is its own.
WITH old_type AS (
    SELECT "id" FROM "django_content_type"
    WHERE ("app_label", "model") IN (
        ('auth', 'permission'), ('auth', 'group'), ('auth', 'user'), ('contenttypes', 'contenttype'),
        ('authtoken', 'token'), ('authtoken', 'tokenproxy'), ('users', 'profile'), ('dashboard', 'item'),
        ('articles', 'article'), ('projects', 'project'), ('projects', 'file'), ('projects', 'check'))
), old_permission AS (
    SELECT "id" FROM "auth_permission" WHERE "content_type_id" IN (SELECT "id" FROM old_type)
), of_users AS (
    DELETE FROM "auth_user_user_permissions" WHERE "permission_id" IN (SELECT "id" FROM old_permission)
), of_groups AS (
    DELETE FROM "auth_group_permissions" WHERE "permission_id" IN (SELECT "id" FROM old_permission)
), permissions AS (
    DELETE FROM "auth_permission" WHERE "id" IN (SELECT "id" FROM old_permission)
)
DELETE FROM "django_content_type" WHERE "id" IN (SELECT "id" FROM old_type);
