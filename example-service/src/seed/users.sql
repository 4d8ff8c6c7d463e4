-- Half a second per user, so that whole seconds and fractions both occur; every third birth date is unknown.
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
)
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
