-- Half a second per user, so that whole seconds and fractions both occur; every third birth date is unknown. Users are in
-- one to three of five groups, whose permissions overlap; every fourth has one of its own, which a group may allow, too.
WITH new_user AS (
    INSERT INTO auth_user (password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined)
    SELECT
        '!' || lpad(number::text, 40, '0'),
        false,
        'user' || number,
        'First' || number,
        'Last' || number,
        'user' || number || '@example.com',
        false,
        true,
        timestamptz '2026-01-01 00:00:00+00' + number * interval '0.5 seconds'
    FROM
        (SELECT coalesce(max(id), 0) AS taken FROM auth_user) AS existing,
        generate_series(taken + 1, taken + $1) AS number
    ORDER BY number
    RETURNING id, date_joined
),
new_profile AS (
    INSERT INTO profiles (bio, location, website, birth_date, created_at, updated_at, user_id)
    SELECT
        'The life of user ' || id || ', in a few words.',
        (ARRAY['Berlin', 'Lagos', 'Lima', 'Osaka', 'Oslo'])[1 + id % 5],
        'https://example.com/user/' || id,
        CASE WHEN id % 3 <> 0 THEN date '1970-01-01' + id % 10000 END,
        date_joined,
        date_joined,
        id
    FROM new_user
    ORDER BY id
),
team (place, name, permissions) AS (
    VALUES (0, 'editors', 3), (1, 'Reviewers', 5), (2, 'authors', 4), (3, 'Operators', 6), (4, 'Zürich desk', 3)
),
-- The first users found the groups.
new_group AS (
    INSERT INTO auth_group (name)
    SELECT name FROM team WHERE name NOT IN (SELECT name FROM auth_group) ORDER BY place
    RETURNING id, name
),
all_groups AS (
    SELECT id, name FROM new_group UNION ALL SELECT id, name FROM auth_group
),
permission AS (
    SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS permissions FROM auth_permission
),
new_group_permission AS (
    INSERT INTO auth_group_permissions (group_id, permission_id)
    SELECT new_group.id, permission.id
    FROM
        new_group
        JOIN team USING (name)
        CROSS JOIN generate_series(0, team.permissions - 1) AS step
        JOIN permission ON permission.place = (team.place + step) * 7 % permission.permissions
    ORDER BY team.place, step
),
membership AS (
    INSERT INTO auth_user_groups (user_id, group_id)
    SELECT new_user.id, all_groups.id
    FROM
        new_user
        JOIN team ON (team.place + 5 - new_user.id % 5) % 5 <= new_user.id % 3
        JOIN all_groups USING (name)
    ORDER BY new_user.id, team.place
)
INSERT INTO auth_user_user_permissions (user_id, permission_id)
SELECT new_user.id, permission.id
FROM new_user JOIN permission ON permission.place = new_user.id % permission.permissions
WHERE new_user.id % 4 = 0
ORDER BY new_user.id
