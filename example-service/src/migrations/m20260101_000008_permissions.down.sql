DELETE FROM "auth_user_user_permissions";
DELETE FROM "auth_group_permissions";
DELETE FROM "auth_permission";
DELETE FROM "django_content_type";
