-- The statement of `GET /api/articles/?search=bitmap`.
SELECT "articles_article"."id" AS "id", "articles_article"."title" AS "title", "articles_article"."slug" AS "slug", "articles_article"."content" AS "content", "articles_article"."created_at" AS "created_at", "articles_article"."view_count" AS "view_count", "auth_user"."id" AS "author_id", "auth_user"."username" AS "author_username", (ts_rank("articles_article"."search", (SELECT websearch_to_tsquery('english'::regconfig, :common))) * 1000000)::integer AS "rank"
FROM "articles_article" INNER JOIN "auth_user" ON "articles_article"."author_id" = "auth_user"."id"
WHERE "articles_article"."status" = 'published' AND ("articles_article"."search" @@ (SELECT websearch_to_tsquery('english'::regconfig, :common)))
ORDER BY "rank" DESC, "articles_article"."created_at" DESC, "articles_article"."id" DESC LIMIT 21;
