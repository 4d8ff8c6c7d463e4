-- A token for every user without one, by the user's id.
INSERT INTO authtoken_token (key, created, user_id)
SELECT lpad(to_hex(id), 40, '0'), date_joined, id
FROM auth_user
WHERE NOT EXISTS (SELECT FROM authtoken_token WHERE user_id = auth_user.id)
ORDER BY id
