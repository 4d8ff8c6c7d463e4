-- The rows that `manage.py migrate` leaves in the tables of django.contrib.contenttypes and django.contrib.auth: a content
-- type for each model, four permissions for each content type.
WITH new_type AS (
    INSERT INTO "django_content_type" ("app_label", "model")
    VALUES
        ('auth', 'permission'), ('auth', 'group'), ('auth', 'user'), ('contenttypes', 'contenttype'),
        ('authtoken', 'token'), ('authtoken', 'tokenproxy'), ('users', 'profile'), ('dashboard', 'item'),
        ('articles', 'article'), ('projects', 'project'), ('projects', 'file'), ('projects', 'check')
    RETURNING "id", "model"
)
INSERT INTO "auth_permission" ("name", "content_type_id", "codename")
SELECT
    'Can ' || action || ' ' || CASE "model"
        WHEN 'contenttype' THEN 'content type'
        WHEN 'token' THEN 'Token'
        WHEN 'tokenproxy' THEN 'Token'
        ELSE "model"
    END,
    "id",
    action || '_' || "model"
FROM "new_type", (VALUES (1, 'add'), (2, 'change'), (3, 'delete'), (4, 'view')) AS actions (place, action)
ORDER BY "id", place;
